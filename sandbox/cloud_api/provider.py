"""What the fake number does: deliver what the product sends, with statuses, and speak for the people on the phones."""

import asyncio
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import Clock
from sandbox.cloud_api import payloads
from sandbox.cloud_api.state import State
from sandbox.config import Config
from sandbox.hooks import Hooks, Manner, Outcome
from sandbox.world import Entry, Lead, World
from sandbox.zapi import media
from sandbox.zapi.provider import Posted, UnknownKind

# Meta repeats for seven days; here a few times are enough to see that one effect is all there is.
ATTEMPTS = 3
RETRY_S = 1.0
_ORDER = ("PENDING", "SENT", "RECEIVED", "READ")
_WORDS = {"sent": "SENT", "delivered": "RECEIVED", "read": "READ"}
_FILES = {"audio": "audio/ogg; codecs=opus", "image": "image/png", "video": "video/mp4", "document": "application/pdf"}
_FILES["sticker"] = "image/webp"
_SUFFIX = {"image": ".png", "video": ".mp4", "document": ".pdf", "sticker": ".webp"}


class Refusal(Exception):
    """An answer of the Graph that is an error."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class CloudNumber:
    """Shares people and messages with the other fake provider; a lead may write on either."""

    def __init__(self, *, config: Config, world: World, clock: Clock, hooks: Hooks) -> None:
        self.config, self.world, self.clock, self.hooks = config, world, clock, hooks
        self.state = State.fresh()

    def reset(self) -> None:
        self.state = State.fresh()

    # --- what the product asks for

    def send(self, body: dict[str, Any]) -> Entry:
        """Raises :class:`Refusal` with the contract's codes."""
        lead = self._recipient(body)
        now = self.clock.now()
        kind = str(body.get("type") or "text")
        text = self._text(kind, body)
        if kind not in ("template", "reaction") and not self.state.window_open(lead.key, now):
            raise Refusal(400, payloads.error(131047, "Re-engagement message", "More than 24 hours have passed."))
        if self.state.too_fast(lead.key, now):
            raise Refusal(400, payloads.error(131056, "pair rate limit hit"))
        file, filename = self._attached(kind, body)
        entry = self.world.record(
            at=now,
            lead=lead,
            direction="out",
            type=kind,
            text=text,
            media=file,
            filename=filename,
            provider_id="wamid." + self.world.new_id("", 22),
            status="PENDING",
            origin="api",
            reference=str((body.get("context") or {}).get("message_id") or ""),
        )
        self.world.typing.pop(lead.key, None)
        self._deliver(entry, lead, now, reference=str(body.get("biz_opaque_callback_data") or ""))
        return entry

    def _text(self, kind: str, body: dict[str, Any]) -> str:
        said = body.get(kind)
        if not isinstance(said, dict):
            raise Refusal(400, payloads.error(131009, "Parameter value is not valid", "Parameter Invalid"))
        if kind == "text":
            text = str(said.get("body") or "")
            if not text or len(text) > 4096:
                raise Refusal(400, payloads.error(131009, "Parameter value is not valid", "text.body"))
            return text
        if kind == "template":
            return self._template(said)
        if kind in _FILES:
            if not (said.get("link") or said.get("id") in self.state.files):
                raise Refusal(400, payloads.error(131009, "Parameter value is not valid", "media"))
            return str(said.get("caption") or "")
        return str(said.get("emoji") or "")

    def _attached(self, kind: str, body: dict[str, Any]) -> tuple[str, str]:
        """Under which name the page finds an uploaded file, and what its sender called it."""
        said = body.get(kind)
        if kind not in _FILES or not isinstance(said, dict):
            return "", ""
        called = str(said.get("filename") or "")
        kept = self.state.files.get(str(said.get("id")))
        if kept is None:
            return "", called
        name = f"{kept.id}{media.extension(kept.mime.partition(';')[0])}"
        self.world.files[name] = (kept.mime, kept.content)
        return name, called or (kept.name if kind == "document" else "")

    def _template(self, said: dict[str, Any]) -> str:
        name, language = said.get("name"), (said.get("language") or {}).get("code")
        found = next((row for row in self.state.templates if (row.name, row.language) == (name, language)), None)
        if found is None:
            raise Refusal(404, payloads.error(132001, "Template name does not exist in the translation"))
        if found.status != "APPROVED":
            raise Refusal(400, payloads.error(132015, "Template is paused"))
        components = said.get("components") or []
        values = [str(row.get("text") or "") for part in components for row in part.get("parameters", [])]
        if len(values) != found.places():
            raise Refusal(400, payloads.error(132000, "Number of parameters does not match the expected number"))
        text = found.body
        for number, value in enumerate(values, 1):
            text = text.replace(f"{{{{{number}}}}}", value)
        return text

    def _recipient(self, body: dict[str, Any]) -> Lead:
        address = str(body.get("to") or "")
        if address:
            return self.world.lead(address)
        user = str(body.get("recipient") or "")
        found = next((lead for lead in self.world.leads.values() if payloads.bsuid(lead) == user), None)
        if found is None:
            raise Refusal(400, payloads.error(131009, "Parameter value is not valid", "recipient"))
        return found

    def _deliver(self, entry: Entry, lead: Lead, at: datetime, *, reference: str) -> None:
        reference = reference if self.state.settings.echo_callback_data else ""
        if lead.phone.endswith("0000"):
            entry.error, entry.status = "131026", "FAILED"
            self._status(entry, lead, "failed", at, reference=reference, code=131026)
            return
        settings = self.world.settings
        words = zip(("sent", "delivered", "read"), settings.receipt_delays_s, strict=False)
        for value, delay in words if settings.receipts else []:
            self._later(entry, lead, value, at + timedelta(seconds=delay), delay, reference)

    def _later(self, entry: Entry, lead: Lead, value: str, at: datetime, delay: float, reference: str) -> None:
        def act() -> None:
            self._raise_status(entry, _WORDS[value])
            self._status(entry, lead, value, at, reference=reference)

        self.hooks.later(0.0 if self.clock.virtual else delay, act)

    def mark_read(self, body: dict[str, Any]) -> None:
        """Blue ticks up to that message; typing dots when they were asked for."""
        entry = self.world.find_entry(str(body.get("message_id") or ""))
        if entry is None:
            raise Refusal(400, payloads.error(131009, "Parameter value is not valid", "message_id"))
        for row in self.world.received_before(entry) or [entry]:
            if not row.error:
                self._raise_status(row, "READ")
        if body.get("typing_indicator"):
            self.world.typing[entry.lead] = self.clock.now() + timedelta(seconds=25)
            self.world.touch()

    # --- what people do

    def lead_writes(self, lead: Lead, *, kind: str, text: str, data: dict[str, Any]) -> Posted:
        """A message of the lead. Raises :class:`UnknownKind`."""
        now = self.clock.now()
        seconds = int(data.get("momment") or int(now.timestamp() * 1000)) // 1000
        id_ = str(data.get("messageId") or "wamid." + self.world.new_id("", 22))
        file_id, mime, name_of_file = self._file_of(kind, id_, text, data)
        reference = str(data.get("reference") or "")
        try:
            name, said = payloads.content(kind, text, data, file_id=file_id, mime=mime)
        except KeyError as error:
            raise UnknownKind(kind) from error
        more: dict[str, Any] = {}
        if reference and kind != "reaction":
            more["context"] = {"from": payloads.DISPLAY_NUMBER, "id": reference}
        if data.get("forwarded"):
            more["context"] = {**more.get("context", {}), "forwarded": True}
        if data.get("ad"):
            more["referral"] = payloads.referral()
        if data.get("isEdit"):
            inner = {"type": name, **said}
            name, said = "edit", {"edit": {"original_message_id": id_, "message": inner}}
            id_ = "wamid." + self.world.new_id("", 22)
        self.state.heard_at[lead.key] = now
        message = payloads.message(lead, id_=id_, seconds=seconds, kind=name, content=said, **more)
        entry = self.world.record(
            at=datetime.fromtimestamp(seconds).astimezone(),
            lead=lead,
            direction="in",
            type=kind,
            text=text,
            provider_id=id_,
            status="SENT",
            media=name_of_file,
            reference=reference,
        )
        outcome = self.post(lead, contacts=[payloads.contact(lead)], messages=[message])
        outcome.add_done_callback(lambda done: self._answered(entry, done))
        return Posted(entry=entry, momment=seconds * 1000, outcome=outcome)

    def _file_of(self, kind: str, id_: str, text: str, data: dict[str, Any]) -> tuple[str, str, str]:
        """Media id, content type, and the name under which the page finds it; empty for what has no file."""
        if kind not in _FILES:
            return "", "", ""
        stem = id_.removeprefix("wamid.")
        mime, content = media.given(data) or (_FILES[kind], b"")
        if content:
            name = f"{stem}{media.extension(mime.partition(';')[0])}"
            self.world.files[name] = (mime, content)
        elif kind == "audio":
            name = media.voice_note_name(stem, int(data.get("duration_s") or 5), corrupt=bool(data.get("corrupt")))
            self.world.transcripts[name] = text
        else:
            name = f"{stem}{_SUFFIX[kind]}"
        return self.state.keep(mime, name, content).id, mime, name

    def _answered(self, entry: Entry, done: "asyncio.Future[Outcome]") -> None:
        if done.cancelled():
            return
        outcome = done.result()
        if outcome.accepted:
            self._raise_status(entry, "RECEIVED")
        else:
            entry.error = outcome.error or f"HTTP {outcome.status}"
            self.world.touch()

    def human_writes(self, lead: Lead, text: str) -> Posted:
        """Somebody types in the WhatsApp Business app on this number (coexistence)."""
        now = self.clock.now()
        id_ = "wamid." + self.world.new_id("", 22)
        entry = self.world.record(
            at=now, lead=lead, direction="out", type="text", text=text, provider_id=id_, status="SENT", origin="phone"
        )
        said = payloads.echo(lead, id_=id_, seconds=int(now.timestamp()), text=text)
        contacts = [payloads.contact(lead)]
        outcome = self.post(lead, field="smb_message_echoes", contacts=contacts, message_echoes=[said])
        return Posted(entry=entry, momment=self.clock.now_ms(), outcome=outcome)

    def lead_deletes(self, lead: Lead, message_id: str) -> Any:
        if (entry := self.world.find_entry(message_id)) is not None:
            entry.deleted = True
            self.world.touch()
        said = {"revoke": {"original_message_id": message_id}}
        message = payloads.message(
            lead,
            id_="wamid." + self.world.new_id("", 22),
            seconds=int(self.clock.now().timestamp()),
            kind="revoke",
            content=said,
        )
        return self.post(lead, contacts=[payloads.contact(lead)], messages=[message])

    # --- inside

    def _status(
        self, entry: Entry, lead: Lead, value: str, at: datetime, *, reference: str = "", code: int = 0
    ) -> None:
        seconds = int(at.timestamp())
        said = payloads.status(
            lead, id_=entry.provider_id, value=value, seconds=seconds, reference=reference, code=code
        )
        self.post(lead, statuses=[said])
        self.world.touch()

    def post(self, lead: Lead, *, field: str = "messages", **value: Any) -> Any:
        body = payloads.envelope(
            waba_id=self.config.cloud_waba_id, phone_number_id=self.config.cloud_number_id, field=field, **value
        )
        kind = "statuses" if "statuses" in value else field
        return self._signed(f"cloud:{lead.key}", body, f"whatsapp/{kind}")

    def decide(self, name: str, language: str, *, event: str, reason: str, quality: str) -> Any:
        """Have Meta decide on a template, and say so. Raises ``ValueError`` for one that is not there."""
        found = next((row for row in self.state.templates if (row.name, row.language) == (name, language)), None)
        if found is None:
            raise ValueError("there is no such template")
        named = {
            "message_template_id": 594425479261596,
            "message_template_name": name,
            "message_template_language": language,
        }
        if quality:
            field = "message_template_quality_update"
            value = {**named, "previous_quality_score": found.quality, "new_quality_score": quality}
            found.quality = quality
        else:
            field, value = "message_template_status_update", {**named, "event": event, "reason": reason or "NONE"}
            found.status = {"REINSTATED": "APPROVED", "FLAGGED": found.status}.get(event, event)
        seconds = int(self.clock.now().timestamp())
        body = payloads.account_change(field, value, waba_id=self.config.cloud_waba_id, seconds=seconds)
        return self._signed("cloud:account", body, f"whatsapp/{field}")

    def _signed(self, queue: str, body: dict[str, Any], label: str) -> Any:
        raw = json.dumps(body).encode()
        signature = "sha256=" + hmac.new(self.config.cloud_app_secret.encode(), raw, hashlib.sha256).hexdigest()
        manner = Manner(lambda _copy: {"X-Hub-Signature-256": signature}, attempts=ATTEMPTS, retry_s=RETRY_S)
        return self.hooks.post_raw(queue, self.config.cloud_webhook_url, raw, label, manner)

    def _raise_status(self, entry: Entry, value: str) -> None:
        if entry.status in _ORDER and _ORDER.index(value) > _ORDER.index(entry.status):
            entry.status = value
            self.world.touch()
