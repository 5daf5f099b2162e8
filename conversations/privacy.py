"""What this app holds of a person: files and what was read in them, summaries, what people of the house noted, cases.

Each is a store of its own, so that a receipt can name it.
"""

import contextlib
import mimetypes
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from conversations.media import files
from conversations.models import Conversation, EvalCase, Media, Message, Reading, ShadowReply, WrongReply
from conversations.readings import WORDS
from conversations.readings.retention import without_identifiers
from leads.models import Fact, Identity
from seleto.lib import clock, privacy
from seleto.lib.privacy import PersonalData, Subject

_IDENTIFYING = (Fact.Field.NOME, Fact.Field.EMPRESA, Fact.Field.CNPJ, Fact.Field.EMAIL, Fact.Field.TELEFONE)


def register() -> None:
    for label, fields, find, export, erase in (
        (
            "Arquivos de mensagens e o que se leu neles",
            ("Media.path", "Media.filename", "Reading.text", "Message.media"),
            _files,
            _export_files,
            _erase_files,
        ),
        ("Resumos de conversas", ("Conversation.summary",), _summaries, _export_summaries, _erase_summaries),
        ("Respostas marcadas como erradas", ("WrongReply.words",), _reports, _export_reports, _erase_reports),
        (
            "Respostas em sombra",
            ("ShadowReply.reply", "ShadowReply.facts"),
            _find_shadows,
            _export_shadows,
            _erase_shadows,
        ),
        ("Casos de regressão feitos de conversas", ("EvalCase.data",), _cases, _export_cases, _erase_cases),
    ):
        privacy.register(
            PersonalData(
                app="conversations",
                label=label,
                fields=fields,
                find=find,
                export=export,
                erase=erase,
                files=_contents if find is _files else _no_files,
            )
        )


# --- files -------------------------------------------------------------------------------------------------------


def _media(subject: Subject) -> list[Media]:
    rows = Media.objects.filter(message__conversation__lead_id=subject.lead_id)
    return list(rows.select_related("message", "reading").order_by("created_at", "pk"))


def _files(subject: Subject) -> Iterable[Any]:
    return [f"media:{row.pk}" for row in _media(subject)]


def _export_files(subject: Subject) -> list[dict[str, Any]]:
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
        for row in _media(subject)
    ]


def _no_files(subject: Subject) -> Iterable[tuple[str, bytes]]:
    return ()


def _contents(subject: Subject) -> Iterable[tuple[str, bytes]]:
    """Those that are still here, under names of our own: a sender's name for a file may be any path."""
    for row in _media(subject):
        ending = mimetypes.guess_extension(row.mime.partition(";")[0].strip()) or ".bin"
        if row.path:
            with contextlib.suppress(files.Missing):
                yield f"{row.created_at:%Y-%m-%d}-{str(row.pk)[-8:]}{ending}", files.read(row.path)


@transaction.atomic
def _erase_files(subject: Subject) -> int:
    """The rows go, their files with them; a transcript is the text of its message and goes too."""
    rows = _media(subject)
    for row in rows:
        message = Message.objects.select_for_update().get(pk=row.message_id)
        if message.type == Message.Type.AUDIO and Reading.objects.filter(media=row).exists():
            message.text = ""
        message.media = {key: value for key, value in message.media.items() if key not in (WORDS, "filename")}
        message.save(update_fields=["text", "media"])
        row.delete()  # its file goes with it
    return len(rows)


# --- summaries ---------------------------------------------------------------------------------------------------


def _summaries(subject: Subject) -> Iterable[Any]:
    rows = Conversation.objects.filter(lead_id=subject.lead_id).exclude(summary="")
    return [f"conversation:{pk}" for pk in rows.order_by("opened_at").values_list("pk", flat=True)]


def _export_summaries(subject: Subject) -> list[dict[str, Any]]:
    rows = Conversation.objects.filter(lead_id=subject.lead_id).exclude(summary="").order_by("opened_at")
    return [{"aberta_em": row.opened_at.isoformat(), "resumo": row.summary} for row in rows]


def _erase_summaries(subject: Subject) -> int:
    """A summary that is being written is not kept, and nothing said until now is summarised again."""
    now, held = clock.now(), len(list(_summaries(subject)))
    Conversation.objects.filter(lead_id=subject.lead_id).update(summary="", summary_until=now, summary_due_at=None)
    return held


# --- what people of the house noted ------------------------------------------------------------------------------


def _reports(subject: Subject) -> Iterable[Any]:
    rows = WrongReply.objects.filter(conversation__lead_id=subject.lead_id).exclude(words="")
    return [f"wrongreply:{pk}" for pk in rows.order_by("reported_at").values_list("pk", flat=True)]


def _export_reports(subject: Subject) -> list[dict[str, Any]]:
    rows = WrongReply.objects.filter(conversation__lead_id=subject.lead_id).exclude(words="")
    return [
        {"motivo": row.get_reason_display(), "palavras": row.words, "marcada_em": row.reported_at.isoformat()}
        for row in rows.order_by("reported_at")
    ]


def _erase_reports(subject: Subject) -> int:
    """That a reply was wrong, and why by its kind, says nothing of the lead and stays."""
    return WrongReply.objects.filter(conversation__lead_id=subject.lead_id).exclude(words="").update(words="")


def _made_of(subject: Subject) -> list[EvalCase]:
    return list(EvalCase.objects.filter(report__conversation__lead_id=subject.lead_id).order_by("created_at"))


def _cases(subject: Subject) -> Iterable[Any]:
    return [f"evalcase:{row.pk}" for row in _made_of(subject)]


def _export_cases(subject: Subject) -> list[dict[str, Any]]:
    return [{"titulo": row.title, "caso": row.data} for row in _made_of(subject)]


@transaction.atomic
def _erase_cases(subject: Subject) -> int:
    """A case was made nobody's when it was made; what a person wrote into it since, or a name that was missed, goes
    too, and nothing leads from it to the lead any more."""
    facts = Fact.objects.filter(lead_id=subject.lead_id, field__in=_IDENTIFYING).values_list("value", flat=True)
    names = Identity.objects.filter(lead_id=subject.lead_id).values_list("display_name", flat=True)
    known = [*facts, *names, *(value for values in subject.identities.values() for value in values)]
    rows = _made_of(subject)
    for row in rows:
        row.title, row.data, row.report = without_identifiers(row.title, known), _nobodys(row.data, known), None
        row.save(update_fields=["title", "data", "report"])
    return len(rows)


def _nobodys(value: Any, known: list[str]) -> Any:
    match value:
        case str():
            return without_identifiers(value, known)
        case dict():
            return {key: _nobodys(item, known) for key, item in value.items()}
        case list():
            return [_nobodys(item, known) for item in value]
    return value


# --- replies of the shadow mode ----------------------------------------------------------------------------------


def _shadows(subject: Subject) -> QuerySet[ShadowReply]:
    return ShadowReply.objects.filter(conversation__lead_id=subject.lead_id).order_by("started_at", "pk")


def _export_shadows(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"escrita_em": row.started_at.isoformat(), "resposta": "\n\n".join(row.reply), "fatos": row.facts}
        for row in _shadows(subject)
    ]


def _find_shadows(subject: Subject) -> Iterable[Any]:
    return [f"shadow:{key}" for key in _shadows(subject).values_list("pk", flat=True)]


def _erase_shadows(subject: Subject) -> int:
    return _shadows(subject).delete()[0]
