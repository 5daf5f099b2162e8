"""The lexical side of the search: words weighed by rarity, and trigram likeness for slips of the finger, fused.

An OR query over folded, stemmed text ranks like PostgreSQL's full text search; trigrams of the vocabulary rank what
is spelled differently; reciprocal rank fusion joins both. It lives in memory, so it needs no extension and serves the
shipped files and the managers' rows alike.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from knowledge.search.words import allowed_edits, distance, likeness, normalise, stem, trigrams, words

# The usual constant of reciprocal rank fusion: how fast the weight of a rank falls.
RRF_K = 60
_BM25_K = 1.2
_BM25_B = 0.75
_LIKE_ENOUGH = 0.45
_LIKE_WORDS = 6
# How many postings one ranking may read beyond the rarest word's.
_POSTINGS = 1_500


class Vocabulary:
    """Known words by trigram: the nearest known spelling of an unknown one."""

    def __init__(self, known: Iterable[str]) -> None:
        self._grams: dict[str, frozenset[str]] = {word: trigrams(word) for word in set(known)}
        self._by_gram: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._grams):
            for gram in self._grams[word]:
                self._by_gram[gram].append(word)
        self.like = lru_cache(maxsize=4_096)(self._like)

    def __contains__(self, word: str) -> bool:
        return word in self._grams

    def correct(self, word: str) -> str:
        """The word itself when known, else the one known word a few slips away, else the word itself."""
        limit = allowed_edits(word)
        if word in self._grams or not limit or word[0].isdigit():
            return word
        for candidate, _ in self.like(word):
            if candidate[0] == word[0] and distance(word, candidate, limit) <= limit:
                return candidate
        return word

    def _like(self, word: str) -> tuple[tuple[str, float], ...]:
        """Known words by likeness, best first."""
        grams = trigrams(word)
        shared: Counter[str] = Counter()
        for gram in grams:
            shared.update(self._by_gram.get(gram, ()))
        near = (
            (candidate, likeness(grams, self._grams[candidate])) for candidate, count in shared.items() if count > 1
        )
        ranked = sorted(near, key=lambda pair: (-pair[1], pair[0]))
        return tuple((candidate, score) for candidate, score in ranked[: _LIKE_WORDS * 2] if score >= 0.25)


class Synonyms:
    """Replaces what customers say by what the articles say; terms of several words first."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._single: dict[str, tuple[str, ...]] = {}
        self._several: dict[tuple[str, ...], tuple[str, ...]] = {}
        for term, means in pairs.items():
            said, meant = tuple(words(normalise(term))), tuple(stem(word) for word in words(normalise(means)))
            if len(said) == 1:
                self._single[stem(said[0])] = meant
            elif said:
                self._several[tuple(stem(word) for word in said)] = meant
        self._longest = max((len(term) for term in self._several), default=1)

    def stems(self, plain: Sequence[str]) -> list[str]:
        """Stems of the words, each said term replaced by what it means."""
        stems = [stem(word) for word in plain]
        found: list[str] = []
        at = 0
        while at < len(stems):
            for size in range(min(self._longest, len(stems) - at), 1, -1):
                if meant := self._several.get(tuple(stems[at : at + size])):
                    found.extend(meant)
                    at += size
                    break
            else:
                found.extend(self._single.get(stems[at], (stems[at],)))
                at += 1
        return found


class LexicalIndex:
    """Documents by position; texts come in as they are, synonyms are applied to both sides."""

    def __init__(self, texts: Sequence[str], synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        plain = [words(normalise(text)) for text in texts]
        self.vocabulary = Vocabulary(word for document in plain for word in document if len(word) > 2)
        self._documents = len(plain)
        mean = sum(map(len, plain)) / max(len(plain), 1) or 1.0
        # Term -> (position, saturated frequency): all of BM25 but the rarity, which only the whole set knows.
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, document in enumerate(plain):
            norm = _BM25_K * (1 - _BM25_B + _BM25_B * len(document) / mean)
            for term, count in Counter(self._synonyms.stems(document)).items():
                self._postings[term].append((position, count * (_BM25_K + 1) / (count + norm)))
        self.terms = frozenset(self._postings)

    def stems(self, folded: str) -> list[str]:
        """The stems of a text as this index knows them, synonyms resolved."""
        return self._synonyms.stems(words(folded))

    def rarity(self, term: str) -> float:
        """Inverse document frequency; 0 for a term no document holds."""
        found = len(self._postings.get(term, ()))
        return math.log(1 + (self._documents - found + 0.5) / (found + 0.5)) if found else 0.0

    def rank(self, folded: str, *, limit: int) -> dict[int, float]:
        """Position -> fused score of the best documents for an OR query; empty when no word is known."""
        asked = words(folded)
        exact = dict.fromkeys(self._synonyms.stems(asked), 1.0)
        like: dict[str, float] = {}
        for word in asked:
            for known, score in self.vocabulary.like(word)[:_LIKE_WORDS] if len(word) > 3 else ():
                if score >= _LIKE_ENOUGH:
                    like[stem(known)] = max(like.get(stem(known), 0.0), score)
        fused: dict[int, float] = defaultdict(float)
        for weights in (exact, like):
            scores = self._weigh(weights)
            best = heapq.nsmallest(limit, [(-score, position) for position, score in scores.items()])
            for rank, (_, position) in enumerate(best, 1):
                fused[position] += 1 / (RRF_K + rank)
        return dict(fused)

    def _weigh(self, weights: Mapping[str, float]) -> dict[int, float]:
        """BM25 over the postings of the weighted terms."""
        scores: dict[int, float] = {}
        known = sorted((term for term in weights if term in self._postings), key=lambda term: len(self._postings[term]))
        read = 0
        for term in known:
            postings = self._postings[term]
            # A word of half the documents ranks nothing once rarer ones have; reading it would cost the most.
            if read and read + len(postings) > _POSTINGS:
                break
            read += len(postings)
            weight = self.rarity(term) * weights[term]
            for position, frequency in postings:
                scores[position] = scores.get(position, 0.0) + weight * frequency
        return scores
