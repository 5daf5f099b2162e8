"""How apps above hear about leads. Sent inside the transaction that changed them; receivers only write rows."""

from django.dispatch import Signal

lead_changed = Signal()  # lead_id: UUID, fields: list[str]
# lead_ids: list[UUID]; sent before anything of these leads is locked or changed, so that whoever has rows that are
# locked before leads everywhere else takes them now.
leads_merging = Signal()
lead_merged = Signal()  # kept_id: UUID, merged_id: UUID; whatever still points at merged_id must point at kept_id after
orcamento_changed = Signal()  # lead_id: UUID, orcamento_id: UUID
temperature_changed = Signal()  # lead_id: UUID, former: str, current: str (values of Temperature), score: int
