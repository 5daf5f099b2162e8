"""Files from the lead's phone to Chatwoot and from Chatwoot to the phone, byte for byte, through real processes."""

import base64
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from conversations.models import ChatwootInbox, ChatwootLink, Conversation, Media, Outbox
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

OGG = b"OggS" + bytes(range(200))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
PDF = b"%PDF-1.7\n" + bytes(range(200))


def data_uri(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


class Desk:
    """What an SDR sees and does in the sandbox's Chatwoot, over its API."""

    def __init__(self, pipe: Pipe, lead: str) -> None:
        self._pipe, self._lead, self._inbox = pipe, lead, ChatwootInbox.objects.get(channel__slug="principal")

    @property
    def number(self) -> int:
        link = ChatwootLink.objects.get(lead__conversations__address=self._lead)
        return link.display_id or 0

    def messages(self) -> list[dict[str, Any]]:
        where = f"{self._inbox.base_url}/api/v1/accounts/1/conversations/{self.number}/messages"
        token = {"api_access_token": self._inbox.credentials["user_token"]}
        rows: list[dict[str, Any]] = self._pipe.http.get(where, headers=token).raise_for_status().json()["payload"]
        return [row for row in rows if row["message_type"] in (0, 1)]

    def content(self, attachment: dict[str, Any]) -> bytes:
        return self._pipe.http.get(attachment["data_url"], follow_redirects=True).raise_for_status().content

    def sends(self, text: str | None, *files: tuple[str, str, bytes]) -> None:
        named = [
            {"name": name, "content_type": kind, "data": base64.b64encode(content).decode()}
            for name, kind, content in files
        ]
        self._pipe.tell("chatwoot/message", conversation=self.number, text=text, files=named)


def has(desk: Desk, content: bytes) -> bool:
    """Whether some message there shows exactly this file."""
    shown = [item for row in desk.messages() for item in row.get("attachments") or []]
    return any(desk.content(item) == content for item in shown)


def is_linked(lead: str) -> bool:
    return ChatwootLink.objects.filter(lead__conversations__address=lead, display_id__isnull=False).exists()


def taken(pipe: Pipe, lead: str) -> Sequence[dict[str, Any]]:
    """What reached the lead's phone from people of the team, oldest first."""
    rows = Outbox.objects.filter(conversation__address=lead, origin=Outbox.Origin.PERSON)
    theirs = set(rows.values_list("provider_id", flat=True))
    return [row for row in pipe.received(lead) if row["provider_id"] in theirs]


def content_of(pipe: Pipe, row: dict[str, Any]) -> bytes:
    return httpx.get(f"{str(pipe._sandbox.base_url).partition('/_sandbox')[0]}/media/{row['media']}").content


def test_files_both_ways(pipe: Pipe) -> None:
    lead = new_lead()
    desk = Desk(pipe, lead)
    pipe.tell("zapi/lead-message", lead=lead, type="audio", text="", file=data_uri("audio/ogg", OGG))
    pipe.tell("zapi/lead-message", lead=lead, type="image", text="minha cozinha", file=data_uri("image/png", PNG))
    until(lambda: is_linked(lead) and has(desk, OGG) and has(desk, PNG), what="Chatwoot shows the lead's files")

    incoming = [row for row in desk.messages() if row["message_type"] == 0]
    assert [len(row.get("attachments") or []) for row in incoming] == [1, 1]
    # Two webhooks of the same moment arrive in either order.
    assert sorted(row["content"] or "" for row in incoming) == ["", "minha cozinha"]
    assert {media.state for media in Media.objects.filter(message__conversation__address=lead)} == {"stored"}

    desk.sends("Segue a proposta", ("foto.png", "image/png", PNG), ("proposta.pdf", "application/pdf", PDF))
    until(lambda: len(taken(pipe, lead)) == 3, what="the lead has text and files of the SDR")
    pipe.calm()

    arrived = taken(pipe, lead)
    assert [row["type"] for row in arrived] == ["text", "image", "document"]
    assert [content_of(pipe, row) for row in arrived[1:]] == [PNG, PDF]
    assert arrived[2]["filename"] == "proposta.pdf"
    assert Conversation.objects.get(address=lead).owner == Conversation.Owner.HUMAN
    mine = [row for row in desk.messages() if (row["source_id"] or "").startswith("seleto:")]
    shown_by_us = [item for row in mine if row["message_type"] == 1 for item in row.get("attachments") or []]
    assert shown_by_us == [], "what the SDR sent came back as a message of ours"


def test_a_file_from_the_companys_phone_and_a_worker_that_dies(pipe: Pipe) -> None:
    lead = new_lead()
    desk = Desk(pipe, lead)
    pipe.fault("/media/*", latency_s=1.5)
    pipe.tell("zapi/human-message", lead=lead, type="image", text="", file=data_uri("image/png", PNG))
    until(
        lambda: Media.objects.filter(message__conversation__address=lead, attempts=1).exists(),
        what="the download has begun",
    )
    pipe.kill_workers()

    until(lambda: is_linked(lead) and has(desk, PNG), what="Chatwoot shows the file from the phone")

    shown = [row for row in desk.messages() if row.get("attachments")]
    assert [row["message_type"] for row in shown] == [1]
    assert shown[0]["content"] == "[celular da empresa]"


def test_a_file_that_cannot_be_had_is_told(pipe: Pipe) -> None:
    lead = new_lead()
    desk = Desk(pipe, lead)
    page = data_uri("audio/ogg", b"<!doctype html><html>expired</html>")
    pipe.tell("zapi/lead-message", lead=lead, type="audio", text="", file=page)

    until(lambda: is_linked(lead) and desk.messages(), what="Chatwoot shows the message")

    assert desk.messages()[0]["content"].startswith("[áudio] (arquivo indisponível")
    assert Media.objects.get(message__conversation__address=lead).reason == "page"
