"""The SDR's page: the inbox list, one conversation, what is known about it, and everything an SDR does with it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import faults
from sandbox.box import Box
from sandbox.chatwoot.call import as_number
from sandbox.chatwoot.conversations import select
from sandbox.chatwoot.desk import PRIORITIES, STATUSES, Desk, File
from sandbox.chatwoot.records import BIANCA, Conversation, User
from sandbox.page import scenes
from sandbox.page.render import Pages, digest

_MAX_TEXT = 10_000
_SNOOZE_S = 24 * 3600
_WHO = {"me": "Minhas", "unassigned": "Sem dono", "all": "Todas"}
_STATUS = {"open": "Aberta", "pending": "Com o agente", "snoozed": "Adiada", "resolved": "Resolvida"}
_PRIORITY = {"low": "Baixa", "medium": "Média", "high": "Alta", "urgent": "Urgente"}


def routes(box: Box) -> list[BaseRoute]:
    page = _DeskPage(box)
    actions = {
        "send": page.send,
        "typing": page.typing,
        "status": page.status,
        "assign": page.assign,
        "label": page.label,
        "attribute": page.attribute,
        "priority": page.priority,
        "delete-message": page.delete_message,
        "retry": page.retry,
        "delete": page.delete,
        "availability": page.availability,
        "fault": page.fault,
    }
    return [
        Route("/sdr", page.show, methods=["GET"]),
        Route("/sdr/list", page.inbox, methods=["GET"]),
        Route("/sdr/talk", page.talk, methods=["GET"]),
        Route("/sdr/panel", page.panel, methods=["GET"]),
        *(Route(f"/sdr/{path}", action, methods=["POST"]) for path, action in actions.items()),
    ]


@dataclass(frozen=True)
class View:
    """What the address asks for: who plays, which conversation, which filters."""

    user: User
    row: Conversation | None
    who: str
    status: str
    tag: str

    def query(self, **other: object) -> str:
        values = {"as": self.user.id, "c": self.row.id if self.row else "", "who": self.who} | {
            "status": self.status,
            "label": self.tag,
        }
        return urlencode({key: value for key, value in (values | other).items() if value not in ("", None)})


class _DeskPage:
    def __init__(self, box: Box) -> None:
        self._box = box
        self._pages = Pages()

    @property
    def _desk(self) -> Desk:
        return self._box.desk

    def _view(self, given: Any) -> View:
        records = self._desk.records
        who, status = str(given.get("who") or "all"), str(given.get("status") or "all")
        return View(
            user=records.users.get(as_number(given.get("as")) or BIANCA) or records.users[BIANCA],
            row=records.conversations.get(as_number(given.get("c")) or 0),
            who=who if who in _WHO else "all",
            status=status if status in STATUSES else "all",
            tag=str(given.get("label") or ""),
        )

    # --- what is seen -----------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        view = self._view(request.query_params)
        context = self._talk_context(view) | self._list_context(view) | self._panel_context(view)
        canned = self._desk.records.canned
        return self._pages.render("desk.html", canned=canned, **context)

    async def inbox(self, request: Request) -> Response:
        return self._fragment(request, "desk_list.html", self._list_context(self._view(request.query_params)))

    async def talk(self, request: Request) -> Response:
        return self._fragment(request, "desk_talk.html", self._talk_context(self._view(request.query_params)))

    async def panel(self, request: Request) -> Response:
        return self._fragment(request, "desk_panel.html", self._panel_context(self._view(request.query_params)))

    def _fragment(self, request: Request, name: str, context: dict[str, Any]) -> Response:
        """204 while nothing changed, so that nobody's place or choice is lost."""
        if request.query_params.get("v") == context[f"{name.removesuffix('.html')}_version"]:
            return Response(status_code=204)
        return self._pages.render(name, **context)

    def _list_context(self, view: View) -> dict[str, Any]:
        records = self._desk.records
        tags = [view.tag] if view.tag else []
        every = select(records.conversations.values(), actor=view.user, status=view.status, labels=tags)
        rows = [self._line(row) for row in select(every, actor=view.user, status="all", who=view.who)]
        counts = {who: len(select(every, actor=view.user, status="all", who=who)) for who in _WHO}
        used = {name for row in records.conversations.values() for name in row.labels}
        labels = sorted({*records.labels, *used})
        return {
            "view": view,
            "rows": rows,
            "counts": counts,
            "who_labels": _WHO,
            "status_labels": _STATUS,
            "labels": labels,
            "desk_list_version": digest((view, rows, counts, labels)),
        }

    def _line(self, row: Conversation) -> dict[str, Any]:
        records = self._desk.records
        last = records.last_spoken(row)
        people = [*records.users.values()]
        owner = next((one.name for one in people if (row.assignee_id, row.assignee_type) == (one.id, "User")), "")
        said = "" if last is None else last.content or ("Anexo" if last.attachments else "")
        return {
            "id": row.id,
            "name": records.contacts[row.contact_id].name or f"Conversa {row.id}",
            "said": said,
            "private": bool(last and last.private),
            "at": row.last_activity_at,
            "unread": records.unread(row),
            "status": row.status,
            "labels": list(row.labels),
            "priority": row.priority,
            "owner": owner,
            "team": records.teams[row.team_id].name if row.team_id in records.teams else "",
        }

    def _talk_context(self, view: View) -> dict[str, Any]:
        if view.row is None:
            return {"view": view, "messages": [], "typists": [], "desk_talk_version": digest(view)}
        records, row = self._desk.records, view.row
        if records.unread(row):
            self._desk.see(row, view.user)
        shapes = self._desk.shapes
        messages = [
            {**shapes.message(message), "kind": message.message_type, "at": message.created_at}
            for message in records.messages_of(row)
        ]
        typists = [name for name in self._desk.typists(row) if name != view.user.name]
        state = [(one["id"], one["content"], one["status"], one["content_attributes"]) for one in messages]
        return {
            "view": view,
            "contact": records.contacts[row.contact_id],
            "messages": messages,
            "said": {one["id"]: one["content"] for one in messages},
            "typists": typists,
            "status_labels": _STATUS,
            "desk_talk_version": digest((view.user.id, row.id, row.status, state, typists)),
        }

    def _panel_context(self, view: View) -> dict[str, Any]:
        records, row = self._desk.records, view.row
        rules = self._box.faults.rules
        context: dict[str, Any] = {
            "view": view,
            "users": [user for user in records.users.values() if user.role == "agent"],
            "teams": list(records.teams.values()),
            "priorities": _PRIORITY,
            "fault_choices": scenes.DESK_FAULTS,
            "rules": [rule.endpoint for rule in rules],
        }
        state: list[object] = [view.user, rules, [user.availability for user in context["users"]]]
        if row is not None:
            contact = records.contacts[row.contact_id]
            context |= {"contact": contact, "labels": sorted({*records.labels, *row.labels})}
            context["bot"] = records.bots.get(row.assignee_id or 0) if row.assignee_type == "AgentBot" else None
            state += [row.id, row.status, row.assignee_id, row.assignee_type, row.team_id, row.priority]
            state += [row.labels, row.custom_attributes, contact, context["labels"]]
        return context | {"desk_panel_version": digest(state)}

    # --- what is done -----------------------------------------------------------------------------------------

    async def _form(self, request: Request) -> tuple[FormData, View]:
        form = await request.form()
        return form, self._view(form)

    async def send(self, request: Request) -> Response:
        form, view = await self._form(request)
        text = str(form.get("text") or "").strip()[:_MAX_TEXT]
        files = [
            File(item.filename, item.content_type or "application/octet-stream", await item.read())
            for item in form.getlist("files")
            if isinstance(item, UploadFile) and item.filename
        ]
        if view.row is not None and (text or files):
            private = form.get("private") == "1"
            self._desk.write(view.row, view.user, content=text or None, private=private, files=files)
        return self._after(request, view)

    async def typing(self, request: Request) -> Response:
        form, view = await self._form(request)
        if view.row is not None:
            private = form.get("private") == "1"
            self._desk.type(view.row, view.user, on=form.get("on") == "1", private=private)
        return Response(status_code=204)

    async def status(self, request: Request) -> Response:
        form, view = await self._form(request)
        wanted = str(form.get("to") or "")
        if view.row is not None and wanted in STATUSES:
            until = int(self._desk.now()) + _SNOOZE_S if wanted == "snoozed" else None
            self._desk.set_status(view.row, wanted, view.user, until)
        return self._after(request, view)

    async def assign(self, request: Request) -> Response:
        form, view = await self._form(request)
        records = self._desk.records
        if view.row is not None and "assignee" in form:
            self._desk.assign(view.row, view.user, records.users.get(as_number(form["assignee"]) or 0))
        if view.row is not None and "team" in form:
            team = records.teams.get(as_number(form["team"]) or 0)
            self._desk.assign_team(view.row, view.user, team.id if team else None)
        return self._after(request, view)

    async def label(self, request: Request) -> Response:
        """Puts the label on, or takes it off."""
        form, view = await self._form(request)
        name = str(form.get("name") or "").strip().lower()
        if view.row is not None and name:
            kept = [one for one in view.row.labels if one != name]
            self._desk.set_labels(view.row, kept if name in view.row.labels else [*kept, name], view.user)
        return self._after(request, view)

    async def attribute(self, request: Request) -> Response:
        """Sets one custom attribute of the conversation; an empty value takes it away."""
        form, view = await self._form(request)
        name, value = str(form.get("name") or "").strip(), str(form.get("value") or "").strip()
        if view.row is not None and name:
            values = {key: held for key, held in view.row.custom_attributes.items() if key != name}
            self._desk.set_custom_attributes(view.row, values | ({name: value} if value else {}))
        return self._after(request, view)

    async def priority(self, request: Request) -> Response:
        form, view = await self._form(request)
        wanted = str(form.get("priority") or "") or None
        if view.row is not None and wanted in (None, *PRIORITIES):
            self._desk.set_priority(view.row, wanted)
        return self._after(request, view)

    async def delete_message(self, request: Request) -> Response:
        form, view = await self._form(request)
        message = self._desk.records.messages.get(as_number(form.get("message")) or 0)
        if message is not None:
            self._desk.delete(message)
        return self._after(request, view)

    async def retry(self, request: Request) -> Response:
        form, view = await self._form(request)
        message = self._desk.records.messages.get(as_number(form.get("message")) or 0)
        if message is not None:
            self._desk.retry(message)
        return self._after(request, view)

    async def delete(self, request: Request) -> Response:
        """The conversation is gone, as for an administrator in the panel; no webhook tells of it."""
        _, view = await self._form(request)
        if view.row is not None:
            self._desk.records.drop_conversation(view.row)
        return self._go(request, view.query(c=""))

    async def availability(self, request: Request) -> Response:
        form, view = await self._form(request)
        wanted = str(form.get("availability") or "")
        if wanted in ("online", "busy", "offline"):
            view.user.availability = wanted
            self._desk.records.touch()
        return self._go(request, view.query())

    async def fault(self, request: Request) -> Response:
        form, view = await self._form(request)
        choice = next((row for row in scenes.DESK_FAULTS if row.key == form.get("fault")), None)
        if form.get("clear"):
            self._box.faults.clear()
        elif choice is not None:
            self._box.faults.add(faults.parse(choice.rule))
        return self._go(request, view.query())

    # --- inside -----------------------------------------------------------------------------------------------

    def _after(self, request: Request, view: View) -> Response:
        """The thread again, and the panel out of band; without HTMX, the whole page."""
        if "hx-request" not in request.headers:
            return self._go(request, view.query())
        return self._pages.render(
            "desk_after.html", **(self._list_context(view) | self._talk_context(view) | self._panel_context(view))
        )

    @staticmethod
    def _go(request: Request, query: str) -> Response:
        target = f"/sdr?{query}"
        if "hx-request" in request.headers:
            return Response(status_code=204, headers={"HX-Redirect": target})
        return RedirectResponse(target, status_code=303)
