"""The files of messages, both ways: fetched in the background, kept outside the web's reach, shown to staff alone.

``arrivals`` writes the rows, in the transaction that stores the message. ``stage`` fetches. ``files`` is the disk.
``outgoing`` hands a file to a provider and tells people when that fails. ``again`` is the way back after a failure.
"""
