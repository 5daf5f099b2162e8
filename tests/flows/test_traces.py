"""One message is one trace, over the processes it passes."""

from typing import Any
from uuid import UUID

import pytest

from conversations.models import Turn
from tests.flows.collector import Collector
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

DOOR = "POST /webhooks/zapi/<slug:channel>/<str:secret>/"
NAMES = {DOOR, "event", "turn", "http llm", "send", "http zapi"}
WORDS = "Quantos hambúrgueres a FB300 faz por hora?"


def test_a_message_is_one_trace_from_the_webhook_to_the_send(pipe: Pipe, collector: Collector) -> None:
    lead = new_lead()

    pipe.writes(lead, WORDS)
    until(lambda: pipe.received(lead), what="the lead has an answer")
    pipe.calm()
    number = UUID(Turn.objects.get(conversation__address=lead).correlation_id).bytes
    until(lambda: set(_names(collector, number)) >= NAMES, what="every part of the trace is told")
    # Each bubble of the reply is sent; what of that is told comes in any order.
    until(lambda: _each_called(*_sends(collector, number)), what="every send is told with its call")

    spans = _names(collector, number)
    door = spans[DOOR]
    assert len({process for process, span in collector.spans if span.trace_id == number}) > 1
    assert (door.parent_span_id, spans["event"].parent_span_id) == (b"", door.span_id)
    assert spans["turn"].parent_span_id == door.span_id
    assert spans["http llm"].parent_span_id == spans["turn"].span_id
    assert _each_called(*_sends(collector, number))
    everything = b"".join(collector.bodies)
    assert not [told for told in (lead, WORDS, pipe.instance, "FB300") if told.encode() in everything]


def _sends(collector: Collector, trace: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The sends, and those that a call to the provider belongs to."""
    spans = [span for _, span in list(collector.spans) if span.trace_id == trace]
    sends = frozenset(span.span_id for span in spans if span.name == "send")
    return sends, frozenset(span.parent_span_id for span in spans if span.name == "http zapi")


def _each_called(sends: frozenset[bytes], called_for: frozenset[bytes]) -> bool:
    return bool(sends) and sends <= called_for


def _names(collector: Collector, trace: bytes) -> dict[str, Any]:
    return {span.name: span for _, span in list(collector.spans) if span.trace_id == trace}
