"""What is known of a lead when its place in the CRM is decided: plain values, no row and no query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from leads.models import Temperature
from seleto.lib.text.fold import fold

# A fact that a person gave to say that the lead would not tell: it counts for "qualificado" and is written nowhere.
NOT_TOLD = "nao informado"


@dataclass(frozen=True, slots=True)
class Told:
    """A fact, since when we know it, and whether it stands on the lead's own words (said or confirmed)."""

    value: str
    at: datetime
    own_words: bool
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """A company of ours; ``cnpj`` is "" when unknown."""

    id: UUID
    nome: str = ""
    cnpj: str = ""
    cidade: str = ""
    uf: str = ""
    site: str = ""
    email: str = ""
    telefone: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """An open orçamento. ``deal_id``: the deal it has, "" for none; ``deal_unsure``: one may stand there that nobody
    has seen yet. ``note_at``: when its note was written last; ``note_digest``: what it told."""

    id: UUID
    empresa_id: UUID | None = None
    produto: str = ""
    necessidade: str = ""
    volume: str = ""
    urgencia: str = ""
    segmento: str = ""
    deal_id: str = ""
    deal_unsure: bool = False
    note_at: datetime | None = None
    note_digest: str = ""
    followed_up: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """A handoff that stands open; words are Portuguese."""

    at: datetime
    reason: str
    queue: str


@dataclass(frozen=True, slots=True)
class Values:
    """One lead. ``phones`` are canonical, the one that WhatsApp gave first; ``facts`` are by field."""

    lead_id: UUID
    created_at: datetime
    temperature: str = Temperature.UNCLASSIFIED.value
    score: int | None = None
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, Told] = field(default_factory=dict, repr=False)
    shown_name: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    firms: Mapping[UUID, Firm] = field(default_factory=dict, repr=False)
    empresa_id: UUID | None = None
    needs: tuple[Need, ...] = ()
    registered: bool = False
    channel: str = ""
    origin: str = ""
    referral: Mapping[str, str] = field(default_factory=dict)
    opted_out: bool = False
    last_said_at: datetime | None = None
    handed: Handed | None = None
    summary: str = field(default="", repr=False)
    open_questions: tuple[str, ...] = field(default=(), repr=False)
    # Fields that the lead, asked by the agent, would not tell.
    not_told: frozenset[str] = frozenset()
    interests: tuple[str, ...] = ()
    disclosed: tuple[tuple[str, datetime], ...] = ()
    product_names: Mapping[str, str] = field(default_factory=dict)

    def told(self, name: str) -> str:
        """The value of a fact; "" when unknown and when the lead would not tell."""
        known = self.facts.get(name)
        return "" if known is None or fold(known.value) == NOT_TOLD else known.value

    def settled(self, name: str) -> bool:
        """Whether the question is answered, be it by not telling."""
        return name in self.not_told or (name in self.facts and bool(self.facts[name].value))
