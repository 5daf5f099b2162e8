"""The draft of what the ANPD and the people are told after an incident (LGPD art. 48; ANPD resolution 15/2024).

It counts people and kinds of data over a period and some channels; it names nobody. What only people know (what
happened, what was done) is left as gaps to fill in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.template.loader import render_to_string

from conversations.models import Channel, Conversation, Media, Message
from knowledge import calendar
from leads.models import Fact, Identity, Orcamento
from seleto.backoffice import audit_words
from seleto.lib.models import AuditEntry

WORKING_DAYS = 3
_SATURDAY = 5
_LOOKED_AHEAD = 14
_SAO_PAULO = ZoneInfo("America/Sao_Paulo")
# Deeds by which data leaves or is looked at in numbers.
_OUTWARD = ("lead.export", "subject.download", "knowledge.export", "lead.view", "conversation.view")


@dataclass(frozen=True, slots=True)
class Extent:
    """Who and what may be concerned."""

    people: int
    kinds: Sequence[tuple[str, int]]
    channels: Sequence[str]
    deeds: Sequence[tuple[str, int]]
    actors: int


def deadline(known_at: datetime) -> datetime:
    """The end of the third working day after it became known, by the house's calendar of holidays."""
    first = known_at.astimezone(_SAO_PAULO).date() + timedelta(days=1)
    weekdays = [day for day in calendar.days(first, _LOOKED_AHEAD) if day.date.weekday() < _SATURDAY]
    # A house that is shut for weeks gets no more time by it.
    working = [day.date for day in weekdays if day.hours][:WORKING_DAYS] or [day.date for day in weekdays]
    day = working[WORKING_DAYS - 1] if len(working) >= WORKING_DAYS else weekdays[WORKING_DAYS - 1].date
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=_SAO_PAULO)


def extent(begin: datetime, end: datetime, *, slugs: Sequence[str] = (), actor: str = "") -> Extent:
    """People whose conversations were alive in the period (of the channels named, else all), and what we hold of them.

    With ``actor``, as the audit names them, only people whose rows this actor touched then.
    """
    talks = Conversation.objects.filter(opened_at__lt=end, last_message_at__gte=begin)
    if slugs:
        talks = talks.filter(channel__slug__in=slugs)
    deeds = AuditEntry.objects.filter(at__gte=begin, at__lt=end)
    if actor:
        deeds = deeds.filter(actor=actor)
        touched = {key for key in deeds.values_list("subject_id", flat=True) if key is not None}
        talks = talks.filter(pk__in=touched) | talks.filter(lead__in=touched)
    leads = set(talks.values_list("lead_id", flat=True))
    return Extent(
        people=len(leads),
        kinds=[(words, count) for words, count in _kinds(leads) if count],
        channels=sorted(Channel.objects.filter(conversations__in=talks).distinct().values_list("name", flat=True)),
        deeds=sorted(Counter(map(audit_words.deed, deeds.values_list("action", flat=True))).items()),
        actors=deeds.values("actor").distinct().count(),
    )


def _kinds(leads: set[UUID]) -> Sequence[tuple[str, int]]:
    """Kinds of data with how many people they are held of."""
    facts = Fact.objects.filter(lead__in=leads).values_list("field", "lead_id").distinct()
    held = Counter(field for field, _ in facts)
    return [
        ("telefone ou outro endereço do WhatsApp", _people(Identity.objects.filter(lead__in=leads), "lead")),
        ("conteúdo de conversas", _people(Message.objects.filter(conversation__lead__in=leads), "conversation__lead")),
        (
            "áudios, imagens e documentos",
            _people(Media.objects.filter(message__conversation__lead__in=leads), "message__conversation__lead"),
        ),
        ("interesse comercial e orçamento", _people(Orcamento.objects.filter(lead__in=leads), "lead")),
        *((f"{field.label} informado", held[field.value]) for field in Fact.Field),
    ]


def _people(rows: QuerySet[Any], of: str) -> int:
    return rows.values(of).distinct().count()


def draft(begin: datetime, end: datetime, known_at: datetime, *, slugs: Sequence[str] = (), actor: str = "") -> str:
    """The communication as Markdown, in Portuguese."""
    found = extent(begin, end, slugs=slugs, actor=actor)
    context = {
        "begin": begin.astimezone(_SAO_PAULO),
        "end": end.astimezone(_SAO_PAULO),
        "known_at": known_at.astimezone(_SAO_PAULO),
        "deadline": deadline(known_at),
        "found": found,
        "narrowed": bool(actor),
    }
    return render_to_string("privacy/incident.md", context)
