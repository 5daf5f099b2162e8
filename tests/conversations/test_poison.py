"""Work that kills its process every time is given up after some attempts, with an alert, the last of them alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection

from conversations.chatwoot import inboxes
from conversations.models import Channel, ChatwootLink, Conversation, EvalRun, FollowUp
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.factories import ConversationFactory, now

pytestmark = pytest.mark.django_db
MOST = 3


@dataclass(frozen=True)
class Case:
    """A stage's row, how its lease is named, and how many claims it has."""

    stage: str
    table: str
    prefix: str
    alert: str


CASES = (
    Case("mirror", "conversations_chatwootlink", "", "chatwoot:parked"),
    Case("crm_sync", "crm_crmsync", "", "crm:parked"),
    Case("summary", "conversations_conversation", "summary_", "summary:parked"),
    Case("follow_up", "conversations_conversation", "follow_up_", "follow_up:parked"),
)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.CHATWOOT_MAX_REFUSALS = settings.CRM_MAX_ATTEMPTS = MOST
    for module in ("summaries", "followups", "evals.nightly"):
        monkeypatch.setattr(f"conversations.{module}.MOST_ATTEMPTS", MOST)
    monkeypatch.setattr(inboxes, "of_channel", lambda _: object())  # what is parked is not written anywhere
    monkeypatch.setattr("crm.stage.gateways.current", lambda: type("Crm", (), {"slug": "crm-of-the-test"}))
    monkeypatch.setattr("crm.stage.wanted", lambda: True)


@pytest.fixture
def talks(channel: Channel) -> list[Conversation]:
    """Three, each due in every stage, the first before the others."""
    found = [ConversationFactory.create(channel=channel) for _ in range(3)]
    for number, talk in enumerate(found):
        due = now() - timedelta(minutes=10 - number)
        Conversation.objects.filter(pk=talk.pk).update(summary_due_at=due, follow_up_at=due)
        ChatwootLink.objects.create(lead=talk.lead, channel=channel, due_at=due)
        apps.get_model("crm", "CrmSync").objects.create(lead=talk.lead, due_at=due)
    return found


def execute(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def die(case: Case) -> None:
    """The process is gone: nobody renews what it had."""
    execute(f"UPDATE {case.table} SET {case.prefix}leased_until = now() - interval '1 second'")


def claims(case: Case) -> Sequence[Any]:
    return jobs.stage(case.stage).claim(10)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stage)
def test_before_their_last_attempt_rows_are_claimed_one_at_a_time_and_alone(
    case: Case, talks: list[Conversation]
) -> None:
    alone: Callable[[Any], bool] | None = jobs.stage(case.stage).alone
    assert alone is not None
    for _ in range(MOST - 1):
        shared = claims(case)
        assert len(shared) == len(talks)
        assert not any(map(alone, shared))
        die(case)

    (last,) = claims(case)

    assert alone(last)
    assert claims(case) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stage)
def test_what_dies_every_time_is_given_up_with_an_alert(case: Case, talks: list[Conversation]) -> None:
    execute(f"UPDATE {case.table} SET {case.prefix}attempts = {MOST}")
    die(case)

    for _ in talks:
        (last,) = claims(case)
        jobs.stage(case.stage).run(last)

    assert claims(case) == []
    assert jobs.stage(case.stage).next_due() is None
    assert Alert.objects.filter(key=case.alert, closed_at=None).exists()
    if case.stage == "follow_up":
        assert set(FollowUp.objects.values_list("reason", flat=True)) == {"tentativas_esgotadas"}


def test_a_night_that_dies_every_time_is_left_with_an_alert(
    channel: Channel, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVAL_SAMPLE, settings.EVAL_HOUR = 10, 0
    talk = ConversationFactory.create(channel=channel)
    yesterday = now() - timedelta(days=1)
    Conversation.objects.filter(pk=talk.pk).update(opened_at=yesterday, last_message_at=now())
    stage = jobs.stage("nightly")
    monkeypatch.setattr("seleto.lib.clock.now", now)
    for _ in range(MOST):
        (run,) = stage.claim(1)
        EvalRun.objects.update(leased_until=now() - timedelta(days=2))

    (run,) = stage.claim(1)
    stage.run(run)

    assert stage.claim(1) == []
    assert Alert.objects.filter(key="nightly:parked", closed_at=None).exists()
