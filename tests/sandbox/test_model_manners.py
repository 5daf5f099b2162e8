"""How the competent assistant carries on a conversation: no repetition, no pressing, back to the subject."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from sandbox.model import wire
from sandbox.model.text import sentences
from tests.sandbox.briefs import answer, brief, told

CONSULTANT = "Sobre valores, quem passa é o nosso consultor."


def ongoing(*lines: str, **options: Any) -> list[dict[str, Any]]:
    """The answers to messages that follow one another, each brief holding all that was said before."""
    talk: list[tuple[str, str]] = []
    given = []
    for line in lines:
        data = answer(line, talk=talk, first=not talk, **options)
        talk += [("lead", line), *(("agente", bubble) for bubble in data["reply"].split("\n\n"))]
        given.append(data)
    return given


def questions(data: dict[str, Any]) -> list[str]:
    return [sentence for sentence in sentences(data["reply"]) if sentence.endswith("?")]


def test_an_ignored_question_gives_way_to_another_and_then_to_none() -> None:
    asked = [questions(data) for data in ongoing("oi", "hmm", "sei", "aham", missing="nome volume")]

    assert [len(found) for found in asked] == [1, 1, 0, 0]
    assert asked[0] != asked[1]


def test_a_question_is_not_asked_a_third_time() -> None:
    talk = [("lead", "oi"), ("agente", "Com quem eu falo?"), ("lead", "hmm"), ("agente", "Como posso te chamar?")]
    talk += [("lead", "sei"), ("agente", "Legal!")] * 6

    assert questions(answer("certo", talk=talk, missing="nome")) == []


@pytest.mark.parametrize("before", ["Já conhece as nossas máquinas?", "Você já conhecia a Seleto?"])
def test_two_wordings_of_one_question_are_one_question(before: str) -> None:
    talk = [("lead", "oi"), ("agente", before)]

    assert questions(answer("uns 300 por dia", talk=talk, missing="conhece_seleto")) == []


def test_whether_the_lead_knows_us_is_not_asked_upon_naming_a_machine() -> None:
    assert "conhec" not in answer("quero a FB700", missing="conhece_seleto volume")["reply"]
    assert "conhec" in answer("temos uma padaria", missing="conhece_seleto")["reply"]


def test_no_sentence_is_said_twice() -> None:
    lines = (
        "quanto custa?",
        "a FB300 faz quantos por hora?",
        "sou de Joinville",
        "obrigado!",
        "hmm",
        "a FB300 liga em 380V?",
    )

    given = ongoing(*lines * 3, articles=(("fb300.producao", "FB300", "FB300: 300 a 350 hambúrgueres por hora"),))

    told_before: list[str] = []
    for data in given:
        longer = [sentence for sentence in sentences(data["reply"]) if len(sentence.split()) > 2]
        assert not set(longer) & set(told_before), longer
        assert data["reply"]
        told_before += longer


def test_an_answer_asked_for_again_is_given_again_in_other_words() -> None:
    first, second = ongoing("a FB300 faz quantos por hora?", "a FB300 faz quantos por hora?", missing="")

    assert "300 a 350" in first["reply"]
    assert "300 a 350" in second["reply"]
    assert second["sources"] == ["fb300.producao"]


def test_openings_vary() -> None:
    replies = [data["reply"] for data in ongoing("oi", *["hmm"] * 12, missing="")]

    assert all(before != after for before, after in pairwise(replies))


@pytest.mark.parametrize(
    "text",
    [
        "pode mandar a proposta",
        "preciso de um orçamento formal",
        "me manda um orçamento",
        "Preciso ainda este mês, meu CNPJ é 69.882.044/0077-97, pode mandar a proposta",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_who_asks_for_a_proposal_goes_to_the_consultant(text: str, first: bool) -> None:
    data = answer(text, first=first)

    assert (data["move"], data["intents"]) == ("encaminhar", ["pergunta_preco"])
    assert "?" not in data["reply"]


def test_who_wants_no_proposal_gets_none() -> None:
    assert answer("ainda não quero um orçamento")["move"] != "encaminhar"


def test_a_first_reply_is_glad_once() -> None:
    for city in ("Joinville", "Blumenau", "Sobral", "Itajaí", "Quixadá", "Maringá"):
        reply = answer(f"oi, sou de {city}", first=True)["reply"].lower()
        assert reply.count("que bom") <= 1


def test_whoever_asks_for_a_person_first_is_not_thanked_for_information() -> None:
    data = answer("Posso falar com um vendedor?", first=True)

    assert data["move"] == "encaminhar"
    assert not re.search(r"obrigad|informaç", data["reply"].lower())


@pytest.mark.parametrize("text", ["quem ganhou o jogo ontem?", "me conta uma piada", "vai chover hoje?"])
def test_off_topic_leads_back_to_the_subject(text: str) -> None:
    data = answer(text)

    assert "especialista" not in data["reply"]
    assert data["unanswered_question"] is None
    assert "máquinas" in data["reply"]
    assert data["move"] == "perguntar"


@pytest.mark.parametrize("text", ["o jogo de facas da CT200 é de titânio?", "qual a política de troca da FB300?"])
def test_a_technical_unknown_is_not_off_topic(text: str) -> None:
    assert answer(text, articles=())["unanswered_question"] == text


def test_sausage_makers_hear_of_the_fillers_the_knowledge_holds() -> None:
    data = answer("quero fazer linguiça", missing="produto volume")

    assert "ensacadeiras de 15 kg (ENS15) e de 30 kg (ENS30)" in data["reply"]
    assert data["sources"] == ["ens.capacidade"]
    assert len(questions(data)) == 1
    assert "ensacadeira" not in answer("quero fazer linguiça", articles=())["reply"]


def test_a_correction_for_a_price_keeps_the_refusal_and_the_rest() -> None:
    asked = "sou de Joinville, quanto custa a FB300?"
    plain = answer(asked)
    leaked = {**plain, "reply": plain["reply"] + "\n\nA FB300 sai por R$ 18.900,00."}
    messages = [
        brief(asked),
        {"role": "assistant", "content": wire.dump(leaked)},
        {"role": "user", "content": '<correcao motivo="price">reescreva</correcao>'},
    ]

    corrected = told({"messages": messages})

    assert corrected["reply"] == plain["reply"]
    assert "consultor" in corrected["reply"]
    assert "R$" not in json.dumps(corrected)


def test_the_greeting_is_that_of_the_hour() -> None:
    body = brief("bom dia", first=True, missing="")
    body["content"] = body["content"].replace('saudacao="bom dia"', 'saudacao="boa noite"')
    later = {**body, "content": body["content"].replace('primeira_resposta="sim"', 'primeira_resposta="nao"')}

    for given in (body, later):
        reply = told({"messages": [given]})["reply"]
        assert reply.startswith("Boa noite")
        assert "dia" not in reply


@pytest.mark.parametrize(
    ("asked", "language", "said"),
    [
        ("vocês têm catálogo? me manda", "pt", "Catálogo da Seleto"),
        ("me manda o catálogo e a foto da FB300", "pt", "Catálogo da Seleto e Foto da FB300"),
        ("Can you send me the catalog?", "en", "Here you are: Catálogo da Seleto."),
        ("¿Me manda el catálogo?", "es", "Aquí va: Catálogo da Seleto."),
    ],
)
def test_a_file_that_goes_with_the_reply_is_announced_and_leaves_no_gap(asked: str, language: str, said: str) -> None:
    files = said.partition(": ")[2].rstrip(".") if ":" in said else said

    data = answer(asked, going=files.split(" e "), language=language)

    assert said in data["reply"]
    assert data["unanswered_question"] is None
    assert "especialista" not in data["reply"]


def test_without_a_file_none_is_announced() -> None:
    assert "Segue" not in answer("me manda o catálogo")["reply"]
