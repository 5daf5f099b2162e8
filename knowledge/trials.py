"""Which conversations a trial answers with the version it tries: decided by arithmetic, so it needs no row."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the choice depends on; the same all through a conversation."""

    id: UUID
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """``share``: of 100 conversations opened from ``begins_at`` on, how many get the tried version.

    It begins when every process has heard of it: earlier, a conversation could start with one version and go on with
    the other.
    """

    id: UUID
    share: int
    begins_at: datetime

    def tries(self, conversation: Conversation) -> bool:
        """Whether the conversation is answered with the tried version; always the same answer."""
        if conversation.opened_at < self.begins_at:
            return False
        digest = hashlib.sha256(self.id.bytes + conversation.id.bytes).digest()
        return int.from_bytes(digest[:8]) % 100 < self.share
