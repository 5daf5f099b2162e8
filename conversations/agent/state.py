"""What a turn knows, as plain values: read once, then thought about without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from conversations.agent.memory import NEW, Memory
from conversations.agent.schema import Answer
from conversations.formatting import MAX_BUBBLES
from conversations.guardrails import Verdict
from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.strictness import CODE, Strictness
from knowledge.weights import DEFAULT, Weights
from leads.services import NewFact
from leads.temperature import Engagement, Known

if TYPE_CHECKING:
    from conversations.agent.understanding import Heard


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the transcript. ``key`` is its short name in the brief."""

    id: UUID
    key: str
    author: str
    type: str
    text: str = field(repr=False)
    at: datetime = field(repr=False)
    provider_id: str = ""
    own_words: bool = True
    # The provider's id of the message that this one quotes.
    quotes: str = ""
    # How reading its file ended (``Reading.State``), and what the file says: data, never the author's own words.
    reading: str = ""
    attached: str = field(default="", repr=False)
    # Written already, but still to leave.
    queued: bool = False


@dataclass(frozen=True, slots=True)
class TurnState:
    """The conversation as the claim found it."""

    turn_id: UUID
    lease_token: UUID
    conversation_id: UUID
    lead_id: UUID
    revision: int
    answered_revision: int
    channel_slug: str
    origin: str
    temperature: str
    opted_out: bool
    first_reply: bool
    awaiting_answer: bool
    unanswered_question_replies: int
    turn_failures: int
    waiting_since: datetime
    due_at: datetime
    facts: Mapping[str, str] = field(repr=False)
    history: tuple[Line, ...] = field(repr=False)
    pending: tuple[Line, ...] = field(repr=False)
    # The facts as the score reads them, and when a person set the class.
    told: tuple[Known, ...] = field(default=(), repr=False)
    corrected_at: datetime | None = None
    memory: Memory = NEW
    # What came before ``history``, in a few sentences.
    summary: str = field(default="", repr=False)
    # How many messages, those to be answered included, came after what the summary tells.
    unsummarised: int = 0
    # Since when the agent is in charge again, where a person was before.
    resumed_at: datetime | None = None
    # How long nobody had written when the lead came back.
    silence: timedelta = timedelta(0)
    correlation_id: str = ""
    # None where no real conversation is answered: it takes part in no trial of a prompt.
    opened_at: datetime | None = None
    # Whether WhatsApp itself tells a number at which a person of the house can call.
    has_phone: bool = True
    # Where the answer goes, and in how many parts it may leave there.
    address: str = field(default="", repr=False)
    most_bubbles: int = MAX_BUBBLES


@dataclass(frozen=True, slots=True)
class HandoutFacts:
    """A file that may go with this reply. ``kind`` of ``Handout.Kind``; ``product`` is a code, "" for the company's."""

    id: UUID
    kind: str
    product: str
    title: str
    caption: str = ""
    filename: str = ""
    mime: str = ""
    size: int = 0
    sha256: str = ""
    path: str = field(default="", repr=False)
    on_request: bool = True
    on_farewell: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The managers' data a decision is made with: the same values for the whole turn."""

    prompt: str = field(repr=False)
    prompt_version: str
    products: tuple[ProductFacts, ...] = field(repr=False)
    articles: tuple[ArticleFacts, ...] = field(repr=False)
    prices: Mapping[str, Decimal] = field(default_factory=dict, repr=False)
    # What rules read in the messages to be answered; ``decide`` reads it itself when it is not given.
    heard: "Heard | None" = field(default=None, repr=False)
    weights: Weights = DEFAULT
    strictness: Strictness = CODE
    # Whether the company of the CNPJ that this lead gave is known, and whether a deal of theirs is open.
    company_known: bool = False
    opportunity_open: bool = False
    # Whether a person of the house can be expected to answer now.
    open_now: bool = True
    # Where to find more about us, told when the agent takes leave.
    site: str = ""
    catalogue_url: str = ""
    # The files that this conversation has not had yet; none were read where nothing calls for one.
    handouts: tuple[HandoutFacts, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model calls of one turn cost; times in milliseconds, money in US$."""

    model: str = ""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    model_ms: int = 0

    def plus(self, later: "Usage") -> "Usage":
        """Both together, under the name of the model asked last."""
        return Usage(
            model=later.model or self.model,
            calls=self.calls + later.calls,
            prompt_tokens=self.prompt_tokens + later.prompt_tokens,
            completion_tokens=self.completion_tokens + later.completion_tokens,
            cost_usd=self.cost_usd + later.cost_usd,
            model_ms=self.model_ms + later.model_ms,
        )


@dataclass(frozen=True, slots=True)
class StoppedDraft:
    """A draft that did not pass, and what was done instead."""

    text: str = field(repr=False)
    verdict: Verdict
    action: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the turn proposes. Nothing of it exists before ``turns.commit``."""

    bubbles: tuple[str, ...] = field(repr=False)
    reviewed: tuple[str, ...] = ()
    answer: Answer | None = field(default=None, repr=False)
    facts: tuple[NewFact, ...] = field(default=(), repr=False)
    dropped_facts: tuple[str, ...] = ()
    handoff_reason: str = ""
    engagement: Engagement | None = None
    memory: Memory = NEW
    interests: tuple[str, ...] = ()
    # Files that leave after the bubbles.
    handouts: tuple[HandoutFacts, ...] = ()
    # Products whose configured price the reply tells (the cold-lead exception).
    disclosed: tuple[str, ...] = ()
    stopped: tuple[StoppedDraft, ...] = field(default=(), repr=False)
    fallback: str = ""
    gap: str = field(default="", repr=False)
    retry_reason: str = ""
    # With ``retry_reason``: seconds that have to pass before the turn is tried again.
    retry_after_s: float = 0
    # Names of the tools that the model called, in the order of the calls.
    tools: tuple[str, ...] = ()
    usage: Usage = Usage()
    timings: Mapping[str, int] = field(default_factory=dict)
