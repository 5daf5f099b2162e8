"""Prompts: the XML a version is stored as, checked and rendered to the text a model reads.

The format: ``<prompt papel versao><secao id titulo><p>…</p> | <regra>…</regra></secao></prompt>``. Roles and their
required sections stand in `REQUIRED`; further sections are welcome. A text that breaks the format is refused with the
section's name.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCES = Path(__file__).resolve().parent.parent / "prompts"

REQUIRED: Final = {
    "agente": ("persona", "estilo", "regras", "brief", "jogadas", "comercial", "saida", "seguranca"),
    "resumo": ("papel", "entrada", "conteudo", "regras", "saida", "seguranca"),
    "temperatura": ("papel", "entrada", "regras", "saida", "seguranca"),
    "juiz": ("papel", "entrada", "criterios", "notas", "saida", "seguranca"),
}
# The rendered prompt leads every model call, so its size is paid on every turn. What is shipped leaves a manager some
# hundred characters to add.
MAX_CHARS = 5_200
_NAMED = re.compile(r"""(<prompt\b[^>]*?\bversao\s*=\s*)(?:"[^"]*"|'[^']*')""")


class PromptError(ValueError):
    """The text cannot be used as a prompt; the message, in Portuguese, names the section."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section; ``lines`` as the model reads them, a rule with its leading dash."""

    id: str
    title: str
    lines: tuple[str, ...]


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


def check(text: str, *, role: str, version: str) -> None:
    """That the text is a prompt and says of itself what its row says. Raises `PromptError`."""
    root = parse_prompt(text)
    if root.get("papel") != role:
        raise PromptError(f"O texto diz papel “{root.get('papel')}”; esta versão é de “{role}”.")
    if root.get("versao") != version:
        raise PromptError(f"O texto diz versao “{root.get('versao')}”; esta versão se chama “{version}”.")


def sections(text: str) -> tuple[Section, ...]:
    """The prompt section by section. Raises `PromptError`."""
    root = parse_prompt(text)
    return tuple(Section(item.get("id", ""), item.get("titulo", ""), _lines(item)) for item in root)


def renamed(text: str, version: str) -> str:
    """The same text under another version's name. Raises `PromptError`."""
    parse_prompt(text)
    return _NAMED.sub(lambda found: f'{found[1]}"{version}"', text, count=1)


def render(text: str) -> str:
    """The system message for the model: a heading per section, one line per paragraph or rule. Raises `PromptError`."""
    return _render(parse_prompt(text))


def shipped(role: str) -> list[tuple[str, str]]:
    """The source files of a role as (version, XML), oldest version first. Raises `PromptError`."""
    found = []
    for path in sorted(SOURCES.glob(f"sp_{role}_v*.xml"), key=_number):
        text = path.read_text(encoding="utf-8")
        found.append((parse_prompt(text).get("versao", ""), text))
    return found


def _number(path: Path) -> int:
    """v10 comes after v9."""
    return int(path.stem.rpartition("_v")[2])


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
    return "\n\n".join("\n".join([f"# {section.get('titulo')}", *_lines(section)]) for section in root)


def _lines(section: "Element") -> tuple[str, ...]:
    return tuple(_text(line) if line.tag == "p" else f"- {_text(line)}" for line in section)


def _text(element: "Element") -> str:
    return " ".join((element.text or "").split())
