"""The words of a reply, with the clause and sentence each stands in."""

import re
from dataclasses import dataclass, field, replace

from seleto.lib.text.fold import fold
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
    clause: int = 0
    sentence: int = 0
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
        "desconto": "desc descontu dscto descto dsct",
        "promocao": "promossao",
        "prazo": "praso prazu",
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
_TITLES = frozenset(("sr", "sra", "dr", "dra", "prof", "av"))
_INTERJECTIONS = frozenset(("pronto", "prontinho"))
_UNACCENTED = frozenset(fold(word) for word in _ACCENTED)
_DAYS = re.compile(r"\d{1,2}\s(?:dia|semana)")  # "uns 40 dia": a plural without its s
_HOURS = re.compile(r"\d{1,3}\s?h(?:rs?|s)?")  # "48h" is a time, not a rate
_NAMES = frozenset({QuantityKind.MODEL})


def plain_word(word: str) -> str:
    """The spelling that stands for all spellings of a folded word."""
    return _SPELLINGS.get(word, word)


# A run of text without punctuation is cut here, so that work per clause and per sentence stays bounded.
_CLAUSE_WORDS = 80
_SENTENCE_WORDS = 160


def split(reading: Reading) -> tuple[list[Word], list[Sentence]]:
    """Words in order and the sentences they form. Linear."""
    splitter = _Splitter(reading)
    splitter.run()
    return splitter.words, splitter.sentences


class _Splitter:
    def __init__(self, reading: Reading) -> None:
        self.text = reading.folded
        self.written = reading.text
        self.quantities = [found for found in find_quantities(reading.text) if found.end > found.start]
        self.words: list[Word] = []
        self.sentences: list[Sentence] = []
        self.clause = self.clause_from = self.sentence_from = self.next_quantity = 0
        self.quoted = self.comma = False

    def run(self) -> None:
        done = 0
        for token in _TOKEN.finditer(self.text):
            start, end = token.span()
            if start < done:
                continue
            quantity = self._quantity_at(start, end) if self._next_start() < end else None
            if quantity is not None:
                done = quantity.end
                self.next_quantity += 1
                if not self._enumerates(quantity):
                    self._add(_counted(quantity, self.text))
            elif token[0][0].isalnum():
                self._add_word(token)
            else:
                self._sign(token[0])
        self._close("")

    def _next_start(self) -> int:
        return (
            self.quantities[self.next_quantity].start if self.next_quantity < len(self.quantities) else len(self.text)
        )

    def _quantity_at(self, start: int, end: int) -> Quantity | None:
        """The quantity the token [start, end) belongs to, if it starts within one that was not taken yet."""
        while self.next_quantity < len(self.quantities):
            quantity = self.quantities[self.next_quantity]
            if quantity.end > start:
                begins = start <= quantity.start < end
                return quantity if begins or quantity.start <= start else None
            self.next_quantity += 1
        return None

    def _enumerates(self, quantity: Quantity) -> bool:
        """ "1) ...", "2º": counting, not an amount."""
        following = self.text[quantity.end : quantity.end + 1]
        if following == ")" and "(" not in self.text[max(0, quantity.start - 30) : quantity.start]:
            return quantity.high <= 20
        return following in ("º", "ª") and following != ""

    def _add_word(self, token: re.Match[str]) -> None:
        raw = token[0]
        if raw in _AGAINST or (raw == "que" and self.words and self.words[-1].text == "so"):
            self._next_clause()
        start, end = token.span()
        if raw in _INTERJECTIONS and len(self.words) == self.sentence_from and self.text[end : end + 1] in (",", "!"):
            raw = "ok"  # "Pronto, ..." says that something is done, not when a machine is ready
        accented = _ACCENTED.get(self.written[start:end].lower()) if raw in _UNACCENTED else None
        self._add(Word(accented or plain_word(raw), start, end))

    def _add(self, word: Word) -> None:
        if len(self.words) - self.sentence_from >= _SENTENCE_WORDS:
            self._close("")
        elif len(self.words) - self.clause_from >= _CLAUSE_WORDS:
            self._next_clause()
        word.clause, word.sentence = self.clause, len(self.sentences)
        word.quoted, word.comma = self.quoted, self.comma
        self.comma = False
        self.words.append(word)

    def _next_clause(self) -> None:
        self.clause += 1
        self.clause_from = len(self.words)

    def _close(self, mark: str) -> None:
        if len(self.words) > self.sentence_from:
            self.sentences.append(Sentence(self.sentence_from, len(self.words), mark))
            self.sentence_from = len(self.words)
            self._next_clause()
        elif self.sentences and mark and mark[0] in "?!？":
            self.sentences[-1].mark = (self.sentences[-1].mark + mark)[:8]

    def _sign(self, raw: str) -> None:
        if raw == "." and self.words and self.text[self.words[-1].start : self.words[-1].end] in _TITLES:
            return  # "Sr. Nelson"
        if raw[0] in _ENDS:
            self._close(raw[:8])
        elif raw in '"“”«»':
            self.quoted = not self.quoted if raw == '"' else raw in "“«"
        elif raw in _BREATH:
            self.comma = True


def _counted(quantity: Quantity, text: str) -> Word:
    raw = text[quantity.start : quantity.end]
    if quantity.kind is QuantityKind.RATE and _HOURS.fullmatch(raw):
        quantity = replace(quantity, kind=QuantityKind.TIME, unit="hora", period="")
    if quantity.kind is QuantityKind.RATE and _DAYS.fullmatch(raw):
        quantity = replace(quantity, kind=QuantityKind.TIME, unit=raw.split()[1], period="")
    if quantity.kind in _NAMES:
        name = "".join(char for char in raw if char.isalnum())
        return Word(name, quantity.start, quantity.end, tags={"#model": 1})
    tags = {"#": 1, f"#{quantity.kind.value}": 1}
    if quantity.period and quantity.kind is not QuantityKind.TIME:
        tags["#rate"] = 1
    return Word("#", quantity.start, quantity.end, quantity=quantity, tags=tags)
