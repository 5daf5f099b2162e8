"""Real keys for what an address leaves open, so that a refusal is one of the person and not of a missing row."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from conversations.models import Conversation, Message
from knowledge.models import Product, ProductAttribute, PromptVersion
from leads.models import ErasureStep, Lead, SubjectExport, SubjectRequest
from seleto.backoffice.models import SavedView
from tests.security import matrix
from tests.security.world import World

# What a form has to say at least for its page to know what is asked.
FORMS: dict[str, dict[str, str]] = {
    "admin/backoffice/bulkrun/parados/confirmar/": {"source": "evento", "all": "1"},
    "admin/backoffice/bulkrun/parados/comecar/": {"source": "evento", "all": "1"},
    "admin/backoffice/bulkrun/configuracao/testar/": {"part": "empresa"},
    "admin/knowledge/rolloutrule/chave/": {"scope": "global", "on": "1"},
}


def _of_a_request(told: Any, address: str) -> dict[str, Any]:
    """A copy to take, a step that waits for somebody; the request itself otherwise."""
    at = told.subjectrequest.opened_at
    if "/copia/" in address:
        copy = SubjectExport.objects.create(
            request=told.subjectrequest, lead_id=told.lead.pk, content=b"zip", size=3, made_at=at, remove_at=at
        )
        return {"key": copy.pk}
    if "/passo/" in address:
        SubjectRequest.objects.create(lead=told.lead, kind="erasure", opened_at=at, due_at=at)
        step = ErasureStep.objects.create(
            lead_id=told.lead.pk, store="crm_nota", label="CRM", status="by_hand", created_at=at
        )
        return {"key": step.pk}
    return {"key": told.subjectrequest.pk}


def values_of(world: World, address: str) -> dict[str, str]:
    """By the name of each thing that ``address`` leaves open."""
    model = next((model for prefix, model in matrix.model_prefixes().items() if address.startswith(prefix)), None)
    row: Any = world.rows[model] if model else None
    one, other = Lead.objects.order_by("pk")[:2]
    told = world.told
    values: dict[str, Any] = {
        "app_label": "leads",
        "before": told.message.pk,
        "channel": "principal",
        "content_type_id": ContentType.objects.get_for_model(Lead).pk,
        "conversation": told.conversation.pk,
        "conversation_id": told.conversation.pk,
        "lead_id": told.lead.pk,
        "name": "pausar",
        "object_id": getattr(row, "pk", told.lead.pk),
        "one": one.pk,
        "other": other.pk,
        "request_id": told.subjectrequest.pk,
        "secret": "outro-segredo",
        "turn": told.turn.pk,
        "url": "nada/aqui",
        "version": PromptVersion.objects.order_by("-pk").values_list("pk", flat=True)[0],
    }
    for name in ("id", "key", "run_id", "handout_id", "media_id"):
        values[name] = getattr(row, "pk", "")
    if address.startswith("api/v1/"):
        kept = {"empresas": told.empresa, "handoffs": told.handoff, "leads": told.lead, "orcamentos": told.orcamento}
        values["pk"] = kept.get(address.split("/")[2], told.conversation).pk
    if "subjectrequest/" in address:
        values |= {"deed": "feito" if "/passo/" in address else "encerrar", **_of_a_request(told, address)}
    if model is Conversation:
        values["key"] = told.conversation.pk
    if "visoes/" in address:
        values["key"] = SavedView.objects.values_list("pk", flat=True).first()
    if "wrongreply/marcar" in address:
        values["key"] = Message.objects.filter(author=Message.Author.AGENT).values_list("pk", flat=True)[0]
    if "second-factor" in address or "segundo-fator" in address:
        values["key"] = world.users["N"].pk
    if "/history/" in address and row is not None and hasattr(row, "history"):
        part = ProductAttribute.objects.order_by("pk")[0]
        version = (part if "<slug:part>" in address else row).history.first()
        values |= {"version_id": version.pk, "part": "productattribute"}
        if "<slug:part>" in address and isinstance(row, Product):
            values["object_id"] = part.product_id
    return {name: str(value) for name, value in values.items()}
