"""A PipeRun account in the sandbox, under the test's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from crm import gateways
from crm.gateway import CrmGateway
from crm.piperun import mapping
from sandbox.piperun import setup
from tests.crm.gateway_case import PHONE
from tests.sandbox.outside import Outside, Product, running

KINDS = {
    "company": ("companies", mapping.COMPANY),
    "person": ("persons", mapping.PERSON),
    "deal": ("deals", mapping.DEAL),
    "note": ("notes", mapping.NOTE),
    "activity": ("activities", mapping.ACTIVITY),
}


@contextmanager
def started() -> Iterator[Outside]:
    with running(Product()) as outside:
        yield outside


class PipeRunAccount:
    pipeline_id, stage_id, next_stage_id = str(setup.PIPELINE), str(setup.NEW_LEAD), str(setup.QUALIFIED)
    owner_id, origin_id, activity_type_id = str(setup.RENATA), "556735", "73005"

    def __init__(self, outside: Outside, settings: Settings, **manners: Any) -> None:
        """``manners``: how the sandbox's PipeRun behaves, see its ``Settings``."""
        self.outside = outside
        self.admin("reset", seed=7)
        self.admin("settings", **manners)
        settings.PIPERUN_URL = f"{outside.url}/piperun/v1"
        settings.PIPERUN_TOKEN = outside.config.piperun_token
        settings.PIPERUN_READ_TIMEOUT_S = 2
        settings.PIPERUN_RATE_PER_S = 0

    @property
    def gateway(self) -> CrmGateway:
        found = gateways.current()
        assert found is not None
        return found

    def admin(self, path: str, **data: Any) -> dict[str, Any]:
        return self.outside.admin(f"piperun/{path}", **data)

    def state(self) -> dict[str, Any]:
        return self.outside.look("piperun/state")

    def fault(self, name: str, call: str = "", **more: Any) -> None:
        self.admin("fault", name=name, call=call, **more)

    def lose_answer(self, write: str, *, effect: bool) -> None:
        self.fault("drop_after" if effect else "drop_before", f"POST {KINDS[write][0]}", times=1)

    def break_down(self) -> None:
        self.fault("bad_gateway")

    def revoke(self) -> None:
        self.admin("settings", token_revoked=True)

    def ask_to_wait(self, seconds: int) -> None:
        self.fault("rate_limited", times=1, headers={"Retry-After": str(seconds)})

    def refuse(self, write: str, field: str) -> None:
        kind, names = KINDS[write]
        self.admin("settings", refuse_fields=[f"{kind}.{names[field]}"])

    def add_people(self, count: int, *, company_id: str) -> None:
        people: list[dict[str, Any]] = [{"name": f"Pessoa {n}", "company_id": int(company_id)} for n in range(count)]
        people[-1]["phones"] = [PHONE]
        self.admin("seed", persons=people)

    def type_in(self, kind: str, **values: Any) -> str:
        name, names = KINDS[kind]
        given = {key if key in ("phones", "emails") else names[key]: value for key, value in values.items()}
        return str(self.admin("seed", **{name: [given]})[name][0])

    def remove(self, kind: str, id_: str) -> None:
        self.admin("delete", kind=KINDS[kind][0], id=int(id_), for_good=True)

    def close_deal(self, id_: str) -> None:
        self.admin("win", id=int(id_))

    def count(self, kind: str) -> int:
        return len(self.state()[KINDS[kind][0]])

    def calls(self) -> int:
        return int(self.state()["calls"]["total"])
