"""Playground and replay in a real browser: a talk by the buttons, and pages that fit a telephone."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from seleto.backoffice import replay
from seleto.lib import jobs
from tests.backoffice.conftest import talked
from tests.conversations.model import said
from tests.factories import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYGROUND, RUNS = "/admin/backoffice/playgroundsession/", "/admin/backoffice/replayrun/"


@pytest.fixture
def page(chromium, live_server, client, model):
    client.force_login(User.objects.create_superuser("gestora"))
    session = client.cookies["sessionid"].value
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_a_message_is_answered_on_the_page_without_a_click(page, model):
    model.side_effect = [said("Prazer, Rute!")]
    page.goto(PLAYGROUND)

    page.get_by_label("Mensagem do lead").fill("sou a Rute")
    page.get_by_role("button", name="Enviar").click()
    page.get_by_text("O agente está respondendo").wait_for()
    jobs.run_due("playground")

    page.locator(".sl-from-agent", has_text="Prazer, Rute!").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_replay_fits_a_telephone(page, model, draft, settings):
    settings.TYPING_MAX_S = 0
    conversation = talked(model, ("oi, vocês vendem formadora?", said("Vendemos!")))
    model.side_effect = [said("Vendemos sim! Qual o seu negócio?")]
    turns = replay.of_conversations([conversation.pk])
    run = replay.start(draft, turns, spend_max_usd=Decimal(1), by="gestora", now=now())
    jobs.run_due("replay")

    for address in ("", "novo/", f"{run.pk}/change/", f"{run.pk}/conversa/{conversation.pk}/"):
        page.goto(f"{RUNS}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
