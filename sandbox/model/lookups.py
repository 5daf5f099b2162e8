"""What the assistant does besides selling: it looks things up by a tool, and sums up what was said."""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox.model import wire
from sandbox.model.brief import Article, Brief
from sandbox.model.draft import Draft
from sandbox.model.wire import Reply

CATALOGUE = "consultar_catalogo"
# Of the questions without an answer in the brief, one in so many is looked up; always the same ones.
ONE_IN = 3
_SUMMING_UP = re.compile(r"<resumir>.*</resumir>", re.S)
_TOLD = 4
_TOLD_CHARS = 90


def with_found(brief: Brief, messages: Sequence[Mapping[str, Any]]) -> Brief:
    """The brief with the articles that its look-ups brought."""
    known = {article.id for article in brief.articles}
    found = [
        article for message in messages if message.get("role") == "tool" for article in _articles(wire.text_of(message))
    ]
    fresh = tuple(article for article in found if article.id not in known)
    return replace(brief, articles=(*brief.articles, *fresh))


def wanted(body: Mapping[str, Any], brief: Brief, draft: Draft, *, eager: bool) -> Reply | None:
    """The call of the catalogue's tool, when there is one and the brief holds no answer; asked once."""
    question = draft.gap
    if not question or brief.corrections or body.get("tool_choice") == "none" or CATALOGUE not in tool_names(body):
        return None
    if any(message.get("role") == "tool" for message in body["messages"]):
        return None
    if not eager and zlib.crc32(question.encode()) % ONE_IN:
        return None
    return Reply(tool_calls=((CATALOGUE, wire.dump({"pergunta": question})),), finish_reason="tool_calls")


def tool_names(body: Mapping[str, Any]) -> list[str]:
    tools = body.get("tools")
    rows = tools if isinstance(tools, list) else []
    return [str(row.get("function", {}).get("name", "")) for row in rows if isinstance(row, dict)]


def summary(messages: Sequence[Mapping[str, Any]]) -> Reply | None:
    """A few sentences on a conversation; None when nobody asked for that."""
    asked = _SUMMING_UP.search(wire.text_of(messages[-1]))
    if asked is None:
        return None
    try:
        root = fromstring(asked[0])
    except (ParseError, DefusedXmlException, ValueError):
        return None
    before = (root.findtext("resumo") or "").strip()
    said = [" ".join((row.text or "").split()) for row in root.iterfind("conversa/msg") if row.get("de") == "lead"]
    longest = sorted(said, key=len, reverse=True)[:_TOLD]
    told = "; ".join(text[:_TOLD_CHARS].rstrip(" .!?") for text in said if text in longest)
    return Reply(content=" ".join(part for part in (before, f"A pessoa disse: {told}." if told else "") if part))


def _articles(content: str) -> list[Article]:
    try:
        rows = json.loads(content)["artigos"]
        return [Article(row["id"], row["id"].split(".")[0].upper(), row["texto"]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
