"""Approved phrases for what is said outside a turn: in the lead's language, and past the same review (I4)."""

from collections.abc import Callable, Mapping

from conversations import guardrails
from conversations.agent import situations
from conversations.agent.state import Line
from conversations.guardrails import ReviewContext
from conversations.models import Conversation, Message
from knowledge import phrases, queries
from knowledge.models import Situation
from leads.extraction import MAX_CHARS

# How many variants of the phrase are tried should a manager have stored one that the guardrails refuse.
TRIES = 5
# The language is read off the lead's last few messages.
LANGUAGE_MESSAGES = 8


def phrase(
    conversation: Conversation,
    situation: Situation,
    *,
    seed: str,
    fill: Callable[[str], Mapping[str, str]] = lambda language: {},
) -> str:
    """A variant that passes the guardrails as it will be sent; empty when none does.

    ``fill`` gives, for a language, what takes the place of the phrase's placeholders.
    """
    recent = list(
        Message.objects.filter(conversation=conversation, author=Message.Author.LEAD).order_by("-revision")[
            :LANGUAGE_MESSAGES
        ]
    )
    language = situations.spoken_language([as_line(row) for row in reversed(recent)])
    spoken = language if language in ("en", "es") else "pt"
    context = ReviewContext(
        lead_last=recent[0].text[-MAX_CHARS:] if recent else "",
        products=queries.products(),
        strictness=queries.strictness(),
    )
    for attempt in range(TRIES):
        text = phrases.choose(situation, language=spoken, seed=f"{seed}:{attempt}")
        for placeholder, words in fill(spoken).items():
            text = text.replace(placeholder, words)
        if guardrails.review(text, context).ok:
            return text
    return ""


def as_line(row: Message) -> Line:
    return Line(
        id=row.id, key="m1", author=row.author, type=row.type, text=row.text, at=row.sent_at, own_words=row.own_words
    )
