"""Play against an installation that is already running, in real time, as a stranger would.

Needed in the environment: ``PLAY_API_TOKEN`` (a key to its /api/v1) and ``PLAY_SANDBOX_URL`` (the sandbox it takes for
its WhatsApp provider; the default is the demo's). That sandbox knows the address and secret of the webhook
(``SANDBOX_WEBHOOK_URL``). Nothing there is reset, and what would take faults or its managers' settings is not run.
Several cases may be played at once: each has a lead of its own.
"""

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

import httpx

from conversations.evals.observed import Final, lead_fields
from conversations.evals.outside import Outside
from conversations.evals.schema import Case

_DEMO_SANDBOX = "http://127.0.0.1:8900"


class TargetError(RuntimeError):
    """The installation cannot be asked; the text says what is missing."""


class Target:
    """Another installation, read through its API."""

    limits = frozenset({"faults", "setup", "sdr", "gap_recorded", "deletion_request"})

    def __init__(self, http: httpx.Client, outside: Outside) -> None:
        self._http = http
        self.outside = outside

    @classmethod
    @contextmanager
    def from_environment(cls, address: str) -> Iterator[Self]:
        """Raises TargetError when the token is missing."""
        token = os.environ.get("PLAY_API_TOKEN", "")
        if not token:
            raise TargetError("PLAY_API_TOKEN is missing: a key to the /api/v1 of the installation.")
        outside = Outside(os.environ.get("PLAY_SANDBOX_URL") or _DEMO_SANDBOX)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"{address.rstrip('/')}/api/v1", headers=headers, timeout=15.0) as http:
            try:
                yield cls(http, outside)
            finally:
                outside.close()

    @staticmethod
    def fresh_phone() -> int:
        """The first of a row of numbers that earlier runs hardly used."""
        return 5511900010001 + random.randrange(8000) * 10  # noqa: S311 - no secret

    def begin(self, case: Case) -> None:
        """Nothing to prepare: the lead is new."""

    def resume(self, provider_ids: list[str]) -> None:
        """The SDR gives the conversation back to the agent, through the API."""
        found = self._conversation(provider_ids)
        if found is not None:
            self._ask("POST", f"/conversations/{found}/resume")

    def by_people(self, provider_ids: list[str]) -> set[str]:
        """Nobody is played there, so nobody but the agent is heard."""
        return set()

    def runs(self, provider_ids: list[str]) -> dict[str, str]:
        return {}

    def final(self, provider_ids: list[str], *, start: datetime) -> Final:
        found = self._conversation(provider_ids)
        if found is None:
            return Final()
        timeline = self._get(f"/conversations/{found}/timeline")
        state = timeline["conversation"]
        handoffs = [row for row in timeline["entries"] if row["stage"] == "handoff"]
        # As they are stored: the timeline tells them as people read them.
        facts = {fact["field"]: fact["value"] for fact in self._get(f"/leads/{state['lead']}")["facts"]}
        known = {row["title"]: row["at"] for row in reversed(timeline["entries"]) if row["stage"] == "fact"}
        labels = {fact["field"]: f"Fato: {fact['label']}" for fact in state["facts"]}
        intents = ", ".join(_detail(row).get("Intenções", "") for row in timeline["entries"] if row["stage"] == "turn")
        return Final(
            temperature=state["temperature"],
            owner=state["owner"],
            handoff=any(row["status"] == "aberto" for row in handoffs),
            human_queue=_detail(handoffs[-1]).get("Fila") if handoffs else None,
            opt_out=state["opted_out"],
            lead_fields=lead_fields(facts, intents=tuple(intents.split(", ")), opt_out=state["opted_out"]),
            known_since={
                name: (datetime.fromisoformat(known[label]) - start).total_seconds()
                for name, label in labels.items()
                if label in known
            },
        )

    def _conversation(self, provider_ids: list[str]) -> str | None:
        for provider_id in reversed(provider_ids):
            rows = self._get("/conversations", provider_message_id=provider_id)["results"]
            if rows:
                return str(rows[0]["id"])
        return None

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return self._ask("GET", path, **query)

    def _ask(self, method: str, path: str, **query: str) -> dict[str, Any]:
        try:
            answer = self._http.request(method, path, params=query)
        except httpx.HTTPError as error:
            raise TargetError(f"the installation does not answer: {type(error).__name__}") from error
        if not answer.is_success:
            raise TargetError(f"the installation answers {answer.status_code} to {path}")
        data: dict[str, Any] = answer.json()
        return data


def _detail(row: Mapping[str, Any]) -> dict[str, str]:
    return {pair["label"]: pair["value"] for pair in row["detail"]}
