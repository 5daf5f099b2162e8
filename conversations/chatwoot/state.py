"""What Chatwoot should show of one lead on one channel, read as values in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from conversations import rollout
from conversations.chatwoot import attachments
from conversations.chatwoot.attachments import Attached, Late
from conversations.models import ChatwootLink, ChatwootNote, Conversation, Handoff, Media, Message
from conversations.wording import words
from leads import display
from leads.models import Classification, Fact, Identity, Lead, Temperature
from seleto.lib import clock

# Before what a voice note says, as a machine heard it.
HEARD = "🎤 (transcrição automática)"
# More than this at once waits for the next run.
BATCH = 50
# Labels that are ours to set and to take away; every other one is people's.
PRODUCT, QUEUE = "produto-", "fila-"
TEMPERATURES = frozenset({Temperature.HOT, Temperature.WARM, Temperature.COLD})
_LEFT = [Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ, Message.Status.PLAYED]
_SHOWN = [*_LEFT, Message.Status.UNKNOWN, Message.Status.FAILED]
# Said by their words alone; anything else is named where no file shows what it is.
_WORDS = (Message.Type.TEXT, Message.Type.INTERACTIVE)


@dataclass(frozen=True, slots=True)
class Said:
    """A message to be shown."""

    id: UUID
    author: str
    text: str = field(repr=False)
    at: datetime
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a message that a person wrote in Chatwoot."""

    chatwoot_id: int
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything a run may have to write. ``again_at``: a message waits for its file until then."""

    link_id: UUID
    contact_id: int | None
    source_id: str
    display_id: int | None
    written: dict[str, object] = field(repr=False)
    identifier: str = field(repr=False)
    phone: str = field(repr=False)
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    messages: tuple[Said, ...] = field(repr=False)
    late: tuple[Late, ...] = field(repr=False)
    notes: tuple[tuple[int, str, str], ...] = field(repr=False)
    deliveries: tuple[Delivered, ...]
    attributes: dict[str, str] = field(repr=False)
    labels: tuple[str, ...]
    status: str
    handoff: str
    more: bool
    again_at: datetime | None


def identifier(lead_id: UUID) -> str:
    """Our own key of a lead's contact."""
    return f"seleto:{lead_id}"


def read(lead_id: UUID, channel_id: UUID) -> Wanted:
    """The state as it is now."""
    link = ChatwootLink.objects.get(lead_id=lead_id, channel_id=channel_id)
    lead = Lead.objects.get(pk=lead_id)
    identities = list(Identity.objects.filter(lead_id=lead_id).order_by("pk"))
    facts = dict(Fact.objects.filter(lead_id=lead_id, superseded_at=None).values_list("field", "value"))
    current, mode = _current(lead_id, channel_id)
    rows = list(_unshown(lead_id, channel_id).prefetch_related("files__reading")[: BATCH + 1])
    ready, again_at = attachments.ready(rows[:BATCH], now=clock.now())
    handoff = Handoff.objects.filter(conversation=current, closed_at=None).first() if current else None
    phone = next((row.value for row in identities if row.kind == Identity.Kind.PHONE), "")
    return Wanted(
        link_id=link.pk,
        contact_id=link.contact_id,
        source_id=link.source_id or f"seleto-{lead_id}",
        display_id=link.display_id,
        written=dict(link.written),
        identifier=identifier(lead_id),
        phone=f"+{phone}" if phone else "",
        name=facts.get(Fact.Field.NOME) or next((row.display_name for row in identities if row.display_name), "Lead"),
        given_name=facts.get(Fact.Field.NOME, ""),
        messages=tuple(_said(row) for row in ready),
        late=attachments.late(lead_id, channel_id),
        notes=tuple(
            ChatwootNote.objects.filter(link=link, chatwoot_id=None).order_by("pk").values_list("pk", "key", "text")
        ),
        deliveries=tuple(_deliveries(lead_id, channel_id)),
        attributes=_attributes(lead, facts),
        labels=_labels(lead, facts, handoff),
        status=_status(current, mode),
        handoff=str(handoff.pk) if handoff else "",
        more=len(rows) > BATCH and again_at is None,
        again_at=again_at,
    )


