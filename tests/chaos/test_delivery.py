"""Deliveries as providers make them: again and again for days, two at once, in any order, with clocks that jump.

CI takes a small size; ``make chaos FULL=1 PART=delivery`` the whole: 100 deliveries over eight days, 10,000 concurrent
pairs, 1,000 orders of a history of twenty events.
"""

import json
import os
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from conversations import channel_cache
from conversations.channels import registry
from conversations.ingest import stage as ingest
from conversations.models import Conversation, Event, Message
from conversations.webhooks.base import store
from leads.models import Identity, Lead
from seleto.lib import clock
from tests import zapi
from tests.factories import ChannelFactory

pytestmark = pytest.mark.chaos

FULL = os.environ.get("CHAOS_FULL") == "1"
SEED = int(os.environ.get("CHAOS_SEED") or "0")
DELIVERIES, PAIRS, ORDERS = (100, 10_000, 1_000) if FULL else (20, 60, 12)
START = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


class Time:
    """The clock of this process, moved by the test."""

    def __init__(self) -> None:
        self.now = START


@pytest.fixture
def time(monkeypatch) -> Time:
    moved = Time()
    monkeypatch.setattr(clock, "now", lambda: moved.now)
    return moved


def deliver(body: bytes, time: Time) -> None:
    """The door's own two steps."""
    channel = channel_cache.by_slug("principal")
    assert channel is not None
    store(channel, registry.get("zapi").parser.split(body), received_at=time.now, correlation_id="")


def work() -> None:
    while claims := ingest.claim(20):
        for claim in claims:
            ingest.run(claim)


def written(text: str, at: datetime, **fields: Any) -> bytes:
    return json.dumps(zapi.received(text, momment=int(at.timestamp() * 1000), **fields)).encode()


@pytest.mark.django_db
def test_i2_delivered_again_for_eight_days_it_has_one_effect(time: Time) -> None:
    ChannelFactory.create()
    body = written("Quero a FB300.", START)
    for _ in range(DELIVERIES):
        deliver(body, time)
        work()
        time.now += timedelta(days=8) / DELIVERIES

    assert (Event.objects.count(), Message.objects.count(), Lead.objects.count()) == (1, 1, 1)
    assert Conversation.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_i2_pairs_at_the_same_moment_are_one_event_each(time: Time) -> None:
    ChannelFactory.create()
    bodies = [written("Bom dia", START, phone=f"5511900{number % 500:06d}") for number in range(PAIRS)]
    barrier = threading.Barrier(2)
    failures: list[Exception] = []

    def post_all() -> None:
        try:
            for body in bodies:
                barrier.wait(60)
                deliver(body, time)
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)
            barrier.abort()
        finally:
            connection.close()

    def work_on() -> None:
        try:
            while not done.wait(0.05):
                work()
            work()
        finally:
            connection.close()

    done = threading.Event()
    posting = [threading.Thread(target=post_all) for _ in range(2)]
    working = [threading.Thread(target=work_on) for _ in range(2)]
    for thread in (*posting, *working):
        thread.start()
    for thread in posting:
        thread.join()
    done.set()
    for thread in working:
        thread.join()

    assert failures == []
    assert (Event.objects.count(), Message.objects.count()) == (PAIRS, PAIRS)
    assert not Event.objects.filter(status__in=["new", "parked"]).exists()
    talks = Conversation.objects.count()
    assert talks == Lead.objects.count() == Identity.objects.values("value").distinct().count() == min(PAIRS, 500)


