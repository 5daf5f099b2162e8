"""One conversation as its page shows it: a few parts, each drawn and compared on its own.

A page that is open asks every few seconds whether anything changed (``stamp``, one statement); only then are the parts
drawn again, and the browser puts in what differs (``conversation.js``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest

from conversations import desk, repair
from conversations.admin.chatwoot import page_there
from conversations.admin.switches import off_because, switches_link
from conversations.admin.transcript import bubbles, lead_name
from conversations.models import ChatwootLink, Conversation, Message, Outbox
from crm.models import CrmSync
from leads.models import Identity
from leads.temperature_admin import explained
from seleto.backoffice import evidence
from seleto.backoffice.inbox import timeline
from seleto.backoffice.inbox.listing import MAY_READ, how_long

# Bubbles shown at first, and added by each "older".
BUBBLES = 40
OTHER_SESSIONS = 10
_NEWEST_FIRST = ("-sent_at", "-revision", "-created_at", "-pk")
# Everything that the page shows of rows that change, in one statement.
_STAMP = (
    "SELECT md5(concat_ws(';',"
    " c.owner, c.owner_reason, c.revision, c.pending_since, c.turn_due_at, c.closed_at, c.summary,"
    " l.temperature, l.opted_out_at,"
    " (SELECT concat_ws(',', count(*), max(created_at), max(status_at), max(edited_at), max(deleted_at),"
    " string_agg(status, '' ORDER BY id)) FROM conversations_message WHERE conversation_id = c.id),"
    " (SELECT concat_ws(',', count(*), max(f.stored_at), string_agg(f.state, '')) FROM conversations_media f"
    " JOIN conversations_message m ON m.id = f.message_id WHERE m.conversation_id = c.id),"
    " (SELECT concat_ws(',', count(*), max(started_at), max(finished_at)) FROM conversations_turn"
    " WHERE conversation_id = c.id),"
    " (SELECT concat_ws(',', count(*), max(picked_up_at), max(closed_at)) FROM conversations_handoff"
    " WHERE conversation_id = c.id),"
    " (SELECT string_agg(status, '' ORDER BY id) FROM conversations_outbox WHERE conversation_id = c.id),"
    " (SELECT concat_ws(',', count(*), max(superseded_at)) FROM leads_fact WHERE lead_id = l.id),"
    " (SELECT concat_ws(',', count(*), max(at)) FROM leads_classification WHERE lead_id = l.id),"
    " (SELECT concat_ws(',', status, reason, synced_at, due_at) FROM crm_crmsync WHERE lead_id = l.id),"
    " (SELECT max(id) FROM crm_crmcall WHERE lead_id = l.id),"
    " (SELECT max(at) FROM lib_auditentry WHERE subject_id IN (c.id, l.id)),"
    " (SELECT max(reported_at) FROM conversations_wrongreply WHERE conversation_id = c.id),"
    " %(also)s)) FROM conversations_conversation c JOIN leads_lead l ON l.id = c.lead_id WHERE c.id = %(key)s"
)


@dataclass(frozen=True, slots=True)
class May:
    """What this person may do here. ``read``: the messages and what led to them; ``known``: what the lead told."""

    read: bool
    known: bool
    operate: bool
    speak: bool
    crm: bool
    anonymise: bool
    report: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "May":
        allowed = request.user.has_perm
        return cls(
            read=allowed(MAY_READ),
            known=allowed("leads.view_fact"),
            operate=allowed("conversations.operate_conversation"),
            speak=allowed("conversations.send_as_company"),
            crm=allowed("crm.operate_crm"),
            anonymise=allowed("leads.anonymise_lead"),
            report=allowed("conversations.add_wrongreply"),
        )


def stamp(conversation: Any, *, now: datetime) -> str:
    """Changes whenever anything on the page does."""
    also = (off_because(conversation.channel), waited(conversation, now=now), desk.why_silent(conversation, now=now))
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, {"key": conversation.pk, "also": "|".join(also)})
        return str(cursor.fetchone()[0])


def waited(conversation: Any, *, now: datetime) -> str:
    """How long the lead has waited, as the list counts it; empty when they do not."""
    since = conversation.waiting_since
    return how_long(since, now) if since else ""


def older(conversation: Conversation, before: UUID | None = None) -> tuple[list[Message], bool]:
    """Up to ``BUBBLES`` messages before the one named, else the newest, oldest first; and whether there are more."""
    rows = conversation.messages.order_by(*_NEWEST_FIRST)
    if before is not None:
        first = conversation.messages.get(pk=before)
        rows = rows.filter(
            Q(sent_at__lt=first.sent_at)
            | Q(sent_at=first.sent_at, revision__lt=first.revision)
            | Q(sent_at=first.sent_at, revision=first.revision, created_at__lt=first.created_at)
            | Q(sent_at=first.sent_at, revision=first.revision, created_at=first.created_at, pk__lt=first.pk)
        )
    found = list(rows[: BUBBLES + 1])
    return found[:BUBBLES][::-1], len(found) > BUBBLES


def parts(request: HttpRequest, conversation: Any, *, now: datetime) -> dict[str, Any]:
    """Everything the page shows, in a fixed number of statements."""
    lead, may = conversation.lead, May.of(request)
    shown, more = older(conversation) if may.read else ([], False)
    identities = list(Identity.objects.filter(lead=lead).order_by("kind", "value"))
    told = evidence.page_context(lead)
    name = lead_name(told["facts"], identities)
    off = off_because(conversation.channel)
    stuck = list(Outbox.objects.filter(conversation=conversation, status__in=repair.STUCK).exclude(reason=""))
    there = ChatwootLink.objects.filter(lead_id=lead.pk, channel_id=conversation.channel_id)
    return {
        "conversation": conversation,
        "lead": lead,
        "lead_name": name,
        "may": may,
        "bubbles": bubbles(shown, lead_name=name),
        "more": more,
        "stuck": {row.message_id for row in stuck},
        "parked_turn": repair.waiting_for_retry().filter(conversation=conversation).order_by("-started_at").first(),
        "identities": identities,
        "known": told["known"],
        "interests": told["interests"],
        "scored": explained(lead),
        "entries": timeline.entries(conversation) if may.read else [],
        "crm": CrmSync.objects.filter(lead=lead).first(),
        "sessions": Conversation.objects.filter(lead=lead)
        .exclude(pk=conversation.pk)
        .select_related("channel")
        .order_by("-opened_at")[:OTHER_SESSIONS],
        "waited": waited(conversation, now=now),
        "agent_off": off,
        "owner_off": bool(off) and conversation.owner == Conversation.Owner.AGENT,
        "switches_link": switches_link(request),
        "chatwoot_page": page_there(there.select_related("channel__chatwoot").first()),
        "why_silent": desk.why_silent(conversation, now=now),
        "stamp": stamp(conversation, now=now),
    }
