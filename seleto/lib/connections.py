"""Letting go of the database while waiting for something slow."""

from django.db import connection


def release() -> None:
    """Give this thread's connection back: a turn that waits for the model costs a thread and no connection.

    Inside a transaction nothing happens; none is ever open there in production, only around a test.
    """
    if not connection.in_atomic_block:
        connection.close()
