"""States: said beside a city, before it, or by themselves."""

import re
from collections.abc import Iterator, Sequence

from leads import municipalities
from leads.extraction.elsewhere import is_negated, is_of_others
from leads.extraction.said import Item, Said, Spans, overlaps

WIDER = re.compile(r"\b(?:interior|estado|litoral|norte|sul|leste|oeste|grande|metropolitana)\s+d[eoa]\s+$")
_SAFE_UF = frozenset("sp rj mg rs sc pr df mt ms rn pb rr go ba".split())
_STATE_NAMES = sorted(
    ({municipalities.key(name) for name in municipalities.STATES.values()} | {"minas", "matogrosso", "sta catarina"})
    - {"para"},
    key=len,
    reverse=True,
)
_STATE = re.compile(rf"\b(?:{'|'.join(name.replace(' ', r's+') for name in _STATE_NAMES)})\b".replace("s+", r"\s+"))
_STATE_CUE = re.compile(
    r"\b(?:estado(?: d[eoa])?:?|interior(?: d[eoa])?|litoral(?: d[eoa])?|sul d[eoa]|norte d[eoa]|oeste d[eoa]"
    r"|leste d[eoa]|capital d[eoa]|"
    r"sou d[eoa]|somos d[eoa]|moro n[oa]|moro em|estamos n[oa]|estou n[oa]|aqui n[oa]|aqui d[eoa]|aqui em"
    r"|aqui e|fica n[oa]|fica em|loja n[oa]|uf:?|"
    r"n[oa]|d[oa]|em|[ao] de|entrega\w* n[oa]|entrega\w* em|entrega\w* pr[oa]|frete pr[oa]|(?:mand|envi|cheg|atend"
    r"|entreg)\w* (?:n|pr)[oa])\s+$"
)
_STATE_REJECT = re.compile(
    r"\b(?:perto|pertinho|divisa|fronteira|nasci\w*|natural|origem|familia|vim|veio|time|feira|rua|avenida"
    r"|av|regiao|grande|queijo|"
    r"fornecedor\w*|clientes?|bairro|vila|jardim|banco|linha|rodovia|nao (?:o|a|e)|nao e o|carne"
    r"|voces (?:sao|ficam)|vcs (?:sao|ficam))\s+"
    r"(?:(?:de|da|do|em|no|na|a|o|com|com o|com a)\s+){0,2}$"
)
_STATE_BEFORE = re.compile(
    r"(?:^|[\n,;(/–-]|\b(?:estado|uf)\b\s*:?)\s*([a-z]{2})\s*[,:/–-]?\s*(?:(?:cidade|municipio)\b\s*:?\s*)?$"
)
_PARA_BEHIND = re.compile(r"\s+do\s+para\b")
_AFTER_CITY = re.compile(
    r"^(\s*[-–—/,(]?\s*|\s+(?:n[oa]|d[oa]|em|estado d[eoa])\s+|\s*,\s*(?:n[oa]|d[oa]|interior d[eoa]"
    r"|estado d[eoa])?\s*)([a-z]{2})(?![\w'’@]|\.\w)"
)
_AFTER_NAME = re.compile(
    rf"^\s*[-–—/,(]?\s*(?:n[oa]|d[oa]|em|interior d[eoa]|estado d[eoa]|ali n[oa])?\s*({_STATE.pattern})"
)


def attached_state(message: Said, end: int) -> tuple[str, int]:
    """UF said right after a city: "- SP", "/SP", "sp", ", no Paraná"; ("", end) when none is."""
    window = message.folded[end : end + 45]
    named = _AFTER_NAME.match(window)
    if named:
        uf = municipalities.state(named[1]) or ""
        return uf, end + named.end()
    if behind := _PARA_BEHIND.match(window):  # "belem do para"; of no use where no such city is in that state
        return "PA", end + behind.end()
    raw_name = re.match(r"\s*[-–—/,(]?\s*(?:no|do)?\s*Par[áÁA]\b", message.text[end : end + 20], re.IGNORECASE)
    if raw_name and "á" in raw_name.group().lower():
        return "PA", end + raw_name.end()
    short = _AFTER_CITY.match(window)
    if not short:
        return "", end
    uf = short[2].upper()
    raw = message.text[end + short.start(2) : end + short.end(2)]
    if uf not in municipalities.STATES:
        return "", end
    sure = raw.isupper() or any(char in "-–—/(" for char in short[1]) or short[2] in _SAFE_UF
    last = not message.folded[end + short.end() :].strip(" .!)")
    return (uf, end + short.end()) if sure or last else ("", end)


def leading_state(message: Said, start: int) -> str:
    """UF written before the city: "MT - Sorriso", "estado: GO cidade: Rio Verde"."""
    found = _STATE_BEFORE.search(message.folded, max(0, start - 30), start)
    if found is None or found[1].upper() not in municipalities.STATES:
        return ""
    raw = message.text[found.start(1) : found.end(1)]
    return found[1].upper() if raw.isupper() or found[1] in _SAFE_UF else ""


def stated_state(said: Sequence[Said], taken: Spans, spots: Spans) -> Item | None:
    """A state said by itself: its name, or its two letters where nothing else can be meant."""
    found: list[Item] = []
    for message in said:
        found += _state_names(message, taken, spots)
        found += _state_letters(message, taken)
    return found[-1] if found else None


def _state_names(message: Said, taken: Spans, spots: Spans) -> Iterator[Item]:
    for match in _STATE.finditer(message.folded):
        uf = municipalities.state(match.group())
        before = message.before(match.start(), 45)
        inside = overlaps(spots, message.index, match.start(), match.start() + 1)
        if uf is None or inside or overlaps(taken, message.index, match.start(), match.end()):
            continue
        if _STATE_REJECT.search(before) or is_negated(before) or is_of_others(before):
            continue
        wider = WIDER.search(before) or re.match(r"[\s,-]*interior\b", message.folded[match.end() :])
        if uf in ("RJ", "SP") and not wider:  # the city of that name
            continue
        whole = message.fills(match.start(), match.end())
        if wider or _STATE_CUE.search(before) or (whole and uf not in ("RJ", "SP")) or re.search(r"[-,/(]\s*$", before):
            yield message.item("uf", uf, match.start(), match.end())
    for match in re.finditer(r"\b(?:no|do|o) Pará\b|^\W*Pará\W*$", message.text):
        if not _STATE_REJECT.search(message.before(match.start(), 45)):
            start = message.text.index("Pará", match.start())
            yield message.item("uf", "PA", start, start + 4)


def _state_letters(message: Said, taken: Spans) -> Iterator[Item]:
    for word in message.words:
        uf = word.text.upper()
        if len(uf) != 2 or uf not in municipalities.STATES or overlaps(taken, message.index, word.start, word.end):
            continue
        before = message.before(word.start, 45)
        if re.match(r"\s*\?|\s*-?(?:smart|\d)", message.folded[word.end :]):  # "SE SmartPro", "SE 3000"
            continue
        if _STATE_REJECT.search(before) or is_negated(before) or is_of_others(before):
            continue
        capitals = word.raw.isupper() and not message.shouted
        alone = message.fills(word.start, word.end)
        cued = _STATE_CUE.search(before) is not None or re.search(
            r"\b(?:sou|somos|moro|aqui|interior|estado)\s+(?:de|em|e|do|no)\s+$", before
        )
        if (alone and (word.raw.isupper() or word.text in _SAFE_UF)) or (cued and (capitals or word.text in _SAFE_UF)):
            yield message.item("uf", uf, word.start, word.end)
