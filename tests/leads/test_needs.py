"""Company and orçamento follow the facts (domain.md, legacy contracts)."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from leads import needs
from leads.models import Empresa, Fact, Lead, Orcamento
from leads.services import IdentityKey, NewFact, record_facts, resolve_lead, withdraw_facts
from tests.factories import IdentityFactory, LeadFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CNPJ = "69882044007797"


def tell(lead: Lead, known: dict[str, str], *changed: str, quotes: dict[str, str] | None = None) -> Orcamento | None:
    return needs.follow_facts(lead.pk, known, changed or tuple(known), quotes=quotes or {}, now=NOW)


@pytest.mark.parametrize(
    ("volume", "a_day"),
    [
        ("1500 hamburgueres/dia", 1500),
        ("300 hamburgueres/hora", 2400),
        ("100 kg/semana", 20),
        ("2200 kg/mes", 100),
        ("500 unidades", None),
        ("", None),
    ],
)
def test_a_volume_is_normalised_to_a_day(volume, a_day):
    assert needs.per_day(volume) == a_day


def test_a_need_is_written_down_once_and_kept_up_to_date():
    lead = LeadFactory.create()

    tell(lead, {"produto": "FB300"})
    tell(lead, {"produto": "FB300", "volume": "800 hamburgueres/dia", "urgencia": "alta"}, "volume", "urgencia")

    row = Orcamento.objects.get()
    assert (row.produto, row.volume_diario, row.urgencia, row.necessidade) == ("FB300", 800, "alta", "hamburguer")


def test_without_a_need_there_is_no_orcamento():
    lead = LeadFactory.create()

    tell(lead, {"nome": "Marina", "cidade": "Itajaí"})

    assert not Orcamento.objects.exists()


def test_another_machine_for_the_same_work_is_a_change_of_mind():
    lead = LeadFactory.create()
    tell(lead, {"produto": "FBM100"})

    tell(lead, {"produto": "FB300"})

    assert Orcamento.objects.get().produto == "FB300"


def test_other_work_replaces_the_need_unless_the_lead_wants_both():
    lead = LeadFactory.create()
    tell(lead, {"produto": "FB300"})

    tell(lead, {"produto": "CT200"}, quotes={"produto": "na verdade quero a CT200"})
    assert list(Orcamento.objects.values_list("produto", flat=True)) == ["CT200"]

    tell(lead, {"produto": "MIX70"}, quotes={"produto": "quero também um misturador de 70 litros"})
    assert set(Orcamento.objects.values_list("produto", flat=True)) == {"CT200", "MIX70"}


def test_a_need_that_has_its_deal_is_not_turned_into_another():
    lead = LeadFactory.create()
    tell(lead, {"produto": "FB300"})
    Orcamento.objects.update(oportunidade_pipe_id=77)

    tell(lead, {"produto": "CT200"})

    assert set(Orcamento.objects.values_list("produto", "oportunidade_pipe_id")) == {("FB300", 77), ("CT200", None)}


def test_a_closed_orcamento_is_not_opened_again():
    lead = LeadFactory.create()
    tell(lead, {"produto": "FB300"})
    Orcamento.objects.update(status="encerrado", closed_at=NOW)

    tell(lead, {"produto": "FB300", "urgencia": "alta"}, "urgencia")

    assert Orcamento.objects.filter(status="aberto", produto="FB300").count() == 1


def test_the_database_refuses_two_open_needs_of_a_kind():
    lead = LeadFactory.create()
    Orcamento.objects.create(lead=lead, necessidade="corte", created_at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Orcamento.objects.create(lead=lead, necessidade="corte", created_at=NOW)


def test_leads_of_one_cnpj_share_the_company_and_nobody_renames_it():
    first, second = LeadFactory.create(), LeadFactory.create()

    tell(first, {"empresa": "Lenha & Sal", "cnpj": CNPJ, "produto": "FB300"})
    tell(second, {"empresa": "Outro Nome", "cnpj": CNPJ, "cidade": "Itajaí"})

    company = Empresa.objects.get()
    assert (company.nome, company.cidade) == ("Lenha & Sal", "Itajaí")
    assert set(company.leads.all()) == {first, second}
    assert Orcamento.objects.get().empresa == company


def test_a_company_known_by_name_receives_its_cnpj():
    lead = LeadFactory.create()
    tell(lead, {"empresa": "Lenha & Sal"})

    tell(lead, {"empresa": "Lenha & Sal", "cnpj": CNPJ}, "cnpj")

    assert Empresa.objects.get().cnpj == CNPJ


def test_a_company_known_by_name_gives_way_to_the_one_of_the_cnpj():
    other, lead = LeadFactory.create(), LeadFactory.create()
    tell(other, {"empresa": "Lenha & Sal", "cnpj": CNPJ})
    tell(lead, {"empresa": "Lenha e Sal", "produto": "FB300"})

    tell(lead, {"empresa": "Lenha e Sal", "cnpj": CNPJ, "produto": "FB300"}, "cnpj")

    lead.refresh_from_db()
    assert Empresa.objects.count() == 1
    assert lead.empresa.cnpj == CNPJ
    assert Orcamento.objects.get().empresa == lead.empresa


def test_two_leads_who_are_one_person_keep_one_need_of_a_kind():
    phone, lid = IdentityFactory.create(), IdentityFactory.create(kind="lid", value="99999")
    tell(phone.lead, {"produto": "FB300"})
    tell(lid.lead, {"produto": "FB300"})
    Orcamento.objects.filter(lead=lid.lead).update(oportunidade_pipe_id=5)

    with transaction.atomic():
        kept = resolve_lead(
            [IdentityKey("phone", phone.value), IdentityKey("lid", "99999")],
            display_name="",
            origin="",
            referral={},
            now=NOW,
        )

    assert Orcamento.objects.get(lead=kept, status="aberto").oportunidade_pipe_id == 5


def told(lead: Lead, field: Fact.Field, value: str, source_id: UUID) -> None:
    new = NewFact(field, value, Fact.Evidence.SAID, "mensagem", source_id, quote=value, start=0, end=len(value))
    record_facts(lead.pk, [new], now=NOW)
    tell(lead, {str(field): value})


@pytest.mark.parametrize("deal", [None, 4321], ids=["without a deal", "with a deal"])
def test_a_product_that_is_taken_back_leaves_the_open_orcamento(deal):
    lead, first, second = LeadFactory.create(), uuid4(), uuid4()
    told(lead, Fact.Field.PRODUTO, "FB300", first)
    told(lead, Fact.Field.VOLUME, "800 hamburgueres/dia", second)
    Orcamento.objects.update(oportunidade_pipe_id=deal)

    withdraw_facts(lead.pk, source_id=first, text="", now=NOW)

    row = Orcamento.objects.get()
    assert (row.produto, row.necessidade, row.status) == ("", "", "aberto")
    assert row.volume_diario == 800

    tell(lead, {"produto": "CT200", "volume": "800 hamburgueres/dia"}, "produto")
    assert Orcamento.objects.get().produto == "CT200"


@pytest.mark.parametrize(("deal", "status"), [(None, "encerrado"), (4321, "aberto")])
def test_an_orcamento_of_which_nothing_stays_is_over_unless_people_work_on_its_deal(deal, status):
    lead, source = LeadFactory.create(), uuid4()
    told(lead, Fact.Field.PRODUTO, "FB300", source)
    Orcamento.objects.update(oportunidade_pipe_id=deal)

    withdraw_facts(lead.pk, source_id=source, text="esquece", now=NOW)

    assert Orcamento.objects.get().status == status


def test_what_was_told_again_elsewhere_stays():
    lead, source = LeadFactory.create(), uuid4()
    told(lead, Fact.Field.PRODUTO, "FBM100", source)
    told(lead, Fact.Field.PRODUTO, "FB300", uuid4())

    withdraw_facts(lead.pk, source_id=source, text="", now=NOW)

    assert Orcamento.objects.get().produto == "FB300"
