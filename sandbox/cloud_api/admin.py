"""``/_sandbox/cloud/…``: what a test or the page has the fake number, its leads and its people do."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from sandbox.cloud_api.provider import CloudNumber
from sandbox.cloud_api.state import Template
from sandbox.hooks import Outcome
from sandbox.world import Lead
from sandbox.zapi.provider import Posted

_Action = Callable[[dict[str, Any]], Awaitable[object]]


class Steering:
    def __init__(self, number: CloudNumber) -> None:
        self._number = number

    def actions(self) -> dict[str, _Action]:
        return {
            "lead-message": self.lead_message,
            "human-message": self.human_message,
            "delete": self.delete,
            "settings": self.settings,
            "templates": self.templates,
            "template": self.template,
            "raw": self.raw,
        }

    def state(self) -> dict[str, Any]:
        state = self._number.state
        return {
            "settings": asdict(state.settings),
            "templates": [asdict(row) for row in state.templates],
            "files": [{"id": row.id, "mime": row.mime, "name": row.name} for row in state.files.values()],
        }

    async def lead_message(self, data: dict[str, Any]) -> object:
        """With ``wait`` (default true) the answer comes after the webhook was answered and tells its status."""
        kind = str(data.get("type") or "text")
        posted = self._number.lead_writes(self._lead(data), kind=kind, text=str(data.get("text") or ""), data=data)
        return await self._told(posted, data)

    async def human_message(self, data: dict[str, Any]) -> object:
        return await self._told(self._number.human_writes(self._lead(data), str(data.get("text") or "")), data)

    async def delete(self, data: dict[str, Any]) -> object:
        outcome = self._number.lead_deletes(self._lead(data), str(data.get("messageId") or ""))
        return await _outcome(outcome, data)

    async def settings(self, data: dict[str, Any]) -> object:
        """Any of the fields of ``state.Settings``, by name."""
        settings = self._number.state.settings
        for name, value in data.items():
            setattr(settings, name, type(getattr(settings, name))(value))
        return asdict(settings)

    async def templates(self, data: dict[str, Any]) -> object:
        """Replace the account's templates by those in ``templates``."""
        self._number.state.templates = [Template(**row) for row in data.get("templates", [])]
        return self.state()["templates"]

    async def template(self, data: dict[str, Any]) -> object:
        """Decide on one: ``name``, ``language``, and ``event`` (with ``reason``) or a new ``quality``."""
        said = {key: str(data.get(key) or "") for key in ("event", "reason", "quality")}
        outcome = self._number.decide(str(data.get("name")), str(data.get("language") or "pt_BR"), **said)
        return await _outcome(outcome, data)

    async def raw(self, data: dict[str, Any]) -> object:
        """Post any change value as a signed webhook: ``field`` and ``value``."""
        value = dict(data.get("value") or {})
        lead = self._lead(data)
        outcome = self._number.post(lead, field=str(data.get("field") or "messages"), **json.loads(json.dumps(value)))
        return await _outcome(outcome, data)

    def _lead(self, data: dict[str, Any]) -> Lead:
        address = str(data.get("lead") or "").strip()
        if not address:
            raise ValueError("lead is required")
        return self._number.world.lead(address, str(data.get("name") or ""))

    async def _told(self, posted: Posted, data: dict[str, Any]) -> dict[str, object]:
        told = await _outcome(posted.outcome, data)
        return {"messageId": posted.entry.provider_id, "n": posted.entry.n, "momment": posted.momment, **told}


async def _outcome(future: "asyncio.Future[Outcome]", data: dict[str, Any]) -> dict[str, object]:
    """How the webhook went, when the caller wants to wait for it."""
    if data.get("wait") is False:
        return {"webhook": None}
    try:
        outcome = await future
    except asyncio.CancelledError:
        return {"webhook": {"status": 0, "error": "reset"}}
    return {"webhook": {"status": outcome.status, "error": outcome.error}}
