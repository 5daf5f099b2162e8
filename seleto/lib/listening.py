"""A connection of its own for LISTEN, outside Django's: notifications belong to a session, not to a pool.

Waiting is done on the socket together with other file descriptors, so nothing polls while notifications work. Where
they do not (QUEUE_NOTIFY off, connection lost) the caller is told to look for itself.

A pooler in transaction mode has no sessions to listen in. LISTEN_DATABASE_URL is the address past it, for these few
connections alone.
"""

import os
import time
from collections.abc import Sequence
from multiprocessing.connection import wait as wait_readable
from typing import Any, LiteralString, NamedTuple

import psycopg
import structlog
from django.conf import settings
from django.db import connections
from psycopg import sql

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 5


class Note(NamedTuple):
    """A notification."""

    channel: str
    payload: str


class Listener:
    """Listens on ``channels`` and runs statements on the same autocommit connection. For one thread; safe to fork."""

    def __init__(self, *channels: str) -> None:
        self._channels = channels
        self._connection: psycopg.Connection[Any] | None = None
        self._pid = 0
        self._listening = False
        self._notes: list[Note] = []
        self._complained = False

    def execute(self, statement: LiteralString, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows. After ``psycopg.Error`` the next call opens a new connection."""
        try:
            cursor = self._open().execute(statement, values)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            self._lost(error)
            raise

    def wait(self, timeout: float, *also: int) -> list[Note] | None:
        """Wait for notifications or for a file descriptor of ``also`` to become readable, at most ``timeout`` seconds.

        None: notifications may have been missed, or there are none to be had (the wait is cut to ``JOBS_POLL_S`` then):
        look everywhere.
        """
        if not settings.QUEUE_NOTIFY:
            readable(min(timeout, settings.JOBS_POLL_S), *also)
            return None
        if not self._listening or self._pid != os.getpid():
            if not self._listen():
                readable(min(timeout, settings.JOBS_POLL_S), *also)
            return None
        if not self._notes and not self._hear(timeout, *also):
            return None
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> None:
        """Close; the next use opens again."""
        if self._connection is not None and self._pid == os.getpid():
            self._connection.close()
        # After a fork the object is only dropped: libpq leaves a connection alone that another process opened.
        self._connection = None
        self._listening = False
        self._notes = []

    def _hear(self, timeout: float, *also: int) -> bool:
        """Collect what has been said; False when the connection is lost."""
        pgconn = self._open().pgconn
        if pgconn.socket not in readable(timeout, pgconn.socket, *also):
            return True
        try:
            pgconn.consume_input()
        except psycopg.Error as error:
            self._lost(error)
            return False
        while note := pgconn.notifies():
            self._notes.append(Note(note.relname.decode(), note.extra.decode()))
        return True

    def _listen(self) -> bool:
        try:
            for channel in self._channels:
                self._open().execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        except psycopg.Error as error:
            self._lost(error)
            return False
        self._listening = True
        self._complained = False
        return True

    def _lost(self, error: psycopg.Error) -> None:
        """Say it once per outage, not at every attempt."""
        if not self._complained:
            log.warning("listener.no_connection", error=type(error).__name__)
            self._complained = True
        self.close()

    def _open(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._pid != os.getpid():
            self.close()
            self._connection = _connect()
            # What arrives in the middle of a statement is handed over here instead of by the socket.
            self._connection.add_notify_handler(lambda note: self._notes.append(Note(note.channel, note.payload)))
            self._pid = os.getpid()
        return self._connection


def _connect() -> psycopg.Connection[Any]:
    if settings.LISTEN_DATABASE_URL:
        return psycopg.connect(
            settings.LISTEN_DATABASE_URL, connect_timeout=CONNECT_TIMEOUT_S, client_encoding="utf8", autocommit=True
        )
    parameters = connections["default"].get_connection_params()
    parameters.pop("cursor_factory")
    parameters.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
    return psycopg.connect(**parameters, autocommit=True)


def readable(timeout: float, *descriptors: int) -> Sequence[object]:
    """Those of the file descriptors that can be read (or have ended), after at most ``timeout`` seconds."""
    if not descriptors:
        time.sleep(timeout)
        return []
    ready: Sequence[object] = wait_readable(descriptors, timeout)
    return ready
