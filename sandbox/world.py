"""Everything the sandbox remembers: who the leads are, what was said, and how the provider is set up."""

import base64
import hashlib
import random
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

FIRST_FRESH_PHONE = 5511900001000
_CAST = (
    ("Marina Exemplo", "5511900000001", "100000000000001@lid"),
    ("Otávio Teste", "5511900000002", "100000000000002@lid"),
    ("Patrícia Modelo", "5511900000003", "100000000000003@lid"),
    ("Sem número", "", "100000000000005@lid"),
)


@dataclass
class Lead:
    """A fictional person. ``phone`` is empty for someone WhatsApp shows by LID alone."""

    name: str
    phone: str
    lid: str

    @property
    def key(self) -> str:
        """How the provider addresses the lead."""
        return self.phone or self.lid


@dataclass
class Entry:
    """One message in the provider's log. ``origin`` is lead, api (sent by the product) or phone (a human).

    ``media`` is the name of its file, ``filename`` what the sender called it.
    """

    n: int
    at: str
    lead: str
    direction: str
    type: str
    text: str
    provider_id: str
    status: str
    delay_typing_s: float = 0.0
    origin: str = "lead"
    zaap_id: str = ""
    reference: str = ""
    edited: bool = False
    deleted: bool = False
    reaction: str = ""
    error: str = ""
    media: str = ""
    filename: str = ""


@dataclass
class Settings:
    """How the fake provider behaves. Delays in seconds after acceptance: SENT, RECEIVED, READ."""

    receipts: bool = True
    receipt_delays_s: list[float] = field(default_factory=lambda: [0.15, 0.4, 1.2])
    notify_sent_by_me: bool = True
    auto_read: bool = False
    connected: bool = True


def digits(value: str) -> str:
    return re.sub(r"\D", "", value)


def canonical_phone(value: str) -> str:
    """Brazilian mobiles with the ninth digit, whatever form was given (contracts/zapi.md, section 6)."""
    number = digits(value)
    if len(number) == 12 and number.startswith("55") and number[4] in "6789":
        return f"{number[:4]}9{number[4:]}"
    return number


