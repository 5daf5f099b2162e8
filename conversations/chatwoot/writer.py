"""One run of the mirror: write what differs, save every id at once. Raises ``ProviderError``; a later run goes on."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from conversations.chatwoot import assignment, attachments, marking, state, there
from conversations.chatwoot.attachments import Attached, Late
from conversations.chatwoot.inboxes import InboxView
from conversations.chatwoot.state import PRODUCT, QUEUE, TEMPERATURES, Delivered, Said, Wanted
from conversations.models import ChatwootLink, ChatwootNote, Media, Message
from seleto.lib import clock, connections
from seleto.lib.errors import Rejected

log = structlog.get_logger(__name__)

# How far back our markers are looked for after an unknown outcome; a page holds about twenty messages.
PAGES_LOOKED_AT = 3
# What a server answers that will not have a file (contracts/chatwoot.md, sections 1 and 6).
_FILES_REFUSED = (413, 415, 422)
# How many of our own changes of status are known when they come back.
STATUSES_KEPT = 6
_OWN_LABELS = (PRODUCT, QUEUE)
_STATUS = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


class Writer:
    """Holds the link's lease for as long as it lives."""

    def __init__(self, inbox: InboxView, link_id: UUID, wanted: Wanted, *, unsure: bool) -> None:
        self._inbox, self._link_id, self._wanted = inbox, link_id, wanted
        self._client = inbox.client()
        self._display_id = wanted.display_id or 0
        self._unsure = unsure
        self._contact_id, self._source_id = wanted.contact_id, wanted.source_id
        self._written = dict(wanted.written)

    def write(self) -> None:
        try:
            self._write()
        except Rejected as error:
            if error.status == 404:  # deleted or merged over there: the next run looks for it, or makes it anew
                self._save(display_id=None)
            raise

    def _write(self) -> None:
        self._ensure_conversation()
        if self._unsure:
            self._recognise_own()
        for message in self._wanted.messages:
            self._show(message)
        for late in self._wanted.late:
            self._follow(late)
        for pk, key, text in self._wanted.notes:
            self._note(pk, key, text)
        self._name()
        self._attributes()
        self._labels()
        self._status()
        self._deliveries()

    # --- contact and conversation

    def _ensure_conversation(self) -> None:
        """Found before created, each id saved as soon as it is known (I9 in spirit)."""
        if not self._display_id and not self._still_there():
            contact_id = self._wanted.contact_id or self._contact()
            found = self._conversations(contact_id)
            if found is None:  # the contact was deleted over there
                contact_id = self._contact()
                found = self._conversations(contact_id)
            self._display_id = max(found) if found else self._made(contact_id)
            self._save(display_id=self._display_id)
        if self._written.get("conversation") not in (None, self._display_id):
            self._begin_anew()
        if self._written.get("conversation") is None:
            self._remember(conversation=self._display_id)

    def _still_there(self) -> bool:
        """Whether the conversation we had is there, perhaps with another contact: two were made one."""
        known = self._written.get("conversation")
        if not isinstance(known, int):
            return False
        try:
            sender = (self._client.conversation(known).get("meta") or {}).get("sender") or {}
        except Rejected as error:
            if error.status == 404:
                return False
            raise
        self._display_id = known
        self._contact_id = sender.get("id") or self._contact_id
        self._save(display_id=known, contact_id=self._contact_id)
        return True

    def _conversations(self, contact_id: int) -> list[int] | None:
        """The contact's conversations in our inbox, None where there is no such contact. What people wrote in one
        before it was ours is no news."""
        try:
            rows = self._client.conversations_of(contact_id)
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        found = [int(row["id"]) for row in rows if row.get("inbox_id") == self._inbox.inbox_id]
        if found:
            newest = [int(row["id"]) for row in self._client.messages(max(found))]
            self._remember(since=max(newest, default=0))
        return found

    def _made(self, contact_id: int) -> int:
        made = self._client.create_conversation(
            inbox_id=self._inbox.inbox_id,
            contact_id=contact_id,
            source_id=self._source_id,
            status=self._wanted.status or "open",
        )
        return int(made["id"])

    def _begin_anew(self) -> None:
        """Another conversation than the one we wrote into: nothing of what stands beside it is written there yet."""
        stale = ["attributes", "labels", "status", "handoff", "deliveries", assignment.BEFORE, there.NAME]
        for name in stale:
            self._written.pop(name, None)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE conversations_chatwootlink SET written = written - %s::text[] WHERE id = %s",
                [stale, self._link_id],
            )
        self._remember(conversation=self._display_id)

    def _contact(self) -> int:
        wanted, inbox = self._wanted, self._inbox
        found = self._client.find_contact(identifier=wanted.identifier, phone=wanted.phone)
        if found is None:
            made = self._client.create_contact(
                inbox_id=inbox.inbox_id,
                source_id=wanted.source_id,
                identifier=wanted.identifier,
                name=wanted.name,
                phone=wanted.phone,
            )
            contact_id = int(made["id"])
        else:
            contact_id = int(found["id"])
            linked = [
                row for row in found.get("contact_inboxes", []) if row.get("inbox", {}).get("id") == inbox.inbox_id
            ]
            if not linked:
                self._client.link_contact(contact_id, inbox_id=inbox.inbox_id, source_id=wanted.source_id)
            elif linked[0].get("source_id"):
                self._source_id = str(linked[0]["source_id"])
        self._save(contact_id=contact_id, source_id=self._source_id)
        return contact_id

    # --- messages and notes

    def _show(self, message: Said) -> None:
        if Message.objects.filter(pk=message.id).exclude(chatwoot_id=None).exists():
            return  # recognised just now
        if message.author == Message.Author.LEAD and there.known(self._written).get(there.STATUS) in there.ENDED:
            self._remember(status="")  # the message opens it again: who answers is to be shown anew
        said_by = "[celular da empresa] " if message.author == Message.Author.PHONE else ""
        shown_id = self._create(
            f"{said_by}{message.text}".strip(),
            message.files,
            incoming=message.author == Message.Author.LEAD,
            marker=marking.of_message(message.id),
            external_created_at=int(message.at.timestamp()),
        )
        Message.objects.filter(pk=message.id, chatwoot_id=None).update(chatwoot_id=shown_id)
        attachments.shown(message.files, shown_id)

    def _follow(self, late: Late) -> None:
        if Media.objects.filter(pk=late.file.id).exclude(chatwoot_id=None).exists():
            return  # shown, or recognised, just now
        shown_id = self._create(
            late.text,
            (late.file,),
            incoming=late.author == Message.Author.LEAD,
            marker=marking.of_file(late.file.id),
        )
        attachments.shown((late.file,), shown_id)

    def _create(self, text: str, attached: Sequence[Attached], **how: Any) -> int:
        """Words and files together; the words alone, with a remark, when the server will not have the files."""
        connections.release()
        files = attachments.load(attached)
        if files:
            try:
                return self._client.create_message(self._display_id, text=text, files=files, **how)
            except Rejected as error:
                if error.status not in _FILES_REFUSED:
                    raise
        words = f"{text} {attachments.REFUSED}".strip() if attached else text
        return self._client.create_message(self._display_id, text=words, **how)

    def _note(self, pk: int, key: str, text: str) -> None:
        if ChatwootNote.objects.filter(pk=pk).exclude(chatwoot_id=None).exists():
            return
        connections.release()
        refused = marking.refused(key)
        if refused is not None:  # it must not look as if it had been sent
            self._client.set_message_status(self._display_id, refused, "failed", error="não foi enviada ao lead")
        note_id = self._client.create_message(
            self._display_id, text=text, private=True, marker=marking.of_note(f"{pk}:{key}")
        )
        ChatwootNote.objects.filter(pk=pk, chatwoot_id=None).update(chatwoot_id=note_id)

    def _recognise_own(self) -> None:
        """Give our rows the ids of what an earlier call did write (section 2: repeating makes a second message)."""
        before: int | None = None
        for _ in range(PAGES_LOOKED_AT):
            page = self._client.messages(self._display_id, before=before)
            for row in page:
                self._recognise(
                    str(row.get("source_id") or ""), int(row["id"]), with_files=bool(row.get("attachments"))
                )
            if not page:
                break
            before = min(int(row["id"]) for row in page)
        self._save(unsure=False)

    def _recognise(self, source_id: str, chatwoot_id: int, *, with_files: bool) -> None:
        if not marking.is_ours(source_id):
            return
        name = source_id.removeprefix(marking.PREFIX)
        if name.startswith("nota:"):
            pk = name.removeprefix("nota:").partition(":")[0]
            if pk.isdecimal():
                ChatwootNote.objects.filter(pk=int(pk), chatwoot_id=None).update(chatwoot_id=chatwoot_id)
            return
        try:
            key = UUID(name.removeprefix("arquivo:"))
        except ValueError:
            return  # another program's, such as one that mirrored here before
        if name.startswith("arquivo:"):
            Media.objects.filter(pk=key, chatwoot_id=None).update(chatwoot_id=chatwoot_id)
            return
        Message.objects.filter(pk=key, chatwoot_id=None).update(chatwoot_id=chatwoot_id)
        if with_files:
            Media.objects.filter(message=key, state=Media.State.STORED, chatwoot_id=None).update(
                chatwoot_id=chatwoot_id
            )

    # --- what is shown beside the conversation: only what differs from what we wrote last

    def _name(self) -> None:
        """The name the lead gave, once; one that people change over there stays theirs."""
        name, contact_id = self._wanted.given_name, self._contact_id
        if name and contact_id and self._written.get("name") != name:
            self._client.rename_contact(contact_id, name)
            self._remember(name=name)

    def _attributes(self) -> None:
        if self._written.get("attributes") == self._wanted.attributes:
            return
        present = self._client.conversation(self._display_id).get("custom_attributes") or {}
        people = {name: value for name, value in present.items() if not name.startswith("seleto_")}
        self._client.set_attributes(self._display_id, {**people, **self._wanted.attributes})
        self._remember(attributes=self._wanted.attributes)

    def _labels(self) -> None:
        wanted = list(self._wanted.labels)
        if self._written.get("labels") == wanted:
            return
        people = [
            label
            for label in self._client.labels(self._display_id)
            if label not in TEMPERATURES and not label.startswith(_OWN_LABELS)
        ]
        self._client.set_labels(self._display_id, [*people, *wanted])
        self._remember(labels=wanted)

    def _status(self) -> None:
        """Written when the owner changed, never merely because people set another status there."""
        wanted = self._wanted
        if wanted.handoff and self._written.get("handoff") != wanted.handoff:
            assignment.give(
                self._inbox,
                self._client,
                handoff_id=UUID(wanted.handoff),
                display_id=self._display_id,
                before=self._written.get(assignment.BEFORE),
                remember=self._remember,
            )
            if "quente" in wanted.labels:
                self._client.set_priority(self._display_id, "urgent")
            self._remember(handoff=wanted.handoff)
        if wanted.status and self._written.get("status") != wanted.status:
            if state.shown_status(self._link_id) != wanted.status:
                return  # somebody else is in charge by now, and the next run shows it
            # Noted before the call, as its echo may be quicker than its answer.
            wrote = [*self._wrote(), [wanted.status, clock.now().timestamp()]]
            self._remember(wrote=wrote[-STATUSES_KEPT:])
            self._client.set_status(self._display_id, wanted.status)
            self._remember(status=wanted.status)
            there.note(self._link_id, status=wanted.status)

    def _wrote(self) -> list[object]:
        wrote = self._written.get("wrote")
        return list(wrote) if isinstance(wrote, list) else []

    def _deliveries(self) -> None:
        told = dict(self._written.get("deliveries") or {})  # type: ignore[call-overload]  # JSON of ours
        fresh = {str(row.chatwoot_id): row.status for row in self._wanted.deliveries}
        for row in self._wanted.deliveries:
            status = _STATUS.get(row.status)
            if status and told.get(str(row.chatwoot_id)) != row.status:
                self._tell(row, status)
        if fresh != told:
            self._remember(deliveries=fresh)

    def _tell(self, row: Delivered, status: str) -> None:
        error = row.reason or "não entregue" if status == "failed" else ""
        try:
            self._client.set_message_status(self._display_id, row.chatwoot_id, status, error=error)
        except Rejected as refusal:
            # The message went with a conversation that was deleted, or its inbox shows no such status.
            log.info("chatwoot.status_refused", reason=refusal.reason)

    def _remember(self, **written: object) -> None:
        """Beside whatever others note there."""
        self._written.update(written)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE conversations_chatwootlink SET written = written || %s::jsonb WHERE id = %s",
                [json.dumps(written), self._link_id],
            )
        connections.release()

    def _save(self, **fields: object) -> None:
        ChatwootLink.objects.filter(pk=self._link_id).update(**fields)
        connections.release()
