"""The pipe behind PgBouncer in transaction mode: what a session would remember, nothing of ours relies on."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
import respx
import time_machine
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.utils import InternalError
from pytest_django import DjangoDbBlocker

from conversations.models import Conversation, Message, Outbox, Turn
from seleto.lib import jobs, listening, readonly
from tests import databases, pooler, zapi
from tests.conversations.model import said
from tests.factories import PromptFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(pooler.program() is None, reason="PgBouncer is not installed: apt-get install pgbouncer"),
]

LEADS = 6


@pytest.fixture(scope="module")
def strangers(django_db_setup: None) -> list[int]:
    """The server's processes for what earlier tests left connected, past any pooler."""
    with psycopg.connect(databases.url()) as link:
        return [pid for (pid,) in link.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")]


@pytest.fixture(scope="module")
def port(django_db_setup: None, strangers: list[int], django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    with django_db_blocker.unblock(), pooler.pooling(connections.settings["default"]) as port:
        yield port


@pytest.fixture
def direct(transactional_db: None) -> str:
    """The address past the pooler."""
    return databases.url()


@pytest.fixture(autouse=True)
def _pooled(direct: str, port: int) -> Iterator[None]:
    """Every connection of Django's goes through the pooler, in all threads."""
    target = connections.settings["default"]
    before = {key: target.get(key) for key in ("HOST", "PORT", "DISABLE_SERVER_SIDE_CURSORS", "OPTIONS")}
    # No limits of a session and no kept plans: with LISTEN_DATABASE_URL set there are none.
    options = {key: value for key, value in target["OPTIONS"].items() if key not in ("options", "prepare_threshold")}
    connection.close()
    target.update(HOST="127.0.0.1", PORT=port, DISABLE_SERVER_SIDE_CURSORS=True, OPTIONS=options)
    yield
    connection.close()
    target.update(before)


@pytest.fixture
def outside(channel: object, settings: LazySettings) -> Iterator[respx.Route]:
    """A model that always answers, and a provider; yields the provider's sends."""
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        router.post(path__regex="/chat/completions$").side_effect = lambda request: said("Olá! Você já produz?")
        yield sends


def together(count: int, work: Callable[[int], object]) -> None:
    """``work`` on that many threads at once; what it raises is raised here."""
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(run, number) for number in range(count)]:
            future.result()


def test_leads_are_answered_once_by_many_threads_over_two_server_connections(
    outside: respx.Route, direct: str, port: int, strangers: list[int]
) -> None:
    phones = [f"55119000075{number:02d}" for number in range(LEADS)]

    together(LEADS, lambda lead: zapi.post(zapi.received("Vocês vendem formadora?", phone=phones[lead])))
    together(4, lambda _: jobs.run_due("ingest"))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=30)):
        together(4, lambda _: jobs.run_due("turn"))
        together(4, lambda _: jobs.run_due("deliver"))

    answered = sorted(json.loads(call.request.content)["phone"] for call in outside.calls)
    assert answered == sorted(phones)
    assert Turn.objects.filter(status=Turn.Status.REPLIED).count() == LEADS
    assert Message.objects.filter(author=Message.Author.LEAD).count() == LEADS
    assert not Conversation.objects.filter(turn_due_at__isnull=False).exists()
    assert Outbox.objects.filter(status=Outbox.Status.SENT).count() == LEADS
    with psycopg.connect(direct) as link:
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND pid <> ALL(%s)"
        )
        row = link.execute(others, [strangers]).fetchone()
    assert row is not None
    assert 1 <= row[0] <= pooler.SERVER_CONNECTIONS


def test_a_wake_through_the_pooler_is_heard_past_it(direct: str, settings: LazySettings) -> None:
    settings.LISTEN_DATABASE_URL = direct
    listener = listening.Listener(jobs.channel("conversation"))
    assert listener.wait(0) is None  # listens from here on

    jobs.wake("turn")

    assert listener.wait(10) == [listening.Note(jobs.channel("conversation"), "turn")]
    listener.close()


def test_a_transaction_that_may_only_read_leaves_nothing_to_the_next(port: int) -> None:
    with readonly.read_only(), pytest.raises(InternalError):
        Session.objects.create(session_key="a", session_data="", expire_date=datetime.now(UTC))

    together(4, lambda number: Session.objects.create(session_key=str(number), expire_date=datetime.now(UTC)))

    assert Session.objects.count() == 4


def test_rows_are_read_in_chunks_without_a_cursor_that_outlives_its_transaction(port: int) -> None:
    Session.objects.bulk_create(Session(session_key=str(key), expire_date=datetime.now(UTC)) for key in range(50))

    def read(_: int) -> None:
        for row in Session.objects.iterator(chunk_size=5):
            assert Session.objects.filter(pk=row.pk).exists()

    together(4, read)
