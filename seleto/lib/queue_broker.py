"""django-q2's broker over its own table, woken by NOTIFY instead of polling, and with a claim of one statement.

A row that a worker has in hand carries another key until it is acknowledged: ``jobs.wake`` must be able to tell it
from a row that waits, however far ahead the wake looks. It comes back after ``retry`` seconds if not acknowledged.
"""

import contextlib

import psycopg
from django.conf import settings
from django.db import connection
from django_q.brokers import Broker
from django_q.conf import Conf

from seleto.lib import draining, jobs
from seleto.lib.listening import Listener

# Shorter than anybody waits for a stop: between two calls the queue looks at its stop flag.
_WAIT_S = 0.5

# Also says how long until the next future row, so that the wait ends in time for it.
_TAKE = """
WITH due AS MATERIALIZED (
    SELECT id FROM django_q_ormq WHERE key = ANY(%s) AND lock <= clock_timestamp()
    ORDER BY lock, id LIMIT %s FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE django_q_ormq q SET key = %s, lock = clock_timestamp() + make_interval(secs => %s)
    FROM due WHERE q.id = due.id RETURNING q.id, q.payload
)
SELECT id, payload, NULL::float8 FROM taken
UNION ALL
SELECT NULL, NULL, extract(epoch FROM min(lock) - clock_timestamp())::float8
FROM django_q_ormq WHERE key = ANY(%s) AND lock > clock_timestamp()
"""


def in_hand(key: str) -> str:
    """The key of a cluster's rows that workers have in hand."""
    return f"{key}:in-hand"


class QueueBroker(Broker):  # type: ignore[misc] # shipped without types
    """One queue of ``django_q_ormq``. Used by one thread per process; connections are opened on first use."""

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self._listener = Listener(jobs.channel(self.list_key))

    @staticmethod
    def get_cache() -> None:
        """Without a cache the queue keeps no statistics of its own: ``Heartbeat`` says what we need."""

    def enqueue(self, task: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_q_ormq (key, payload, lock) VALUES (%s, %s, clock_timestamp()) RETURNING id",
                [self.list_key, task],
            )
            return int(cursor.fetchone()[0])

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Rows taken, or None after waiting a moment. Raises nothing: a raise would cost the queue ten seconds."""
        tether = draining.tether()
        waiting = [self.list_key, tether.own_key] if tether else [self.list_key]
        taken = in_hand(self.list_key)
        rows, next_in = [], settings.JOBS_POLL_S
        # Without the database (the listener has said so) this waits and looks again.
        with contextlib.suppress(psycopg.Error):
            for row_id, payload, seconds in self._listener.execute(
                _TAKE, [[*waiting, taken], Conf.BULK, taken, Conf.RETRY, waiting]
            ):
                if row_id is not None:
                    rows.append((row_id, payload))
                elif seconds is not None:
                    next_in = seconds
        if not rows:
            self._listener.wait(min(_WAIT_S, next_in))
        return rows or None

    def acknowledge(self, task_id: int) -> None:
        """Remove a row that was executed. Should it fail twice, the row only wakes the cluster once more, later."""
        for _ in range(2):
            with contextlib.suppress(psycopg.Error):
                self._listener.execute("DELETE FROM django_q_ormq WHERE id = %s", [task_id])
                return

    def delete(self, task_id: int) -> None:
        self.acknowledge(task_id)

    def fail(self, task_id: int) -> None:
        self.acknowledge(task_id)

    def queue_size(self) -> int:
        return self._count(self.list_key)

    def lock_size(self) -> int:
        return self._count(in_hand(self.list_key))

    def purge_queue(self) -> None:
        self._listener.execute(
            "DELETE FROM django_q_ormq WHERE key = ANY(%s)", [[self.list_key, in_hand(self.list_key)]]
        )

    def delete_queue(self) -> None:
        self.purge_queue()

    def close(self) -> None:
        self._listener.close()

    def ping(self) -> bool:
        return True

    def info(self) -> str:
        return "PostgreSQL"

    def _count(self, key: str) -> int:
        return int(self._listener.execute("SELECT count(*) FROM django_q_ormq WHERE key = %s", [key])[0][0])
