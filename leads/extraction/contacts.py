"""CNPJ, e-mail and phone: shapes with a check, and whose they are."""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said
from leads.phones import AREA_CODES
from seleto.lib.text.fold import fold

_CNPJ = re.compile(
    r"(?<![\w.@])(?:\d{2}[. ]?\d{3}[. ]?\d{3}[ ]?[/ ]?[ ]?\d{4}[ ]?[-– ]?[ ]?\d{2}"
    r"|[\da-z]{2}[. ]?[\da-z]{3}[. ]?[\da-z]{3}\s?/?\s?[\da-z]{4}\s?[-–]?\s?\d{2})(?!\w|[-.@]\w)"
)
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_OLD_BEFORE = re.compile(
    r"\b(?:antig[oa]|velh[oa]|anterior|errad[oa]|desativad[oa]|nao e|nao use[m]?|esquece\w*|era"
    r"|perdi)\b[^,;]{0,25}$|\b(?:e|,) nao (?:o |e )?$"
)
_OLD_AFTER = re.compile(
    r"^\W{0,3}(?:(?:era|e|ta|esta|foi|ja)\s+)?(?:o\s+)?(?:antig|velh|fechou|baixad|inativ|encerrad|cancelad"
    r"|errad|desativad"
    r"|nao (?:vale|existe|uso|e mais|funciona)|perdi)"
    r"|^\W{0,3}(?:e|eh|era|foi|ta|esta)\b[^.;!?]{0,30}\b(?:vend(?:i|emos|id[oa])|fech(?:ei|ou|amos|ad[oa])"
    r"|antig[oa]|encerr\w+"
    r"|baixad[oa]|extint[oa])\b"
)
_OTHERS = (
    r"transportadora|fornecedor\w*|clientes?|contador\w*|contabilidade|concorren\w+|vizinh\w+|amig\w+|prim[oa]|"
    r"voces|vcs|vc|voce|seleto|prefeitura|banco|parceir\w+|franqueador\w*|despachante"
)
_THIRD_BEFORE = re.compile(
    rf"\b(?:d[aeo]s?|pel[ao]|em nome d[aeo])\s+(?:(?:meu|minha|um|uma|outra?)\s+)?(?:{_OTHERS})\b[^,;]{{0,20}}$"
)
_THIRD_AFTER = re.compile(rf"^\W{{0,3}}(?:e|esse e|este e)\s+(?:o\s+)?d[aeo]s?\s+(?:(?:meu|minha)\s+)?(?:{_OTHERS})\b")

_EMAIL = re.compile(
    r"(?<![\w.@+-])([a-z0-9][a-z0-9._+-]{0,63})(?:@|\s?[\[(](?:at|arroba)[\])]\s?|\s@\s|@\s|\s@(?=(?:gmail|hotmail"
    r"|outlook|yahoo|icloud"
    r"|uol|bol|terra|live)\b))([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})(?![\w@]|\.\w)"
)
_SPOKEN_AT = re.compile(r"\b(?:arroba|arrouba)\b|\(at\)|\[at\]")
_JOINTS = {
    "ponto": ".", "underline": "_", "underscore": "_", "anderline": "_", "andeline": "_", "traco": "-", "hifen": "-",
    "tracinho": "-", "menos": "-", "sublinhado": "_",
}  # fmt: skip
_DIGIT_WORDS = dict(zip("zero um dois tres quatro cinco seis sete oito nove".split(), "0123456789", strict=True))

_PHONE = re.compile(
    r"(?<![\w/@])(?<!\d[.,-])(?:\+?\s?55[\s.-]{0,2})?\(?0?(?:xx)?(\d{2})\)?[\s.\-–/]{0,3}((?:9[\s.-]?)?\d{4})[\s.\-–]{0,3}(\d{4})"
    r"(?![\w@]|[.,/-]\d)"
)
_TOLL_FREE = re.compile(r"(?<![\w/])0[389]00[\s.-]?\d{3}[\s.-]?\d{3,4}(?![\w/])")
_DDD_APART = re.compile(r"\bddd\D{0,12}(\d{2})\b\D{1,25}((?:9[\s.-]?)?\d{4})[\s.-]?(\d{4})\b")
_DDD_AFTER = re.compile(r"((?:9[\s.-]?)?\d{4})[\s.-]?(\d{4})\D{1,12}\bddd\D{0,5}(\d{2})\b")
_NOT_PHONE = re.compile(
    r"\b(?:cpf|rg|cep|pedido|protocolo|nota|nf|cnpj|codigo|boleto|inscricao|ie|serie)\b\W*(?:\w+\W+){0,2}$"
)
_THEIR_PHONE = re.compile(
    r"\b(?:liguei|ligo|ligamos|tentei|chamei|mandei)\b[^,;]{0,30}$|\b(?:numero|telefone|zap|whats\w*|fone"
    r"|contato) d[eao]s? "
    r"(?:voces|vcs|seleto|vendedor\w*)\b[^,;]{0,15}$"
)
_PHONE_CUE = re.compile(r"\b(?:numero|telefone|celular|zap|whats\w*|fone|contato|liga\w*|ddd)\b")


