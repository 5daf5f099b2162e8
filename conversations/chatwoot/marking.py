"""How our own messages are known when Chatwoot tells us of them again: by an id inside them, never by their text."""

from uuid import UUID

PREFIX = "seleto:"


def of_message(message_id: UUID) -> str:
    return f"{PREFIX}{message_id}"


def of_note(key: str) -> str:
    return f"{PREFIX}nota:{key}"


def of_file(media_id: UUID) -> str:
    """Of a file that followed its message."""
    return f"{PREFIX}arquivo:{media_id}"


def is_ours(source_id: object) -> bool:
    return isinstance(source_id, str) and source_id.startswith(PREFIX)
