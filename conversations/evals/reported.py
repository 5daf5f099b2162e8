"""Regression cases made of replies that people called wrong: made with one click, played with every evaluation."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from conversations import speech
from conversations.evals import schema
from conversations.evals.anonymous import Anonymiser
from conversations.evals.schema import LOCAL, BadCase, Case
from conversations.models import EvalCase, Handoff, Message, WrongReply
from leads.models import Fact, Identity
from seleto.lib import audit
from seleto.lib.text.fold import fold

log = structlog.get_logger(__name__)

# As much of a long talk as a case holds: its newest messages.
MOST_MESSAGES = 80
# What is said rightly elsewhere too: courtesies, who is speaking, that the conversation is recorded.
_COMMON = re.compile(r"^(?:ola|oi|bom dia|boa (?:tarde|noite)|obrigad[oa]|prazer)\b|assistente virtual|\bregistra")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SHORT = 20
_COMMERCIAL = ["price", "payment", "discount", "deadline", "freight"]
_SENDERS = {Message.Author.PHONE: "sdr_phone", Message.Author.PERSON: "sdr_chatwoot"}
_Reason = WrongReply.Reason


class NoCase(ValueError):
    """The reply cannot become a case; the text says why, in Portuguese."""


def make_case(report: WrongReply, *, by: str, now: datetime) -> EvalCase:
    """The report's case, made now unless it was made before. Audited. Raises ``NoCase``."""
    with transaction.atomic():
        row = WrongReply.objects.select_for_update().get(pk=report.pk)
        made = EvalCase.objects.filter(report=row).first()
        if made is not None:
            return made
        case = EvalCase.objects.create(
            code=f"erro-{row.pk.hex[-10:]}",
            title=f"Resposta errada: {row.get_reason_display()}, {row.message.sent_at.astimezone(LOCAL):%d/%m/%Y}",
            data=_data(row),
            report=row,
            created_by=by,
            created_at=now,
            updated_at=now,
        )
        audit.record(
            actor=by,
            action="create",
            subject_kind="evalcase",
            subject_id=case.pk,
            detail={"report": str(row.pk), "reason": row.reason},
            now=now,
        )
    return case


def parsed(row: EvalCase) -> Case:
    """Raises ``BadCase``."""
    return schema.read({**row.data, "id": row.code, "title": row.title})


def cases() -> tuple[Case, ...]:
    """The active ones. One that cannot be read is left out and logged: it must not stop the others."""
    found = []
    for row in EvalCase.objects.filter(active=True).order_by("created_at", "code"):
        try:
            found.append(parsed(row))
        except BadCase as problem:
            log.warning("eval_case.unreadable", case=row.code, problem=str(problem))
    return tuple(found)


def conversation_up_to(report: WrongReply) -> list[Message]:
    """What was said, to the reply that was called wrong, oldest first.

    What the reply's turn had read came before it, whatever the provider's clock says.
    """
    last = report.message
    before = Q(sent_at__lt=last.sent_at) | Q(sent_at=last.sent_at, created_at__lte=last.created_at)
    if report.turn:
        before |= Q(author=Message.Author.LEAD, revision__lte=report.turn.read_revision)
    rows = (
        Message.objects.filter(conversation=report.conversation_id)
        .filter(before)
        .exclude(Q(type=Message.Type.REACTION) | Q(status=Message.Status.CANCELLED))
        .exclude(pk=last.pk)
        .order_by("-sent_at", "-revision", "-created_at")[: MOST_MESSAGES - 1]
    )
    return [*reversed(rows), last]


def bubbles_of(report: WrongReply) -> list[Message]:
    """Every bubble of the reply, in order."""
    if report.turn_id is None:
        return [report.message]
    sent = Message.objects.filter(outbox__turn=report.turn_id, author=Message.Author.AGENT)
    return list(sent.order_by("outbox__order")) or [report.message]


