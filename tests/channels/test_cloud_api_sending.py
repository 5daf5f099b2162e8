"""How answers leave by the Cloud API: in few parts, at a pace per person, and what its refusals do."""

import json
from datetime import timedelta

import httpx
import pytest
import respx
from django.conf import settings

from conversations import formatting, handouts, outbox, pacing, reading_sign
from conversations.models import Media, Message, Outbox, Upload
from conversations.turns import reading
from seleto.lib import clock, jobs
from seleto.lib.models import Alert, Circuit
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import ConversationFactory, MessageFactory, TurnFactory, queued
from tests.handouts import handout

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v26.0"
SENDS = f"{GRAPH}/106000000000001/messages"
LEAD = "5511900000001"


@pytest.fixture
def wire():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def conversation(db):
    found = ConversationFactory.create(channel=cloud_channel(), address=LEAD)
    MessageFactory.create(conversation=found, author="lead", provider_id="wamid.M1", revision=1, sent_at=clock.now())
    return found


def refusal(code: int, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "x"}})


def accepted(id_: str = "wamid.S1") -> httpx.Response:
    return httpx.Response(200, json={"messages": [{"id": id_}]})


def test_an_answer_leaves_in_two_parts_at_most():
    assert formatting.bubbles("um\n\ndois\n\ntrês", most=2) == ("um", "dois\n\ntrês")


def test_the_turn_knows_in_how_many_parts_it_may_answer(conversation):
    turn = TurnFactory.create(conversation=conversation)

    state = reading.read_state(
        turn_id=turn.pk,
        lease_token=turn.lease_token,
        conversation_id=conversation.pk,
        correlation_id="",
        now=clock.now(),
    )

    assert (state.most_bubbles, state.address) == (2, LEAD)


def test_parts_of_an_answer_keep_the_distance_meta_asks_for(conversation):
    first, second = queued(conversation, "primeira", "segunda")

    assert second.due_at - first.due_at >= timedelta(seconds=settings.WHATSAPP_PAIR_INTERVAL_S)


def test_the_next_answer_keeps_it_too(conversation):
    queued(conversation, "primeira")
    now = clock.now()

    earliest = pacing.earliest(conversation, outbox.channel_cache.by_id(conversation.channel_id), now=now)

    assert earliest > now


def test_a_pair_that_is_too_fast_waits_in_order_and_says_nothing_against_meta(conversation, wire):
    wire.post(SENDS).mock(return_value=refusal(131056))
    first, second = queued(conversation, "primeira", "segunda")
    Outbox.objects.filter(pk=second.pk).update(due_at=clock.now())

    jobs.run_due("deliver")

    first.refresh_from_db()
    assert (first.status, first.attempts) == (Outbox.Status.QUEUED, 1)
    assert first.due_at - clock.now() > timedelta(seconds=5)
    assert Outbox.objects.get(pk=second.pk).attempts == 0
    assert not Circuit.objects.filter(failures__gt=0).exists()


def test_each_refusal_of_the_pace_asks_for_a_longer_rest(conversation, wire):
    wire.post(SENDS).mock(return_value=refusal(131056))
    (row,) = queued(conversation, "primeira")
    Outbox.objects.filter(pk=row.pk).update(attempts=2)

    jobs.run_due("deliver")

    row.refresh_from_db()
    assert row.due_at - clock.now() > timedelta(seconds=20)


def test_a_refused_token_holds_the_row_and_alerts(conversation, wire):
    wire.post(SENDS).mock(return_value=refusal(190, 401))
    (row,) = queued(conversation, "primeira")

    jobs.run_due("deliver")

    row.refresh_from_db()
    assert (row.status, row.attempts) == (Outbox.Status.QUEUED, 0)
    assert Alert.objects.filter(key="channel:nuvem", closed_at=None).exists()


def test_whichever_process_sends_again_closes_the_alert(conversation, wire):
    wire.post(SENDS).mock(side_effect=[refusal(190, 401), accepted()])
    (row,) = queued(conversation, "primeira")
    jobs.run_due("deliver")
    outbox.circuits.forget()
    Outbox.objects.filter(pk=row.pk).update(due_at=clock.now())

    jobs.run_due("deliver")

    assert Outbox.objects.get(pk=row.pk).status == Outbox.Status.SENT
    assert not Alert.objects.filter(key="channel:nuvem", closed_at=None).exists()


def test_each_send_carries_the_rows_id(conversation, wire):
    route = wire.post(SENDS).mock(return_value=accepted())
    (row,) = queued(conversation, "primeira")

    jobs.run_due("deliver")

    assert json.loads(route.calls[0].request.content)["biz_opaque_callback_data"] == str(row.pk)


