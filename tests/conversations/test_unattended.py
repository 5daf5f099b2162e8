"""A handoff that nobody picks up is called out level by level, in business minutes, once each, until a person comes."""

import json
import smtplib
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection

from conversations import handoff, unattended
from conversations.models import Conversation, Handoff, HandoffAlarm, HandoffLevel
from conversations.signals import handoff_overdue
from knowledge import queries
from knowledge.models import Holiday
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.factories import ChannelFactory, ConversationFactory

pytestmark = pytest.mark.django_db

# A Tuesday, 17h50 in São Paulo: ten business minutes are left of the day.
AT = datetime(2026, 11, 24, 20, 50, tzinfo=UTC)
HOOK = "https://plantao.example/avisos"


@pytest.fixture
def clock(channel):
    HandoffLevel.objects.all().delete()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def heard():
    calls = []

    def receive(**news):
        calls.append(news)

    handoff_overdue.connect(receive)
    yield calls
    handoff_overdue.disconnect(receive)


def level(minutes=15, action="reminder", **fields):
    return HandoffLevel.objects.create(**{"queue": "comercial", "after_minutes": minutes, "action": action, **fields})


def given(reason=Handoff.Reason.HOT):
    conversation = ConversationFactory.create(channel=ChannelFactory.create())
    row = handoff.open_handoff(conversation, reason=reason, now=datetime.now(UTC))
    conversation.save()
    return row


def picked_up(row):
    conversation = Conversation.objects.get(pk=row.conversation_id)
    handoff.take_over(conversation, reason=handoff.PHONE, actor="sdr:celular", now=datetime.now(UTC))
    conversation.save()


def work():
    return jobs.run_due("handoff_wait")


def test_business_minutes_count_not_those_of_the_night(clock, heard):
    level(15)
    row = given()
    clock.shift(timedelta(minutes=20))
    assert work() == 0
    assert unattended.next_due() == datetime(2026, 11, 25, 11, 5, tzinfo=UTC)

    clock.move_to(datetime(2026, 11, 25, 11, 5, tzinfo=UTC))
    work()

    (news,) = heard
    assert (news["handoff_id"], news["conversation_id"], news["action"]) == (row.pk, row.conversation_id, "reminder")
    assert "15 minutos" in news["text"]
    alert = Alert.objects.get(key=f"handoff:{row.pk}")
    assert (alert.level, alert.closed_at) == (Alert.Level.CRITICAL, None)
    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.DONE


def test_a_level_is_raised_once(clock, heard):
    level(5)
    given()
    clock.shift(timedelta(minutes=6))

    work()
    work()
    clock.shift(timedelta(days=3))
    work()

    assert len(heard) == 1
    assert unattended.next_due() is None


def test_level_follows_level(clock, heard):
    level(5)
    level(9, "team", text="Time, alguém pode ver este lead?")
    given()
    clock.shift(timedelta(minutes=6))
    work()
    clock.shift(timedelta(minutes=4))
    work()

    assert [(news["action"], news["text"][:4]) for news in heard] == [("reminder", "Repa"), ("team", "Time")]


@pytest.mark.parametrize("queue", ["suporte", "privacidade", "outro"])
def test_a_level_is_of_its_queue_only(clock, heard, queue):
    level(1, queue=queue)
    given(Handoff.Reason.HOT)
    clock.shift(timedelta(minutes=5))

    assert work() == 0


def test_a_level_that_is_switched_off_raises_nothing(clock):
    level(1, active=False)
    given()
    clock.shift(timedelta(minutes=5))

    assert (work(), unattended.next_due()) == (0, None)


def test_a_person_who_picks_it_up_ends_the_waiting_and_the_alert(clock, heard):
    level(2)
    level(5, "team")
    row = given()
    clock.shift(timedelta(minutes=3))
    work()
    picked_up(row)
    clock.shift(timedelta(minutes=5))

    work()

    row.refresh_from_db()
    assert [news["action"] for news in heard] == ["reminder"]
    assert row.picked_up_at == AT + timedelta(minutes=3)
    assert Alert.objects.get(key=f"handoff:{row.pk}").closed_at is not None


def test_a_conversation_given_back_to_the_agent_ends_the_waiting(clock, heard):
    level(2)
    row = given()
    clock.shift(timedelta(minutes=3))
    work()
    conversation = Conversation.objects.get()
    handoff.resume(conversation, reason="retomada_manual", actor="usuário:1", now=datetime.now(UTC))
    conversation.save()

    assert Alert.objects.get(key=f"handoff:{row.pk}").closed_at is not None
    assert unattended.next_due() is None


def test_a_person_who_comes_between_the_claim_and_the_run_is_not_disturbed(clock, heard):
    level(2)
    row = given()
    clock.shift(timedelta(minutes=3))
    (claim,) = unattended.claim(5)
    picked_up(row)

    unattended.run(claim)

    assert heard == []
    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.CANCELLED


def test_a_new_holiday_holds_at_once(clock):
    level(5)
    given()
    today = AT.date()
    Holiday.objects.create(name="Inventário", kind="closed", start_date=today, end_date=today)
    queries.clear_cache()
    clock.shift(timedelta(minutes=6))

    assert work() == 0


# --- What leaves the house ------------------------------------------------------------------------------------------


def test_an_email_names_the_handoff_and_nobody(clock, settings):
    settings.EMAIL_HOST = "smtp.example"
    level(5, "email", target="gestora@seleto.example, plantao@seleto.example")
    row = given()
    clock.shift(timedelta(minutes=6))

    work()

    (message,) = mail.outbox
    assert message.to == ["gestora@seleto.example", "plantao@seleto.example"]
    assert f"/admin/conversations/handoff/{row.pk}/change/" in message.body
    assert "lead quente" in message.subject
    assert "5511900000001" not in message.body
    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.DONE


