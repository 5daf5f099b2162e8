"""Speaking to the database as the owner of its tables: migrations, databases made for a while, the search's extension.

Everything else speaks as the role of ``DATABASE_URL``, which makes and drops nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


def entry() -> dict[str, Any]:
    """The Django database entry of the owner; that of the settings where no other is named."""
    usual: dict[str, Any] = connections.settings[DEFAULT_DB_ALIAS]
    named: dict[str, Any] = settings.OWNER_DATABASE
    # The database is the one in use now, which a run of its own may have changed.
    options = {**usual["OPTIONS"], **named.get("OPTIONS", {})}
    return {**usual, **named, "NAME": usual["NAME"], "OPTIONS": options}


def become() -> None:
    """This process speaks as the owner from here on; for commands that make or change tables."""
    _swap({key: entry()[key] for key in _PLACE})


@contextmanager
def owning() -> Iterator[None]:
    """This process speaks as the owner within. Raises ``RuntimeError`` inside a transaction, which would be lost."""
    usual = connections.settings[DEFAULT_DB_ALIAS]
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise RuntimeError("becoming the owner needs a connection of its own: not inside a transaction")
    before = {key: usual[key] for key in _PLACE}
    become()
    try:
        yield
    finally:
        _swap(before)


_PLACE = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


def _swap(place: dict[str, Any]) -> None:
    connection: Any = connections[DEFAULT_DB_ALIAS]
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()
    connections.settings[DEFAULT_DB_ALIAS].update(place)
    connection.settings_dict.update(place)
