"""Everything of ours that may be said passes the review."""

from conversations.guardrails import Kind, ReviewContext, review
from knowledge.catalogue import shipped_articles, shipped_products
from knowledge.sources import shipped_phrases


def stopped(texts: dict[str, str]) -> dict[str, tuple[Kind, ...]]:
    context = ReviewContext(products=shipped_products())
    verdicts = {name: review(text, context) for name, text in texts.items()}
    return {name: verdict.kinds for name, verdict in verdicts.items() if not verdict.ok}


def test_every_article_we_ship_for_saying_passes() -> None:
    texts = {article.id: article.text for article in shipped_articles() if article.sayable}

    assert texts
    assert stopped(texts) == {}


def test_every_phrase_we_ship_passes() -> None:
    texts = {f"{name} {at}": text for name, variants in shipped_phrases().items() for at, text in enumerate(variants)}

    assert texts
    assert stopped(texts) == {}
