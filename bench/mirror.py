"""What people in Chatwoot wait for: how soon both sides stand there, and how soon an SDR who types is in charge."""

import time
from typing import Any
from uuid import UUID

import httpx
from django.db.models import Count

from bench.load import Sender, Timing, payload, phone, timing, together, until
from conversations.evals.installation import Installation
from conversations.models import ChatwootLink, Conversation, Event, Message, Outbox
from leads.models import Lead


class Desk:
    """The sandbox's Chatwoot as its people see it."""

    def __init__(self, running: Installation) -> None:
        self._http = httpx.Client(base_url=running.outside._http.base_url, timeout=60, trust_env=False)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get("chatwoot/state").raise_for_status().json()
        return found

    def write(self, number: int, text: str) -> float:
        """Seconds until the product has answered the webhook."""
        began = time.perf_counter()
        self._http.post("chatwoot/message", json={"conversation": number, "text": text, "agent": 11}).raise_for_status()
        return time.perf_counter() - began


def idle_delays(desk: Desk, sender: Sender, *, leads: int, turns: int) -> dict[str, Timing]:
    """One message at a time: from the webhook sent, or from the provider having accepted a bubble, to Chatwoot."""
    began: dict[str, float] = {}
    for number in range(leads * turns):
        lead, turn = number % leads, number // leads
        began[f"Mensagem {lead}-{turn}"] = time.time()
        sender.post(payload(phone(lead), f"Mensagem {lead}-{turn}", f"IDLE{lead}-{turn}"))
        until(lambda: not _busy(), patience_s=30, every_s=0.05)
    state = desk.state()
    rows = {row["id"]: row for row in state["messages"]}
    mine = {
        row["content"]: row["created_at"] - began[row["content"]] for row in rows.values() if row["content"] in began
    }
    replies = Message.objects.filter(author=Message.Author.AGENT, chatwoot_id__in=rows).exclude(outbox=None)
    sent = [(row.outbox.sent_at, rows[row.chatwoot_id]["created_at"]) for row in replies.select_related("outbox")]
    return {
        "first_message": timing(value for text, value in mine.items() if text.endswith("-0")),
        "later_messages": timing(value for text, value in mine.items() if not text.endswith("-0")),
        "replies": timing(shown - at.timestamp() for at, shown in sent if at),
    }


def takeovers(desk: Desk, *, leads: int) -> dict[str, Timing]:
    """From what an SDR typed to its webhook answered, the ownership committed and the provider having the text."""
    answered: list[float] = []
    owned: list[float] = []
    told: list[float] = []
    for link in ChatwootLink.objects.filter(display_id__isnull=False).order_by("pk")[:leads]:
        typed_at = time.time()
        answered.append(desk.write(int(link.display_id or 0), f"Oi, aqui é a Bianca ({link.display_id})."))
        rows = Outbox.objects.filter(conversation__lead_id=link.lead_id, origin="person", status="sent")
        until(lambda rows=rows: rows.exists(), patience_s=30, every_s=0.02)  # type: ignore[misc]
        conversation = Conversation.objects.get(lead_id=link.lead_id, closed_at=None)
        owned.append(conversation.owner_since.timestamp() - typed_at)
        told.extend(row.sent_at.timestamp() - typed_at for row in rows if row.sent_at)
    return {"webhook_answered": timing(answered), "owner_changed": timing(owned), "provider_has_it": timing(told)}


def first_messages(desk: Desk, sender: Sender, *, leads: int, start: int) -> dict[str, Any]:
    """Everybody writes for the first time at the same moment, each message delivered twice."""
    before = {row["id"] for row in desk.state()["contacts"]}
    bodies = [payload(phone(start + number), "Bom dia", f"FIRST{start + number}") for number in range(leads)]
    began = time.monotonic()
    together([lambda body=body: sender.post(body) for body in bodies for _ in range(2)])  # type: ignore[misc]
    posted = time.monotonic() - began
    until(lambda: _mirrored(start, leads) == leads and not _busy(), patience_s=600, every_s=0.5)
    took, state = time.monotonic() - began, desk.state()
    contacts = [row for row in state["contacts"] if row["id"] not in before]
    ids = {row["id"] for row in contacts}
    conversations = [row for row in state["conversations"] if row["contact_id"] in ids]
    twins = Lead.objects.annotate(links=Count("chatwoot_links")).filter(links__gt=1).count()
    return {
        "leads": leads,
        "contacts": len(contacts),
        "conversations": len(conversations),
        "contacts_with_one_conversation": len({row["contact_id"] for row in conversations}),
        "leads_with_two_links": twins,
        "posted_in_s": round(posted, 1),
        "all_mirrored_in_s": round(took, 1),
    }


def _mirrored(start: int, leads: int) -> int:
    last = phone(start + leads)
    rows = Conversation.objects.filter(address__gte=phone(start), address__lt=last).values_list("lead_id", flat=True)
    known: list[UUID] = list(rows)
    links = ChatwootLink.objects.filter(lead_id__in=known, display_id__isnull=False)
    return links.filter(due_at=None, leased_until=None).count()


def _busy() -> bool:
    """Whether something is still to be answered, sent or shown."""
    return (
        Event.objects.filter(status=Event.Status.NEW).exists()
        or Conversation.objects.filter(turn_due_at__isnull=False, owner=Conversation.Owner.AGENT).exists()
        or Outbox.objects.filter(status__in=(Outbox.Status.QUEUED, Outbox.Status.SENDING)).exists()
        or ChatwootLink.objects.filter(status=ChatwootLink.Status.READY)
        .exclude(due_at=None, leased_until=None)
        .exists()
    )
