import pytest

from conversations.guardrails import ReviewContext, review
from knowledge import catalogue
from knowledge.sources import shipped_phrases

TEXTS = [
    *[(f"{situation} {n}", text) for situation, texts in shipped_phrases().items() for n, text in enumerate(texts, 1)],
    *[(article.id, article.text) for article in catalogue.shipped_articles() if article.sayable],
]


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _ in TEXTS])
def test_a_shipped_text_may_leave(name: str, text: str) -> None:
    """I4: what stands ready to be said passes the same review as a draft."""
    verdict = review(text, ReviewContext(products=catalogue.shipped_products()))

    assert verdict.kinds == ()
