"""What was said, as people read it: bubbles, ticks and marks; stopped drafts with what broke a rule in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.media import kinds
from conversations.models import GuardrailHit, Media, Message, Reading, Turn
from conversations.readings import STATE, WORDS
from conversations.wording import intents, matters, rule, words
from leads.models import Fact, Identity
from seleto.lib.admin_lists import LOCAL, local

_TICKS = {
    Message.Status.QUEUED: "…",
    Message.Status.SENT: "✓",
    Message.Status.DELIVERED: "✓✓",
    Message.Status.READ: "✓✓",
    Message.Status.PLAYED: "✓✓",
    Message.Status.UNKNOWN: "?",
    Message.Status.FAILED: "!",
    Message.Status.CANCELLED: "×",
}
_SIDES = {Message.Author.LEAD: "lead", Message.Author.AGENT: "agent"}
_NAMES = {Message.Author.AGENT: "Agente", Message.Author.PHONE: "Pessoa (celular)", Message.Author.PERSON: "Pessoa"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message, ready to be shown. ``side``: lead, agent or person; ``day`` is set on the first of its ``date``."""

    id: UUID
    side: str
    author: str
    text: str
    placeholder: str
    time: str
    day: str
    status: str
    status_code: str
    tick: str
    marks: tuple[str, ...]
    quoted: str
    previous: tuple[str, ...]
    event_id: UUID | None
    files: tuple["Shown", ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file under its message. ``player``: audio, video, image, or "" for a link; without ``address`` it is not here
    and ``words`` say why. ``says``: what was read in it, which is nobody's own words."""

    address: str
    player: str
    name: str
    words: str
    says: str = ""


def lead_name(facts: Sequence[Fact], identities: Sequence[Identity]) -> str:
    """What the lead said their name is, else what WhatsApp shows."""
    told = next((fact.value for fact in facts if fact.field == Fact.Field.NOME), "")
    return told or next((row.display_name for row in identities if row.display_name), "") or "sem nome"


def bubbles(rows: Sequence[Message], *, lead_name: str) -> list[Bubble]:
    """The rows in the order given, which is the order of the page."""
    by_provider_id = {row.provider_id: row for row in rows if row.provider_id}
    files = _files(rows)
    made: list[Bubble] = []
    last_day: date | None = None
    for row in rows:
        here = row.sent_at.astimezone(LOCAL)
        quoted = by_provider_id.get(row.reference_id) if row.reference_id else None
        made.append(
            Bubble(
                id=row.id,
                side=_SIDES.get(Message.Author(row.author), "person"),
                author=_NAMES.get(Message.Author(row.author), lead_name),
                text="" if row.deleted_at else row.text,
                placeholder=_placeholder(row),
                time=here.strftime("%d/%m %H:%M"),
                day=here.strftime("%d/%m/%Y") if here.date() != last_day else "",
                status="" if row.author == Message.Author.LEAD else row.get_status_display(),
                status_code=row.status,
                tick=_TICKS.get(Message.Status(row.status), ""),
                marks=_marks(row),
                quoted=("(apagada)" if quoted.deleted_at else quoted.text)[:120] if quoted else "",
                previous=() if row.deleted_at else tuple(row.previous_texts),
                event_id=row.event_id,
                files=() if row.deleted_at else tuple(files.get(row.id, ())),
                date=here.strftime("%d/%m/%Y"),
            )
        )
        last_day = here.date()
    return made


def about(turn: Turn) -> str:
    """What the lead's messages were about, heard by rules or by the model; "other" adds nothing to anything else."""
    heard = dict.fromkeys([*(matters([code]) for code in turn.matters), *(intents([code]) for code in turn.intents)])
    return ", ".join([words for words in heard if words != "outro"] or heard)


def _files(rows: Sequence[Message]) -> dict[UUID, list[Shown]]:
    found: dict[UUID, list[Shown]] = {}
    says = {row.id: str(row.media.get(WORDS) or "") for row in rows}
    for media in Media.objects.filter(message__in=[row.id for row in rows]).order_by("created_at", "id"):
        here = media.state == Media.State.STORED
        found.setdefault(media.message_id, []).append(
            Shown(
                address=reverse("admin:conversations_media_file", args=[media.pk]) if here else "",
                player=media.mime.partition("/")[0] if here and kinds.shown_inline(media.mime) else "",
                name=kinds.name_of(media) if here else media.filename,
                says=says[media.message_id],
                words="" if here else media.get_state_display() + (f": {words(media.reason)}" if media.reason else ""),
            )
        )
    return found


def marked(hit: GuardrailHit) -> SafeString:
    """A stopped draft, escaped, with the stretches that broke a rule marked."""
    return marked_text(hit.draft, hit.spans)


def marked_text(draft: str, spans: Iterable[Sequence[Any]]) -> SafeString:
    """The draft, escaped, with its ``spans`` (start, end, rule) marked."""
    parts, at = [], 0
    for start, end, kind in sorted(spans, key=tuple):
        if start < at:  # spans of two rules may overlap
            continue
        parts.append(format_html('{}<mark title="{}">{}</mark>', draft[at:start], rule(kind), draft[start:end]))
        at = end
    return format_html("{}{}", format_html_join("", "{}", ((part,) for part in parts)), draft[at:])


def _placeholder(row: Message) -> str:
    """What stands for content that is no text."""
    if row.deleted_at:
        return "Mensagem apagada"
    if row.type == Message.Type.TEXT:
        return "" if row.text else "(sem texto)"
    if row.type == Message.Type.REACTION:
        return "Reagiu" if row.text else "Retirou a reação"
    parts = [row.get_type_display().capitalize()]
    if row.media.get("filename"):
        parts.append(str(row.media["filename"]))
    if row.media.get("seconds"):
        parts.append(f"{row.media['seconds']} s")
    return " · ".join(parts)


def _marks(row: Message) -> tuple[str, ...]:
    marks = {
        _said(row): _said(row),
        "encaminhada": row.forwarded,
        f"editada {local(row.edited_at)}": row.edited_at,
        f"apagada {local(row.deleted_at)}": row.deleted_at,
    }
    return tuple(words for words, on in marks.items() if on)


def _said(row: Message) -> str:
    """How the reading of a file ended, where that is not plain from the text itself."""
    ended = row.media.get(STATE)
    if row.type != Message.Type.AUDIO or not ended:
        return ""
    return "transcrição automática" if ended == Reading.State.DONE else f"sem transcrição: {Reading.State(ended).label}"
