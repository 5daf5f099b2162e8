"""The model comes back while others are still failing: commits of different conversations must not deadlock."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from conversations.agent.state import Decision
from conversations.models import Conversation
from conversations.turns import commit, reading
from seleto.lib import alerts, jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.factories import (
    INSTANCE,
    PHONE,
    ChannelFactory,
    IdentityFactory,
    PromptFactory,
    TurnFactory,
    now,
    waiting,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_recovery_and_failure_at_once(transactional_db, monkeypatch):
    ChannelFactory.create()
    PromptFactory.create()
    good, bad = waiting("a"), waiting("b")
    # "bad" is being tried again early (the lead wrote / typed): its row still says "later"
    Conversation.objects.filter(pk__in=[good.pk, bad.pk]).update(
        turn_failures=1, turn_due_at=now() - timedelta(seconds=1)
    )
    alerts.open_(commit.MODEL_ALERT, title="x", level=Alert.Level.CRITICAL, now=now())
    states = []
    for c in (good, bad):
        t = TurnFactory.create(conversation=c)
        states.append(
            reading.read_state(
                turn_id=t.id, lease_token=t.lease_token, conversation_id=c.id, correlation_id="", now=now()
            )
        )
    snap = reading.read_snapshot(states[0], now=now())
    # while the model hangs on "bad", its lead is typing: only turn_due_at moves, the revision does not
    IdentityFactory.create(lead=bad.lead)
    zapi.post({"type": "PresenceChatCallback", "instanceId": INSTANCE, "phone": PHONE, "status": "COMPOSING"})
    jobs.run_due("ingest")
    bad.refresh_from_db()
    assert bad.turn_due_at > now()
    failures = []
    closed, locked = threading.Event(), threading.Event()
    real_close, real_open = alerts.close, alerts.open_

    def close(key, *, now):
        r = real_close(key, now=now)
        closed.set()
        locked.wait(3)
        return r

    def open_(key, **k):
        locked.set()
        closed.wait(3)
        return real_open(key, **k)

    monkeypatch.setattr(commit.alerts, "close", close)
    monkeypatch.setattr(commit.alerts, "open_", open_)

    def work(state, decision):
        try:
            commit.commit(state, snap, decision, now=now())
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    ts = [
        threading.Thread(target=work, args=(states[0], Decision(bubbles=()))),
        threading.Thread(target=work, args=(states[1], Decision(bubbles=(), retry_reason="modelo:timeout"))),
    ]
    [t.start() for t in ts]
    [t.join() for t in ts]
    assert failures == []
