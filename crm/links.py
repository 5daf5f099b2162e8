"""Ours and theirs: how a run notes what it is about to do and what came of it, so that the next one can go on.

Before a record is created its link says ``unsure``; the id ends that at once. Whoever no longer holds the lead's row
(another process took it, the lead was merged or erased) can note nothing, and therefore creates nothing: ``Lost``.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from crm import drifts
from crm.models import CrmLink
from leads import erasure, services
from leads.models import Orcamento

_HELD = (
    "EXISTS (SELECT FROM crm_crmsync s WHERE s.lease_token = %(token)s AND s.leased_until > clock_timestamp())"
    " AND (l.kind <> 'empresa' OR (l.lease_token = %(token)s AND l.leased_until > clock_timestamp()))"
)


class Lost(Exception):
    """The lead's row is not this run's any more."""


class Busy(Exception):
    """Somebody else has the record in hand, or an unanswered create needs time to take effect."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("busy")
        self.wait_s = wait_s


def get(kind: CrmLink.Kind, local_id: UUID, *, now: datetime) -> CrmLink:
    """The link of one of our rows, made if there is none."""
    link, _ = CrmLink.objects.get_or_create(
        kind=kind, local_id=local_id, defaults={"created_at": now, "code": f"seleto:{kind}:{local_id}"}
    )
    return link


def reserve(link: CrmLink, token: UUID) -> None:
    """Take a company that several leads may be about to write, and read again what is known of it. Raises ``Busy``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_crmlink SET lease_token = %s, leased_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND (leased_until IS NULL OR leased_until < clock_timestamp() OR lease_token = %s)",
            [token, settings.LEASE_S, link.pk, token],
        )
        if not cursor.rowcount:
            raise Busy(_rest_of(link) or 1.0)
    link.refresh_from_db()


def give_back(ids: list[int], token: UUID) -> None:
    """End the reservations of a run."""
    if ids:
        CrmLink.objects.filter(pk__in=ids, lease_token=token).update(lease_token=None, leased_until=None)


def rest(link: CrmLink) -> None:
    """A create was not answered: nobody looks for it before it had time to take effect."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_crmlink SET lease_token = NULL, leased_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s",
            [settings.CRM_LOOK_AFTER_S, link.pk],
        )


def check_rested(link: CrmLink, token: UUID) -> None:
    """Raises ``Busy`` while an unanswered create may still take effect."""
    if link.lease_token != token and (wait_s := _rest_of(link)):
        raise Busy(wait_s)


def _rest_of(link: CrmLink) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM leased_until - clock_timestamp()), lease_token IS NULL FROM crm_crmlink"
            " WHERE id = %s AND leased_until > clock_timestamp()",
            [link.pk],
        )
        row = cursor.fetchone()
    # A lease is renewed as long as its holder lives: how long it still runs says nothing about when it ends.
    return (float(row[0]) if row[1] else 1.0) if row else 0.0


def still_ours(link: CrmLink, token: UUID) -> None:
    """Raises ``Lost``."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM crm_crmlink l WHERE l.id = %(id)s AND {_HELD}",  # noqa: S608 our constants
            {"id": link.pk, "token": token},
        )
        if cursor.fetchone() is None:
            raise Lost


def begin(link: CrmLink, token: UUID, *, written: Mapping[str, Any] | None = None) -> None:
    """About to create: from here on the answer may be lost. Raises ``Lost``."""
    values: dict[str, int | UUID | str] = {"id": link.pk, "token": token}
    values["written"] = json.dumps(written or link.written)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_crmlink l SET unsure = true, written = %(written)s::jsonb"  # noqa: S608 our constants
            f" WHERE l.id = %(id)s AND {_HELD}",
            values,
        )
        if not cursor.rowcount:
            raise Lost
    link.unsure, link.written = True, dict(written or link.written)


def gave_up(link: CrmLink) -> None:
    """It was certainly not created."""
    link.unsure = False
    CrmLink.objects.filter(pk=link.pk).update(unsure=False)


def made(
    link: CrmLink, remote_id: str, *, now: datetime, written: Mapping[str, Any] | None = None, digest: str = ""
) -> bool:
    """Keep the id of what was created or found; False when it is another lead's already.

    Raises ``Lost`` when our row is gone, after telling people what stands there now.
    """
    link.remote_id, link.unsure = remote_id, False
    link.written = dict(link.written if written is None else written)
    link.digest = digest or link.digest
    try:
        with transaction.atomic():
            kept = CrmLink.objects.filter(pk=link.pk).update(
                remote_id=remote_id, unsure=False, written=link.written, digest=link.digest
            )
            if kept and link.kind == CrmLink.Kind.DEAL:
                services.keep_deal_id(link.local_id, remote_id)
    except IntegrityError:
        link.refresh_from_db()
        return False
    if not kept:
        lead_id = link.local_id
        if link.kind != CrmLink.Kind.PERSON:
            lead_id = Orcamento.objects.filter(pk=link.local_id).values_list("lead_id", flat=True).first() or lead_id
        erasure.found_later(lead_id, f"crm_{link.kind}", remote_id, now=now)
        drifts.report(drifts.OWNERLESS, local_kind=link.kind, local_id=link.local_id, remote_id=remote_id, now=now)
        raise Lost
    return True


def wrote(link: CrmLink, written: Mapping[str, Any]) -> None:
    """What holds over there from now on, by our hand or a person's."""
    link.written = {**link.written, **written}
    CrmLink.objects.filter(pk=link.pk).update(written=link.written)


def forget(link: CrmLink) -> None:
    """The record is gone over there."""
    CrmLink.objects.filter(pk=link.pk).update(remote_id="", unsure=False, written={}, digest="", refused={})
    if link.kind == CrmLink.Kind.DEAL:
        services.keep_deal_id(link.local_id, "")
    link.refresh_from_db()


def refuse(link: CrmLink, field: str, value: object, message: str) -> None:
    """They do not take this value."""
    link.refused = {**link.refused, field: [_digest(value), message[:200]]}
    CrmLink.objects.filter(pk=link.pk).update(refused=link.refused)


def is_refused(link: CrmLink, field: str, value: object) -> bool:
    return field in link.refused and link.refused[field][0] == _digest(value)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
