"""Words of a question as they were meant: slips of spelling, words written as they sound, short forms."""

from collections.abc import Iterable, Mapping, Sequence

from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.search import topics
from knowledge.search.index import Vocabulary
from knowledge.search.words import ABBREVIATIONS, FILLER_WORDS, distance, is_filler, normalise, sound, words


class Mender:
    """Knows the words of the catalogue, of the topics and of the synonyms."""

    def __init__(
        self, products: Sequence[ProductFacts], articles: Sequence[ArticleFacts], synonyms: Mapping[str, str]
    ) -> None:
        known = (*FILLER_WORDS, *topics.OUTSIDE_WORDS, *topics.TOPIC_WORDS)
        known = (*known, *_catalogue_words(products, articles, synonyms))
        self._spelling = Vocabulary(word for word in known if len(word) > 3)
        # A short word that sounds like a subject we cannot answer is another one: "pau" is no "pao".
        heard = [word for word in known if len(word) > 5 or (len(word) > 2 and word not in topics.OUTSIDE_WORDS)]
        # Folding made every "ç" a "c".
        self._by_sound = {sound(word.replace("c", "ss")): word for word in topics.TOPIC_WORDS}
        self._by_sound |= {sound(word): word for word in heard}

    def mended(self, said: str) -> str:
        """The word with a slip of spelling mended, or a short form written out; else as it was said."""
        word = normalise(said)
        if full := ABBREVIATIONS.get(word):
            return full
        if is_filler(word):
            return said
        if word not in self._spelling and not topics.aspects(word) and (alike := self._by_sound.get(sound(word))):
            return alike
        mended = self._spelling.correct(word)
        # Towards a subject we cannot answer only the smallest slip is mended: "previsao" is no "pressao".
        risky = mended != word and mended in topics.OUTSIDE_WORDS and (distance(word, mended, 1) > 1 or len(word) < 7)
        # Nor is a short word one that says nothing: "pausar" is no "passar".
        risky = risky or (len(word) < 7 and is_filler(mended))
        return said if risky or mended == word else mended


def _catalogue_words(
    products: Iterable[ProductFacts], articles: Iterable[ArticleFacts], synonyms: Mapping[str, str]
) -> Iterable[str]:
    for product in products:
        yield from words(normalise(f"{product.name} {product.description} {' '.join(product.aliases)}"))
    for article in articles:
        yield from words(normalise(f"{article.title} {article.text}"))
    for term, means in synonyms.items():
        yield from words(normalise(f"{term} {means}"))
