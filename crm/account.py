"""The account's own lists: funnels, stages, origins, people, kinds of activity. Kept as they were read last, so that
pages name ids while the CRM is down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from crm import rules
from crm.gateway import Choice, CrmGateway
from crm.models import CrmSettings

PIPELINES, STAGES, ORIGINS, OWNERS, ACTIVITY_TYPES = "pipelines", "stages", "origins", "owners", "activity_types"
# Which list each setting is chosen from.
LIST_OF: Final = {
    "pipeline_id": PIPELINES,
    "stage_new_id": STAGES,
    "stage_qualified_id": STAGES,
    "owner_id": OWNERS,
    "default_origin_id": ORIGINS,
    "follow_up_type_id": ACTIVITY_TYPES,
    "stage_id": STAGES,
    "origin_id": ORIGINS,
    "type_id": ACTIVITY_TYPES,
}

Lists = Mapping[str, Sequence[Choice]]


def read(gateway: CrmGateway) -> Lists:
    """Ask for all of them; five calls. Raises the outcomes of ``seleto.lib.errors``."""
    return {
        OWNERS: gateway.owners(),
        PIPELINES: gateway.pipelines(),
        STAGES: gateway.stages(),
        ORIGINS: gateway.origins(),
        ACTIVITY_TYPES: gateway.activity_types(),
    }


def keep(lists: Lists, *, now: datetime) -> None:
    """As the account's lists from now on."""
    stored = {kind: [[one.id, one.name, one.of] for one in rows] for kind, rows in lists.items()}
    CrmSettings.objects.filter(pk=1).update(account=stored, account_at=now)
    rules.forget()


def known() -> Lists:
    """The lists as they were read last; empty before the first time."""
    lists = rules.current().settings.account
    return {kind: [Choice(*one) for one in rows] for kind, rows in lists.items()}


def named(lists: Lists, field: str, id_: str) -> str:
    """``647558`` → ``Novo lead (647558)`` for a field that holds an id of a list; the id alone when it is not in it."""
    choice = next((one for one in lists.get(LIST_OF.get(field, ""), ()) if one.id == id_), None)
    return f"{choice.name} ({id_})" if choice and id_ else id_


def strangers(row: CrmSettings, lists: Lists) -> list[str]:
    """The settings whose ids the account does not have, or has in another funnel."""
    found = []
    for field in ("pipeline_id", "stage_new_id", "stage_qualified_id", "owner_id", "default_origin_id"):
        choice = next((one for one in lists.get(LIST_OF[field], ()) if one.id == getattr(row, field)), None)
        elsewhere = choice is not None and choice.of not in ("", row.pipeline_id)
        if getattr(row, field) and (choice is None or elsewhere):
            found.append(field)
    types = {one.id for one in lists.get(ACTIVITY_TYPES, ())}
    return found + (["follow_up_type_id"] if row.follow_up_type_id and row.follow_up_type_id not in types else [])
