"""One question against one catalogue: which articles, of which products, and whether they answer it.

Products (by name, description or figure), topics (attributes an article tells about) and words are read apart and
weighed together. `answerable` is decided from what was *asked*: a topic the found products have an article for, or
words the articles hold; the first thing asked that neither knows makes the question a gap.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.search import asking, commercial, topics
from knowledge.search.answers import Kind, Result, SearchResult
from knowledge.search.index import RRF_K, LexicalIndex, Synonyms
from knowledge.search.mending import Mender
from knowledge.search.products import Found, ProductReader
from knowledge.search.words import is_filler, normalise, stem, words

# How much each kind of evidence counts beside the fused lexical rank, which stays below 1.
_PRODUCT = 3.0
_TOPIC = 2.0
_FIGURE = 1.0
_STATUS = 2.5
_COMPANION = 0.4
_WORDS = 1.5
# A general article asked about a family names at most so many of its members.
_MAX_ROWS = 4
_LEXICAL = 30.0
_CANDIDATES = 60
# What stands further on in a message changes no answer; it only bounds the time a hostile text can take.
MAX_CHARS = 1_000
# How many articles of a product are weighed whatever their words; the others must share a word with the question.
_GROUP = 40
# A found article speaks of everything asked when it holds this share of the rare words of the question.
_COVERED = 0.75
# A question is one asked before when so much of both their words is shared.
_SAME = 0.6

_LETTERS = re.compile(r"[^\W\d_]+")
_ABOUT = (
    ("pes", "carga"),
    ("pes", "variacao"),
    ("largur", "diametro"),
    ("troc", "producao"),
    ("altur", "espessura"),
    ("alumini", "material"),
    ("plastic", "interplast"),
    ("quebr", "garantia"),
    ("queim", "garantia"),
)
# Folding would make "é" an "e".
_IS = re.compile(r"\bé\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question read once: `asked` maps topics to the attributes that answer them, `said` are its stems, `telling` the
    rare ones."""

    folded: str
    said: frozenset[str]
    found: Found
    asked: Mapping[str, frozenset[str]]
    telling: frozenset[str]
    commercial: tuple[str, ...]
    # What is asked, without what is only told (folded, names and figures blanked).
    part: str
    is_interest: bool
    is_comparison: bool
    is_about_the_range: bool
    may_be_about_the_range: bool

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset().union(*self.asked.values())


