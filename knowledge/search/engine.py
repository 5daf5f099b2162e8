"""One question against one catalogue: which articles, of which products, and whether they answer it.

Products (by name, description or figure), topics (attributes an article tells about) and words are read apart and
weighed together. `answerable` is decided from what was *asked*: a topic the found products have an article for, or
words the articles hold; the first thing asked that neither knows makes the question a gap.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.search import topics
from knowledge.search.index import LexicalIndex, Vocabulary
from knowledge.search.products import Found, ProductReader
from knowledge.search.words import FILLER, FILLER_WORDS, normalise, stem, words

# How much each kind of evidence counts beside the fused lexical rank, which stays below 1.
_PRODUCT = 3.0
_TOPIC = 2.0
_FIGURE = 1.0
_STATUS = 2.5
_COMPANION = 0.4
_LEXICAL = 30.0
_CANDIDATES = 60
# A found article speaks of everything asked when it holds this share of the rare words of the question.
_COVERED = 0.75

_ASKING = re.compile(
    r"\b(qual|quais|quant[oa]s?|quem|como|onde|tem|possui|existe|aceita|conversa|roda|precisa de|serve[mr]? (?:pra|para)"
    r"|da (?:pra|para)|pode|consigo|faz(?:em)?|corta[mr]?|fatia[mr]?|molda[mr]?|mistura[mr]?|bate[mr]?|liga|vem com|usa|ensaca[mr]?"
    r"|vende[mr]?|fabrica[mr]?|trabalham? com|forma[mr]?|moer|processa[mr]?)\b"
)
_MUST = re.compile(r"\b(tem|tenho|temos|teria) (que|q|de)\b")
_FOCUS_WORDS = 4


class Kind(StrEnum):
    """What a question is: answered by the articles, a matter for the consultant, or unknown here."""

    FACT = "fact"
    COMMERCIAL = "commercial"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Result:
    """``product`` is empty for what holds for all machines and no machine was asked about."""

    product: str
    article: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``answerable`` is true only for facts: a commercial question is answered by the consultant, a gap by nobody yet."""

    results: tuple[Result, ...]
    kind: Kind
    products: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return self.kind is Kind.FACT


