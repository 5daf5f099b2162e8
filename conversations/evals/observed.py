"""What a played conversation came to: the transcript as the provider saw it, and the final state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seleto.lib.text.fold import fold

BOOLEANS = ("opt_out", "pede_humano", "pede_preco")
# The 15 keys of a lead (eval/README.md, section 2), in its order.
LEAD_FIELDS = (
    *("nome", "empresa", "cidade", "uf", "produto", "volume", "urgencia", "cnpj", "email", "telefone"),
    *("conhece_seleto", "segmento", *BOOLEANS),
)
_INTENTS = {"pede_humano": ("pede_humano",), "pede_preco": ("pergunta_preco",)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript; ``at`` in seconds from the start. ``turn`` is the input turn it came from, ``reply``
    the number of the agent's reply it belongs to."""

    at: float
    sender: str
    type: str
    text: str
    provider_id: str = ""
    turn: int | None = None
    reply: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": round(self.at, 1),
            "turn": self.turn,
            "reply": self.reply,
            "from": self.sender,
            "type": self.type,
            "text": self.text,
            "provider_id": self.provider_id,
        }


@dataclass(frozen=True, slots=True)
class Crm:
    """What the CRM holds at the end; ``by_hand`` of a record tells that it was there before or a person made it.

    ``refused`` counts the calls that got no answer or an error of the server, ``twins`` names what is there twice.
    """

    companies: tuple[Mapping[str, Any], ...] = ()
    persons: tuple[Mapping[str, Any], ...] = ()
    deals: tuple[Mapping[str, Any], ...] = ()
    notes: int = 0
    refused: int = 0
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Final:
    """The state at the end. ``known_since``: seconds from the start at which each fact was first recorded."""

    temperature: str = "nao_classificado"
    owner: str = "agent"
    handoff: bool = False
    human_queue: str | None = None
    assigned_to: str | None = None
    opt_out: bool = False
    deletion_request: bool = False
    gap_recorded: bool = False
    interest_recorded: tuple[str, ...] = ()
    lead_fields: Mapping[str, Any] = field(default_factory=lambda: lead_fields({}, intents=(), opt_out=False))
    crm: Crm = Crm()
    known_since: Mapping[str, float] = field(default_factory=dict)

    @property
    def paused(self) -> bool:
        return self.owner == "human"

    def as_dict(self) -> dict[str, Any]:
        return {
            "temperature": self.temperature,
            "owner": self.owner,
            "paused": self.paused,
            "handoff": self.handoff,
            "human_queue": self.human_queue,
            "assigned_to": self.assigned_to,
            "opt_out": self.opt_out,
            "deletion_request": self.deletion_request,
            "gap_recorded": self.gap_recorded,
            "interest_recorded": list(self.interest_recorded),
            "lead_fields": dict(self.lead_fields),
            "crm": {
                "companies": list(self.crm.companies),
                "persons": list(self.crm.persons),
                "deals": list(self.crm.deals),
                "notes": self.crm.notes,
            },
        }


def lead_fields(facts: Mapping[str, str], *, intents: tuple[str, ...], opt_out: bool) -> dict[str, Any]:
    """The 15 keys from stored facts and what the turns understood; unknown is None, the booleans default to false."""
    found: dict[str, Any] = {name: facts.get(name) or None for name in LEAD_FIELDS if name not in BOOLEANS}
    if found["volume"]:
        found["volume"] = volume(found["volume"])
    if found["conhece_seleto"]:
        found["conhece_seleto"] = fold(found["conhece_seleto"]) == "sim"
    if found["telefone"] and found["telefone"].startswith("55"):
        found["telefone"] = f"+{found['telefone']}"
    found["opt_out"] = opt_out
    for name, meaning in _INTENTS.items():
        found[name] = any(intent in meaning for intent in intents)
    return found


def volume(stored: str) -> dict[str, Any] | str:
    """``"1500 hamburgueres/dia"`` as its three parts; another form comes back as it is."""
    amount, _, rest = stored.partition(" ")
    unit, _, period = rest.partition("/")
    try:
        number = float(amount)
    except ValueError:
        return stored
    return {"quantidade": int(number) if number.is_integer() else number, "unidade": unit, "periodo": period}
