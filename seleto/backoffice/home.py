"""The figures of the first page: how many leads, how far they got, who waits, what stands still, what it costs.

Read from the rows at the moment of asking; nothing here writes. Every figure that a list can show is told by the same
condition that narrows the list (``home_filters.py``). Days are those of São Paulo, both ends included.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from conversations import repair
from conversations.models import (
    Channel,
    ChatwootLink,
    Conversation,
    Event,
    GuardrailHit,
    Handoff,
    HandoffAlarm,
    Message,
    ModelUse,
    Outbox,
    Turn,
)
from conversations.wording import rule
from crm.models import CrmSync
from knowledge import calendar
from knowledge.models import Gap
from leads.models import Fact, Lead, Orcamento, Temperature
from leads.names import lead_name
from seleto.lib.admin_filters import LOCAL
from seleto.lib.models import Circuit

# Hot leads and open questions named on the page; the list behind has them all.
NAMED = 6
# What a qualified lead has told, besides a product or a need.
_MINIMUM = (Fact.Field.NOME, Fact.Field.CIDADE, Fact.Field.UF, Fact.Field.URGENCIA)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: days from ``first`` to ``last``, one channel or all, as seen at ``now``."""

    first: date
    last: date
    now: datetime
    channel: UUID | None = None

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=LOCAL)

    @property
    def ends(self) -> datetime:
        """The midnight after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=LOCAL)

    @property
    def today(self) -> date:
        return self.now.astimezone(LOCAL).date()

    def since(self, days: int) -> datetime:
        """The midnight at which the last ``days`` days begin, today among them."""
        return datetime.combine(self.today - timedelta(days=days - 1), time(), tzinfo=LOCAL)


# --- Leads ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """New leads of one kind; ``key`` is the value that the list's filter takes."""

    key: str
    words: str
    today: int
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class NewLeads:
    """Leads of today, of the last 7 and of the last 30 days, whatever the period chosen."""

    total: Counted
    by_temperature: tuple[Counted, ...]
    by_origin: tuple[Counted, ...]


def of_channel(rows: QuerySet[Lead], channel: UUID | None) -> QuerySet[Lead]:
    """Leads who wrote to that channel; all without one."""
    if channel is None:
        return rows
    return rows.filter(Exists(Conversation.objects.filter(lead=OuterRef("pk"), channel=channel)))


def new_leads(scope: Scope) -> NewLeads:
    since = {"today": scope.since(1), "week": scope.since(7), "month": scope.since(30)}
    counts = {name: Count("pk", filter=Q(created_at__gte=begin)) for name, begin in since.items()}
    rows = of_channel(Lead.objects.filter(created_at__gte=since["month"]), scope.channel)
    grouped = rows.values("temperature", "origin").annotate(**counts).order_by("temperature", "origin")
    found: list[dict[str, Any]] = [dict(row) for row in grouped]
    kinds = [(str(key), str(words)) for key, words in Temperature.choices]
    origins = sorted({row["origin"] for row in found})
    by_origin = [_counted(found, "origin", key, key or "sem origem") for key in origins]
    return NewLeads(
        total=_counted(found, "", "", "Todos"),
        by_temperature=tuple(_counted(found, "temperature", key, words) for key, words in kinds),
        by_origin=tuple(sorted(by_origin, key=lambda one: -one.month)),
    )


def _counted(rows: Iterable[dict[str, Any]], field: str, key: str, words: str) -> Counted:
    mine = [row for row in rows if not field or row[field] == key]
    return Counted(key, words, *(sum(row[name] for row in mine) for name in ("today", "week", "month")))


@dataclass(frozen=True, slots=True)
class Day:
    """New leads of one day, by temperature in the order of ``Temperature``."""

    date: date
    leads: tuple[int, ...]


def days(scope: Scope) -> tuple[Day, ...]:
    """Every day of the period up to today, those without leads too."""
    rows = of_channel(Lead.objects.filter(created_at__gte=scope.begins, created_at__lt=scope.ends), scope.channel)
    per_day = rows.annotate(day=TruncDate("created_at", tzinfo=LOCAL)).values("day", "temperature")
    counts = {(row["day"], row["temperature"]): row["n"] for row in per_day.annotate(n=Count("pk")).order_by()}
    count = max((min(scope.last, scope.today) - scope.first).days + 1, 0)
    dates = [scope.first + timedelta(days=number) for number in range(count)]
    return tuple(Day(day, tuple(counts.get((day, kind), 0) for kind in Temperature.values)) for day in dates)


