"""What the pages share: templates, their filters, and a short name for a state."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from sandbox.page.safe_html import sanitised
from sandbox.page.timeline import BRASILIA, local_time

HERE = Path(__file__).parent


class Pages:
    def __init__(self) -> None:
        loader = FileSystemLoader(HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["hour"] = lambda stamp: local_time(stamp)[:5]
        self._templates.filters["second"] = local_time
        self._templates.filters["moment"] = _moment
        self._templates.filters["whatsapp"] = _formatted
        self._templates.filters["chatwoot"] = _marked_down
        self._templates.filters["attribute"] = _attribute
        self._templates.filters["note"] = sanitised
        self._templates.filters["reais"] = _reais
        self._templates.filters["day"] = _day

    def render(self, name: str, **context: Any) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(**context))


def digest(state: object) -> str:
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def _moment(seconds: float) -> str:
    """Hour of the day in Brasília for epoch seconds."""
    return datetime.fromtimestamp(seconds, BRASILIA).strftime("%H:%M")


def _reais(value: object) -> str:
    """R$ 1.250,50, for a number or its text."""
    whole, _, cents = f"{float(str(value or 0)):,.2f}".partition(".")
    return f"R$ {whole.replace(',', '.')},{cents}"


def _day(stamp: str | None) -> str:
    """PipeRun's ``YYYY-MM-DD HH:MM:SS`` as people here write it; anything else as it is."""
    try:
        return datetime.strptime(str(stamp), "%Y-%m-%d %H:%M:%S").strftime("%d/%m/%Y %H:%M")  # noqa: DTZ007 - shown only
    except ValueError:
        return str(stamp or "")


def _formatted(text: str) -> Markup:
    """WhatsApp's own emphasis: ``*bold*`` and ``_italic_``; everything else stays text."""
    safe = str(escape(text))
    safe = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"<strong>\1</strong>", safe)
    return Markup(re.sub(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)", r"<em>\1</em>", safe))  # noqa: S704 - escaped above


# The display names that an administrator gives the attributes in Chatwoot, where the plain words lack an accent.
_NAMED = {"pontuacao": "pontuação", "urgencia": "urgência", "nao quer mensagens": "não quer mensagens"}


def _attribute(key: str) -> str:
    """The product's attributes as an administrator would name them; anything else as it is."""
    if not key.startswith("seleto_"):
        return key
    words = key.removeprefix("seleto_").replace("_", " ")
    return _NAMED.get(words, "UF" if words == "uf" else "CNPJ" if words == "cnpj" else words)


def _marked_down(text: str) -> Markup:
    """What Chatwoot shows of its Markdown: ``**bold**`` and ``[name](mention://…)``; everything else stays text."""
    safe = str(escape(text))
    safe = re.sub(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*", r"<strong>\1</strong>", safe)
    named = r'<span class="mention">\1</span>'
    return Markup(re.sub(r"\[([^\]\n]+)\]\(mention://[^)\s]+\)", named, safe))  # noqa: S704 - escaped above
