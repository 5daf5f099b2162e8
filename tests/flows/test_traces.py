"""One message is one trace, over the processes it passes."""

import pytest

from tests.flows.collector import Collector
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("installation")]

WORDS = "Quantos hambúrgueres a FB300 faz por hora?"


def test_a_message_is_one_trace_from_the_webhook_to_the_send(pipe: Pipe, collector: Collector) -> None:
    lead = new_lead()
    collector.spans.clear()
    collector.bodies.clear()

    pipe.writes(lead, WORDS)
    until(lambda: pipe.received(lead), what="the lead has an answer")
    pipe.calm()
    until(lambda: {"turn", "send"} <= {span.name for _, span in collector.spans}, what="turn and send are told")

    (message,) = {span.trace_id for _, span in collector.spans if span.name == "turn"}
    trace = [(process, span) for process, span in collector.spans if span.trace_id == message]
    spans = {span.name: span for _, span in trace}
    door = next(span for name, span in spans.items() if name.startswith("POST /webhooks/"))
    assert {"event", "turn", "http llm", "send", "http zapi"} <= set(spans)
    assert len({process for process, _ in trace}) > 1
    assert (door.parent_span_id, spans["event"].parent_span_id) == (b"", door.span_id)
    assert spans["turn"].parent_span_id == door.span_id
    assert spans["http llm"].parent_span_id == spans["turn"].span_id
    assert spans["http zapi"].parent_span_id == spans["send"].span_id
    everything = b"".join(collector.bodies)
    assert not [told for told in (lead, WORDS, pipe.instance, "FB300") if told.encode() in everything]
