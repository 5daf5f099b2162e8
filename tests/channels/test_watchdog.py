"""A channel that is off line, refused or deaf is found without the provider telling."""

import json
from datetime import timedelta
from io import StringIO

import httpx
import pytest
import respx
from django.core.management import CommandError, call_command

from conversations import channel_cache, connection, watchdog
from conversations.models import Channel, Conversation, Event, Message, MessageTemplate, Outbox
from seleto.lib import circuits, clock, jobs
from seleto.lib.models import Alert
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import ChannelFactory, ConversationFactory, EventFactory, queued

pytestmark = pytest.mark.django_db

ZAPI = "https://api.z-api.io/instances"
GRAPH = "https://graph.facebook.com/v26.0"


@pytest.fixture
def wire():
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex=r".*/queue").mock(return_value=httpx.Response(200, json={"messages": []}))
        yield router


@pytest.fixture
def channel(db, always_open):
    return ChannelFactory.create(connected=True, watched_at=None)


@pytest.fixture
def always_open(db, monkeypatch):
    monkeypatch.setattr("knowledge.calendar.is_open", lambda at: True)


def says(wire, *, connected: bool, error: str = "") -> respx.Route:
    body = {"connected": connected, "smartphoneConnected": connected, "error": error}
    return wire.get(path__regex=r".*/status").mock(return_value=httpx.Response(200, json=body))


def look(channel: Channel) -> watchdog.Found:
    channel_cache.forget()
    return watchdog.look(channel_cache.by_id(channel.pk), now=clock.now())


def sent(channel: Channel, *, minutes_ago: float, **fields) -> Outbox:
    conversation = fields.pop("conversation", None) or ConversationFactory.create(channel=channel)
    at = clock.now() - timedelta(minutes=minutes_ago)
    (row,) = queued(conversation, "Posso ajudar?")
    Outbox.objects.filter(pk=row.pk).update(
        **{"status": Outbox.Status.SENT, "sent_at": at, "created_at": at, "provider_id": f"P{row.order}", **fields}
    )
    row.refresh_from_db()
    return row


def heard(channel: Channel, *, minutes_ago: float, **fields) -> Event:
    return EventFactory.create(channel=channel, received_at=clock.now() - timedelta(minutes=minutes_ago), **fields)


def is_open(key: str) -> bool:
    return Alert.objects.filter(key=key, closed_at=None).exists()


# --- when it is looked at


@pytest.mark.parametrize(("ahead_s", "due"), [(-61, True), (-30, False), (30, False), (3600, True)])
def test_a_clock_that_was_set_back_keeps_nobody_waiting(channel, settings, ahead_s, due):
    settings.CHANNEL_POLL_S = 60
    Channel.objects.update(watched_at=clock.now() + timedelta(seconds=ahead_s))

    assert (watchdog.next_due() <= clock.now()) == due
    assert [watch.id for watch in watchdog.claim(5)] == [channel.pk] * due


# --- the provider's word


def test_a_phone_that_went_away_unannounced_stops_the_channel(channel, wire):
    says(wire, connected=False)

    jobs.run_due("channel_watch")

    channel.refresh_from_db()
    assert (channel.connected, channel.connection_reason) == (False, "disconnected")
    assert is_open("channel:principal")


def test_its_return_lets_the_rows_leave_one_by_one(channel, wire):
    says(wire, connected=True)
    Channel.objects.filter(pk=channel.pk).update(connected=False, connection_reason="desconectado")
    past = clock.now() - timedelta(minutes=10)
    rows = [queued(ConversationFactory.create(channel=channel), "oi")[0] for _ in range(3)]
    Outbox.objects.update(due_at=past)

    look(channel)

    due = sorted(Outbox.objects.filter(pk__in=[row.pk for row in rows]).values_list("due_at", flat=True))
    assert due[1] - due[0] >= timedelta(seconds=connection.RESUME_GAP_S)
    assert due[2] - due[1] >= timedelta(seconds=connection.RESUME_GAP_S)
    channel.refresh_from_db()
    assert channel.connected is True
    assert not is_open("channel:principal")


@pytest.mark.parametrize("reason", [connection.MARKED, connection.RESTRICTED])
def test_what_the_provider_does_not_show_is_not_lifted_by_asking(channel, wire, reason):
    says(wire, connected=True)
    Channel.objects.filter(pk=channel.pk).update(connected=False, connection_reason=reason)

    look(channel)

    channel.refresh_from_db()
    assert channel.connected is False


def test_refused_credentials_are_an_alert(channel, wire):
    wire.get(path__regex=r".*/status").mock(return_value=httpx.Response(403))

    assert look(channel).outcome == "refused"
    assert is_open("channel:principal")


def test_the_alert_of_refused_credentials_ends_even_when_somebody_reset_the_circuit(channel, wire):
    route = wire.get(path__regex=r".*/status").mock(return_value=httpx.Response(401, json={"error": "no"}))
    look(channel)
    assert is_open("channel:principal")

    circuits.reset("zapi:principal")
    route.mock(return_value=httpx.Response(200, json={"connected": True, "smartphoneConnected": True, "error": ""}))
    look(channel)

    assert not is_open("channel:principal")


