"""A person's contact in Chatwoot: what it holds, and its removal with every conversation below it.

Chatwoot's own reference documents ``DELETE /contacts/{id}``; it takes the token of an administrator.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.chatwoot import inboxes
from conversations.chatwoot.client import ChatwootClient
from conversations.chatwoot.state import identifier
from conversations.models import ChatwootLink
from leads import erasure
from seleto.lib import circuits, clock, connections, privacy
from seleto.lib.errors import Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.privacy import RemoteStore, Subject

KEY = "chatwoot"
# Conversations and pages of messages that a reading takes at most.
_TALKS, _PAGES = 20, 50
_TOLD = ("id", "name", "phone_number", "email", "identifier", "custom_attributes", "additional_attributes")


def register() -> None:
    privacy.register_remote(
        RemoteStore(
            key=KEY,
            label="Chatwoot: contato e conversas",
            references=_references,
            read=_read,
            erase=_erase,
        )
    )


def _references(subject: Subject) -> list[str]:
    """``<channel>:<contact>``: ids of contacts are an account's own. A contact may also be told by our own key."""
    links = ChatwootLink.objects.filter(lead_id=subject.lead_id, contact_id__isnull=False)
    pairs = links.order_by("pk").values_list("channel_id", "contact_id")
    return list(dict.fromkeys(f"{channel}:{contact}" for channel, contact in pairs))


def _erase(reference: str) -> None:
    client, contact, circuit = _at(reference)
    try:
        found = int(contact) if contact.isdecimal() else _made_anew(client, contact)
        if found is not None:
            client.delete_contact(found)
    except ProviderError as error:
        if error.status == 404:
            return
        if not isinstance(error, Rejected) or isinstance(error, Misconfigured):
            circuits.failed(circuit, error.reason, clock.now())
        raise
    circuits.succeeded(circuit)


def _read(reference: str) -> Mapping[str, Any]:
    client, told, _ = _at(reference)
    contact = int(told)
    try:
        held = client.contact(contact)
    except ProviderError as error:
        if error.status == 404:
            return {"situacao": "não está mais lá"}
        raise
    talks = client.conversations_of(contact)[:_TALKS]
    return {
        "contato": {name: held.get(name) for name in _TOLD if held.get(name)},
        "conversas": [
            {"id": talk.get("id"), "situacao": talk.get("status"), "mensagens": _messages(client, int(talk["id"]))}
            for talk in talks
        ],
    }


def _messages(client: ChatwootClient, display_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before: int | None = None
    for _ in range(_PAGES):
        page = client.messages(display_id, before=before)
        if not page:
            break
        rows += page
        oldest = min(int(row["id"]) for row in page)
        if before is not None and oldest >= before:
            break
        before = oldest
    return [{"texto": row.get("content"), "quando": row.get("created_at")} for row in rows if not row.get("private")]


def take_back(link_id: UUID, lead_id: UUID, channel_id: UUID, *, now: datetime) -> None:
    """A run of the mirror that began before an erasure may have made the contact anew: by our own key it goes too."""
    if not ChatwootLink.objects.filter(pk=link_id).exists():
        erasure.found_later(lead_id, KEY, f"{channel_id}:{identifier(lead_id)}", now=now)


def _made_anew(client: ChatwootClient, key: str) -> int | None:
    found = client.find_contact(identifier=key, phone="")
    return None if found is None else int(found["id"])


def _at(reference: str) -> tuple[ChatwootClient, str, str]:
    """Raises ``Rejected`` when no inbox leads there any more, ``Unavailable`` while it rests."""
    channel, _, contact = reference.partition(":")
    inbox = inboxes.of_channel(UUID(channel))
    if inbox is None:
        raise Rejected("sem_caixa")
    if not circuits.allow(inbox.circuit, clock.now()):
        raise Unavailable("circuit_open")
    connections.release()
    return inbox.client(), contact, inbox.circuit
