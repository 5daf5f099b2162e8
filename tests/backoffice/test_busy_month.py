"""The invented month is as large as promised, shows every state, and is due nowhere."""

import pytest
from django.db import connection

from conversations.models import (
    Channel,
    Conversation,
    Event,
    FollowUp,
    GuardrailHit,
    Handoff,
    Media,
    Outbox,
    Turn,
    WrongReply,
)
from crm.models import CrmSync, Drift
from knowledge.models import Gap
from leads.models import Fact, Lead, Temperature
from seleto import busy_month
from seleto.lib import jobs
from seleto.lib.models import Alert, Circuit
from tests.backoffice.month import NOW, month

__all__ = ["month"]
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("month")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_the_month_is_as_large_as_asked_for(month):
    assert month == busy_month.Made(leads=200, messages=4_000)


def test_every_state_that_people_work_on_is_shown(month):
    assert set(Lead.objects.values_list("temperature", flat=True)) == set(Temperature.values)
    assert Lead.objects.values("origin").distinct().count() == 5
    assert Handoff.objects.filter(closed_at=None, picked_up_at=None).exists()
    assert Handoff.objects.exclude(picked_up_at=None).exists()
    assert CrmSync.objects.filter(status="parked").exists()
    assert Event.objects.filter(status="parked").exists()
    assert Outbox.objects.filter(status="parked").exists()
    for rows in (GuardrailHit, FollowUp, Media, WrongReply, Drift, Gap, Alert, Fact):
        assert rows.objects.exists(), rows
    assert Circuit.objects.filter(state="open").exists()
    assert set(Channel.objects.filter(slug__startswith="mes-").values_list("connected", flat=True)) == {True, False}


def test_every_quote_stands_in_the_message_it_is_taken_from(month):
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*) FILTER (WHERE substr(m.text, f.start + 1, f."end" - f.start) = f.quote), count(*)'
            " FROM leads_fact f JOIN conversations_message m ON m.id = f.source_id"
        )
        right, quoted = cursor.fetchone()

    assert right == quoted > 100


def test_nothing_of_the_month_lies_in_the_future_or_is_due(month):
    assert not Conversation.objects.filter(last_message_at__gt=NOW).exists()
    assert not Conversation.objects.exclude(turn_due_at=None).exists()
    assert not Outbox.objects.filter(status__in=["queued", "sending"]).exists()
    assert not Turn.objects.filter(status="running").exists()
    for cluster in ("conversation", "delivery"):
        for stage in jobs.stages(cluster):
            due = stage.next_due()
            assert due is None or due > NOW, stage.name


def test_a_second_month_is_refused(month):
    with pytest.raises(busy_month.AlreadyThere):
        busy_month.make(share=0.01, now=NOW)
