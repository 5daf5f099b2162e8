"""Where processes are killed: named points in the pipe, each before or after one call of the product's own code.

A point is ``module:attribute`` (a dotted attribute reaches into a class). Renaming what a point names breaks the start
of the installation, so that no point is lost unnoticed. ``story`` says what has to happen for the point to be passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Point:
    """``found``: only a call that returned something counts, so that an idle look at the tables is no point."""

    name: str
    where: str
    when: Literal["before", "after"]
    story: str = "talk"
    found: bool = False

    @property
    def stage(self) -> str:
        return self.name.partition(".")[0]


def _claimed(stage: str, module: str, story: str = "talk") -> Point:
    return Point(f"{stage}.claimed", f"{module}:claim", "after", story, found=True)


_CW, _TURN, _COMMIT = "conversations.chatwoot", "conversations.turns.stage", "conversations.turns.commit"

POINTS: tuple[Point, ...] = (
    # Intake: from the body read to the answer about to be written.
    Point("intake.received", "conversations.webhooks.zapi:_accept", "before"),
    Point("intake.split", "conversations.webhooks.base:store", "before"),
    Point("intake.stored", "conversations.webhooks.base:store", "after"),
    Point("intake.answering", "conversations.webhooks.zapi:_receive", "after"),
    # The queue's own steps: a row taken, a drain begun, its successor left, the row acknowledged.
    Point("queue.taken", "seleto.lib.queue_broker:QueueBroker.dequeue", "after", found=True),
    Point("queue.drain", "seleto.lib.draining:_Drain.run", "before"),
    Point("queue.successor", "seleto.lib.draining:_Drain._leave_successor", "before"),
    Point("queue.acknowledging", "seleto.lib.queue_broker:QueueBroker.acknowledge", "before"),
    _claimed("ingest", "conversations.ingest.stage"),
    Point("ingest.resolved", "conversations.ingest.messages:lead_of", "after"),
    Point("ingest.stored", "conversations.ingest.messages:_store", "after"),
    Point("ingest.expected", "conversations.ingest.messages:_expect_turn", "after"),
    Point("ingest.closing", "conversations.ingest.stage:_close", "before"),
    Point("ingest.closed", "conversations.ingest.stage:_close", "after"),
    Point("ingest.committed", "conversations.ingest.stage:_work", "after"),
    _claimed("turn", _TURN),
    Point("turn.read", f"{_TURN}:read_state", "after"),
    Point("turn.asking", f"{_TURN}:think", "before"),
    Point("turn.thought", f"{_TURN}:think", "after"),
    Point("turn.closed", f"{_COMMIT}:_close_turn", "after"),
    Point("turn.told", f"{_COMMIT}:_keep_what_was_told", "after"),
    Point("turn.queued", "conversations.outbox:enqueue", "after"),
    Point("turn.answered", f"{_COMMIT}:_answered", "after"),
    Point("turn.committing", f"{_COMMIT}:_apply", "after"),
    Point("turn.committed", f"{_COMMIT}:commit", "after"),
    Point("handoff.opening", "conversations.handoff:open_handoff", "before", "handoff"),
    Point("handoff.owned", "conversations.handoff:_set_owner", "after", "handoff"),
    Point("handoff.opened", "conversations.handoff:open_handoff", "after", "handoff"),
    _claimed("outbox", "conversations.outbox"),
    Point("outbox.sending", "conversations.sending:send", "before"),
    Point("outbox.accepted", "conversations.sending:send", "after"),
    Point("outbox.recorded", "conversations.outcomes:record_sent", "after"),
    Point("outbox.mirroring", "conversations.outbox:_mirror", "before"),
    Point("outbox.postponing", "conversations.outcomes:requeue", "before", "refused"),
    Point("outbox.postponed", "conversations.outcomes:requeue", "after", "refused"),
    Point("outbox.doubting", "conversations.outcomes:declare_unknown", "before", "unanswered"),
    Point("outbox.doubted", "conversations.outcomes:declare_unknown", "after", "unanswered"),
    _claimed("mirror", f"{_CW}.stage"),
    Point("mirror.read", f"{_CW}.state:read", "after"),
    Point("mirror.contact", f"{_CW}.writer:Writer._contact", "after"),
    Point("mirror.made", f"{_CW}.writer:Writer._made", "after"),
    Point("mirror.written", f"{_CW}.writer:Writer._create", "after"),
    Point("mirror.shown", f"{_CW}.writer:Writer._show", "after"),
    Point("mirror.noted", f"{_CW}.writer:Writer._note", "after", "handoff"),
    Point("mirror.assigned", f"{_CW}.assignment:give", "after", "handoff"),
    Point("mirror.released", f"{_CW}.stage:_release", "before"),
    _claimed("media", "conversations.media.stage", "voice"),
    Point("media.fetched", "conversations.media.stage:_fetch", "after", "voice"),
    Point("media.kept", "conversations.readings.expecting:file_is_here", "after", "voice"),
    Point("media.committed", "conversations.media.stage:_keep", "after", "voice"),
    _claimed("reading", "conversations.readings.stage", "voice"),
    Point("reading.heard", "conversations.readings.stage:_read", "after", "voice"),
    Point("reading.given", "conversations.readings.settling:_given", "after", "voice"),
    Point("reading.settled", "conversations.readings.settling:settle", "after", "voice"),
    _claimed("crm", "crm.stage"),
    Point("crm.begun", "crm.links:begin", "after"),
    Point("crm.created", "crm.links:made", "before"),
    Point("crm.kept", "crm.links:made", "after"),
    Point("crm.released", "crm.stage:_release", "before"),
    _claimed("summary", "conversations.summaries", "long"),
    Point("summary.read", "conversations.summaries:_read", "after", "long", found=True),
    Point("summary.written", "conversations.summaries:_by_model", "after", "long"),
    Point("summary.saved", "conversations.summaries:run", "after", "long"),
    _claimed("follow_up", "conversations.followups", "silence"),
    Point("follow_up.queued", "conversations.outbox:enqueue_follow_up", "after", "silence"),
    Point("follow_up.planned", "conversations.followups:_plan_next", "after", "silence"),
    Point("follow_up.committed", "conversations.followups:run", "after", "silence"),
    Point("person.forwarded", "conversations.ingest.people:_forward", "after", "person"),
    Point("person.taken", "conversations.handoff:take_over", "before", "person"),
    Point("person.over", "conversations.handoff:take_over", "after", "person"),
)

BY_NAME = {point.name: point for point in POINTS}


def located(point: Point) -> tuple[Any, Callable[..., Any]]:
    """Where the point's function hangs (a module or a class), and the function. Raises ``AttributeError``."""
    module, _, path = point.where.partition(":")
    owner: Any = import_module(module)
    *way, name = path.split(".")
    for step in way:
        owner = getattr(owner, step)
    return owner, getattr(owner, name)
