"""What the rows say about how the system fares, read in three statements and one for each stage."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from seleto.lib import alerts, jobs
from seleto.lib.models import Alert, Circuit

CLUSTERS = ("conversation", "delivery", "background")


@dataclass(frozen=True, slots=True)
class State:
    """What the database knows. Ages and delays in seconds; an age of None means that there never was a sign."""

    heartbeat_age: dict[str, float | None]
    stage_late: dict[str, float]
    alerts: list[Alert]
    # Outside systems set aside, and since when.
    circuits: dict[str, datetime | None]
    read_only: bool = False

    @property
    def dead_clusters(self) -> list[str]:
        limit = settings.HEARTBEAT_STALE_S
        return [name for name, age in self.heartbeat_age.items() if age is None or age > limit]

    @property
    def degraded(self) -> list[str]:
        return [
            *(f"alert:{alert.key}" for alert in self.alerts),
            *(f"circuit:{key}" for key in self.circuits),
            *(f"late:{stage}" for stage, late in self.stage_late.items() if late > settings.STAGE_LATE_S),
        ]


def read(*, now: datetime) -> State:
    """Raises DatabaseError when the database cannot be asked."""
    read_only, ages = _heartbeats()
    return State(
        heartbeat_age=ages,
        stage_late={
            stage.name: max(0.0, (now - due).total_seconds()) if (due := stage.next_due()) else 0.0
            for cluster in CLUSTERS
            for stage in jobs.stages(cluster)
        },
        alerts=alerts.current(),
        circuits=dict(
            Circuit.objects.exclude(state=Circuit.State.CLOSED).order_by("key").values_list("key", "opened_at")
        ),
        read_only=read_only,
    )


def _heartbeats() -> tuple[bool, dict[str, float | None]]:
    """Whether the database takes no writing, and the clusters' ages."""
    with connection.cursor() as cursor:
        # Beats are stamped by the database server, so their age is taken there: hosts' clocks need not agree.
        cursor.execute(
            "SELECT current_setting('transaction_read_only') = 'on',"
            " (SELECT json_object_agg(name, extract(epoch FROM statement_timestamp() - beat_at)) FROM lib_heartbeat)"
        )
        read_only, ages = cursor.fetchone()
    return bool(read_only), {name: (ages or {}).get(name) for name in CLUSTERS}
