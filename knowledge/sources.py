"""The shipped phrases and synonyms, read from ``prompts/frases.xml`` and ``prompts/sinonimos.xml`` as plain values."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.ElementTree import parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCES = Path(__file__).resolve().parent.parent / "prompts"


@cache
def shipped_phrases(language: str = "pt") -> dict[str, tuple[str, ...]]:
    """Situation -> its sentences in that language, in the order of the file."""
    found = {
        situation.attrib["id"]: tuple(
            _text(phrase) for phrase in situation.findall("frase") if phrase.get("idioma", "pt") == language
        )
        for situation in _root("frases.xml").findall("situacao")
    }
    return {situation: texts for situation, texts in found.items() if texts}


@cache
def shipped_synonyms() -> dict[str, str]:
    """What customers say -> the word the articles use; a hyphen in the file joins the words of one term."""
    return {
        term.replace("-", " "): group.attrib["significa"]
        for group in _root("sinonimos.xml").findall("sinonimo")
        for term in _text(group).split()
    }


def _root(name: str) -> "Element":
    root = parse(SOURCES / name).getroot()
    if root is None:
        raise ValueError(f"{name} está vazio")
    return root


def _text(element: "Element") -> str:
    return " ".join((element.text or "").split())
