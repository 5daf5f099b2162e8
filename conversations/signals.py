"""News for the apps above. Sent inside the transaction; receivers only write rows."""

from django.dispatch import Signal

ownership_changed = Signal()  # conversation_id: UUID, owner: str, reason: str
handoff_opened = Signal()  # handoff_id: UUID, conversation_id: UUID
# A level of waiting was reached, once per handoff and level (conversations/unattended.py):
# handoff_id: UUID, conversation_id: UUID, alarm_id: UUID, action: str (of HandoffLevel), text: str, Portuguese.
handoff_overdue = Signal()
