"""CPF numbers in what people write: they are never stored (domain.md, LGPD, data minimisation).

A number counts by its check digits, never by its length alone. Written with dots it is a CPF wherever it stands; eleven
bare digits are one unless they can be a mobile phone; groups parted in other ways, and what could be a phone, are one
where the word CPF announces them. A CNPJ has more digits and stays.
"""

import re

from stdnum.br import cpf

MASK = "[CPF removido]"

_BETWEEN = r"[\s.,_/\u00b7\u2010-\u2015\-]{0,3}"
_CANDIDATE = re.compile(
    rf"(?P<label>\bcpf\b\W*(?:[^\W\d]+\W+){{0,3}}?)?"
    rf"(?<![\d+])(?P<number>\d{{3}}{_BETWEEN}\d{{3}}{_BETWEEN}\d{{3}}{_BETWEEN}\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\d{3}\s?\.\s?\d{3}\s?\.\s?\d{3}\D{0,3}\d{2}")
_BARE = re.compile(r"\d{11}")
# One of the 67 area codes, then the ninth digit.
_LIKE_A_MOBILE = re.compile(r"(?:[14689][1-9]|2[12478]|3[1-578]|5[1345]|7[134579])9\d{8}")


def masked(text: str) -> str:
    """``text`` with ``MASK`` in the place of every CPF."""
    return _CANDIDATE.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    label, number = found["label"] or "", found["number"]
    is_one = label or _DOTTED.fullmatch(number) or (_BARE.fullmatch(number) and not _LIKE_A_MOBILE.fullmatch(number))
    digits = re.sub(r"\D", "", number)
    if is_one and len(set(digits)) > 1 and cpf.is_valid(digits):
        return label + MASK
    return found.group()
