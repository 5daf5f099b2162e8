"""What is kept of what the lead told: with evidence, from the model and from rules (I7)."""

from uuid import uuid4

import pytest

from conversations.agent import facts
from conversations.agent.schema import Answer
from conversations.agent.state import Snapshot
from knowledge.catalogue import shipped_products
from tests.conversations.test_brief import line, state

SNAPSHOT = Snapshot(prompt="", prompt_version="v1", products=shipped_products(), articles=())


def answer(*proposed: dict) -> Answer:
    return Answer.model_validate(
        {
            "reply": "ok",
            "facts": list(proposed),
            "intents": [],
            "sources": [],
            "unanswered_question": None,
            "move": "responder",
        }
    )


def fact(field: str, value: str, quote: str, message: str = "m1") -> dict:
    return {"field": field, "value": value, "quote": quote, "message": message}


def test_rules_read_what_the_model_left_out():
    the_state = state(pending=(line("quero a FB300, meu cnpj é 69.882.044/0077-97"),))

    accepted, dropped = facts.accept(answer(), the_state, SNAPSHOT)

    assert {item.field: item.value for item in accepted} == {"produto": "FB300", "cnpj": "69882044007797"}
    assert dropped == ()


def test_the_state_of_a_unique_city_is_derived_and_says_so():
    accepted = {
        item.field: item for item in facts.from_rules(state(pending=(line("a loja fica em Itajaí"),)), SNAPSHOT)
    }

    assert (accepted["cidade"].evidence, accepted["uf"].evidence) == ("said", "derived")
    assert (accepted["uf"].value, accepted["uf"].rule) == ("SC", "uf_de_municipio_unico")


@pytest.mark.parametrize(
    ("city", "state_", "kept"), [("Itajaí", "SC", True), ("Itajaí", "SP", False), ("Santa Maria", "RS", False)]
)
def test_a_models_state_stands_only_where_the_city_leaves_no_other(city, state_, kept):
    the_state = state(pending=(line(f"a loja fica em {city}"),))

    accepted, dropped = facts.accept(answer(fact("uf", state_, city)), the_state, SNAPSHOT)

    found = {item.field: item for item in accepted}.get("uf")
    assert (found is not None and found.value == state_ and found.evidence == "derived") == kept
    assert ("uf" in dropped) != kept


def test_a_state_the_lead_named_was_said():
    accepted = {
        item.field: item for item in facts.from_rules(state(pending=(line("sou de Santa Maria, RS"),)), SNAPSHOT)
    }

    assert (accepted["uf"].value, accepted["uf"].evidence) == ("RS", "said")


@pytest.mark.parametrize(
    "proposed",
    [
        fact("cnpj", "69882044007798", "69.882.044/0077-98"),
        fact("uf", "ZZ", "ZZ"),
        fact("cidade", "Atlântida do Norte", "Atlântida do Norte"),
        fact("nome", "João", "sou a Marina"),
    ],
)
def test_a_value_that_does_not_follow_is_dropped(proposed):
    text = "sou a Marina de Atlântida do Norte ZZ, 69.882.044/0077-98"

    accepted, dropped = facts.accept(answer(proposed), state(pending=(line(text),)), SNAPSHOT)

    assert proposed["field"] in dropped
    assert proposed["value"] not in {item.value for item in accepted}


def test_an_older_message_of_the_lead_is_evidence_too():
    older = line("sou a Marina", key="m1", id=uuid4())
    the_state = state(history=(older,), pending=(line("isso", key="m2"),))

    accepted, _ = facts.accept(answer(fact("nome", "Marina", "sou a Marina")), the_state, SNAPSHOT)

    assert [(item.value, item.source_id) for item in accepted] == [("Marina", older.id)]
