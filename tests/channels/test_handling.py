"""Every webhook of the contracts' samples ends where docs/channels.md says."""

from pathlib import Path

import pytest

from conversations.models import Conversation, Event, Message
from seleto.lib import jobs
from tests import cloud_api
from tests.channels import handling, report
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.channels.wire import sample, webhook_samples

pytestmark = pytest.mark.channels


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(handling.CLOUD_API))
def test_a_sample_of_the_cloud_api_ends_where_the_table_says(name, time_machine):
    time_machine.move_to("2026-11-18T12:00:00+00:00")
    cloud_channel()

    answer = cloud_api.post(sample(name, of="whatsapp-cloud"))
    jobs.run_due("ingest")

    event, message = Event.objects.get(), Message.objects.first()
    owed = Conversation.objects.filter(turn_due_at__isnull=False).exists()
    assert answer.status_code == 200
    assert (event.status, event.reason, message.author if message else None, owed) == handling.CLOUD_API[name]


def test_no_sample_is_left_out():
    assert set(webhook_samples("whatsapp-cloud")) <= {*handling.CLOUD_API, *handling.SEVERAL}
    assert set(webhook_samples("zapi")) == set(handling.ZAPI)


def test_every_sample_stands_in_the_page_once():
    shown = [f"webhook_{name}" for _, zapi, cloud in report.ROWS for name in (*zapi, *cloud)]

    assert sorted(shown) == sorted([*handling.ZAPI, *handling.CLOUD_API, *handling.CLOUD_API_OWN])


def test_the_page_is_up_to_date():
    assert Path(report.PAGE).read_text(encoding="utf-8") == report.page(), "Run `make docs`."
