"""Why a search finds what it finds, for whoever keeps the articles: what was understood, and what spoke for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge import embeddings, queries
from knowledge.catalogue import ATTRIBUTE_LABELS, ArticleFacts
from knowledge.search import DEFAULT_LIMIT, SearchResult, search_by_meaning
from knowledge.search.topics import aspects
from knowledge.search.words import is_filler, normalise, stem, words

__all__ = ["Explained", "Hit", "explain"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A found article, once however many products it is about. ``reasons`` are in Portuguese; ``alike`` is the
    likeness of meaning, 0 to 1, None where no model of meanings is set up or it said nothing of this article."""

    article: ArticleFacts
    products: tuple[str, ...]
    score: float
    reasons: tuple[str, ...]
    alike: float | None


@dataclass(frozen=True, slots=True)
class Explained:
    """``meant``: the words that synonyms stand for; ``topics``: the attributes asked about, as people call them."""

    found: SearchResult
    hits: tuple[Hit, ...]
    products: tuple[str, ...]
    topics: tuple[str, ...]
    meant: tuple[tuple[str, str], ...]
    by_meaning: bool


def explain(question: str, *, limit: int = DEFAULT_LIMIT) -> Explained:
    """What the agent would be given for this question, and why. Waits for the endpoint of meanings where there is one,
    so no transaction may be open."""
    found = search_by_meaning(question, limit=limit)
    near = embeddings.nearest(question) if embeddings.configured() else {}
    articles = {article.id: article for article in queries.articles()}
    asked = aspects(normalise(question))
    slugs = frozenset().union(*asked.values())
    meant = _meant(question)
    told = _stems(question, *(means for _, means in meant))
    hits: dict[str, Hit] = {}
    for row in found.results:
        article = articles.get(row.article)
        if article is None or row.article in hits:
            continue
        products = tuple(
            dict.fromkeys(one.product for one in found.results if one.article == row.article and one.product)
        )
        reasons = tuple(_reasons(article, found.products, slugs, told, near))
        hits[row.article] = Hit(article, products, row.score, reasons, near.get(row.article))
    topics = tuple(dict.fromkeys(str(ATTRIBUTE_LABELS[slug]) for slug in sorted(slugs) if slug in ATTRIBUTE_LABELS))
    return Explained(found, tuple(hits.values()), found.products, topics, meant, bool(near))


def _reasons(
    article: ArticleFacts,
    products: tuple[str, ...],
    slugs: frozenset[str],
    told: Mapping[str, str],
    near: Mapping[str, float],
) -> list[str]:
    reasons = []
    if named := [code for code in article.products if code in products]:
        reasons.append(f"é do produto perguntado ({', '.join(named)})")
    if about := [str(ATTRIBUTE_LABELS.get(slug, slug)) for slug in article.attributes if slug in slugs]:
        reasons.append(f"trata de {', '.join(about)}")
    shared = told.keys() & _stems(article.title, article.text).keys()
    if shared:
        reasons.append(f"tem as palavras {', '.join(sorted(f'“{told[one]}”' for one in shared))}")
    if article.id in near:
        reasons.append("tem sentido parecido")
    return reasons or ["vale para todas as máquinas" if not article.products else "é escrito de modo parecido"]


def _meant(question: str) -> tuple[tuple[str, str], ...]:
    """The customer's words that synonyms turn into the articles' own."""
    plain = f" {' '.join(words(normalise(question)))} "
    return tuple(
        (term, means) for term, means in queries.synonyms().items() if f" {' '.join(words(normalise(term)))} " in plain
    )


def _stems(*texts: str) -> dict[str, str]:
    """Stem -> the word it is of, without those that tell nothing."""
    return {stem(word): word for text in texts for word in words(normalise(text)) if not is_filler(word)}
