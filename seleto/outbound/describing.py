"""What a delivery says: ids, codes and states. Who needs more asks `/api/v1`, with a token that may read it (I11)."""

import json
from collections.abc import Callable
from typing import Any

from conversations.models import Conversation, Handoff, Message
from crm.models import CrmLink
from leads.models import Classification, Fact, Lead, Orcamento
from seleto.outbound.models import TEST, Delivery

Data = dict[str, Any]


def body(delivery: Delivery) -> str | None:
    """The JSON text of Standard Webhooks' payload: type, timestamp, data. None when the subject is gone."""
    data = _DATA[delivery.kind](delivery)
    if data is None:
        return None
    told = {"type": delivery.kind, "timestamp": delivery.occurred_at.isoformat(), "data": {**data, **delivery.detail}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _lead(delivery: Delivery) -> Data | None:
    lead = Lead.objects.filter(pk=delivery.subject_id).first()
    if lead is None:
        return None
    last = Classification.objects.filter(lead=lead).order_by("-at", "-pk").first()
    product = Fact.objects.filter(lead=lead, field=Fact.Field.PRODUTO, superseded_at=None)
    return {
        "lead": str(lead.pk),
        "temperature": lead.temperature or None,
        "score": last.score if last else None,
        "product": product.values_list("value", flat=True).first(),
        "origin": lead.origin or None,
        "opted_out": lead.opted_out_at is not None,
    }


def _crm(delivery: Delivery) -> Data | None:
    lead = Lead.objects.filter(pk=delivery.subject_id).first()
    if lead is None:
        return None
    mine = [lead.pk, *Orcamento.objects.filter(lead=lead).values_list("pk", flat=True)]
    shown = {CrmLink.Kind.PERSON: "person", CrmLink.Kind.DEAL: "deals"}
    links = CrmLink.objects.filter(local_id__in=mine, kind__in=shown).exclude(remote_id="").order_by("pk")
    ids: dict[str, list[str]] = {name: [] for name in shown.values()}
    for kind, remote_id in links.values_list("kind", "remote_id"):
        ids[shown[CrmLink.Kind(kind)]].append(remote_id)
    return {"lead": str(lead.pk), "person": next(iter(ids["person"]), None), "deals": ids["deals"]}


def _conversation(delivery: Delivery) -> Data | None:
    row = Conversation.objects.filter(pk=delivery.subject_id).first()
    return None if row is None else {"conversation": str(row.pk), "lead": str(row.lead_id)}


def _handoff(delivery: Delivery) -> Data | None:
    row = Handoff.objects.filter(pk=delivery.subject_id).select_related("conversation").first()
    if row is None:
        return None
    return {
        "handoff": str(row.pk),
        "conversation": str(row.conversation_id),
        "lead": str(row.conversation.lead_id),
        "queue": row.queue,
        "reason": row.reason,
    }


def _message(delivery: Delivery) -> Data | None:
    row = Message.objects.filter(pk=delivery.subject_id).select_related("conversation").first()
    if row is None:
        return None
    return {
        "message": str(row.pk),
        "conversation": str(row.conversation_id),
        "lead": str(row.conversation.lead_id),
        "author": row.author,
        "type": row.type,
    }


_DATA: dict[str, Callable[[Delivery], Data | None]] = {
    "lead.created": _lead,
    "lead.updated": _lead,
    "lead.qualified": _lead,
    "conversation.paused": _conversation,
    "conversation.resumed": _conversation,
    "handoff.opened": _handoff,
    "message.sent": _message,
    "message.failed": _message,
    "crm.synced": _crm,
    TEST: lambda delivery: {},
}
