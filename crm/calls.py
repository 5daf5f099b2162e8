"""The history of what was asked of a CRM, fit for anybody's eyes (I11)."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import DatabaseError

from crm.gateway import Exchange
from crm.models import CrmCall
from seleto.lib import clock, logs, redact

log = logs.get(__name__)

MASK = "•••"
_lead: ContextVar[UUID | None] = ContextVar("crm_lead", default=None)


@contextmanager
def about(lead_id: UUID) -> Iterator[None]:
    """Calls made inside belong to this lead's history."""
    token = _lead.set(lead_id)
    try:
        yield
    finally:
        _lead.reset(token)


def record(exchange: Exchange, lead_id: UUID | None = None) -> None:
    """Keep a call, for the lead named or the one ``about`` tells. A history that cannot be written stops no sync."""
    lead_id = lead_id or _lead.get()
    log.info(
        "crm_called",
        lead=lead_id,
        endpoint=exchange.endpoint,
        method=exchange.method,
        status=exchange.status,
        outcome=exchange.outcome,
        ms=exchange.duration_ms,
    )
    try:
        CrmCall.objects.create(
            lead_id=lead_id,
            at=clock.now(),
            method=exchange.method,
            endpoint=exchange.endpoint,
            status=exchange.status,
            outcome=exchange.outcome[:60],
            duration_ms=exchange.duration_ms,
            request=dict(exchange.request),
            answer=dict(exchange.answer),
        )
    except DatabaseError as error:
        log.error("crm_call_not_kept", endpoint=exchange.endpoint, error=type(error).__name__)


def masked(values: Mapping[str, object], *, kept: Collection[str]) -> dict[str, object]:
    """Names of fields and ids stay; of every other value its length. ``kept`` names fields that hold codes of ours or
    theirs, shown as the redactor leaves them."""
    return {name: _kept(value) if _tells_nothing(name, kept) else _masked(value) for name, value in values.items()}


def _tells_nothing(name: str, kept: Collection[str]) -> bool:
    return name == "id" or name.endswith("_id") or name in kept


def _kept(value: object) -> object:
    return redact.text(value) if isinstance(value, str) else value


def _masked(value: object) -> object:
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return f"{MASK} ({len(str(value))})"
