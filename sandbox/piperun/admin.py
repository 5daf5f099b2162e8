"""``/_sandbox/piperun``: how a test plays the salespeople, breaks the CRM and looks at what it holds."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from typing import Any

from sandbox import faults
from sandbox.faults import Fault, Faults
from sandbox.piperun import setup
from sandbox.piperun.byhand import ByHand, CannotDo
from sandbox.piperun.calls import BASE, Calls
from sandbox.piperun.cities import fold
from sandbox.piperun.records import KINDS, Records, Row
from sandbox.piperun.writing import API

Data = dict[str, Any]
Action = Callable[[Data], Coroutine[Any, Any, object]]
_HTML = "<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center><hr>nginx</body></html>"
_CHOICES = {"numbers": ("mixed", "strings", "plain"), "contact_keys": ("camel", "snake")}
# Longer than the patience of any client.
_FOREVER_S = 120.0


def _json(status: int, message: str, **headers: str) -> Data:
    return {"status": status, "body": {"success": False, "message": message}, "headers": headers}


def _html(status: int, title: str) -> Data:
    return {"status": status, "body": _HTML.format(title=title), "headers": {"content-type": "text/html"}}


# What can go wrong between the product and PipeRun, by name.
FAULTS: dict[str, Data] = {
    "slow": {"latency_s": 3.0},
    "drop_before": {"drop": "before"},
    "drop_after": {"drop": "after"},
    "timeout_before": {"drop": "before", "latency_s": _FOREVER_S},
    "timeout_after": {"drop": "after", "after": True, "latency_s": _FOREVER_S},
    "error_after": {**_html(502, "502 Bad Gateway"), "after": True},
    "unauthorized": _json(401, "Unauthorized"),
    "forbidden": _json(403, "Forbidden"),
    "not_found": _json(404, "Not Found"),
    "unprocessable": _json(422, "Unprocessable Entity"),
    "rate_limited": _json(429, "Too Many Attempts.", **{"Retry-After": "2"}),
    "server_error": _json(500, "Internal Server Error"),
    "bad_gateway": _html(502, "502 Bad Gateway"),
    "unavailable": _html(503, "503 Service Temporarily Unavailable"),
    "redirect": {"status": 302, "body": "", "headers": {"Location": "https://example.com/login"}},
    "garbage": {"status": 200, "body": "<html>ok</html>", "headers": {"content-type": "text/html"}},
    "down": {"drop": "before"},
}


class Steering:
    """Who acts by hand is named ``who`` (default Renata Comercial); a record by ``kind`` and ``id``."""

    def __init__(self, records: Records, calls: Calls, rules: Faults) -> None:
        self._records = records
        self._calls = calls
        self._rules = rules
        self._hands = ByHand(records)

    def actions(self) -> dict[str, Action]:
        return {
            "reset": self.reset,
            "settings": self.settings,
            "fault": self.fault,
            "clear-faults": self.clear_faults,
            "clear-calls": self.clear_calls,
            "seed": self.seed,
            "edit": self.edit,
            "move": self.move,
            "win": self.win,
            "lose": self.lose,
            "reopen": self.reopen,
            "freeze": self.freeze,
            "delete": self.delete,
            "note": self.note,
            "twin": self.twin,
            "city": self.city,
        }

    # --- how it behaves ---------------------------------------------------------------------------------------

    async def reset(self, data: Data) -> object:
        """The CRM alone: records, settings, its faults and the record of calls."""
        seed = data.get("seed")
        self._records.reset(None if seed is None else int(seed))
        self._calls.clear()
        await self.clear_faults({})
        return {"ok": True, "seed": self._records.seed}

    async def settings(self, data: Data) -> object:
        known = asdict(self._records.settings)
        for key, value in data.items():
            held = known.get(key)
            fits = isinstance(value, type(held)) or (isinstance(held, float) and isinstance(value, int))
            if key not in known or not fits or isinstance(value, bool) != isinstance(held, bool):
                raise CannotDo(f"{key} is unknown or has the wrong form")
            if value not in _CHOICES.get(key, (value,)):
                raise CannotDo(f"{key} must be one of {', '.join(_CHOICES[key])}")
            setattr(self._records.settings, key, value)
        self._records.refill()
        self._records.touch()
        return asdict(self._records.settings)

    async def fault(self, data: Data) -> object:
        """``name`` one of :data:`FAULTS`; ``call`` such as ``POST companies``, ``PUT deals/*`` or nothing for all.

        ``times``, ``skip``, ``rate``, ``latency_s``, ``status``, ``body`` and ``headers`` refine it.
        """
        name, more = data.get("name"), {key: value for key, value in data.items() if key not in ("name", "call")}
        if name not in FAULTS:
            raise CannotDo(f"name must be one of {', '.join(FAULTS)}")
        verb, _, path = str(data.get("call") or "").rpartition(" ")
        rule = {**FAULTS[name], **more, "endpoint": f"{BASE}/{path.strip('/') or '*'}", "method": verb.upper()}
        self._rules.add(faults.parse(rule))
        return {"faults": [one.describe() for one in self._ours()]}

    async def clear_faults(self, data: Data) -> object:
        for rule in self._ours():
            self._rules.rules.remove(rule)
        return {"faults": []}

    async def clear_calls(self, data: Data) -> object:
        self._calls.clear()
        return {"ok": True}

    def _ours(self) -> list[Fault]:
        return [rule for rule in self._rules.rules if rule.endpoint.startswith(BASE)]

    # --- what people do ---------------------------------------------------------------------------------------

    async def seed(self, data: Data) -> object:
        """Lists of records by kind, as if somebody had typed them in; their ids come back in order."""
        if unknown := set(data) - set(KINDS):
            raise CannotDo(f"unknown kinds: {', '.join(sorted(unknown))}")
        return {kind: [self._hands.add(kind, row, who=_WHO).id for row in rows] for kind, rows in data.items()}

    async def edit(self, data: Data) -> object:
        """``values``: what to change, by the names of the answers, phones, emails, tags and custom included."""
        row = self._row(data)
        self._hands.edit(data["kind"], row, dict(data.get("values") or {}), who=_who(data))
        return row.dump()

    async def move(self, data: Data) -> object:
        return self._deal(data, lambda row: self._hands.move(row, data.get("stage_id"), who=_who(data)))

    async def win(self, data: Data) -> object:
        return self._deal(data, lambda row: self._hands.close(row, won=True, who=_who(data)))

    async def lose(self, data: Data) -> object:
        reason = data.get("reason_id", 503)
        return self._deal(data, lambda row: self._hands.close(row, won=False, reason_id=reason, who=_who(data)))

    async def reopen(self, data: Data) -> object:
        return self._deal(data, lambda row: self._hands.reopen(row, who=_who(data)))

    async def freeze(self, data: Data) -> object:
        return self._deal(data, lambda row: self._hands.freeze(row, who=_who(data)))

    async def delete(self, data: Data) -> object:
        """A deal goes to the bin (``for_good`` empties it); a record of another kind is gone."""
        row = self._row(data)
        self._hands.delete(data["kind"], row, for_good=bool(data.get("for_good")), who=_who(data))
        return {"ok": True}

    async def note(self, data: Data) -> object:
        deal = self._hands.find("deals", data.get("id"))
        user = int(data.get("user_id") or setup.RENATA)
        return self._hands.write_note(deal, str(data.get("text") or ""), user_id=user).dump()

    async def twin(self, data: Data) -> object:
        return self._hands.twin(data["kind"], self._row(data), who=_who(data)).dump()

    async def city(self, data: Data) -> object:
        """``action`` add (with ``name``, ``uf``), remove or rename (``to``): the CRM's table differs from IBGE's."""
        name, uf, action = str(data.get("name") or ""), str(data.get("uf") or "").upper(), data.get("action")
        found = [row for row in self._records.cities.values() if fold(row["name"]) == fold(name) and row["uf"] == uf]
        if action == "add":
            number = max(self._records.cities) + 1
            self._records.cities[number] = {"id": number, "uf": uf, "name": name}
            return self._records.cities[number]
        if not found or action not in ("remove", "rename"):
            raise CannotDo("action must be add, remove or rename, the last two of a city the CRM knows")
        for row in found:
            if action == "remove":
                del self._records.cities[row["id"]]
            else:
                row["name"] = str(data.get("to") or "")
        return {"changed": len(found)}

    # --- looking ----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Everything it holds, how often each endpoint was called, and the records that stand for one thing."""
        rows = {kind: [self._named(row) for row in found.values()] for kind, found in self._records.rows.items()}
        return {
            **rows,
            "twins": self._records.twins(),
            "calls": self._calls.summary(),
            "settings": asdict(self._records.settings),
            "faults": [rule.describe() for rule in self._ours()],
        }

    def calls(self, query: Mapping[str, str]) -> dict[str, object]:
        since = query.get("since", "0")
        number = int(since) if since.isdigit() else 0
        return {**self._calls.summary(), "calls": self._calls.since(number, full=query.get("full") == "1")}

    def _named(self, row: Row) -> Data:
        """With the names behind its numbers; ``by_hand`` is false for what the product wrote."""
        names = {
            key: found["name"]
            for key, table in (("stage", "stages"), ("origin", "origins"), ("owner", "users"))
            if (found := self._records.listed(table, row.values.get(f"{key}_id")))
        }
        city = self._records.listed("cities", row.values.get("city_id")) or {"name": None, "uf": None}
        place = {"city": city["name"], "uf": city["uf"]} if "city_id" in row.values else {}
        return {**row.dump(), **names, **place, "by_hand": row.history[0]["who"] != API}

    # --- inside -----------------------------------------------------------------------------------------------

    def _row(self, data: Data) -> Row:
        return self._hands.find(str(data.get("kind")), data.get("id"))

    def _deal(self, data: Data, act: Callable[[Row], None]) -> object:
        row = self._hands.find("deals", data.get("id"))
        act(row)
        return row.dump()


_WHO = "Renata Comercial"


def _who(data: Data) -> str:
    return str(data.get("who") or _WHO)