def test_a_webhook_gets_ids_and_no_person(clock):
    level(5, "webhook", target=HOOK)
    row = given()
    clock.shift(timedelta(minutes=6))

    with respx.mock as router:
        route = router.post(HOOK).respond(204)
        work()

    alarm = HandoffAlarm.objects.get()
    assert json.loads(route.calls.last.request.content) == {
        "event": "handoff_overdue",
        "id": str(alarm.pk),
        "handoff": str(row.pk),
        "conversation": str(row.conversation_id),
        "queue": "comercial",
        "reason": "lead_quente",
        "opened_at": AT.isoformat(),
        "after_business_minutes": 5,
    }
    assert route.calls.last.request.headers["Idempotency-Key"] == str(alarm.pk)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(503),
        httpx.Response(500),
        httpx.Response(429, headers={"Retry-After": "20"}),
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
    ],
    ids=["unavailable", "ambiguous", "busy", "unreachable", "lost"],
)
def test_a_webhook_that_fails_is_tried_again_and_people_are_told_once(clock, heard, failure):
    level(5, "webhook", target=HOOK)
    given()
    clock.shift(timedelta(minutes=6))
    with respx.mock as router:
        route = router.post(HOOK)
        route.side_effect = [failure, httpx.Response(200)]
        work()
        assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.QUEUED
        assert unattended.next_due() == datetime.now(UTC) + timedelta(seconds=30)
        clock.shift(timedelta(seconds=31))
        work()

    assert route.call_count == 2
    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.DONE
    assert len(heard) == 1


def test_a_refused_webhook_is_parked_and_may_be_tried_again(clock):
    level(5, "webhook", target=HOOK)
    given()
    clock.shift(timedelta(minutes=6))
    with respx.mock as router:
        router.post(HOOK).side_effect = [httpx.Response(404), httpx.Response(200)]
        work()
        parked = HandoffAlarm.objects.get()
        assert (parked.status, parked.reason) == (HandoffAlarm.Status.PARKED, "recusada:http_404")
        assert Alert.objects.get(key=unattended.PARKED_ALERT).closed_at is None

        assert unattended.retry(parked.pk, now=datetime.now(UTC))
        work()

    assert HandoffAlarm.objects.get().status == HandoffAlarm.Status.DONE
    assert Alert.objects.get(key=unattended.PARKED_ALERT).closed_at is not None


def test_without_a_mail_server_the_alarm_is_parked_where_people_see_it(clock, settings):
    settings.EMAIL_HOST = ""
    level(5, "email", target="gestora@seleto.example")
    given()
    clock.shift(timedelta(minutes=6))

    work()

    assert HandoffAlarm.objects.get().reason == "recusada:email_not_configured"


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (smtplib.SMTPRecipientsRefused({}), "parked", "recusada:invalid_address"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "parked", "recusada:bad_credentials"),
        (smtplib.SMTPDataError(554, b"no"), "parked", "recusada:smtp_554"),
        (smtplib.SMTPDataError(451, b"later"), "queued", ""),
        (smtplib.SMTPConnectError(421, b"busy"), "queued", ""),
        (smtplib.SMTPServerDisconnected("gone"), "queued", ""),
        (TimeoutError(), "queued", ""),
        (ConnectionRefusedError(), "queued", ""),
    ],
)
def test_what_a_mail_server_says_decides(clock, settings, monkeypatch, error, status, reason):
    settings.EMAIL_HOST = "smtp.example"
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda *_, **__: (_ for _ in ()).throw(error))
    level(5, "email", target="gestora@seleto.example")
    given()
    clock.shift(timedelta(minutes=6))

    work()

    alarm = HandoffAlarm.objects.get()
    assert (alarm.status, alarm.reason) == (status, reason)


def test_attempts_end_at_a_person(clock, settings):
    settings.HANDOFF_ALARM_MAX_ATTEMPTS = 2
    level(5, "webhook", target=HOOK)
    given()
    clock.shift(timedelta(minutes=6))
    with respx.mock as router:
        router.post(HOOK).respond(503)
        for _ in range(3):
            work()
            clock.shift(timedelta(minutes=2))

    alarm = HandoffAlarm.objects.get()
    assert (alarm.status, alarm.reason, alarm.attempts) == ("parked", "indisponivel:http_503", 2)


@pytest.mark.parametrize(
    ("action", "target"), [("email", "não é e-mail"), ("email", "a@x.example, b"), ("webhook", "ftp://x.example")]
)
def test_a_destination_that_cannot_be_reached_is_refused_in_the_form(db, action, target):
    with pytest.raises(ValidationError, match="target"):
        HandoffLevel(queue="comercial", after_minutes=1, action=action, target=target).full_clean()


@pytest.mark.django_db(transaction=True)
def test_several_workers_raise_a_level_once(heard):
    HandoffLevel.objects.all().delete()
    level(0)
    for _ in range(6):
        given()
    claims = []
    barrier = threading.Barrier(4)

    def worker():
        barrier.wait()
        taken = unattended.claim(10)
        claims.extend(taken)
        for claim in taken:
            unattended.run(claim)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for claim in unattended.claim(10):
        claims.append(claim)
        unattended.run(claim)

    assert len(claims) == len({claim.id for claim in claims}) == 6
    assert len(heard) == 6
    assert set(HandoffAlarm.objects.values_list("status", flat=True)) == {"done"}
