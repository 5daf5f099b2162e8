"""What the unanswered messages are about, where rules can tell for sure."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from conversations.agent.situations import Matter, spoken_language, subject_request_kind
from conversations.agent.state import Line
from conversations.agent.understanding import listen
from knowledge.catalogue import shipped_products
from tests.conversations.test_brief import state

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def line(text: str, *, author: str = "lead", own_words: bool = True) -> Line:
    return Line(id=uuid4(), key="m1", author=author, type="text", text=text, at=AT, own_words=own_words)


def read(*lines: Line) -> frozenset[Matter]:
    return listen(state(pending=lines), shipped_products()).matters


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("quero que apaguem os meus dados", Matter.PRIVACY),
        ("quais informações vocês guardam sobre mim?", Matter.PRIVACY),
        ("pela LGPD solicito uma cópia", Matter.PRIVACY),
        ("quero falar com um vendedor", Matter.HUMAN),
        ("tem alguém aí pra me atender?", Matter.HUMAN),
        ("vou no procon, isso é um absurdo", Matter.COMPLAINT),
        ("ninguém me responde faz três semanas", Matter.COMPLAINT),
        ("tô muito decepcionado com vocês", Matter.COMPLAINT),
        ("quero meu dinheiro de volta", Matter.COMPLAINT),
        ("a minha SE3000 tá fazendo um barulho estranho desde ontem", Matter.SUPPORT),
        ("nossa formadora parou de funcionar hoje cedo", Matter.SUPPORT),
        ("a máquina que comprei de vocês não liga", Matter.SUPPORT),
        ("preciso de assistência técnica", Matter.SUPPORT),
        ("queimou o motor da minha ensacadeira", Matter.SUPPORT),
        ("já sou cliente e preciso de uma peça, deu problema", Matter.SUPPORT),
        ("gostaria de apresentar nossos serviços de marketing", Matter.SUPPLIER),
        ("fornecemos inox 304 para a indústria", Matter.SUPPLIER),
        ("com quem falo no setor de compras?", Matter.SUPPLIER),
        ("vocês estão contratando?", Matter.CANDIDATE),
        ("para onde posso mandar meu currículo", Matter.CANDIDATE),
        ("ops, foi engano", Matter.WRONG_NUMBER),
        ("desculpa, mandei pro número errado", Matter.WRONG_NUMBER),
        ("tenho 14 anos e é pra feira da escola", Matter.MINOR),
        ("sou menor de idade", Matter.MINOR),
        ("vai se f*** seu idiota", Matter.INSULT),
        ("vocês são uns ladrões", Matter.INSULT),
        ("você é um robô?", Matter.ROBOT),
        ("tô falando com uma pessoa de verdade?", Matter.ROBOT),
        ("é robô?", Matter.ROBOT),
        ("quanto custa a FB300?", Matter.PRICE),
        ("pode mandar a proposta", Matter.QUOTE),
        ("preciso de um orçamento formal em nome da empresa", Matter.QUOTE),
        ("me manda a cotação no e-mail", Matter.QUOTE),
        ("Bonjour, je voudrais une machine", Matter.FOREIGN),
    ],
)
def test_what_is_said_plainly_is_recognised(text, matter):
    assert matter in read(line(text))


@pytest.mark.parametrize(
    "text",
    [
        "bom dia! sou a Patrícia do Restaurante Lenha & Sal de Itajaí",
        "minha produção é de 500 hambúrgueres por dia",
        "se quebrar, vocês dão assistência?",
        "quero uma máquina que não dê problema",
        "a minha formadora é manual e quero uma automática",
        "tenho 15 anos de experiência no ramo",
        "tenho 12 anos com a hamburgueria",
        "somos uma empresa de alimentos e fornecemos hambúrguer pra merenda",
        "nosso fornecedor de carne é daqui mesmo",
        "preciso de 2 pessoas pra operar?",
        "a máquina para sozinha quando abre a tampa?",
        "qual a garantia da SE6000?",
        "tem vaga de garagem pra descarregar?",
        "meus clientes gostam de hambúrguer artesanal",
        "o motor faz muito barulho?",
        "sou o dono, pode falar comigo",
        "qual a capacidade do misturador de 70 litros",
        "ok, obrigado",
        "👍",
        "quero trocar meu equipamento manual por um automático",
    ],
)
def test_ordinary_talk_is_left_to_the_model(text):
    assert not read(line(text)) - {Matter.PRICE}


def test_what_was_forwarded_is_not_the_leads_word():
    assert read(line("vou no procon", own_words=False)) == frozenset()


def test_a_question_about_robots_is_no_wish_for_a_person():
    found = read(line("você é um robô ou uma pessoa?"))

    assert Matter.ROBOT in found
    assert Matter.HUMAN not in found


def test_the_latest_words_that_tell_decide_the_language():
    english = [line("hello, do you sell burger machines?"), line("ok")]

    assert spoken_language(english) == "en"
    assert spoken_language([*english, line("pode ser em português, eu falo um pouco")]) == "pt"
    assert spoken_language([line("ok"), line("hello, how are you?", author="agent")]) == "pt"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("apaguem tudo que vocês têm de mim", "erasure"),
        ("quero corrigir os meus dados", "correction"),
        ("solicito a portabilidade dos meus dados", "portability"),
        ("quais dados vocês têm sobre mim?", "access"),
    ],
)
def test_a_data_subjects_request_is_of_a_kind(text, kind):
    assert subject_request_kind(text) == kind
