"""What people must know: one open row per key, however often and from however many processes it is raised.

The row feeds the bell in the admin, ``/readyz`` and a metric; ``seleto/notices.py`` carries it to people.
"""

from datetime import datetime

from django.db import connection

from seleto.lib import metrics
from seleto.lib.ids import new_id
from seleto.lib.models import Alert

OPENED = metrics.counter("alerts_opened", "Alerts opened, repeats of an open one not counted.", ["level"])


def open_(key: str, *, title: str, level: Alert.Level, now: datetime) -> bool:
    """Raise an alert; True when it was not open yet, False when only the repeat was counted.

    ``key`` names the condition (``circuit:zapi:principal``), ``title`` is Portuguese for a manager; neither holds
    personal data. The newest title and level win.
    """
    with connection.cursor() as cursor:
        # SQL because the ORM's upsert can neither count repeats nor name the partial unique index.
        cursor.execute(
            "INSERT INTO lib_alert (id, key, level, title, opened_at, last_seen_at, times)"
            " VALUES (%s, %s, %s, %s, %s, %s, 1)"
            " ON CONFLICT (key) WHERE closed_at IS NULL DO UPDATE SET times = lib_alert.times + 1,"
            " last_seen_at = greatest(lib_alert.last_seen_at, excluded.last_seen_at),"
            " title = excluded.title, level = excluded.level"
            " RETURNING times = 1",
            [new_id(), key, level, title, now, now],
        )
        opened = bool(cursor.fetchone()[0])
    if opened:
        OPENED.labels(level=str(level)).inc()
    return opened


def close(key: str, *, now: datetime) -> bool:
    """End an alert; False when none was open under this key."""
    return Alert.objects.filter(key=key, closed_at=None).update(closed_at=now) == 1


def current() -> list[Alert]:
    """The open alerts, critical ones first, then the oldest."""
    return list(Alert.objects.filter(closed_at=None).order_by("level", "opened_at"))  # "critical" < "warning"
