"""Calls to one number of the Cloud API (contracts/whatsapp-cloud.md, sections 1 to 5).

There is no idempotency key: a send without a clear answer is ``Ambiguous``, and the status webhook that carries our
``reference`` settles it. What a refusal means is said by its code, never by the HTTP status. Nothing that leaves this
module holds a token, a number or a text.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from conversations.channels import base
from conversations.channels.base import (
    UPLOADED,
    ConnectionState,
    Queued,
    RemoteFile,
    Sent,
    Template,
    Timeouts,
    Unreadable,
    Uploaded,
)
from conversations.channels.cloud_api.account import quality_of, reason_of
from conversations.channels.fields import Payload, identifier, line, mapping, number, text
from seleto.lib import correlation
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Throttled, Unavailable
from seleto.lib.http import outcome

_PHONE = re.compile(r"[0-9]{8,15}")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_SECRET = re.compile(r"[!-~]{1,600}")
_DATA_URI = re.compile(r"data:([\w.+/-]+(?:; ?[\w=.+-]+)*);base64,")
_TEMPLATE_PAGES = 20
# Section 2: how long an uploaded file is kept.
_KEEPS_DAYS = 30
# Section 5. What is in none of these is a refusal of the one message.
_ACCOUNT = frozenset({0, 3, 10, 190, 368, 131031, 131042, 133010, *range(200, 300)})
_WAIT_S = {4: 300.0, 80007: 300.0, 131048: 3600.0}
_TOO_FAST_S = {130429: 5.0, 131056: 6.0}
_TEMPORARY = frozenset({2, 131000, 131016, 131057})


@dataclass(frozen=True, slots=True)
class Credentials:
    """``waba_id`` may be empty: templates are not listed then."""

    phone_number_id: str
    access_token: str = field(repr=False)
    waba_id: str = ""

    def __post_init__(self) -> None:
        if not self.phone_number_id.isdigit() or not _SECRET.fullmatch(self.access_token):
            raise Misconfigured("bad_credentials")
        if self.waba_id and not self.waba_id.isdigit():
            raise Misconfigured("bad_credentials")


def build_client(
    *, base_url: str, credentials: Mapping[str, str], http: httpx.Client, timeouts: Timeouts
) -> "CloudApiClient":
    """``base_url`` holds the Graph version. Raises ``Misconfigured`` (bad_credentials)."""
    return CloudApiClient(
        base_url=base_url,
        credentials=Credentials(
            phone_number_id=credentials.get("instance_id", ""),
            access_token=credentials.get("access_token", ""),
            waba_id=credentials.get("waba_id", ""),
        ),
        http=http,
        timeouts=timeouts,
    )


class CloudApiClient:
    """``ChannelClient`` of one number. ``http`` belongs to the caller and is shared by the process."""

    def __init__(self, *, base_url: str, credentials: Credentials, http: httpx.Client, timeouts: Timeouts) -> None:
        self._graph = base_url.rstrip("/")
        self._number = f"{self._graph}/{credentials.phone_number_id}"
        self._waba = f"{self._graph}/{credentials.waba_id}" if credentials.waba_id else ""
        self._headers = {"Authorization": f"Bearer {credentials.access_token}"}
        self._http = http
        self._text_timeout = _timeout(timeouts.text_s, timeouts)
        self._media_timeout = _timeout(timeouts.media_s, timeouts)

    def __repr__(self) -> str:
        return "<CloudApiClient>"

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
        """``typing_s`` is not asked for: the indicator goes with ``mark_read`` here."""
        body = {"type": "text", "text": {"body": text, "preview_url": False}}
        return self._send(to, body, reply_to=reply_to, correlation_id=correlation_id, reference=reference)

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
        body = {"type": "image", "image": {**self._file(image, "image"), **_caption(caption)}}
        return self._send(to, body, reply_to=reply_to, correlation_id=correlation_id, reference=reference)

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
        said = {**self._file(document, filename), "filename": filename, **_caption(caption)}
        body = {"type": "document", "document": said}
        return self._send(to, body, reply_to=reply_to, correlation_id=correlation_id, reference=reference)

    def send_audio(
        self, *, to: str, audio: str, reply_to: str | None = None, correlation_id: str = "", reference: str = ""
    ) -> Sent:
        body = {"type": "audio", "audio": self._file(audio, "audio")}
        return self._send(to, body, reply_to=reply_to, correlation_id=correlation_id, reference=reference)

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
        body = {"type": "video", "video": {**self._file(video, "video"), **_caption(caption)}}
        return self._send(to, body, reply_to=reply_to, correlation_id=correlation_id, reference=reference)

    def send_reaction(
        self, *, to: str, provider_id: str, emoji: str, correlation_id: str = "", reference: str = ""
    ) -> Sent:
        body = {"type": "reaction", "reaction": {"message_id": provider_id, "emoji": emoji}}
        return self._send(to, body, reply_to=None, correlation_id=correlation_id, reference=reference)

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
        """An approved template with the variables of its body, in order."""
        said: dict[str, object] = {"name": name, "language": {"code": language}}
        if variables:
            parameters = [{"type": "text", "text": value} for value in variables]
            said["components"] = [{"type": "body", "parameters": parameters}]
        body = {"type": "template", "template": said}
        return self._send(to, body, reply_to=None, correlation_id=correlation_id, reference=reference)

    def _send(self, to: str, body: Payload, *, reply_to: str | None, correlation_id: str, reference: str) -> Sent:
        whole = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(to),
            **body,
            **({"context": {"message_id": reply_to}} if reply_to else {}),
            **({"biz_opaque_callback_data": reference} if reference else {}),
        }
        answer = self._json("POST", f"{self._number}/messages", whole, correlation_id=correlation_id, repeatable=False)
        messages = answer.get("messages")
        first = mapping(messages[0]) if isinstance(messages, list) and messages else {}
        provider_id = identifier(first.get("id"))
        if provider_id is None:
            raise Ambiguous("malformed_answer")
        return Sent(provider_id=provider_id)

    def _file(self, source: str, filename: str) -> dict[str, str]:
        """A ``data:`` URI is uploaded and sent by its id, a kept one by the id it has; any other address Meta fetches
        itself."""
        if source.startswith(UPLOADED):
            return {"id": source.removeprefix(UPLOADED)}
        if _DATA_URI.match(source) is None:
            return {"link": source}
        return {"id": self.upload(file=source, filename=filename).remote_id}

    def upload(self, *, file: str, filename: str) -> Uploaded:
        """May be repeated: a file nobody sends expires by itself. Any other address is ``Rejected`` (bad_file)."""
        found = _DATA_URI.match(file)
        try:
            content = base64.b64decode(file[found.end() :], validate=True) if found else b""
        except binascii.Error:
            content = b""
        if found is None or not content:
            raise Rejected("bad_file")
        answer = self._json(
            "POST",
            f"{self._number}/media",
            files={"file": (filename, content, found[1])},
            data={"messaging_product": "whatsapp", "type": found[1]},
        )
        media_id = identifier(answer.get("id"))
        if media_id is None:
            raise Unavailable("malformed_answer")
        return Uploaded(media_id, _KEEPS_DAYS)

    # --- everything that may be repeated

    def mark_read(self, *, to: str, provider_id: str, correlation_id: str = "", typing: bool = False) -> None:
        """With ``typing`` the lead sees that an answer is being written, until it comes or 25 s have passed."""
        body: dict[str, object] = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._json("POST", f"{self._number}/messages", body, correlation_id=correlation_id)

    def remote_file(self, remote_id: str) -> RemoteFile:
        """First step of a download: the address holds for about five minutes and wants the token (section 2).

        Raises ``Rejected`` (bad_media_id) for an id that is none.
        """
        if not remote_id.isdigit():
            raise Rejected("bad_media_id")
        answer = self._json("GET", f"{self._graph}/{remote_id}")
        url = answer.get("url")
        if not isinstance(url, str):
            raise Unavailable("malformed_answer")
        size = number(answer.get("file_size"))
        return RemoteFile(url=url, bytes=int(size) if size is not None else None, headers=self._headers)

    def templates(self) -> list[Template]:
        """All templates of the account with their approval, in every language. Raises ``Misconfigured`` (no_waba)."""
        if not self._waba:
            raise Misconfigured("no_waba")
        found: list[Template] = []
        query = {"fields": "name,language,status,category,components,quality_score,rejected_reason", "limit": "100"}
        for _ in range(_TEMPLATE_PAGES):
            answer = self._json("GET", f"{self._waba}/message_templates?{urlencode(query)}")
            listed = answer.get("data")
            found += [_template(mapping(row)) for row in listed] if isinstance(listed, list) else []
            paging = mapping(answer.get("paging"))
            after = text(mapping(paging.get("cursors")).get("after"))
            if not after or not paging.get("next"):
                break
            query["after"] = after
        return found

    def status(self) -> ConnectionState:
        """There is no phone that could be off line: a number that may be read is connected."""
        answer = self._json(
            "GET", f"{self._number}?fields=verified_name,quality_rating,display_phone_number,throughput"
        )
        quality = line(answer.get("quality_rating"), limit=20).upper()
        return ConnectionState(connected=True, reason="low_quality" if quality == "RED" else "")

    def queue(self) -> Sequence[Queued]:
        return ()

    def purge_queue(self, *, extra_id: str | None = None) -> None:
        return

    def register_webhooks(self, *, url: str) -> None:
        """Subscribes our app to the account; address and verify token are entered in Meta's panel (``doctor``)."""
        if not self._waba:
            raise Misconfigured("no_waba")
        answer = self._json("POST", f"{self._waba}/subscribed_apps", {})
        if answer.get("success") is not True:
            raise Unavailable("not_confirmed")

    # --- the wire

    def _json(
        self,
        method: str,
        url: str,
        body: Mapping[str, object] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        data: Mapping[str, str] | None = None,
        correlation_id: str = "",
        repeatable: bool = True,
    ) -> Payload:
        """One request, and what became of it by the contract's table of codes."""
        content = None if body is None else _encoded(body)
        headers = dict(self._headers)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if correlation_id:
            headers[correlation.HEADER] = correlation_id
        try:
            response = self._http.request(
                method,
                url,
                content=content,
                files=files,
                data=data,
                headers=headers,
                timeout=self._media_timeout if files else self._text_timeout,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            failure = outcome(error)
        except httpx.InvalidURL:
            failure = Misconfigured("bad_address")
        else:
            answer = _parsed(response)
            if response.is_success and not answer.get("error"):
                return answer
            failure = _refusal(mapping(answer.get("error")), response, repeatable=repeatable)
        if repeatable and isinstance(failure, Ambiguous):
            failure = Unavailable(failure.reason, status=failure.status)
        raise failure


def _timeout(seconds: float, timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=timeouts.connect_s, pool=timeouts.connect_s)


def _recipient(to: str) -> dict[str, str]:
    """A phone goes as ``to``, a user id as ``recipient`` (section 6.5)."""
    if _PHONE.fullmatch(to):
        return {"to": to}
    if _BSUID.fullmatch(to):
        return {"recipient": to}
    raise Rejected("invalid_address")


def _caption(caption: str) -> dict[str, str]:
    return {"caption": caption} if caption else {}


def _template(row: Payload) -> Template:
    components = row.get("components")
    bodies = [mapping(part) for part in components] if isinstance(components, list) else []
    body = next((text(part.get("text")) for part in bodies if line(part.get("type")).upper() == "BODY"), "")
    return Template(
        name=line(row.get("name")),
        language=line(row.get("language"), limit=20),
        status=line(row.get("status"), limit=40).lower(),
        category=line(row.get("category"), limit=40).lower(),
        body=body,
        quality=quality_of(mapping(row.get("quality_score")).get("score")),
        reason=reason_of(row.get("rejected_reason")),
    )


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        pass
    # Out here because that exception carries the text.
    raise Rejected("unencodable_text")


def _parsed(response: httpx.Response) -> Payload:
    try:
        return mapping(base.read_json(response.content))
    except Unreadable:
        return {}


def _refusal(error: Payload, response: httpx.Response, *, repeatable: bool) -> ProviderError:
    status = response.status_code
    code = number(error.get("code"))
    if code is None:
        return _without_code(status, repeatable=repeatable)
    reason = f"code_{int(code)}"
    if code in _ACCOUNT:
        return Misconfigured(reason, status=status)
    if code in _TOO_FAST_S:
        return Throttled(reason, status=status, retry_after=_TOO_FAST_S[int(code)])
    if code in _WAIT_S:
        return Unavailable(reason, status=status, retry_after=_WAIT_S[int(code)])
    if code in _TEMPORARY:
        return Unavailable(reason, status=status)
    return Rejected(reason, status=status)


def _without_code(status: int, *, repeatable: bool) -> ProviderError:
    """An answer that is not Meta's own: a gateway on the way, or a success we cannot read."""
    reason = f"http_{status}"
    if status in (401, 403, 404):
        return Misconfigured(reason, status=status)
    if status == 429:
        return Unavailable(reason, status=status)
    if status < 400 or status in (408, 502, 504):
        return (Unavailable if repeatable else Ambiguous)(reason, status=status)
    return Unavailable(reason, status=status) if status >= 500 else Rejected(reason, status=status)
