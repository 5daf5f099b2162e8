"""The workspace in a real browser: it follows what happens without getting in the way, and its buttons work."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from conversations.models import Conversation, Handoff, Message, Outbox, WrongReply
from knowledge import loader
from leads.models import Fact
from seleto.backoffice.inbox import pages
from seleto.backoffice.models import SavedView
from tests.admin.conftest import story
from tests.factories import MessageFactory, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(pages, "POLL_MS", 200)
    loader.load()
    told = story()
    Handoff.objects.all().delete()
    at = now() - timedelta(minutes=40)
    for number in range(60):
        MessageFactory.create(
            conversation=told.conversation, text=f"linha {number:02d}", sent_at=at + timedelta(seconds=number)
        )
    return told


@pytest.fixture
def page(chromium, live_server, client, told):
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="pt-BR")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.mishaps = []
    page.on("pageerror", lambda error: page.mishaps.append(str(error)))
    page.goto(f"/admin/conversations/conversation/{told.conversation.pk}/change/")
    yield page
    context.close()
    assert page.mishaps == []


def serious(page):
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_what_is_new_comes_in_and_takes_nothing_away(page, told):
    page.locator("#say").fill("Estou escre")
    message = MessageFactory.create(conversation=told.conversation, text="Ainda está aí?")
    page.locator(f"#m-{message.pk}").wait_for()

    assert page.evaluate("document.activeElement.id") == "say"
    assert page.locator("#say").input_value() == "Estou escre"
    assert page.locator("#live-said").inner_text() == "Uma mensagem nova do lead"
    newest, box = page.locator(f"#m-{message.pk}").bounding_box(), page.locator("#transcript").bounding_box()
    assert box["y"] <= newest["y"] < box["y"] + box["height"], "whoever reads the newest goes on doing so"


def test_whoever_reads_further_up_stays_there(page, told):
    page.get_by_role("button", name="Mensagens anteriores").click()
    page.get_by_text("linha 00").wait_for()
    read = page.locator(".sl-bubble", has_text="linha 10")
    read.evaluate("it => it.scrollIntoView({block: 'center'})")
    before = read.bounding_box()["y"]

    message = MessageFactory.create(conversation=told.conversation, text="novidade\n" * 6)
    page.locator(f"#m-{message.pk}").wait_for(state="attached")

    assert abs(read.bounding_box()["y"] - before) < 2


def test_what_changed_is_drawn_anew_with_the_focus_and_what_was_unfolded(page, told):
    page.locator(".sl-traced summary").first.click()
    page.get_by_text("não guardou de onde partiu").wait_for()
    page.locator(".sl-fact-value", has_text="Marina").focus()
    Fact.objects.create(
        lead=told.lead, field="uf", value="SC", evidence="given", given_by="crm", source_kind="crm", created_at=now()
    )
    Message.objects.filter(pk=told.outbox.message_id).update(status=Message.Status.READ)
    page.locator(".sl-fact-value", has_text="SC").wait_for()
    page.locator(f"#m-{told.outbox.message_id}").get_by_text("lida").wait_for()

    assert "Marina" in page.evaluate("document.activeElement.textContent")
    assert page.get_by_text("não guardou de onde partiu").is_visible()


def test_the_evidence_of_a_fact_needs_no_mouse(page):
    value = page.locator(".sl-fact-value", has_text="Marina")
    why = page.locator(".sl-fact", has=value).locator(".sl-why")

    value.focus()
    assert why.is_visible()
    page.keyboard.press("Escape")
    assert why.is_hidden()


def test_a_message_is_written_shown_and_sent_by_keyboard(page, told):
    page.locator("#say").fill("Bom dia, aqui é a Rute.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Enviar ao lead").wait_for()
    page.get_by_role("button", name="Voltar").press("Enter")
    page.locator("#say").press("Control+Enter")
    page.locator("button:focus", has_text="Enviar ao lead").press("Enter")
    page.get_by_text("Na fila de saída").wait_for()

    row = Outbox.objects.get(origin="person")
    assert row.text == "Bom dia, aqui é a Rute."
    page.locator(f"#m-{row.message_id}").wait_for()
    page.locator("#live-head").get_by_text("atende: pessoa").wait_for()


def test_each_button_asks_and_does(page, told):
    def press(link, button=None, back="#live-head"):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.get_by_role("button", name=button or link, exact=True).click()
        page.locator(back).wait_for()

    press("Pausar agente")
    press("Devolver ao agente")
    Outbox.objects.update(status="parked", reason="recusada:http_400")
    page.reload()
    press("Tentar de novo")
    page.get_by_role("link", name="Repassar").click()
    page.get_by_label("pediu uma pessoa").check()
    page.get_by_role("button", name="Repassar").click()
    page.get_by_text("Conversa repassada à fila comercial").wait_for()
    page.get_by_role("button", name="Sincronizar agora").click()
    page.get_by_text("nenhum CRM está configurado").wait_for()
    page.locator(f"#m-{told.outbox.message_id}").get_by_role("link", name="marcar erro").click()
    page.get_by_label("inventou").check()
    page.get_by_role("button", name="Registrar o erro").click()
    page.get_by_text("Erro registrado.").wait_for()

    assert Outbox.objects.get(pk=told.outbox.pk).reason != "recusada:http_400"
    assert Conversation.objects.get(pk=told.conversation.pk).owner == "human"
    assert (Handoff.objects.get().reason, WrongReply.objects.get().reason) == ("pediu_humano", "inventou")


def test_filters_are_saved_and_come_back(page):
    page.goto("/admin/conversations/conversation/?espera=sim")
    page.get_by_text("Salvar estes filtros").click()
    page.get_by_label("Nome da visão").fill("Quem espera")
    page.get_by_role("button", name="Salvar visão").press("Enter")
    page.get_by_text("Visão salva: Quem espera").wait_for()

    assert SavedView.objects.get().query == "espera=sim"
    assert page.locator(".sl-view[aria-current]").inner_text() == "Quem espera"


def test_on_a_telephone_the_card_stands_below_what_was_said(page, told):
    page.set_viewport_size({"width": 390, "height": 844})

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    talk, card = page.locator("#transcript").bounding_box(), page.locator("#live-card").bounding_box()
    assert card["y"] >= talk["y"] + talk["height"]


def test_each_state_of_the_page_is_whole_for_everybody(page, told):
    told_of = serious(page)
    page.locator(".sl-fact-value").first.focus()
    page.locator(".sl-traced summary").first.click()
    page.locator(".sl-trace .sl-pairs").wait_for(state="attached")
    told_of += serious(page)
    page.locator("#say").fill("Bom dia")
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name="Enviar ao lead").wait_for()
    told_of += serious(page)
    page.goto(f"/admin/conversations/conversation/{told.conversation.pk}/fazer/repassar/")
    told_of += serious(page)
    page.goto("/admin/conversations/conversation/?espera=sim")
    page.get_by_text("Salvar estes filtros").click()

    assert told_of + serious(page) == []
