"""Every night a sample of the day before is looked at by rules: what was really sent, not what could have been.

No model is asked and nothing is written to a lead. A day is due once its last hour is over and ``EVAL_HOUR`` has come,
as long as no run of it is stored; a run whose process died is taken over when its lease has run out.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from conversations import guardrails, speech
from conversations.guardrails import Kind, ReviewContext
from conversations.models import Conversation, EvalFinding, EvalRun, Handoff, Message
from knowledge import queries
from knowledge.models import Gap
from leads.models import Fact
from seleto.lib import alerts, clock, jobs
from seleto.lib.ids import new_id
from seleto.lib.models import Alert, AuditEntry

NAME = "nightly"
LOCAL = ZoneInfo("America/Sao_Paulo")
BROKEN, WORSE, PARKED_ALERT = "evals:violations", "evals:worse", "nightly:parked"
MAX_REPLY_CHARS = 600
# A question waits no longer than this for the agent.
_PATIENCE = timedelta(minutes=15)
# The notice of a handover is sent with it.
_NOTICE = timedelta(minutes=5)
# The trend is that of this many days; worse means so many times their share of findings, beyond a few.
TREND_DAYS = 7
_WORSE_TIMES, _WORSE_LEAST = 2.0, 5
_LEASE_S = 600
# Runs of one day that died before the day is left unlooked at.
MOST_ATTEMPTS = 3
_SENT = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ, Message.Status.PLAYED)
_DISCLOSED = "price.disclosed"


@dataclass(frozen=True, slots=True)
class Found:
    conversation_id: UUID
    kind: EvalFinding.Kind
    detail: str
    at: datetime


def register() -> None:
    jobs.register(jobs.Stage(name=NAME, cluster="background", claim=claim, run=run, next_due=next_due))


def next_due() -> datetime | None:
    """When the next day falls due; None while nobody writes, or when switched off."""
    if not settings.EVAL_SAMPLE:
        return None
    today = clock.now().astimezone(LOCAL).date()
    if _to_do(today - timedelta(days=1)):
        return _at(today, settings.EVAL_HOUR)
    if Conversation.objects.filter(last_message_at__gte=_at(today)).exists():
        return _at(today + timedelta(days=1), settings.EVAL_HOUR)
    return None


def claim(_limit: int) -> Sequence[UUID]:
    """At most one run. SQL because making it and taking over an abandoned one must be one statement."""
    now = clock.now()
    today = now.astimezone(LOCAL).date()
    day = today - timedelta(days=1)
    if not settings.EVAL_SAMPLE or now < _at(today, settings.EVAL_HOUR) or not _to_do(day):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_evalrun (id, day, started_at, leased_until, conversations, replies, figures,"
            " attempts) VALUES (%(id)s, %(day)s, %(now)s, now() + make_interval(secs => %(lease)s), 0, 0, '{}', 1)"
            " ON CONFLICT (day) DO UPDATE SET leased_until = excluded.leased_until,"
            " attempts = conversations_evalrun.attempts + 1"
            " WHERE conversations_evalrun.finished_at IS NULL AND conversations_evalrun.leased_until <= now()"
            " RETURNING id",
            {"id": new_id(), "day": day, "now": now, "lease": _LEASE_S},
        )
        return [row[0] for row in cursor.fetchall()]


def run(run_id: UUID) -> None:
    """Score the day and say what changed."""
    row = EvalRun.objects.get(pk=run_id)
    if row.attempts > MOST_ATTEMPTS:
        EvalRun.objects.filter(pk=run_id).update(leased_until=None)
        title = f"A avaliação de {row.day:%d/%m} derrubou o processo várias vezes e foi deixada"
        alerts.open_(PARKED_ALERT, title=title, level=Alert.Level.WARNING, now=clock.now())
        return
    ids, replies, found = look(row.day)
    counts = Counter(str(finding.kind) for finding in found)
    now = clock.now()
    begin, end = _at(row.day), _at(row.day + timedelta(days=1))
    with transaction.atomic():
        row.findings.all().delete()
        EvalFinding.objects.bulk_create(
            EvalFinding(
                run=row,
                conversation_id=finding.conversation_id,
                kind=finding.kind,
                detail=finding.detail,
                at=finding.at,
            )
            for finding in found
        )
        row.conversations, row.replies, row.finished_at, row.leased_until = len(ids), replies, now, None
        row.figures = {
            **{kind.value: counts[kind.value] for kind in EvalFinding.Kind},
            "lacunas": Gap.objects.filter(first_asked_at__gte=begin, first_asked_at__lt=end).count(),
            "tendencia": trend(row.day),
        }
        row.save()
    _tell(row, now=now)


def trend(day: date) -> float | None:
    """Findings per reply over the days before; None without any."""
    rows = EvalRun.objects.filter(
        day__lt=day, day__gte=day - timedelta(days=TREND_DAYS), finished_at__isnull=False
    ).values_list("replies", "figures")
    replies = sum(count for count, _ in rows)
    return sum(findings(figures) for _, figures in rows) / replies if replies else None


def findings(figures: Mapping[str, Any]) -> int:
    return sum(int(figures.get(kind.value, 0)) for kind in EvalFinding.Kind)


def _tell(row: EvalRun, *, now: datetime) -> None:
    broken = row.figures[EvalFinding.Kind.VIOLATION.value]
    if broken:
        title = f"Respostas enviadas em {row.day:%d/%m} quebram regras: {broken}. Veja as avaliações diárias"
        alerts.open_(BROKEN, title=title, level=Alert.Level.CRITICAL, now=now)
    else:
        alerts.close(BROKEN, now=now)
    before, count = row.figures["tendencia"], findings(row.figures)
    if before is not None and count >= _WORSE_LEAST and count > _WORSE_TIMES * before * row.replies:
        title = f"As conversas de {row.day:%d/%m} têm mais problemas que as dos dias anteriores"
        alerts.open_(WORSE, title=title, level=Alert.Level.WARNING, now=now)
    else:
        alerts.close(WORSE, now=now)


def _to_do(day: date) -> bool:
    """Whether somebody wrote on that day and no run of it is stored or in hand."""
    stored = EvalRun.objects.filter(day=day)
    # The lease's clock is the database's, as everywhere.
    held = stored.extra(
        where=["finished_at IS NOT NULL OR leased_until > now() OR attempts > %s"], params=[MOST_ATTEMPTS]
    ).exists()
    if held:
        return False
    return Conversation.objects.filter(
        last_message_at__gte=_at(day), opened_at__lt=_at(day + timedelta(days=1))
    ).exists()


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(min(hour, 23)), LOCAL)


# --- One day's conversations ---------------------------------------------------------------------------------------


def look(day: date) -> tuple[list[UUID], int, list[Found]]:
    """The conversations of the day's sample, how many replies they hold, and what was found in them."""
    begin, end = _at(day), _at(day + timedelta(days=1))
    talk = Message.objects.filter(sent_at__gte=begin, sent_at__lt=end, deleted_at=None)
    everybody = sorted(talk.values_list("conversation_id", flat=True).distinct())
    dice = random.Random(str(day))  # noqa: S311 - a repeatable sample, no secret
    ids = dice.sample(everybody, min(len(everybody), settings.EVAL_SAMPLE))
    replies, found = 0, list(_without_notice(ids, begin, end))
    prices = queries.price_exception(today=day)
    for conversation in Conversation.objects.filter(pk__in=ids).select_related("lead"):
        lines = list(talk.filter(conversation=conversation).order_by("sent_at", "revision"))
        count, here = _read(conversation, lines, prices)
        replies += count
        found += here
    return ids, replies, found


