"""Calls to one account of a Chatwoot server (contracts/chatwoot.md, sections 1, 2 and 6).

No call repeats itself. Creating has no idempotency: whatever broke after the connection stood is ``Ambiguous`` there,
and only ``Unavailable`` where repeating does no harm. Exceptions hold constant words, never text or names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.http import outcome


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to upload."""

    name: str
    mime: str
    content: bytes = field(repr=False)


class ChatwootClient:
    """``http`` belongs to the caller and is shared by the process; ``upload`` is for calls that carry files."""

    def __init__(
        self,
        *,
        base_url: str,
        account_id: int,
        user_token: str,
        bot_token: str,
        http: httpx.Client,
        upload: httpx.Timeout,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/api/v1/accounts/{account_id}"
        self._profile = f"{base_url.rstrip('/')}/api/v1/profile"
        self._user = {"api_access_token": user_token}
        self._bot = {"api_access_token": bot_token or user_token}
        self._http = http
        self._upload = upload

    def __repr__(self) -> str:
        return "<ChatwootClient>"

    def own_user_id(self) -> int:
        """Of the integration's token."""
        return int(self._read("GET", self._profile)["id"])

    # --- contacts

    def find_contact(self, *, identifier: str, phone: str) -> dict[str, Any] | None:
        """The contact with exactly this identifier, else with this phone; a search there matches parts of words."""
        for attribute, value in (("identifier", identifier), ("phone_number", phone)):
            if not value:
                continue
            condition = {
                "attribute_key": attribute,
                "filter_operator": "equal_to",
                "values": [value],
                "query_operator": None,
            }
            found = self._read("POST", f"{self._root}/contacts/filter", json={"payload": [condition]})
            for contact in found.get("payload", []):
                if contact.get(attribute) == value:
                    return dict(contact)
        return None

    def create_contact(
        self, *, inbox_id: int, source_id: str, identifier: str, name: str, phone: str
    ) -> dict[str, Any]:
        body = {"inbox_id": inbox_id, "source_id": source_id, "identifier": identifier, "name": name}
        if phone:
            body["phone_number"] = phone
        return dict(self._write("POST", f"{self._root}/contacts", json=body)["payload"]["contact"])

    def rename_contact(self, contact_id: int, name: str) -> None:
        self._read("PUT", f"{self._root}/contacts/{contact_id}", json={"name": name})

    def contact(self, contact_id: int) -> dict[str, Any]:
        return dict(self._read("GET", f"{self._root}/contacts/{contact_id}").get("payload") or {})

    def delete_contact(self, contact_id: int) -> None:
        """With its conversations. Chatwoot's reference has it; repeating does no harm."""
        self._read("DELETE", f"{self._root}/contacts/{contact_id}")

    def link_contact(self, contact_id: int, *, inbox_id: int, source_id: str) -> None:
        body = {"inbox_id": inbox_id, "source_id": source_id}
        self._write("POST", f"{self._root}/contacts/{contact_id}/contact_inboxes", json=body)

    # --- conversations

    def conversations_of(self, contact_id: int) -> list[dict[str, Any]]:
        return list(self._read("GET", f"{self._root}/contacts/{contact_id}/conversations").get("payload", []))

    def create_conversation(self, *, inbox_id: int, contact_id: int, source_id: str, status: str) -> dict[str, Any]:
        body = {"inbox_id": inbox_id, "contact_id": contact_id, "source_id": source_id, "status": status}
        return self._write("POST", f"{self._root}/conversations", json=body)

    def set_status(self, display_id: int, status: str) -> None:
        """By the bot's token: a user's token would take the conversation over (section 2)."""
        self._read("POST", self._at(display_id, "toggle_status"), json={"status": status}, headers=self._bot)

    def set_priority(self, display_id: int, priority: str | None) -> None:
        self._read("POST", self._at(display_id, "toggle_priority"), json={"priority": priority})

    def set_labels(self, display_id: int, labels: Sequence[str]) -> None:
        self._read("POST", self._at(display_id, "labels"), json={"labels": list(labels)})

    def labels(self, display_id: int) -> list[str]:
        return list(self._read("GET", self._at(display_id, "labels")).get("payload", []))

    def set_attributes(self, display_id: int, attributes: Mapping[str, object]) -> None:
        body = {"custom_attributes": dict(attributes)}
        self._read("POST", self._at(display_id, "custom_attributes"), json=body)

    def conversation(self, display_id: int) -> dict[str, Any]:
        return self._read("GET", f"{self._root}/conversations/{display_id}")

    def assign(self, display_id: int, *, team_id: int | None = None, assignee_id: int | None = None) -> None:
        body = {key: value for key, value in (("team_id", team_id), ("assignee_id", assignee_id)) if value}
        self._read("POST", self._at(display_id, "assignments"), json=body)

    # --- people

    def team_members(self, team_id: int) -> list[dict[str, Any]]:
        """With their ``availability_status``."""
        return list(self._read("GET", f"{self._root}/teams/{team_id}/team_members").get("payload", []))

    def inbox_members(self, inbox_id: int) -> list[dict[str, Any]]:
        return list(self._read("GET", f"{self._root}/inbox_members/{inbox_id}").get("payload", []))

    # --- messages

    def messages(self, display_id: int, *, before: int | None = None) -> list[dict[str, Any]]:
        """A page of about twenty, the newest one unless ``before`` names a message."""
        query = {"before": before} if before else None
        return list(self._read("GET", self._at(display_id, "messages"), params=query).get("payload", []))

    def create_message(
        self,
        display_id: int,
        *,
        text: str,
        incoming: bool = False,
        private: bool = False,
        marker: str,
        external_created_at: int | None = None,
        files: Sequence[File] = (),
    ) -> int:
        """The new message's id. ``marker`` comes back in every webhook about it, so that it is known for ours."""
        body: dict[str, Any] = {
            "content": text,
            "message_type": "incoming" if incoming else "outgoing",
            "private": private,
            "source_id": marker,
        }
        if external_created_at is not None:
            body["external_created_at"] = external_created_at
        headers = self._user if incoming or private else self._bot
        address = self._at(display_id, "messages")
        if not files:
            body["content_attributes"] = {"seleto": marker}
            return int(self._write("POST", address, json=body, headers=headers)["id"])
        form = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in body.items()}
        parts = [("attachments[]", (file.name, file.content, file.mime)) for file in files]
        return int(self._write("POST", address, data=form, files=parts, headers=headers, timeout=self._upload)["id"])

    def set_message_status(self, display_id: int, message_id: int, status: str, *, error: str = "") -> None:
        body = {"status": status, **({"external_error": error} if error else {})}
        self._read("PATCH", f"{self._at(display_id, 'messages')}/{message_id}", json=body)

    # --- plumbing

    def _at(self, display_id: int, what: str) -> str:
        return f"{self._root}/conversations/{display_id}/{what}"

    def _read(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        """A call that may be repeated: what may have reached the server is only ``Unavailable``."""
        try:
            return self._call(method, url, **call)
        except Ambiguous as error:
            raise Unavailable(error.reason, status=error.status) from None

    def _write(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        return self._call(method, url, **call)

    def _call(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **call: Any) -> dict[str, Any]:
        failure: ProviderError
        try:
            response = self._http.request(method, url, headers=headers or self._user, **call)
            if response.is_success:
                return _object(response)
            failure = _refusal(response)
        except httpx.HTTPError as error:
            failure = outcome(error)
        raise failure


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        value = response.json() if response.content else {}
    except ValueError:
        value = None
    if isinstance(value, list):  # some lists come bare
        return {"payload": value}
    if isinstance(value, dict):
        return value
    raise Ambiguous("unreadable_answer", status=response.status_code)


def _refusal(response: httpx.Response) -> ProviderError:
    status = response.status_code
    if status in (401, 403):
        return Misconfigured(f"http_{status}", status=status)
    if status == 429:
        try:
            wait = float(response.headers.get("retry-after", ""))
        except ValueError:
            wait = None
        return Unavailable("rate_limited", status=status, retry_after=wait)
    if status >= 500:
        return Ambiguous(f"http_{status}", status=status)
    return Rejected(f"http_{status}", status=status)
