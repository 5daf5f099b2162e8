"""Where personal data lies: every app registers what it holds, so that a person's rights can be honoured everywhere.

An app registers when it is ready. Whoever answers a request walks ``registered()`` and ``remote()`` and knows no app by
name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: the lead, and every address it is known under (kind -> values, as in ``leads.Identity``).

    ``names`` are what else tells the person by itself: names, e-mails, documents, as they were told.
    """

    lead_id: UUID
    identities: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One store of an app.

    ``label`` is Portuguese, for the receipt. ``fields`` are the model's columns with personal data. ``find`` gives the
    keys of the subject's rows, ``export`` their JSON-ready content, ``erase`` removes or anonymises them and returns
    how many; it is safe to repeat, and erased rows are found no more. ``files`` gives what goes into an export as it
    is: name and content.
    """

    app: str
    label: str
    fields: tuple[str, ...]
    find: Callable[[Subject], Iterable[Any]]
    export: Callable[[Subject], list[dict[str, Any]]]
    erase: Callable[[Subject], int]
    files: Callable[[Subject], Iterable[tuple[str, bytes]]] = lambda subject: ()


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """Another system that holds something of a person by our doing.

    ``references`` are their ids of it, asked while our rows still know them. ``read`` gives what they hold under one,
    JSON-ready; ``erase`` removes it there and is safe to repeat: gone already is done. Both raise the outcomes of
    ``seleto.lib.errors`` and are called with no transaction open. Without ``erase`` it takes a person, who is told
    ``hint`` (Portuguese).
    """

    key: str
    label: str
    references: Callable[[Subject], list[str]]
    read: Callable[[str], Mapping[str, Any]]
    erase: Callable[[str], None] | None = None
    hint: str = ""


_registry: dict[tuple[str, str], PersonalData] = {}
_remote: dict[str, RemoteStore] = {}


def register(store: PersonalData) -> None:
    """Make a store known. ``ValueError`` when the app registered this label before."""
    key = (store.app, store.label)
    if key in _registry:
        raise ValueError(f"{store.app} registered this store already: {store.label}.")
    _registry[key] = store


def registered() -> list[PersonalData]:
    """All stores, in the order of their registration: lower apps first."""
    return list(_registry.values())


def register_remote(store: RemoteStore) -> None:
    """Make another system known. ``ValueError`` when its key is taken."""
    if store.key in _remote:
        raise ValueError(f"Registered already: {store.key}.")
    _remote[store.key] = store


def remote() -> list[RemoteStore]:
    return list(_remote.values())


def remote_by_key(key: str) -> RemoteStore | None:
    return _remote.get(key)