def is_cnpj(value: str) -> bool:
    """Whether 14 characters (upper case, no punctuation) have the right check digits and are not all equal.

    The first twelve may be letters since July 2026; a character counts as its ASCII code minus 48.
    """
    if not re.fullmatch(r"[0-9A-Z]{12}\d{2}", value) or len(set(value)) == 1:
        return False
    numbers = [ord(char) - 48 for char in value]
    for size in (12, 13):
        remainder = sum(a * b for a, b in zip(numbers, _WEIGHTS[13 - size :], strict=False)) % 11
        if numbers[size] != (0 if remainder < 2 else 11 - remainder):
            return False
    return True


def plain_cnpj(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", fold(text).upper())


def cnpj(said: Sequence[Said]) -> Item | None:
    """The last valid one that is the lead's and is not called old."""
    last = None
    for message in said:
        since = 0
        for match in _CNPJ.finditer(message.whole):
            value = plain_cnpj(match.group())
            if is_cnpj(value) and _is_theirs(message, match.start(), match.end(), since):
                last = message.item("cnpj", value, match.start(), match.end())
            since = match.end()
    return last


def _is_theirs(message: Said, start: int, end: int, since: int = 0) -> bool:
    """Whose it is, by the words after the one before it (`since`) and the words that follow."""
    before, after = message.before(start, min(70, start - since)), message.after(end, 50)
    if _OLD_BEFORE.search(before) or _OLD_AFTER.search(after):
        return False
    return not (_THIRD_BEFORE.search(before) or _THIRD_AFTER.search(after))


def email(said: Sequence[Said]) -> Item | None:
    """Written or spoken; the last that is current, the first of several given at once."""
    found: list[Item] = []
    for message in said:
        written = [
            message.item("email", f"{match[1]}@{match[2]}", match.start(), match.end())
            for match in _EMAIL.finditer(message.whole)
        ]
        spoken = [_spoken_email(message, match) for match in _SPOKEN_AT.finditer(message.folded)]
        found += sorted([*written, *(item for item in spoken if item)], key=lambda item: item.start)
    found = [item for item in found if is_email(str(item.value))]
    found = [item for item, since in _with_since(found) if _own_email(said[item.message], item, since)]
    if not found:
        return None
    return _current(said, found)


def is_email(value: str) -> bool:
    """Well formed: one @, no doubled or dangling dots, a top-level domain of letters."""
    local, _, domain = value.partition("@")
    if not local or ".." in value or local[-1] == "." or local[0] == ".":
        return False
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(label and label[0] != "-" and label[-1] != "-" for label in labels)
        and bool(re.fullmatch(r"[a-z]{2,}", labels[-1]))
    )


def _with_since(found: list[Item]) -> list[tuple[Item, int]]:
    """Each item with the end of the one before it in its message."""
    pairs = []
    for place, item in enumerate(found):
        earlier = found[place - 1] if place and found[place - 1].message == item.message else None
        pairs.append((item, earlier.end if earlier else 0))
    return pairs


def _own_email(message: Said, item: Item, since: int) -> bool:
    domain = str(item.value).partition("@")[2]
    return "seleto" not in domain and _is_theirs(message, item.start, item.end, since)


def _current(said: Sequence[Said], found: list[Item]) -> Item:
    """Of several, the last message's; inside it the first, unless words in between correct it."""
    last = [item for item in found if item.message == found[-1].message]
    chosen = last[0]
    for item in last[1:]:
        between = said[item.message].folded[chosen.end : item.start]
        if re.search(
            r"\b(?:certo|corret|nov[oa]|atual|agora|alias|quer dizer|digo|ops|errei|na verdade|nao|pera)", between
        ):
            chosen = item
    return chosen


def _spoken_email(message: Said, at: re.Match[str]) -> Item | None:
    words = message.words
    left = [word for word in words if word.end <= at.start()]
    local, start = _spoken_local(message, [(word.text, word.start) for word in left])
    domain, end = _spoken_domain(message, at.end())
    if not local or "." not in domain:
        return None
    return message.item("email", f"{local}@{domain}", start, end, 0.9)


def _spoken_local(message: Said, left: list[tuple[str, int]]) -> tuple[str, int]:
    """Reads backwards from the "arroba": a word, and more words while a joint is spoken or written between them."""
    pieces: list[str] = []
    start = 0
    together = "tudo junto" in message.folded
    while left:
        word, position = left.pop()
        if word in _JOINTS and pieces:
            pieces.append(_JOINTS[word])
            continue
        written = pieces and not pieces[-1][0].isalnum()
        joined = not pieces or written or (_touching(message, position + len(word), start) and word not in ("e", "é"))
        digit = pieces and pieces[-1].isdigit() and (word in _DIGIT_WORDS or word.isdigit())
        if not joined and not digit and not (together and word not in ("e", "email", "mail", "meu")):
            break
        pieces.append(_DIGIT_WORDS.get(word, word))
        if joined and not written and len(pieces) > 1 and message.folded[position + len(word)] in "._-":
            pieces.insert(-1, message.folded[position + len(word)])
        start = position
    while pieces and not pieces[-1][0].isalnum():
        pieces.pop()
    return "".join(reversed(pieces)), start


