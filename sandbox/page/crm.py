"""The CRM's page: the funnel with its deals, one deal with everything about it, and what salespeople do by hand."""

import contextlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.box import Box
from sandbox.chatwoot.call import as_number
from sandbox.page import scenes
from sandbox.page.render import Pages, digest
from sandbox.piperun import setup
from sandbox.piperun.admin import Steering
from sandbox.piperun.byhand import ByHand, CannotDo
from sandbox.piperun.records import LOST, OPEN, WON, Records, Row, moment, plain
from sandbox.piperun.writing import API

_MAX_TEXT = 10_000
_TABS = {"funil": "Funil", "empresas": "Empresas", "pessoas": "Pessoas"}
_KIND_OF_TAB = {"empresas": "companies", "pessoas": "persons"}
_SHOWN = {"open": "Abertas", "all": "Todas"}
_TEMPERATURE = {1: "muito quente", 2: "quente", 3: "morno", 4: "frio"}
_STATUS = {OPEN: "Aberta", WON: "Ganha", LOST: "Perdida"}
_ACTIVITY = {0: "aberta", 2: "concluída", 4: "não compareceu"}


def routes(box: Box) -> list[BaseRoute]:
    page = _CrmPage(box)
    acts = ("move", "win", "lose", "reopen", "freeze", "delete", "edit", "note", "twin", "remove")
    return [
        Route("/crm", page.show, methods=["GET"]),
        Route("/crm/board", page.board, methods=["GET"]),
        Route("/crm/deal", page.deal, methods=["GET"]),
        Route("/crm/fault", page.fault, methods=["POST"]),
        *(Route(f"/crm/{name}", page.acting(name), methods=["POST"]) for name in acts),
    ]


@dataclass(frozen=True)
class View:
    """What the address asks for: whose hands, which list, which funnel, which deals, and the one that is open."""

    user: dict[str, Any]
    tab: str
    pipeline: int
    shown: str
    deal: Row | None

    def query(self, **other: object) -> str:
        values = {"as": self.user["id"], "tab": self.tab, "p": self.pipeline, "show": self.shown}
        values["d"] = self.deal.id if self.deal else ""
        return urlencode({key: value for key, value in (values | other).items() if value not in ("", None)})


