"""The first page in a real browser, over a tenth of the busy month: at a desk and on a telephone, light and dark."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from seleto import busy_month
from seleto.lib import clock

# What fills the month changes tables for a moment.
pytestmark = [pytest.mark.usefixtures("owner"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS")
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# In the dark only the colours differ.
RULES = {"light": WCAG, "dark": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture
def home(chromium, live_server, client, settings, tmp_path):
    """Opens the first page with a theme and a width."""
    settings.MEDIA_ROOT = tmp_path
    settings.LLM_SPEND_MAX_DAY_USD = 2
    busy_month.make(share=0.1, now=clock.now())
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    contexts = []

    def opened(theme: str, width: int):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url, locale="pt-BR"
        )
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        context.add_init_script(f"localStorage.setItem('adminTheme', '\"{theme}\"')")
        page = context.new_page()
        page.goto("/admin/")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_the_page_fits_reads_and_works(home):
    for theme in ("light", "dark"):
        for width in (1440, 390):
            page = home(theme, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (theme, width)
            options = {"runOnly": RULES[theme], "resultTypes": ["violations"]}
            found = Axe().run(page, options=options).response["violations"]
            assert {one["id"]: [node["target"] for node in one["nodes"]] for one in found} == {}, (theme, width)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"home-{width}-{theme}.png", full_page=True)

    page = home("light", 1440)
    page.evaluate("document.querySelector('#home-now-title').textContent = 'velho'")
    page.evaluate("htmx.ajax('GET', '/admin/inicio/agora/', {source: '#home-now', swap: 'outerHTML'})")
    page.get_by_role("heading", name="Agora").wait_for()

    page.locator("select[name=canal]").select_option("mes-nuvem")
    page.get_by_role("button", name="Mostrar", exact=True).click()
    page.wait_for_url("**canal=mes-nuvem**")
    assert page.locator(".sl-home-lights > li").count() == 1

    page.get_by_role("button", name="Enviar de novo").first.click()
    page.get_by_role("heading", name="Enviar de novo?").wait_for()
