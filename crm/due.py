"""When a lead has to be brought up to date in the CRM. Called inside the transaction of whatever happened."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from crm import gateways, rules
from seleto.lib import jobs
from seleto.lib.ids import new_id

STAGE = "crm_sync"
_MARK = (
    "WITH marked AS (INSERT INTO crm_crmsync AS s (id, lead_id, status, reason, attempts, due_at, refused)"
    " SELECT %s, l.id, 'ready', '', 0, %s, '{}' FROM leads_lead l WHERE l.id = %s"
    " ON CONFLICT (lead_id) DO UPDATE SET due_at = LEAST(s.due_at, excluded.due_at))"
)


def wanted() -> bool:
    """Whether this installation writes to a CRM."""
    return gateways.current() is not None and rules.current().settings.active


def mark(lead_id: UUID, *, now: datetime, at_once: bool = False) -> None:
    """Something happened with this lead: its row falls due after the debounce, or at once. One statement.

    SQL because making the row and moving its due time forward must be one step under concurrency, and the wake rides
    along with it. A lead that is gone makes no row.
    """
    if not wanted():
        return
    at = now if at_once else now + timedelta(seconds=settings.CRM_DEBOUNCE_S)
    wake, values = jobs.wake_sql(STAGE, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_MARK + wake, [new_id(), at, lead_id, *values])
    jobs.notify(STAGE, at=at)