def _unshown(lead_id: UUID, channel_id: UUID) -> QuerySet[Message]:
    mine = Q(author=Message.Author.LEAD) | Q(author=Message.Author.PHONE) | Q(status__in=_SHOWN)
    return (
        Message.objects.filter(
            mine, conversation__lead_id=lead_id, channel_id=channel_id, chatwoot_id=None, deleted_at=None
        )
        .exclude(status=Message.Status.CANCELLED)
        .exclude(files__source=Media.Source.CHATWOOT)  # it stands there already, as a part of what the SDR wrote
        .order_by("sent_at", "revision", "created_at")
    )


def _deliveries(lead_id: UUID, channel_id: UUID) -> Sequence[Delivered]:
    rows = (
        Message.objects.filter(
            conversation__lead_id=lead_id,
            channel_id=channel_id,
            author=Message.Author.PERSON,
            chatwoot_id__isnull=False,
            status__in=_SHOWN,
        )
        .select_related("outbox")
        .order_by("-created_at")[:20]
    )
    return [Delivered(row.chatwoot_id, row.status, _why(row)) for row in rows if row.chatwoot_id is not None]


def _why(row: Message) -> str:
    reason = row.outbox.reason if hasattr(row, "outbox") else ""
    return words(reason) if reason else ""


def _said(row: Message) -> Said:
    text, files = row.text, attachments.of(row)
    if row.type not in _WORDS and not files:
        parts = (f"[{row.get_type_display()}]", text, attachments.remark(row))
        text = " ".join(part for part in parts if part)
    elif row.type == Message.Type.AUDIO and text:
        text = f"{HEARD} {text}"
    return Said(row.id, row.author, text, row.sent_at, files)


def _attributes(lead: Lead, facts: dict[str, str]) -> dict[str, str]:
    """The lead's facts as custom attributes; the names are those of our fields."""
    last = Classification.objects.filter(lead=lead).order_by("-at", "-pk").first()
    shown = {name: display.fact_value(name, value) for name, value in facts.items()}
    return {
        **{f"seleto_{name}": value for name, value in shown.items()},
        "seleto_temperatura": lead.get_temperature_display(),
        "seleto_pontuacao": str(last.score) if last else "",
        "seleto_nao_quer_mensagens": "sim" if lead.opted_out_at else "não",
    }


def _labels(lead: Lead, facts: dict[str, str], handoff: Handoff | None) -> tuple[str, ...]:
    temperature = lead.temperature if lead.temperature in TEMPERATURES else ""
    product = facts.get(Fact.Field.PRODUTO, "").lower().replace("_", "-")
    queue = f"{QUEUE}{handoff.queue}" if handoff else ""
    return tuple(label for label in (temperature, f"{PRODUCT}{product}" if product else "", queue) if label)


def shown_status(link_id: UUID) -> str:
    """What the status should be by the owner of this moment."""
    link = ChatwootLink.objects.get(pk=link_id)
    return _status(*_current(link.lead_id, link.channel_id))


def _current(lead_id: UUID, channel_id: UUID) -> tuple[Conversation | None, str]:
    """The newest session, and whether the agent may speak in it: one of `conversations.rollout`'s modes."""
    sessions = Conversation.objects.filter(lead_id=lead_id, channel_id=channel_id).annotate(rollout=rollout.mode())
    session = sessions.order_by("-opened_at").first()
    return session, session.rollout if session else ""


def _status(conversation: Conversation | None, mode: str) -> str:
    """``pending`` while the agent answers, ``open`` while a person does or has to; "" leaves what people set."""
    if conversation is None or conversation.owner == Conversation.Owner.NOBODY:
        return ""
    return "pending" if conversation.owner == Conversation.Owner.AGENT and mode == rollout.LIVE else "open"
