"""What counts as a commitment of the company, and what only sounds like one."""

import pytest

from conversations.guardrails import ReviewContext, review
from knowledge.catalogue import shipped_products


def kinds(text: str, lead_last: str = "") -> set[str]:
    verdict = review(text, ReviewContext(lead_last=lead_last, products=shipped_products()))
    return {kind.value for kind in verdict.kinds}


@pytest.mark.parametrize(
    ("asked", "answer", "kind"),
    [
        ("alguém vem aqui ver o espaço?", "Vai sim, pode deixar", "promise"),
        ("se der defeito vocês devolvem o dinheiro?", "Claro!", "promise"),
        ("consegue fazer 10% nela?", "Consigo sim", "discount"),
    ],
)
def test_yes_to_a_commitment_is_the_commitment(asked: str, answer: str, kind: str) -> None:
    assert kinds(answer, asked) == {kind}


def test_yes_that_leaves_the_matter_to_the_consultant_commits_nobody() -> None:
    assert kinds("Sim, o consultor combina isso com você", "alguém vem aqui ver o espaço?") == set()


@pytest.mark.parametrize(
    ("text", "kind"), [("dscto garantido pra 2 máquinas", "discount"), ("chga em 10 dias", "deadline")]
)
def test_a_misspelt_word_means_what_it_was_meant_to(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Você comentou que dá 10% de desconto pra motoboy, boa ideia.",
        "Cafezinho por cortesia da casa ninguém recusa.",
        "Tem promoção de terça aí, né?",
    ],
)
def test_the_leads_own_offers_are_not_ours(text: str) -> None:
    assert kinds(text) == set()


def test_a_refusal_said_after_its_object_is_a_refusal() -> None:
    assert kinds("Garantir aprovação da vigilância eu não posso.") == set()


def test_words_of_price_that_offer_a_favour_are_a_discount_alone() -> None:
    assert kinds("Se fechar as três, o preço encolhe.") == {"discount"}


def test_another_warranty_is_a_contradiction_and_no_promise() -> None:
    assert kinds("A garantia é vitalícia.") == {"contradiction"}


def test_taking_down_when_the_lead_needs_it_confirms_no_delivery() -> None:
    assert not kinds("Entendi, já deixo isso anotado. De qual cidade você fala?", "preciso para o mês que vem")
    assert kinds("Isso mesmo!", "chega até sexta?") == {"deadline"}
