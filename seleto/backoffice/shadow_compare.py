"""What the agent would have said beside what people said to the same words, and where the two differ."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from conversations.guardrails import ReviewContext, review
from conversations.guardrails.products import names_of
from conversations.guardrails.words import split
from conversations.models import Message, ShadowReply
from conversations.speech import ASKABLE, asks_for
from conversations.wording import rules, words
from knowledge import queries
from knowledge.catalogue import ProductFacts
from leads.models import Fact
from leads.names import with_lead_name
from seleto.lib.text.reading import read

# Replies that a page shows and its sums are made of, the newest first.
SHOWN = 50
PEOPLE = (Message.Author.PERSON, Message.Author.PHONE)


@dataclass(frozen=True, slots=True)
class Side:
    """One answer. ``seconds`` from the lead's last word to it, None for none yet."""

    texts: tuple[str, ...] = field(repr=False)
    products: frozenset[str]
    questions: frozenset[str]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Both answers to the same words; ``broken`` are the rules that the person's text would break."""

    row: ShadowReply
    lead: str
    asked: tuple[str, ...] = field(repr=False)
    agent: Side
    person: Side
    broken: str
    failure: str

    @property
    def answered(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self.agent.texts and self.person.texts)

    @property
    def same_product(self) -> bool:
        return self.agent.products == self.person.products

    @property
    def same_question(self) -> bool:
        return self.agent.questions == self.person.questions


@dataclass(frozen=True, slots=True)
class Summary:
    """Over the pairs that both answered; seconds are medians, None without any."""

    pairs: int
    same_product: int
    same_question: int
    broken: int
    agent_s: float | None
    person_s: float | None


def pairs(products: tuple[ProductFacts, ...] | None = None) -> list[Pair]:
    """The newest replies of the shadow with what people wrote, in two statements besides the catalogue's."""
    known = queries.products() if products is None else products
    rows: Sequence[Any] = list(
        with_lead_name(ShadowReply.objects.exclude(status=ShadowReply.Status.RUNNING), "conversation__lead").order_by(
            "-asked_at", "pk"
        )[:SHOWN]
    )
    talks: dict[UUID, list[Message]] = {}
    said = Message.objects.filter(conversation_id__in={row.conversation_id for row in rows}, deleted_at=None)
    for message in said.order_by("sent_at", "revision", "created_at"):
        talks.setdefault(message.conversation_id, []).append(message)
    return [_pair(row, talks.get(row.conversation_id, []), known) for row in rows]


def summary(of: Sequence[Pair]) -> Summary:
    both = [pair for pair in of if pair.answered]
    return Summary(
        pairs=len(both),
        same_product=sum(pair.same_product for pair in both),
        same_question=sum(pair.same_question for pair in both),
        broken=sum(bool(pair.broken) for pair in both),
        agent_s=_median([pair.agent.seconds for pair in both]),
        person_s=_median([pair.person.seconds for pair in both]),
    )


def _pair(row: Any, talk: Sequence[Message], products: tuple[ProductFacts, ...]) -> Pair:
    answered = _answers(row, talk)
    texts = tuple(message.text for message in answered if message.text)
    agent = _side(tuple(row.reply), row.asked_at, row.finished_at, products)
    person = _side(texts, row.asked_at, answered[0].sent_at if answered else None, products)
    verdict = review("\n\n".join(texts), ReviewContext(products=products)) if texts else None
    return Pair(
        row=row,
        lead=row.lead_name,
        asked=tuple(message.text for message in talk if str(message.pk) in row.asked),
        agent=agent,
        person=person,
        broken=rules(map(str, verdict.kinds)) if verdict else "",
        failure=words(row.reason) if row.reason else "",
    )


def _answers(row: ShadowReply, talk: Sequence[Message]) -> list[Message]:
    """What people said from the lead's last word on until the lead spoke again."""
    found: list[Message] = []
    for message in talk:
        if message.sent_at <= row.asked_at:
            continue
        if message.author == Message.Author.LEAD and message.revision > row.revision:
            break
        if message.author in PEOPLE:
            found.append(message)
    return found


def _side(texts: tuple[str, ...], asked_at: datetime, at: datetime | None, products: tuple[ProductFacts, ...]) -> Side:
    text = "\n".join(texts)
    named = names_of(products).find(split(read(text))[0]) if text else []
    return Side(
        texts=texts,
        products=frozenset(product.code for mention in named for product in mention.products),
        questions=frozenset(str(Fact.Field(name).label) for name in ASKABLE if asks_for(name, text)),
        seconds=(at - asked_at).total_seconds() if at and texts else None,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
