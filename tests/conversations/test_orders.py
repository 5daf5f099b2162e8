"""What a person writes in Chatwoot and means for us (domain.md, "Human in the loop")."""

import pytest

from conversations.commands import Command, Unknown, parse


@pytest.mark.parametrize("text", ["/bot on", "bot on", "/retomar", "RETOMAR", " /Continuar \n", "continuar "])
def test_the_conversation_is_given_back(text):
    assert parse(text) is Command.RESUME


@pytest.mark.parametrize("text", ["/bot off", "Bot Off", "/pausar", "pausar ", "/PAUSÁR"])
def test_the_agent_is_paused(text):
    assert parse(text) is Command.PAUSE


@pytest.mark.parametrize("text", ["/", "/retomar já", "/obrigado", "//retomar", "/ retomar"])
def test_a_slash_without_an_order_is_never_meant_for_the_lead(text):
    assert parse(text) == Unknown()


@pytest.mark.parametrize("text", ["", "pode continuar", "retomar?", "bot", "on", "Vou pausar por aqui", "e/ou"])
def test_everything_else_is_for_the_lead(text):
    assert parse(text) is None