def _touching(message: Said, end: int, start: int) -> bool:
    return start - end == 1 and message.folded[end] in "._-"


def _spoken_domain(message: Said, begin: int) -> tuple[str, int]:
    text = message.folded[begin:]
    if "tudo junto" in text and (apart := re.match(r"(?:\s+[a-z0-9]+){2,4}?(?=\s+ponto\b)", text)):
        rest, end = _spoken_domain(message, begin + apart.end() - len(apart.group().split()[-1]))
        return "".join(apart.group().split()[:-1]) + rest, end
    match = re.match(r"\s*([a-z0-9-]+(?:(?:\s*\.\s*|\s+(?:ponto|traco|hifen|tracinho)\s+)[a-z0-9-]+){1,6})", text)
    if match is None:
        return "", begin
    domain = re.sub(r"\s+(?:traco|hifen|tracinho)\s+", "-", re.sub(r"\s*\.\s*|\s+ponto\s+", ".", match[1]))
    return domain, begin + match.end()


def phone(said: Sequence[Said]) -> Item | None:
    """Typed with its area code; 0800 keeps its digits. Documents, and Seleto's own number, are not it."""
    found: list[Item] = []
    for message in said:
        here = _phones(message)
        found += sorted(here, key=lambda item: item.start)
    found = [item for item, since in _with_since(found) if _own_phone(said[item.message], item, since)]
    return _current(said, found) if found else None


def _phones(message: Said) -> list[Item]:
    found = []
    for match in _PHONE.finditer(message.whole):
        line = re.sub(r"\D", "", match[2] + match[3])
        if is_line(match[1], line):
            found.append(message.item("telefone", f"+55{match[1]}{line}", match.start(), match.end()))
    for match in _TOLL_FREE.finditer(message.folded):
        found.append(message.item("telefone", re.sub(r"\D", "", match.group()), match.start(), match.end()))
    if not found:
        for match in _DDD_APART.finditer(message.folded):
            line = re.sub(r"\D", "", match[2] + match[3])
            if is_line(match[1], line):
                found.append(message.item("telefone", f"+55{match[1]}{line}", match.start(1), match.end()))
        for match in _DDD_AFTER.finditer(message.folded):
            line = re.sub(r"\D", "", match[1] + match[2])
            if is_line(match[3], line):
                found.append(message.item("telefone", f"+55{match[3]}{line}", match.start(), match.end()))
    if not found and _PHONE_CUE.search(message.folded):
        found += _spoken_phones(message)
    return found


def is_line(area: str, line: str) -> bool:
    """Whether area code and line make a Brazilian number: nine digits from 9, or eight from 2 to 8."""
    if area not in AREA_CODES:
        return False
    return (len(line) == 9 and line[0] == "9") or (len(line) == 8 and line[0] in "2345678")


def _own_phone(message: Said, item: Item, since: int) -> bool:
    before = message.before(item.start, min(60, item.start - since))
    return (
        not _NOT_PHONE.search(before)
        and not _THEIR_PHONE.search(before)
        and _is_theirs(message, item.start, item.end, since)
    )


_SAID_DIGITS = {
    **_DIGIT_WORDS, "meia": "6", "uma": "1", "dez": "10", "onze": "11", "doze": "12", "treze": "13", "quatorze": "14",
    "catorze": "14", "quinze": "15", "dezesseis": "16", "dezessete": "17", "dezoito": "18", "dezenove": "19",
    "mil": "000",
}  # fmt: skip
_SAID_TENS = dict(
    zip("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split(), "23456789", strict=True)
)


def _spoken_phones(message: Said) -> list[Item]:
    """A voice transcript's "onze nove oito um dois ...": pieces said one after the other."""
    found, digits, start, end, open_ten = [], "", 0, 0, False
    for word in [*message.words, None]:
        if word is not None and word.text == "e" and open_ten:
            continue
        said_here = (
            None if word is None else _SAID_DIGITS.get(word.text) or (word.text if word.text.isdigit() else None)
        )
        if word is not None and said_here and word.text != "mil":
            start = start if digits else word.start
            digits = digits[:-1] + said_here if open_ten and len(said_here) == 1 else digits + said_here
            open_ten, end = False, word.end
        elif word is not None and word.text in _SAID_TENS:
            start = start if digits else word.start
            digits, open_ten, end = digits + _SAID_TENS[word.text] + "0", True, word.end
        else:
            if len(digits) in (10, 11) and is_line(digits[:2], digits[2:]):
                found.append(message.item("telefone", f"+55{digits}", start, end, 0.9))
            digits, open_ten = "", False
    return found
