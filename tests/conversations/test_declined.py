"""A lead who says outright that they will not tell is not asked again, and nothing is made up for it."""

import pytest

from conversations.agent import declined, moves
from conversations.agent.memory import Memory
from conversations.agent.understanding import listen
from crm import plan, reading
from crm.models import CrmSettings
from knowledge.catalogue import shipped_products
from leads.models import Fact
from tests.conversations.test_brief import NOW, build, line, state
from tests.crm.memory import Told, lead_with

ASKED = line("Qual o seu nome? E para quando você precisa da máquina?", author="agent", key="m0")


def heard(answer: str, *, asked: str = ASKED.text, **fields):
    the_state = state(history=(line(asked, author="agent", key="m0"),), pending=(line(answer),), **fields)
    return listen(the_state, shipped_products())


@pytest.mark.parametrize(
    ("asked", "answer", "fields"),
    [
        ("Qual o seu nome?", "Prefiro não informar", {"nome"}),
        ("Qual o seu nome?", "não quero me identificar", {"nome"}),
        ("De qual cidade você fala?", "não vou passar isso agora", {"cidade"}),
        ("Qual é o nome da sua empresa?", "ainda não tenho empresa", {"empresa"}),
        ("Qual é o nome da sua empresa?", "Não tenho CNPJ ainda", {"empresa"}),
        ("Para quando você precisa?", "não sei o prazo", {"urgencia"}),
        ("Qual produto você procura?", "não sei ainda qual máquina", {"produto"}),
        ("Qual o seu nome? Para quando você precisa?", "prefiro não dizer", {"nome", "urgencia"}),
        ("Qual o seu nome? Qual é o nome da sua empresa?", "é Marina, mas não tenho empresa", {"empresa"}),
    ],
)
def test_what_was_asked_and_is_refused_outright_is_settled(asked, answer, fields):
    found = heard(answer, asked=asked)
    assert (found.not_told, set(moves.missing(found)) & fields) == (fields, set())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Qual o seu nome?", "não sei o prazo"),
        ("Qual o seu nome?", "ainda não tenho empresa"),
        ("Temos sim, faz 300 por hora.", "prefiro não informar"),
        ("Para quando você precisa?", "isso eu ainda não sei"),
        ("Para quando você precisa?", "prefiro ver isso depois"),
        ("Qual o seu nome?", "não quero falar com robô"),
        ("Qual o seu nome?", "Marina"),
    ],
)
def test_vague_answers_and_what_nobody_asked_settle_nothing(asked, answer):
    assert heard(answer, asked=asked).not_told == frozenset()


def test_after_a_persons_question_nothing_is_settled():
    history = (ASKED, line("Qual o seu nome?", author="humano", key="m2"))
    assert declined.read(history, (line("prefiro não informar"),), ()) == frozenset()


def test_it_is_kept_not_asked_again_and_no_fact():
    the_state = state(memory=Memory(not_told=("nome",)).for_next_session(), pending=(line("oi"),))
    root = build(the_state, now=NOW)
    assert "nome" not in root.find("faltam").text.split()
    assert list(root.iter("fato")) == []


def test_what_is_told_later_counts():
    found = heard("meu nome é Marina", memory=Memory(not_told=("nome",)))
    assert (found.known["nome"], found.not_told) == ("Marina", frozenset())


@pytest.mark.django_db
def test_the_crm_takes_it_for_an_answer_and_writes_no_value():
    lead = lead_with(Told(cidade="", uf="", urgencia=""))
    conversation = lead.conversations.get()
    conversation.memory = Memory(not_told=("cidade", "urgencia")).stored()
    conversation.save()

    values = reading.read(lead.pk)
    assert values is not None
    (need,) = values.needs
    assert plan.missing(values, need) == []
    wishes = plan.make(values, CrmSettings(), (), now=NOW)
    assert wishes.person is not None
    assert wishes.person.cidade == ""
    assert not Fact.objects.filter(field__in=["cidade", "uf", "urgencia"]).exists()
