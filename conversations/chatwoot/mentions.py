"""Calling people in a private note: Chatwoot notifies whom ``[@Name](mention://user/ID/Name)`` names."""

from urllib.parse import quote

from conversations.chatwoot import inboxes
from conversations.models import Handoff, HandoffLevel


def of_level(handoff: Handoff, action: str) -> str:
    """Whom a level of waiting calls: whose the handoff is, else its team; "" when it calls nobody there."""
    inbox = inboxes.of_channel(handoff.conversation.channel_id)
    team_id = handoff.team_id or (inbox.teams.get(handoff.queue) if inbox else None)
    if action == HandoffLevel.Action.REMINDER and handoff.assignee_id:
        return _mention("user", handoff.assignee_id, handoff.assigned_to or "SDR")
    if action in (HandoffLevel.Action.REMINDER, HandoffLevel.Action.TEAM) and team_id:
        return _mention("team", team_id, handoff.get_queue_display())
    return ""


def _mention(kind: str, number: int, name: str) -> str:
    shown = name.translate(str.maketrans("", "", "[]()"))
    return f"[@{shown}](mention://{kind}/{number}/{quote(shown)})"