def history() -> list[bytes]:
    """Twenty events of one lead and the company's phone: words, an edit, a deletion, receipts, echoes, a reaction."""
    at = (START + timedelta(seconds=10 * number) for number in range(20))
    ids = [f"3EB0F{number:017d}" for number in range(20)]
    events: list[dict[str, Any]] = []
    for number, text in enumerate(
        ["oi", "sou a Marina", "de Itajaí/SC", "Quero a FB300.", "para este mês", "1500/dia"]
    ):
        events.append(zapi.received(text, messageId=ids[number], momment=_ms(next(at))))
    events.append(zapi.received("de Blumenau/SC", messageId=ids[2], isEdit=True, momment=_ms(next(at))))
    events.append(zapi.received("de Joinville/SC", messageId=ids[2], isEdit=True, momment=_ms(next(at))))
    events.append(zapi.received(None, messageId=ids[5], notification="REVOKE", momment=_ms(next(at))))
    person = {"fromMe": True, "fromApi": False}
    for number in (6, 7):
        events.append(
            zapi.received(f"Aqui é a Bianca {number}", messageId=ids[number], momment=_ms(next(at)), **person)
        )
    reaction = {"reaction": {"value": "👍", "referencedMessage": {"messageId": ids[6]}}}
    events.append(zapi.received(None, messageId=ids[8], momment=_ms(next(at)), **reaction))
    for value in ("SENT", "RECEIVED", "READ", "PLAYED"):
        events.append(zapi.status([ids[6]], value, momment=_ms(next(at))))
    events.append(zapi.received("meu sócio é o Téo", messageId=ids[9], momment=_ms(next(at))))
    events.append(
        zapi.received("grupo", messageId=ids[10], isGroup=True, phone="1203630001-group", momment=_ms(next(at)))
    )
    events.append({**events[0]})
    events.append({**events[9]})
    return [json.dumps(event).encode() for event in events]


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def state() -> dict[str, Any]:
    """What people would see, whatever the order of arrival was. A message that was first known by its edit bears the
    edit's time."""
    texts = Message.objects.exclude(author="agent").order_by("provider_id")
    talk = Conversation.objects.get()
    return {
        "messages": [
            (row.provider_id, row.author, row.text, row.type, row.status, bool(row.deleted_at), bool(row.edited_at))
            for row in texts
        ],
        "owner": talk.owner,
        "due": talk.turn_due_at is not None,
        "leads": Lead.objects.count(),
    }


@pytest.mark.django_db
def test_i2_any_order_of_twenty_events_gives_one_state(time: Time) -> None:
    ChannelFactory.create()
    bodies, expected = history(), None
    assert len(bodies) == 20
    for seed in [SEED] if os.environ.get("CHAOS_SEED") else range(ORDERS):
        rng = random.Random(seed)
        order = bodies if seed == 0 else rng.sample(bodies, len(bodies))
        with rolled_back():
            found = _outcome(order, rng, time)
        expected = expected or dict(found)
        differs = [pair for pair in zip(found.pop("messages"), expected["messages"], strict=True) if pair[0] != pair[1]]
        assert not differs, f"seed {seed}: {differs}"
        assert {**found, "messages": expected["messages"]} == expected, f"seed {seed}"


def _outcome(order: list[bytes], rng: random.Random, time: Time) -> dict[str, Any]:
    """After all were delivered, some of them before others were worked, and everything that waits has been offered."""
    time.now = START + timedelta(minutes=5)
    for body in order:
        deliver(body, time)
        time.now += timedelta(milliseconds=200)
        if rng.random() < 0.4:
            work()
    for _ in range(20):  # what refers to a message that was not here yet is offered again for half a minute
        work()
        time.now += timedelta(seconds=2)
    assert not Event.objects.filter(status__in=["new", "parked"]).exists()
    return state()


class rolled_back:  # noqa: N801 - reads as a statement
    def __enter__(self) -> None:
        self._block = transaction.atomic()
        self._block.__enter__()

    def __exit__(self, *exc: Any) -> None:
        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)


JUMPS = [timedelta(days=400), timedelta(days=-400), timedelta(hours=3), timedelta(hours=-20), timedelta(days=-20_000)]


@pytest.mark.django_db
@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_i1_a_provider_whose_clock_jumps_is_answered_in_the_order_of_arrival(time: Time, jump: timedelta) -> None:
    ChannelFactory.create()
    texts = ["Bom dia.", "Quero a FB300.", "Para este mês."]
    for text, wrong in zip(texts, [timedelta(0), jump, timedelta(0)], strict=True):
        deliver(written(text, time.now + wrong), time)
        work()
        time.now += timedelta(seconds=2)

    rows = Message.objects.order_by("revision")
    assert [row.text for row in rows] == texts
    assert all(row.sent_at <= time.now for row in rows)
    assert Conversation.objects.get().turn_due_at is not None


@pytest.mark.django_db
def test_i3_two_hosts_whose_clocks_differ_make_one_conversation_and_one_turn(time: Time) -> None:
    ChannelFactory.create()
    for number, skew in enumerate([0, 90, -90, 240, -240]):
        right = START + timedelta(seconds=number)
        time.now = right + timedelta(seconds=skew)
        deliver(written(f"parte {number}", right), time)
        time.now = right - timedelta(seconds=skew)  # the other host works it
        for _ in range(30):
            work()
            time.now += timedelta(seconds=20)

    talk = Conversation.objects.get()
    assert (talk.revision, Message.objects.count()) == (5, 5)
    assert talk.turn_due_at is not None
    assert talk.turn_due_at - START < timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _quick(settings) -> None:
    settings.CHANNEL_CACHE_S = 3600
