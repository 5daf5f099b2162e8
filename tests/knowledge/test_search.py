from typing import Any

import pytest

from knowledge import catalogue, loader, queries
from knowledge.models import Article, Product, Synonym
from knowledge.search import Kind, search, search_shipped
from knowledge.search.engine import Engine


def articles(question: str) -> list[str]:
    return [result.article for result in search_shipped(question).results]


def first_products(question: str) -> list[str]:
    return [result.product for result in search_shipped(question).results[:3]]


@pytest.mark.parametrize(
    ("question", "product", "article"),
    [
        ("qual a prodção da fb 300?", "FB300", "fb300.producao"),
        ("reservatorio da FB-700", "FB700", "fb700.reservatorio"),
        ("a semi-automática faz quanto por hora", "FB300", "fb300.producao"),
        ("quantos bicos vem na embutideira de 30", "ENS30", "ens.bicos"),
        ("mist 140 aguenta quantos kg", "MIX140", "mist.massa"),
        ("smatpro tem qual cuba", "SMARTPRO", "smartpro.cuba"),
        ("preciso de 5 mil hamburgueres por hora", "SE6000", "se6000.producao"),
        ("faço xis de 18 cm", "LINHA_FB700", "linhafb700.diametro"),
        ("linha automática + FB700 acompanha moldes?", "LINHA_FB700", "linhafb700.moldes"),
    ],
)
def test_the_first_result_answers_for_the_product_meant(question: str, product: str, article: str) -> None:
    found = search_shipped(question)

    assert found.kind is Kind.FACT
    assert product in first_products(question)
    assert article in articles(question)[:3]


def test_an_unavailable_line_comes_with_its_status_and_the_alternative() -> None:
    assert first_products("vocês têm máquina de espetinho?")[:2] == ["LINHA_ESPETO", "CT200"]
    assert {"espeto.indisponivel", "espeto.alternativa"} <= set(articles("vocês têm máquina de espetinho?"))


def test_interest_in_the_manual_one_presents_the_semiautomatic() -> None:
    assert "geral.upsell" in articles("quero uma FBM100")
    assert "FB300" in first_products("quero uma FBM100")


@pytest.mark.parametrize("question", ["quanto custa a FB300?", "parcela em 10x?", "qual o frete", "demora pra chegar?"])
def test_a_commercial_question_is_neither_answered_nor_a_gap(question: str) -> None:
    found = search_shipped(question)

    assert found.kind is Kind.COMMERCIAL
    assert not found.answerable
    assert found.results[0].article.startswith("com.")


@pytest.mark.parametrize(
    "question",
    ["a SE6000 liga em 380V?", "quanto pesa a FB700", "a CT200 corta mandioca?", "tem app pra ver a produção da FB300"],
)
def test_what_the_catalogue_does_not_hold_is_a_gap(question: str) -> None:
    found = search_shipped(question)

    assert found.kind is Kind.GAP
    assert not found.answerable


def test_the_same_subject_is_answered_for_the_machine_that_has_it() -> None:
    assert search_shipped("qual a voltagem do misturador de 70 litros").answerable
    assert not search_shipped("qual a voltagem da FB300").answerable


def test_internal_articles_are_never_found() -> None:
    internal = [article for article in catalogue.shipped_articles() if not article.sayable]

    assert internal
    for article in internal:
        assert article.id not in articles(f"{article.title} {article.text}")


def test_no_more_articles_than_asked_for() -> None:
    found = search_shipped("misturador", limit=3)

    assert len({result.article for result in found.results}) == 3


@pytest.mark.parametrize("question", ["", "   ", "???", "🍔", "\x00", "a" * 60_000, "1 " * 5_000])
def test_any_text_is_survived(question: str) -> None:
    assert search_shipped(question).kind in Kind


