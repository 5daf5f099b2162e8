"""I9: whatever goes wrong at whichever call, the CRM has neither twins nor orphans, and the lead arrives."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from crm.gateway import Company, Person
from crm.models import CityLink, CrmSettings, CrmSync
from leads.models import Empresa, Identity, Lead, Orcamento, Temperature
from tests.crm.memory import CNPJ, MemoryCrm, Told, lead_with, need, sync, until_done, use

pytestmark = pytest.mark.django_db

FULL = bool(os.environ.get("FULL"))
# A read that fails has no effect whichever way it fails.
FAULTS = {True: ("before", "lost", "after", "killed_before", "killed_after"), False: ("before", "killed_before")}


def _new(crm: MemoryCrm) -> Lead:
    return lead_with()


def _nameless_company(crm: MemoryCrm) -> Lead:
    return lead_with(Told(cnpj=""))


def _no_company(crm: MemoryCrm) -> Lead:
    return lead_with(Told(cnpj="", empresa=""))


def _no_phone(crm: MemoryCrm) -> Lead:
    """WhatsApp shows a private id alone: only our code tells this person from others."""
    lead = lead_with(Told(cnpj="", empresa=""))
    lead.identities.update(kind=Identity.Kind.LID, value="123456789012345@lid")
    return lead


def _known_there(crm: MemoryCrm) -> Lead:
    company_id = crm.type_in("companies", Company(name="LENHA LTDA", cnpj=CNPJ))
    crm.type_in("persons", Person(name="Pati", phones=("5511900000001",), company_id=company_id))
    return lead_with()


def _letters_in_cnpj(crm: MemoryCrm) -> Lead:
    crm.refuses = {"create_company": {"cnpj": "CNPJ inválido"}}
    return lead_with(Told(cnpj="K7M2R9TX000173"))


def _two_needs(crm: MemoryCrm) -> Lead:
    lead = lead_with()
    need(lead, Empresa.objects.get(), work="corte", produto="CT200", urgencia="alta")
    return lead


def _warm_and_silent(crm: MemoryCrm) -> Lead:
    CrmSettings.objects.update(follow_up_type_id="11", owner_id="22")
    return lead_with(temperature=Temperature.WARM, said_ago=timedelta(hours=1))


WORLDS: tuple[Callable[[MemoryCrm], Lead], ...] = (
    _new,
    _nameless_company,
    _no_company,
    _no_phone,
    _known_there,
    _letters_in_cnpj,
    _two_needs,
    _warm_and_silent,
)


@contextmanager
def _world(build: Callable[[MemoryCrm], Lead], monkeypatch, settings) -> Iterator[tuple[MemoryCrm, Lead]]:
    """A fresh account and lead, and none of it afterwards."""
    with transaction.atomic():
        crm = MemoryCrm()
        use(crm, monkeypatch, settings)
        CityLink.objects.create(ibge_code="4208203", remote_id="4208203", checked_at=datetime.now(UTC))
        yield crm, build(crm)
        transaction.set_rollback(True)


def _outcome(build: Callable[[MemoryCrm], Lead], faults: dict[int, str], monkeypatch, settings) -> tuple:
    """What stands there in the end, and the calls it took."""
    with _world(build, monkeypatch, settings) as (crm, lead):
        crm.faults = faults
        sync(lead)
        until_done()
        row = CrmSync.objects.get(lead=lead)
        deals = set(Orcamento.objects.values_list("oportunidade_pipe_id", flat=True))
        assert deals == {int(id_) for id_ in crm.deals_}
        return (crm.counts(), crm.twins(), crm.orphans(), row.status), crm.calls


@pytest.mark.parametrize("build", WORLDS, ids=lambda build: build.__name__)
def test_i9_a_fault_at_any_call_leaves_no_twin_and_no_orphan(build, monkeypatch, settings) -> None:
    end, calls = _outcome(build, {}, monkeypatch, settings)
    assert end[1:] == ([], [], "ready")

    for position, name in enumerate(calls, start=1):
        for fault in FAULTS[name.startswith("create")]:
            found, _ = _outcome(build, {position: fault}, monkeypatch, settings)
            assert found == end, (name, fault)


@pytest.mark.skipif(not FULL, reason="Minutes long: FULL=1.")
@pytest.mark.parametrize("build", WORLDS, ids=lambda build: build.__name__)
def test_i9_two_faults_in_any_order_leave_no_twin_and_no_orphan(build, monkeypatch, settings) -> None:
    end, calls = _outcome(build, {}, monkeypatch, settings)

    for first, second in itertools.combinations(range(1, len(calls) + 4), 2):
        for one, other in itertools.product(FAULTS[True], FAULTS[True]):
            found, _ = _outcome(build, {first: one, second: other}, monkeypatch, settings)
            assert found == end, (first, one, second, other)


def test_i9_three_lost_answers_in_a_row_leave_no_twin(monkeypatch, settings) -> None:
    end, _ = _outcome(_new, {}, monkeypatch, settings)

    for first in range(1, 12):
        found, _ = _outcome(_new, {first: "after", first + 2: "after", first + 4: "lost"}, monkeypatch, settings)
        assert found == end, first
