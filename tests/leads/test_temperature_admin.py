import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from leads.models import Classification, Fact, Lead, Temperature
from leads.services import NewFact, reclassify, record_facts
from leads.temperature import Engagement
from seleto.lib.models import AuditEntry
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCRIPT = "<script>alert('lead')</script>"


@pytest.fixture
def lead() -> Lead:
    lead = LeadFactory.create()
    said = [("empresa", "Brasa Norte", f"da Brasa Norte {SCRIPT}"), ("produto", "FB700", "FB700")]
    record_facts(
        lead.pk,
        [
            NewFact(Fact.Field(field), value, Fact.Evidence.SAID, "mensagem", uuid4(), quote=quote)
            for field, value, quote in said
        ],
        now=NOW,
    )
    reclassify(lead.pk, Engagement(messages=3), NOW)
    return lead


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def page(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])


def correction(lead_id: UUID) -> str:
    return reverse("admin:leads_lead_correct_temperature", args=[lead_id])


def test_the_lead_page_explains_the_score(manager: Client, lead: Lead) -> None:
    shown = manager.get(page(lead)).content.decode()

    row = Classification.objects.get()
    assert f"<strong>{row.score}</strong> de 100" in shown
    for words in (
        "Lead real, ainda sem tudo o que define um lead quente.",
        "Engajamento", "Completude", "Volume", "Urgência", "Fit", "Intenção",
        "Não disse para quando precisa.",
        "“FB700”",
        "O que aumentaria",
        "Uma necessidade em até 30 dias, ou um pedido de proposta com o CNPJ.",
    ):  # fmt: skip
        assert words in shown, words
    assert SCRIPT not in shown


def test_a_lead_without_classification_says_so(manager: Client) -> None:
    assert "ainda não foi classificado" in manager.get(page(LeadFactory.create())).content.decode()


def test_a_manager_corrects_the_class_with_a_reason(manager: Client, lead: Lead) -> None:
    response = manager.post(correction(lead.pk), {"temperature": "quente", "reason": "Ligou e fechou a visita."})

    assert response.status_code == 302
    lead.refresh_from_db()
    assert lead.temperature == Temperature.HOT
    shown = manager.get(page(lead)).content.decode()
    assert "classe definida por gestora" in shown
    assert "Corrigido por uma pessoa: Ligou e fechou a visita." in shown
    entry = AuditEntry.objects.get(action="lead.correct_temperature")
    assert entry.actor == f"usuário:{User.objects.get().pk}"
    assert "Ligou" not in str(entry.detail)


@pytest.mark.parametrize(
    "form", [{"temperature": "quente", "reason": " "}, {"temperature": "morna", "reason": "Sim"}, {}]
)
def test_a_correction_without_reason_or_class_comes_back(manager: Client, lead: Lead, form: dict[str, str]) -> None:
    response = manager.post(correction(lead.pk), form)

    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert Classification.objects.filter(corrected_by="").count() == Classification.objects.count() == 1


def test_who_may_only_look_cannot_correct(client: Client, lead: Lead) -> None:
    user = User.objects.create_user("atendente", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)

    assert "Corrigir temperatura" not in client.get(page(lead)).content.decode()
    assert client.get(correction(lead.pk)).status_code == 403
    assert client.post(correction(lead.pk), {"temperature": "quente", "reason": "Sim"}).status_code == 403


def test_a_lead_that_does_not_exist_is_not_found(manager: Client) -> None:
    assert manager.get(correction(uuid4())).status_code == 404


def test_the_list_shows_and_sorts_by_the_last_score(manager: Client, lead: Lead) -> None:
    LeadFactory.create()
    score = Classification.objects.get().score
    address = reverse("admin:leads_lead_changelist")
    column = manager.get(address).context["cl"].list_display.index("score")

    shown = manager.get(address, {"o": f"-{column}"}).content.decode()

    cells = re.findall(r'<td class="[^"]*field-(company|score)[^"]*"[^>]*>(.*?)</td>', shown, re.DOTALL)
    told = [(name, strip_tags(cell).strip()) for name, cell in cells]
    assert ("company", "Brasa Norte") in told
    assert [words for name, words in told if name == "score"] == [str(score), "–"]
