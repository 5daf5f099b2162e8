"""What the CRM costs: requests per lead, seconds from handoff to deal, and how much of the rate limit a queue uses."""

import functools
import time
from datetime import UTC, datetime
from typing import Any

import httpx
from django.db import transaction
from stdnum.br.cnpj import calc_check_digits

from bench.load import Timing, timing, until
from conversations import handoff
from conversations.evals.installation import Installation
from conversations.models import Channel, Conversation, Handoff, Message
from crm import due
from crm.models import CrmLink, CrmSync
from leads.models import Empresa, Fact, Identity, Lead, Orcamento, Temperature
from seleto.lib.ids import new_id

_FACTS = {"nome": "Pessoa", "cidade": "Itajaí", "uf": "SC", "produto": "FB300", "urgencia": "alta"}


class Crm:
    """The sandbox's PipeRun from outside."""

    def __init__(self, running: Installation) -> None:
        self._http = httpx.Client(base_url=running.outside._http.base_url, timeout=60, trust_env=False)

    def requests(self) -> int:
        state: dict[str, Any] = self._http.get("piperun/state").raise_for_status().json()
        return int(state["calls"]["total"])

    def twins(self) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get("piperun/state").raise_for_status().json()["twins"]
        return found


def per_lead(crm: Crm) -> dict[str, int]:
    """Requests of a new hot lead with its company whose city is known, and of bringing it up to date again."""
    _arrive([_lead(0)])
    before = crm.requests()
    lead = _lead(1)
    _arrive([lead])
    first = crm.requests()
    _arrive([lead])
    return {"new_qualified_lead": first - before, "unchanged_again": crm.requests() - first}


def handoff_to_deal(*, leads: int) -> Timing:
    """One at a time, nothing else to do: from the handoff's commit to the deal's id in our database."""
    seconds = []
    for number in range(leads):
        lead = _lead(100 + number)
        conversation = lead.conversations.get()
        with transaction.atomic():
            locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
            handoff.open_handoff(locked, reason=Handoff.Reason.HOT, now=datetime.now(UTC))
            locked.save()
        began = time.perf_counter()
        until(functools.partial(_has_deal, lead), patience_s=60, every_s=0.02)
        seconds.append(time.perf_counter() - began)
    return timing(seconds)


def drain(crm: Crm, *, leads: int, rate: float) -> dict[str, Any]:
    """A queue of hot leads, all due at once: requests per second from the first to the last, and as a share of the
    limit."""
    rows = [_lead(10_000 + number) for number in range(leads)]
    before, began = crm.requests(), time.perf_counter()
    _arrive(rows, patience_s=leads * 12 / rate + 60)
    seconds = time.perf_counter() - began
    made = crm.requests() - before
    return {
        "leads": leads,
        "rate": rate,
        "requests": made,
        "seconds": round(seconds, 1),
        "share_of_the_limit": round(made / seconds / rate, 3),
        "twins": crm.twins(),
    }


def _arrive(leads: list[Lead], *, patience_s: float = 60) -> None:
    for lead in leads:
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    ids = [lead.pk for lead in leads]
    rows = CrmSync.objects.filter(lead_id__in=ids).exclude(due_at=None, leased_until=None)
    if not until(lambda: not rows.exists(), patience_s=patience_s, every_s=0.1):
        raise RuntimeError(f"{rows.count()} leads never arrived.")


def _has_deal(lead: Lead) -> bool:
    return (
        CrmLink.objects.filter(kind="oportunidade", local_id__in=lead.orcamentos.values("pk"))
        .exclude(remote_id="")
        .exists()
    )


def _lead(number: int) -> Lead:
    """A hot lead with a company of its own, as turns leave it."""
    now, base = datetime.now(UTC), f"{number:08d}0001"
    firm = Empresa.objects.create(
        nome=f"Empresa {number}", cnpj=base + calc_check_digits(base), cidade="Itajaí", uf="SC", created_at=now
    )
    lead = Lead.objects.create(temperature=Temperature.HOT, empresa=firm, created_at=now)
    Identity.objects.create(lead=lead, kind=Identity.Kind.PHONE, value=f"55119{70000000 + number}")
    facts = {**_FACTS, "nome": f"Pessoa {number}"}
    for name, value in facts.items():
        Fact.objects.create(
            lead=lead,
            field=name,
            value=value,
            evidence="said",
            quote=value,
            source_kind="message",
            source_id=new_id(),
            created_at=now,
        )
    Orcamento.objects.create(
        lead=lead, empresa=firm, produto="FB300", necessidade="hamburguer", urgencia="alta", created_at=now
    )
    channel = Channel.objects.get()
    conversation = Conversation.objects.create(
        lead=lead,
        channel=channel,
        address=f"55119{70000000 + number}",
        opened_at=now,
        last_message_at=now,
        owner_since=now,
    )
    Message.objects.create(
        conversation=conversation,
        channel=channel,
        author=Message.Author.LEAD,
        text="Quero uma FB300.",
        status=Message.Status.RECEIVED,
        sent_at=now,
        created_at=now,
    )
    return lead
