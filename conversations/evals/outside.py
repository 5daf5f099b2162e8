"""The sandbox as the player steers it: its ``/_sandbox`` calls over HTTP, nothing imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from conversations.evals.observed import Crm
from conversations.evals.schema import Turn

# What `play` tells of each record.
_COMPANY = ("id", "name", "cnpj", "city", "uf", "external_code", "by_hand")
_PERSON = ("id", "name", "phones", "emails", "city", "uf", "company_id", "external_code", "by_hand")
_DEAL = (
    *("id", "title", "pipeline_id", "stage_id", "stage", "origin", "owner", "status", "temperature", "reference"),
    *("person_id", "company_id", "by_hand"),
)
# A call that waits for the product's answer to a webhook takes as long as that answer.
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class OutsideError(RuntimeError):
    """The sandbox refused a call or did not answer; the text says which."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What the sandbox still has to do: webhooks not yet answered, and when each held model call is released."""

    webhooks: int
    held: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in the provider's log. ``origin`` is lead, api (the product) or phone (a person)."""

    at: datetime
    type: str
    text: str
    provider_id: str
    origin: str


class Outside:
    """One running sandbox at ``address``."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/_sandbox", timeout=_TIMEOUT, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def alive(self) -> bool:
        try:
            return self._http.get("/health").is_success
        except httpx.HTTPError:
            return False

    def reset(self) -> None:
        """Forget people, messages and faults. What a broken case left hanging in the model is let go first."""
        if self.waits().held:
            self._post("clock", offset_s=10**9)
        self._post("reset")

    def move_clock(self, offset_s: float, *, virtual: bool | None = None) -> None:
        """Let the sandbox's clock run so much ahead of the machine's. ``virtual``: model calls wait for this clock."""
        self._post("clock", offset_s=offset_s, virtual=virtual)

    def waits(self) -> Waits:
        data = self._get("clock")
        held = tuple(datetime.fromisoformat(instant) for instant in data["pending"])
        return Waits(webhooks=int(data["webhooks_pending"]), held=held)

    def model(self, *, mode: str, latency_s: float = 0.0) -> None:
        self._post("model", mode=mode, latency_s=latency_s)

    def lead_writes(self, lead: str, turn: Turn, **options: Any) -> str:
        """The lead's message, delivered to the product before this returns; its provider id."""
        kind = "text" if turn.type == "edit" else turn.type
        media = {"duration_s": turn.duration_s, "corrupt": turn.corrupt} if kind == "audio" else {}
        answer = self._post("zapi/lead-message", lead=lead, type=kind, text=turn.text, **media, **options)
        return str(answer["messageId"])

    def lead_deletes(self, lead: str, provider_id: str) -> None:
        self._post("zapi/delete", lead=lead, messageId=provider_id)

    def person_writes(self, lead: str, text: str) -> str:
        """Somebody types on the company's own phone; the message's provider id."""
        return str(self._post("zapi/human-message", lead=lead, text=text)["messageId"])

    def sdr_writes(self, text: str, *, private: bool = False) -> None:
        """An SDR types into the newest conversation in Chatwoot, which is that of the lead being played."""
        self._post("chatwoot/message", text=text, private=private)

    def assignee(self, lead: str) -> str | None:
        """Whose the lead's newest conversation in Chatwoot is, by name; None while it is nobody's."""
        state = self._get("chatwoot/state")
        people = {row["id"] for row in state["contacts"] if row["phone_number"] == f"+{lead}"}
        rows = [row for row in state["conversations"] if row["contact_id"] in people]
        return max(rows, key=lambda row: int(row["id"]))["assignee"] if rows else None

    def crm_goes(self, *, up: bool) -> None:
        """The CRM answers 503 until it is up again."""
        if up:
            self._post("piperun/clear-faults")
        else:
            self._post("piperun/fault", name="unavailable")

    def crm_knows(self, companies: Sequence[Mapping[str, Any]]) -> None:
        """Somebody had typed these companies into the CRM: ``name`` and ``cnpj``."""
        self._post("piperun/seed", companies=[dict(company) for company in companies])

    def crm(self, lead: str = "") -> Crm:
        """What the CRM holds: everything, or what belongs to the lead with this phone."""
        state = self._get("piperun/state")
        persons, companies = state["persons"], state["companies"]
        deals = [row for row in state["deals"] if not row["deleted"]]
        if lead:
            persons = [row for row in persons if lead in row["phones"]]
            known = {row["id"] for row in persons}
            deals = [row for row in deals if row["person_id"] in known]
            linked = {row["company_id"] for row in (*persons, *deals)}
            companies = [row for row in companies if row["id"] in linked]
        numbers = {row["id"] for row in deals}
        statuses = state["calls"]["by_status"]
        return Crm(
            companies=tuple(_part(row, _COMPANY) for row in companies),
            persons=tuple(_part(row, _PERSON) for row in persons),
            deals=tuple(_part(row, _DEAL) for row in deals),
            notes=sum(row["deal_id"] in numbers for row in state["notes"]),
            refused=sum(count for status, count in statuses.items() if status == "0" or status >= "500"),
            twins=tuple(state["twins"]),
        )

    def messages(self, lead: str) -> list[Entry]:
        """Everything the provider carried to or from the lead, in order."""
        rows = self._get("zapi/messages", lead=lead)["messages"]
        return [
            Entry(datetime.fromisoformat(row["at"]), row["type"], row["text"], row["provider_id"], row["origin"])
            for row in rows
            if row["status"] != "FAILED"
        ]

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return self._read(path, lambda: self._http.get(f"/{path}", params=query))

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._read(path, lambda: self._http.post(f"/{path}", json=body))
        hook = answer.get("webhook")
        if hook is not None and not 200 <= hook["status"] < 300:
            raise OutsideError(f"the product answered a webhook with {hook['status']} {hook['error']}".strip())
        return answer

    @staticmethod
    def _read(path: str, call: "Any") -> dict[str, Any]:
        try:
            answer = call()
        except httpx.HTTPError as error:
            raise OutsideError(f"the sandbox does not answer {path}: {type(error).__name__}") from error
        if not answer.is_success:
            raise OutsideError(f"the sandbox refused {path}: {answer.text[:200]}")
        data: dict[str, Any] = answer.json()
        return data


def _part(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}
