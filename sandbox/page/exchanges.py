"""Cuts the product's timeline into exchanges: what the lead wrote, and everything that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_BEGINS = ("event", "message")
_FOLLOWS = ("turn", "guardrail", "outbox", "handoff")

Entry = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """``title`` is the first message in it; ``entries`` run from the oldest to the newest."""

    key: str
    title: str
    entries: tuple[Entry, ...]


def cut(entries: Sequence[Entry]) -> list[Exchange]:
    """Oldest first. A message after an answer begins a new exchange; one that comes before it belongs to it."""
    groups: list[list[Entry]] = []
    answered = True
    for entry in _with_reviews(entries):
        stage = entry.get("stage")
        if not groups or (answered and stage in _BEGINS):
            groups.append([])
            answered = False
        groups[-1].append(entry)
        answered = answered or stage in _FOLLOWS
    return [_exchange(group) for group in groups]


def _exchange(group: Sequence[Entry]) -> Exchange:
    said = next((text for entry in group if entry.get("stage") == "message" and (text := _row(entry, "Texto"))), "")
    return Exchange(key=str(group[0].get("id", "")), title=said or str(group[0].get("title", "")), entries=tuple(group))


def _with_reviews(entries: Sequence[Entry]) -> list[Entry]:
    """The product tells of refused drafts only; a turn that answered without one had its draft passed."""
    found: list[Entry] = []
    refused = False
    for entry in reversed(entries):
        refused = refused or entry.get("stage") == "guardrail"
        if entry.get("stage") == "turn":
            if str(entry.get("status", "")).casefold() == "respondido" and not refused:
                passed = {"label": "Revisão", "value": "passou"}
                entry = {**entry, "detail": [*(entry.get("detail") or []), passed]}
            refused = False
        found.append(entry)
    return found[::-1]


def _row(entry: Entry, label: str) -> str:
    rows = entry.get("detail") or []
    return next((str(row.get("value", "")) for row in rows if row.get("label") == label), "")
