"""Digit groups whose shape alone says what they are: documents, phones, dates, clock times, schedules."""

import re

from seleto.lib.text.units import Kind

_END = r"(?![\d]|[.,]\d)"
_PATTERNS: tuple[tuple[Kind, str, re.Pattern[str]], ...] = (
    (Kind.DOCUMENT, "cnpj", re.compile(r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}" + _END)),
    (Kind.DOCUMENT, "cnpj", re.compile(r"[\da-z]{2}\.[\da-z]{3}\.[\da-z]{3}/[\da-z]{4}-?\d{2}" + _END)),
    (Kind.DOCUMENT, "cpf", re.compile(r"\d{3}\.\d{3}\.\d{3}-?\d{2}" + _END)),
    (Kind.PHONE, "", re.compile(r"0[389]00[ .-]?\d{3}[ .-]?\d{3,4}" + _END)),
    (Kind.PHONE, "", re.compile(r"\+?55[ .-]?\(?\d{2}\)?[ .-]?9?[ .-]?\d{4}[ .-]?\d{4}" + _END)),
    (Kind.PHONE, "", re.compile(r"\(?0?\d{2}\)?[ .-]?9[ .-]?\d{4}[ .-]?\d{4}" + _END)),
    (Kind.PHONE, "", re.compile(r"\(\d{2}\)[ .-]?\d{4}[ .-]?\d{4}" + _END)),
    (Kind.PHONE, "", re.compile(r"\d{2}[ .-]?[2-8]\d{3}-?\d{4}" + _END)),
    (Kind.PHONE, "", re.compile(r"9[ .]?\d{4}-\d{4}" + _END)),
    (Kind.DOCUMENT, "cep", re.compile(r"(?:\d{5}|\d{2}\.\d{3})-\d{3}" + _END)),
    (Kind.DATE, "", re.compile(r"(?:19|20)\d{2}-[01]\d-[0-3]\d" + _END)),
    (Kind.DATE, "", re.compile(r"[0-3]?\d([/.-])[01]?\d\1(?:(?:19|20)\d{2}|\d{2})" + r"(?!\d|[/.,]\d)")),
    (Kind.RATIO, "/", re.compile(r"\d{1,4}(?:/\d{1,4}){2,}" + _END)),
    (Kind.DATE, "", re.compile(r"[01]?\d/(?:19|20)\d{2}" + _END)),
    (Kind.CLOCK, "", re.compile(r"[0-2]?\d ?(?::|hs?|hrs?)[0-5]\d(?:min|h)?(?![\da-z])")),
)
_DAY_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})" + _END)
_AFTER_DAY_MONTH = re.compile(
    r"\s*(?:kg|g|l|cm|mm|kilos?|quilos?|litros?|mil|dias?|semanas?|meses|horas?|hamb|por|cv)\b"
)
# How any of the shapes begins; most numbers of a text are told apart from them by this alone.
_BEGINNING = re.compile(r"[(+]|\d{4}|\d{1,3}(?:[./:h)-]| [(\d:h])|[\da-z]{2}\.")
# A separated pair is sooner a range of pieces ("2500-3000") than a phone, unless it cannot be one.
_LOCAL_PHONE = re.compile(r"([2-5]\d{3})-(\d{4})" + _END)


def shape_at(folded: str, position: int) -> tuple[Kind, str, int] | None:
    """Kind, unit and end of the shape that starts at `position`; the caller made sure no digit precedes it."""
    if not _BEGINNING.match(folded, position):
        return None
    for kind, unit, pattern in _PATTERNS:
        match = pattern.match(folded, position)
        if match:
            return kind, unit, match.end()
    return _day_month(folded, position) or _local_phone(folded, position)


def _day_month(folded: str, position: int) -> tuple[Kind, str, int] | None:
    match = _DAY_MONTH.match(folded, position)
    if match is None or not (1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12):
        return None
    if match[0] == "24/7":
        return None
    zero_led = match[1][0] == "0" or match[2][0] == "0"
    if not zero_led and ((int(match[2]) <= 3 and int(match[1]) <= 3) or _AFTER_DAY_MONTH.match(folded, match.end())):
        return None  # "1/2", "10/12 kg"
    return Kind.DATE, "", match.end()


def _local_phone(folded: str, position: int) -> tuple[Kind, str, int] | None:
    match = _LOCAL_PHONE.match(folded, position)
    if match is None or int(match[1]) < int(match[2]):
        return None
    return Kind.PHONE, "", match.end()