def test_a_number_of_low_quality_is_an_alert_until_it_recovers(wire, always_open):
    cloud = cloud_channel()
    answers = [httpx.Response(200, json={"quality_rating": rating}) for rating in ("RED", "GREEN")]
    wire.get(f"{GRAPH}/{cloud.instance_id}").mock(side_effect=answers)

    look(cloud)
    assert is_open("quality:nuvem")
    look(cloud)
    assert not is_open("quality:nuvem")


def test_each_channel_is_asked_in_its_turn(channel, wire):
    route = says(wire, connected=True)

    jobs.run_due("channel_watch")
    jobs.run_due("channel_watch")

    assert route.call_count == 1
    assert watchdog.next_due() > clock.now()


# --- what the provider holds


def holds(wire, row: Outbox) -> respx.Route:
    held = {"MessageId": row.provider_id, "ZaapId": "ZAAP1", "Phone": row.to, "Message": row.text}
    wire.post(path__regex=r".*/queue").mock(return_value=httpx.Response(200, json={"messages": [held]}))
    return wire.delete(path__regex=r".*/queue/ZAAP1").mock(return_value=httpx.Response(200, json={"value": True}))


@pytest.mark.parametrize(
    ("minutes_ago", "owner", "reason"),
    [(150, "agent", "velha_demais"), (5, "human", "pessoa_assumiu"), (5, "agent", "")],
    ids=["stale", "taken over", "fresh"],
)
def test_i5_what_is_no_use_any_more_is_taken_from_the_providers_queue(channel, wire, minutes_ago, owner, reason):
    says(wire, connected=False)
    row = sent(channel, minutes_ago=minutes_ago)
    Conversation.objects.update(owner=owner)
    purge = holds(wire, row)

    found = look(channel)

    row.refresh_from_db()
    assert (found.held, found.withdrawn, purge.call_count) == (1, int(bool(reason)), int(bool(reason)))
    assert (row.status, row.reason) == ((Outbox.Status.PARKED, reason) if reason else (Outbox.Status.SENT, ""))
    assert (Message.objects.get(pk=row.message_id).status == Message.Status.FAILED) is bool(reason)


def test_what_a_person_wrote_stays_in_the_queue(channel, wire):
    says(wire, connected=False)
    row = sent(channel, minutes_ago=300, origin=Outbox.Origin.PERSON, reviewed_sha256="")
    purge = holds(wire, row)

    look(channel)

    assert not purge.called


# --- traffic


@pytest.mark.parametrize(
    ("sent_ago", "heard_ago", "deaf"),
    [(4, 60, True), (4, None, True), (4, 3, False), (1, 60, False), (None, 60, False), (4, -60, True)],
    ids=["silence since", "never heard", "heard after", "too soon", "nothing sent", "heard by a wrong clock"],
)
def test_a_channel_that_sends_and_hears_nothing_is_deaf(channel, wire, sent_ago, heard_ago, deaf):
    says(wire, connected=True)
    if heard_ago is not None:
        heard(channel, minutes_ago=heard_ago)
    if sent_ago is not None:
        sent(channel, minutes_ago=sent_ago)

    look(channel)

    channel.refresh_from_db()
    assert (channel.deaf_since is not None) is deaf
    assert is_open("deaf:principal") is deaf


@pytest.mark.parametrize(
    ("leads", "minutes_ago", "delivered", "told"),
    [(3, 20, False, True), (3, 20, True, False), (3, 5, False, False), (2, 20, False, False)],
    ids=["nothing delivered", "one delivered", "too soon", "telephones switched off"],
)
def test_a_channel_whose_messages_are_taken_and_reach_nobody(channel, wire, leads, minutes_ago, delivered, told):
    says(wire, connected=True)
    for number in range(6):
        sent(
            channel, minutes_ago=minutes_ago + 6 - number, to=f"551190000000{number % leads}", provider_id=f"U{number}"
        )
    Message.objects.update(status=Message.Status.SENT, sent_at=clock.now() - timedelta(minutes=minutes_ago))
    heard(channel, minutes_ago=1)
    if delivered:
        Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(status=Message.Status.DELIVERED)

    look(channel)

    assert is_open("undelivered:principal") is told
    if told:
        Message.objects.update(status=Message.Status.READ)
        look(channel)
        assert not is_open("undelivered:principal")


def test_what_people_write_in_chatwoot_is_no_sign_of_life(channel, wire):
    says(wire, connected=True)
    sent(channel, minutes_ago=4)
    heard(channel, minutes_ago=1, kind="chatwoot")

    assert look(channel).deaf_since is not None


def test_the_alert_ends_when_something_is_heard(channel, wire):
    says(wire, connected=True)
    sent(channel, minutes_ago=4)
    look(channel)
    heard(channel, minutes_ago=0)

    look(channel)

    channel.refresh_from_db()
    assert channel.deaf_since is None
    assert not is_open("deaf:principal")


