"""What may be left behind in the CRM without anybody knowing, and what it may tell of a lead."""

import httpx
import pytest
import respx

from crm import drifts, gateways, wording
from crm.gateway import InvalidFields
from crm.models import CrmCall, CrmLink, Drift
from leads import needs
from leads.models import Empresa
from tests.crm.memory import CNPJ, Told, lead_with, run_due, sync
from tests.factories import now

pytestmark = pytest.mark.django_db


def test_i9_a_company_of_an_unanswered_create_is_shown_when_its_cnpj_leads_elsewhere(crm) -> None:
    """Its name alone was written, the answer was lost, and only then the lead told the CNPJ of another record."""
    lead = lead_with(Told(empresa="Frigorífico Fictício", cnpj=""))
    sync(lead)
    (left,) = crm.companies_
    link = CrmLink.objects.get(kind=CrmLink.Kind.COMPANY)
    CrmLink.objects.filter(pk=link.pk).update(remote_id="", unsure=True, written={})
    Empresa.objects.filter(pk=link.local_id).update(cnpj=CNPJ)
    true = crm.type_in("companies", crm.companies_[left][0].__class__(name="Frigorífico Fictício", cnpj=CNPJ))

    sync(lead)

    link.refresh_from_db()
    assert link.remote_id == true
    assert Drift.objects.filter(kind=drifts.LEFT_OVER, remote_id=left, closed_at=None).exists()


def test_i9_a_company_that_nobody_belongs_to_any_more_is_shown(crm) -> None:
    """The CNPJ told later is another company's of ours: the one made from the name alone goes, its record stays."""
    colleague = lead_with(Told(cnpj=CNPJ))
    sync(colleague)
    lead = lead_with(Told(empresa="Frigo Fictício do Vale", cnpj=""), phone="5511900000002")
    sync(lead)
    former = lead.empresa_id
    assert former is not None
    left = CrmLink.objects.get(kind=CrmLink.Kind.COMPANY, local_id=former).remote_id
    assert left

    needs.follow_facts(lead.pk, {"empresa": "Frigo Fictício do Vale", "cnpj": CNPJ}, ["cnpj"], quotes={}, now=now())

    assert not Empresa.objects.filter(pk=former).exists()
    found = Drift.objects.get(remote_id=left, closed_at=None)
    assert found.kind == drifts.LEFT_OVER
    assert left in wording.evidence(found)
    assert not CrmLink.objects.filter(local_id=former).exists()


def test_a_company_that_another_of_ours_is_too_is_not_left_over(crm) -> None:
    colleague = lead_with(Told(empresa="Frigo Fictício do Vale", cnpj=""))
    lead = lead_with(Told(empresa="Frigo Fictício do Vale", cnpj=""), phone="5511900000002")
    sync(colleague)
    sync(lead)
    assert len(crm.companies_) == 1
    former = lead.empresa
    assert former is not None
    assert former != colleague.empresa

    former.delete()

    assert not Drift.objects.exists()


def test_i11_a_refused_search_repeats_nothing_that_was_searched_for(settings) -> None:
    settings.PIPERUN_URL, settings.PIPERUN_TOKEN, settings.PIPERUN_RATE_PER_S = "https://crm.test/v1", "0123abcd" * 4, 0
    gateway = gateways.current()
    assert gateway is not None
    with respx.mock(base_url="https://crm.test/v1") as router:
        said = {"name": "O nome Marina Exemplo é curto", "company_id": ["Marina Exemplo não"]}
        router.get("/persons").mock(return_value=httpx.Response(422, json={"success": False, "data": said}))
        with pytest.raises(InvalidFields) as refused:
            gateway.persons(name="Marina Exemplo", phones=["5511900000001"])

    assert "Marina" not in str(refused.value.fields)
    assert "Marina" not in str(CrmCall.objects.values())


def test_a_name_that_nobody_sees_is_none(crm) -> None:
    lead = lead_with(Told(nome="\u200b\u3164", empresa="\u2060"))

    sync(lead)
    run_due()

    assert [company.name for company, _ in crm.companies_.values()] == ["Empresa 47.081.823/0001-52"]
    assert [person.name for person, _ in crm.persons_.values()] == ["Perfil"]