class _CrmPage:
    def __init__(self, box: Box) -> None:
        self._box = box
        self._pages = Pages()
        self._hands = ByHand(box.crm)
        self._steering = Steering(box.crm, box.crm_calls, box.faults)

    @property
    def _records(self) -> Records:
        return self._box.crm

    def _view(self, given: Any) -> View:
        tab, shown = str(given.get("tab") or ""), str(given.get("show") or "")
        pipeline = as_number(given.get("p")) or setup.PIPELINE
        people = self._records.setup["users"]
        return View(
            user=self._records.listed("users", as_number(given.get("as"))) or people[-1],
            tab=tab if tab in _TABS else "funil",
            pipeline=pipeline if self._records.listed("pipelines", pipeline) else setup.PIPELINE,
            shown=shown if shown in _SHOWN else "open",
            deal=self._records.get("deals", as_number(given.get("d"))),
        )

    # --- what is seen -----------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        view = self._view(request.query_params)
        return self._pages.render("crm.html", **(self._board(view) | self._deal(view)))

    async def board(self, request: Request) -> Response:
        return self._fragment(request, "crm_board.html", self._board(self._view(request.query_params)))

    async def deal(self, request: Request) -> Response:
        return self._fragment(request, "crm_deal.html", self._deal(self._view(request.query_params)))

    def _fragment(self, request: Request, name: str, context: dict[str, Any]) -> Response:
        """204 while nothing changed, so that nobody's place or choice is lost."""
        if request.query_params.get("v") == context[f"{name.removesuffix('.html')}_version"]:
            return Response(status_code=204)
        return self._pages.render(name, **context)

    def _board(self, view: View) -> dict[str, Any]:
        records = self._records
        context: dict[str, Any] = {
            "view": view,
            "tabs": {key: (label, self._count(key, view)) for key, label in _TABS.items()},
            "pipelines": records.setup["pipelines"],
            "users": records.setup["users"],
            "shown_labels": _SHOWN,
            "columns": self._columns(view) if view.tab == "funil" else [],
            "rows": [] if view.tab == "funil" else self._listed(_KIND_OF_TAB[view.tab]),
            "calls": self._box.crm_calls.summary()["total"],
        }
        return context | {"crm_board_version": digest(sorted(context.items(), key=lambda pair: pair[0]))}

    def _count(self, tab: str, view: View) -> int:
        if tab == "funil":
            return sum(self._on_board(row, view) for row in self._records.rows["deals"].values())
        return len(self._records.rows[_KIND_OF_TAB[tab]])

    @staticmethod
    def _on_board(row: Row, view: View) -> bool:
        values = row.values
        open_ = values["status"] == OPEN and not values["deleted"]
        return values["pipeline_id"] == view.pipeline and (open_ or view.shown == "all")

    def _columns(self, view: View) -> list[dict[str, Any]]:
        deals = [row for row in self._records.rows["deals"].values() if self._on_board(row, view)]
        columns = []
        for stage in self._records.setup["stages"]:
            if stage["pipeline_id"] == view.pipeline:
                cards = [self._card(row) for row in reversed(deals) if row.values["stage_id"] == stage["id"]]
                total = sum(card["value"] for card in cards)
                columns.append({"name": stage["name"], "cards": cards, "total": total})
        return columns

    def _card(self, row: Row) -> dict[str, Any]:
        values, records = row.values, self._records
        company, person = records.get("companies", values["company_id"]), records.get("persons", values["person_id"])
        return {
            "id": row.id,
            "title": values["title"],
            "value": float(values["value"] or 0),
            "temperature": _TEMPERATURE.get(values["temperature"], ""),
            "company": company.values["name"] if company else "",
            "person": person.values["name"] if person else "",
            "age": self._age(values["created_at"]),
            "state": self._state(row),
            "notes": len(records.notes_of.get(row.id, [])),
        }

    @staticmethod
    def _state(row: Row) -> str:
        if row.values["deleted"]:
            return "Excluída"
        if row.values["freezed"]:
            return "Congelada"
        return "" if row.values["status"] == OPEN else _STATUS[row.values["status"]]

    def _age(self, stamp: str) -> str:
        minutes = int((self._records.clock.now() - moment(stamp)).total_seconds() // 60)
        if minutes < 1:
            return "agora"
        if minutes < 60:
            return f"há {minutes} min"
        return f"há {minutes // 60} h" if minutes < 48 * 60 else f"há {minutes // 1440} dias"

    def _listed(self, kind: str) -> list[dict[str, Any]]:
        """Companies or persons, newest first; ``twin`` marks what stands there more than once."""
        rows = list(self._records.rows[kind].values())
        keys = [set(row.phones) if kind == "persons" else {plain(row.values["cnpj"])} - {""} for row in rows]
        link = "company_id" if kind == "companies" else "person_id"
        deals = list(self._records.rows["deals"].values())
        return [
            {
                **self._place(row),
                "twin": any(keys[at] & other for place, other in enumerate(keys) if place != at),
                "deals": [deal.id for deal in deals if deal.values[link] == row.id],
                "age": self._age(row.values["created_at"]),
                "by_api": row.history[0]["who"] == API,
            }
            for at, row in reversed(list(enumerate(rows)))
        ]

    def _place(self, row: Row) -> dict[str, Any]:
        city = self._records.listed("cities", row.values["city_id"])
        where = f"{city['name']}/{city['uf']}" if city else ""
        return {**row.values, "phones": list(row.phones), "emails": list(row.emails), "where": where}

    def _deal(self, view: View) -> dict[str, Any]:
        rules = [rule for rule in self._box.faults.rules if rule.endpoint.startswith("/piperun")]
        context: dict[str, Any] = {
            "view": view,
            "fault_choices": scenes.CRM_FAULTS,
            "rules": len(rules),
            "revoked": self._records.settings.token_revoked,
        }
        if view.deal is not None:
            context |= self._about(view.deal)
        return context | {"crm_deal_version": digest(sorted(context.items(), key=lambda pair: pair[0]))}

    def _about(self, deal: Row) -> dict[str, Any]:
        records, values = self._records, deal.values
        company, person = records.get("companies", values["company_id"]), records.get("persons", values["person_id"])
        fields = [(records.listed("customFields", number), value) for number, value in deal.custom.items()]
        tags = [records.listed("tags", number) for number in deal.tags]
        notes = [records.rows["notes"][number] for number in records.notes_of.get(deal.id, [])]
        activities = [row for row in records.rows["activities"].values() if row.values["deal_id"] == deal.id]
        return {
            "deal": dict(values),
            "state": self._state(deal),
            "temperature": _TEMPERATURE.get(values["temperature"], ""),
            "names": {
                key: found["name"]
                for key, table in (("origin", "origins"), ("owner", "users"), ("stage", "stages"))
                if (found := records.listed(table, values[f"{key}_id"]))
            },
            "lost_reason": (records.listed("lostReasons", values["lost_reason_id"]) or {}).get("name", ""),
            "stages": [row for row in records.setup["stages"] if row["pipeline_id"] == values["pipeline_id"]],
            "lost_reasons": records.setup["lostReasons"],
            "company": self._place(company) if company else None,
            "person": self._place(person) if person else None,
            "fields": [(field["name"], value) for field, value in fields if field],
            "tags": [tag["name"] for tag in tags if tag],
            "notes": [dict(row.values) for row in reversed(notes)],
            "activities": [self._activity(row) for row in reversed(activities)],
            "history": [dict(line) for line in reversed(deal.history)],
        }

    def _activity(self, row: Row) -> dict[str, Any]:
        kind = self._records.listed("activityTypes", row.values["activity_type_id"])
        owner = self._records.listed("users", row.values["owner_id"])
        return {
            **row.values,
            "kind": kind["name"] if kind else "Atividade",
            "owner": owner["name"] if owner else "",
            "status_label": _ACTIVITY.get(row.values["status"], ""),
        }

    # --- what is done -----------------------------------------------------------------------------------------

    def acting(self, name: str) -> Any:
        async def handler(request: Request) -> Response:
            form = await request.form()
            view = self._view(form)
            # A record may have gone while the page was open: the page shows what there is.
            with contextlib.suppress(CannotDo):
                self._act(name, view, form)
            return self._after(request, self._view(form))

        return handler

    def _act(self, name: str, view: View, form: FormData) -> None:
        who, deal, hands = str(view.user["name"]), view.deal, self._hands
        if name in ("edit", "twin", "remove"):
            kind = str(form.get("kind") or "")
            row = hands.find(kind, as_number(form.get("id")))
            text = str(form.get("name") or "").strip()[:_MAX_TEXT]
            if name == "edit" and text:
                hands.edit(kind, row, {"title" if kind == "deals" else "name": text}, who=who)
            elif name == "twin":
                hands.twin(kind, row, who=who)
            elif name == "remove":
                hands.delete(kind, row, for_good=True, who=who)
            return
        if deal is None:
            raise CannotDo("no deal is open")
        text = str(form.get("text") or "").strip()[:_MAX_TEXT]
        match name:
            case "move":
                hands.move(deal, as_number(form.get("stage")), who=who)
            case "win":
                hands.close(deal, won=True, who=who)
            case "lose":
                hands.close(deal, won=False, reason_id=as_number(form.get("reason")), who=who)
            case "reopen":
                hands.reopen(deal, who=who)
            case "freeze":
                hands.freeze(deal, who=who)
            case "delete":
                hands.delete("deals", deal, who=who)
            case "note" if text:
                hands.write_note(deal, _as_html(text), user_id=int(view.user["id"]))

    async def fault(self, request: Request) -> Response:
        form = await request.form()
        choice = next((row for row in scenes.CRM_FAULTS if row.key == form.get("fault")), None)
        if form.get("clear"):
            await self._steering.clear_faults({})
            await self._steering.settings({"token_revoked": False, "rate_per_s": 0.0})
        elif choice is not None and "name" in choice.rule:
            await self._steering.fault(choice.rule)
        elif choice is not None:
            await self._steering.settings(choice.rule)
        return self._go(request, self._view(form).query())

    # --- inside -----------------------------------------------------------------------------------------------

    def _after(self, request: Request, view: View) -> Response:
        """The deal again, and the board out of band; without HTMX, the whole page."""
        if "hx-request" not in request.headers:
            return self._go(request, view.query())
        return self._pages.render("crm_after.html", **(self._board(view) | self._deal(view)))

    @staticmethod
    def _go(request: Request, query: str) -> Response:
        target = f"/crm?{query}"
        if "hx-request" in request.headers:
            return Response(status_code=204, headers={"HX-Redirect": target})
        return RedirectResponse(target, status_code=303)


def _as_html(text: str) -> str:
    """What the CRM's own editor makes of lines typed by a person."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<br>".join(safe.splitlines())
