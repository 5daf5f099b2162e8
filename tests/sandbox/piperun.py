"""A client of the fake PipeRun: the product with its token, and the salespeople who work in the CRM."""

from typing import Any

import httpx

from tests.sandbox.outside import Outside

PIPELINE, NEW_LEAD, QUALIFIED = 100848, 647558, 647559
WHATSAPP = 556735
CAMPINAS = {"name": "Campinas", "uf": "SP"}
CNPJ, MASKED, LETTERS = "47081823000152", "47.081.823/0001-52", "K7M2R9TX000173"  # all fictional


class Piperun:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def call(self, verb: str, path: str, body: Any = None, *, token: str | None = None, **query: Any) -> httpx.Response:
        headers = {"token": self.outside.config.piperun_token if token is None else token}
        return self.outside.http.request(verb, f"/piperun/v1/{path}", json=body, headers=headers, params=query)

    def ok(self, verb: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.call(verb, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        return self.ok("GET", path, **query)["data"]

    def create(self, kind: str, **body: Any) -> dict[str, Any]:
        data = self.ok("POST", kind, body)["data"]
        found: dict[str, Any] = data[0] if isinstance(data, list) else data
        return found

    def city(self) -> int:
        return int(self.get("cities", **CAMPINAS)[0]["id"])

    def company(self, **values: Any) -> dict[str, Any]:
        return self.create("companies", **{"name": "Frigorífico Vale Fictício Ltda", "cnpj": CNPJ, **values})

    def person(self, **values: Any) -> dict[str, Any]:
        return self.create("persons", **{"name": "Marina Exemplo", "contactPhones": ["5511900000001"], **values})

    def deal(self, **values: Any) -> dict[str, Any]:
        given = {"title": "Lead", "pipeline_id": PIPELINE, "stage_id": NEW_LEAD, "status": 0, **values}
        return self.create("deals", **given)

    def steer(self, path: str, **body: Any) -> dict[str, Any]:
        return self.outside.admin(f"piperun/{path}", **body)

    def state(self) -> dict[str, Any]:
        return self.outside.look("piperun/state")

    def calls(self, **query: str) -> dict[str, Any]:
        return self.outside.look("piperun/calls", **query)
