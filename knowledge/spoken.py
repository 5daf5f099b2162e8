"""Whether a text may be said at all. The guardrails stand above this app; whoever knows them signs up here."""

from collections.abc import Callable

# A text -> what is wrong with it, in sentences.
Reviewer = Callable[[str], list[str]]
_reviewers: dict[str, Reviewer] = {}


def reviewed_by(name: str, reviewer: Reviewer) -> None:
    _reviewers[name] = reviewer


def faults(text: str) -> list[str]:
    """Why the rules of today would stop this text; empty when they would let it leave."""
    return [fault for reviewer in _reviewers.values() for fault in reviewer(text)]
