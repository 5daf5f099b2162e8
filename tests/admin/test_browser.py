"""The pages in a real browser: the buttons take the clicks, and nothing stands out of a telephone's screen."""

import pytest
from django.contrib.auth.models import User

from seleto.lib import alerts
from seleto.lib.models import Alert
from tests.admin.conftest import story
from tests.factories import MessageFactory, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium, live_server, client):
    client.force_login(User.objects.create_superuser("gestora"))
    session = client.cookies["sessionid"].value
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_pages_fit_a_telephone_and_run_nothing_that_a_lead_wrote(page):
    told = story()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    for address in (
        "conversations/conversation/",
        f"conversations/conversation/{told.conversation.pk}/change/",
        f"conversations/event/{told.event.pk}/change/",
        "conversations/outbox/",
        f"conversations/channel/{told.channel.pk}/change/",
        f"leads/lead/{told.lead.pk}/change/",
    ):
        page.goto(f"/admin/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address

    assert dialogs == []


@pytest.mark.parametrize("width", [390, 1440])
def test_facts_side_by_side_leave_no_holes(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/admin/conversations/turn/{story().turn.pk}/change/")

    boxes = [box.bounding_box() for box in page.locator(".form-row:has(> :nth-child(2)) > div").all()]

    assert max(box["height"] for box in boxes) < 120
    if width == 1440:
        assert len({box["x"] for box in boxes}) == 2, "the second of each pair stands in one column"


@pytest.mark.parametrize("address", ["conversations/turn/", "lib/alert/", "conversations/outbox/"])
def test_lists_show_all_their_columns_on_a_desk(page, address):
    story()
    alerts.open_("canal:principal", title="O canal principal está desconectado", level=Alert.Level.WARNING, now=now())
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/admin/{address}")

    list_, frame = (page.locator(place).bounding_box() for place in ("#result_list", "#changelist"))
    assert list_["x"] + list_["width"] <= frame["x"] + frame["width"] <= 1440


def test_a_transcript_opens_at_its_newest_message(page):
    conversation = story().conversation
    for number in range(30):
        MessageFactory.create(conversation=conversation, text=f"mensagem {number}")
    page.goto(f"/admin/conversations/conversation/{conversation.pk}/change/")

    newest, box = page.locator(".sl-bubble").last.bounding_box(), page.locator(".sl-transcript").bounding_box()

    assert box["y"] <= newest["y"] < box["y"] + box["height"]
