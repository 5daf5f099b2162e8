"""Every page opens, asks the database a bounded number of questions, and shows what leads wrote as text only."""

import re
from html import unescape

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.guardrails import Kind
from conversations.models import Conversation, Event, Message
from conversations.wording import rule
from knowledge import queries
from tests.admin.conftest import SCRIPT, story
from tests.factories import INSTANCE_TOKEN, SECRET, ConversationFactory, EventFactory, MessageFactory, now

CONVERSATIONS = "channel conversation event guardrailhit handoff message outbox turn".split()
LEADS = "empresa fact lead orcamento subjectrequest".split()
PAGES = [("conversations", page) for page in CONVERSATIONS] + [("leads", page) for page in LEADS]


@pytest.fixture(autouse=True)
def lasting_caches(monkeypatch, settings):
    """On a busy machine they would run out between two visits."""
    monkeypatch.setattr(queries, "FLAG_CACHE_S", 3600)
    settings.CHANNEL_CACHE_S = 3600


def address(app, page, row=None):
    return f"/admin/{app}/{page}/" + (f"{row.pk}/change/" if row else "")


def questions(client, url):
    """How many statements the second visit needs; the first fills the caches."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_a_list_shows_its_row_and_searches(manager, told, app, page):
    answer = manager.get(address(app, page))

    assert answer.status_code == 200
    assert answer.context["cl"].result_count >= 1
    if site._registry[answer.context["cl"].model].search_fields:
        for words in ("Marina", str(getattr(told, page).pk), "x' OR 1=1"):
            assert manager.get(address(app, page), {"q": words}).status_code == 200


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_a_row_opens(manager, told, app, page):
    assert manager.get(address(app, page, getattr(told, page))).status_code == 200


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_who_may_only_look_sees_the_same_pages(clerk, told, app, page):
    assert clerk.get(address(app, page)).status_code == 200
    assert clerk.get(address(app, page, getattr(told, page))).status_code == 200


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_the_questions_of_a_list_do_not_grow_with_its_rows(manager, told, app, page):
    few = questions(manager, address(app, page))
    for number in range(2, 6):
        story(number)

    assert questions(manager, address(app, page)) == few <= 15


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_what_a_lead_wrote_is_never_markup(manager, told, app, page):
    pages = manager.get(address(app, page)), manager.get(address(app, page, getattr(told, page)))

    assert [SCRIPT in answer.content.decode() for answer in pages] == [False, False]


def test_the_escaped_words_are_there_to_be_read(manager, told):
    page = manager.get(address("conversations", "conversation", told.conversation)).content.decode()

    assert page.count("&lt;script&gt;alert(&#x27;lead&#x27;)&lt;/script&gt;") >= 5


@pytest.mark.parametrize(("app", "page"), PAGES)
def test_no_page_shows_a_secret(manager, told, app, page):
    everything = manager.get(address(app, page)).content + manager.get(address(app, page, getattr(told, page))).content

    assert [s for s in (SECRET, INSTANCE_TOKEN, "token-do-cliente") if s.encode() in everything] == []


@pytest.mark.parametrize("page", ["conversation", "message", "outbox", "turn", "event", "handoff", "guardrailhit"])
def test_what_the_pipe_wrote_nobody_edits(manager, told, page):
    url = address("conversations", page, getattr(told, page))

    assert manager.post(url, {"text": "outra coisa", "body": "x"}).status_code == 403
    assert manager.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert manager.get(f"/admin/conversations/{page}/add/").status_code == 403


@pytest.mark.parametrize("page", ["lead", "fact", "empresa", "orcamento"])
def test_what_is_known_of_leads_nobody_edits(manager, told, page):
    assert manager.post(address("leads", page, getattr(told, page)), {"value": "outro"}).status_code == 403


def test_telephones_stand_on_the_lead_s_own_page_only(manager, told):
    phone = told.lead.identities.get().value

    for app, page in PAGES:
        assert phone not in manager.get(address(app, page)).content.decode()
    assert phone in manager.get(address("leads", "lead", told.lead)).content.decode()


def test_the_list_says_who_waits_and_for_whom(manager, channel):
    lead_waits_agent = ConversationFactory.create(channel=channel, pending_since=now())
    human = ConversationFactory.create(channel=channel, owner=Conversation.Owner.HUMAN)
    MessageFactory.create(conversation=human, text="tem alguém aí?")
    answered = ConversationFactory.create(channel=channel, owner=Conversation.Owner.HUMAN)
    MessageFactory.create(conversation=answered, text="oi")
    MessageFactory.create(conversation=answered, text="bom dia!", author=Message.Author.PHONE)

    def listed(answer):
        rows = manager.get("/admin/conversations/conversation/", {"espera": answer}).context["cl"].result_list
        return {row.pk for row in rows}

    assert listed("sim") == {lead_waits_agent.pk, human.pk}
    assert listed("pessoa") == {human.pk}
    assert listed("nao") == {answered.pk}


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("conversation", "parado=saida"),
        ("conversation", "parado=turno"),
        ("conversation", "sessao=sim"),
        ("conversation", "sessao=nao"),
        ("conversation", "owner__exact=human"),
        ("conversation", "lead__temperature__exact=morno"),
        ("event", "atencao=parados"),
        ("event", "atencao=tentando"),
        ("event", "motivo=json"),
        ("outbox", "atencao=sim"),
        ("outbox", "atencao=duvida"),
        ("turn", "atencao=sim"),
        ("turn", "barrado=sim"),
        ("turn", "barrado=nao"),
        ("turn", "barrado=frase"),
        ("handoff", "aberto=sim"),
        ("handoff", "aberto=nao"),
    ],
)
def test_every_filter_answers(manager, told, page, query):
    EventFactory.create(channel=told.channel, status=Event.Status.PARKED, reason="json")

    answer = manager.get(f"/admin/conversations/{page}/?{query}")

    assert answer.status_code == 200
    assert "e=1" not in answer.request["QUERY_STRING"]


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("lead", "temperature__exact=morno"),
        ("lead", "nome=sim"),
        ("lead", "nome=nao"),
        ("lead", "aceita=sim"),
        ("lead", "aceita=nao"),
        ("subjectrequest", "prazo=aberto"),
        ("subjectrequest", "prazo=vencido"),
        ("subjectrequest", "prazo=fora"),
        ("fact", "vale=sim"),
        ("fact", "vale=nao"),
        ("orcamento", "crm=sim"),
        ("orcamento", "crm=nao"),
    ],
)
def test_every_filter_of_leads_answers(manager, told, page, query):
    assert manager.get(f"/admin/leads/{page}/?{query}").status_code == 200


def test_a_transcript_shows_marks_ticks_and_placeholders(manager, channel):
    conversation = ConversationFactory.create(channel=channel, opened_at=now())
    at = now().replace(hour=12, minute=15)
    asked = MessageFactory.create(conversation=conversation, text="tem FB300?", sent_at=at)
    MessageFactory.create(
        conversation=conversation,
        text="temos!",
        author=Message.Author.AGENT,
        status=Message.Status.READ,
        reference_id=asked.provider_id,
        sent_at=at,
    )
    MessageFactory.create(conversation=conversation, type="audio", text="", media={"seconds": 12}, sent_at=at)
    MessageFactory.create(conversation=conversation, text="segredo apagado", deleted_at=at, sent_at=at)
    MessageFactory.create(conversation=conversation, text="de novo", edited_at=at, previous_texts=["velho"], sent_at=at)
    MessageFactory.create(
        conversation=conversation, text="deixa comigo", author=Message.Author.PHONE, status="sent", sent_at=at
    )

    page = manager.get(address("conversations", "conversation", conversation)).content.decode()

    assert at.strftime("%d/%m 09:15") in page
    assert "✓✓ lida" in page
    assert "Áudio · 12 s" in page
    assert "Mensagem apagada" in page
    assert "segredo apagado" not in page
    assert "editada" in page
    assert "velho" in page
    assert "Pessoa (celular)" in page
    assert page.count("tem FB300?") == 2


def test_each_message_leads_to_its_raw_event(manager, told):
    page = manager.get(address("conversations", "conversation", told.conversation)).content.decode()

    assert f"/admin/conversations/event/{told.event.pk}/change/" in page


def test_a_stopped_draft_shows_what_broke_the_rule(manager, told):
    page = manager.get(address("conversations", "conversation", told.conversation)).content.decode()

    assert '<mark title="preço">10 mil</mark>' in page


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":{"b":"\xc3\xa7"}}', '{\n  "a": {\n    "b": "ç"\n  }\n}'),
        (b"nem json <b>", "nem json <b>"),
        (b'"\\ud800"', '"\\ud800"'),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"[" * 50_000, "[[["),
        (b"", ""),
    ],
)
def test_a_raw_body_is_shown_whatever_it_is(manager, channel, body, shown):
    event = EventFactory.create(channel=channel, body=body)

    page = manager.get(address("conversations", "event", event)).content.decode()

    raw = re.search(r'<pre class="sl-raw">(.*?)</pre>', page, re.DOTALL)
    assert raw
    assert unescape(raw[1]).startswith(shown)


def test_lists_leave_the_raw_bodies_where_they_are(manager, told):
    with CaptureQueriesContext(connection) as captured:
        manager.get(address("conversations", "event"))

    assert [query["sql"] for query in captured if '"body"' in query["sql"]] == []


def test_the_page_of_a_lead_links_to_their_conversations(manager, told):
    page = manager.get(address("leads", "lead", told.lead)).content.decode()
    link = re.search(r'href="(/admin/conversations/conversation/\?[^"]+)"', page)

    assert link
    assert manager.get(link[1]).context["cl"].result_count == 1


def test_an_unreadable_reason_is_put_in_words(manager, told):
    Event.objects.update(status=Event.Status.PARKED, reason="erro:KeyError")
    told.conversation.outbox.update(status="parked", reason="recusada:http_400")

    assert "erro no processamento (KeyError)" in manager.get(address("conversations", "event")).content.decode()
    page = manager.get(address("conversations", "outbox", told.outbox)).content.decode()
    assert "recusada pelo provedor (erro 400)" in page


@pytest.mark.parametrize("model", ["handoff", "message", "turn"])
def test_rows_without_all_their_parts_are_shown(manager, told, model):
    told.conversation.turns.update(status="running", finished_at=None, timings={"modelo": 900})
    told.conversation.messages.update(type="document", media={"filename": "cnpj.pdf"}, text="", event=None)

    assert manager.get(address("conversations", model)).status_code == 200
    page = address("conversations", "conversation", told.conversation)
    assert "Documento · cnpj.pdf" in manager.get(page).content.decode()
    assert manager.get(page.replace("change/", f"turno/{told.turn.pk}/")).status_code == 200


def test_every_rule_of_the_guardrails_has_a_name():
    assert [kind for kind in Kind if rule(kind) == str(kind)] == []
    assert rule("regra_antiga") == "regra_antiga"
