"""Where personal data lies: every app registers what it holds, so that a person's rights can be honoured everywhere.

An app registers when it is ready. Whoever answers a request walks ``registered()`` and knows no app by name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: the lead, and every address it is known under (kind -> values, as in ``leads.Identity``)."""

    lead_id: UUID
    identities: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One store of an app.

    ``label`` is Portuguese, for the receipt. ``fields`` are the model's columns with personal data. ``find`` gives the
    keys of the subject's rows, ``export`` their JSON-ready content, ``erase`` removes or anonymises them and returns
    how many; it is safe to repeat, and erased rows are found no more.
    """

    app: str
    label: str
    fields: tuple[str, ...]
    find: Callable[[Subject], Iterable[Any]]
    export: Callable[[Subject], list[dict[str, Any]]]
    erase: Callable[[Subject], int]


_registry: dict[tuple[str, str], PersonalData] = {}


def register(store: PersonalData) -> None:
    """Make a store known. ``ValueError`` when the app registered this label before."""
    key = (store.app, store.label)
    if key in _registry:
        raise ValueError(f"{store.app} registered this store already: {store.label}.")
    _registry[key] = store


def registered() -> list[PersonalData]:
    """All stores, in the order of their registration: lower apps first."""
    return list(_registry.values())
