"""How our own messages are known when Chatwoot tells us of them again: by an id inside them, never by their text."""

from uuid import UUID

PREFIX = "seleto:"
_REFUSED = "recusada:"


def of_message(message_id: UUID) -> str:
    return f"{PREFIX}{message_id}"


def of_note(key: str) -> str:
    return f"{PREFIX}nota:{key}"


def of_file(media_id: UUID) -> str:
    """Of a file that followed its message."""
    return f"{PREFIX}arquivo:{media_id}"


def of_refused(message_id: int) -> str:
    """The key of a note that says why what an SDR typed did not go to the lead."""
    return f"{_REFUSED}{message_id}"


def refused(key: str) -> int | None:
    """Which message such a note speaks of; None for every other note."""
    return int(key.removeprefix(_REFUSED)) if key.startswith(_REFUSED) else None


def is_ours(source_id: object) -> bool:
    return isinstance(source_id, str) and source_id.startswith(PREFIX)