class Engine:
    """Built once per version of the catalogue. Internal articles are left out, so no result can name one."""

    def __init__(
        self, products: Sequence[ProductFacts], articles: Sequence[ArticleFacts], synonyms: Mapping[str, str]
    ) -> None:
        self._products = {product.code: product for product in products}
        self._articles = [article for article in articles if article.sayable]
        self._by_code = {article.id: position for position, article in enumerate(self._articles)}
        meaning = Synonyms(synonyms)
        self._reader = ProductReader(products, meaning)
        self._index = LexicalIndex([self._document(article) for article in self._articles], meaning)
        self._texts = [frozenset(self._index.stems(normalise(f"{a.title} {a.text}"))) for a in self._articles]
        # An article about no attribute may be a manager's answer: its title is the question it answers.
        self._titles = {
            position: frozenset(self._index.stems(normalise(article.title)))
            for position, article in enumerate(self._articles)
            if not article.attributes and article.id not in commercial.ARTICLES
        }
        self._of_product: dict[str, list[int]] = defaultdict(list)
        self._about: dict[str, list[int]] = defaultdict(list)
        # Articles about an attribute first: they are what a question without other words is answered with.
        for position in sorted(range(len(self._articles)), key=lambda p: not self._articles[p].attributes):
            article = self._articles[position]
            for code in article.products or ("",):
                if len(self._of_product[code]) < _GROUP:
                    self._of_product[code].append(position)
            for slug in article.attributes:
                self._about[slug].append(position)
        self._mender = Mender(products, articles, synonyms)

    def search(
        self,
        question: str,
        *,
        limit: int,
        nearest: Callable[[str], Mapping[str, float]] | None = None,
        vouching: float = math.inf,
    ) -> SearchResult:
        """The best articles, at most `limit` of them (an article of several products gives a result for each).

        ``nearest`` gives codes of articles near in meaning with their likeness, nearest first; it is asked only about
        what is not for the consultant. An article at least ``vouching`` alike may answer for words nobody knew.
        """
        asked = self._read(question[:MAX_CHARS])
        near = nearest(question) if nearest and not self._is_commercial(asked) else {}
        scores = self._scores(asked)
        kind = self._kind(asked, scores)
        self._fuse(scores, asked, [self._by_code[code] for code in near if code in self._by_code])
        top = max(scores.values(), default=0.0)
        voucher = self._voucher(asked, near, vouching) if kind is Kind.GAP else None
        if voucher is not None and self._kind(asked, scores, vouched=True) is Kind.FACT:
            kind = Kind.FACT
            scores[voucher] = top + 1
        if kind is Kind.COMMERCIAL:
            for order, code in enumerate(reversed(asked.commercial), 1):
                scores[self._by_code[code]] = top + 1 + order / 100
        return SearchResult(self._results(asked, scores, limit), kind, asked.found.codes)

    def _read(self, question: str) -> _Question:
        question = _LETTERS.sub(lambda match: self._mender.mended(match.group()), _IS.sub("eh", question))
        folded = normalise(question)
        found = self._reader.read(question)
        part = asking.asking_part(found.rest)
        asked = topics.aspects(part)
        # "Misturador de 70 litros": a size that only says which one is no question.
        names_one = bool(asked and found.fitting and not found.named and found.asked <= topics.CARGO)
        if found.asked and not names_one:
            asked["figure"] = found.asked
        told = [word for word in words(found.rest) if not is_filler(word) and not word[0].isdigit()]
        ranged = topics.PORTFOLIO.search(folded) is not None
        maybe_ranged = ranged or topics.MACHINE_FOR.search(folded) is not None
        return _Question(
            folded=folded,
            said=frozenset(self._index.stems(folded)),
            found=found,
            asked=asked,
            telling=frozenset(self._index.stems(" ".join(told))),
            commercial=tuple(
                code
                for code in commercial.subjects(folded)
                if code in self._by_code and not (code in commercial.DELIVERY and found.asked)
            ),
            part=part,
            is_interest=topics.INTEREST.search(folded) is not None,
            is_comparison=len(found.codes) > 1 and topics.DIFFERENCE.search(folded) is not None,
            is_about_the_range=ranged and not found.codes,
            may_be_about_the_range=maybe_ranged and not (asked and found.codes),
        )

    def _document(self, article: ArticleFacts) -> str:
        names = (
            f"{product.name} {product.description} {' '.join(product.aliases)}"
            for code in article.products
            if (product := self._products.get(code))
        )
        return f"{article.title} {article.text} {' '.join(names)}"

    def _scores(self, question: _Question) -> dict[int, float]:
        """Position -> score over the lexical candidates and the articles of what the question is about."""
        ranks = self._index.rank(question.folded, limit=_CANDIDATES)
        slugs = question.slugs
        candidates = set(ranks).union(*(self._of_product.get(code, ()) for code in (*question.found.codes, "")))
        candidates.update(*(self._about.get(slug, ()) for slug in slugs))
        scores = {p: ranks.get(p, 0.0) * _LEXICAL + self._evidence(p, question, slugs) for p in candidates}
        return {position: score for position, score in scores.items() if score > 0}

    def _fuse(self, scores: dict[int, float], question: _Question, near: Sequence[int]) -> None:
        """Count the ranking by meaning as much as the two lexical ones together (reciprocal rank fusion)."""
        slugs = question.slugs
        for rank, position in enumerate(near, 1):
            known = scores.get(position)
            base = self._evidence(position, question, slugs) if known is None else known
            scores[position] = base + 2 * _LEXICAL / (RRF_K + rank)

    def _evidence(self, position: int, question: _Question, slugs: frozenset[str]) -> float:
        """How much speaks for an article beside its lexical rank: product, attribute, figure, words."""
        article, found = self._articles[position], question.found
        about, codes = frozenset(article.attributes), found.codes
        mine = [code for code in codes if code in article.products]
        score = _WORDS * len(question.telling & self._texts[position]) / (len(question.telling) or 1)
        if mine:
            score += _PRODUCT * (1 - 0.1 * codes.index(mine[0]))
        if slugs & about:
            score += _TOPIC if mine or not codes or not article.products else 0.0
            score += _PRODUCT if codes and not article.products else 0.0
        if found.asked & about and set(found.fitting) & set(article.products):
            score += _FIGURE
        if mine and question.is_comparison and about & (topics.OUTPUT | {"tipo"}):
            score += _FIGURE
        return score if about else score + self._standing(article, mine, question)

    def _standing(self, article: ArticleFacts, mine: Sequence[str], question: _Question) -> float:
        """What speaks for an article about no attribute: the range, a product's availability, its alternative."""
        if self._repeats(self._by_code[article.id], question):
            return _PRODUCT + _STATUS
        if not article.products:
            told = question.may_be_about_the_range and article.id not in commercial.ARTICLES
            return _PRODUCT + _STATUS if told else 0.0
        if any(not self._products[code].available for code in mine):
            return _STATUS
        if mine and len(article.products) > 1:
            return _STATUS if question.is_interest and not question.asked else _COMPANION
        return 0.0

    def _voucher(self, question: _Question, near: Mapping[str, float], vouching: float) -> int | None:
        """The nearest article that is alike enough and of the products asked about, should there be one."""
        alike = (code for code, likeness in near.items() if likeness >= vouching and code in self._by_code)
        fitting = (
            self._by_code[code]
            for code in alike
            if code not in commercial.ARTICLES and self._concerns(self._by_code[code], question.found)
        )
        return next(fitting, None)

    def _is_away(self, question: _Question) -> bool:
        return any(not self._products[code].available for code in question.found.codes)

    def _is_commercial(self, question: _Question) -> bool:
        # When an unavailable line returns is answered by its status, not by the consultant for deliveries.
        return bool(question.commercial) and not (self._is_away(question) and question.commercial == ("com.prazo",))

    def _kind(self, question: _Question, scores: Mapping[int, float], *, vouched: bool = False) -> Kind:
        """`vouched` excuses words nobody knew; never a subject known to be unanswered, nor one for the consultant."""
        found, asked = question.found, question.asked
        if self._is_commercial(question):
            return Kind.COMMERCIAL
        listed = self._is_away(question) or question.is_about_the_range
        best = sorted(scores, key=lambda position: (-scores[position], position))[:_CANDIDATES]
        near = [position for position in best if self._concerns(position, found)]
        if any(self._repeats(position, question) for position in near):
            return Kind.FACT
        told = frozenset().union(*(self._texts[position] for position in near))
        unknown = self._beyond(question, listed=listed or vouched)
        if any(not told.issuperset(self._index.stems(word)) for word in unknown):
            return Kind.GAP
        if topics.asks_for_a_book(question.folded) or ("garantia" not in asked and topics.asks_how_long(found.rest)):
            return Kind.GAP
        if "variacao" not in asked and topics.outside_phrase(" ".join(found.rest.split())):
            return Kind.GAP
        if listed:
            return Kind.FACT
        if not self._true_of_parts(asked, near):
            return Kind.GAP
        if asked and not any(self._supported(topic, slugs, near) for topic, slugs in asked.items()):
            return Kind.GAP
        return Kind.FACT if asked or unknown or vouched else self._without_topic(question, near)

    def _repeats(self, position: int, question: _Question) -> bool:
        """Whether this article answers the question as asked before: in the same words, or the same rare ones."""
        title = self._titles.get(position)
        if not title:
            return False
        said, rare = question.said, question.telling
        alike = len(said & title) >= _SAME * len(said | title)
        return alike or (len(rare) > 1 and len(rare & title) >= _COVERED * len(rare))

    def _without_topic(self, question: _Question, near: Sequence[int]) -> Kind:
        """No attribute was asked: a product alone, the whole range, or words that some article holds."""
        if question.found.codes or topics.MACHINE_FOR.search(question.folded):
            return Kind.FACT
        rare = question.telling
        best = max((len(rare & self._texts[position]) for position in near), default=0)
        return Kind.FACT if rare and best >= _COVERED * len(rare) else Kind.GAP

    def _beyond(self, question: _Question, *, listed: bool) -> list[str]:
        """Words of the question that an article must hold for it to be answered."""
        found, asked = question.found, question.asked
        rest = question.part
        plain = words(rest)
        nothing_known = not asked and not found.fitting
        beyond = topics.outside(plain)
        if nothing_known:
            beyond += [word for word in plain if stem(word) in topics.MEATS]
        if not listed:
            beyond += asking.unknown(
                rest,
                self._knows,
                whole=nothing_known,
                figured=bool((found.named and found.asked) or found.asked - topics.CARGO),
            )
        excused = asking.excused(rest, self._knows) | topics.covered(rest)
        return [word for word in beyond if word not in excused and not _belongs(word, asked)]

    def _concerns(self, position: int, found: Found) -> bool:
        """Whether an article may answer for the found products: theirs, or general."""
        products = self._articles[position].products
        return not found.codes or not products or bool(set(products) & set(found.codes))

    def _true_of_parts(self, asked: Mapping[str, frozenset[str]], near: Sequence[int]) -> bool:
        """Whether an article tells the material or measure of the very part asked about, not of its machine."""
        wanted = dict.fromkeys({"material"} & asked.keys(), topics.PARTS)
        wanted |= dict.fromkeys(topics.MEASURES & asked.keys(), topics.MEASURED_PARTS)
        return all(
            any(
                {asked[name], asked[part]} <= _held(article, asked)
                and (name == "material" or self._is_measured(article, asked[part]))
                for article in (self._articles[position] for position in near)
            )
            for name, parts in wanted.items()
            for part in parts & asked.keys()
        )

    def _is_measured(self, article: ArticleFacts, slugs: frozenset[str]) -> bool:
        """Whether a figure is known of what the article tells, beside that the machine has it."""
        return any(
            (told := self._products[code].attribute(slug)) and (told.high is not None or told.values)
            for code in article.products
            for slug in slugs & set(article.attributes)
        )

    def _supported(self, topic: str, slugs: frozenset[str], near: Iterable[int]) -> bool:
        wanted = topics.TOLD_BY.get(topic)
        return any(
            slugs & set(article.attributes) and (wanted is None or wanted.search(normalise(article.text)) is not None)
            for article in (self._articles[position] for position in near)
        )

    def _knows(self, word: str) -> bool:
        return all(term in self._index.terms for term in self._index.stems(word)) or any(
            pattern.search(word) for pattern, _ in topics.ASPECTS.values()
        )

    def _companions(self, question: _Question) -> tuple[str, ...]:
        """Products to present beside the found ones: in place of an unavailable one, or to somebody interested."""
        codes = question.found.codes
        return tuple(
            dict.fromkeys(
                other
                for code in codes
                if question.is_interest or not self._products[code].available
                for position in self._of_product.get(code, ())
                if not self._articles[position].attributes
                for other in self._articles[position].products
                if other not in codes and self._products[other].available
            )
        )

    def _results(self, question: _Question, scores: Mapping[int, float], limit: int) -> tuple[Result, ...]:
        """Best articles first, but every asked product early: the best of each before the second of any."""
        found = question.found
        ranked = sorted(scores, key=lambda position: (-scores[position], position))[: limit * 2]
        queues: dict[str, list[Result]] = defaultdict(list)
        order: list[Result] = []
        for position in ranked:
            article = self._articles[position]
            for code in self._row_products(article, found):
                order.append(Result(code, article.id, round(scores[position], 4)))
        for result in order:
            queues[result.product].append(result)
        wanted = (*found.codes, *self._companions(question))
        first = [queues[code][0] for code in wanted if queues[code]]
        first.sort(key=lambda result: (-result.score, wanted.index(result.product)))
        lead = order[:1] if order and order[0] not in first else []
        merged = list(dict.fromkeys((*lead, *first, *order)))
        kept = set(list(dict.fromkeys(result.article for result in merged))[:limit])
        return tuple(result for result in merged if result.article in kept)

    def _row_products(self, article: ArticleFacts, found: Found) -> tuple[str, ...]:
        """Products a result names: the asked ones among the article's, all of them for a companion article."""
        if not article.products:
            return found.codes[:_MAX_ROWS] or ("",)
        mine = tuple(code for code in found.codes if code in article.products)
        if mine and not article.attributes:
            return tuple(dict.fromkeys((*mine, *article.products)))
        return mine or article.products


def _held(article: ArticleFacts, asked: Mapping[str, frozenset[str]]) -> set[frozenset[str]]:
    return {slugs for slugs in asked.values() if slugs & set(article.attributes)}


def _belongs(word: str, asked: Mapping[str, frozenset[str]]) -> bool:
    """Whether a usually unanswerable word belongs to what was asked: "peso" to the load, "quebrar" to the warranty."""
    return any(stem(word) == said and topic in asked for said, topic in _ABOUT)
