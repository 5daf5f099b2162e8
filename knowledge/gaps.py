"""Questions the knowledge base could not answer: recorded once, counted, and turned into articles by a manager."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import F

from knowledge import queries
from knowledge.models import Article, Gap, Product
from knowledge.search.products import ProductReader
from knowledge.search.words import FILLER, likeness, normalise, stem, trigrams, words

# Above this likeness two questions about the same product ask the same thing.
SAME_QUESTION = 0.6
# How many of the newest gaps a new question is compared with.
COMPARED = 500
# A gap is about machines: addresses, phones and document numbers in the question are not kept (domain.md, LGPD).
_PERSONAL = re.compile(r"\S+@\S+|https?://\S+|(?<![A-Za-z0-9])\+?\d(?:[ .()/-]{0,2}\d){7,}")


def record(question: str, *, now: datetime) -> Gap:
    """Count the question on the gap that already asks it, or open a new one. Call inside the caller's transaction."""
    text = _PERSONAL.sub("…", " ".join(question.split()))[:500] or "…"
    codes = ProductReader(queries.products()).read(text).codes
    product = codes[0] if len(codes) == 1 else None
    key = f"{product or 'geral'}: {_key(text)}"
    known = _same(key, product)
    if known is None:
        known, created = Gap.objects.get_or_create(
            key=key,
            defaults={"question": text, "product_id": product, "first_asked_at": now, "last_asked_at": now},
        )
        if created:
            return known
    Gap.objects.filter(pk=known.pk).update(count=F("count") + 1, last_asked_at=now)
    return known


@transaction.atomic
def answer(gap: Gap, *, text: str, owner: str, now: datetime) -> Article:
    """Close the gap with an article that answers it; answering again rewrites that article.

    The question is the article's title, so that the same question finds it.
    """
    article, _ = Article.objects.update_or_create(
        code=f"resposta.{gap.pk}",
        defaults={
            "title": gap.question[:120],
            "text": text,
            "owner": owner,
            "source": "Pergunta de cliente",
            "reviewed_on": now.date(),
            "active": True,
        },
    )
    article.products.set(Product.objects.filter(pk=gap.product_id))
    gap.answer, gap.article, gap.status = text, article, Gap.Status.ANSWERED
    gap.save(update_fields=["answer", "article", "status"])
    return article


def _same(key: str, product: str | None) -> Gap | None:
    grams = trigrams(key)
    newest = Gap.objects.filter(product_id=product).order_by("-last_asked_at").only("pk", "key")[:COMPARED]
    near = [(likeness(grams, trigrams(gap.key)), gap) for gap in newest]
    best = max(near, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= SAME_QUESTION else None


def _key(question: str) -> str:
    """The telling words, stemmed and sorted; the whole question when it has none."""
    folded = normalise(question)
    telling = sorted({stem(word) for word in words(folded)} - FILLER)
    return (" ".join(telling) or folded)[:200]