# --- How far they got ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """Leads of the period that reached a step; ``share`` of all of them, 0 to 1. The steps are counted apart."""

    key: str
    words: str
    count: int
    share: float


def steps(among: QuerySet[Lead]) -> dict[str, tuple[str, Q]]:
    """Key -> (words, condition on a Lead). "Qualificado" is that of domain.md, "Temperature and score".

    Each condition is a set of leads, gathered in one pass over the rows of those ``among`` whom it is asked.
    """
    asked = among.order_by().values("pk")
    mine = Orcamento.objects.filter(lead__in=asked).order_by()
    said = Message.objects.filter(conversation__lead__in=asked, author=Message.Author.LEAD).order_by()
    given = Handoff.objects.filter(conversation__lead__in=asked, queue=Handoff.Queue.SALES).order_by()
    known = Fact.objects.filter(lead__in=asked, superseded_at=None).order_by()
    # A field has one current fact: so many rows are so many fields.
    settled = known.filter(field__in=_MINIMUM).values("lead").annotate(n=Count("*")).filter(n=len(_MINIMUM))
    need = Q(pk__in=known.filter(field=Fact.Field.PRODUTO).values("lead")) | Q(
        pk__in=mine.exclude(produto="", necessidade="", volume="").values("lead")
    )
    again = said.values("conversation__lead").annotate(n=Count("*")).filter(n__gt=1)
    return {
        "engajado": ("Escreveu mais de uma vez", Q(pk__in=again.values("conversation__lead"))),
        "qualificado": ("Qualificado", Q(pk__in=settled.values("lead")) & need),
        "repassado": ("Repassado ao comercial", Q(pk__in=given.values("conversation__lead"))),
        "oportunidade": (
            "Oportunidade no CRM",
            Q(pk__in=mine.exclude(oportunidade_pipe_id=None).values("lead")),
        ),
    }


def funnel(scope: Scope) -> tuple[Step, ...]:
    """From the leads of the period to their deals."""
    rows = of_channel(Lead.objects.filter(created_at__gte=scope.begins, created_at__lt=scope.ends), scope.channel)
    conditions = steps(rows)
    counted = rows.aggregate(
        novo=Count("pk"), **{key: Count("pk", filter=condition) for key, (_, condition) in conditions.items()}
    )
    words = {"novo": "Novo", **{key: said for key, (said, _) in conditions.items()}}
    everyone = counted["novo"]
    return tuple(Step(key, words[key], counted[key], counted[key] / everyone if everyone else 0.0) for key in words)


# --- Who waits, and how long it takes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HotLead:
    """A hot lead whom nobody has attended to. Minutes by the wall's clock, and those of business hours."""

    name: str
    conversation: UUID
    assigned_to: str
    opened_at: datetime
    minutes: int
    business_minutes: int


@dataclass(frozen=True, slots=True)
class HotLeads:
    """The longest waiting first, ``NAMED`` at most."""

    count: int
    rows: tuple[HotLead, ...]


def waiting_hot(scope: Scope) -> HotLeads:
    rows = Handoff.objects.filter(closed_at=None, picked_up_at=None, conversation__lead__temperature=Temperature.HOT)
    if scope.channel:
        rows = rows.filter(conversation__channel=scope.channel)
    count = rows.count()
    named = rows.annotate(name=lead_name("conversation__lead")).order_by("opened_at")
    shown = named.values_list("name", "conversation_id", "assigned_to", "opened_at")[:NAMED]
    return HotLeads(
        count,
        tuple(HotLead(name, key, assigned, at, *_minutes(at, scope.now)) for name, key, assigned, at in shown),
    )


