"""What the agent would have said where it may not speak yet: written by the same code, and never sent.

Nothing here can reach a lead. Reading and deciding run where the database refuses to write, and the outcome goes into
a row of its own that no sender reads.
"""
