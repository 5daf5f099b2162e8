"""What this app holds of a person: a telephone that the agent always answers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from knowledge.models import RolloutPhone
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject


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


def _rows(subject: Subject) -> QuerySet[RolloutPhone]:
    return RolloutPhone.objects.filter(phone__in=subject.identities.get("phone", ()))


def _find(subject: Subject) -> Iterable[Any]:
    return [f"rollout_phone:{key}" for key in _rows(subject).values_list("pk", flat=True)]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [{"telefone": row.phone, "observacao": row.note} for row in _rows(subject)]


def _erase(subject: Subject) -> int:
    return _rows(subject).delete()[0]
