"""A lead as the plan needs it, read from the rows of all apps below."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, Q

from conversations.models import Conversation, Handoff, Message
from crm.models import CrmLink
from crm.values import Firm, Handed, Need, Told, Values
from knowledge import queries
from leads.models import Classification, Empresa, Fact, Identity, Interest, Lead, Orcamento
from leads.phones import canonical
from seleto.lib.models import AuditEntry

_OWN_WORDS = (Fact.Evidence.SAID, Fact.Evidence.CONFIRMED)


def read(lead_id: UUID) -> Values | None:
    """None when there is no such lead (any more)."""
    lead = Lead.objects.filter(pk=lead_id).first()
    if lead is None:
        return None
    facts = {
        row.field: Told(row.value, row.created_at, row.evidence in _OWN_WORDS, row.quote)
        for row in Fact.objects.filter(lead=lead, superseded_at=None)
    }
    needs = list(Orcamento.objects.filter(lead=lead, status=Orcamento.Status.OPEN).order_by("created_at", "pk"))
    scored = Classification.objects.filter(lead=lead).order_by("-at", "-pk").values("score", "reasons").first()
    names, phones = _identities(lead_id)
    informed = canonical(facts[Fact.Field.TELEFONE].value) if Fact.Field.TELEFONE in facts else None
    links = _links(lead_id, needs)
    return Values(
        lead_id=lead_id,
        created_at=lead.created_at,
        temperature=lead.temperature,
        score=scored["score"] if scored else None,
        reasons=tuple(scored["reasons"]) if scored else (),
        facts=facts,
        shown_name=names,
        phones=tuple(dict.fromkeys([*phones, *([informed] if informed else [])])),
        firms=_firms(lead, needs),
        empresa_id=lead.empresa_id,
        needs=tuple(_need(row, links) for row in needs),
        registered=(CrmLink.Kind.PERSON.value, lead_id) in links,
        origin=lead.origin,
        referral=lead.referral,
        opted_out=lead.opted_out_at is not None,
        interests=tuple(Interest.objects.filter(lead=lead).order_by("at").values_list("produto", flat=True)),
        disclosed=_disclosed(lead_id),
        product_names={product.code: product.name for product in queries.products()},
        **_talk(lead_id),
    )


def _identities(lead_id: UUID) -> tuple[str, list[str]]:
    """The name WhatsApp shows and the phones."""
    rows = list(Identity.objects.filter(lead_id=lead_id).order_by("pk"))
    name = next((row.display_name for row in rows if row.display_name), "")
    return name, [row.value for row in rows if row.kind == Identity.Kind.PHONE]


def _firms(lead: Lead, needs: list[Orcamento]) -> dict[UUID, Firm]:
    wanted = {key for key in (lead.empresa_id, *(row.empresa_id for row in needs)) if key}
    return {
        row.pk: Firm(row.pk, row.nome, row.cnpj or "", row.cidade, row.uf, row.site, row.email, row.telefone)
        for row in Empresa.objects.filter(pk__in=wanted)
    }


_Links = Mapping[tuple[str, UUID], CrmLink]


def _links(lead_id: UUID, needs: list[Orcamento]) -> _Links:
    """What stands in the CRM, or may stand there."""
    rows = CrmLink.objects.filter(local_id__in=[lead_id, *(row.pk for row in needs)])
    return {(row.kind, row.local_id): row for row in rows if row.remote_id or row.unsure}


def _need(row: Orcamento, links: _Links) -> Need:
    deal = links.get((CrmLink.Kind.DEAL, row.pk))
    note = links.get((CrmLink.Kind.NOTE, row.pk))
    at = note.written.get("at") if note else None
    return Need(
        id=row.pk,
        empresa_id=row.empresa_id,
        produto=row.produto,
        necessidade=row.necessidade,
        volume=row.volume,
        urgencia=row.urgencia,
        segmento=row.segmento,
        deal_id=(deal.remote_id if deal else "") or str(row.oportunidade_pipe_id or ""),
        deal_unsure=deal is not None and deal.unsure,
        note_digest=note.digest if note else "",
        note_at=datetime.fromisoformat(at) if at else None,
        followed_up=bool((link := links.get((CrmLink.Kind.ACTIVITY, row.pk))) and not link.unsure),
    )


def _talk(lead_id: UUID) -> dict[str, Any]:
    """What the conversations tell: where, since when silent, given to whom, about what."""
    first, last = (
        Conversation.objects.filter(lead_id=lead_id).order_by(order, "pk").select_related("channel").first()
        for order in ("opened_at", "-opened_at")
    )
    if first is None or last is None:
        return {}
    said = Message.objects.filter(conversation__lead_id=lead_id, author=Message.Author.LEAD)
    handed = Handoff.objects.filter(conversation__lead_id=lead_id, closed_at=None).order_by("opened_at").first()
    return {
        "channel": first.channel.slug,
        "last_said_at": said.aggregate(at=Max("sent_at"))["at"],
        "summary": last.summary,
        "not_told": _not_told(last),
        "open_questions": tuple(str(question) for question in last.memory.get("open_questions", ())),
        "handed": Handed(handed.opened_at, handed.get_reason_display(), handed.get_queue_display()) if handed else None,
    }


def _not_told(conversation: Conversation) -> frozenset[str]:
    """Whoever keeps the city to themselves keeps the state with it."""
    found = frozenset(str(name) for name in conversation.memory.get("not_told", ()))
    return found | {Fact.Field.UF.value} if Fact.Field.CIDADE in found else found


def _disclosed(lead_id: UUID) -> tuple[tuple[str, datetime], ...]:
    """Prices told by the cold-lead exception, with those told before leads became one (`domain.md`, hard rule 2)."""
    merged = AuditEntry.objects.filter(action="lead.merge", subject_id=lead_id).values_list("detail__merged", flat=True)
    rows = (
        AuditEntry.objects.filter(Q(subject_id=lead_id) | Q(subject_id__in=list(merged)), action="price.disclosed")
        .values_list("detail__product")
        .annotate(first=Min("at"))
        .order_by("first")
    )
    return tuple((code, at) for code, at in rows)
