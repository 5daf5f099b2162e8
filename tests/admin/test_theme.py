"""Every list and a page of every kind of row, in a real browser: at a desk and on a telephone, light and dark."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.urls import reverse

from conversations.models import Message
from knowledge import loader
from knowledge.models import PromptVersion
from seleto import demo_files
from seleto.lib import alerts, audit, tokens
from seleto.lib.models import Alert
from tests.admin.conftest import story
from tests.factories import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS")
FULL = os.environ.get("FULL") == "1"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# In the dark only the colours differ.
RULES = {"light": {"type": "tag", "values": WCAG}, "dark": {"type": "rule", "values": ["color-contrast"]}}
# Every run sees one page in five, lists and forms in turn, and fewer in the dark; FULL=1, which the hosted pipeline
# has a job for, sees all.
STEP = {"light": 1 if FULL else 5, "dark": 1 if FULL else 21}
# What the theme's own pages do, wherever they are used (rule of axe -> selectors it is known at).
STOCK = {
    # Django's two lists for choosing many, on users' and groups' pages.
    "aria-prohibited-attr": (".help-tooltip",),
    "color-contrast": ("_input",),
}


@pytest.fixture
def told(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    told = story()
    loader.load()
    demo_files.put()
    at = now()
    alerts.open_("canal:principal", title="O canal principal está desconectado", level=Alert.Level.CRITICAL, now=at)
    audit.record(actor="usuário:1", action="conversation.human", subject_kind="conversation", subject_id=None, now=at)
    tokens.create(name="painel", now=at)
    Group.objects.get_or_create(name="Gestor")
    told.reply = Message.objects.get(author=Message.Author.AGENT)
    return told


@pytest.fixture(params=["light", "dark"])
def page(request, chromium, live_server, client, told):
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="pt-BR")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.add_init_script(f"localStorage.setItem('adminTheme', '\"{request.param}\"')")
    page = context.new_page()
    page.theme = request.param
    yield page
    context.close()


def addresses(user, told) -> Iterator[str]:
    """The home page, each list, a row of it or the empty form where there is none, and the pages of our own.

    One after the other, as a list may make the row that it shows.
    """
    asking = HttpRequest()
    asking.user = user
    yield reverse("admin:index")
    for model, pages in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if row := model._default_manager.first():
            yield reverse(f"{name}_change", args=[row.pk])
        elif pages.has_add_permission(asking):
            yield reverse(f"{name}_add")
    version = PromptVersion.objects.get(role="agente", status=PromptVersion.Status.PUBLISHED)
    yield reverse("admin:leads_lead_correct_temperature", args=[told.lead.pk])
    yield reverse("admin:knowledge_promptversion_diff", args=[version.pk])
    yield reverse("admin:knowledge_prompttrial_start", args=[version.pk])
    yield reverse("admin:backoffice_replayrun_start")
    yield reverse("admin:conversations_wrongreply_report", args=[told.reply.pk])


def test_every_page_is_whole_at_a_desk_and_on_a_telephone(page, told, live_server):
    mishaps: list[str] = []
    host = urlsplit(live_server.url).netloc
    where = ""
    page.on("request", lambda it: urlsplit(it.url).netloc in (host, "") or mishaps.append(f"{where}: {it.url}"))
    page.on("response", lambda had: had.status < 400 or mishaps.append(f"{where}: {had.status} {had.url}"))
    page.on("console", lambda said: said.type == "error" and mishaps.append(f"{where}: {said.text}"))
    page.on("pageerror", lambda error: mishaps.append(f"{where}: {error}"))

    for where in islice(addresses(User.objects.get(), told), 0, None, STEP[page.theme]):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(where)
        awake(page)
        mishaps += [f"{where}: {text}" for text in serious(page)]
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                mishaps.append(f"{where}: wider than {width}")
            if SHOTS:
                name = where.strip("/").replace("/", "_")[:60]
                page.screenshot(path=Path(SHOTS) / f"{name}-{page.theme}-{width}.png")

    assert not mishaps, "\n".join(mishaps)


@pytest.mark.parametrize("page", ["light"], indirect=True)
def test_one_s_own_access_is_read_by_everybody(page):
    for name in ("second-factor-mine", "second-factor-enrol", "prove"):
        page.goto(reverse(name))
        awake(page)
        assert serious(page) == [], name


@pytest.mark.parametrize("page", ["light"], indirect=True)
def test_filters_menus_and_the_palette_need_no_mouse(page, told):
    page.goto("/admin/conversations/conversation/")
    awake(page)
    page.locator("[role=button]", has_text="Filtros").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Quem atende?").select_option("human")
    page.get_by_role("button", name="Filtrar").press("Enter")
    page.get_by_text("Nada aqui com esta busca").wait_for()
    awake(page)

    page.keyboard.press("Control+k")
    page.locator("#search-input-command:focus").wait_for()
    page.keyboard.insert_text("Marin")
    page.keyboard.press("a")  # one key that asks: a second answer would come between what follows
    page.locator("#command-results-list a", has_text="Marina").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/leads/lead/{told.lead.pk}/change/")


def awake(page) -> None:
    """Once the theme's scripts listen; a key pressed before is lost."""
    page.wait_for_load_state()
    page.wait_for_selector("html:not([x-cloak])", state="attached")


def serious(page) -> list[str]:
    """What axe calls serious or worse, but for what the theme's own pages are known for.

    The navigation is the same on every page: it is looked at on the first.
    """
    navigation = "#nav-sidebar" if urlsplit(page.url).path != reverse("admin:index") else ".none"
    options = {"runOnly": RULES[page.theme], "resultTypes": ["violations"]}
    found = Axe().run(page, context={"exclude": [[navigation]]}, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target'][0]} {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not any(known in str(node["target"]) for known in STOCK.get(rule["id"], ()))
    ]
