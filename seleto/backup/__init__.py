"""Copies of everything that cannot be made again: the database and the files of messages.

A copy is a directory of its own: ``database.age`` (``pg_dump``'s custom format) and ``media.age`` (a tar), each
encrypted to a public key (age), and ``manifest.json``. Whoever makes copies cannot read them: the private key is needed
only to restore, and belongs elsewhere.
"""
