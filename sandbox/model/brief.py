"""The brief of a turn as the model receives it: XML in the last user message that holds a ``<turno>``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox.model import wire

_TURN = re.compile(r"<turno\b.*</turno>", re.S)
_CORRECTION = re.compile(r"<correcao\b[^>]*?motivo\s*=\s*\"([^\"]*)\"[^>]*>(.*?)</correcao>|<correcao\b", re.S)
_READ_CHARS = 2000  # of a message; patterns over a wall of text would take seconds
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LOOSE_AMPERSAND = re.compile(r"&(?!#?\w+;)")


@dataclass(frozen=True)
class Line:
    """A message of the conversation; ``who`` is lead, agente or humano. ``attached`` is what its file says, no words of
    theirs."""

    id: str
    who: str
    text: str
    attached: str = ""


@dataclass(frozen=True)
class Article:
    id: str
    product: str
    text: str


@dataclass(frozen=True)
class Correction:
    """Why the previous draft was refused. ``kinds`` are the reasons, ``draft`` the refused reply."""

    kinds: frozenset[str]
    body: str
    draft: str


@dataclass(frozen=True)
class Brief:
    first: bool
    greeting: str
    max_questions: int
    moves: frozenset[str]
    known: Mapping[str, str]
    missing: tuple[str, ...]
    prices: Mapping[str, str]
    articles: tuple[Article, ...]
    talk: tuple[Line, ...]
    asked: tuple[Line, ...]
    corrections: tuple[Correction, ...] = field(default=())
    language: str = "pt"
    returned_after: str = ""
    ask_state: bool = False
    open_questions: tuple[str, ...] = ()
    summary: str = ""
    going: tuple[str, ...] = ()  # files that follow the reply, by their titles

    @property
    def text(self) -> str:
        """What the lead says this time, one message a line."""
        return "\n".join(line.text for line in self.asked)

    def said_by(self, who: str) -> list[str]:
        return [line.text for line in self.talk if line.who == who]


def find(messages: Sequence[Mapping[str, Any]]) -> Brief | None:
    """The brief in a list of chat messages, with the corrections after it; None when there is none."""
    for index in range(len(messages) - 1, -1, -1):
        found = _TURN.search(wire.text_of(messages[index])) if messages[index].get("role") == "user" else None
        if found is None:
            continue
        root = _parse(found[0])
        if root is None:
            return None
        return _read(root, _corrections(messages[index + 1 :]))
    return None


def _parse(xml: str) -> Element | None:
    """Tolerant where it is harmless: control characters and bare ampersands."""
    cleaned = _LOOSE_AMPERSAND.sub("&amp;", _CONTROL.sub(" ", xml))
    try:
        root: Element = fromstring(cleaned)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def _read(root: Element, corrections: tuple[Correction, ...]) -> Brief:
    context = root.find("contexto")
    about = dict(context.attrib) if context is not None else {}
    limit = about.get("max_perguntas", "1")
    return Brief(
        first=about.get("primeira_resposta", "").lower() in ("sim", "true", "1"),
        greeting=about.get("saudacao", "olá"),
        max_questions=int(limit) if limit.isdigit() else 1,
        moves=frozenset(_inner(root, "jogadas").split()),
        known={row.get("campo", ""): _text(row) for row in root.iterfind("fatos/fato") if _text(row)},
        missing=tuple(_inner(root, "faltam").split()),
        prices={row.get("produto", ""): _text(row) for row in root.iterfind("precos/preco")},
        articles=tuple(
            Article(row.get("id", ""), row.get("produto", ""), _text(row))
            for row in root.iterfind("conhecimento/artigo")
        ),
        talk=tuple(_line(row) for row in root.iterfind("conversa/msg")),
        asked=tuple(_line(row) for row in root.iterfind("responder/msg")),
        corrections=corrections,
        language=about.get("idioma", "pt"),
        returned_after=about.get("voltou_apos", ""),
        ask_state=about.get("perguntar_estado", "") == "sim",
        open_questions=tuple(_text(row) for row in root.iterfind("em_aberto/pergunta")),
        summary=_inner(root, "resumo"),
        going=tuple(_text(row) for row in root.iterfind("vai_com_a_resposta/arquivo")),
    )


def _line(row: Element) -> Line:
    file = row.find("anexo")
    attached = ""
    if file is not None:
        attached, file.text = _text(file), ""
    return Line(row.get("id", ""), row.get("de", "lead"), _text(row)[:_READ_CHARS], attached[:_READ_CHARS])


def _inner(root: Element, path: str) -> str:
    found = root.find(path)
    return "" if found is None else _text(found)


def _text(row: Element) -> str:
    return "".join(row.itertext()).strip()


def _corrections(messages: Sequence[Mapping[str, Any]]) -> tuple[Correction, ...]:
    found, draft = [], ""
    for message in messages:
        text = wire.text_of(message)
        if message.get("role") == "assistant":
            draft = text
            continue
        match = _CORRECTION.search(text)
        if match is not None:
            kinds = frozenset(part.strip() for part in (match[1] or "").split(",") if part.strip())
            found.append(Correction(kinds=kinds, body=(match[2] or "").strip(), draft=draft))
    return tuple(found)