def test_a_managers_article_answers_at_once(seeded: None) -> None:
    question = "a FB300 pode ser lavada com jato de água?"
    assert not search(question).answerable

    article = Article.objects.create(
        code="fb300.lavagem", title="Lavagem da FB300", text="A FB300 não pode ser lavada com jato de água."
    )
    article.products.set(Product.objects.filter(code="FB300"))

    found = search(question)
    assert found.answerable
    assert found.results[0].article == "fb300.lavagem"


def test_a_withdrawn_article_is_not_found(seeded: None) -> None:
    Article.objects.filter(code="fb700.esteira").update(active=False)
    queries.clear_cache()

    assert "fb700.esteira" not in [result.article for result in search("a FB700 tem esteira?").results]


def test_a_managers_synonym_counts(seeded: None) -> None:
    assert "CT200" not in [result.product for result in search("tem trinchadeira?").results[:1]]

    Synonym.objects.create(term="trinchadeira", means="cortadora")

    assert search("tem trinchadeira?").results[0].product == "CT200"


def test_shipped_and_loaded_catalogue_answer_alike(db: None) -> None:
    loader.load()
    question = "qual a capacidade da cuba da SE3000?"

    assert search(question).results[0] == search_shipped(question).results[0]


def test_an_empty_catalogue_answers_nothing() -> None:
    found = Engine((), (), {}).search("quanto a FB300 produz?", limit=8)

    assert found.results == ()
    assert found.kind is Kind.GAP


def test_the_engine_is_built_anew_only_when_the_catalogue_changed(
    seeded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    search("garantia")
    built: list[int] = []

    class Counted(Engine):
        def __init__(self, *parts: Any) -> None:
            built.append(1)
            super().__init__(*parts)

    monkeypatch.setattr("knowledge.search.Engine", Counted)

    queries.clear_cache()
    search("garantia")
    assert built == []

    Article.objects.create(code="a.b", title="Novo", text="Novo artigo.")
    search("garantia")
    assert built == [1]


@pytest.mark.parametrize(
    "question",
    [
        "meu galpão tem pouco espaço, quantos hambúrgueres a FBM100 faz por dia?",
        "o vendedor da concorrência disse que a FB700 faz 500 por hora, verdade?",
        "recebi o folder mas não achei a produção da EPE1200",
        "na FB700 o hambúrguer cai na bandeja ou na esteira?",
        "as máquinas são de alumínio?",
        "se quebrar em três meses, a garantia vale?",
        "a SE6000 entrega quanto numa hora?",
    ],
)
def test_what_stands_beside_a_question_does_not_hide_it(question: str) -> None:
    assert search_shipped(question).kind is Kind.FACT


@pytest.mark.parametrize(
    "question",
    [
        "a cuba da SmartPro gira?",
        "o inox de vocês é escovado ou polido?",
        "os bicos da ensacadeira são de que espessura",
        "a FBM100 tem garantia estendida?",
        "que tripa serve nos bicos da ensacadeira?",
        "quanto tempo dura a esteira da FB700?",
    ],
)
def test_a_known_part_does_not_answer_for_what_is_asked_of_it(question: str) -> None:
    assert search_shipped(question).kind is Kind.GAP


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("quanto vale uma FB700", "com.preco"),
        ("a FBM100 passa de cinco mil?", "com.preco"),
        ("vocês facilitam?", "com.pagamento"),
        ("consigo receber antes do natal?", "com.prazo"),
        ("mandam pro Nordeste?", "com.frete"),
    ],
)
def test_a_commercial_question_is_heard_without_its_usual_word(question: str, article: str) -> None:
    found = search_shipped(question)

    assert found.kind is Kind.COMMERCIAL
    assert found.results[0].article == article


@pytest.mark.parametrize("question", ["quanto tempo leva pra limpar a SE3000?", "troca de faca da CT200 é demorada?"])
def test_time_for_work_on_a_machine_is_no_delivery(question: str) -> None:
    assert search_shipped(question).kind is Kind.GAP
