"""A lead's page says of every field where it came from; a turn's page, what it read, heard, kept and refused."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import transaction

from conversations.models import Turn
from knowledge.models import Article
from leads.models import Empresa, Fact, Interest
from leads.services import NewFact, record_facts
from tests.backoffice.conftest import talked
from tests.conversations.model import said
from tests.factories import ConversationFactory, MessageFactory, TurnFactory, now


def read(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def fact(message, field: str, value: str, **changes) -> NewFact:
    values = {"evidence": Fact.Evidence.SAID, "source_kind": "mensagem", "source_id": message.pk, "quote": message.text}
    return NewFact(field=Fact.Field(field), value=value, **{**values, **changes})


@pytest.fixture
def lead(transactional_db):
    """Somebody who moved, wants what cannot be had, and of whom the model once made something up."""
    conversation = ConversationFactory.create()
    first = MessageFactory.create(conversation=conversation, text="sou de Itajaí")
    second = MessageFactory.create(conversation=conversation, text="mudei para <b>Curitiba</b>")
    lead, at = conversation.lead, now()
    given = {"evidence": Fact.Evidence.GIVEN, "source_kind": "usuário", "source_id": None, "quote": ""}
    with transaction.atomic():
        record_facts(lead.pk, [fact(first, "cidade", "Itajaí")], now=at - timedelta(days=1))
        record_facts(lead.pk, [fact(second, "cidade", "Curitiba")], now=at)
        record_facts(lead.pk, [fact(first, "nome", "Rute", **given, given_by="usuário:7")], now=at)
    TurnFactory.create(
        conversation=conversation, status=Turn.Status.REPLIED, finished_at=at, facts_dropped=["nome", "nome", "cnpj"]
    )
    Interest.objects.create(lead=lead, produto="LINHA_ESPETO", quote="quero espetos", source_id=second.pk, at=at)
    lead.empresa = Empresa.objects.create(nome="Boa Brasa", created_at=at)
    lead.save()
    lead.first, lead.second, lead.talk = first, second, conversation
    return lead


def test_each_field_shows_its_words_its_message_and_its_former_values(manager, lead):
    shown = read(manager, f"/admin/leads/lead/{lead.pk}/change/")

    current, _, former = shown.partition("Valores anteriores: 1")
    message = f"/admin/conversations/conversation/{lead.talk.pk}/change/#m-"
    assert "<strong>Curitiba</strong>" in current
    assert f"{message}{lead.second.pk}" in current
    assert "<strong>Itajaí</strong>" in former
    assert f"{message}{lead.first.pk}" in former
    assert "dito pelo lead: “sou de Itajaí”" in former
    assert "informado por pessoa ou CRM: usuário:7" in shown
    assert f"/admin/conversations/turn/{Turn.objects.get().pk}/change/" in current


def test_company_interests_and_refused_proposals_stand_there_too(manager, lead):
    shown = read(manager, f"/admin/leads/lead/{lead.pk}/change/")

    assert f'<a href="/admin/leads/empresa/{lead.empresa_id}/change/">Boa Brasa</a>' in shown
    assert "“quero espetos”" in shown
    assert "Propostas recusadas por falta de evidência: nome (2), CNPJ (1)." in shown


def test_the_leads_words_are_shown_as_text_only(manager, lead):
    assert "<b>Curitiba</b>" not in manager.get(f"/admin/leads/lead/{lead.pk}/change/").content.decode()


def test_who_may_only_look_sees_the_evidence(clerk, lead):
    assert "“sou de Itajaí”" in read(clerk, f"/admin/leads/lead/{lead.pk}/change/")


def test_a_turn_tells_what_it_read_heard_kept_and_refused(manager, model):
    invented = {"field": "nome", "value": "Xavier", "quote": "sou o Xavier", "message": "m1"}
    answer = said("Ótima escolha!", facts=[invented], sources=["fb300.producao"], intents=["pergunta_preco"])
    conversation = talked(model, ("quero a FB300, quanto custa?", answer))
    turn = Turn.objects.get()

    shown = read(manager, f"/admin/conversations/turn/{turn.pk}/change/")

    message = conversation.messages.get(author="lead")
    article = Article.objects.get(code="fb300.producao")
    assert f"/admin/conversations/conversation/{conversation.pk}/change/#m-{message.pk}" in shown
    assert f'<a href="/admin/knowledge/article/{article.pk}/change/">{article.title}</a>' in shown
    for label, value in (("o lead falou de", "pergunta de preço"), ("fatos recusados", "nome")):
        assert re.search(rf"{label}:?</label>[^A-Za-z]*(<[^>]+>\s*)+{value}", shown, re.IGNORECASE)
    assert "produto de interesse: <strong>FB300</strong>" in shown
    assert "/admin/knowledge/promptversion/" in shown
