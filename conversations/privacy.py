"""What this app holds of a person in files: what they sent, what was sent to them, and what was read in it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from conversations.models import Media, Message, Reading
from conversations.readings import WORDS
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject


def register() -> None:
    privacy.register(
        PersonalData(
            app="conversations",
            label="Arquivos de mensagens e o que se leu neles",
            fields=("Media.path", "Media.filename", "Reading.text", "Message.media"),
            find=_find,
            export=_export,
            erase=_erase,
        )
    )


def _rows(subject: Subject) -> list[Media]:
    rows = Media.objects.filter(message__conversation__lead_id=subject.lead_id)
    return list(rows.select_related("message", "reading").order_by("created_at", "pk"))


def _find(subject: Subject) -> Iterable[Any]:
    return [f"media:{row.pk}" for row in _rows(subject)]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [
        {
            "tipo": row.get_kind_display(),
            "sentido": row.get_direction_display(),
            "nome": row.filename,
            "conteudo": row.mime,
            "tamanho": row.size,
            "sha256": row.sha256,
            "recebido_em": row.created_at.isoformat(),
            "guardado_ate": row.keep_until.isoformat(),
            "texto": row.reading.text if hasattr(row, "reading") else "",
        }
        for row in _rows(subject)
    ]


@transaction.atomic
def _erase(subject: Subject) -> int:
    """The rows go, their files with them; a transcript is the text of its message and goes too."""
    rows = _rows(subject)
    for row in rows:
        message = Message.objects.select_for_update().get(pk=row.message_id)
        if message.type == Message.Type.AUDIO and Reading.objects.filter(media=row).exists():
            message.text = ""
        message.media = {key: value for key, value in message.media.items() if key not in (WORDS, "filename")}
        message.save(update_fields=["text", "media"])
        row.delete()  # its file goes with it
    return len(rows)
