"""What people in Chatwoot are told of handovers: receivers write rows, the mirror posts them."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from conversations.chatwoot import due, mentions
from conversations.models import Conversation, Handoff
from conversations.signals import handoff_opened, handoff_overdue, ownership_changed
from seleto.lib import clock


@receiver(handoff_opened, sender=Handoff)
def on_handoff_opened(*, handoff_id: UUID, conversation_id: UUID, **_: Any) -> None:
    """The summary as a private note."""
    summary = Handoff.objects.values_list("summary", flat=True).get(pk=handoff_id)
    _note(conversation_id, f"repasse:{handoff_id}", summary or "O agente repassou esta conversa.")


@receiver(handoff_overdue)
def on_handoff_overdue(
    *, handoff_id: UUID, conversation_id: UUID, alarm_id: UUID, action: str, text: str, **_: Any
) -> None:
    """A reminder that somebody still waits; whoever it is for is mentioned, so that Chatwoot notifies them."""
    handoff = Handoff.objects.select_related("conversation").defer("summary").get(pk=handoff_id)
    called = mentions.of_level(handoff, action)
    _note(conversation_id, f"espera:{alarm_id}", text, calls=called)


@receiver(ownership_changed, sender=Conversation)
def on_ownership_changed(*, conversation_id: UUID, **_: Any) -> None:
    """Who answers is shown by the status over there."""
    lead_id, channel_id = Conversation.objects.values_list("lead_id", "channel_id").get(pk=conversation_id)
    due.mark(lead_id=lead_id, channel_id=channel_id, now=clock.now())


def _note(conversation_id: UUID, key: str, text: str, *, calls: str = "") -> None:
    lead_id, channel_id = Conversation.objects.values_list("lead_id", "channel_id").get(pk=conversation_id)
    due.note(lead_id=lead_id, channel_id=channel_id, key=key, text=text, now=clock.now(), calls=calls)
