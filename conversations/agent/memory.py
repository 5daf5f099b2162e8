"""What the agent must remember of a conversation beyond its words: what it already did, and what it still owes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
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
    # Voice notes in a row that could not be heard.
    unheard: int = 0
    # The phrases that answered files, places, cards and calls.
    acknowledged: tuple[str, ...] = ()
    # Said to be a buyer who is ready, and handed over as such; not again when a person gave the lead back.
    hot_handed_over: bool = False
    fb300_presented: bool = False
    notice_given: bool = False
    open_questions: tuple[str, ...] = ()
    # Fields that the lead, asked for them, said outright they would not or could not tell.
    not_told: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Any) -> "Memory":
        """From the stored JSON; what another version of the code wrote beside it, or in another form, is left alone."""
        found = stored if isinstance(stored, Mapping) else {}
        known = {field.name: _usable(found.get(field.name), getattr(NEW, field.name)) for field in fields(cls)}
        return cls(**known)

    def stored(self) -> dict[str, Any]:
        """As JSON, without what is as it was at the start."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != getattr(NEW, name)
        }

    def owing(self, question: str) -> "Memory":
        """The same, with one more question that a specialist has to answer."""
        questions = tuple(dict.fromkeys((*self.open_questions, question)))
        return replace(self, open_questions=questions[-MAX_OPEN_QUESTIONS:])

    def for_next_session(self) -> "Memory":
        """What outlives the session: a lead is not told the same things again after a day."""
        return Memory(
            hot_handed_over=self.hot_handed_over,
            fb300_presented=self.fb300_presented,
            notice_given=self.notice_given,
            open_questions=self.open_questions,
            not_told=self.not_told,
        )


def _usable(value: Any, default: Any) -> Any:
    """``value`` if it has the form of ``default``, which stands in otherwise."""
    if isinstance(default, tuple):
        texts = isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
        return tuple(value) if texts else default
    usable = type(value) is type(default) and not (isinstance(value, int) and value < 0)
    return value if usable else default


NEW = Memory()
