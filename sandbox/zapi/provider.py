"""What the fake provider does: accept sends, deliver them with receipts, and speak for the people on the phones."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.hooks import Hooks, Outcome
from sandbox.world import Entry, Lead, World
from sandbox.zapi import media, payloads

QUEUE_LIMIT = 1000
_ORDER = ("PENDING", "SENT", "RECEIVED", "READ", "PLAYED")
_SUFFIX = {"image": ".png", "video": ".mp4", "document": ".pdf", "sticker": ".webp"}
_ENVELOPE = ("isEdit", "forwarded", "isStatusReply", "waitingMessage", "broadcast", "referenceMessageId")


class QueueFull(Exception):
    """The phone is disconnected and the provider keeps no more than :data:`QUEUE_LIMIT` messages."""


class UnknownKind(ValueError):
    """A lead cannot send a message of this type."""


@dataclass(frozen=True)
class Posted:
    """A message a person wrote, and the webhook that tells of it."""

    entry: Entry
    momment: int
    outcome: "asyncio.Future[Outcome]"


class Provider:
    def __init__(self, *, config: Config, world: World, clock: Clock, hooks: Hooks) -> None:
        self.config = config
        self.world = world
        self.clock = clock
        self.hooks = hooks
        self.queued: list[Entry] = []
        self._delivering: dict[str, asyncio.Lock] = {}

    def reset(self) -> None:
        self.hooks.cancel()
        self.queued.clear()
        self._delivering.clear()

    # --- what the product asks for -------------------------------------------------------------------------

    def send(
        self,
        *,
        phone: str,
        kind: str,
        text: str,
        delay_typing_s: float = 0.0,
        reference: str = "",
        edits: str = "",
        file: tuple[str, bytes] | None = None,
        filename: str = "",
    ) -> Entry:
        """Accept a message for delivery; ``file`` is its content type and bytes. Raises :class:`QueueFull`."""
        if not self.world.settings.connected and len(self.queued) >= QUEUE_LIMIT:
            raise QueueFull
        lead = self.world.lead(phone)
        if edits and (old := self.world.find_entry(edits)) is not None:
            old.text, old.edited = text, True
        provider_id = self.world.new_id("3EB0B", 22)
        entry = self.world.record(
            at=self.clock.now(),
            lead=lead,
            direction="out",
            type=kind,
            text=text,
            media=self._keep_file(provider_id, file) if file else "",
            filename=filename,
            provider_id=provider_id,
            zaap_id=self.world.new_id("019E", 32),
            status="PENDING",
            delay_typing_s=delay_typing_s,
            origin="api",
            reference=reference,
        )
        self.queued.append(entry)
        if self.world.settings.connected:
            self._start(entry, lead)
        return entry

    def react(self, *, phone: str, message_id: str, value: str) -> Entry:
        entry = self.send(phone=phone, kind="reaction", text=value, reference=message_id)
        if (target := self.world.find_entry(message_id)) is not None:
            target.reaction = value
        return entry

    def mark_read(self, message_id: str) -> bool:
        """Blue ticks on the lead's message and, as in WhatsApp, on those before it; False when there is none such."""
        entry = self.world.find_entry(message_id)
        if entry is None:
            return False
        for row in self.world.received_before(entry) or [entry]:
            if not row.error:
                self._raise_status(row, "READ")
        return True

    def _start(self, entry: Entry, lead: Lead) -> None:
        self.hooks.keep(asyncio.create_task(self._deliver(entry, lead)))

    async def _deliver(self, entry: Entry, lead: Lead) -> None:
        """Typing, then the message, then its receipts; the bubbles of one lead one after the other."""
        lock = self._delivering.setdefault(lead.key, asyncio.Lock())
        async with lock:
            started = self.clock.now()
            if entry.delay_typing_s and not self.clock.virtual:
                self._show_typing(lead, until=started + timedelta(seconds=entry.delay_typing_s))
                await asyncio.sleep(entry.delay_typing_s)
                self._stop_typing(lead)
            if entry not in self.queued:
                return
            self.queued.remove(entry)
            delay = entry.delay_typing_s if self.clock.virtual else 0.0
            self._deliver_now(entry, lead, self.clock.now() + timedelta(seconds=delay))

    def _deliver_now(self, entry: Entry, lead: Lead, at: datetime) -> None:
        momment = int(at.timestamp() * 1000)
        settings = self.world.settings
        if self.is_nobody(lead):
            entry.error = "Phone number does not exist"
        body = payloads.delivery(
            instance_id=self.config.instance_id,
            lead=lead,
            message_id=entry.provider_id,
            zaap_id=entry.zaap_id,
            momment=momment,
            error=entry.error,
        )
        self.hooks.post(lead.key, self.webhook_url("delivery"), body)
        self.world.touch()
        if entry.error:
            entry.status = "FAILED"
            return
        if settings.notify_sent_by_me:
            self._echo(entry, lead, momment, from_api=True)
        if not settings.receipts:
            self._raise_status(entry, "SENT")
            return
        for value, delay in zip(("SENT", "RECEIVED", "READ"), settings.receipt_delays_s, strict=False):
            self._receipt(entry, lead, value, at + timedelta(seconds=delay), delay)

    def _receipt(self, entry: Entry, lead: Lead, value: str, at: datetime, delay: float) -> None:
        body = payloads.status(
            instance_id=self.config.instance_id,
            lead=lead,
            message_id=entry.provider_id,
            value=value,
            momment=int(at.timestamp() * 1000),
        )

        def act() -> None:
            self._raise_status(entry, value)
            self.hooks.post(lead.key, self.webhook_url("message-status"), body)

        self.hooks.later(0.0 if self.clock.virtual else delay, act)

    def _echo(self, entry: Entry, lead: Lead, momment: int, *, from_api: bool) -> "asyncio.Future[Outcome]":
        content = payloads.content(
            entry.type if entry.type in ("text", "image", "video", "document", "audio") else "text",
            entry.text,
            {},
            media_url=self.media_url(entry.media or f"{entry.provider_id}{_SUFFIX.get(entry.type, '.pdf')}"),
            momment=momment,
        )
        body = payloads.received(
            instance_id=self.config.instance_id,
            lead=lead,
            message_id=entry.provider_id,
            momment=momment,
            content=content,
            fromMe=True,
            fromApi=from_api,
            status="SENT",
            senderName=payloads.COMPANY_NAME,
        )
        return self.hooks.post(lead.key, self.webhook_url("received"), body)

    # --- what people do -------------------------------------------------------------------------------------

    def lead_writes(self, lead: Lead, *, kind: str, text: str, data: dict[str, Any]) -> Posted:
        """A message of the lead. ``data`` holds the options of the admin call. Raises :class:`UnknownKind`."""
        message_id = str(data.get("messageId") or self.world.new_id("3EB0A", 22))
        momment = int(data.get("momment") or self.clock.now_ms())
        file = media.given(data)
        if file is not None:
            name = self._keep_file(message_id, file)
            data = {**data, "mime": file[0]}
        elif kind == "audio":
            name = media.voice_note_name(
                message_id, int(data.get("duration_s") or 5), corrupt=bool(data.get("corrupt"))
            )
            self.world.transcripts[name] = text
        else:
            name = f"{message_id}{_SUFFIX.get(kind, '.png')}"
        reference = str(data.get("reference") or "")
        details = {**data, "by": lead.key}
        try:
            content = payloads.content(kind, text, details, media_url=self.media_url(name), momment=momment)
        except KeyError as error:
            raise UnknownKind(kind) from error
        flags: dict[str, Any] = {key: data[key] for key in _ENVELOPE if key in data}
        if reference and kind != "reaction":
            flags["referenceMessageId"] = reference
        if data.get("ad"):
            flags["externalAdReply"] = payloads.advertisement()
        if data.get("group"):
            flags |= {"isGroup": True, "phone": "5511900000001-1795000000-group", "participantPhone": lead.phone}
        if data.get("lid_only"):
            flags["phone"] = lead.lid
        flags |= dict(data.get("extra") or {})
        body = payloads.received(
            instance_id=self.config.instance_id,
            lead=lead,
            message_id=message_id,
            momment=momment,
            content=content,
            **flags,
        )
        entry = self._note(lead, message_id, kind, text, momment, reference, edited=bool(data.get("isEdit")))
        entry.media = name if kind == "audio" or kind in _SUFFIX else ""
        outcome = self.hooks.post(lead.key, self.webhook_url("received"), body)
        outcome.add_done_callback(lambda done: self._answered(entry, done))
        self._stop_typing(lead)
        return Posted(entry=entry, momment=momment, outcome=outcome)

    def _note(
        self, lead: Lead, message_id: str, kind: str, text: str, momment: int, reference: str, *, edited: bool
    ) -> Entry:
        """The log entry of a lead's message; an edit changes the old entry, a reaction marks its target as well."""
        old = self.world.find_entry(message_id)
        if edited and old is not None:
            old.text, old.edited = text, True
            self.world.touch()
            return old
        if kind == "reaction" and (target := self.world.find_entry(reference)) is not None:
            target.reaction = text
        return self.world.record(
            at=datetime.fromtimestamp(momment / 1000).astimezone(),
            lead=lead,
            direction="in",
            type=kind,
            text=text,
            provider_id=message_id,
            status="SENT",
            reference=reference,
        )

    def _answered(self, entry: Entry, done: "asyncio.Future[Outcome]") -> None:
        if done.cancelled():
            return
        outcome = done.result()
        if outcome.accepted:
            self._raise_status(entry, "RECEIVED")
        else:
            entry.error = outcome.error or f"HTTP {outcome.status}"
            self.world.touch()

    def human_writes(self, lead: Lead, text: str, *, kind: str = "text", data: dict[str, Any] | None = None) -> Posted:
        """Somebody types on the company's own phone: seen as sent by us, and not by the API."""
        provider_id = self.world.new_id("3EB0C", 22)
        file = media.given(data or {})
        momment = self.clock.now_ms()
        entry = self.world.record(
            at=self.clock.now(),
            lead=lead,
            direction="out",
            type=kind,
            text=text,
            media=self._keep_file(provider_id, file) if file else "",
            provider_id=provider_id,
            status="SENT",
            origin="phone",
        )
        return Posted(entry=entry, momment=momment, outcome=self._echo(entry, lead, momment, from_api=False))

    def lead_deletes(self, lead: Lead, message_id: str) -> "asyncio.Future[Outcome]":
        """Deleted for everyone: a REVOKE notice that refers to the message."""
        if (entry := self.world.find_entry(message_id)) is not None:
            entry.deleted = True
            self.world.touch()
        body = payloads.received(
            instance_id=self.config.instance_id,
            lead=lead,
            message_id=self.world.new_id("3EB0A", 22),
            momment=self.clock.now_ms(),
            content={},
            referenceMessageId=message_id,
            notification="REVOKE",
            notificationParameters=[],
        )
        return self.hooks.post(lead.key, self.webhook_url("received"), body)

    def lead_presence(self, lead: Lead, value: str) -> "asyncio.Future[Outcome]":
        body = payloads.presence(instance_id=self.config.instance_id, lead=lead, value=value)
        return self.hooks.post(lead.key, self.webhook_url("chat-presence"), body)

    def connect(self, connected: bool) -> "asyncio.Future[Outcome]":
        """The phone goes away or comes back; what was queued meanwhile is sent on its own at its return."""
        self.world.settings.connected = connected
        self.world.touch()
        seconds = int(self.clock.now().timestamp())
        build = payloads.connected if connected else payloads.disconnected
        topic = "connected" if connected else "disconnected"
        body = build(instance_id=self.config.instance_id, momment_s=seconds)
        outcome = self.hooks.post("instance", self.webhook_url(topic), body)
        if connected:
            for entry in self.queued:
                self._start(entry, self.world.lead(entry.lead))
        return outcome

    # --- odds and ends ----------------------------------------------------------------------------------------

    def webhook_url(self, topic: str) -> str:
        """Where an event goes. With sent-by-me on, its own address outranks the plain received one."""
        hooks = self.world.webhooks
        if topic == "received" and self.world.settings.notify_sent_by_me and "received-delivery" in hooks:
            return hooks["received-delivery"]
        return hooks.get(topic, self.config.webhook_url)

    def _keep_file(self, message_id: str, file: tuple[str, bytes]) -> str:
        """Serve it from now on; the name to ask for."""
        name = f"{message_id}{media.extension(file[0])}"
        self.world.files[name] = file
        return name

    def media_url(self, name: str) -> str:
        return f"{self.config.base_url}/media/{name}"

    @staticmethod
    def is_nobody(lead: Lead) -> bool:
        """A number without WhatsApp: by convention every fictional number that ends in 0000."""
        return lead.phone.endswith("0000")

    def typing(self, lead: Lead) -> bool:
        until = self.world.typing.get(lead.key)
        return until is not None and until > self.clock.now()

    def _show_typing(self, lead: Lead, until: datetime) -> None:
        self.world.typing[lead.key] = until
        self.world.touch()

    def _stop_typing(self, lead: Lead) -> None:
        if self.world.typing.pop(lead.key, None) is not None:
            self.world.touch()

    def _raise_status(self, entry: Entry, value: str) -> None:
        """Receipts move a message forward, never back."""
        if entry.status in _ORDER and _ORDER.index(value) > _ORDER.index(entry.status):
            entry.status = value
            self.world.touch()
