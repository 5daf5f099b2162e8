"""Leads, knowledge, rules and prompts in a real browser: each page is whole, each action does what its button says."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from knowledge.models import Article, Phrase
from leads.models import Lead
from tests.admin.conftest import story
from tests.admin.test_theme import FULL, serious
from tests.leads.test_duplicates import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A folder for the manual's screenshots.
SHOTS = os.environ.get("MANUAL_SHOTS")


@pytest.fixture(params=["light", "dark"] if FULL else ["light"])
def page(request, chromium, live_server, client):
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="pt-BR")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.add_init_script(f"localStorage.setItem('adminTheme', '\"{request.param}\"')")
    page = context.new_page()
    page.theme = request.param
    yield page
    context.close()


light = pytest.mark.parametrize("page", ["light"], indirect=True)


def whole(page, name: str, address: str = "") -> None:
    """The page fits both screens and axe finds nothing serious."""
    if address:
        page.goto(address)
    page.wait_for_selector("html:not([x-cloak])", state="attached")
    assert serious(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
        if SHOTS:
            theme = "" if page.theme == "light" else f"-{page.theme}"
            page.screenshot(path=Path(SHOTS) / f"admin-{name}-{width}{theme}.png")


def twins() -> tuple[Lead, Lead]:
    told = {"nome": "Marina Prado", "cidade": "Itajaí", "uf": "SC", "empresa": "Burger do Porto"}
    one = lead("5511900000001", **told, produto="FB300", email="marina@burger.example")
    return one, lead("5511900000002", **told, produto="SE3000", email="marina@burger.example")


def test_repeated_leads_are_compared_and_joined(page):
    one, other = twins()
    whole(page, "duplicates", "/admin/leads/lead/repetidos/")
    page.get_by_role("link", name="Comparar").click()
    page.get_by_role("heading", name="Unir os dois").wait_for()
    whole(page, "compare")

    page.get_by_label("Comparei os dois").check()
    page.get_by_role("button", name="Unir os dois leads").click()
    page.get_by_text("Leads unidos").wait_for()

    assert Lead.objects.get() == min((one, other), key=lambda lead: lead.created_at)


@light
def test_a_list_leaves_as_a_spreadsheet(page):
    twins()
    page.goto("/admin/leads/lead/?q=Marina")
    page.get_by_role("link", name="Exportar").click()
    page.get_by_text("2 linhas").wait_for()
    whole(page, "export")

    with page.expect_download() as download:
        page.get_by_role("button", name="Exportar").click()

    assert download.value.suggested_filename.startswith("leads-")
    assert download.value.suggested_filename.endswith(".xlsx")


@pytest.fixture
def stocked():
    from knowledge import loader

    loader.load()


def test_a_phrase_is_changed_and_brought_back(page, stocked):
    phrase = Phrase.objects.filter(situation="espera").first()
    former = phrase.text
    page.goto(f"/admin/knowledge/phrase/{phrase.pk}/change/")
    page.get_by_label("Texto").fill("Um instante, *por favor*: já volto.")
    page.get_by_role("button", name="Salvar", exact=True).click()
    page.get_by_text("alterado com sucesso").wait_for()
    whole(page, "phrase", f"/admin/knowledge/phrase/{phrase.pk}/change/")
    whole(page, "history", f"/admin/knowledge/phrase/{phrase.pk}/history/")

    page.get_by_role("link", name="Ver a versão").last.click()
    page.get_by_role("button", name="Voltar a esta versão").wait_for()
    whole(page, "version")
    page.get_by_role("button", name="Voltar a esta versão").click()
    page.get_by_text("A versão voltou a valer").wait_for()

    assert Phrase.objects.get(pk=phrase.pk).text == former


def test_a_text_is_put_to_the_test_and_a_rule_is_tightened(page, stocked):
    page.goto("/admin/knowledge/safetyrules/")
    page.get_by_label("Palavras e expressões proibidas").fill("concorrente")
    whole(page, "rules")
    page.get_by_role("button", name="Salvar", exact=True).click()
    page.get_by_text("alterado com sucesso").wait_for()

    page.goto("/admin/knowledge/safetyrules/testar/")
    page.get_by_label("Texto a testar").fill("A FB300 custa R$ 18.900 em 10x, bem melhor que o concorrente!")
    page.get_by_role("button", name="Testar", exact=True).click()
    page.get_by_text("Barrado", exact=True).wait_for()
    whole(page, "tester")

    assert page.locator("mark", has_text="concorrente").count() == 1


def test_the_search_shows_what_the_agent_would_find(page, stocked):
    page.goto("/admin/knowledge/article/")
    page.get_by_role("link", name="O que o agente acharia").click()
    page.get_by_label("Pergunta de um cliente").fill("qnto a fb300 faz de burguer por hora?")
    page.get_by_role("button", name="Buscar", exact=True).click()
    page.get_by_text("O agente responde com estes artigos").wait_for()
    whole(page, "search")


def test_a_stopped_draft_is_judged(page):
    hit = story().guardrailhit
    page.goto(f"/admin/conversations/guardrailhit/{hit.pk}/change/")
    whole(page, "hit")
    page.get_by_role("button", name="O bloqueio estava certo").click()
    page.get_by_text("Anotado: o bloqueio estava certo").wait_for()


def test_articles_that_fall_due(page, stocked):
    whole(page, "articles", "/admin/knowledge/article/")


def test_prompts_say_what_to_do_next(page, stocked):
    whole(page, "prompts", "/admin/knowledge/promptversion/")
    page.get_by_role("link", name="Abrir a versão em uso").click()
    page.wait_for_url("**/change/")


def test_a_spreadsheet_of_articles_is_previewed_confirmed_and_takes_effect(page, stocked):
    page.goto("/admin/knowledge/article/")
    page.get_by_role("link", name="Importar").click()
    whole(page, "import")
    article = Article.objects.first()
    sheet = f"código;título\n{article.code};Um título novo\n"
    page.get_by_label("Planilha").set_input_files(
        {"name": "artigos.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    )
    page.get_by_role("button", name="Ver a prévia").click()
    page.get_by_text("Prévia: nada mudou ainda").wait_for()
    page.get_by_text("alteradas: 1").wait_for()
    whole(page, "import-preview")

    page.get_by_role("button", name="Confirmar a importação").click()
    page.get_by_text("Importação concluída. Novas: 0; alteradas: 1; sem mudança: 0.").wait_for()

    article.refresh_from_db()
    assert article.title == "Um título novo"
    whole(page, "export-articles", "/admin/knowledge/article/export/")
