"""Prompts: the XML a version is stored as, checked and rendered to the text a model reads.

The format: ``<prompt papel versao><secao id titulo><p>…</p> | <regra>…</regra></secao></prompt>``. Roles and their
required sections stand in `REQUIRED`; a text that breaks the format is refused with the section's name.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCES = Path(__file__).resolve().parent.parent / "prompts"

REQUIRED: Final = {
    "agente": ("persona", "estilo", "regras", "brief", "jogadas", "comercial", "saida", "seguranca"),
}
# The rendered prompt leads every model call, so its size is paid on every turn.
MAX_CHARS = 4_800


class PromptError(ValueError):
    """The text cannot be used as a prompt; the message, in Portuguese, names the section."""


def parse_prompt(text: str) -> "Element":
    """The checked root element. Raises `PromptError`."""
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise PromptError("O prompt não é um XML válido.") from error
    role = root.get("papel", "")
    if root.tag != "prompt" or role not in REQUIRED:
        raise PromptError("O elemento raiz deve ser <prompt> com um papel conhecido.")
    if not root.get("versao"):
        raise PromptError("O prompt não diz a sua versão.")
    seen: set[str] = set()
    for section in root:
        _check_section(section, seen)
    if missing := [name for name in REQUIRED[role] if name not in seen]:
        raise PromptError(f"Falta a seção {missing[0]}.")
    if (size := len(_render(root))) > MAX_CHARS:
        raise PromptError(f"O prompt tem {size} caracteres; o limite é {MAX_CHARS}.")
    return root


def render(text: str) -> str:
    """The system message for the model: a heading per section, one line per paragraph or rule. Raises `PromptError`."""
    return _render(parse_prompt(text))


def shipped(role: str) -> list[tuple[str, str]]:
    """The source files of a role as (version, XML), in order of file name. Raises `PromptError`."""
    found = []
    for path in sorted(SOURCES.glob(f"sp_{role}_*.xml")):
        text = path.read_text(encoding="utf-8")
        found.append((parse_prompt(text).get("versao", ""), text))
    return found


def _check_section(section: "Element", seen: set[str]) -> None:
    name = section.get("id", "")
    if section.tag != "secao" or not name or not section.get("titulo"):
        raise PromptError(f"Só cabem seções com id e título; a seção {name or section.tag} não tem os dois.")
    if name in seen:
        raise PromptError(f"A seção {name} aparece duas vezes.")
    seen.add(name)
    if not len(section):
        raise PromptError(f"A seção {name} está vazia.")
    for line in section:
        if line.tag not in ("p", "regra") or len(line) or not _text(line):
            raise PromptError(f"A seção {name} só aceita <p> e <regra> com texto.")


def _render(root: "Element") -> str:
    blocks = []
    for section in root:
        lines = [f"# {section.get('titulo')}"]
        lines += [_text(line) if line.tag == "p" else f"- {_text(line)}" for line in section]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _text(element: "Element") -> str:
    return " ".join((element.text or "").split())
