"""Rows hold codes; people read words."""

import pytest

from conversations import wording
from conversations.models import Event, Turn
from leads.models import Fact
from tests.factories import now


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("modelo:timeout", "o modelo não respondeu a tempo"),
        ("modelo:quota", "acabou o crédito no provedor do modelo"),
        ("modelo:unauthorized", "o provedor do modelo recusou a chave de acesso"),
        ("modelo:connection", "não houve conexão com o modelo"),
        ("modelo:http_500", "o provedor do modelo respondeu com erro 500"),
        ("modelo:novidade_x", "o modelo não respondeu (novidade x)"),
        ("modelo", "o modelo não respondeu"),
        ("recusada:http_400", "recusada pelo provedor (erro 400)"),
        ("so_registro:reaction", "só fica registrado (reação)"),
        ("so_registro:status_reply", "só fica registrado (resposta a um status)"),
        ("antiga_demais", "antiga demais para responder"),
        ("mensagem_repetida", "mensagem já registrada"),
        ("lead_quente", "lead quente"),
        ("nunca_vista", "nunca vista"),
        ("", "–"),
    ],
)
def test_a_reason_is_worded(reason, words):
    assert wording.words(reason) == words


def test_a_turn_says_in_words_how_it_went(manager, told):
    Turn.objects.update(status="parked", reason="modelo:timeout", move="recusar_preco", intents=["pergunta_preco"])

    for address in ("turn/", f"turn/{told.turn.pk}/change/", f"conversation/{told.conversation.pk}/change/"):
        shown = manager.get(f"/admin/conversations/{address}").content.decode()
        assert "o modelo não respondeu a tempo" in shown, address
        assert "recusar preço" in shown, address
        assert "modelo:timeout" not in shown, address


def test_a_turn_that_waits_for_a_model_says_so(manager, told):
    Turn.objects.update(status="waiting", reason="modelo:circuito_aberto")

    for address in ("turn/", f"conversation/{told.conversation.pk}/change/"):
        shown = manager.get(f"/admin/conversations/{address}").content.decode()
        assert "sem modelo, tentando de novo" in shown, address
        assert "o modelo falhou há pouco" in shown, address


def test_the_kind_of_an_event_is_worded(manager, told):
    Event.objects.update(kind="receipt")

    shown = manager.get("/admin/conversations/event/").content.decode()

    assert "recibo" in shown
    assert ">receipt<" not in shown


def test_values_are_shown_with_accents(manager, told):
    for field, value in (("volume", "1500 hamburgueres/dia"), ("segmento", "acougue"), ("cnpj", "11222333000181")):
        Fact.objects.create(
            lead=told.lead,
            field=field,
            value=value,
            evidence="given",
            given_by="usuário:1",
            source_kind="usuário",
            created_at=now(),
        )

    for address in (f"conversations/conversation/{told.conversation.pk}", f"leads/lead/{told.lead.pk}"):
        shown = manager.get(f"/admin/{address}/change/").content.decode()
        for words in ("1.500 hambúrgueres/dia", "açougue", "11.222.333/0001-81"):
            assert words in shown, address


def test_a_lead_is_headed_by_the_known_name(manager, told):
    Fact.objects.filter(field="nome").update(value="Marina Souza")

    assert ">Marina Souza</h1>" in manager.get(f"/admin/leads/lead/{told.lead.pk}/change/").content.decode()
