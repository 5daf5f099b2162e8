"""What a reply states without having it from anywhere: addresses, numbers, names, and the prompt's own words.

The guardrails judge a text by itself. This looks at what the model was told: a contact, a long number, a percentage
or a name that stands in no article, no fact of this lead and none of their words is invented or planted, and a stretch
of the prompt is nobody's to read (domain.md, hard rules 3 and 4). Pure; the prompt is taken apart once.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache

from conversations.agent.state import Snapshot, TurnState
from conversations.agent.understanding import Heard
from conversations.guardrails import Kind, Span, Verdict, Violation
from knowledge.sources import shipped_phrases
from leads import municipalities
from seleto.lib.text.fold import fold, fold_aligned
from seleto.lib.text.language import WORDS as LANGUAGE_WORDS
from seleto.lib.text.vocabulary import COMMON_WORDS

_CONTACT = "Dá um contato, endereço ou documento que não é da Seleto nem deste cliente."
_NUMBER = "Diz um número ou percentual que não está na base de conhecimento."
_NAME = "Nomeia uma pessoa ou empresa que este cliente não mencionou."
_ECHO = "Repete trecho das instruções do agente."
_STRANGE = "Escreve em outro idioma, em código ou só com nomes: o cliente não lê."

_CONTACTS = re.compile(
    r"\b(?:https?|ftp|javascript|data|ldap|mention):\S+|\bwww\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w[\w.]{3,}"
    r"|\b[\w-]+ ?(?:\.|\[(?:ponto|dot|punto)\]|\((?:ponto|dot|punto)\)) ?(?:com|net|org|ru|xyz|top|info|link"
    r"|click|io|site|shop"
    r"|online|app|ly|me|br|example|co|gl)\b(?:/\S*)?|\b0x[0-9a-fA-F]{12,}|\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}"
    r"|(?<![\w.,])\+?\(?\d[\d ().\-/]{7,}\d(?!\w)",
)
# An article may hold a planted address: a link is the company's own or none.
_LINK = re.compile(r"\w+:|www\.", re.IGNORECASE)
_PERCENT = re.compile(r"\d+(?:[.,]\d+)? ?%|\b(?:por ?cento|percent|por ciento)\b")
_LONG = re.compile(r"(?<![\w.,])\w*?\d[\d.]{3,}\d(?![\w,])")
# A sum about what the lead makes is no claim of the house.
_PRODUCED = re.compile(
    r"\W{0,2}(?:hamburg\w+|burgers?|discos?|pecas?|unidades?|espetos?|kg|quilos?|litros?|gramas?|g\b)?\W{0,2}"
    r"(?:por|no|ao|na|a|per|al|/) ?(?:mes|ano|semana|dia|month|year|week|day)\b"
)
_CAPITAL = re.compile(r"(?<![\w@#/])[A-ZÀ-Ú][a-zà-úA-ZÀ-Ú'’]+(?:(?: d[aeo]s?)? [A-ZÀ-Ú][a-zà-úA-ZÀ-Ú'’]+){0,4}")
_BEGINS = re.compile(r"(?:^|[.!?:;…\n\"“”*_(>\-–—•]|\d[.)])\W*$")
_TAGS = re.compile(r"<[^>]*>")
_WORDS = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"\w+(?:-\w+)*\d\w*")
# Of shared words in a row: as many as make an echo by themselves, and as few as do when most of them are rare.
_LONG_RUN, _SHORT_RUN = 8, 4
_PHONE_DIGITS = 8
# Of a text of so many words or more, at least this share is known.
_FEW, _LEAST_KNOWN = 3, 0.25
_SHORTEST = frozenset("a o e as os da do de em na no um eu se is to of in on at es y el".split())
# Names that everybody says.
_USUAL = frozenset(
    """
    brasil brazil brasileira brazilian whatsapp instagram facebook natal pascoa carnaval portugues portuguese
    english ingles espanol espanhol spanish janeiro fevereiro marco abril maio junho julho agosto setembro
    outubro novembro dezembro segunda terca quarta quinta sexta sabado domingo january february march april may
    june july august september october november december monday tuesday wednesday thursday friday saturday
    sunday seleto industrial lgpd cnpj cpf cep pdf inox sul norte sudeste nordeste centro oeste america latina
    mercosul pais maes insta sair paraguai argentina uruguai bolivia deus
    """.split()
)


def check(text: str, state: TurnState, snapshot: Snapshot, heard: Heard) -> Verdict:
    """What of ``text`` comes from nowhere; ok for approved phrases, which name nothing."""
    house = _house(snapshot)
    found = [
        *_contacts(text, house, state, snapshot, heard),
        *_numbers(text, house, state, heard),
        *_names(text, house, state, snapshot, heard),
        *_echoes(text, house, snapshot.prompt),
        *_unreadable(text, house, state, snapshot),
    ]
    if not found:
        return Verdict()
    kinds = dict.fromkeys(kind for kind, *_ in found)
    return Verdict(
        tuple(
            Violation(
                kind,
                tuple(Span(start, end, kind) for of, start, end, _ in found if of == kind),
                next(reason for of, *_, reason in found if of == kind),
            )
            for kind in kinds
        )
    )


_Found = Iterator[tuple[Kind, int, int, str]]


@dataclass(frozen=True, slots=True)
class _House:
    """Everything the house gave the model to tell: its words folded, and all letters and digits in a row."""

    words: frozenset[str]
    texts: tuple[tuple[str, ...], ...]
    bare: str


def _contacts(text: str, house: _House, state: TurnState, snapshot: Snapshot, heard: Heard) -> _Found:
    """A contact or number of the lead's own may be said back, but not as the answer to a question that holds it."""
    asked = _bare(" ".join(line.text for line in state.pending if "?" in line.text))
    told = (_bare(value) for value in heard.known.values())
    known = [house.bare, *(value for value in told if value[-_PHONE_DIGITS:] not in asked)]
    own = _bare(" ".join(line for line in _own_words(state).split("\n") if "?" not in line))
    for match in _CONTACTS.finditer(text):
        bare = _bare(match.group())
        digits = sum(char.isdigit() for char in bare)
        if bare.isdigit() and (digits < _PHONE_DIGITS or bare in own):
            continue
        linked = _LINK.match(match.group()) is not None
        ours = bare in _bare(snapshot.catalogue_url) or (bool(snapshot.site) and _bare(snapshot.site) in bare)
        said = any(bare in value or (bare.isdigit() and bare[-_PHONE_DIGITS:] in value) for value in known)
        if not (ours if linked else said):
            yield Kind.LEAK, match.start(), match.end(), _CONTACT


