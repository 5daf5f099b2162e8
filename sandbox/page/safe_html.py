"""Notes of the CRM are HTML written by programs and people: shown as such, with nothing in it that could act."""

from html import escape
from html.parser import HTMLParser

from markupsafe import Markup

_KEPT = frozenset(
    {"b", "strong", "i", "em", "u", "s", "p", "div", "span", "ul", "ol", "li", "h1", "h2", "h3", "h4", "blockquote"}
)
_ALONE = frozenset({"br", "hr"})
# What stands inside is no text for a reader.
_SWALLOWED = frozenset({"script", "style", "template", "iframe", "object", "svg", "math", "title"})


def sanitised(text: str) -> Markup:
    """The text with harmless elements alone, without any attribute, and every element closed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Markup("".join([*reader.parts, *(f"</{name}>" for name in reversed(reader.open))]))  # noqa: S704 - built here


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self._swallowing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._swallowing:
            return
        if tag in _SWALLOWED:
            self._swallowing = tag
        elif tag in _ALONE:
            self.parts.append(f"<{tag}>")
        elif tag in _KEPT:
            self.parts.append(f"<{tag}>")
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._swallowing:
            self._swallowing = "" if tag == self._swallowing else self._swallowing
        elif tag in self.open:
            while self.open:
                name = self.open.pop()
                self.parts.append(f"</{name}>")
                if name == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._swallowing:
            self.parts.append(escape(data))