def test_at_night_nobody_is_woken(channel, wire, monkeypatch):
    monkeypatch.setattr("knowledge.calendar.is_open", lambda at: False)
    says(wire, connected=True)
    sent(channel, minutes_ago=4)

    look(channel)

    assert not is_open("deaf:principal")


def test_i5_receipts_without_a_single_echo_mean_that_people_go_unseen(channel, wire):
    says(wire, connected=True)
    conversation = ConversationFactory.create(channel=channel)
    for minute in range(5):
        sent(channel, minutes_ago=10 + minute, conversation=conversation)
    heard(channel, minutes_ago=5, kind="receipt")

    assert look(channel).echoes_missing
    assert is_open("echoes:principal")

    heard(channel, minutes_ago=4, kind="message", status="ignored", reason="eco_proprio")
    assert not look(channel).echoes_missing


# --- commands


def test_check_channels_says_what_it_found_and_fails_when_one_is_wrong(channel, wire):
    says(wire, connected=False)
    out = StringIO()

    with pytest.raises(CommandError, match="principal"):
        call_command("check_channels", "--json", stdout=out)

    row = json.loads(out.getvalue())
    assert (row["channel"], row["outcome"], row["held"]) == ("principal", "disconnected", 0)


def test_check_channels_changes_nothing_when_told_so(channel, wire):
    says(wire, connected=False)
    row = sent(channel, minutes_ago=300)
    purge = holds(wire, row)

    with pytest.raises(CommandError):
        call_command("check_channels", "--dry-run", stdout=StringIO())

    channel.refresh_from_db()
    assert channel.connected is True
    assert not purge.called
    assert not is_open("channel:principal")


def test_webhooks_of_both_providers_are_registered(channel, wire, settings):
    settings.PUBLIC_URL = "https://vendas.example.com"
    cloud = cloud_channel(
        credentials={"access_token": "t", "verify_token": "token-de-verificacao-ficticio", "waba_id": "102"}
    )
    put = wire.put(path__regex=r".*/update-every-webhooks").mock(return_value=httpx.Response(200, json={"value": True}))
    subscribe = wire.post(f"{GRAPH}/102/subscribed_apps").mock(return_value=httpx.Response(200, json={"success": True}))
    out = StringIO()

    call_command("register_webhooks", stdout=out)

    said = out.getvalue()
    told = json.loads(put.calls[0].request.content)
    (secret,) = channel.webhook_secrets.values()
    assert told["value"] == f"https://vendas.example.com/webhooks/zapi/principal/{secret}/"
    assert told["notifySentByMe"] is True
    assert subscribe.called
    assert secret not in said
    assert cloud.credentials["verify_token"] not in said
    assert "https://vendas.example.com/webhooks/whatsapp/nuvem/" in said
    assert "smb_message_echoes" in said


def test_registering_for_show_calls_nobody(channel, wire, settings):
    settings.PUBLIC_URL = "https://vendas.example.com"
    out = StringIO()

    call_command("register_webhooks", "principal", "--dry-run", stdout=out)

    assert "seria registrado" in out.getvalue()
    assert not wire.calls


def test_an_address_no_provider_calls_is_not_registered(channel, wire, settings):
    settings.PUBLIC_URL, settings.SANDBOX = "http://127.0.0.1:8000", False

    with pytest.raises(CommandError, match="Sem registro"):
        call_command("register_webhooks", stdout=StringIO())

    assert not wire.calls


@pytest.mark.parametrize("command", ["register_webhooks", "check_channels"])
def test_a_channel_nobody_knows_is_wrong_usage(channel, command):
    with pytest.raises(CommandError, match="Não há canal vendas") as caught:
        call_command(command, "vendas", stdout=StringIO())

    assert caught.value.returncode == 2


# --- templates


def test_templates_are_read_every_hour_and_follow_the_account(wire, always_open):
    cloud = cloud_channel(credentials={"access_token": "t", "verify_token": "v", "waba_id": "102"}, templates_at=None)
    rows = [{"name": name, "language": "pt_BR", "status": "APPROVED"} for name in ("antigo", "novo")]
    listed = [httpx.Response(200, json={"data": part}) for part in (rows, rows[1:])]
    route = wire.get(path=f"/v26.0/{'102'}/message_templates").mock(side_effect=listed)

    jobs.run_due("templates")
    jobs.run_due("templates")
    assert route.call_count == 1
    Channel.objects.filter(pk=cloud.pk).update(templates_at=clock.now() - timedelta(hours=2))
    jobs.run_due("templates")

    assert list(MessageTemplate.objects.values_list("name", flat=True)) == ["novo"]


def test_an_account_that_cannot_be_read_keeps_what_was_known(wire, always_open):
    cloud = cloud_channel(credentials={"access_token": "t", "verify_token": "v", "waba_id": "102"}, templates_at=None)
    MessageTemplate.objects.create(
        channel=cloud, name="antigo", language="pt_BR", status="approved", read_at=clock.now()
    )
    wire.get(path="/v26.0/102/message_templates").mock(return_value=httpx.Response(503))

    jobs.run_due("templates")

    assert MessageTemplate.objects.filter(name="antigo").exists()
