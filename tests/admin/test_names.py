"""Lists and pages call things by words: people by name, deeds in sentences; rows' own strings say nobody's name."""

import pytest
from django.contrib.auth.models import User

from conversations.models import Conversation, Turn
from leads.models import Fact, Identity
from seleto.lib import audit
from seleto.lib.models import Circuit, Heartbeat
from tests.factories import now

NAMED = [
    "conversations/turn",
    "conversations/message",
    "conversations/outbox",
    "conversations/guardrailhit",
    "conversations/handoff",
    "leads/fact",
    "leads/orcamento",
    "leads/subjectrequest",
]


def html(client, address):
    return client.get(f"/admin/{address}").content.decode()


@pytest.mark.parametrize("address", NAMED)
def test_a_list_names_the_lead(manager, told, address):
    Fact.objects.filter(field="nome").update(value="Marina Prado")

    shown = html(manager, f"{address}/")

    assert "Marina Prado" in shown
    assert f"lead {str(told.lead.pk)[-6:]}" not in shown
    assert f"conversa {str(told.conversation.pk)[-6:]}" not in shown


@pytest.mark.parametrize("address", NAMED[:-1])
def test_a_page_is_called_by_words(manager, told, address):
    row = getattr(told, address.split("/")[1])

    answer = manager.get(f"/admin/{address}/{row.pk}/change/")

    assert str(row) not in (answer.context["title"], str(answer.context["original"]))
    assert str(row.pk)[-6:] not in answer.context["title"]


def test_who_gave_no_name_is_known_by_whatsapp_then_by_the_end_of_their_number(manager, told):
    Fact.objects.all().delete()
    Identity.objects.update(display_name="Paty")
    assert "Paty" in html(manager, "conversations/turn/")

    Identity.objects.update(display_name="")
    shown = html(manager, "conversations/turn/")
    assert "sem nome, final 0001" in shown
    assert "5511900000001" not in shown


def test_no_name_stands_in_what_may_be_logged(told):
    Fact.objects.filter(field="nome").update(value="Marina Prado")

    for row in (told.lead, told.conversation, told.turn, told.message, told.outbox, told.fact):
        assert "Marina" not in str(row)


def test_what_a_turn_was_about_is_told_once(manager, told):
    Turn.objects.update(matters=["pergunta_preco"], intents=["outro", "pergunta_preco", "saudacao"])

    for address in (f"turn/{told.turn.pk}/change/", f"conversation/{told.conversation.pk}/turno/{told.turn.pk}/"):
        shown = html(manager, f"conversations/{address}")
        assert "pergunta de preço, saudação" in shown
        assert "outro" not in shown.lower().split("o lead falou de")[1][:200]


def test_the_audit_tells_who_did_what_in_words(manager, told):
    user = User.objects.create_user("sergio", first_name="Sérgio", last_name="Prado")
    key = told.conversation.pk
    for actor in (f"usuário:{user.pk}", "sdr:11", "usuário:999"):
        entry = audit.record(
            actor=actor,
            action="conversation.human",
            subject_kind="conversation",
            subject_id=key,
            detail={"reason": "pausa_manual"},
            now=now(),
        )
    audit.record(
        actor="sistema",
        action="change",
        subject_kind="product",
        subject_id=None,
        detail={"fields": ["aliases"], "key": "FB300"},
        now=now(),
    )

    shown = html(manager, "lib/auditentry/")
    page = html(manager, f"lib/auditentry/{entry.pk}/change/")

    for words in ("Sérgio Prado", "SDR 11 no Chatwoot", "usuário 999, já excluído", "o sistema", "campos: apelidos"):
        assert words in shown
    for words in ("conversa passou a uma pessoa", "motivo: pausado por uma pessoa", f"conversation/{key}/change/"):
        assert words in shown
        assert words in page
    assert "pausa_manual" not in shown + page
    assert "usuário:" not in shown


def test_systems_and_processes_have_names(manager, told):
    Circuit.objects.create(key=f"chatwoot:{told.channel.pk}", state="open", opened_at=now())
    Heartbeat.objects.create(name="delivery", beat_at=now())

    assert "Chatwoot, canal principal" in html(manager, "lib/circuit/")
    assert "entrega (enviar mensagens)" in html(manager, "lib/heartbeat/")


def test_an_empty_list_says_what_it_is_for(manager):
    assert "Nenhuma conversa ainda" in html(manager, "conversations/conversation/")
    assert "busca ou estes filtros" in html(manager, "conversations/conversation/?q=ninguem")
    assert not Conversation.objects.exists()