def test_ticks_and_dots_are_shown_while_the_answer_is_thought_of(conversation, wire):
    route = wire.post(SENDS).mock(return_value=httpx.Response(200, json={"success": True}))
    turn = TurnFactory.create(conversation=conversation)
    state = reading.read_state(
        turn_id=turn.pk,
        lease_token=turn.lease_token,
        conversation_id=conversation.pk,
        correlation_id="",
        now=clock.now(),
    )

    showing = reading_sign.show(state)

    assert showing is not None
    showing.result(10)
    said = json.loads(route.calls[0].request.content)
    assert (said["status"], said["message_id"], said["typing_indicator"]) == ("read", "wamid.M1", {"type": "text"})


def test_they_are_not_repeated_with_the_answer(conversation, wire):
    route = wire.post(SENDS).mock(return_value=accepted())
    (row,) = queued(conversation, "primeira")
    Outbox.objects.filter(pk=row.pk).update(answers_id="wamid.M1")

    jobs.run_due("deliver")

    assert len(route.calls) == 1


# --- files


def image(conversation) -> Media:
    message = MessageFactory.create(conversation=conversation, author="lead", type=Message.Type.IMAGE)
    now = clock.now()
    return Media.objects.create(
        message=message,
        direction=Media.Direction.IN,
        source=Media.Source.CHANNEL,
        kind=Media.Kind.IMAGE,
        remote_id="900000000000001",
        due_at=now,
        created_at=now,
        keep_until=now + timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("answer", "state", "attempts"),
    [
        (refusal(100, 404), Media.State.EXPIRED, 1),
        (refusal(190, 401), Media.State.DUE, 1),
        (httpx.Response(200, json={"url": "https://x", "file_size": "999999999"}), Media.State.FAILED, 1),
        (httpx.Response(200, json={"url": "https://evil.example/x"}), Media.State.FAILED, 1),
    ],
    ids=["gone", "token", "huge", "elsewhere"],
)
def test_a_file_that_cannot_be_had(conversation, wire, answer, state, attempts):
    """Meta blocks who asks again and again for an id that fails: it is asked once (contract, section 2)."""
    route = wire.get(f"{GRAPH}/900000000000001").mock(return_value=answer)
    row = image(conversation)

    jobs.run_due("media")

    row.refresh_from_db()
    assert (row.state, row.attempts, len(route.calls)) == (state, attempts, 1)


def handed_out(conversation) -> Outbox:
    row = handout()
    handouts.enqueue(
        conversation,
        [handouts.facts(row)],
        turn=TurnFactory.create(conversation=conversation),
        reviewed=[outbox.digest("")],
        not_before=clock.now() - timedelta(minutes=1),
        survives_handoff=False,
        now=clock.now(),
    )
    conversation.save()
    Outbox.objects.update(due_at=clock.now() - timedelta(minutes=1))
    return Outbox.objects.get()


def test_a_kept_file_meta_knows_no_more_is_uploaded_anew_at_once(conversation, wire, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    row = handed_out(conversation)
    Upload.objects.create(
        channel=conversation.channel,
        sha256=row.media.sha256,
        remote_id="600",
        expires_at=clock.now() + timedelta(days=9),
    )
    sends = wire.post(SENDS).mock(side_effect=[refusal(131053), accepted()])
    wire.post(f"{GRAPH}/106000000000001/media").respond(json={"id": "700"})

    jobs.run_due("deliver")

    assert [json.loads(call.request.content)["document"]["id"] for call in sends.calls] == ["600", "700"]
    assert Upload.objects.get().remote_id == "700"
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Outbox.Status.SENT, 1)


def test_a_kept_file_that_is_about_to_expire_is_uploaded_anew(conversation, wire, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    row = handed_out(conversation)
    Upload.objects.create(
        channel=conversation.channel,
        sha256=row.media.sha256,
        remote_id="600",
        expires_at=clock.now() + timedelta(minutes=5),
    )
    sends = wire.post(SENDS).mock(return_value=accepted())
    wire.post(f"{GRAPH}/106000000000001/media").respond(json={"id": "700"})

    jobs.run_due("deliver")

    assert json.loads(sends.calls[0].request.content)["document"]["id"] == "700"


def test_i6_an_unclear_answer_to_a_file_is_not_repeated(conversation, wire, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    row = handed_out(conversation)
    sends = wire.post(SENDS).mock(side_effect=httpx.ReadTimeout("x"))
    wire.post(f"{GRAPH}/106000000000001/media").respond(json={"id": "700"})

    jobs.run_due("deliver")
    jobs.run_due("deliver")

    row.refresh_from_db()
    assert (row.status, sends.call_count) == (Outbox.Status.UNKNOWN, 1)


def test_an_upload_that_fails_is_tried_again_later(conversation, wire, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    row = handed_out(conversation)
    sends = wire.post(SENDS).mock(return_value=accepted())
    wire.post(f"{GRAPH}/106000000000001/media").mock(side_effect=httpx.ReadTimeout("x"))

    jobs.run_due("deliver")

    row.refresh_from_db()
    assert (row.status, row.attempts, sends.call_count) == (Outbox.Status.QUEUED, 1, 0)
