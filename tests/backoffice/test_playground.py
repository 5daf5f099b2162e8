"""A person talks to a version of the agent: the production path, everything shown, and no trace of a lead."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import httpx
import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from conversations import spending
from conversations.evals import rehearsal
from conversations.models import Conversation, GuardrailHit, Message, ModelUse, Outbox, Turn
from knowledge import calendar
from knowledge.models import Article, Gap, Phrase, PricePolicy, ProductPrice, PromptVersion, Situation
from leads.models import Fact, Lead
from seleto.backoffice import playground
from seleto.backoffice.models import PlaygroundSession
from seleto.lib import clock, jobs
from tests.backoffice.conftest import asked
from tests.conversations.model import said
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/backoffice/playgroundsession/"
OF_A_LEAD = (Lead, Conversation, Message, Turn, Outbox, Fact, GuardrailHit, Gap)


def options(draft, **fields) -> dict[str, object]:
    return {"prompt": str(draft.pk), "prices": "live", "weights": "", "hours": "now", "language": "", **fields}


def began(client, draft, **fields) -> None:
    assert client.post(f"{PAGE}opcoes/", options(draft, reset="1", **fields)).status_code == 302


def told(client, text: str) -> str:
    """The page once the worker has answered."""
    client.post(f"{PAGE}falar/", {"text": text})
    jobs.run_due("playground")
    return page(client)


def page(client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_a_draft_answers_and_everything_that_led_to_it_is_shown(manager, draft, model, settings):
    settings.LLM_PROMPT_PRICE = 1.0
    model.side_effect = [
        said("A FB300 custa R$ 18.900."),
        said("O valor quem passa é o consultor.", sources=["fb300.producao"], intents=["pergunta_preco"]),
    ]
    began(manager, draft)

    shown = told(manager, "sou a Rute, quanto custa a FB300?")

    assert "Seleto Equipamentos" in asked(model.calls[0])[0]["content"]
    assert "O valor quem passa é o consultor." in shown
    assert '<mark title="preço">' in shown
    assert "fb300.producao" in shown
    assert "“sou a Rute”" in shown or "“Rute”" in shown
    assert "pergunta de preço" in shown
    assert "1600 + 120 tokens" in shown
    assert "0,0016" in shown
    assert "<turno>" in shown
    assert "Completude" in shown or "completude" in shown


def test_nothing_of_a_talk_is_stored_as_a_lead(manager, draft, model):
    model.side_effect = [said("Prazer, Rute!", unanswered_question="Vocês dão curso?"), said("Certo.")]
    began(manager, draft)

    told(manager, "sou a Rute, de Itajaí")
    told(manager, "quero a FB300")

    assert not any(table.objects.exists() for table in OF_A_LEAD)
    assert model.sends.call_count == 0
    assert {use.purpose for use in ModelUse.objects.all()} == {ModelUse.Purpose.PLAYGROUND}


def test_the_talk_goes_on_from_message_to_message(manager, draft, model):
    model.side_effect = [said("Prazer, Rute! Qual máquina?"), said("Certo.")]
    began(manager, draft)

    told(manager, "sou a Rute, de Itajaí")
    told(manager, "a FB300")

    brief = asked(model.calls[1])[1]["content"]
    assert 'campo="nome">Rute' in brief
    assert "Prazer, Rute! Qual máquina?" in brief


def test_an_edited_draft_counts_from_the_next_message_on(manager, draft, model):
    model.side_effect = [said("Oi!"), said("Oi!")]
    began(manager, draft)
    told(manager, "oi")
    PromptVersion.objects.filter(pk=draft.pk).update(text=draft.text.replace("Seleto Equipamentos", "Seleto Nova"))

    told(manager, "e aí?")

    assert "Seleto Nova" in asked(model.calls[1])[0]["content"]


def test_a_rule_that_settles_it_without_a_model_is_named(manager, draft, model):
    began(manager, draft)

    shown = told(manager, "quero falar com um vendedor")

    assert model.call_count == 0
    assert "Resolvido por regra." in shown
    assert "pede uma pessoa" in shown
    assert "repasse: pediu uma pessoa" in shown


def test_a_decision_that_tries_to_write_fails_and_writes_nothing(manager, draft, monkeypatch):
    monkeypatch.setattr(rehearsal, "decide", lambda *_, **__: LeadFactory.create())
    began(manager, draft)

    shown = told(manager, "oi")

    assert "Sem resposta: escrita recusada" in shown
    assert not Lead.objects.exists()


def test_beginning_anew_forgets_the_talk(manager, draft, model):
    model.side_effect = [said("Prazer, Rute!"), said("Oi!")]
    began(manager, draft)
    told(manager, "sou a Rute")

    began(manager, draft)
    told(manager, "oi")

    assert "Rute" not in asked(model.calls[1])[1]["content"]
    assert PlaygroundSession.objects.count() == 1


def test_other_options_count_for_the_talk_under_way(manager, draft, model):
    model.side_effect = [said("Prazer, Rute!"), said("Hi!")]
    began(manager, draft)
    told(manager, "sou a Rute")

    manager.post(f"{PAGE}opcoes/", options(draft, language="en", hours="closed"))
    told(manager, "oi")

    brief = asked(model.calls[1])[1]["content"]
    assert "Rute" in brief
    assert 'idioma="en"' in brief


def test_an_article_not_in_use_yet_can_be_tried(manager, draft, model):
    Article.objects.create(code="rascunho.frete", title="Curso", text="Há curso de operação.", active=False)
    model.side_effect = [said("Há."), said("Há.")]
    began(manager, draft)
    told(manager, "tem curso?")
    began(manager, draft, articles=["rascunho.frete"])
    told(manager, "tem curso?")

    without, with_it = (asked(call)[1]["content"] for call in model.calls)
    assert "Há curso de operação." not in without
    assert "Há curso de operação." in with_it


@pytest.mark.parametrize(("policy", "told_price"), [("live", False), ("on", True), ("off", False)])
def test_a_price_policy_can_be_tried_before_it_is_published(manager, draft, model, policy, told_price):
    PricePolicy.objects.update(cold_lead_exception=False)
    ProductPrice.objects.create(product_id="FBM100", amount=Decimal(6490), valid_from_date="2026-01-01")
    model.side_effect = [said("Certo.")]
    began(manager, draft, prices=policy)

    told(manager, "é só curiosidade, não tenho negócio. quanto custa a FBM100?")

    assert ("6.490" in asked(model.calls[0])[1]["content"]) is told_price


@pytest.mark.parametrize(("hours", "is_open"), [("open", True), ("closed", False)])
def test_the_hour_can_be_chosen(manager, draft, model, hours, is_open):
    began(manager, draft, hours=hours)

    told(manager, "quero falar com um vendedor")

    take = PlaygroundSession.objects.get().takes[0]
    away = Phrase.objects.filter(situation=Situation.ENCAMINHAMENTO_FORA_HORARIO).values_list("text", flat=True)
    assert any(text in " ".join(take["reply"]) for text in away) is not is_open
    assert calendar.is_open(datetime.fromisoformat(take["at"])) is is_open


def test_after_some_hours_nothing_is_left(manager, draft, model, settings):
    settings.PLAYGROUND_HOURS = 2
    model.side_effect = [said("Oi!")]
    began(manager, draft)
    told(manager, "oi")

    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1)):
        manager.force_login(User.objects.get())  # the session is over by then
        page(manager)

    assert not PlaygroundSession.objects.exists()


def test_one_message_at_a_time(manager, draft, model):
    began(manager, draft)
    manager.post(f"{PAGE}falar/", {"text": "oi"})

    answer = manager.post(f"{PAGE}falar/", {"text": "alô?"}, follow=True)

    assert "Espere a resposta anterior." in answer.content.decode()
    assert PlaygroundSession.objects.get().message == "oi"
    assert 'http-equiv="refresh"' in answer.content.decode()


def test_a_model_that_does_not_answer_is_told(manager, draft, model):
    model.side_effect = lambda request: httpx.Response(500)
    began(manager, draft)

    assert "O turno seria tentado de novo" in told(manager, "oi, vocês vendem formadora?")


def test_the_ceiling_of_the_day_holds_here_too(manager, draft, model, settings):
    settings.LLM_SPEND_MAX_DAY_USD = 0.001
    settings.LLM_PROMPT_PRICE = 10.0
    model.side_effect = [said("Oi!")]
    began(manager, draft)
    told(manager, "oi, vocês vendem formadora?")
    spending.forget()

    shown = told(manager, "quanto ela produz?")

    assert model.call_count == 1
    assert "limite de gasto do dia" in shown


def test_what_is_typed_is_shown_as_text_only(manager, draft, model):
    model.side_effect = [said("Oi!")]
    began(manager, draft)
    manager.post(f"{PAGE}falar/", {"text": "<script>alert(1)</script>"})
    jobs.run_due("playground")

    assert "<script>alert(1)" not in manager.get(PAGE).content.decode()


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", "falar/"), ("post", "opcoes/")])
def test_it_is_for_staff_with_the_permission_alone(client, clerk, method, path):
    refused = getattr(clerk, method)(f"{PAGE}{path}")
    clerk.logout()
    anonymous = getattr(client, method)(f"{PAGE}{path}")

    assert refused.status_code == 403
    assert anonymous.status_code == 302
    assert "/login/" in anonymous["Location"]


def test_the_permission_opens_the_page_and_the_link_to_it(clerk, model):
    user = User.objects.get()
    assert PAGE not in clerk.get("/admin/").content.decode()
    user.user_permissions.add(Permission.objects.get(codename="use_playground"))

    assert PAGE in clerk.get("/admin/").content.decode()
    assert clerk.get(PAGE).status_code == 200


def test_everybody_has_a_talk_of_their_own(manager, draft, model):
    model.side_effect = [said("Oi!")]
    began(manager, draft)
    told(manager, "segredo da gestora")
    other = User.objects.create_superuser("outra")

    assert playground.session_of(other, now=clock.now()) is None
