"""Calls to one Z-API instance (contracts/zapi.md, sections 1 to 3).

A 200 means queued, not delivered, and there is no idempotency key. So every way a send can end without a clear answer
is ``Ambiguous``; calls that may be repeated freely (reading, marking, registering) are then only ``Unavailable``.

The address of an instance holds its token. Nothing that leaves this module, exception or log, holds the address, a
phone or a text: failures are raised outside the ``except`` that noticed them, so not even as their context.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx

from conversations.channels import base
from conversations.channels.base import (
    ConnectionState,
    Queued,
    RemoteFile,
    Sent,
    Template,
    Timeouts,
    Unreadable,
    Uploaded,
)
from conversations.channels.fields import identifier, mapping, number, text
from seleto.lib import correlation
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.http import outcome

_ADDRESS = re.compile(r"[0-9]{8,15}|[0-9]{1,32}@lid")
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
_SECRET = re.compile(r"[!-~]{1,200}")
# The service words its refusals differently from what it documents, so they are told apart by what they mention.
_OUR_SETTINGS = re.compile(r"client.?token|^null not allowed$|\[?ip request|\binstance\b|\btoken\b", re.IGNORECASE)
_TYPING_S = (1, 15)
# Without it the service waits one to three seconds of its own before the next message; the outbox keeps the pace.
_PAUSE_S = 1
_QUEUE_PAGE = 30
_QUEUE_PAGES = 34  # the service keeps at most 1000 messages


class _HideInstance(logging.Filter):
    """httpx logs the address of every request at INFO."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/token/" not in record.getMessage()


logging.getLogger("httpx").addFilter(_HideInstance())


@dataclass(frozen=True, slots=True)
class Credentials:
    """``client_token`` may be empty: the account has no security token then."""

    instance_id: str = field(repr=False)
    instance_token: str = field(repr=False)
    client_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for value in (self.instance_id, self.instance_token, self.client_token or "-"):
            if not _SECRET.fullmatch(value):
                raise Misconfigured("bad_credentials")


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """Whether WhatsApp knows a number, in which form, and the lid it belongs to."""

    exists: bool
    phone: str | None = field(default=None, repr=False)
    lid: str | None = field(default=None, repr=False)


def build_client(
    *, base_url: str, credentials: Mapping[str, str], http: httpx.Client, timeouts: Timeouts
) -> "ZapiClient":
    """Raises ``Misconfigured`` (bad_credentials)."""
    return ZapiClient(
        base_url=base_url,
        credentials=Credentials(
            instance_id=credentials.get("instance_id", ""),
            instance_token=credentials.get("instance_token", ""),
            client_token=credentials.get("client_token", ""),
        ),
        http=http,
        timeouts=timeouts,
    )


