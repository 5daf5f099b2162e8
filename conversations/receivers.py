"""What conversations do when leads change."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.dispatch import receiver

from conversations import handoff
from conversations.chatwoot import due
from conversations.models import ChatwootLink, ChatwootNote, Conversation, Handoff
from leads.models import Lead
from leads.signals import lead_merged, leads_merging
from seleto.lib import clock


@receiver(leads_merging, sender=Lead)
def on_leads_merging(*, lead_ids: list[UUID], **_: Any) -> None:
    """Conversations are locked before leads, here as everywhere: a turn's commit holds the one and wants the other."""
    rows = Conversation.objects.select_for_update().filter(lead_id__in=lead_ids).order_by("pk")
    list(rows.values_list("pk"))


@receiver(lead_merged, sender=Lead)
def on_lead_merged(*, kept_id: UUID, merged_id: UUID, **_: Any) -> None:
    """The conversations of both are one person's. Of two open ones on a channel the newer stays open, and if a person
    is in charge of either, they are in charge of it (I5)."""
    for moved in Conversation.objects.select_for_update().filter(lead_id=merged_id).order_by("pk"):
        rival = None
        if moved.closed_at is None:
            rival = (
                Conversation.objects.select_for_update()
                .filter(lead_id=kept_id, channel_id=moved.channel_id, closed_at=None)
                .first()
            )
        if rival is not None:
            older, newer = sorted([moved, rival], key=lambda one: one.last_message_at)
            _close(older)
            _carry_handoff(older, newer)
            if older.owner == Conversation.Owner.HUMAN and newer.owner != Conversation.Owner.HUMAN:
                handoff.take_over(newer, reason=older.owner_reason, actor="sistema", now=clock.now())
                newer.save()
        Conversation.objects.filter(pk=moved.pk).update(lead_id=kept_id)
    _move_mirror(kept_id, merged_id)


def _move_mirror(kept_id: UUID, merged_id: UUID) -> None:
    """Both may stand in Chatwoot: what people do there in the conversation of the merged one concerns the kept one."""
    for link in ChatwootLink.objects.filter(lead_id=merged_id):
        kept = ChatwootLink.objects.select_for_update().filter(lead_id=kept_id, channel_id=link.channel_id).first()
        if kept is None:
            source_id = link.source_id or f"seleto-{merged_id}"
            ChatwootLink.objects.filter(pk=link.pk).update(lead_id=kept_id, source_id=source_id)
        else:
            ChatwootNote.objects.filter(link=link, chatwoot_id=None).update(link=kept)
            also = {*kept.written.get("also", ()), *link.written.get("also", ()), link.source_id}
            kept.written = {**kept.written, "also": sorted(also - {""})}
            kept.save(update_fields=["written"])
        due.mark(lead_id=kept_id, channel_id=link.channel_id, now=clock.now())


def _carry_handoff(older: Conversation, newer: Conversation) -> None:
    """What nobody has picked up yet goes on waiting where the lead writes."""
    waiting = Handoff.objects.filter(conversation=older, closed_at=None)
    if Handoff.objects.filter(conversation=newer, closed_at=None).exists():
        waiting.update(closed_at=clock.now())
    else:
        waiting.update(conversation=newer)


def _close(conversation: Conversation) -> None:
    handoff.cancel_agent_messages(conversation, reason="sessao_encerrada")
    Conversation.objects.filter(pk=conversation.pk).update(
        closed_at=conversation.last_message_at, turn_due_at=None, pending_since=None, revision=F("revision") + 1
    )
