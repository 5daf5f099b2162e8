"""What Meta decides on templates holds at once, and is told where somebody counts on them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from conversations.models import Channel, Conversation, Event, Message, MessageTemplate
from knowledge import queries
from knowledge.models import FollowUpRule
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import cloud_api
from tests.channels import handling
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import now

pytestmark = pytest.mark.django_db

WABA = "102000000000001"
NAME = "retomada_atendimento"


def decided(field: str = "message_template_status_update", *, at: int = 1, **value: Any) -> dict[str, Any]:
    said = {
        "message_template_id": 594425479261596,
        "message_template_name": NAME,
        "message_template_language": "pt_BR",
        **value,
    }
    entry = {"id": WABA, "time": 1_795_000_000 + at, "changes": [{"field": field, "value": said}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def event(word: str, **more: Any) -> dict[str, Any]:
    return decided(event=word, **more)


def take_in(body: dict[str, Any]) -> Event:
    assert cloud_api.post(body).status_code == 200
    jobs.run_due("ingest")
    return Event.objects.latest("received_at")


def alerts() -> list[tuple[str, str]]:
    rows = Alert.objects.filter(closed_at=None, key__startswith="template:")
    return [(row.level, row.title) for row in rows]


@pytest.fixture
def cloud(db) -> Channel:
    row = cloud_channel(credentials={"access_token": "t", "verify_token": "v", "waba_id": WABA})
    MessageTemplate.objects.create(
        channel=row, name=NAME, language="pt_BR", status="approved", category="utility", read_at=now()
    )
    return row


@pytest.fixture
def used(cloud: Channel) -> None:
    FollowUpRule.objects.all().delete()
    FollowUpRule.objects.create(temperature="morno", after_h=48, template_name=NAME)
    queries.clear_cache()


def test_a_refused_template_shows_its_state_and_why(cloud: Channel) -> None:
    found = take_in(event("REJECTED", reason="INCORRECT_CATEGORY"))

    row = MessageTemplate.objects.get()
    assert (found.status, row.status, row.reason) == (Event.Status.DONE, "rejected", "incorrect_category")


def test_it_ends_where_the_table_of_channels_says(used: None) -> None:
    found = take_in(event("PAUSED"))

    owed = Conversation.objects.filter(turn_due_at__isnull=False).exists()
    said = handling.CLOUD_API_OWN["webhook_template_status"]
    assert (found.status, found.reason, None if not Message.objects.exists() else "lead", owed) == said
    assert alerts()


def test_one_that_nobody_uses_raises_no_alarm(cloud: Channel) -> None:
    take_in(event("PAUSED"))

    assert alerts() == []


@pytest.mark.parametrize("word", ["PAUSED", "DISABLED", "REJECTED", "PENDING_DELETION", "DELETED"])
def test_one_in_use_that_is_lost_raises_an_alarm_until_it_is_back(used: None, word: str) -> None:
    take_in(event(word))
    [(level, title)] = alerts()

    assert level == Alert.Level.CRITICAL
    assert NAME in title

    take_in(event("APPROVED", at=2))
    assert alerts() == []
    take_in(event(word, at=3))
    assert len(alerts()) == 1


def test_the_same_decision_delivered_twice_counts_once(cloud: Channel) -> None:
    for _ in range(2):
        take_in(event("PAUSED"))

    assert Event.objects.count() == 1


def test_poor_quality_is_shown_and_warns_before_it_is_paused(used: None) -> None:
    take_in(decided("message_template_quality_update", previous_quality_score="GREEN", new_quality_score="RED"))

    assert MessageTemplate.objects.get().quality == "red"
    assert [level for level, _ in alerts()] == [Alert.Level.WARNING]
    take_in(decided("message_template_quality_update", at=2, previous_quality_score="RED", new_quality_score="GREEN"))
    assert alerts() == []


def test_a_flagged_one_may_still_be_sent_and_warns(used: None) -> None:
    take_in(event("FLAGGED"))

    assert (MessageTemplate.objects.get().status, [level for level, _ in alerts()]) == ("approved", ["warning"])


def test_a_new_category_is_known(cloud: Channel) -> None:
    take_in(decided("template_category_update", previous_category="UTILITY", new_category="MARKETING"))

    assert MessageTemplate.objects.get().category == "marketing"


def test_every_number_of_the_account_learns_of_it(cloud: Channel) -> None:
    other = cloud_channel(
        slug="outra", instance_id="106000000000002", credentials={**cloud.credentials, "access_token": "u"}
    )
    MessageTemplate.objects.create(channel=other, name=NAME, language="pt_BR", status="approved", read_at=now())

    take_in(event("DISABLED"))

    assert set(MessageTemplate.objects.values_list("status", flat=True)) == {"disabled"}


def test_the_account_is_read_anew_at_once(cloud: Channel) -> None:
    take_in(event("APPROVED"))
    listed = {"data": [{"name": NAME, "language": "pt_BR", "status": "APPROVED", "quality_score": {"score": "YELLOW"}}]}
    with respx.mock as router:
        router.get(path__regex="/message_templates$").mock(return_value=httpx.Response(200, json=listed))
        jobs.run_due("templates")

    assert MessageTemplate.objects.get().quality == "yellow"


def test_one_that_is_gone_from_the_list_is_a_loss_too(used: None, cloud: Channel) -> None:
    Channel.objects.filter(pk=cloud.pk).update(templates_at=now() - timedelta(days=1))
    with respx.mock as router:
        router.get(path__regex="/message_templates$").mock(return_value=httpx.Response(200, json={"data": []}))
        jobs.run_due("templates")

    assert [level for level, _ in alerts()] == [Alert.Level.CRITICAL]


@pytest.mark.parametrize(
    ("field", "word", "told"),
    [
        ("account_update", "ACCOUNT_RESTRICTION", True),
        ("account_update", "VERIFIED_ACCOUNT", False),
        ("phone_number_quality_update", "FLAGGED", True),
        ("phone_number_quality_update", "UPGRADE", False),
        ("user_preferences", "", False),
    ],
)
def test_what_is_said_of_the_account_is_told_when_it_is_bad(cloud: Channel, field: str, word: str, told: bool) -> None:
    take_in(decided(field, event=word))

    assert Alert.objects.filter(key="provider:nuvem", closed_at=None).exists() is told


@pytest.mark.parametrize("odd", [{"message_template_name": None}, {"event": 7}, {"message_template_language": []}])
def test_odd_values_break_nothing(used: None, odd: dict[str, Any]) -> None:
    assert take_in(decided(**{"event": "PAUSED", **odd})).status in (Event.Status.DONE, Event.Status.IGNORED)