def _data(report: WrongReply) -> dict[str, Any]:
    rows = conversation_up_to(report)
    hide = _anonymiser(report, [row.text for row in rows])
    events = sorted(_events(report, rows, hide), key=lambda event: event[0])
    if not any(turn["from"] == "lead" for _, turn in events):
        raise NoCase("antes desta resposta não há mensagem do lead que se possa repetir")
    start = events[0][0]
    turns = [{"at": f"+{(at - start).total_seconds():.0f}s", **turn} for at, turn in events]
    data = {
        "channel": "whatsapp_direct",
        "start": start.astimezone(LOCAL).isoformat(timespec="seconds"),
        "setup": {},
        "turns": turns,
        "expect": {"must": _expected(report, turns, hide)},
    }
    schema.read({**data, "id": "erro"})
    return data


def _anonymiser(report: WrongReply, texts: Sequence[str]) -> Anonymiser:
    lead = report.conversation.lead_id
    facts = list(Fact.objects.filter(lead=lead).order_by("created_at").values_list("field", "value"))
    shown = Identity.objects.filter(lead=lead).exclude(display_name="").values_list("display_name", flat=True)
    return Anonymiser(
        texts,
        people=[*(value for field, value in facts if field == Fact.Field.NOME), *shown],
        companies=[value for field, value in facts if field == Fact.Field.EMPRESA],
        keep=[value for field, value in facts if field in (Fact.Field.CIDADE, Fact.Field.UF)],
    )


def _events(report: WrongReply, rows: Sequence[Message], hide: Anonymiser) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What happened to the agent: the lead, people, and when the conversation was given back to it."""
    last_human: datetime | None = None
    for row in rows:
        if row.author == Message.Author.AGENT:
            over_human = row.pk == report.message_id and report.reason == _Reason.OVER_HUMAN
            if last_human and not over_human:
                yield last_human, {"from": "clock", "type": "text", "text": "event:sdr_resume"}
                last_human = None
            continue
        if row.author in _SENDERS:
            last_human = row.sent_at
        kind = row.type if row.type in schema.TYPES else Message.Type.TEXT
        if row.deleted_at or (kind == Message.Type.TEXT and not row.text):
            continue
        sender = _SENDERS.get(Message.Author(row.author), "lead")
        yield row.sent_at, {"from": sender, "type": str(kind), "text": hide(row.text)}
    given_back = Handoff.objects.filter(conversation=report.conversation_id, closed_at__lte=report.message.sent_at)
    for closed_at in given_back.filter(closed_at__gte=rows[0].sent_at).values_list("closed_at", flat=True):
        if closed_at is not None:
            yield closed_at, {"from": "clock", "type": "text", "text": "event:sdr_resume"}


def _telling(marked: str, bubbles: Sequence[str]) -> str:
    """The sentence by which the reply is known again: of the marked bubble if it says anything, else of the others."""
    for texts in ([marked], bubbles):
        sentences = [part.strip(" _*") for text in texts for part in _SENTENCE.split(text)]
        own = [part for part in sentences if len(part) >= _SHORT and part[-1] != "?" and not _COMMON.search(fold(part))]
        if own:
            return max(own, key=len)
    return "\n\n".join(bubbles)


def _expected(report: WrongReply, turns: Sequence[dict[str, Any]], hide: Anonymiser) -> list[dict[str, Any]]:
    """What the reason asks of the next reply; that the same words do not come again is always part of it."""
    bubbles = [hide(row.text) for row in bubbles_of(report)]
    not_again: dict[str, Any] = {"must_not_mention": [_telling(hide(report.message.text), bubbles)]}
    numbered = list(enumerate(turns, start=1))
    last_lead = max(number for number, turn in numbered if turn["from"] == "lead")
    people = [number for number, turn in numbered if turn["from"].startswith("sdr_")]
    asked = sorted(field for field in speech.ASKABLE if speech.asks_for(field, "\n\n".join(bubbles)))
    match report.reason:
        case _Reason.PRICE:
            return [{"no_violation": _COMMERCIAL}, not_again]
        case _Reason.INVENTED:
            return [{"no_violation": ["contradiction", "promise"]}, not_again]
        case _Reason.NO_ANSWER:
            return [{"reply_after_turn": last_lead}, not_again]
        case _Reason.ASKED_AGAIN if asked:
            return [{"must_not_ask_again": asked}]
        case _Reason.OVER_HUMAN if people:
            return [{"no_reply_after_turn": people[-1]}]
    return [not_again]
