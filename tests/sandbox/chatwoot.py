"""A client of the fake Chatwoot: the product with its two tokens, and the SDR at the desk."""

from typing import Any

import httpx

from tests.sandbox.outside import Outside, Product, eventually

MARINA = {"name": "Marina Exemplo", "phone_number": "+5511900000001", "identifier": "wa:5511900000001"}
SOURCE = "5511900000001"
WHATSAPP, SITE = 7, 8
BIANCA, CAIO = 11, 12


class Chatwoot:
    def __init__(self, outside: Outside, product: Product) -> None:
        self.outside = outside
        self.product = product

    def call(self, verb: str, path: str, body: Any = None, *, token: str | None = None, **more: Any) -> httpx.Response:
        """Below the account, with the integration's token unless another is given."""
        headers = {"api_access_token": self.outside.config.chatwoot_user_token if token is None else token}
        address = path if path.startswith("/chatwoot") else f"/chatwoot/api/v1/accounts/1/{path}"
        return self.outside.http.request(verb, address, json=body, headers=headers, **more)

    def ok(self, verb: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.call(verb, path, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else None

    @property
    def bot(self) -> str:
        return self.outside.config.chatwoot_bot_token

    def of_agent(self, number: int) -> str:
        return f"{self.outside.config.chatwoot_user_token}-{number}"

    def contact(self, **values: Any) -> dict[str, Any]:
        given = {"inbox_id": WHATSAPP, "source_id": SOURCE, **MARINA, **values}
        found: dict[str, Any] = self.ok("POST", "contacts", given)["payload"]["contact"]
        return found

    def conversation(self, **values: Any) -> int:
        """A contact with a conversation; its number."""
        contact = self.contact()
        given = {"source_id": SOURCE, "inbox_id": WHATSAPP, "contact_id": contact["id"], **values}
        return int(self.ok("POST", "conversations", given)["id"])

    def say(self, number: int, content: str, *, token: str | None = None, **values: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ok(
            "POST", f"conversations/{number}/messages", {"content": content, **values}, token=token
        )
        return found

    def listen(self, **settings: Any) -> None:
        """Let the API inbox post to the product."""
        self.steer("settings", webhook_url=self.outside.config.webhook_url, **settings)

    def steer(self, path: str, **body: Any) -> dict[str, Any]:
        return self.outside.admin(f"chatwoot/{path}", **body)

    def state(self) -> dict[str, Any]:
        return self.outside.look("chatwoot/state")

    def events(self, name: str) -> list[dict[str, Any]]:
        return [body for body in self.product.bodies if body.get("event") == name]

    def posts(self, name: str) -> list[tuple[dict[str, str], bytes]]:
        """Headers and raw body of each post of this event."""
        product = self.product
        rows = zip(product.headers, product.raw, product.bodies, strict=True)
        return [(headers, raw) for headers, raw, body in rows if body.get("event") == name]

    def event(self, name: str) -> dict[str, Any]:
        """The newest of this name, waited for."""
        found: dict[str, Any] = eventually(lambda: self.events(name))[-1]
        return found

    def quiet(self) -> None:
        eventually(lambda: self.outside.look("clock")["webhooks_pending"] == 0)


def same_form(given: Any, wanted: Any, path: str = "") -> list[str]:
    """Where two bodies differ in keys or types; null on either side, and an empty list, fit everything."""
    if given is None or wanted is None:
        return []
    if isinstance(wanted, dict) and isinstance(given, dict):
        if path.endswith(("custom_attributes", "content_attributes", "additional_attributes")):
            return []
        missing = [f"{path}.{key} missing" for key in wanted.keys() - given.keys()]
        extra = [f"{path}.{key} unknown" for key in given.keys() - wanted.keys()]
        inner = [
            row for key in wanted.keys() & given.keys() for row in same_form(given[key], wanted[key], f"{path}.{key}")
        ]
        return sorted(missing + extra + inner)
    if isinstance(wanted, list) and isinstance(given, list):
        return same_form(given[0], wanted[0], f"{path}[]") if wanted and given else []
    return [] if type(given) is type(wanted) else [f"{path} is {type(given).__name__}, not {type(wanted).__name__}"]
