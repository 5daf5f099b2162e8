"""The page's addresses: the whole page, the two fragments it polls, and what its buttons do."""

import base64
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox import faults
from sandbox.box import Box
from sandbox.cloud_api.provider import CloudNumber
from sandbox.config import PERSONALITIES
from sandbox.model.misbehave import MODES, Mode
from sandbox.page import scenes
from sandbox.page.exchanges import cut
from sandbox.page.render import HERE, Pages, digest
from sandbox.page.timeline import Timeline, View
from sandbox.world import Lead
from sandbox.zapi.provider import Provider

_MAX_TEXT = 4096


def routes(box: Box, timeline: Timeline) -> list[BaseRoute]:
    page = _Page(box, timeline)
    return [
        Route("/", page.show, methods=["GET"]),
        Route("/page/chat", page.chat, methods=["GET"]),
        Route("/page/timeline", page.timeline, methods=["GET"]),
        Route("/page/status", page.status, methods=["GET"]),
        Route("/page/send", page.send, methods=["POST"]),
        Route("/page/scene", page.scene, methods=["POST"]),
        Route("/page/burst", page.burst, methods=["POST"]),
        Route("/page/human", page.human, methods=["POST"]),
        Route("/page/restart", page.restart, methods=["POST"]),
        Route("/page/model", page.model, methods=["POST"]),
        Route("/page/fault", page.fault, methods=["POST"]),
        Route("/page/connection", page.connection, methods=["POST"]),
        Route("/page/channel", page.channel, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


class _Page:
    def __init__(self, box: Box, timeline: Timeline) -> None:
        self._box = box
        self._timeline = timeline
        self._pages = Pages()

    # --- what is seen -----------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        lead = self._chosen(request.query_params.get("lead"))
        view = await self._view(lead)
        return self._pages.render(
            "page.html",
            leads=list(self._box.world.leads.values()),
            scenes=[(scene, scene.said_by(lead)) for scene in scenes.SCENES],
            stages=scenes.STAGES,
            channels=scenes.CHANNELS,
            channel=self._channel(lead),
            **(self._chat_context(lead) | self._timeline_context(lead, view) | self._control_context(lead)),
        )

    async def chat(self, request: Request) -> Response:
        """The phone's messages; 204 while nothing changed, so that the reader's place is kept."""
        context = self._chat_context(self._chosen(request.query_params.get("lead")))
        if request.query_params.get("v") == context["chat_version"]:
            return Response(status_code=204)
        return self._pages.render("chat.html", **context)

    async def timeline(self, request: Request) -> Response:
        lead = self._chosen(request.query_params.get("lead"))
        context = self._timeline_context(lead, await self._view(lead))
        if request.query_params.get("v") == context["timeline_version"]:
            return Response(status_code=204)
        return self._pages.render("timeline.html", stages=scenes.STAGES, **context)

    async def status(self, request: Request) -> Response:
        """The pills and the control strip, so that a defect that was used up does not stay on show."""
        context = self._control_context(self._chosen(request.query_params.get("lead")))
        if request.query_params.get("v") == context["status_version"]:
            return Response(status_code=204)
        return self._pages.render("status.html", **context)

    def _chat_context(self, lead: Lead) -> dict[str, Any]:
        messages = self._box.world.conversation(lead)
        typing = self._box.provider.typing(lead)
        state = [(row.n, row.status, row.text, row.deleted, row.reaction, row.error) for row in messages]
        quoted = {row.provider_id: row.text for row in messages}
        waiting = {row.provider_id for row in self._box.provider.queued}
        shown = [row for row in messages if row.provider_id not in waiting and row.type != "reaction"]
        connected = self._box.world.settings.connected or self._channel(lead) == scenes.CLOUD
        version = digest((lead.key, typing, state, len(waiting), connected))
        return {
            "lead": lead,
            "messages": shown,
            "quoted": quoted,
            "typing": typing,
            "connected": connected,
            "chat_version": version,
        }

    async def _view(self, lead: Lead) -> View:
        last = next((row for row in reversed(self._box.world.conversation(lead)) if row.direction == "in"), None)
        if last is None:
            return View(problem="Escreva no telefone: cada etapa do atendimento vai aparecer aqui.")
        return await self._timeline.read(last.provider_id)

    def _timeline_context(self, lead: Lead, view: View) -> dict[str, Any]:
        version = digest((lead.key, view.problem, view.conversation, view.entries))
        exchanges = cut(view.entries)[::-1]
        return {"lead": lead, "view": view, "exchanges": exchanges, "timeline_version": version}

    def _control_context(self, lead: Lead) -> dict[str, Any]:
        model = self._box.model
        real = self._box.config.real_model
        rules = self._box.faults.rules
        connected = self._box.world.settings.connected
        active = [
            choice.label
            for choice in scenes.FAULTS
            if any(rule.endpoint == choice.rule["endpoint"] and _same(rule, choice) for rule in rules)
        ]
        state = (lead.key, model.describe(), [rule.describe() for rule in rules], connected, real)
        return {
            "lead": lead,
            "real_model": real,
            "modes": scenes.MODES,
            "mode": "normal" if real else model.mode.name,
            "mode_label": dict(scenes.MODES).get(model.mode.name, model.mode.name),
            "times": model.mode.times,
            "personality": model.personality,
            "personalities": [(key, scenes.PERSONALITY_LABELS[key]) for key in PERSONALITIES],
            "fault_choices": [row for row in scenes.FAULTS if not (real and row.rule["endpoint"].startswith("/v1/"))],
            "active_faults": active,
            "rules": len(rules),
            "connected": connected,
            "status_version": digest(state),
        }

    # --- what is done -----------------------------------------------------------------------------------------

    async def send(self, request: Request) -> Response:
        form = await request.form()
        lead = self._chosen(str(form.get("lead") or ""))
        text = str(form.get("text") or "").strip()[:_MAX_TEXT]
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            await self._send_file(lead, file, text)
        elif text:
            self._number(lead).lead_writes(lead, kind="text", text=text, data={})
        return self._after(request, lead)

    async def _send_file(self, lead: Lead, file: UploadFile, caption: str) -> None:
        """As WhatsApp does it: a document by its name, anything else by what it is."""
        kind = (file.content_type or "application/octet-stream").split(";")[0]
        family = kind.split("/")[0]
        content = base64.b64encode(await file.read()).decode()
        is_document = family not in ("image", "audio", "video")
        self._number(lead).lead_writes(
            lead,
            kind="document" if is_document else family,
            text=(file.filename or "arquivo") if is_document else caption,
            data={"file": f"data:{kind};base64,{content}", "caption": caption},
        )

    async def scene(self, request: Request) -> Response:
        form = await request.form()
        lead = self._chosen(str(form.get("lead") or ""))
        scene = next((row for row in scenes.SCENES if row.key == form.get("scene")), None)
        if scene is not None:
            self._number(lead).lead_writes(lead, kind=scene.type, text=scene.said_by(lead), data=dict(scene.data))
        return self._after(request, lead)

    async def burst(self, request: Request) -> Response:
        """Several short messages within three seconds, as people write."""
        lead = self._chosen(str((await request.form()).get("lead") or ""))
        step = scenes.BURST_S / (len(scenes.BURST) - 1)
        for index, text in enumerate(scenes.BURST):
            self._later(lead, text, index * step)
        return self._after(request, lead)

    def _later(self, lead: Lead, text: str, delay_s: float) -> None:
        self._box.hooks.later(delay_s, lambda: self._number(lead).lead_writes(lead, kind="text", text=text, data={}))

    async def human(self, request: Request) -> Response:
        """Somebody answers from the company's own phone."""
        lead = self._chosen(str((await request.form()).get("lead") or ""))
        self._number(lead).human_writes(lead, "Oi! Aqui é o Edvaldo, do comercial. Vou te atender agora.")
        return self._after(request, lead)

    async def restart(self, request: Request) -> Response:
        lead = self._chosen(str((await request.form()).get("lead") or ""))
        return self._go(request, self._box.world.fresh_copy(lead))

    async def model(self, request: Request) -> Response:
        form = await request.form()
        mode, personality = str(form.get("mode") or "normal"), str(form.get("personality") or "")
        times = str(form.get("times") or "")
        if mode in MODES:
            self._box.model.mode = Mode(name=mode, times=int(times) if times.isdigit() and int(times) else None)
        if personality in PERSONALITIES:
            self._box.model.personality = personality
        return self._go(request, self._chosen(str(form.get("lead") or "")))

    async def fault(self, request: Request) -> Response:
        form = await request.form()
        choice = next((row for row in scenes.FAULTS if row.key == form.get("fault")), None)
        if form.get("clear"):
            self._box.faults.clear()
        elif choice is not None:
            self._box.faults.add(faults.parse(choice.rule))
        return self._go(request, self._chosen(str(form.get("lead") or "")))

    async def connection(self, request: Request) -> Response:
        form = await request.form()
        self._box.provider.connect(not self._box.world.settings.connected)
        return self._go(request, self._chosen(str(form.get("lead") or "")))

    async def channel(self, request: Request) -> Response:
        """From now on this lead writes to the company's other number."""
        form = await request.form()
        lead, wanted = self._chosen(str(form.get("lead") or "")), str(form.get("channel") or "")
        if wanted in dict(scenes.CHANNELS):
            self._box.world.provider_of[lead.key] = wanted
            self._box.world.touch()
        return self._go(request, lead)

    # --- inside -----------------------------------------------------------------------------------------------

    def _channel(self, lead: Lead) -> str:
        return self._box.world.provider_of.get(lead.key, scenes.ZAPI)

    def _number(self, lead: Lead) -> Provider | CloudNumber:
        """The fake that this lead writes through."""
        return self._box.cloud if self._channel(lead) == scenes.CLOUD else self._box.provider

    def _chosen(self, key: str | None) -> Lead:
        found = self._box.world.find_lead(key) if key else None
        return found or next(iter(self._box.world.leads.values()))

    def _after(self, request: Request, lead: Lead) -> Response:
        """The phone again; without HTMX, the whole page."""
        if "hx-request" not in request.headers:
            return self._go(request, lead)
        return self._pages.render("chat.html", **self._chat_context(lead))

    def _go(self, request: Request, lead: Lead) -> Response:
        target = f"/?lead={quote(lead.key)}"
        if "hx-request" in request.headers:
            return Response(status_code=204, headers={"HX-Redirect": target})
        return RedirectResponse(target, status_code=303)


def _same(rule: faults.Fault, choice: scenes.Choice) -> bool:
    given = faults.parse(choice.rule)
    return (rule.status, rule.drop, rule.latency_s, rule.duplicate) == (
        given.status,
        given.drop,
        given.latency_s,
        given.duplicate,
    )
