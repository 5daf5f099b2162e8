"""What this app holds of a person: a telephone that the agent always answers, and questions that name somebody."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from knowledge.models import Gap, RolloutPhone
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject

_LEAST, _LEAST_PART = 3, 4
_STRIPPED = "[removido]"


def register() -> None:
    privacy.register(
        PersonalData(
            app="knowledge",
            label="Telefones que o agente sempre responde",
            fields=("RolloutPhone.phone", "RolloutPhone.note"),
            find=_find,
            export=_export,
            erase=_erase,
        )
    )
    privacy.register(
        PersonalData(
            app="knowledge",
            label="Perguntas sem resposta que citam a pessoa",
            fields=("Gap.question", "Gap.answer", "Gap.key"),
            find=lambda subject: [f"gap:{row.pk}" for row in _gaps(subject)],
            export=lambda subject: [{"pergunta": row.question} for row in _gaps(subject)],
            erase=_erase_gaps,
        )
    )


def _named(subject: Subject) -> re.Pattern[str] | None:
    """Whatever tells the person, as whole words; of a full name each longer part too."""
    known = [*subject.names, *(value for values in subject.identities.values() for value in values)]
    parts = [part for name in subject.names if "@" not in name for part in name.split() if len(part) >= _LEAST_PART]
    words = sorted({word for word in (*known, *parts) if len(word) >= _LEAST}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE) if words else None


def _gaps(subject: Subject) -> list[Gap]:
    named = _named(subject)
    if named is None:
        return []
    return [
        row for row in Gap.objects.order_by("first_asked_at") if named.search(f"{row.question} {row.answer} {row.key}")
    ]


def _erase_gaps(subject: Subject) -> int:
    """What is asked stays, for it will be asked again; whose words it was goes."""
    named, rows = _named(subject), _gaps(subject)
    if named is None:
        return 0
    for row in rows:
        row.question, row.answer = named.sub(_STRIPPED, row.question), named.sub(_STRIPPED, row.answer)
        row.key = f"anonimizada {row.pk}"
        row.save(update_fields=["question", "answer", "key"])
    return len(rows)


def _rows(subject: Subject) -> QuerySet[RolloutPhone]:
    return RolloutPhone.objects.filter(phone__in=subject.identities.get("phone", ()))


def _find(subject: Subject) -> Iterable[Any]:
    return [f"rollout_phone:{key}" for key in _rows(subject).values_list("pk", flat=True)]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [{"telefone": row.phone, "observacao": row.note} for row in _rows(subject)]


def _erase(subject: Subject) -> int:
    return _rows(subject).delete()[0]
