"""How apps above hear about leads. Sent inside the transaction that changed them; receivers only write rows."""

from django.dispatch import Signal

lead_changed = Signal()  # lead_id: UUID, fields: list[str]
