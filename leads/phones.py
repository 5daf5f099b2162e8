"""Phone forms: one lead however a provider writes the number.

Canonical is digits with the country code and, for Brazilian mobiles, the ninth digit ("5511900000001", domain.md,
Identifiers). WhatsApp may give the same mobile without the ninth digit, or a LID that is no phone at all
(contracts/zapi.md, section 6). Numbers are never judged by a validity table: old eight-digit mobiles fail it.
"""

import re

AREA_CODES = frozenset(
    (
        "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 "
        "63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99"
    ).split()
)
_COUNTRY = "55"
_SUFFIX = re.compile(r"@(?:c\.us|s\.whatsapp\.net)$")
_LID = re.compile(r"\d+@lid$")
_WRITTEN = re.compile(r"\+?[\d\s().\-/]+")
_MOBILE_FIRST = "6789"  # first digit of an eight-digit mobile, from before the ninth digit
_MIN_ABROAD, _MAX_ABROAD = 8, 15  # digits of an international number (E.164)
_MIN_BARE, _MAX_BARE = 11, 13  # a document has 11 or 14, but no provider gives one as a phone


def is_lid(value: str) -> bool:
    """Whether `value` is a WhatsApp LID ("123456789012345@lid"): a key of a chat, never a phone."""
    return _LID.fullmatch(value.strip().lower()) is not None


def canonical(raw: str) -> str | None:
    """Digits with the country code, mobiles with the ninth digit; None when `raw` is no phone.

    Accepts what people type ("(11) 90000-0001", "011 90000-0001") and what providers send ("551100000001",
    "5511900000001@c.us"). A number without a country code is Brazilian when its area code is; "+" or "00" in front
    keeps any other country, as do bare digits of a provider's length. Groups, LIDs, service numbers (0800) and
    numbers without an area code are no phone.
    """
    text = _SUFFIX.sub("", raw.strip().lower())
    if not _WRITTEN.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    abroad = text.startswith(("+", "00"))
    if digits.startswith("00"):
        digits = digits[2:]
    if abroad and not digits.startswith(_COUNTRY):
        return digits if _MIN_ABROAD <= len(digits) <= _MAX_ABROAD and digits[0] != "0" else None
    national = _national(digits, country_said=abroad)
    if national:
        return _COUNTRY + national
    # A provider always gives the country code: bare digits of that length are kept, odd as they may look.
    bare = text.isdigit() and digits[0] != "0" and _MIN_BARE <= len(digits) <= _MAX_BARE
    return digits if bare else None


def brazilian(raw: str) -> str | None:
    """As `canonical`, for what a person typed: None unless it is a Brazilian line with a plausible area code."""
    digits = re.sub(r"\D", "", raw)
    national = _national(digits, country_said=raw.strip().startswith("+"))
    return _COUNTRY + national if national else None


def variants(digits: str) -> tuple[str, ...]:
    """Every form the same line may come in: itself first, then with or without the ninth digit.

    `digits` is a canonical number or one as a provider gave it. Landlines and foreign numbers have one form.
    """
    if not digits.startswith(_COUNTRY) or digits[2:4] not in AREA_CODES:
        return (digits,)
    area, line = digits[:4], digits[4:]
    if len(line) == 9 and line[0] == "9":
        return (digits, area + line[1:]) if line[1] in _MOBILE_FIRST else (digits,)
    if len(line) == 8 and line[0] in _MOBILE_FIRST:
        return (digits, f"{area}9{line}")
    return (digits,)


def _national(digits: str, *, country_said: bool) -> str | None:
    """Area code and line of a Brazilian number, ninth digit included; None when it is not one."""
    if len(digits) in (12, 13) and digits.startswith(_COUNTRY):
        national = digits[2:]
    elif country_said:
        return None
    elif len(digits) in (11, 12) and digits[0] == "0":
        national = digits[1:]
    else:
        national = digits
    if len(national) not in (10, 11) or national[:2] not in AREA_CODES:
        return None
    line = national[2:]
    if len(line) == 9:
        return national if line[0] == "9" else None
    if line[0] in _MOBILE_FIRST:
        return f"{national[:2]}9{line}"
    return national if line[0] in "2345" else None