def _read(
    conversation: Conversation, lines: Sequence[Message], prices: Mapping[str, Decimal]
) -> tuple[int, list[Found]]:
    facts = list(Fact.objects.filter(lead=conversation.lead_id, field__in=speech.ASKABLE))
    told = AuditEntry.objects.filter(action=_DISCLOSED, subject_id=conversation.lead_id).exists()
    replies, found, last_lead = 0, list(_left_alone(conversation, lines)), ""
    for author, group in groupby(lines, key=lambda line: line.author):
        part = list(group)
        if author == Message.Author.LEAD:
            last_lead = "\n".join(line.text for line in part)
            continue
        sent = [line for line in part if line.status in _SENT]
        if author != Message.Author.AGENT or not sent:
            continue
        replies += 1
        context = ReviewContext(
            lead_last=last_lead,
            temperature=conversation.lead.temperature,
            price_exception=prices if told else {},
            products=queries.products(),
        )
        found += [
            Found(conversation.id, kind, detail, sent[0].sent_at) for kind, detail in _faults(sent, context, facts)
        ]
    return replies, found


def _faults(
    sent: Sequence[Message], context: ReviewContext, facts: Sequence[Fact]
) -> Iterator[tuple[EvalFinding.Kind, str]]:
    whole, at = "\n\n".join(line.text for line in sent), sent[0].sent_at
    kinds = {kind for text in {whole, *(line.text for line in sent)} for kind in guardrails.review(text, context).kinds}
    if broken := sorted(str(kind) for kind in kinds - {Kind.PACING, Kind.FORMAT}):
        yield EvalFinding.Kind.VIOLATION, ", ".join(broken)[:120]
    known = {
        fact.field for fact in facts if fact.created_at < at and (fact.superseded_at is None or fact.superseded_at > at)
    }
    if asked := sorted(name for name in known if speech.asks_for(name, whole)):
        yield EvalFinding.Kind.ASKED_AGAIN, ", ".join(asked)[:120]
    if len(whole) > MAX_REPLY_CHARS:
        yield EvalFinding.Kind.LONG, f"{len(whole)} caracteres"


def _left_alone(conversation: Conversation, lines: Sequence[Message]) -> Iterator[Found]:
    """A question to the agent that nobody answered."""
    if conversation.owner != Conversation.Owner.AGENT or not lines:
        return
    last = lines[-1]
    waits = last.author == Message.Author.LEAD and last.own_words and last.type == Message.Type.TEXT
    if waits and "?" in last.text and conversation.last_message_at <= last.sent_at + _PATIENCE:
        yield Found(conversation.id, EvalFinding.Kind.UNANSWERED, "", last.sent_at)


def _without_notice(ids: Sequence[UUID], begin: datetime, end: datetime) -> Iterator[Found]:
    """A handover of which the lead was not told."""
    rows = Handoff.objects.filter(conversation__in=ids, opened_at__gte=begin, opened_at__lt=end)
    for row in rows:
        window = Q(created_at__gte=row.opened_at - _NOTICE, created_at__lte=row.opened_at + _NOTICE)
        said = Message.objects.filter(window, conversation=row.conversation_id, author=Message.Author.AGENT)
        if not said.exclude(status=Message.Status.CANCELLED).exists():
            yield Found(row.conversation_id, EvalFinding.Kind.NO_NOTICE, row.reason, row.opened_at)
