"""The words of a reply, with the clause and sentence each stands in."""

import re
from dataclasses import dataclass, field, replace

from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.numbers import Quantity, find_quantities
from seleto.lib.text.reading import Reading


@dataclass(slots=True)
class Word:
    """One folded word, or one whole quantity (`text` is then "#").

    `start`/`end` are offsets in the reading. `tags` maps a concept that starts here to how many words it takes.
    """

    text: str
    start: int
    end: int
    clause: int
    sentence: int
    quoted: bool = False
    comma: bool = False  # a comma, colon, dash or bracket stands before it
    quantity: Quantity | None = None
    tags: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Sentence:
    first: int
    end: int
    mark: str  # what closed it: "?", "!", ".", "\n" or ""


_TOKEN = re.compile(r"https?://\S{1,2000}|[^\W_]+(?:[’'][^\W_]+)?|\.{2,}|[?!？！]+|[.;\n…]|[\"“”«»]|[^\s\w]|_")
_ENDS = frozenset("?!.;\n…？！")
_AGAINST = frozenset("mas porem entretanto contudo todavia porque pois".split())
_BREATH = frozenset(",:()—–-/")
# Kinds whose digits name something; their letters stay a word so the lexicon sees them ("fb300").
# One spelling for what people write in many ways; patterns are put through the same table.
_SPELLINGS = {
    spelled: word
    for word, spellings in {
        "vc": "voce ce ocê oce vosse cê tu",
        "vcs": "voces ces ceis",
        "nao": "n ñ naum nn num",
        "pra": "para p",
        "pro": "",
        "tao": "estao taum",
        "ta": "tah",
        "que": "q ki",
        "hoje": "hj oje",
        "amanha": "amnh",
        "tambem": "tbm tb",
        "quanto": "qto qnto qt qnt quantu",
        "quantos": "qtos qts qntos",
        "quantas": "qtas qntas",
        "quando": "qdo qnd qndo",
        "porque": "pq",
        "mais": "maiz",
        "com": "c cm",
        "muito": "mto mt",
        "agente": "",
        "mesmo": "msm",
        "depois": "dps dpois",
        "entrega": "entrg",
        "eh": "é",
        "desconto": "desc descontu",
        "senhor": "sr",
        "senhora": "sra",
    }.items()
    for spelled in spellings.split()
}
# Words that only an accent tells apart from a commoner one.
_ACCENTED = {
    "é": "eh",
    "está": "ta",
    "dá": "daa",
    "dão": "daa",
    "vê": "ve",
    "dê": "daa",
    "carnê": "crediario",
    "carnês": "crediario",
}
_HOURS = re.compile(r"\d{1,3}\s?h(?:rs?|s)?")  # "48h" is a time, not a rate
_NAMES = frozenset({QuantityKind.MODEL})


def plain_word(word: str) -> str:
    """The spelling that stands for all spellings of a folded word."""
    return _SPELLINGS.get(word, word)


def split(reading: Reading) -> tuple[list[Word], list[Sentence]]:
    """Words in order and the sentences they form. Linear."""
    text = reading.folded
    quantities = [quantity for quantity in find_quantities(reading.text) if quantity.end > quantity.start]
    words: list[Word] = []
    sentences: list[Sentence] = []
    clause = next_quantity = done = opened = 0
    quoted = comma = False
    for token in _TOKEN.finditer(text):
        if token.start() < done:
            continue
        while next_quantity < len(quantities) and quantities[next_quantity].end <= token.start():
            next_quantity += 1
        quantity = quantities[next_quantity] if next_quantity < len(quantities) else None
        if (quantity is not None and token.start() <= quantity.start < token.end()) or (
            quantity is not None and quantity.start <= token.start() < quantity.end
        ):
            done = quantity.end
            if text[done : done + 1] in (")", "º", "ª"):  # "1) ...", "2º": counting, not an amount
                next_quantity += 1
                continue
            words.append(_counted(quantity, text, clause, len(sentences), quoted, comma))
            next_quantity += 1
            comma = False
            continue
        raw = token[0]
        if raw[0].isalnum():
            if raw in _AGAINST or (raw == "que" and words and words[-1].text == "so"):
                clause += 1
            accented = _ACCENTED.get(reading.text[token.start() : token.end()].lower())
            spelled = accented or plain_word(raw)
            words.append(Word(spelled, token.start(), token.end(), clause, len(sentences), quoted, comma))
            comma = False
        elif raw[0] in _ENDS:
            if len(words) > opened:
                sentences.append(Sentence(opened, len(words), raw))
                opened = len(words)
                clause += 1
            elif sentences and raw[0] in "?!？":
                sentences[-1].mark += raw
        elif raw in '"“”«»':
            quoted = not quoted if raw == '"' else raw in "“«"
        elif raw in _BREATH:
            comma = True
    if len(words) > opened:
        sentences.append(Sentence(opened, len(words), ""))
    return words, sentences


def _counted(quantity: Quantity, text: str, clause: int, sentence: int, quoted: bool, comma: bool) -> Word:
    raw = text[quantity.start : quantity.end]
    if quantity.kind is QuantityKind.RATE and _HOURS.fullmatch(raw):
        quantity = replace(quantity, kind=QuantityKind.TIME, unit="hora", period="")
    if quantity.kind in _NAMES:
        name = "".join(char for char in raw if char.isalnum())
        return Word(name, quantity.start, quantity.end, clause, sentence, quoted, comma, tags={"#model": 1})
    tags = {"#": 1, f"#{quantity.kind.value}": 1}
    if quantity.period and quantity.kind is not QuantityKind.TIME:
        tags["#rate"] = 1
    return Word("#", quantity.start, quantity.end, clause, sentence, quoted, comma, quantity, tags)
