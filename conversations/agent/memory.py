"""What the agent must remember of a conversation beyond its words: what it already did, and what it still owes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

# Older questions without an answer are with the specialist; the brief reminds of the latest.
MAX_OPEN_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """Kept with the conversation as JSON; put back as it was when a reply is taken back unsent."""

    price_refusals: int = 0
    insults: int = 0
    # Turns in a row that ended in a phrase because the model's answers could not be used.
    failures: int = 0
    # Said to be a buyer who is ready, and handed over as such; not again when a person gave the lead back.
    hot_handed_over: bool = False
    fb300_presented: bool = False
    notice_given: bool = False
    open_questions: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Memory":
        """From the stored JSON; what another version of the code wrote beside it is left alone."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**{**known, "open_questions": tuple(known.get("open_questions", ()))})

    def stored(self) -> dict[str, Any]:
        """As JSON, without what is as it was at the start."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != getattr(NEW, name)
        }

    def for_next_session(self) -> "Memory":
        """What outlives the session: a lead is not told the same things again after a day."""
        return Memory(
            hot_handed_over=self.hot_handed_over,
            fb300_presented=self.fb300_presented,
            notice_given=self.notice_given,
            open_questions=self.open_questions,
        )


NEW = Memory()
