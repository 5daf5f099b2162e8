"""``kill -9`` at the worst moments: nothing accepted is lost, nothing is said twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Event, Message, Outbox, Turn
from seleto.lib.models import Alert
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("installation")]


def test_i1_killed_in_the_middle_of_model_calls_every_lead_is_answered_once(pipe: Pipe) -> None:
    leads = [new_lead() for _ in range(8)]
    pipe.model(latency_s=1.5)
    for lead in leads:
        pipe.writes(lead, "Quero conhecer a FB300.")
    running = Turn.objects.filter(status=Turn.Status.RUNNING, conversation__address__in=leads)
    until(lambda: running.count() == len(leads), what="every lead's turn runs")
    asked = len(pipe.get("model/calls")["calls"])
    assert not set(leads) & set(pipe.counts()), "Answered before the kill: this run proves nothing."

    pipe.kill_conversation_cluster()
    pipe.model(latency_s=0)

    until(lambda: set(leads) <= set(pipe.counts()), what="every lead is answered after the kill")
    pipe.calm()
    counts = pipe.counts()
    assert {lead: counts[lead] for lead in leads} == dict.fromkeys(leads, 1)
    assert len(pipe.get("model/calls")["calls"]) > asked
    turns = Turn.objects.filter(conversation__address__in=leads)
    assert {(turn.status, turn.attempts) for turn in turns} == {(Turn.Status.REPLIED, 2)}


def test_i6_killed_between_claim_and_answer_a_row_is_unknown_and_never_repeated(pipe: Pipe) -> None:
    # Without echoes and receipts nothing can tell what became of the two sends: one arrives, one does not.
    pipe.tell("zapi/settings", receipts=False, notify_sent_by_me=False)
    pipe.fault("*/send-text", latency_s=1.5, times=1)
    pipe.fault("*/send-text", latency_s=1.5, drop="before", times=1)
    leads = [new_lead(), new_lead()]
    for lead in leads:
        pipe.writes(lead, "Quero conhecer a FB300.")
    rows = Outbox.objects.filter(to__in=leads)
    until(lambda: rows.filter(status=Outbox.Status.SENDING).count() == len(leads), what="both rows are claimed")

    pipe.kill_conversation_cluster()

    until(lambda: rows.exclude(reason="").count() == len(leads), what="both rows are shown to a person")
    pipe.calm()
    assert {(row.status, row.attempts) for row in rows} == {(Outbox.Status.UNKNOWN, 1)}
    assert {row.message.status for row in rows} == {Message.Status.UNKNOWN}
    assert Alert.objects.filter(key="outbox:unknown", closed_at=None).exists()
    assert sorted(pipe.counts()[lead] for lead in leads) == [0, 1]


def test_i6_killed_between_claim_and_answer_the_echo_settles_the_row(pipe: Pipe) -> None:
    pipe.fault("*/send-text", latency_s=1.0, times=1)
    lead = new_lead()
    pipe.writes(lead, "Quero conhecer a FB300.")
    rows = Outbox.objects.filter(to=lead)
    until(lambda: rows.filter(status=Outbox.Status.SENDING).exists(), what="the row is claimed")

    pipe.kill_conversation_cluster()

    until(lambda: rows.filter(status=Outbox.Status.SENT).exists(), what="the echo proves the send")
    pipe.calm()
    (sent,) = pipe.received(lead)
    assert [row.provider_id for row in rows] == [sent["provider_id"]]


def test_i1_every_acknowledged_event_outlives_a_killed_web_process(pipe: Pipe) -> None:
    lead, past = new_lead(), datetime.now(UTC) - timedelta(days=3)  # too old to be answered: only storing counts
    ids = [f"OUTLIVE{number:05d}" for number in range(300)]

    def post(message_id: str) -> bool:
        try:
            return pipe.post(pipe.message(lead, "Bom dia", message_id=message_id, at=past)) == 200
        except pipe.LOST:
            return False

    with ThreadPoolExecutor(8) as pool:
        answers = {message_id: pool.submit(post, message_id) for message_id in ids}
        until(lambda: sum(answer.done() for answer in answers.values()) >= 60, what="some events are stored")
        pipe.kill_web()
    acknowledged = {message_id for message_id, answer in answers.items() if answer.result()}

    assert len(acknowledged) < len(ids), "Nothing was lost on the wire: the kill came too late to prove anything."
    assert ids[-1] in acknowledged, "The web process never came back."
    pipe.calm()
    assert acknowledged <= set(Message.objects.filter(provider_id__in=ids).values_list("provider_id", flat=True))
    assert not Event.objects.filter(status=Event.Status.PARKED, key__contains="OUTLIVE").exists()
