"""What is kept of what the lead told: with evidence, from the model and from rules (I7)."""

from uuid import uuid4

import pytest

from conversations.agent import facts
from conversations.agent.schema import ProposedFact
from conversations.agent.understanding import listen
from knowledge.catalogue import shipped_products
from tests.conversations.test_brief import line, state

PRODUCTS = shipped_products()


def accept(the_state, *proposed: dict):
    """What stands of the model's proposals and of what rules read."""
    heard = listen(the_state, PRODUCTS).facts
    return facts.accept([ProposedFact.model_validate(item) for item in proposed], the_state, PRODUCTS, heard)


def by_rules(the_state):
    return {item.field: item for item in listen(the_state, PRODUCTS).facts}


def fact(field: str, value: str, quote: str, message: str = "m1") -> dict:
    return {"field": field, "value": value, "quote": quote, "message": message}


def test_rules_read_what_the_model_left_out():
    the_state = state(pending=(line("quero a FB300, meu cnpj é 69.882.044/0077-97"),))

    accepted, dropped = accept(the_state)

    assert {item.field: item.value for item in accepted} == {"produto": "FB300", "cnpj": "69882044007797"}
    assert dropped == ()


def test_the_state_of_a_unique_city_is_derived_and_says_so():
    accepted = by_rules(state(pending=(line("a loja fica em Itajaí"),)))

    assert (accepted["cidade"].evidence, accepted["uf"].evidence) == ("said", "derived")
    assert (accepted["uf"].value, accepted["uf"].rule) == ("SC", "uf_de_municipio_unico")


@pytest.mark.parametrize(
    ("city", "state_", "kept"), [("Itajaí", "SC", True), ("Itajaí", "SP", False), ("Santa Maria", "RS", False)]
)
def test_a_models_state_stands_only_where_the_city_leaves_no_other(city, state_, kept):
    the_state = state(pending=(line(f"a loja fica em {city}"),))

    accepted, dropped = accept(the_state, fact("uf", state_, city))

    found = {item.field: item for item in accepted}.get("uf")
    assert (found is not None and found.value == state_ and found.evidence == "derived") == kept
    assert ("uf" in dropped) != kept


def test_a_state_the_lead_named_was_said():
    accepted = by_rules(state(pending=(line("sou de Santa Maria, RS"),)))

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

    accepted, dropped = accept(state(pending=(line(text),)), proposed)

    assert proposed["field"] in dropped
    assert proposed["value"] not in {item.value for item in accepted}


def test_an_older_message_of_the_lead_is_evidence_too():
    older = line("sou a Marina", key="m1", id=uuid4())
    the_state = state(history=(older,), pending=(line("isso", key="m2"),))

    accepted, _ = accept(the_state, fact("nome", "Marina", "sou a Marina"))

    assert [(item.value, item.source_id) for item in accepted] == [("Marina", older.id)]


@pytest.mark.parametrize(
    ("question", "field", "value"),
    [
        ("Você é de Itajaí?", "cidade", "Itajaí"),
        ("Seria a FB300 então?", "produto", "FB300"),
        ("Perfeito! Anotei 500 hambúrgueres por dia, certo?", "volume", "500 hamburgueres/dia"),
    ],
)
def test_a_yes_makes_what_the_agents_question_said_the_leads_word(question, field, value):
    asked, yes = line(question, key="m1", author="agent"), line("isso mesmo", key="m2")

    accepted, dropped = accept(state(history=(asked,), pending=(yes,)), fact(field, value, "isso mesmo", message="m2"))

    (found,) = accepted
    assert (found.field, found.value, found.evidence, found.source_id) == (field, value, "confirmed", yes.id)
    assert found.quote == f"{question.split('! ')[-1]} isso mesmo"
    assert dropped == ()


@pytest.mark.parametrize(
    ("before", "reply"),
    [
        (("agent", "Temos clientes em Itajaí."), "isso mesmo"),
        (("agent", "Você é de Itajaí?"), "não"),
        (("agent", "Você é de Itajaí?"), "sim, mas a loja nova vai ser em outra cidade aqui perto"),
        (("lead", "Vocês são de Itajaí?"), "isso"),
    ],
)
def test_without_a_question_that_holds_it_or_a_plain_yes_nothing_is_confirmed(before, reply):
    author, text = before
    talk = state(history=(line(text, key="m1", author=author),), pending=(line(reply, key="m2"),))

    accepted, dropped = accept(talk, fact("cidade", "Itajaí", reply, message="m2"))

    assert (accepted, dropped) == ((), ("cidade",))
