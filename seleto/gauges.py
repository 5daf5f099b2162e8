"""Figures read from the rows at the moment Prometheus asks: true whichever process is asked, and after any restart.

docs/metrics.md lists them with those that the processes count themselves.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from conversations.models import Channel
from knowledge import flags
from seleto import first_answers, state
from seleto.backoffice import home, parked
from seleto.lib import clock
from seleto.lib.admin_lists import LOCAL
from seleto.lib.models import Alert

# Labels are English constants; the pages' own words are Portuguese.
_PARKED = {
    "evento": "event",
    "turno": "turn",
    "saida": "outbox",
    "duvida": "unconfirmed",
    "espelho": "chatwoot",
    "crm": "crm",
    "arquivo": "media",
    "aviso": "handoff_alarm",
    "entrega": "delivery",
}


class StateCollector(Collector):
    """Without a database one figure alone: ``seleto_database_up 0``."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        try:
            figures = [*_pipe(now), *_parked(now), *_people(now), *_channels(now)]
        except DatabaseError:
            yield _gauge("seleto_database_up", "Whether the database answers.", [0])
            return
        yield _gauge("seleto_database_up", "Whether the database answers.", [1])
        yield from figures


def _pipe(now: datetime) -> Iterator[Metric]:
    seen = state.read(now=now)
    beats = {name: age for name, age in seen.heartbeat_age.items() if age is not None}
    yield _labelled("seleto_heartbeat_age_seconds", "Time since a cluster executed work.", "cluster", beats)
    yield _labelled("seleto_stage_late_seconds", "Age of the oldest due row.", "stage", seen.stage_late)
    levels = {level: sum(alert.level == level for alert in seen.alerts) for level in Alert.Level.values}
    yield _labelled("seleto_alerts_open", "Open alerts.", "level", levels)
    yield _gauge("seleto_circuits_open", "Outside systems set aside.", [len(seen.circuits)])
    yield _gauge("seleto_database_read_only", "Whether the database takes no writing.", [seen.read_only])


def _parked(now: datetime) -> Iterator[Metric]:
    counts, oldest = {}, {}
    for source in parked.SOURCES:
        found = source.rows().aggregate(count=Count("pk"), since=Min(source.since))
        counts[_PARKED[source.name]] = found["count"]
        oldest[_PARKED[source.name]] = (now - found["since"]).total_seconds() if found["since"] else 0.0
    yield _labelled("seleto_parked_rows", "Rows that wait for a person.", "kind", counts)
    yield _labelled("seleto_parked_oldest_seconds", "Age of the oldest of them.", "kind", oldest)


def _people(now: datetime) -> Iterator[Metric]:
    today = now.astimezone(LOCAL).date()
    everything = home.Scope(first=today, last=today, now=now)
    hot = home.waiting_hot(everything)
    oldest = hot.rows[0].business_minutes * 60 if hot.rows else 0
    yield _gauge("seleto_hot_leads_waiting", "Hot leads whom nobody has attended to.", [hot.count])
    yield _gauge("seleto_hot_lead_oldest_seconds", "Business time the first of them has waited.", [oldest])
    windows = first_answers.read(now)
    asked, late = ({name: getattr(one, field) for name, one in windows.items()} for field in ("asked", "late"))
    yield _labelled("seleto_first_answers_asked", "First messages to be answered.", "window", asked)
    yield _labelled("seleto_first_answers_late", "Those not answered within a minute.", "window", late)
    spent = home.spend_today(everything)
    yield _gauge("seleto_model_spent_today_usd", "What the model cost today, by the set prices.", [float(spent.spent)])
    yield _gauge("seleto_model_ceiling_usd", "What it may cost a day; 0 for no ceiling.", [float(spent.ceiling)])
    yield _gauge("seleto_agent_on", "Whether the agent may answer at all.", [flags.is_on("agent_enabled")])


def _channels(now: datetime) -> Iterator[Metric]:
    rows = list(Channel.objects.filter(enabled=True))
    connected = {row.slug: row.connected is not False for row in rows}
    deaf = {row.slug: row.deaf_since is not None for row in rows}
    yield _labelled("seleto_channel_connected", "Whether the provider says it is on line.", "channel", connected)
    yield _labelled("seleto_channel_deaf", "Whether nothing is heard of what it sends.", "channel", deaf)


def _gauge(name: str, about: str, values: Iterable[float]) -> Metric:
    family = GaugeMetricFamily(name, about)
    for value in values:
        family.add_metric([], value)
    return family


def _labelled(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
