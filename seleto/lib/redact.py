"""The one redactor: what a person said, is called or can be reached by never gets into logs, audit or metrics.

Two lines of defence. Values under keys that hold such things are replaced whole; in every other string the shapes of
phone, CPF, CNPJ, e-mail and secret are masked. It errs on the side of masking: a long number of any kind goes.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from stdnum.br import cnpj

MASK = "***"
_MAX_DEPTH = 8
# Numbers from here on may be a phone or a document; ids, ports and durations are shorter.
_LONG_NUMBER = 10**9

# Compared without case, underscores and hyphens, so that chatName, chat_name and CHAT-NAME are one.
SENSITIVE_KEYS = frozenset(
    "text texto message mensagem messages msg body corpo caption legenda content conteudo quote quotation citacao"
    " reply resposta bubbles draft rascunho prompt brief completion transcript summary resumo note"
    " name nome firstname lastname fullname displayname profilename chatname sendername pushname contato contact"
    " phone telefone celular mobile number connectedphone participantphone senderlid chatlid lid address endereco"
    " email cpf cnpj rg birthdate latitude longitude photo senderphoto url link"
    " authorization cookie setcookie password senha secret segredo token apikey accesstoken clienttoken zapitoken"
    " instancetoken credentials credenciais webhooksecrets sessionid csrftoken dsn databaseurl secretkey".split()
)

_GAP = r"[\s().\-/+*_~\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
_DIGITS = rf"\d(?:{_GAP}{{0,4}}\d){{7,}}"
_KEYWORD = r"(?:access_?token|client_?token|token|api_?key|secret|password|senha|signature|authorization)"
_SHAPES = re.compile(
    r"(?P<email>[^\s@<>()\[\]\",;:]{1,64}@[\w\-]+(?:\.[\w\-]+)+)"
    # Kept as they are: row ids, digests and instants.
    r"|(?P<keep>(?<![0-9A-Za-z])(?:"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-][01]\d:?[0-5]\d)?)?"
    r")(?![0-9A-Za-z]))"
    r"|(?P<userinfo>(?<=://)[^\s/@]{1,200}(?=@))"
    r"|(?P<instance>/instances/[^\s/?#]+/token/[^\s/?#]+)"
    # A secret may stand in any place of a mistyped address: after the door only its own two words are shown.
    r"|(?P<webhook>(?P<door>/webhooks?/(?![\w/]+\.py\b))(?P<rest>[^\s?#\"'<>]+))"
    r"|(?P<bearer>(?P<scheme>(?i:\b(?:bearer|basic)))\s+[^\s,;\"']+)"
    r"|(?P<known>\b(?:slt_|sk-|pk-|ghp_|gAAAA|EAA)[\w\-]{8,}=*)"
    rf"|(?P<pair>(?P<word>(?i:(?:(?<![\w.]){_KEYWORD}|(?<=[?&])(?:key|code|hub\.verify_token))"
    r"[\"']?\s*[=:]\s*))(?:\"[^\"]*\"|'[^']*'|(?:(?i:bearer|basic)\s+)?[^\s&\"',;}\])]+))"
    r"|(?P<cnpj>(?<![0-9A-Za-z])(?:[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}/[0-9A-Za-z]{4}-\d\d"
    r"|[0-9A-Za-z]{12}\d\d)(?![0-9A-Za-z]))"
    rf"|(?P<digits>{_DIGITS})"
)
_LONG_DIGITS = re.compile(_DIGITS)
_PROVIDERS = ("zapi", "chatwoot")
# What a channel's secret looks like (at least 16 characters, unlike most names of channels).
_SECRET_LIKE = re.compile(r"[A-Za-z0-9_\-%]{16,}")


def text(value: str) -> str:
    """``value`` with phones, documents, e-mail addresses and secrets masked; of a number the last two digits stay."""
    return _SHAPES.sub(_mask, value)


def mapping(values: Mapping[Any, Any]) -> dict[str, Any]:
    """A copy of ``values`` fit to be kept: see ``anything``; values under ``SENSITIVE_KEYS`` are replaced whole."""
    return _mapping(values, 0)


def anything(value: Any) -> Any:
    """A JSON-like copy of any value, masked throughout. Objects we do not know become their type's name."""
    return _anything(value, 0)


def phone(value: str) -> str:
    """A phone as operators may see it in a log: ``***01``."""
    return MASK + value[-2:]


def _mapping(values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    return {
        text(str(key)): MASK if _sensitive(key) and not _harmless(value) else _anything(value, depth + 1)
        for key, value in values.items()
    }


def _sensitive(key: Any) -> bool:
    return str(key).replace("_", "").replace("-", "").casefold() in SENSITIVE_KEYS


def _harmless(value: Any) -> bool:
    """Nothing, yes or no, and counts say nothing about a person, whatever the key."""
    return value is None or value == "" or (isinstance(value, int) and abs(value) < _LONG_NUMBER)


def _anything(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return MASK
    match value:
        case None | bool() | float():
            return value
        case UUID():
            return str(value)
        case Enum():
            return _anything(value.value, depth)
        case str():
            return text(value)
        case int():
            return value if abs(value) < _LONG_NUMBER else phone(str(value))
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return text(str(value))
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case Mapping():
            return _mapping(value, depth)
        case list() | tuple() | set() | frozenset():
            return [_anything(item, depth + 1) for item in _iterate(value)]
        case BaseException():
            return type(value).__name__
        case type():
            return value.__name__
    return f"<{type(value).__name__}>"


def _iterate(value: Iterable[Any]) -> Iterable[Any]:
    return sorted(value, key=str) if isinstance(value, set | frozenset) else value


def _mask(found: re.Match[str]) -> str:
    whole = found.group()
    match found.lastgroup:
        case "keep":
            return whole
        case "instance":
            return f"/instances/{MASK}/token/{MASK}"
        case "webhook":
            return found["door"] + _webhook(found["rest"])
        case "bearer":
            return f"{found['scheme']} {MASK}"
        case "pair":
            return f"{found['word']}{MASK}"
        case "cnpj" if not _is_cnpj(whole):
            return _LONG_DIGITS.sub(lambda number: phone(number.group()), whole)
        case "cnpj" | "digits":
            return phone(whole)
    return MASK


def _webhook(rest: str) -> str:
    """``zapi/principal/s3gr3d0/`` → ``zapi/principal/***/``: provider and channel stay where the address has the form
    of ours and they cannot be a secret; everything else goes."""
    parts = rest.split("/")
    ours = len([part for part in parts if part]) == 3 and parts[0] in _PROVIDERS
    kept = 2 if ours and not _SECRET_LIKE.fullmatch(parts[1]) else 1 if parts[0] in _PROVIDERS else 0
    return "/".join(MASK if part and place >= kept else text(part) for place, part in enumerate(parts))


def _is_cnpj(value: str) -> bool:
    """Fourteen letters and digits without punctuation are a CNPJ only when the check digits say so."""
    return "/" in value or value.isdigit() or bool(cnpj.is_valid(value))
