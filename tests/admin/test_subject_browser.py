"""A data subject's request in a real browser: right at a desk and on a telephone, readable by everybody."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from leads import subjects
from leads.models import Fact, Identity, SubjectRequest
from seleto.backoffice import subject_rights
from tests.admin.conftest import story
from tests.factories import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS")
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.fixture
def page(chromium, live_server, client, transactional_db):
    client.force_login(User.objects.create_superuser("encarregada", first_name="Rute"))
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="pt-BR")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def asked(number: int, kind: SubjectRequest.Kind) -> SubjectRequest:
    told = story(number)
    Identity.objects.filter(lead=told.lead).update(display_name="Marina Exemplo")
    Fact.objects.filter(lead=told.lead, field="nome").update(value="Marina Exemplo")
    SubjectRequest.objects.filter(lead=told.lead).delete()
    source = SubjectRequest.Source.WHATSAPP
    return subjects.open_request(told.lead.pk, kind, source=source, actor="agente", now=now())


def test_every_step_is_right_at_a_desk_and_on_a_telephone(page):
    new = asked(1, SubjectRequest.Kind.ACCESS)
    proved = asked(2, SubjectRequest.Kind.CORRECTION)
    gone = asked(3, SubjectRequest.Kind.ERASURE)
    for row in (proved, gone):
        subjects.confirm_documents(row.pk, actor="usuário:1", now=now())
    subject_rights.erase(gone.pk, actor="usuário:1", now=now())
    root = "/admin/leads/subjectrequest/"
    pages = {
        "titulares": root,
        "pedido": f"{root}{new.pk}/change/",
        "correcao": f"{root}{proved.pk}/change/",
        "recibo": f"{root}{gone.pk}/change/",
        "mapa": f"{root}mapa/",
    }
    for name, address in pages.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900 if width > 390 else 844})
            for theme in ("light", "dark") if SHOTS else ():
                page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
                ending = "" if theme == "light" else "-dark"
                page.screenshot(path=Path(SHOTS or "") / f"admin-{name}-{width}{ending}.png")
            page.evaluate("document.documentElement.classList.remove('dark')")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
        assert [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")] == []
