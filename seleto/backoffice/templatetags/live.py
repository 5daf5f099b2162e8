"""Pieces of a page that is drawn anew while it is open: each carries a digest of itself, so that only those that differ
are put in.

``{% live %}<article id="m-1" data-v>…</article>{% endlive %}`` → ``<article id="m-1" data-v="5d41…">…</article>``
"""

import hashlib

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_PLACE = " data-v>"


class _Live(template.Node):
    def __init__(self, nodes: NodeList) -> None:
        self._nodes = nodes

    def render(self, context: Context) -> SafeString:
        drawn = self._nodes.render(context)
        digest = hashlib.sha256(drawn.encode()).hexdigest()[:16]
        return mark_safe(drawn.replace(_PLACE, f' data-v="{digest}">', 1))  # noqa: S308 - drawn by the template itself


@register.tag
def live(parser: Parser, token: Token) -> _Live:
    nodes = parser.parse(("endlive",))
    parser.delete_first_token()
    return _Live(nodes)
