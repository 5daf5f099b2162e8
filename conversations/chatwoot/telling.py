"""What people in Chatwoot are told about a message after it was shown: changed, taken back, or never arrived.

A message over there stays as it was written. Every note quotes the message it speaks of, so that it is understood
wherever it comes to stand, and is written once under its key.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from conversations.chatwoot import due
from conversations.media.outgoing import UNCONFIRMED
from conversations.models import Media, Message, Outbox
from conversations.wording import excerpt, words

# Why a message never left: the SDR deleted it in Chatwoot first.
DELETED_THERE = "apagada_no_chatwoot"
_QUOTE = 300


def edited(message: Message, *, now: datetime) -> None:
    """The lead, or a person on the company's phone, changed a message; ``previous_texts`` holds what it said before."""
    who = "O lead editou uma mensagem" if _of_lead(message) else "No celular da empresa, uma mensagem foi editada"
    before = message.previous_texts[-1] if message.previous_texts else ""
    text = f"✏️ {who}. Antes: “{excerpt(before, _QUOTE)}”. Agora: “{excerpt(message.text, _QUOTE)}”."
    _tell(message, f"editada:{message.pk}:{len(message.previous_texts)}", text, now)


def deleted(message: Message, *, now: datetime) -> None:
    """A message was deleted for everyone on WhatsApp. One that was never shown is not quoted either."""
    who = "O lead apagou para todos" if _of_lead(message) else "Foi apagada no WhatsApp, também para o lead,"
    what = f"a mensagem {_quoted(message)}" if message.chatwoot_id else "uma mensagem que acabara de ser enviada"
    _tell(message, f"apagada:{message.pk}", f"🗑️ {who} {what}.", now)


def deleted_there(message: Message, *, now: datetime) -> None:
    """An SDR deleted a message in Chatwoot: taken back if it has not left, else WhatsApp still has it.

    WhatsApp deletes for the lead only within its own time and leaves a trace; that stays a person's decision, on the
    phone. ``message``'s conversation is locked.
    """
    waiting = Outbox.objects.filter(message=message, status=Outbox.Status.QUEUED)
    if waiting.update(status=Outbox.Status.CANCELLED, reason=DELETED_THERE):
        Message.objects.filter(pk=message.pk).update(status=Message.Status.CANCELLED)
        text = f"🗑️ A mensagem {_quoted(message)}, apagada aqui, ainda não tinha saído: o lead não a recebe."
    elif message.status in (Message.Status.CANCELLED, Message.Status.FAILED):
        return
    else:
        text = (
            f"⚠️ A mensagem {_quoted(message)} foi apagada só aqui: no WhatsApp do lead ela continua."
            " Para apagá-la também lá, use o celular da empresa."
        )
    _tell(message, f"apagada-aqui:{message.pk}", text, now)


def edited_there(message: Message, text: str, *, now: datetime) -> None:
    """An SDR changed in Chatwoot what had left: the lead keeps what was sent."""
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    told = f"⚠️ A mensagem {_quoted(message)} foi editada só aqui: no WhatsApp do lead ela continua como era."
    _tell(message, f"editada-aqui:{message.pk}:{version}", told, now)


def failed(messages: Iterable[UUID], *, reason: str, now: datetime) -> None:
    """These messages did not reach the lead, or nobody knows; ``reason`` as in the outbox.

    Call once per failure, inside the transaction that records it.
    """
    rows = Message.objects.filter(pk__in=list(messages)).exclude(author=Message.Author.LEAD)
    files = {media.message_id: media for media in Media.objects.filter(message__in=rows)}
    for row in rows.select_related("conversation"):
        what = _subject(row, files.get(row.pk))
        text = f"⚠️ {what} não chegou ao lead: {words(reason)}."
        if reason == UNCONFIRMED:
            text = f"⚠️ Não há confirmação de que chegou ao lead: {what}. Confira no WhatsApp antes de repetir."
        _tell(row, f"falha:{row.pk}:{now:%Y%m%d%H%M%S}", text, now)


def _subject(message: Message, media: Media | None) -> str:
    if media is not None and media.source == Media.Source.CHATWOOT:
        return f"O anexo “{media.filename}”" if media.filename else "O anexo"
    who = "A resposta do agente" if message.author == Message.Author.AGENT else "A mensagem"
    return f"{who} {_quoted(message)}"


def _of_lead(message: Message) -> bool:
    return message.author == Message.Author.LEAD


def _quoted(message: Message) -> str:
    return f"“{excerpt(message.text)}”" if message.text else f"({message.get_type_display()})"


def _tell(message: Message, key: str, text: str, now: datetime) -> None:
    due.note(lead_id=message.conversation.lead_id, channel_id=message.channel_id, key=key, text=text, now=now)
