"""A Chatwoot account small enough for tests, answering over HTTP as the real one does (contracts/chatwoot.md)."""

import email
import email.policy
import hashlib
import hmac
import itertools
import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from django.test import Client

from conversations.models import Channel, ChatwootInbox

ROOT = "https://chatwoot.example/api/v1/accounts/1"
USER, BOT, SIGNING, SECRET = "token-da-integracao", "token-do-bot", "chave-da-assinatura", "segredo-do-chatwoot"
INBOX, INTEGRATION, SDR = 7, 90, 11


class Account:
    """Holds what was written; ``fail`` may answer or drop a call before it has its effect, ``lose`` after it."""

    def __init__(self) -> None:
        self.contacts: list[dict[str, Any]] = []
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.deleted = 0
        self._numbers = itertools.count(9000)
        self.people: list[dict[str, Any]] = []
        self.fail: Callable[[str, str], httpx.Response | None] = lambda method, path: None
        self.lose: Callable[[str, str], bool] = lambda method, path: False

    def handle(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path.removeprefix("/api/v1/accounts/1"), request.method
        self.calls.append(f"{method} {path}")
        refused = self.fail(method, path)
        if refused is not None:
            return refused
        body = json.loads(request.content) if request.content.startswith(b"{") else _form(request)
        answer = self._answer(method, path, body, request)
        if self.lose(method, path):
            raise httpx.ReadTimeout("lost")
        return answer

    def delete_conversation(self, number: int) -> None:
        """As an administrator does; nobody is told, and its number is never given again."""
        del self.conversations[number]
        self.messages = [row for row in self.messages if row["at"] != number]
        self.deleted += 1

    def shown(self) -> list[tuple[str, str]]:
        """(kind, text) of every message in order."""
        kinds = {0: "lead", 1: "nosso"}
        return [("nota" if row["private"] else kinds[row["message_type"]], row["content"]) for row in self.messages]

    def _answer(self, method: str, path: str, body: dict[str, Any], request: httpx.Request) -> httpx.Response:
        if path == "/contacts/filter":
            condition = body["payload"][0]
            found = [row for row in self.contacts if row.get(condition["attribute_key"]) == condition["values"][0]]
            return httpx.Response(200, json={"meta": {}, "payload": found})
        if path == "/contacts":
            return self._contact(body)
        if path == "/conversations":
            return self._conversation(body)
        if re.fullmatch(r"/teams/[1-4]/team_members", path):
            return httpx.Response(200, json=self.people)
        if path == f"/inbox_members/{INBOX}":
            return httpx.Response(200, json={"payload": self.people})
        match = re.fullmatch(r"/contacts/(\d+)(/conversations)?", path)
        if match and not any(row["id"] == int(match[1]) for row in self.contacts):
            return httpx.Response(404, json={"error": "Resource could not be found"})
        if match and not match[2]:
            next(row for row in self.contacts if row["id"] == int(match[1])).update(body)
            return httpx.Response(200, json={"payload": {}})
        if match:
            rows = [row for row in self.conversations.values() if row["contact_id"] == int(match[1])]
            return httpx.Response(200, json={"payload": rows})
        if match := re.fullmatch(r"/conversations/(\d+)(?:/(\w+)(?:/(\d+))?)?", path):
            row = self.conversations.get(int(match[1]))
            if row is None:
                return httpx.Response(404, json={"error": "Resource could not be found"})
            return self._of_conversation(row, match[2] or "", method, body, request)
        return httpx.Response(404, json={"error": "Resource could not be found"})

    def _contact(self, body: dict[str, Any]) -> httpx.Response:
        if any(row["identifier"] == body["identifier"] for row in self.contacts):
            return httpx.Response(422, json={"message": "Identifier has already been taken"})
        row = {**body, "id": 500 + len(self.contacts), "contact_inboxes": [{"inbox": {"id": body["inbox_id"]}}]}
        self.contacts.append(row)
        return httpx.Response(200, json={"payload": {"contact": row}})

    def _conversation(self, body: dict[str, Any]) -> httpx.Response:
        row = {
            **body,
            "id": max(self.conversations, default=39) + 1 + self.deleted,
            "labels": [],
            "custom_attributes": {},
            "priority": None,
        }
        self.conversations[row["id"]] = row
        return httpx.Response(200, json=row)

    def _of_conversation(
        self, row: dict[str, Any], what: str, method: str, body: dict[str, Any], request: httpx.Request
    ) -> httpx.Response:
        if what == "":
            return httpx.Response(200, json={**row, "meta": self._meta(row)})
        if what == "messages" and method == "GET":
            before = int(request.url.params.get("before", 10**9))
            mine = [message for message in self.messages if message.get("at", row["id"]) == row["id"]]
            found = [_told(message) for message in mine if message["id"] < before][-20:]
            return httpx.Response(200, json={"meta": {}, "payload": found})
        if what == "messages" and method == "PATCH":
            return httpx.Response(200, json=body)
        if what == "messages":
            kind = 0 if body["message_type"] == "incoming" else 1
            message = {
                **body,
                "id": next(self._numbers),
                "message_type": kind,
                "sender": _sender(request),
                "at": row["id"],
            }
            self.messages.append(message)
            if kind == 0 and row["status"] == "resolved":
                row["status"] = "open"
            return httpx.Response(200, json=_told(message))
        if what == "labels":
            row["labels"] = body.get("labels", row["labels"])
            return httpx.Response(200, json={"payload": row["labels"]})
        if what == "custom_attributes":
            row["custom_attributes"] = body["custom_attributes"]
        elif what == "toggle_status":
            row["status"] = body["status"]
        elif what == "toggle_priority":
            row["priority"] = body["priority"]
        elif what == "assignments":
            row.update(body)
        return httpx.Response(200, json={"payload": {}})

    def _meta(self, row: dict[str, Any]) -> dict[str, Any]:
        team, number = row.get("team_id"), row.get("assignee_id")
        name = next((person["name"] for person in self.people if person["id"] == number), "Alguém")
        return {
            "sender": {"id": row["contact_id"]},
            "assignee": {"id": number, "name": name, "type": "user"} if number else None,
            **({"team": {"id": team, "name": "time"}} if team else {}),
        }


def person(number: int, name: str, availability: str = "online") -> dict[str, Any]:
    return {"id": number, "name": name, "type": "user", "availability_status": availability}


def _form(request: httpx.Request) -> dict[str, Any]:
    """A multipart body: its fields, and under ``attachments`` (name, content type, bytes) of each file."""
    if "multipart" not in request.headers.get("content-type", ""):
        return {}
    head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
    body: dict[str, Any] = {"attachments": []}
    for part in email.message_from_bytes(head + request.content, policy=email.policy.HTTP).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name == "attachments[]":
            body["attachments"].append((part.get_filename(), part.get_content_type(), content))
        else:
            body[name] = {"true": True, "false": False}.get(content.decode(), content.decode())
    return body


def _told(message: dict[str, Any]) -> dict[str, Any]:
    """As an answer shows it: attachments by name."""
    return {**message, "attachments": [name for name, _, _ in message.get("attachments", [])]}


def _sender(request: httpx.Request) -> dict[str, Any]:
    if request.headers["api_access_token"] == BOT:
        return {"id": 3, "type": "agent_bot"}
    return {"id": INTEGRATION, "type": "user"}


def inbox(channel: Channel, **fields: Any) -> ChatwootInbox:
    return ChatwootInbox.objects.create(
        **{
            "channel": channel,
            "base_url": "https://chatwoot.example",
            "account_id": 1,
            "inbox_id": INBOX,
            "integration_user_id": INTEGRATION,
            "credentials": {"user_token": USER, "bot_token": BOT},
            "webhook_secrets": {"atual": SECRET},
            "signing_secrets": {"atual": SIGNING},
            **fields,
        }
    )


def written(text: str | None, *, display_id: int = 40, message_id: int = 7001, **fields: Any) -> dict[str, Any]:
    """The event of a message that an SDR typed."""
    return {
        "event": "message_created",
        "id": message_id,
        "content": text,
        "message_type": "outgoing",
        "private": False,
        "source_id": None,
        "content_attributes": {},
        "sender": {"id": SDR, "name": "Bianca SDR", "type": "user"},
        "conversation": {"id": display_id, "inbox_id": INBOX},
        "inbox": {"id": INBOX, "name": "WhatsApp Seleto"},
        **fields,
    }


def changed(
    display_id: int = 40, *, assignee: int | None = None, team: int | None = None, **changes: tuple[Any, Any]
) -> dict[str, Any]:
    return {
        "event": "conversation_updated",
        "id": display_id,
        "inbox_id": INBOX,
        "meta": {
            "assignee": {"id": assignee, "name": "Alguém SDR", "type": "user"} if assignee else None,
            "team": {"id": team, "name": "comercial"} if team else None,
        },
        "changed_attributes": [
            {name: {"previous_value": before, "current_value": after}} for name, (before, after) in changes.items()
        ],
    }


def post(event: Any, *, secret: str = SECRET, key: str = SIGNING, stamp: int | None = None, channel: str = "principal"):
    body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
    at = str(stamp if stamp is not None else int(time.time()))
    signature = "sha256=" + hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Client().post(
        f"/webhooks/chatwoot/{channel}/{secret}/",
        body,
        content_type="application/json",
        headers={"X-Chatwoot-Signature": signature, "X-Chatwoot-Timestamp": at},
    )