class World:
    def __init__(self, seed: int) -> None:
        self.leads: dict[str, Lead] = {}
        self.log: list[Entry] = []
        self.settings = Settings()
        self.webhooks: dict[str, str] = {}
        self.typing: dict[str, datetime] = {}
        self.transcripts: dict[str, str] = {}
        # What somebody really sent, by the name under which it is served: (content type, bytes).
        self.files: dict[str, tuple[str, bytes]] = {}
        # By lead: through which of the two providers the page lets them write; the first one where nothing is said.
        self.provider_of: dict[str, str] = {}
        self.version = 0
        self._by_id: dict[str, Entry] = {}
        self._by_lead: dict[str, list[Entry]] = {}
        self.reseed(seed)
        self._people()

    def reseed(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)  # noqa: S311 - reproducible play, not a secret
        self._counter = 0

    def reset(self, seed: int | None) -> None:
        """Forget everything. Without a seed the ids run on, so a product that kept its rows sees only new ones."""
        if seed is not None:
            self.reseed(seed)
        self.log.clear()
        self._by_id.clear()
        self._by_lead.clear()
        self.leads.clear()
        self.settings = Settings()
        self.webhooks.clear()
        self.typing.clear()
        self.transcripts.clear()
        self.files.clear()
        self.provider_of.clear()
        self._people()
        self.touch()

    def _people(self) -> None:
        for name, phone, lid in _CAST:
            lead = Lead(name=name, phone=phone, lid=lid)
            self.leads[lead.key] = lead

    def touch(self) -> None:
        self.version += 1

    def new_id(self, prefix: str, length: int) -> str:
        """An id as the provider writes them: upper-case hexadecimal, unique within a seed."""
        self._counter += 1
        digest = hashlib.sha256(f"{self.seed}:{self._counter}".encode()).hexdigest().upper()
        return (prefix + digest)[:length]

    def find_lead(self, address: str) -> Lead | None:
        """By phone in any form, or by LID."""
        address = address.strip()
        if address.endswith("@lid"):
            return next((lead for lead in self.leads.values() if lead.lid == address), None)
        return self.leads.get(address) or self.leads.get(canonical_phone(address))

    def lead(self, address: str, name: str = "") -> Lead:
        """The lead behind an address; a stranger is met on the spot. A given name is taken over."""
        found = self.find_lead(address)
        if found is None:
            lid_only = address.endswith("@lid")
            phone = "" if lid_only else canonical_phone(address)
            lid = address if lid_only else self._lid_for(phone)
            found = Lead(name=name or phone or lid, phone=phone, lid=lid)
            self.leads[found.key] = found
            self.touch()
        elif name:
            found.name = name
        return found

    def fresh_copy(self, lead: Lead) -> Lead:
        """The same person with a number nobody has seen, in the old one's place in the list."""
        number = str(self.rng.randrange(FIRST_FRESH_PHONE, FIRST_FRESH_PHONE + 900_000))
        lid = self._lid_for(number)
        fresh = Lead(name=lead.name, phone=number if lead.phone else "", lid=lid)
        if lead.key in self.provider_of:
            self.provider_of[fresh.key] = self.provider_of.pop(lead.key)
        self.leads = {
            (fresh.key if key == lead.key else key): (fresh if key == lead.key else value)
            for key, value in self.leads.items()
        }
        self.touch()
        return fresh

    def _lid_for(self, phone: str) -> str:
        number = int(hashlib.sha256(phone.encode()).hexdigest()[:12], 16) % 10**14
        return f"1{number:014d}@lid"

    def record(self, *, at: datetime, lead: Lead, **values: Any) -> Entry:
        entry = Entry(n=len(self.log) + 1, at=at.astimezone(UTC).isoformat(), lead=lead.key, **values)
        self._remember(entry)
        self.touch()
        return entry

    def _remember(self, entry: Entry) -> None:
        self.log.append(entry)
        self._by_id.setdefault(entry.provider_id, entry)
        self._by_lead.setdefault(entry.lead, []).append(entry)

    def find_entry(self, provider_id: str) -> Entry | None:
        return self._by_id.get(provider_id)

    def conversation(self, lead: Lead) -> list[Entry]:
        return self._by_lead.get(lead.key, [])

    def received_before(self, entry: Entry) -> list[Entry]:
        """What the lead wrote up to and including ``entry``, oldest first."""
        rows = self._by_lead.get(entry.lead, [])
        return [row for row in rows if row.direction == "in" and row.n <= entry.n]

    def snapshot(self) -> dict[str, object]:
        return {
            "seed": self.seed,
            "counter": self._counter,
            "leads": [asdict(lead) for lead in self.leads.values()],
            "log": [asdict(entry) for entry in self.log],
            "settings": asdict(self.settings),
            "webhooks": dict(self.webhooks),
            "transcripts": dict(self.transcripts),
            "provider_of": dict(self.provider_of),
            "files": {name: [kind, base64.b64encode(data).decode()] for name, (kind, data) in self.files.items()},
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take over a snapshot. Raises KeyError or TypeError when it is not one."""
        self.reseed(int(data["seed"]))
        self._counter = int(data["counter"])
        leads = [Lead(**row) for row in data["leads"]]
        self.leads = {lead.key: lead for lead in leads}
        self.log.clear()
        self._by_id.clear()
        self._by_lead.clear()
        for row in data["log"]:
            self._remember(Entry(**row))
        self.settings = Settings(**data["settings"])
        self.webhooks = dict(data["webhooks"])
        self.transcripts = dict(data["transcripts"])
        self.provider_of = dict(data.get("provider_of", {}))
        self.files = {name: (kind, base64.b64decode(text)) for name, (kind, text) in data.get("files", {}).items()}
        self.touch()