class ZapiClient:
    """``ChannelClient`` of one instance. ``http`` belongs to the caller and is shared by the process."""

    def __init__(self, *, base_url: str, credentials: Credentials, http: httpx.Client, timeouts: Timeouts) -> None:
        instance, token = (quote(part, safe="") for part in (credentials.instance_id, credentials.instance_token))
        self._root = f"{base_url.rstrip('/')}/instances/{instance}/token/{token}"
        self._headers = {"Content-Type": "application/json"}
        if credentials.client_token:
            self._headers["Client-Token"] = credentials.client_token
        self._http = http
        self._text_timeout = _timeout(timeouts.text_s, timeouts)
        self._media_timeout = _timeout(timeouts.media_s, timeouts)

    def __repr__(self) -> str:
        return "<ZapiClient>"

    # --- sending

    def send_text(
        self,
        *,
        to: str,
        text: str,
        typing_s: float = 0,
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        least, most = _TYPING_S
        typing = min(max(round(typing_s), least), most) if typing_s > 0 else None
        body = {"message": text, "messageId": reply_to, "delayTyping": typing, "delayMessage": _PAUSE_S}
        return self._send("send-text", to, body, correlation_id)

    def send_image(
        self,
        *,
        to: str,
        image: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        body = {"image": image, "caption": caption or None, "messageId": reply_to}
        return self._send("send-image", to, body, correlation_id, media=True)

    def send_document(
        self,
        *,
        to: str,
        document: str,
        filename: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        """The extension of ``filename`` is part of the path; without a usable one: ``Rejected`` (bad_extension)."""
        extension = filename.rpartition(".")[2].lower() if "." in filename else ""
        if not _EXTENSION.fullmatch(extension):
            raise Rejected("bad_extension")
        body = {"document": document, "fileName": filename, "caption": caption or None, "messageId": reply_to}
        return self._send(f"send-document/{extension}", to, body, correlation_id, media=True)

    def send_audio(
        self, *, to: str, audio: str, reply_to: str | None = None, correlation_id: str = "", reference: str = ""
    ) -> Sent:
        return self._send("send-audio", to, {"audio": audio, "messageId": reply_to}, correlation_id, media=True)

    def send_video(
        self,
        *,
        to: str,
        video: str,
        caption: str = "",
        reply_to: str | None = None,
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        body = {"video": video, "caption": caption or None, "messageId": reply_to}
        return self._send("send-video", to, body, correlation_id, media=True)

    def send_reaction(
        self, *, to: str, provider_id: str, emoji: str, correlation_id: str = "", reference: str = ""
    ) -> Sent:
        return self._send("send-reaction", to, {"reaction": emoji, "messageId": provider_id}, correlation_id)

    def send_template(
        self,
        *,
        to: str,
        name: str,
        language: str,
        variables: Sequence[str] = (),
        correlation_id: str = "",
        reference: str = "",
    ) -> Sent:
        raise Rejected("no_templates")

    def upload(self, *, file: str, filename: str) -> Uploaded:
        raise Rejected("no_uploads")

    def remote_file(self, remote_id: str) -> RemoteFile:
        raise Rejected("no_remote_files")

    def templates(self) -> Sequence[Template]:
        return ()

    def _send(
        self, path: str, to: str, body: Mapping[str, object], correlation_id: str, *, media: bool = False
    ) -> Sent:
        response = self._call(
            "POST",
            path,
            {"phone": _checked(to), **{name: value for name, value in body.items() if value is not None}},
            correlation_id=correlation_id,
            repeatable=False,
            media=media,
        )
        answer = mapping(_json(response))
        provider_id = identifier(answer.get("messageId")) or identifier(answer.get("id"))
        if provider_id is None:
            raise Ambiguous("malformed_answer", status=response.status_code)
        return Sent(provider_id=provider_id, extra_id=identifier(answer.get("zaapId")))

    # --- everything that may be repeated

    def mark_read(self, *, to: str, provider_id: str, correlation_id: str = "", typing: bool = False) -> None:
        """``typing`` is not asked for: the dots go with each text here."""
        body = {"phone": _checked(to), "messageId": provider_id}
        self._call("POST", "read-message", body, correlation_id=correlation_id)

    def status(self) -> ConnectionState:
        """``error`` is filled even when all is well, so only the two flags decide."""
        response = self._call("GET", "status", errors_in_body=False)
        answer = mapping(_json(response))
        connected = answer.get("connected")
        if not isinstance(connected, bool):
            _raise_if_error(answer, response.status_code)
            raise Unavailable("malformed_answer", status=response.status_code)
        if connected and answer.get("smartphoneConnected") is not False:
            return ConnectionState(connected=True)
        if connected:
            return ConnectionState(connected=False, reason="phone_offline")
        restore = "restore" in text(answer.get("error")).lower()
        return ConnectionState(connected=False, reason="restore_session" if restore else "disconnected")

    def queue(self) -> list[Queued]:
        """Everything accepted and not yet sent, in the order of the service."""
        found: list[Queued] = []
        state: object = None
        for _ in range(_QUEUE_PAGES):
            response = self._call("POST", "queue", {"pageSize": _QUEUE_PAGE, "pagingState": state})
            answer = mapping(_json(response))
            messages = answer.get("messages")
            if not isinstance(messages, list):
                raise Unavailable("malformed_answer", status=response.status_code)
            found += [
                Queued(
                    provider_id=identifier(message.get("MessageId")) or "",
                    extra_id=identifier(message.get("ZaapId")) or "",
                    to=text(message.get("Phone")),
                    text=text(message.get("Message")),
                )
                for message in map(mapping, messages)
            ]
            state = answer.get("pagingState")
            if answer.get("hasMore") is not True or state is None:
                break
        return found

    def purge_queue(self, *, extra_id: str | None = None) -> None:
        self._call("DELETE", "queue" if extra_id is None else f"queue/{quote(extra_id, safe='')}")

    def register_webhooks(self, *, url: str) -> None:
        """One address for all events. Without sent-by-me a person on the company's phone would go unseen."""
        response = self._call("PUT", "update-every-webhooks", {"value": url, "notifySentByMe": True})
        if mapping(_json(response)).get("value") is not True:
            raise Unavailable("not_confirmed", status=response.status_code)

    def check_number(self, *, phone: str) -> NumberCheck:
        """The only way from a phone to its lid. The answer is documented as a list and as strings."""
        response = self._call("GET", f"phone-exists/{_checked(phone)}")
        answer = _json(response)
        entry = mapping(answer[0] if isinstance(answer, list) and answer else answer)
        if "exists" not in entry:
            raise Unavailable("malformed_answer", status=response.status_code)
        exists = str(entry["exists"]).lower() == "true"
        return NumberCheck(exists=exists, phone=identifier(entry.get("phone")), lid=identifier(entry.get("lid")))

    # --- the wire

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        correlation_id: str = "",
        repeatable: bool = True,
        media: bool = False,
        errors_in_body: bool = True,
    ) -> httpx.Response:
        """One request, and what became of it by the contract's error table."""
        response = self._exchange(
            method,
            path,
            None if body is None else _encoded(body),
            headers={**self._headers, correlation.HEADER: correlation_id} if correlation_id else self._headers,
            timeout=self._media_timeout if media else self._text_timeout,
            repeatable=repeatable,
        )
        if not response.is_success:
            raise _refusal(response, repeatable=repeatable)
        if errors_in_body:
            _raise_if_error(mapping(_json(response)), response.status_code)
        return response

    def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | None,
        *,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
        repeatable: bool,
    ) -> httpx.Response:
        try:
            return self._http.request(
                method,
                f"{self._root}/{path}",
                content=content,
                headers=headers,
                timeout=timeout,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            failure = outcome(error)
        except httpx.InvalidURL:
            failure = Misconfigured("bad_address")
        if repeatable and isinstance(failure, Ambiguous):
            failure = Unavailable(failure.reason)
        raise failure


def _timeout(seconds: float, timeouts: Timeouts) -> httpx.Timeout:
    """Waiting for a free connection counts as connecting: nothing has left yet."""
    return httpx.Timeout(seconds, connect=timeouts.connect_s, pool=timeouts.connect_s)


def _checked(to: str) -> str:
    """A person's address; groups and lists have none we would write to."""
    if not _ADDRESS.fullmatch(to):
        raise Rejected("invalid_address")
    return to


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        pass
    # Out here because that exception carries the text.
    raise Rejected("unencodable_text")


def _json(response: httpx.Response) -> object:
    """The answer's body; None when there is none or it is no JSON."""
    try:
        return base.read_json(response.content)
    except Unreadable:
        return None


def _raise_if_error(answer: Mapping[str, object], status: int) -> None:
    """An ``error`` sentence is a failure whatever the status."""
    error = text(answer.get("error")).strip()
    if error:
        raise _by_sentence(error, status)


def _by_sentence(error: str, status: int) -> Rejected:
    return (
        Misconfigured("refused_settings", status=status)
        if _OUR_SETTINGS.search(error)
        else Rejected("refused", status=status)
    )


def _refusal(response: httpx.Response, *, repeatable: bool) -> ProviderError:
    status = response.status_code
    reason = f"http_{status}"
    retry_after = _retry_after(response)
    if status == 429:
        return Unavailable("throttled", status=status, retry_after=retry_after)
    if status == 504:
        # A read timeout one hop further on: the service itself may well have taken the message.
        unclear = Unavailable if repeatable else Ambiguous
        return unclear(reason, status=status, retry_after=retry_after)
    if status >= 500 or status == 408:
        return Unavailable(reason, status=status, retry_after=retry_after)
    if status == 400:
        return _by_sentence(text(mapping(_json(response)).get("error")).strip(), status)
    if status in (401, 403, 404) or status < 400:
        return Misconfigured(reason, status=status)
    return Rejected(reason, status=status)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; a date is taken relative to the answer's own ``Date``, so no clock is needed."""
    value = response.headers.get("Retry-After", "")
    seconds = number(value)
    if seconds is None:
        try:
            until, at = parsedate_to_datetime(value), parsedate_to_datetime(response.headers.get("Date", ""))
            seconds = (until - at).total_seconds()
        except (TypeError, ValueError):
            return None
    return max(seconds, 0.0)
