"""``/_sandbox``: how a test, the demo or the page steers the outside world. JSON in, JSON out."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import faults
from sandbox.box import Box
from sandbox.chatwoot.admin import NoSuchThing, Steering
from sandbox.cloud_api.admin import Steering as CloudSteering
from sandbox.config import PERSONALITIES
from sandbox.hooks import Outcome
from sandbox.model import misbehave
from sandbox.piperun.admin import Steering as CrmSteering
from sandbox.piperun.byhand import CannotDo
from sandbox.world import Lead
from sandbox.zapi.provider import UnknownKind

_PRESENCES = ("AVAILABLE", "UNAVAILABLE", "COMPOSING", "RECORDING", "PAUSED")
_Handler = Callable[[Request], Awaitable[Response]]
_Action = Callable[[dict[str, Any]], Awaitable[object]]


class Refused(Exception):
    """The call makes no sense; the text says why."""


def routes(box: Box) -> list[Route]:
    admin = _Admin(box)
    post: dict[str, _Action] = {
        "zapi/lead-message": admin.lead_message,
        "zapi/human-message": admin.human_message,
        "zapi/presence": admin.presence,
        "zapi/delete": admin.delete,
        "zapi/connection": admin.connection,
        "zapi/raw": admin.raw,
        "zapi/settings": admin.settings,
        "zapi/leads": admin.new_lead,
        "transcripts": admin.transcript,
        "model": admin.model,
        "faults": admin.fault,
        "clock": admin.clock,
        "reset": admin.reset,
    }
    post |= {f"chatwoot/{path}": action for path, action in admin.steering.actions().items()}
    post |= {f"cloud/{path}": action for path, action in admin.cloud.actions().items()}
    post |= {f"piperun/{path}": action for path, action in admin.crm.actions().items()}
    found = [Route(f"/_sandbox/{path}", _posted(action), methods=["POST"]) for path, action in post.items()]
    found += [
        Route("/_sandbox/zapi/messages", admin.messages, methods=["GET"]),
        Route("/_sandbox/zapi/leads", admin.leads, methods=["GET"]),
        Route("/_sandbox/zapi/settings", admin.show_settings, methods=["GET"]),
        Route("/_sandbox/chatwoot/state", admin.chatwoot_state, methods=["GET"]),
        Route("/_sandbox/cloud/state", admin.cloud_state, methods=["GET"]),
        Route("/_sandbox/piperun/state", admin.crm_state, methods=["GET"]),
        Route("/_sandbox/piperun/calls", admin.crm_calls, methods=["GET"]),
        Route("/_sandbox/model", admin.show_model, methods=["GET"]),
        Route("/_sandbox/model/calls", admin.model_calls, methods=["GET"]),
        Route("/_sandbox/faults", admin.show_faults, methods=["GET"]),
        Route("/_sandbox/faults", admin.clear_faults, methods=["DELETE"]),
        Route("/_sandbox/clock", admin.show_clock, methods=["GET"]),
        Route("/_sandbox/health", admin.health, methods=["GET"]),
    ]
    return found


def _posted(action: _Action) -> _Handler:
    async def handler(request: Request) -> Response:
        try:
            raw = await request.body()
            data = json.loads(raw) if raw.strip() else {}
            if not isinstance(data, dict):
                raise Refused("the body must be an object")
            return JSONResponse(await action(data))
        except (Refused, NoSuchThing, CannotDo, faults.BadFault) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except (ValueError, TypeError, RecursionError):
            return JSONResponse({"error": "a value in the body has the wrong form"}, status_code=400)

    return handler


class _Admin:
    def __init__(self, box: Box) -> None:
        self._box = box
        self.steering = Steering(box.desk)
        self.cloud = CloudSteering(box.cloud)
        self.crm = CrmSteering(box.crm, box.crm_calls, box.faults)

    # --- playing people ---------------------------------------------------------------------------------------

    def _lead(self, data: dict[str, Any]) -> Lead:
        address = data.get("lead")
        if not isinstance(address, str) or not address.strip():
            raise Refused("lead is required: a phone or an ...@lid")
        return self._box.world.lead(address.strip(), str(data.get("name") or ""))

    async def lead_message(self, data: dict[str, Any]) -> object:
        """With ``wait`` (default true) the answer comes after the webhook was answered and tells its status."""
        lead = self._lead(data)
        kind = str(data.get("type") or "text")
        try:
            posted = self._box.provider.lead_writes(lead, kind=kind, text=str(data.get("text") or ""), data=data)
        except UnknownKind:
            raise Refused(f"a lead cannot send {kind}") from None
        told = await _outcome(posted.outcome, data)
        entry = posted.entry
        return {"messageId": entry.provider_id, "n": entry.n, "momment": posted.momment, "lead": lead.key, **told}

    async def human_message(self, data: dict[str, Any]) -> object:
        kind = str(data.get("type") or "text")
        if kind not in ("text", "image", "video", "document", "audio"):
            raise Refused(f"the company's phone cannot send {kind}")
        posted = self._box.provider.human_writes(self._lead(data), str(data.get("text") or ""), kind=kind, data=data)
        told = await _outcome(posted.outcome, data)
        return {"messageId": posted.entry.provider_id, "n": posted.entry.n, "momment": posted.momment, **told}

    async def presence(self, data: dict[str, Any]) -> object:
        value = str(data.get("status") or "COMPOSING").upper()
        if value not in _PRESENCES:
            raise Refused(f"status must be one of {', '.join(_PRESENCES)}")
        return await _outcome(self._box.provider.lead_presence(self._lead(data), value), data)

    async def delete(self, data: dict[str, Any]) -> object:
        return await _outcome(self._box.provider.lead_deletes(self._lead(data), str(data.get("messageId"))), data)

    async def connection(self, data: dict[str, Any]) -> object:
        if not isinstance(data.get("connected"), bool):
            raise Refused("connected must be true or false")
        return await _outcome(self._box.provider.connect(data["connected"]), data)

    async def raw(self, data: dict[str, Any]) -> object:
        """Post any body as a webhook: ``body`` an object, or a string taken as it is."""
        body = data.get("body", {})
        sent = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else json.dumps(body).encode()
        url = str(data.get("url") or self._box.provider.webhook_url("received"))
        lane = str(data.get("lane") or "raw")
        return await _outcome(self._box.hooks.post_raw(lane, url, sent, "raw"), data)

    async def new_lead(self, data: dict[str, Any]) -> object:
        return asdict(self._lead(data))

    async def settings(self, data: dict[str, Any]) -> object:
        known = asdict(self._box.world.settings)
        if unknown := set(data) - set(known):
            raise Refused(f"unknown keys: {', '.join(sorted(unknown))}")
        for key, value in data.items():
            if isinstance(known[key], bool) != isinstance(value, bool):
                raise Refused(f"{key} has the wrong form")
            setattr(self._box.world.settings, key, [float(item) for item in value] if key.endswith("_s") else value)
        return asdict(self._box.world.settings)

    # --- looking ----------------------------------------------------------------------------------------------

    async def messages(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        start = int(since) if since.isdigit() else 0
        lead = request.query_params.get("lead")
        rows = [asdict(entry) for entry in self._box.world.log[start:] if lead in (None, entry.lead)]
        return JSONResponse({"messages": rows, "last": len(self._box.world.log)})

    async def leads(self, request: Request) -> Response:
        return JSONResponse({"leads": [asdict(lead) for lead in self._box.world.leads.values()]})

    async def show_settings(self, request: Request) -> Response:
        return JSONResponse(asdict(self._box.world.settings))

    async def chatwoot_state(self, request: Request) -> Response:
        try:
            return JSONResponse(self.steering.state(request.query_params.get("conversation")))
        except NoSuchThing as error:
            return JSONResponse({"error": str(error)}, status_code=404)

    async def cloud_state(self, request: Request) -> Response:
        return JSONResponse(self.cloud.state())

    async def crm_state(self, request: Request) -> Response:
        return JSONResponse(self.crm.state())

    async def crm_calls(self, request: Request) -> Response:
        return JSONResponse(self.crm.calls(request.query_params))

    async def show_model(self, request: Request) -> Response:
        return JSONResponse(self._box.model.describe())

    async def model_calls(self, request: Request) -> Response:
        return JSONResponse(self._box.model.summary(full=request.query_params.get("full") == "1"))

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse({"faults": [fault.describe() for fault in self._box.faults.rules]})

    async def clear_faults(self, request: Request) -> Response:
        self._box.faults.clear()
        return JSONResponse({"faults": []})

    async def show_clock(self, request: Request) -> Response:
        return JSONResponse({**self._box.clock.describe(), "webhooks_pending": self._box.webhooks_pending})

    async def health(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "seed": self._box.world.seed})

    # --- steering ---------------------------------------------------------------------------------------------

    async def transcript(self, data: dict[str, Any]) -> object:
        name = data.get("name")
        if not isinstance(name, str) or not name:
            raise Refused("name is required")
        self._box.world.transcripts[name] = str(data.get("text") or "")
        return {"transcripts": len(self._box.world.transcripts)}

    async def model(self, data: dict[str, Any]) -> object:
        model = self._box.model
        name = data.get("mode", model.mode.name)
        if name not in misbehave.MODES:
            raise Refused(f"mode must be one of {', '.join(misbehave.MODES)}")
        personality = data.get("personality", model.personality)
        if personality not in PERSONALITIES:
            raise Refused(f"personality must be one of {', '.join(PERSONALITIES)}")
        latency = float(data.get("latency_s", model.mode.latency_s) or 0)
        times = None if data.get("times") is None else int(data["times"])
        model.mode = misbehave.Mode(name=name, times=times, latency_s=latency)
        model.personality = personality
        return model.describe()

    async def fault(self, data: dict[str, Any]) -> object:
        self._box.faults.add(faults.parse(data))
        return {"faults": [fault.describe() for fault in self._box.faults.rules]}

    async def clock(self, data: dict[str, Any]) -> object:
        offset, model_s, virtual = data.get("offset_s"), data.get("model_s"), data.get("virtual")
        self._box.clock.set(
            offset_s=None if offset is None else float(offset),
            virtual=None if virtual is None else bool(virtual),
            model_s=None if model_s is None else float(model_s),
        )
        return {**self._box.clock.describe(), "webhooks_pending": self._box.webhooks_pending}

    async def reset(self, data: dict[str, Any]) -> object:
        seed = data.get("seed")
        self._box.reset(None if seed is None else int(seed))
        return {"ok": True, "seed": self._box.world.seed}


async def _outcome(future: "asyncio.Future[Outcome]", data: dict[str, Any]) -> dict[str, object]:
    """How the webhook went, when the caller wants to wait for it."""
    if data.get("wait") is False:
        return {"webhook": None}
    try:
        outcome = await future
    except asyncio.CancelledError:
        return {"webhook": {"status": 0, "error": "reset"}}
    return {"webhook": {"status": outcome.status, "error": outcome.error}}
