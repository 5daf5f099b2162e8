from datetime import UTC, datetime, timedelta

import pytest

from knowledge import gaps, search
from knowledge.models import Article, Gap

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_the_same_question_is_counted_once_more(seeded: None) -> None:
    first = gaps.record("A FB300 pode ser lavada com jato de água?", now=NOW)

    again = gaps.record("posso lavar a fb300 com jato d'agua", now=NOW + timedelta(days=1))

    assert again.pk == first.pk
    row = Gap.objects.get()
    assert row.count == 2
    assert row.product_id == "FB300"
    assert row.last_asked_at == NOW + timedelta(days=1)


def test_another_product_or_subject_is_another_gap(seeded: None) -> None:
    gaps.record("qual a voltagem da FB300?", now=NOW)
    gaps.record("qual a voltagem da FB700?", now=NOW)
    gaps.record("quanto pesa a FB300?", now=NOW)

    assert Gap.objects.count() == 3


def test_personal_data_is_not_kept(seeded: None) -> None:
    gap = gaps.record("a FB300 é bivolt? me liga 11 90000-0001 ou fulano@exemplo.com.br", now=NOW)

    assert "90000" not in gap.question
    assert "@" not in gap.question
    assert "bivolt" in gap.question


def test_a_question_of_filler_alone_is_recorded_too(seeded: None) -> None:
    assert gaps.record("e aí?", now=NOW).question == "e aí?"


def test_the_answer_becomes_an_article_that_the_question_finds(seeded: None) -> None:
    question = "a FB300 pode ser lavada com jato de água?"
    gap = gaps.record(question, now=NOW)
    assert not search.search(question).answerable

    article = gaps.answer(gap, text="A FB300 se limpa com pano úmido.", owner="gestor", now=NOW)

    found = search.search(question)
    assert found.answerable
    assert found.results[0].article == article.code
    gap.refresh_from_db()
    assert gap.status == Gap.Status.ANSWERED


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("quantas pessoas precisa pra operar a EPE1200", "Uma pessoa opera a EPE1200."),
        ("quanto tempo dura a esteira da FB700?", "A esteira da FB700 costuma durar anos."),
        ("a cuba da SmartPro gira?", "A cuba da SE SmartPro é fixa."),
        ("os bicos da ensacadeira são de que espessura?", "Os bicos têm parede de 2 mm."),
        ("o inox de vocês é escovado ou polido?", "O acabamento é escovado."),
        ("qual o endereço da fábrica?", "O endereço está no nosso site."),
        ("tem manual pra baixar da FB300?", "O manual da FB300 vem com a máquina."),
        ("como limpo a FS150?", "A FS150 se limpa com pano úmido."),
        ("a FB300 faz hambúrguer de 30 gramas?", "O peso depende do molde."),
    ],
)
def test_every_kind_of_gap_can_be_answered(seeded: None, question: str, answer: str) -> None:
    gap = gaps.record(question, now=NOW)
    assert not search.search(question).answerable

    article = gaps.answer(gap, text=answer, owner="gestor", now=NOW)

    found = search.search(question)
    assert found.answerable
    assert article.code in [result.article for result in found.results[:3]]


def test_answering_again_rewrites_the_article(seeded: None) -> None:
    gap = gaps.record("qual a voltagem da FB300?", now=NOW)
    gaps.answer(gap, text="Primeira.", owner="gestor", now=NOW)

    gaps.answer(gap, text="Segunda.", owner="gestor", now=NOW)

    assert [article.text for article in Article.objects.filter(code__startswith="resposta.")] == ["Segunda."]
