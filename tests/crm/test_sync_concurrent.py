"""I9 under concurrency: many conversions at once on real connections, shared companies, answers that get lost."""

import os
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from crm import due, stage
from crm.models import CityLink, CrmLink, CrmSync
from leads.models import Lead, Orcamento
from tests.crm.memory import MemoryCrm, Told, lead_with, need, use

pytestmark = pytest.mark.django_db(transaction=True)

LEADS = 1_000 if os.environ.get("FULL") else 60
WORKERS = 6
PATIENCE_S = 600


def _leads() -> list[Lead]:
    """Every third lead shares its company with the one before; some have none, some no CNPJ, some two needs."""
    made = []
    for number in range(LEADS):
        company = number // 3
        cnpj = "" if company % 4 == 0 else f"{company:08d}000100"
        empresa = "" if company % 5 == 4 else f"Açougue Fictício {company}"
        told = Told(nome=f"Pessoa {number}", empresa=empresa, cnpj=cnpj if empresa else "")
        lead = lead_with(told, phone=f"55119{70000000 + number}")
        if number % 7 == 0:
            need(lead, lead.empresa, work="corte", produto="CT200", urgencia="alta")
        made.append(lead)
    return made


def _work(stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            for item in stage.claim(2):
                stage.run(item)
    finally:
        connection.close()


def _run(until) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=_work, args=(stop,)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE_S)
    while not until() and datetime.now(UTC) < deadline:
        CrmSync.objects.filter(status="ready", due_at__isnull=False).update(due_at=datetime.now(UTC))
        stop.wait(0.2)
    stop.set()
    for thread in threads:
        thread.join()


def _settled() -> bool:
    return not CrmSync.objects.exclude(due_at=None, leased_until=None).exists()


@pytest.fixture
def crm(monkeypatch, settings) -> MemoryCrm:
    account = MemoryCrm()
    use(account, monkeypatch, settings)
    CityLink.objects.create(ibge_code="4208203", remote_id="4208203", checked_at=datetime.now(UTC))
    return account


def test_i9_many_conversions_at_once_with_lost_answers_leave_no_twins(crm, settings) -> None:
    settings.CIRCUIT_FAILURES = 10**6
    settings.CRM_MAX_ATTEMPTS = 99
    chance = random.Random(7)
    crm.faults = {
        number: chance.choice(("before", "lost", "after")) for number in range(30_000) if chance.random() < 0.15
    }
    leads = _leads()
    for lead in leads:
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)

    _run(_settled)

    assert CrmSync.objects.filter(status="ready", due_at=None).count() == LEADS
    assert (crm.twins(), crm.orphans()) == ([], [])
    names = [(company.name, company.city_id) for company, _ in crm.companies_.values()]
    assert len(names) == len(set(names))
    assert len(crm.persons_) == LEADS
    assert len(crm.deals_) == len(crm.notes_) == Orcamento.objects.count()
    assert set(Orcamento.objects.values_list("oportunidade_pipe_id", flat=True)) == {int(id_) for id_ in crm.deals_}
    assert not CrmLink.objects.filter(unsure=True).exists()
    for person, _ in crm.persons_.values():
        assert not person.company_id or person.company_id in crm.companies_


def test_two_leads_of_one_company_at_the_same_moment_make_it_once(crm) -> None:
    leads = [lead_with(phone="5511900000001"), lead_with(phone="5511900000002")]
    for lead in leads:
        due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    meeting = threading.Barrier(2, timeout=30)
    items = [*stage.claim(1), *stage.claim(1)]
    met = threading.Event()

    def hold(name: str) -> None:
        # The first to look for the company waits there until the other has tried to reserve it.
        if name == "companies" and not met.is_set():
            met.set()
            meeting.wait()

    crm.during = hold
    threads = [threading.Thread(target=_one, args=(items[0],))]
    threads[0].start()
    met.wait(30)
    stage.run(items[1])
    meeting.wait()
    threads[0].join()

    waiting = CrmSync.objects.get(pk=items[1].id)
    assert (len(crm.companies_), len(crm.persons_)) == (1, 1)
    assert (waiting.attempts, waiting.reason) == (0, "")
    assert waiting.due_at is not None
    CrmSync.objects.filter(due_at__isnull=False).update(due_at=datetime.now(UTC))
    (again,) = stage.claim(1)
    stage.run(again)
    assert (len(crm.companies_), len(crm.persons_), len(crm.deals_)) == (1, 2, 2)


def test_a_run_that_outlived_its_lease_creates_nothing_more(crm) -> None:
    lead = lead_with()
    due.mark(lead.pk, now=datetime.now(UTC), at_once=True)
    (slow,) = stage.claim(1)

    def another_takes_over(name: str) -> None:
        crm.during = lambda name: None
        CrmSync.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
        CrmLink.objects.update(leased_until=None)
        (quick,) = stage.claim(1)
        stage.run(quick)

    crm.during = another_takes_over
    stage.run(slow)

    assert crm.counts() == (1, 1, 1, 1, 0)
    assert CrmSync.objects.get().synced_at is not None


def _one(item: stage.Claim) -> None:
    try:
        stage.run(item)
    finally:
        connection.close()
