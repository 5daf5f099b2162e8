"""Facts, companies and orçamentos under hostile values, merges and turns that commit at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from leads import needs
from leads.classification import correct_temperature, reclassify
from leads.models import Empresa, Fact, Identity, Lead, Orcamento, SubjectRequest, Temperature
from leads.services import IdentityKey, NewFact, open_subject_request, record_facts, resolve_lead
from leads.temperature import Engagement
from tests.factories import IdentityFactory, LeadFactory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CNPJ = "69882044007797"


def tell(lead: Lead, known: dict[str, str], *changed: str, quotes: dict[str, str] | None = None) -> Orcamento | None:
    return needs.follow_facts(lead.pk, known, changed or tuple(known), quotes=quotes or {}, now=NOW)


def said(field: str, value: str) -> NewFact:
    return NewFact(Fact.Field(field), value, Fact.Evidence.SAID, "mensagem", uuid4(), quote=value, start=0, end=1)


def merged(*keys: str) -> Lead:
    pair = [IdentityKey(Identity.Kind(kind), value) for kind, value in (key.split(":") for key in keys)]
    return resolve_lead(pair, display_name="", origin="", referral={}, now=NOW)


def meet(first: Callable[[], object], second: Callable[[], object], *, wait_s: float = 0.3) -> list[BaseException]:
    """Run both in transactions of their own: the second begins while the first one's is open. Returns what failed."""
    failed: list[BaseException] = []
    begun, goes_on = threading.Event(), threading.Event()

    def run(work: Callable[[], object], *, leads_off: bool) -> None:
        try:
            with transaction.atomic():
                if not leads_off:
                    begun.wait(5)
                work()
                if leads_off:
                    begun.set()
                    goes_on.wait(wait_s)
        except BaseException as error:  # noqa: BLE001  # told to the test
            failed.append(error)
        finally:
            (begun if leads_off else goes_on).set()
            connection.close()

    threads = [
        threading.Thread(target=run, args=(work,), kwargs={"leads_off": at == 0})
        for at, work in enumerate((first, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    return failed


@pytest.mark.django_db
@pytest.mark.parametrize(
    "volume", ["5000000000 hamburgueres/dia", "3000000000 hamburgueres/hora", f"{'9' * 60} hamburgueres/hora"]
)
def test_a_volume_beyond_all_machines_loses_no_turn(volume):
    row = tell(LeadFactory.create(), {"produto": "FB300", "volume": volume})

    assert row is not None
    row.refresh_from_db()
    assert row.volume_diario is None


@pytest.mark.django_db
@pytest.mark.parametrize("changed", ["produto", "volume"])
def test_a_need_without_a_product_does_not_collide_with_that_of_the_product(changed):
    """Two people who turn out to be one: one told a volume, the other the machine."""
    first = IdentityFactory.create(kind="phone", value="5511900000001").lead
    second = IdentityFactory.create(kind="lid", value="100000000000001@lid").lead
    needs.follow_facts(first.pk, {"produto": "FB300"}, ["produto"], quotes={}, now=NOW)
    needs.follow_facts(second.pk, {"volume": "800 kg/dia"}, ["volume"], quotes={}, now=NOW + timedelta(hours=1))
    lead = merged("phone:5511900000001", "lid:100000000000001@lid")

    tell(lead, {"produto": "FBM100" if changed == "produto" else "FB300", "volume": "900 kg/dia"}, changed)

    assert Orcamento.objects.filter(lead=lead, status="aberto", necessidade="hamburguer").count() == 1


@pytest.mark.django_db
def test_a_change_to_the_family_of_another_open_need_keeps_one_of_each():
    lead = LeadFactory.create()
    tell(lead, {"produto": "FB300"})
    tell(lead, {"produto": "CT200"}, "produto", quotes={"produto": "quero também a CT200"})

    tell(lead, {"produto": "FBM100"}, "produto")

    rows = Orcamento.objects.filter(lead=lead, status="aberto")
    assert {row.necessidade: row.produto for row in rows} == {"hamburguer": "FBM100", "corte": "CT200"}


@pytest.mark.django_db
def test_a_company_that_others_belong_to_is_filled_in_and_not_renamed():
    owner, stranger = LeadFactory.create(), LeadFactory.create()
    tell(owner, {"empresa": "Burger da Vila", "cnpj": CNPJ})

    tell(stranger, {"empresa": "Outro Nome", "cnpj": CNPJ})
    tell(stranger, {"empresa": "Outro Nome", "cnpj": CNPJ, "cidade": "Itajaí"}, "cidade")
    tell(stranger, {"empresa": "Terceiro Nome", "cnpj": CNPJ, "cidade": "Itajaí"}, "empresa")

    assert (Empresa.objects.get().nome, Empresa.objects.get().cidade) == ("Burger da Vila", "Itajaí")


@pytest.mark.django_db
def test_what_a_person_wrote_of_the_company_outlives_other_facts():
    lead = LeadFactory.create()
    tell(lead, {"empresa": "Burguer da vila", "cnpj": CNPJ})
    Empresa.objects.update(nome="Burger da Vila Ltda")

    tell(lead, {"empresa": "Burguer da vila", "cnpj": CNPJ, "cidade": "Itajaí"}, "cidade")

    assert Empresa.objects.get().nome == "Burger da Vila Ltda"


@pytest.mark.django_db
def test_a_data_subjects_request_survives_a_merge_of_two_that_asked():
    for kind, value in (("phone", "5511900000001"), ("lid", "100000000000001@lid")):
        lead = IdentityFactory.create(kind=kind, value=value).lead
        open_subject_request(lead.pk, SubjectRequest.Kind.ERASURE, now=NOW)
    lead = merged("phone:5511900000001", "lid:100000000000001@lid")

    request = open_subject_request(lead.pk, SubjectRequest.Kind.ERASURE, now=NOW)

    assert request.lead_id == lead.pk


@pytest.mark.django_db(transaction=True)
def test_two_leads_of_one_company_commit_at_once():
    one, other = LeadFactory.create(), LeadFactory.create()

    failed = meet(
        lambda: tell(one, {"empresa": "Burger da Vila", "cnpj": CNPJ, "produto": "FB300"}),
        lambda: tell(other, {"empresa": "Burger da Vila", "cnpj": CNPJ, "produto": "FB300"}),
    )

    assert failed == []
    assert {lead.empresa_id for lead in Lead.objects.all()} == {Empresa.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_each_had_a_nameless_company_take_one_cnpj_at_once():
    one, other = LeadFactory.create(), LeadFactory.create()
    for lead in (one, other):
        with transaction.atomic():
            tell(lead, {"empresa": "Burger da Vila", "produto": "FB300"})

    failed = meet(
        lambda: tell(one, {"empresa": "Burger da Vila", "cnpj": CNPJ, "produto": "FB300"}, "cnpj"),
        lambda: tell(other, {"empresa": "Burger da Vila", "cnpj": CNPJ, "produto": "FB300"}, "cnpj"),
    )

    assert failed == []
    assert {lead.empresa_id for lead in Lead.objects.all()} == {Empresa.objects.get().pk}


def turn(lead: Lead, known: dict[str, str]) -> None:
    made = record_facts(lead.pk, [said(field, value) for field, value in known.items()], now=NOW)
    needs.follow_facts(lead.pk, known, [fact.field for fact in made], quotes={}, now=NOW)
    reclassify(lead.pk, Engagement(messages=2), NOW)


@pytest.mark.django_db(transaction=True)
def test_two_conversations_of_one_lead_commit_at_once():
    lead = LeadFactory.create()

    failed = meet(
        lambda: turn(lead, {"produto": "FB300", "empresa": "Burger da Vila"}),
        lambda: turn(lead, {"produto": "FB300", "empresa": "Burger da Vila"}),
    )

    assert failed == []
    assert (Orcamento.objects.count(), Fact.objects.filter(field="produto").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_persons_correction_beside_a_turn_that_commits_is_not_lost():
    lead = LeadFactory.create()
    with transaction.atomic():
        turn(lead, {"nome": "Marina"})
    later = NOW + timedelta(minutes=1)

    failed = meet(
        lambda: correct_temperature(lead.pk, Temperature.HOT, "usuário:1", "Vi na feira.", later),
        lambda: reclassify(lead.pk, Engagement(messages=9, questions=2, answered=2, sale=False), NOW),
    )

    lead.refresh_from_db()
    assert failed == []
    assert (lead.temperature, lead.corrected_at) == ("quente", later)


@pytest.mark.django_db
def test_a_company_that_moved_to_a_city_of_another_state_loses_the_old_state():
    lead = LeadFactory.create()
    tell(lead, {"empresa": "Burger da Vila", "cidade": "Itajaí", "uf": "SC"})

    tell(lead, {"empresa": "Burger da Vila", "cidade": "Santa Maria do Pará", "uf": "SC"}, "cidade")

    assert (Empresa.objects.get().cidade, Empresa.objects.get().uf) == ("Santa Maria do Pará", "")
