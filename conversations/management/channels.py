"""What the commands about channels share."""

from argparse import ArgumentParser
from collections.abc import Sequence

from django.core.management.base import CommandError

from conversations import channel_cache
from conversations.channel_cache import ChannelView


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument("channels", nargs="*", metavar="canal", help="apelidos dos canais; sem nenhum, todos os ativos")


def chosen(slugs: Sequence[str]) -> list[ChannelView]:
    """The channels of these names, or all that are in use. Raises CommandError (exit 2) naming one that is unknown."""
    channel_cache.forget()
    views = {view.slug: view for view in channel_cache.all_views()}
    for slug in slugs:
        if slug not in views:
            raise CommandError(f"Não há canal {slug}. Existem: {', '.join(sorted(views)) or 'nenhum'}.", returncode=2)
    return [views[slug] for slug in slugs] or [view for view in views.values() if view.enabled]