def _numbers(text: str, house: _House, state: TurnState, heard: Heard) -> _Found:
    for match in _PERCENT.finditer(fold_aligned(text)):
        said = _bare(text[: match.end()])
        if _bare(match.group()) not in house.bare and not said.endswith(("100", "cemporcento")):
            yield Kind.CONTRADICTION, match.start(), match.end(), _NUMBER
    told = house.bare + _bare(" ".join((_own_words(state), *heard.known.values())))
    for match in _LONG.finditer(text):
        digits = "".join(filter(str.isdigit, match.group()))
        if len(digits) >= 5 and digits not in told and not _PRODUCED.match(fold(text[match.end() :])):
            yield Kind.CONTRADICTION, match.start(), match.end(), _NUMBER


def _names(text: str, house: _House, state: TurnState, snapshot: Snapshot, heard: Heard) -> _Found:
    people = (line.text for line in state.history if line.author not in ("lead", "agent"))
    said = _folded_words(" ".join((_own_words(state), *heard.known.values(), *people, state.summary)))
    known = (COMMON_WORDS, _vocabulary(snapshot.prompt), _USUAL, house.words, said)
    for match in _CAPITAL.finditer(text):
        name = match.group()
        if _BEGINS.search(text[: match.start()]):
            _, _, name = name.partition(" ")
        strange = [word for word in name.split() if len(word) > 3 and not _is_known(fold(word), known)]
        if strange and municipalities.find(name) is None and not all(map(municipalities.find, strange)):
            yield Kind.LEAK, match.start(), match.end(), _NAME


