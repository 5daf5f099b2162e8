"""From a figure of the first page to the list that shows what it counts."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from seleto.backoffice.home import Scope

# Kind of row that stands still -> (list, filter, path to the channel, action that has it tried again, its words).
STUCK = {
    "events": ("conversations_event", {"atencao": "parados"}, "channel__id__exact", "reprocess", "Reprocessar"),
    "outbox": ("conversations_outbox", {"atencao": "sim"}, "channel__id__exact", "requeue", "Enviar de novo"),
    "turns": ("conversations_turn", {"atencao": "sim"}, "conversation__channel__id__exact", "retry", "Tentar de novo"),
    "alarms": (
        "conversations_handoffalarm",
        {"status__exact": "parked"},
        "handoff__conversation__channel__id__exact",
        "retry_alarms",
        "Tentar de novo",
    ),
    "mirror": (
        "conversations_chatwootlink",
        {"status__exact": "parked"},
        "channel__id__exact",
        "mirror_again",
        "Espelhar de novo",
    ),
    "crm": ("crm_crmsync", {"situacao": "parada"}, "canal", "retry_syncs", "Tentar agora"),
}


def to_list(route: str, **filters: Any) -> str:
    """The address of a list; filters without a value are left out."""
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    return reverse(f"admin:{route}_changelist") + (f"?{urlencode(given)}" if given else "")


def leads(scope: Scope, first: date | None = None, **filters: Any) -> str:
    """New leads since ``first`` until today, or of the period."""
    begins, ends = (first, scope.today) if first else (scope.first, scope.last)
    return to_list("leads_lead", created_at_de=begins, created_at_ate=ends, canal=scope.channel, **filters)


def of_origin(scope: Scope, origin: str, first: date) -> str:
    return leads(scope, first, origin=origin) if origin else leads(scope, first, com_origem="nao")


def in_period(route: str, field: str, scope: Scope, channel: str, **filters: Any) -> str:
    """Rows whose ``field`` lies in the period; ``channel`` names the filter that takes the channel."""
    period = {f"{field}_de": scope.first, f"{field}_ate": scope.last, channel: scope.channel}
    return to_list(route, **period, **filters)


def hot(scope: Scope) -> str:
    return to_list(
        "conversations_handoff",
        aberto="espera",
        conversation__lead__temperature__exact="quente",
        conversation__channel__id__exact=scope.channel,
    )


def pending() -> str:
    return to_list("backoffice_pendingchange", status__exact="waiting")


def stuck(kind: str, scope: Scope) -> str:
    route, filters, channel, _, _ = STUCK[kind]
    return to_list(route, **filters, **{channel: scope.channel})
