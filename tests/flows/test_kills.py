"""``kill -9`` at the worst moments: nothing accepted is lost, nothing is said twice."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.db.models import Q

from conversations.models import Event, Message, Outbox, Turn
from seleto.lib.models import Alert
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("faults")]


def test_i1_killed_in_the_middle_of_model_calls_every_lead_is_answered_once(pipe: Pipe) -> None:
    leads = [new_lead() for _ in range(5)]
    pipe.model(latency_s=1)
    for lead in leads:
        pipe.writes(lead, "Quero conhecer a FB300.")
    running = Turn.objects.filter(status=Turn.Status.RUNNING, conversation__address__in=leads)
    until(lambda: running.count() == len(leads), what="every lead's turn runs")
    asked = len(pipe.get("model/calls")["calls"])
    assert not set(leads) & pipe.reached(), "Answered before the kill: this run proves nothing."

    pipe.kill_workers()
    pipe.model(latency_s=0)

    until(lambda: set(leads) <= pipe.reached(), what="every lead is answered after the kill")
    pipe.calm()
    assert [lead for lead in leads if not pipe.answered_once(lead)] == []
    assert len(pipe.get("model/calls")["calls"]) > asked
    assert all(turn.attempts >= 2 for turn in Turn.objects.filter(conversation__address__in=leads))


def test_i6_killed_between_claim_and_answer_a_row_is_unknown_and_never_repeated(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.fault("*/send-text", latency_s=2, drop="before", times=1)
    pipe.writes(lead, "Quero conhecer a FB300.")
    first = Outbox.objects.filter(to=lead, order=1)
    until(lambda: first.filter(status=Outbox.Status.SENDING).exists(), what="the row is claimed")

    pipe.kill_workers()

    until(lambda: first.exclude(reason="").exists(), what="the row is shown to a person")
    pipe.calm()
    row = first.get()
    assert (row.status, row.attempts, row.message.status) == (Outbox.Status.UNKNOWN, 1, Message.Status.UNKNOWN)
    assert Alert.objects.filter(key="outbox:unknown", closed_at=None).exists()
    assert pipe.told(lead) == pipe.replies(lead)[0][1:]


def test_i6_killed_after_the_provider_took_it_a_row_is_settled_by_its_echo_or_shown(pipe: Pipe) -> None:
    lead = new_lead()
    # The echo is held back until the sender is dead, so that it cannot have settled anything before.
    pipe.fault("webhook:ReceivedCallback", latency_s=1, times=2)
    pipe.fault("*/send-text", drop="after", times=1)
    pipe.writes(lead, "Quero conhecer a FB300.")
    first = Outbox.objects.filter(to=lead, order=1)
    until(lambda: pipe.told(lead), what="the provider took the first bubble")

    pipe.kill_workers()

    settled = Q(status=Outbox.Status.SENT) | Q(status=Outbox.Status.UNKNOWN, reason="sem_confirmacao")
    until(lambda: first.filter(settled).exists(), what="the echo proves the send, or a person is shown the row")
    pipe.calm()
    row = first.get()
    assert row.attempts == 1
    assert row.provider_id in ("", pipe.received(lead)[0]["provider_id"])
    assert pipe.answered_once(lead)


def test_i1_every_acknowledged_event_outlives_a_killed_web_process(pipe: Pipe) -> None:
    lead, past = new_lead(), datetime.now(UTC) - timedelta(days=3)  # too old to be answered: only storing counts
    numbers, done = itertools.count(), threading.Event()
    acknowledged: list[str] = []
    lost: list[str] = []

    def post_on() -> None:
        while not done.wait(0.02):
            message_id = f"OUTLIVE{next(numbers):05d}"
            try:
                kept = pipe.post(pipe.message(lead, "Bom dia", message_id=message_id, at=past)) == 200
            except httpx.TransportError:
                kept = False
            (acknowledged if kept else lost).append(message_id)

    def struck() -> bool:
        """Kills until a call was cut off: only that proves anything."""
        if not lost:
            pipe.kill_web()
        return bool(lost)

    with ThreadPoolExecutor(8) as pool:
        posting = [pool.submit(post_on) for _ in range(8)]
        try:
            until(lambda: len(acknowledged) >= 40, what="some events are stored")
            until(struck, what="a call is cut off")
            before = len(acknowledged)
            until(lambda: len(acknowledged) > before + 8, what="the web process is back")
        finally:
            done.set()
    for future in posting:
        future.result()

    pipe.calm()
    kept = set(Message.objects.filter(provider_id__startswith="OUTLIVE").values_list("provider_id", flat=True))
    assert set(acknowledged) <= kept
    assert not Event.objects.filter(status=Event.Status.PARKED, key__contains="OUTLIVE").exists()