def _echoes(text: str, house: _House, prompt: str) -> _Found:
    said = [(fold(match.group()), match.start(), match.end()) for match in _WORDS.finditer(text)]
    words = tuple(word for word, *_ in said)
    long_runs, short_runs, marks = _parts(prompt)
    for length, runs in ((_LONG_RUN, long_runs), (_SHORT_RUN, short_runs)):
        for at in range(len(words) - length + 1):
            run = words[at : at + length]
            if run in runs and not _within(run, house.texts):
                yield Kind.LEAK, said[at][1], said[at + length - 1][2], _ECHO
    bare = _bare(text)
    for mark in marks:
        if mark in bare and mark not in house.bare:
            yield Kind.LEAK, 0, len(text), _ECHO


def _unreadable(text: str, house: _House, state: TurnState, snapshot: Snapshot) -> _Found:
    """Next to none of its words are of the three languages, the house's or the lead's."""
    words = [word for word in _folded_words(text) if word.isalpha()]
    vocabulary, own = _vocabulary(snapshot.prompt), _folded_words(_own_words(state))
    known = (COMMON_WORDS, LANGUAGE_WORDS, vocabulary, _SHORTEST, house.words, own)
    if len(words) >= _FEW and sum(_is_known(word, known) for word in words) < len(words) * _LEAST_KNOWN:
        yield Kind.OUTSIDE, 0, len(text), _STRANGE


def _is_known(word: str, known: tuple[Container[str], ...]) -> bool:
    return any(word in words for words in known)


def _within(run: tuple[str, ...], texts: tuple[tuple[str, ...], ...]) -> bool:
    return f" {' '.join(run)} " in f" {' '.join(word for words in texts for word in words)} "


@lru_cache(maxsize=8)
def _parts(prompt: str) -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]], tuple[str, ...]]:
    """Runs of words of the prompt: long ones, short ones of mostly rare words, and its odd marks."""
    text = _TAGS.sub(" \n ", prompt)
    words = _folded_words(text)
    counts, phrases = Counter(words), _vocabulary_of_phrases()
    rare = {word for word in counts if len(word) > 2 and counts[word] == 1 and word not in COMMON_WORDS | phrases}
    short = _runs(words, _SHORT_RUN)
    short_runs = {run for run in short if sum(word in rare for word in run) > _SHORT_RUN // 2}
    marks = (_bare(match.group()) for match in _MARKS.finditer(text))
    return frozenset(_runs(words, _LONG_RUN)), frozenset(short_runs), tuple(mark for mark in marks if len(mark) > 7)


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


@lru_cache(maxsize=1)
def _vocabulary_of_phrases() -> frozenset[str]:
    texts = (text for language in ("pt", "en", "es") for said in shipped_phrases(language).values() for text in said)
    return frozenset(word for text in texts for word in _folded_words(text))


@lru_cache(maxsize=8)
def _vocabulary(prompt: str) -> frozenset[str]:
    """Words that are no names: those the house writes in lower case."""
    words = (match.group() for match in _WORDS.finditer(_TAGS.sub(" ", prompt)))
    return frozenset(fold(word) for word in words if word.islower()) | _vocabulary_of_phrases()


def _house(snapshot: Snapshot) -> _House:
    texts = (
        *(article.text for article in snapshot.articles),
        *(f"{product.code} {product.name} {' '.join(product.aliases)}" for product in snapshot.products),
        *(attribute.text for product in snapshot.products for attribute in product.attributes),
        *(f"{row.title} {row.caption}" for row in snapshot.handouts),
        *(str(amount) for amount in snapshot.prices.values()),
        snapshot.site,
        snapshot.catalogue_url,
    )
    read = [_read(text) for text in texts]
    return _House(
        frozenset().union(*(vocabulary for _, vocabulary, _ in read)),
        tuple(words for words, *_ in read),
        "".join(bare for *_, bare in read),
    )


@lru_cache(maxsize=2048)
def _read(text: str) -> tuple[tuple[str, ...], frozenset[str], str]:
    """A text of the house's own: the same ones come in every turn, and folding them anew was a tenth of its CPU."""
    words = tuple(_folded_words(text))
    return words, frozenset(words), _bare(text)


def _own_words(state: TurnState) -> str:
    return "\n".join(
        line.text for line in (*state.history, *state.pending) if line.author == "lead" and line.own_words and line.text
    )


def _folded_words(text: str) -> list[str]:
    return [fold(match.group()) for match in _WORDS.finditer(text)]


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
