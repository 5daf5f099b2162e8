"""The CRM's pages: what a manager sees, decides and repairs, against the sandbox's PipeRun over real HTTP."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import ConsoleMessage, Dialog
from pytest_django import Settings

from crm import cities, drifts, gateways, reconcile, rules
from crm.models import CityLink, CrmCall, CrmLink, CrmOrigin, CrmSettings, CrmSync, Drift, Reconciliation
from crm.wording import evidence
from leads.models import Orcamento
from seleto.lib.models import AuditEntry
from tests.admin.conftest import SCRIPT
from tests.admin.test_theme import FULL
from tests.crm.memory import CNPJ, Told, lead_with, run_due, sync
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside

pytestmark = pytest.mark.django_db

PAGES = "crmsync crmcall drift citylink crmorigin reconciliation".split()
NAME = f"Marina {SCRIPT}"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> Iterator[PipeRunAccount]:
    settings.CRM_RETRY_S = 0
    rules.forget()
    yield PipeRunAccount(sandbox, settings)
    rules.forget()


@pytest.fixture
def story(account: PipeRunAccount) -> SimpleNamespace:
    """A hot lead in the CRM, a disagreement about it, and one row of everything else."""
    CrmSettings.objects.create(stage_qualified_id=account.next_stage_id)
    lead = lead_with(Told(nome=NAME))
    sync(lead)
    deal = CrmLink.objects.get(kind="oportunidade").remote_id
    account.admin("move", id=int(deal), stage_id=int(account.stage_id))
    gateway = gateways.current()
    assert gateway is not None
    list(reconcile.everything(gateway))
    return SimpleNamespace(
        account=account,
        lead=lead,
        deal=deal,
        crmsync=CrmSync.objects.get(),
        crmcall=CrmCall.objects.filter(lead_id=lead.pk).first(),
        drift=Drift.objects.get(),
        citylink=CityLink.objects.get(),
        crmorigin=CrmOrigin.objects.create(kind="channel", value="principal", origin_id="535713"),
        reconciliation=Reconciliation.objects.create(started_at=datetime.now(UTC), ended="limite_de_chamadas"),
    )


def page(model: str, row=None) -> str:
    return f"/admin/crm/{model}/" + (f"{row.pk}/change/" if row is not None else "")


def press(client, model: str, action: str, *keys, confirmed: bool = True, back_to: str = "page"):
    data = {"action": action, "_selected_action": [str(key) for key in keys], "select_across": "0", "back_to": back_to}
    return client.post(page(model), {**data, **({"confirmed": "yes"} if confirmed else {})}, follow=True)


def shown(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


# --- Every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", PAGES)
def test_lists_and_rows_open_for_those_who_may_look(manager, story, model) -> None:
    for address in (page(model), page(model, getattr(story, model))):
        assert SCRIPT not in shown(manager.get(address))
    if site._registry[type(getattr(story, model))].search_fields:
        for words in ("Marina", str(getattr(story, model).pk), "x' OR 1=1"):
            assert manager.get(page(model), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", PAGES)
def test_who_may_only_look_changes_nothing(clerk, story, model) -> None:
    assert clerk.get(page(model)).status_code == clerk.get(page(model, getattr(story, model))).status_code == 200
    assert 'class="sl-repairs"' not in shown(clerk.get(page(model, getattr(story, model))))


@pytest.mark.parametrize("model", ["crmsync", "crmcall", "drift", "reconciliation"])
def test_what_the_program_wrote_nobody_edits(manager, story, model) -> None:
    assert manager.post(page(model, getattr(story, model)), {"reason": "x"}).status_code == 403
    assert manager.get(f"{page(model)}add/").status_code == 403


@pytest.mark.parametrize("model", ["crmsync", "crmcall", "drift"])
def test_the_questions_of_a_list_do_not_grow_with_its_rows(manager, story, model) -> None:
    few = questions(manager, page(model))
    for number in range(2, 6):
        lead = lead_with(phone=f"551190000000{number}")
        CrmSync.objects.create(lead=lead)
        CrmCall.objects.create(
            lead_id=lead.pk, at=datetime.now(UTC), method="GET", endpoint="deals", outcome="ok", duration_ms=1
        )
        drift = {"local_id": lead.pk, "lead_id": lead.pk, "found_at": datetime.now(UTC), "seen_at": datetime.now(UTC)}
        Drift.objects.create(kind=drifts.PARKED, local_kind="lead", **drift)

    assert questions(manager, page(model)) == few <= 15


def questions(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- The queue -------------------------------------------------------------------------------------------------------


def test_the_queue_tells_state_and_reason_in_words(manager, story) -> None:
    CrmSync.objects.update(
        status="parked",
        reason="recusada pelo CRM: empresa.cnpj: inválido",
        parked_at=datetime.now(UTC),
        refused={"empresa.cnpj": "O campo é inválido."},
    )

    for address in (page("crmsync"), page("crmsync", story.crmsync)):
        told = shown(manager.get(address))
        assert "recusada pelo CRM: empresa: CNPJ: inválido" in told
        assert "parada desde" in told
        assert "empresa: CNPJ: O campo é inválido." in told


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("timeout", "o CRM não respondeu a tempo"),
        ("http_503", "o CRM respondeu com erro 503"),
        ("sem resposta: malformed_answer", "sem resposta: a resposta do CRM é ilegível"),
        ("o processo caiu várias vezes", "o processo caiu várias vezes"),
    ],
)
def test_why_a_lead_waits_is_worded(manager, story, code, words) -> None:
    CrmSync.objects.update(reason=code, attempts=2, due_at=datetime.now(UTC) + timedelta(minutes=5))

    told = shown(manager.get(page("crmsync")))

    assert words in told
    assert "vai tentar de novo" in told


@pytest.mark.parametrize(
    ("action", "status", "due"),
    [("retry_syncs", "ready", True), ("park_syncs", "parked", False), ("skip_syncs", "ready", False)],
)
def test_a_person_decides_about_a_lead_and_it_is_audited(manager, story, action, status, due) -> None:
    CrmSync.objects.update(attempts=3, due_at=None, reason="timeout")
    asked = press(manager, "crmsync", action, story.crmsync.pk, confirmed=False)
    assert "Marina" in shown(asked)
    assert CrmSync.objects.get().attempts == 3

    press(manager, "crmsync", action, story.crmsync.pk)

    row = CrmSync.objects.get()
    assert (row.status, row.due_at is not None) == (status, due)
    entry = AuditEntry.objects.get(action=f"crm.{action.partition('_')[0]}")
    assert entry.subject_id == story.lead.pk


def test_who_may_only_look_cannot_press(clerk, story) -> None:
    press(clerk, "crmsync", "park_syncs", story.crmsync.pk)
    press(clerk, "drift", "repair_drifts", story.drift.pk)

    assert CrmSync.objects.get().status == "ready"
    assert Drift.objects.get().closed_at is None


def test_the_history_of_a_lead_is_one_click_away_and_tells_nothing_personal(manager, story) -> None:
    row = shown(manager.get(page("crmsync", story.crmsync)))
    address = f"/admin/crm/crmcall/?lead_id={story.lead.pk}"
    assert address in row
    other = lead_with(phone="5511900000009")
    CrmCall.objects.create(
        lead_id=other.pk, at=datetime.now(UTC), method="GET", endpoint="tags", outcome="ok", duration_ms=1
    )

    told = shown(manager.get(address))
    calls = CrmCall.objects.filter(lead_id=story.lead.pk)
    everything = "".join(shown(manager.get(page("crmcall", call))) for call in calls)

    assert "criar em empresas" in told
    assert "tags" not in told
    assert "external_code" in everything
    token = story.account.outside.config.piperun_token
    assert [secret for secret in (CNPJ, "5511900000001", "Lenha", token) if secret in everything] == []


# --- The lead in the CRM ---------------------------------------------------------------------------------------------


def test_what_is_wanted_and_why_stands_field_by_field_without_asking_the_crm(manager, story) -> None:
    story.account.admin("clear-calls")

    told = shown(manager.get(f"/admin/crm/crmsync/lead/{story.lead.pk}/"))

    assert "porque o lead está quente" in told
    for theirs in ("external_code", "city_id", "contactPhones", "stage_id"):
        assert (f"<code>{theirs}</code>" in told) is (theirs != "external_code")
    assert "Restaurante Lenha Fictícia" in told
    assert SCRIPT not in told
    assert "está na etapa 647558 em vez de 647559" in told
    assert story.account.calls() == 0


def test_what_is_there_now_is_read_when_asked_for(manager, story) -> None:
    company = CrmLink.objects.get(kind="empresa").remote_id
    story.account.admin("edit", kind="companies", id=int(company), values={"name": "NOME NOVO LTDA"})

    told = shown(manager.get(f"/admin/crm/crmsync/lead/{story.lead.pk}/?agora=1"))

    assert "NOME NOVO LTDA" in told
    assert "diferente" in told
    assert "No CRM agora" in told


def test_a_crm_that_is_down_leaves_the_page_standing(manager, story) -> None:
    story.account.revoke()

    told = shown(manager.get(f"/admin/crm/crmsync/lead/{story.lead.pk}/?agora=1"))

    assert "O CRM recusou o token" in told
    assert "Escrito por nós" in told


def test_lead_and_orcamento_lead_to_the_deal(manager, story, settings) -> None:
    settings.CRM_DEAL_URL = "https://crm.example.com/negocio/{id}"
    need = Orcamento.objects.get()
    link = f'href="https://crm.example.com/negocio/{story.deal}"'

    lead = shown(manager.get(f"/admin/leads/lead/{story.lead.pk}/change/"))
    assert link in lead
    assert f"/admin/crm/crmsync/lead/{story.lead.pk}/" in lead
    assert link in shown(manager.get(f"/admin/leads/orcamento/{need.pk}/change/"))
    assert link in shown(manager.get("/admin/leads/orcamento/"))

    settings.CRM_DEAL_URL = ""
    assert "abrir no CRM" not in shown(manager.get("/admin/leads/orcamento/"))


def test_the_page_of_a_lead_needs_the_right_to_see_leads(client, story, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user("ninguem", is_staff=True))

    assert client.get(f"/admin/crm/crmsync/lead/{story.lead.pk}/").status_code == 403


# --- Disagreements ---------------------------------------------------------------------------------------------------


def test_a_disagreement_is_told_in_words_and_put_right_by_its_button(manager, story) -> None:
    told = shown(manager.get(page("drift", story.drift)))
    assert "está na etapa 647558 em vez de 647559; alguém a moveu de volta" in told
    assert "Escrever de novo no CRM" in told

    press(manager, "drift", "repair_drifts", story.drift.pk)
    run_due()

    deal = next(row for row in story.account.state()["deals"] if str(row["id"]) == story.deal)
    assert str(deal["stage_id"]) == story.account.next_stage_id
    assert Drift.objects.get().closed_as == "reparada"
    assert "Escrever de novo no CRM" not in shown(manager.get(page("drift", story.drift))).split("sl-repairs")[-1]


def test_a_person_calls_a_disagreement_right(manager, story) -> None:
    press(manager, "drift", "ignore_drifts", story.drift.pk)

    assert Drift.objects.get().closed_as == "ignorada"
    assert "é assim mesmo" in shown(manager.get(page("drift")))


def test_a_repair_while_the_crm_is_down_says_so_and_stays_open(manager, story) -> None:
    story.account.revoke()

    assert "O CRM recusou o token" in shown(press(manager, "drift", "repair_drifts", story.drift.pk))
    assert Drift.objects.get().closed_at is None


def test_every_kind_of_disagreement_has_a_sentence(manager, story) -> None:
    kinds = [value for name, value in vars(drifts).items() if name.isupper() and isinstance(value, str)]
    assert len(kinds) > 15

    for kind in kinds:
        row = Drift(kind=kind, local_kind="pessoa", remote_id="77", evidence={"outra": "88", "campos": ["name"]})
        assert evidence(row).endswith(".")
        assert evidence(row) != kind


# --- Configuration ---------------------------------------------------------------------------------------------------

SETTINGS = "/admin/crm/crmsettings/"


def form(**changes: object) -> dict[str, object]:
    return {
        "active": "on",
        "pipeline_id": "100848",
        "stage_new_id": "647558",
        "stage_qualified_id": "647559",
        "owner_id": "",
        "title_template": "Lead — {produto} — {cidade}/{uf}",
        "default_origin_id": "556735",
        "warm_deal": "qualificado",
        "silence_min": "30",
        "follow_up": "on",
        "follow_up_type_id": "",
        "follow_up_business_hours": "9",
        **changes,
    }


def test_the_configuration_is_one_page(manager, account) -> None:
    answer = manager.get(SETTINGS, follow=True)

    assert answer.redirect_chain[-1][0] == f"{SETTINGS}1/change/"
    assert "Testar conexão" in shown(answer)
    assert CrmSettings.objects.get().pipeline_id == "100848"


def test_a_test_of_the_connection_offers_the_account_s_own_lists(manager, account) -> None:
    manager.get(SETTINGS, follow=True)

    told = shown(press(manager, "crmsettings", "test_connection", 1))

    assert "Conexão certa: 2 funis" in told
    assert "Novo lead (647558) em vez de Lead qualificado (647559)" in evidence(
        Drift(kind=drifts.STAGE, evidence={"la": "647558", "aqui": "647559"})
    )
    for name in ("Vendas de máquinas", "Lead qualificado", "WhatsApp", "Renata Comercial"):
        assert name in told
    assert '<optgroup label="Vendas de máquinas">' in told
    assert AuditEntry.objects.filter(action="crm.test").count() == 1
    assert "Instagram" in shown(manager.get("/admin/crm/crmorigin/add/"))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (lambda account, settings: account.revoke(), "O CRM recusou o token: confira PIPERUN_TOKEN."),
        (lambda account, settings: account.fault("forbidden"), "não tem permissão"),
        (lambda account, settings: account.fault("garbage"), "não parece ser o CRM"),
        (lambda account, settings: account.fault("bad_gateway"), "o CRM respondeu com erro 502"),
        (lambda account, settings: account.ask_to_wait(1), "pediu uma pausa"),
        (lambda account, settings: setattr(settings, "PIPERUN_URL", "http://127.0.0.1:9"), "Sem conexão com o CRM"),
        (lambda account, settings: setattr(settings, "PIPERUN_TOKEN", ""), "Nenhum CRM está configurado"),
    ],
)
def test_a_connection_that_fails_says_what_to_do_and_keeps_the_lists(manager, account, settings, cause, words) -> None:
    manager.get(SETTINGS, follow=True)
    press(manager, "crmsettings", "test_connection", 1)
    cause(account, settings)

    told = shown(press(manager, "crmsettings", "test_connection", 1))

    assert words in told
    assert "Vendas de máquinas" in told


def test_choices_are_saved_and_audited_while_the_crm_is_down(manager, account) -> None:
    manager.get(SETTINGS, follow=True)
    press(manager, "crmsettings", "test_connection", 1)
    account.revoke()

    told = shown(manager.post(f"{SETTINGS}1/change/", form(owner_id=account.owner_id), follow=True))

    row = CrmSettings.objects.get()
    assert (row.owner_id, row.stage_qualified_id) == (account.owner_id, "647559")
    assert row.account
    assert "Nenhuma atividade de retorno é criada" in told
    assert AuditEntry.objects.get(action="change").detail["fields"] == ["owner_id", "stage_qualified_id"]


def test_an_id_that_the_account_does_not_have_is_told_and_stays_valid(manager, account) -> None:
    CrmSettings.objects.create(owner_id="999")

    told = shown(press(manager, "crmsettings", "test_connection", 1))
    assert "O CRM não tem responsável 999" in told.replace("Responsável", "responsável")
    assert "999 (não está na lista lida do CRM)" in told

    manager.post(f"{SETTINGS}1/change/", form(owner_id="999"), follow=True)
    assert CrmSettings.objects.get().stage_qualified_id == "647559"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title_template": "Lead {produto} {preco}"}, "Não conhecemos {preco}"),
        ({"title_template": "Lead {produto"}, "sem o seu par"),
        ({"stage_qualified_id": "647558"}, "É a mesma do lead novo"),
        ({"stage_new_id": "AFTER"}, "Esta etapa é de outro funil"),
        ({"stage_new_id": "12ab"}, "Faça uma escolha válida"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(manager, account, changes, words) -> None:
    manager.get(SETTINGS, follow=True)
    press(manager, "crmsettings", "test_connection", 1)
    other = next(one[0] for one in CrmSettings.objects.get().account["stages"] if one[2] != "100848")
    changes = {name: other if value == "AFTER" else value for name, value in changes.items()}

    told = shown(manager.post(f"{SETTINGS}1/change/", form(**changes)))

    assert words in told
    assert CrmSettings.objects.get().stage_qualified_id == ""


def test_before_the_first_test_ids_are_typed(manager, account) -> None:
    manager.get(SETTINGS, follow=True)

    assert "O id é um número." in shown(manager.post(f"{SETTINGS}1/change/", form(owner_id="Renata")))
    manager.post(f"{SETTINGS}1/change/", form(owner_id="2003"))

    assert CrmSettings.objects.get().owner_id == "2003"


# --- Cities ----------------------------------------------------------------------------------------------------------


def test_a_city_is_found_by_name_and_corrected_for_good(manager, story) -> None:
    assert "Itajaí/SC" in shown(manager.get(page("citylink"), {"q": "itajai"}))
    assert "Itajaí/SC" not in shown(manager.get(page("citylink"), {"q": "blumenau"}))

    manager.post(page("citylink", story.citylink), {"remote_id": "4321"})
    cities.save({story.citylink.pk: "1"})

    row = CityLink.objects.get()
    assert (row.remote_id, row.manual) == ("4321", True)
    assert cities.remote_city("Itajaí", "SC") == "4321"
    assert AuditEntry.objects.filter(subject_kind="citylink").count() == 1


def test_a_city_s_id_is_a_number(manager, story) -> None:
    assert "O id é um número." in shown(manager.post(page("citylink", story.citylink), {"remote_id": "Itajaí"}))


# --- In a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"] if FULL else ["light"])
def test_the_pages_fit_desk_and_telephone(manager, story, chromium, live_server, scheme) -> None:
    CrmSync.objects.update(status="parked", reason="recusada pelo CRM: empresa.cnpj: inválido")
    press(manager, "crmsettings", "test_connection", 1)
    session = manager.cookies["sessionid"].value
    context = chromium.new_context(base_url=live_server.url, color_scheme=scheme)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    view = context.new_page()
    mishaps: list[str] = []

    def complains(said: ConsoleMessage) -> None:
        if said.type == "error":
            mishaps.append(said.text)

    def interrupts(dialog: Dialog) -> None:
        mishaps.append(dialog.message)
        dialog.dismiss()

    view.on("console", complains)
    view.on("dialog", interrupts)
    addresses = [
        *(page(model) for model in PAGES),
        *(page(model, getattr(story, model)) for model in PAGES),
        f"{SETTINGS}1/change/",
        f"/admin/crm/crmsync/lead/{story.lead.pk}/?agora=1",
        f"/admin/leads/lead/{story.lead.pk}/change/",
    ]

    for address in addresses:
        view.goto(address)
        for width in (1440, 390):
            view.set_viewport_size({"width": width, "height": 900})
            if view.evaluate("document.documentElement.scrollWidth") > width:
                mishaps.append(f"{address} is wider than {width}")
            if shots := os.environ.get("SHOTS"):
                name = address.strip("/").replace("/", "_").replace("?", "_")[:50]
                view.screenshot(path=f"{shots}/{name}-{scheme}-{width}.png", full_page=True)
    context.close()

    assert mishaps == []
