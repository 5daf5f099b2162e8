"""What happened besides what was said: turns, stopped drafts, handoffs, pauses, CRM steps, scores.

The newest of each kind, as one list, newest first; as many statements however long the story is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, pairwise
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from conversations.admin.transcript import marked
from conversations.models import Conversation, Handoff, Turn, WrongReply
from conversations.wording import move, rules, words
from crm import wording as crm_wording
from crm.models import CrmCall
from leads.models import Classification
from seleto.backoffice import audit_words
from seleto.lib.admin_lists import actor_words, with_actor_name
from seleto.lib.models import AuditEntry

# The newest of each kind; the lists have the rest.
OF_EACH = 40
# Told by rows of their own, or by the message itself.
_TOLD_ELSEWHERE = ("conversation.say", "conversation.hand_over")
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Stopped:
    """A draft that did not leave, with the stretches that broke a rule marked."""

    rules: str
    reasons: str
    action: str
    draft: SafeString = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``tone``: good, bad, warm or "". ``turn_id``: of what has a trace to show."""

    key: str
    at: datetime
    icon: str
    title: str
    detail: str = ""
    tone: str = ""
    address: str = ""
    turn_id: UUID | None = None
    stopped: tuple[Stopped, ...] = ()


def entries(conversation: Conversation) -> list[Entry]:
    found = chain(
        _turns(conversation),
        _handoffs(conversation),
        _deeds(conversation),
        _crm(conversation.lead_id),
        _scores(conversation.lead_id),
        _wrong(conversation),
    )
    return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)


_TONES = {
    Turn.Status.REPLIED: "good",
    Turn.Status.PARKED: "bad",
    Turn.Status.WAITING: "warm",
    Turn.Status.RUNNING: "warm",
}


def _turns(conversation: Conversation) -> Iterator[Entry]:
    rows = conversation.turns.order_by("-started_at").prefetch_related("guardrail_hits")
    for turn in rows[:OF_EACH]:
        hits = sorted(turn.guardrail_hits.all(), key=lambda hit: (hit.at, hit.id))
        parts = [move(turn.move) if turn.move else "", words(turn.reason) if turn.reason else ""]
        parts += [f"barrado: {rules(dict.fromkeys(kind for hit in hits for kind in hit.kinds))}"] if hits else []
        yield Entry(
            key=f"t-{turn.pk}",
            at=turn.started_at,
            icon="psychology",
            title=f"Turno {turn.get_status_display()}",
            detail=" · ".join(filter(None, parts)),
            tone="bad" if hits else _TONES.get(Turn.Status(turn.status), ""),
            turn_id=turn.pk,
            stopped=tuple(
                Stopped(rules(hit.kinds), " ".join(hit.reasons), hit.get_action_display(), marked(hit)) for hit in hits
            ),
        )


def _handoffs(conversation: Conversation) -> Iterator[Entry]:
    for row in Handoff.objects.filter(conversation=conversation).order_by("-opened_at")[:OF_EACH]:
        address = reverse("admin:conversations_handoff_change", args=[row.pk])
        moments = (
            (row.closed_at, "Repasse encerrado", ""),
            (row.picked_up_at, "Repasse atendido", row.assigned_to),
            (row.opened_at, f"Repasse para {row.get_queue_display()}", row.get_reason_display()),
        )
        for at, title, detail in moments:
            if at is not None:
                yield Entry(f"h-{row.pk}-{title}", at, "support_agent", title, detail, "warm", address)


def _deeds(conversation: Conversation) -> Iterator[Entry]:
    """Pauses, returns and what else people and the system did; a handover's own change of owner is told above."""
    rows: QuerySet[Any] = AuditEntry.objects.filter(subject_id__in=[conversation.pk, conversation.lead_id])
    rows = rows.exclude(action__in=_TOLD_ELSEWHERE).exclude(detail__reason__in=Handoff.Reason.values)
    for row in with_actor_name(rows, "actor").order_by("-at")[:OF_EACH]:
        reason = row.detail.get("reason", "")
        detail = [actor_words(row.actor, row.actor_name), words(reason) if reason else ""]
        title = audit_words.deed(row.action)
        yield Entry(f"a-{row.pk}", row.at, "person", title[:1].upper() + title[1:], " · ".join(filter(None, detail)))


def _crm(lead_id: UUID) -> Iterator[Entry]:
    rows = CrmCall.objects.filter(lead_id=lead_id, method__in=_WRITES).defer("request", "answer").order_by("-at", "-pk")
    for row in rows[:OF_EACH]:
        failed = row.status is None or row.status >= 400
        yield Entry(
            key=f"c-{row.pk}",
            at=row.at,
            icon="hub",
            title=f"CRM: {crm_wording.call(row.method, row.endpoint)}",
            detail=crm_wording.outcome(row.outcome) if failed else "",
            tone="bad" if failed else "good",
            address=reverse("admin:crm_crmcall_change", args=[row.pk]),
        )


def _scores(lead_id: UUID) -> Iterator[Entry]:
    """Where class or score changed."""
    rows = list(Classification.objects.filter(lead_id=lead_id).order_by("-at", "-pk")[: OF_EACH + 1])
    for row, before in pairwise([*rows, None]):
        if row is None or (before and (before.temperature, before.score) == (row.temperature, row.score)):
            continue
        was = f"antes {before.get_temperature_display()}, {before.score}" if before else ""
        yield Entry(
            f"s-{row.pk}", row.at, "thermostat", f"{_capital(row.get_temperature_display())}, {row.score} de 100", was
        )


def _wrong(conversation: Conversation) -> Iterator[Entry]:
    rows: Iterable[Any] = with_actor_name(WrongReply.objects.filter(conversation=conversation), "reported_by")
    for row in list(rows)[:OF_EACH]:
        address = reverse("admin:conversations_wrongreply_change", args=[row.pk])
        detail = f"{row.get_reason_display()} · {actor_words(row.reported_by, row.actor_name)}"
        yield Entry(
            f"w-{row.pk}", row.reported_at, "thumb_down", "Resposta marcada como errada", detail, "bad", address
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
