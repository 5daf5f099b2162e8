"""Work at which a process dies each time is left after some tries, with an alert; for stages whose rows count nothing.

A try is counted, and committed, before the work begins and forgotten when it ends: so a try that kills its process
counts, and one that raises does too. What used up its tries rests for ``REST`` and is then tried again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

from seleto.lib import alerts, clock
from seleto.lib.models import Alert, WorkTry

MOST_TRIES = 3
REST = timedelta(days=3)


@contextmanager
def counted(stage: str, ids: Iterable[object], *, title: str) -> Iterator[None]:
    """Work on these rows of a stage, outside a transaction. ``title`` is the alert's, in Portuguese, when this is the
    last try of one of them; it is open before the work begins, as nobody may be left to open it afterwards."""
    keys, now = [_key(stage, one) for one in ids], clock.now()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM lib_worktry WHERE at < %s", [now - REST])
        # SQL because counting must be one statement for rows that are there and rows that are not.
        cursor.execute(
            "INSERT INTO lib_worktry AS t (key, tries, at) SELECT unnest(%s::varchar[]), 1, %s"
            " ON CONFLICT (key) DO UPDATE SET tries = t.tries + 1, at = excluded.at RETURNING tries",
            [keys, now],
        )
        last = any(tries >= MOST_TRIES for (tries,) in cursor.fetchall())
    if last:
        tell(stage, title)
    yield
    WorkTry.objects.filter(key__in=keys).delete()
    if last and not parked(stage):
        alerts.close(_alert(stage), now=clock.now())


def tries(stage: str, ids: Iterable[object]) -> dict[str, int]:
    """How many tries of each came to no end; those without are left out."""
    rows = WorkTry.objects.filter(key__in=[_key(stage, one) for one in ids], at__gte=clock.now() - REST)
    return {key.partition(":")[2]: count for key, count in rows.values_list("key", "tries")}


def parked(stage: str) -> list[str]:
    """The ids that are left alone for now."""
    rows = WorkTry.objects.filter(
        key__startswith=_key(stage, ""), tries__gte=MOST_TRIES, at__gte=clock.now() - REST
    ).values_list("key", flat=True)
    return [key.partition(":")[2] for key in rows]


def tell(stage: str, title: str) -> None:
    """Open the stage's alert."""
    alerts.open_(_alert(stage), title=title, level=Alert.Level.WARNING, now=clock.now())


def _alert(stage: str) -> str:
    return f"{stage}:parked"


def _key(stage: str, one: object) -> str:
    return f"{stage}:{one}"