def _minutes(start: datetime, end: datetime) -> tuple[int, int]:
    return max(int((end - start).total_seconds() // 60), 0), calendar.business_minutes(start, end)


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds of which half, and of which 95 of 100, took no longer; None when there is nothing to tell."""

    count: int
    p50: float | None
    p95: float | None


def first_answers(scope: Scope) -> Spread:
    """From a lead's first message in a conversation begun in the period to the first answer, by whomever."""
    with connection.cursor() as cursor:
        # SQL because the ORM has no percentile and no lateral join.
        cursor.execute(
            "SELECT count(*), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY answer.seconds)"
            " FROM conversations_conversation c CROSS JOIN LATERAL (SELECT sent_at FROM conversations_message"
            " WHERE conversation_id = c.id AND author = 'lead' ORDER BY sent_at LIMIT 1) asked"
            " CROSS JOIN LATERAL (SELECT extract(epoch FROM sent_at - asked.sent_at) AS seconds"
            " FROM conversations_message WHERE conversation_id = c.id AND sent_at >= asked.sent_at"
            " AND author <> 'lead' AND status NOT IN ('queued', 'failed', 'cancelled')"
            " ORDER BY sent_at LIMIT 1) answer"
            " WHERE c.opened_at >= %(begins)s AND c.opened_at < %(ends)s"
            " AND (%(channel)s::uuid IS NULL OR c.channel_id = %(channel)s::uuid)",
            {"begins": scope.begins, "ends": scope.ends, "channel": scope.channel},
        )
        count, percentiles = cursor.fetchone()
    return Spread(count, *(float(value) for value in percentiles)) if count else Spread(0, None, None)


@dataclass(frozen=True, slots=True)
class HumanTimes:
    """From a handoff of the period to the person who picked it up: by the wall's clock, and in business hours."""

    wall: Spread
    business: Spread


def human_times(scope: Scope) -> HumanTimes:
    rows = Handoff.objects.filter(opened_at__gte=scope.begins, opened_at__lt=scope.ends, picked_up_at__isnull=False)
    if scope.channel:
        rows = rows.filter(conversation__channel=scope.channel)
    pairs = rows.order_by().values_list("opened_at", "picked_up_at")
    times = [(start, end) for start, end in pairs if end is not None]
    return HumanTimes(
        wall=_spread([(end - start).total_seconds() for start, end in times]),
        business=_spread([minutes * 60.0 for minutes in calendar.business_minutes_each(times)]),
    )


def _spread(values: Sequence[float]) -> Spread:
    ordered = sorted(values)
    if not ordered:
        return Spread(0, None, None)
    return Spread(len(ordered), _percentile(ordered, 0.5), _percentile(ordered, 0.95))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Between the two values nearest to it, as PostgreSQL's percentile_cont."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


# --- What the agent may not or cannot say ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """Drafts of the period that broke it; a draft may break several."""

    key: str
    words: str
    count: int


def blocked(scope: Scope) -> tuple[Rule, ...]:
    """The most broken first."""
    rows = GuardrailHit.objects.filter(at__gte=scope.begins, at__lt=scope.ends)
    if scope.channel:
        rows = rows.filter(turn__conversation__channel=scope.channel)
    broken = Counter(kind for kinds in rows.order_by().values_list("kinds", flat=True) for kind in kinds)
    return tuple(
        Rule(kind, rule(kind), count) for kind, count in sorted(broken.items(), key=lambda one: (-one[1], one[0]))
    )


@dataclass(frozen=True, slots=True)
class Question:
    key: UUID
    words: str
    times: int


@dataclass(frozen=True, slots=True)
class Questions:
    """What nobody has answered yet; the most asked first, ``NAMED`` at most."""

    count: int
    rows: tuple[Question, ...]


def open_questions() -> Questions:
    rows = Gap.objects.filter(status=Gap.Status.OPEN)
    shown = rows.order_by("-count", "-last_asked_at").values_list("pk", "question", "count")[:NAMED]
    return Questions(rows.count(), tuple(Question(*row) for row in shown))


# --- What stands still ---------------------------------------------------------------------------------------------


def stuck(scope: Scope) -> dict[str, int]:
    """How many rows wait for a person, by kind: events, outbox, turns, alarms, mirror, crm."""
    of = {"channel": scope.channel} if scope.channel else {}
    via = {"conversation__channel": scope.channel} if scope.channel else {}
    alarms = {"handoff__conversation__channel": scope.channel} if scope.channel else {}
    syncs = CrmSync.objects.filter(status=CrmSync.Status.PARKED)
    if scope.channel:
        syncs = syncs.filter(Exists(Conversation.objects.filter(lead=OuterRef("lead"), channel=scope.channel)))
    return _counts(
        {
            "events": Event.objects.filter(status=Event.Status.PARKED, **of),
            "outbox": Outbox.objects.filter(status__in=repair.STUCK, **of),
            "turns": repair.waiting_for_retry().filter(**via),
            "alarms": HandoffAlarm.objects.filter(status=HandoffAlarm.Status.PARKED, **alarms),
            "mirror": ChatwootLink.objects.filter(status=ChatwootLink.Status.PARKED, **of),
            "crm": syncs,
        }
    )


def _counts(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each has, in one statement."""
    compiled = [one.order_by().values("pk").query.sql_with_params() for one in rows.values()]
    with connection.cursor() as cursor:
        # SQL because the ORM counts one table at a time.
        cursor.execute(
            "SELECT " + ", ".join(f"(SELECT count(*) FROM ({sql}) counted)" for sql, _ in compiled),  # noqa: S608
            [value for _, values in compiled for value in values],
        )
        return dict(zip(rows, cursor.fetchone(), strict=True))


@dataclass(frozen=True, slots=True)
class Light:
    """One channel. ``circuit`` is the state of its breaker, None while it never failed; ``deaf_since`` while nothing is
    heard of what it sends."""

    channel: Channel
    last_in: datetime | None
    last_out: datetime | None
    circuit: Circuit | None

    @property
    def tone(self) -> str:
        """off, bad, doubtful or good."""
        if not self.channel.enabled:
            return "off"
        if self.channel.connected is False or (self.circuit and self.circuit.state == Circuit.State.OPEN):
            return "bad"
        half_open = self.circuit is not None and self.circuit.state == Circuit.State.HALF_OPEN
        return "doubtful" if self.channel.connected is None or self.channel.deaf_since or half_open else "good"


def lights(scope: Scope) -> tuple[Light, ...]:
    said = Message.objects.filter(channel=OuterRef("pk")).order_by("-sent_at")
    ours = said.exclude(author=Message.Author.LEAD).filter(status__in=Message.PROGRESS[2:])
    rows = Channel.objects.filter(pk=scope.channel) if scope.channel else Channel.objects.all()
    timed = rows.annotate(
        last_in=said.filter(author=Message.Author.LEAD).values("sent_at")[:1], last_out=ours.values("sent_at")[:1]
    )
    circuits = {row.key: row for row in Circuit.objects.all()}
    return tuple(
        Light(row, row.last_in, row.last_out, circuits.get(f"{row.provider}:{row.slug}"))
        for row in timed.order_by("-enabled", "name")
    )


# --- What it costs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpentToday:
    """US$, of the whole company, as its ``ceiling`` (0: none) is."""

    spent: Decimal
    ceiling: Decimal

    @property
    def share(self) -> float:
        """Of the ceiling, 0 to 1 and above."""
        return float(self.spent / self.ceiling) if self.ceiling else 0.0


def spend_today(scope: Scope) -> SpentToday:
    return SpentToday(_spent(scope.since(1), scope.since(0), None), Decimal(str(settings.LLM_SPEND_MAX_DAY_USD)))


@dataclass(frozen=True, slots=True)
class Spend:
    """US$ of the period, and how many of its leads were qualified."""

    spent: Decimal
    qualified: int

    @property
    def per_qualified(self) -> Decimal | None:
        """What a qualified lead cost; None without one."""
        return self.spent / self.qualified if self.qualified else None


def spend(scope: Scope, *, qualified: int) -> Spend:
    """``qualified``: leads of the same scope that reached that step."""
    return Spend(_spent(scope.begins, scope.ends, scope.channel), qualified)


def _spent(begins: datetime, ends: datetime, channel: UUID | None) -> Decimal:
    via = {"conversation__channel": channel} if channel else {}
    turns = Turn.objects.filter(started_at__gte=begins, started_at__lt=ends, cost_usd__gt=0, **via)
    others = ModelUse.objects.filter(at__gte=begins, at__lt=ends, **via)
    sums = (rows.aggregate(spent=Sum(F("cost_usd")))["spent"] for rows in (turns, others))
    return sum((one for one in sums if one), Decimal(0))