class Engine:
    """Built once per version of the catalogue. Internal articles are left out, so no result can name one."""

    def __init__(
        self, products: Sequence[ProductFacts], articles: Sequence[ArticleFacts], synonyms: Mapping[str, str]
    ) -> None:
        self._products = {product.code: product for product in products}
        self._articles = [article for article in articles if article.sayable]
        self._reader = ProductReader(products)
        self._index = LexicalIndex([self._document(article) for article in self._articles], synonyms)
        self._texts = [frozenset(self._index.stems(normalise(f"{a.title} {a.text}"))) for a in self._articles]
        self._of_product: dict[str, list[int]] = defaultdict(list)
        for position, article in enumerate(self._articles):
            for code in article.products:
                self._of_product[code].append(position)
        self._spelling = Vocabulary(
            word
            for word in (*FILLER_WORDS, *topics.OUTSIDE_WORDS, *_catalogue_words(products, articles, synonyms))
            if len(word) > 3
        )

    def search(self, question: str, *, limit: int) -> SearchResult:
        """The best articles, at most `limit` of them (an article of several products gives a result for each)."""
        question = self._corrected(question)
        folded = normalise(question)
        found = self._reader.read(question)
        asked = topics.aspects(found.rest)
        if found.asked:
            asked["figure"] = found.asked
        slugs = frozenset().union(*asked.values())
        commercial = [code for code in topics.commercial(folded) if any(a.id == code for a in self._articles)]
        scores = self._scores(folded, found, asked, slugs)
        kind = self._kind(folded, found, asked, commercial, scores)
        if kind is Kind.COMMERCIAL:
            top = max(scores.values(), default=0.0)
            for position, article in enumerate(self._articles):
                if article.id in commercial:
                    scores[position] = top + 1 + (len(commercial) - commercial.index(article.id)) / 100
        return SearchResult(self._results(scores, found, self._companions(folded, found), limit), kind, found.codes)

    def _document(self, article: ArticleFacts) -> str:
        names = (
            f"{product.name} {product.description} {' '.join(product.aliases)}"
            for code in article.products
            if (product := self._products.get(code))
        )
        return f"{article.title} {article.text} {' '.join(names)}"

    def _corrected(self, question: str) -> str:
        """The question with slips of spelling mended; every other character stays."""
        folded = normalise(question)
        return re.sub(r"[a-z]{5,}", lambda match: self._spelling.correct(match.group()), folded)

    def _scores(
        self, folded: str, found: Found, asked: Mapping[str, frozenset[str]], slugs: frozenset[str]
    ) -> dict[int, float]:
        """Position -> score over the lexical candidates and every article of the found products."""
        scores = {position: rank * _LEXICAL for position, rank in self._index.rank(folded, limit=_CANDIDATES).items()}
        codes = found.codes
        candidates = set(scores).union(*(self._of_product[code] for code in codes))
        candidates |= {
            p for p, article in enumerate(self._articles) if not article.products or slugs & set(article.attributes)
        }
        interest = topics.INTEREST.search(folded) is not None
        portfolio = topics.PORTFOLIO.search(folded) is not None
        differs = len(codes) > 1 and topics.DIFFERENCE.search(folded) is not None
        for position in candidates:
            article = self._articles[position]
            score = scores.get(position, 0.0)
            mine = [code for code in codes if code in article.products]
            score += _PRODUCT * (1 - 0.1 * codes.index(mine[0])) if mine else 0.0
            fits = slugs & set(article.attributes)
            score += _TOPIC if fits and (mine or not codes or not article.products) else 0.0
            score += (
                _FIGURE if found.asked & set(article.attributes) and set(found.fitting) & set(article.products) else 0.0
            )
            if portfolio and not article.products and not article.attributes and article.id not in topics.COMMERCIAL:
                score += _STATUS
            if differs and mine and set(article.attributes) & (topics.OUTPUT | {"tipo"}):
                score += _FIGURE
            if any(not self._products[code].available for code in mine) and not article.attributes:
                score += _STATUS
            elif mine and len(article.products) > 1 and not article.attributes:
                score += _STATUS if interest and not asked else _COMPANION
            if score > 0:
                scores[position] = score
        return scores

    def _kind(
        self,
        folded: str,
        found: Found,
        asked: Mapping[str, frozenset[str]],
        commercial: Sequence[str],
        scores: Mapping[int, float],
    ) -> Kind:
        away = [code for code in found.codes if not self._products[code].available]
        if commercial and not (away and commercial == ["com.prazo"]):
            return Kind.COMMERCIAL
        stems = self._index.stems(found.rest)
        best = sorted(scores, key=lambda position: (-scores[position], position))[:_CANDIDATES]
        near = [position for position in best if self._concerns(position, found)]
        unknown = topics.outside(found.rest, stems) | self._unknown_focus(found.rest)
        told = frozenset().union(*(self._texts[position] for position in near))
        if any(word not in told for word in unknown):
            return Kind.GAP
        answered = [name for name, slugs in asked.items() if self._supported(slugs, found, near)]
        if asked and not answered:
            return Kind.GAP
        if answered or unknown:
            return Kind.FACT
        return self._without_topic(folded, found, stems, near)

    def _without_topic(self, folded: str, found: Found, stems: Sequence[str], near: Sequence[int]) -> Kind:
        """No attribute was asked: a product alone, the whole range, or words that some article holds."""
        if found.codes or topics.PORTFOLIO.search(folded):
            return Kind.FACT
        rare = {word: 1.0 for word in stems if word not in FILLER and not word[0].isdigit()}
        if not rare:
            return Kind.GAP
        best = max((sum(weight for word, weight in rare.items() if word in self._texts[p]) for p in near), default=0.0)
        return Kind.FACT if best >= _COVERED * sum(rare.values()) else Kind.GAP

    def _concerns(self, position: int, found: Found) -> bool:
        """Whether an article may answer for the found products: theirs, or general."""
        products = self._articles[position].products
        return not found.codes or not products or bool(set(products) & set(found.codes))

    def _supported(self, slugs: frozenset[str], found: Found, near: Iterable[int]) -> bool:
        return any(slugs & set(self._articles[position].attributes) for position in near)

    def _unknown_focus(self, rest: str) -> set[str]:
        """The first telling word after each asking word, when neither catalogue nor topics know it."""
        rest = _MUST.sub(" ", rest)
        unknown = set()
        for match in _ASKING.finditer(rest):
            for word in words(rest[match.end() :])[:_FOCUS_WORDS]:
                if word in FILLER_WORDS or stem(word) in FILLER or word[0].isdigit() or len(word) < 3:
                    continue
                if not self._knows(word):
                    unknown.add(stem(word))
                break
        return unknown

    def _knows(self, word: str) -> bool:
        return (
            stem(word) in self._index.terms
            or any(pattern.search(word) for pattern, _ in topics.ASPECTS.values())
            or all(term in self._index.terms for term in self._index.stems(word))
        )

    def _companions(self, folded: str, found: Found) -> tuple[str, ...]:
        """Products to present beside the found ones: in place of an unavailable one, or to somebody interested."""
        interest = topics.INTEREST.search(folded) is not None
        return tuple(
            dict.fromkeys(
                other
                for code in found.codes
                if interest or not self._products[code].available
                for position in self._of_product[code]
                if not self._articles[position].attributes
                for other in self._articles[position].products
                if other not in found.codes and self._products[other].available
            )
        )

    def _results(
        self, scores: Mapping[int, float], found: Found, companions: Sequence[str], limit: int
    ) -> tuple[Result, ...]:
        """Best articles first, but every asked product early: the best of each before the second of any."""
        ranked = sorted(scores, key=lambda position: (-scores[position], position))[: limit * 2]
        queues: dict[str, list[Result]] = defaultdict(list)
        order: list[Result] = []
        for position in ranked:
            article = self._articles[position]
            for code in self._row_products(article, found):
                order.append(Result(code, article.id, round(scores[position], 4)))
        for result in order:
            queues[result.product].append(result)
        wanted = (*found.codes, *companions)
        first = [queues[code][0] for code in wanted if queues[code]]
        first.sort(key=lambda result: (-result.score, wanted.index(result.product)))
        lead = order[:1] if order and order[0] not in first else []
        merged = list(dict.fromkeys((*lead, *first, *order)))
        kept = set(list(dict.fromkeys(result.article for result in merged))[:limit])
        return tuple(result for result in merged if result.article in kept)

    def _row_products(self, article: ArticleFacts, found: Found) -> tuple[str, ...]:
        """Products a result names: the asked ones among the article's, all of them for a companion article."""
        if not article.products:
            return found.named or ("",)
        mine = tuple(code for code in found.codes if code in article.products)
        if mine and not article.attributes:
            return tuple(dict.fromkeys((*mine, *article.products)))
        return mine or article.products


def _catalogue_words(
    products: Iterable[ProductFacts], articles: Iterable[ArticleFacts], synonyms: Mapping[str, str]
) -> Iterable[str]:
    for product in products:
        yield from words(normalise(f"{product.name} {product.description} {' '.join(product.aliases)}"))
    for article in articles:
        yield from words(normalise(f"{article.title} {article.text}"))
    for term, means in synonyms.items():
        yield from words(normalise(f"{term} {means}"))
