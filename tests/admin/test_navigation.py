"""The way around: everybody is led to what they may open, and to nothing else."""

import gettext
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission, User

from seleto.backoffice.navigation import GROUPS
from tests.admin.conftest import story

CATALOGUE = Path(settings.BASE_DIR) / "seleto/lib/locale/pt_BR/LC_MESSAGES/django.po"


def led_to(client) -> dict[str, list[str]]:
    """Titles by group, as the sidebar shows them."""
    shown = client.get("/admin/").context["sidebar_navigation"]
    return {group.get("title", ""): [item["title"] for item in group["items"]] for group in shown}


@pytest.fixture
def reader(db, client):
    """May see phrases and nothing else."""
    user = User.objects.create_user("redatora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_phrase"))
    client.force_login(user)
    return client


def test_a_manager_is_led_to_every_list(manager):
    led = led_to(manager)

    assert [title for title, _ in GROUPS] == [title for title in led if title not in ("", "Outros")]
    addresses = {
        item["link"] for group in manager.get("/admin/").context["sidebar_navigation"] for item in group["items"]
    } | {tab["link"] for tabs in manager.get("/admin/").context["tab_list"] for tab in tabs["items"]}
    lists = {f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry}
    assert lists <= addresses


def test_nobody_is_led_to_what_they_may_not_see(reader):
    assert led_to(reader) == {"": ["Início"], "Regras e frases": ["Frases aprovadas"]}


def test_the_page_one_is_on_is_marked(manager):
    groups = manager.get("/admin/conversations/message/").context["sidebar_navigation"]

    assert [item["title"] for group in groups for item in group["items"] if item["active"]] == ["Conversas"]


def test_every_group_names_lists_that_are_there():
    named = {model for _, pages in GROUPS for page in pages for model in page.models}

    assert named - {model._meta.label_lower for model in site._registry} == set()


def test_the_palette_finds_pages_and_leads_for_who_may_see_them(manager):
    story()

    def found(words):
        return manager.get("/admin/search/", {"s": words, "extended": "1"}).content.decode()

    assert "/admin/knowledge/phrase/" in found("frases")
    assert "/admin/leads/lead/" in found("marina")


def test_the_palette_shows_no_lead_to_others(reader):
    story()

    assert "/admin/leads/" not in reader.get("/admin/search/", {"s": "marina", "extended": "1"}).content.decode()


@pytest.mark.parametrize(("sandbox", "debug", "badge"), [(True, True, "Simulação"), (False, True, "Desenvolvimento")])
def test_a_trial_installation_says_so(manager, settings, sandbox, debug, badge):
    settings.SANDBOX, settings.DEBUG = sandbox, debug

    assert badge in manager.get("/admin/").content.decode()


def test_the_theme_speaks_portuguese(manager):
    story()

    page = manager.get("/admin/conversations/conversation/").content.decode()

    assert "Filtros" in page
    assert "Select" not in page


def test_the_compiled_words_are_those_of_the_catalogue():
    compiled = gettext.GNUTranslations(CATALOGUE.with_suffix(".mo").open("rb"))
    text = CATALOGUE.read_text(encoding="utf-8")

    for line, after in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if line.startswith('msgid "') and line != 'msgid ""' and after.startswith("msgstr "):
            assert compiled.gettext(_unquoted(line)) == _unquoted(after)


def _unquoted(line: str) -> str:
    return line.split(" ", 1)[1][1:-1].replace('\\"', '"').replace("\\n", "\n")


def test_a_page_below_a_lists_address_is_marked_alone(manager):
    groups = manager.get("/admin/backoffice/bulkrun/parados/").context["sidebar_navigation"]

    assert [item["title"] for group in groups for item in group["items"] if item["active"]] == ["Parados"]
