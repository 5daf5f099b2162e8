"""Roll-out, parked work and configuration in a real browser: each action by its button, right at both widths."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from conversations.models import Event
from knowledge import loader
from knowledge.models import RolloutRule
from seleto.lib import jobs
from tests.backoffice.test_parked import stuck
from tests.backoffice.test_rollout_pages import answered
from tests.factories import ChannelFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS")
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PAGES = {
    "rollout": "/admin/knowledge/rolloutrule/",
    "shadow": "/admin/conversations/shadowreply/",
    "parked": "/admin/backoffice/bulkrun/parados/",
    "setup": "/admin/backoffice/bulkrun/configuracao/",
    "ladder": "/admin/conversations/handofflevel/",
    "calendar": "/admin/knowledge/holiday/",
    "queues": "/admin/django_q/ormq/",
}


@pytest.fixture
def page(chromium, live_server, client, transactional_db):
    loader.load()
    ChannelFactory.create()
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="pt-BR")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_every_page_is_right_at_a_desk_and_on_a_telephone(page):
    stuck()
    answered()
    RolloutRule.objects.create(scope="channel:principal", share=30, others="shadow", note="piloto")
    for name, address in PAGES.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900 if width > 390 else 844})
            if SHOTS:
                for theme in ("light", "dark") if os.environ.get("FULL") == "1" else ("light",):
                    page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
                    ending = "" if theme == "light" else "-dark"
                    page.screenshot(path=Path(SHOTS) / f"admin-{name}-{width}{ending}.png", full_page=False)
                page.evaluate("document.documentElement.classList.remove('dark')")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
        serious = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious] == [], address


def test_a_channel_is_switched_off_with_two_clicks_and_says_so(page):
    page.goto(PAGES["rollout"])
    page.get_by_role("button", name="Desligar o canal").click()
    page.get_by_label("Por quê?").fill("teste")
    page.get_by_role("button", name="Desligar", exact=True).click()

    page.get_by_text("desligado neste canal").wait_for()
    page.get_by_role("button", name="Ligar o canal").wait_for()


def test_a_heap_is_worked_and_the_bar_reports_back(page):
    stuck()
    page.goto(PAGES["parked"])
    page.get_by_role("button", name="Reprocessar: 1").click()
    page.get_by_text("Ensaiado agora").wait_for()
    page.get_by_role("button", name="Reprocessar").click()
    page.get_by_text("0 de 1").wait_for()

    jobs.run_due("bulk_run")

    page.get_by_text("1 de 1").wait_for()
    page.get_by_text("concluída").first.wait_for()
    assert not Event.objects.filter(status="parked").exists()


def test_a_part_of_the_configuration_is_tested_by_its_button(page):
    page.goto(PAGES["setup"])
    page.get_by_role("button", name="Testar E-mail").click()

    page.get_by_text("Teste feito: E-mail.").wait_for()
    page.get_by_text("Nenhum aviso sai por e-mail").wait_for()
