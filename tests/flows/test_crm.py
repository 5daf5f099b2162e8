"""The CRM behind the whole pipe: a conversation ends there, and a killed worker leaves no twin."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from stdnum.br.cnpj import calc_check_digits

from crm import due, rules
from crm.models import CrmLink, CrmSync
from leads.models import Lead, Orcamento
from tests.crm.memory import Told, lead_with
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture
def held(pipe: Pipe, settings) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """What the CRM holds of a kind; the installation writes to it, and this process may make leads due."""
    settings.PIPERUN_TOKEN = "of-the-worker-alone"
    rules.forget()
    pipe.tell("piperun/reset", seed=7)
    # Its ids begin anew, so those of other tests must go.
    CrmLink.objects.all().delete()
    Orcamento.objects.update(oportunidade_pipe_id=None)
    yield lambda kind: pipe.get("piperun/state")[kind]
    pipe.tell("piperun/clear-faults")
    rules.forget()


def _arrived(lead: Lead) -> Callable[[], bool]:
    return lambda: CrmSync.objects.filter(lead=lead, due_at=None, leased_until=None, synced_at__isnull=False).exists()


@pytest.mark.parametrize("call", ["POST companies", "POST persons", "POST deals", "POST notes"])
def test_i9_killed_after_a_create_the_next_worker_finds_what_was_made(pipe: Pipe, held, call: str) -> None:
    phone = new_lead()
    base = f"{phone[-8:]}0001"
    cnpj = base + calc_check_digits(base)
    lead = lead_with(Told(cnpj=cnpj, empresa=f"Empresa {phone}"), phone=phone)
    kind = call.split()[1]
    pipe.tell("piperun/fault", name="timeout_after", call=call, times=1)
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    until(lambda: len(held(kind)) == 1, what="the record was made")
    assert CrmLink.objects.filter(unsure=True).exists(), "Answered before the kill: this run proves nothing."

    pipe.kill_workers()

    until(_arrived(lead), what="the lead arrived")
    assert [len(held(name)) for name in ("companies", "persons", "deals", "notes")] == [1, 1, 1, 1]
    assert not CrmLink.objects.filter(unsure=True).exists()
