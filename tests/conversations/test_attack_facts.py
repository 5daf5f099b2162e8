"""What a model may make of the lead's words: no refusal becomes a yes, no old word takes a newer one's place (I7)."""

import pytest

from conversations.agent.memory import Memory
from tests.conversations.test_brief import line, state
from tests.conversations.test_facts import accept, fact


def told(the_state, *proposed):
    accepted, dropped = accept(the_state, *proposed)
    return {item.field: item for item in accepted}, dropped


def asked(question: str, answer: str, **fields):
    return state(history=(line(question, author="agent", key="m0"),), pending=(line(answer),), **fields)


@pytest.mark.parametrize(
    "words",
    [
        "claro que não",
        "certo que nao",
        "isso não",
        "s, não",
        "sim, mas mudei",
        "ok, Curitiba",
        "sim, Blumenau",
        "perfeito, só que não",
        "yes, but no",
        "si, pero no",
    ],
)
def test_a_yes_that_takes_itself_back_confirms_nothing(words):
    accepted, dropped = told(asked("Você é de Itajaí?", words), fact("cidade", "Itajaí", "Itajaí"))

    assert "cidade" not in accepted or accepted["cidade"].value != "Itajaí"
    assert dropped == ("cidade",)


@pytest.mark.parametrize(
    "words", ["sim", "Sim!", "isso mesmo", "sim, isso mesmo", "é isso aí", "claro, sou sim", "ok 👍"]
)
def test_a_plain_yes_still_confirms(words):
    accepted, _ = told(asked("Você é de Itajaí?", words), fact("cidade", "Itajaí", "Itajaí"))

    assert (accepted["cidade"].value, accepted["cidade"].evidence) == ("Itajaí", "confirmed")


def test_a_yes_to_a_choice_chooses_nothing():
    accepted, dropped = told(asked("Você quer a FB300 ou a CT200?", "sim"), fact("produto", "FB300", "sim"))

    assert ("produto" in accepted, dropped) == (False, ("produto",))


def test_an_old_word_does_not_take_the_place_of_a_newer_one():
    the_state = state(
        history=(line("sou de Itajaí", key="m1"), line("Curitiba, na verdade", key="m3")),
        pending=(line("e a garantia?", key="m4"),),
        facts={"cidade": "Curitiba"},
    )

    accepted, dropped = told(the_state, fact("cidade", "Itajaí", "Itajaí", "m1"))

    assert (accepted, dropped) == ({}, ("cidade",))


def test_an_old_word_fills_what_is_not_known():
    the_state = state(history=(line("sou de Itajaí", key="m1"),), pending=(line("e a garantia?", key="m4"),))

    accepted, _ = told(the_state, fact("cidade", "Itajaí", "Itajaí", "m1"))

    assert accepted["cidade"].value == "Itajaí"


def test_an_old_word_does_not_take_the_place_of_what_these_messages_tell():
    the_state = state(history=(line("sou de Itajaí", key="m1"),), pending=(line("mudei, sou de Curitiba", key="m4"),))

    accepted, _ = told(the_state, fact("cidade", "Itajaí", "Itajaí", "m1"))

    assert accepted["cidade"].value == "Curitiba"


def test_of_two_proposals_the_later_message_counts_in_whatever_order_they_come():
    the_state = state(pending=(line("500 por dia", key="m1"), line("na verdade 800 por dia", key="m2")))

    accepted, _ = told(
        the_state,
        fact("volume", "800 hamburgueres/dia", "800 por dia", "m2"),
        fact("volume", "500 hamburgueres/dia", "500 por dia", "m1"),
    )

    assert accepted["volume"].value.startswith("800")


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "texto",
        {"open_questions": None},
        {"open_questions": "qual a garantia?"},
        {"open_questions": [["a"], {"b": 1}, 3]},
        {"price_refusals": "2", "insults": None, "failures": [], "hot_handed_over": "sim", "notice_given": 1},
        {"price_refusals": -4, "unknown": {"x": 1}},
    ],
)
def test_a_memory_of_another_shape_is_read_as_far_as_it_goes(stored):
    memory = Memory.read(stored)

    assert memory == Memory()
    assert Memory.read(memory.stored()) == memory
    assert memory.price_refusals + 1 > 0
