"""The provider misbehaves: at most once out, and nothing is dropped."""

import pytest
from django.utils import timezone

from conversations.models import Channel, ChatwootLink, Event, Message, Outbox
from seleto.lib.models import Alert
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("faults")


def test_i6_a_send_whose_answer_is_lost_is_settled_by_its_echo(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.writes(lead, "Quero conhecer a FB300.")
    until(lambda: pipe.received(lead), what="the first reply arrives")
    pipe.calm()
    # A reply of one bubble, so that the echo proves this row however late it comes.
    order = Outbox.objects.filter(to=lead).count() + 1
    pipe.fault("*/send-text", drop="after", times=1)

    pipe.writes(lead, "Não me mande mais mensagens.")
    last = Outbox.objects.filter(to=lead, order=order)
    until(lambda: last.filter(status=Outbox.Status.SENT).exists(), what="the echo proves the send")
    pipe.calm()

    row = last.get()
    assert (row.provider_id, row.attempts) == (pipe.received(lead)[-1]["provider_id"], 1)
    assert pipe.told(lead) == [text for reply in pipe.replies(lead) for text in reply]
    assert len(pipe.replies(lead)[1]) == 1
    # The echo is ours and no person's: the agent keeps the conversation.
    assert row.conversation.owner == "agent"
    assert not Message.objects.filter(conversation=row.conversation, author=Message.Author.PHONE).exists()


def test_i6_a_send_lost_without_a_trace_is_shown_and_not_repeated(pipe: Pipe) -> None:
    pipe.fault("*/send-text", drop="before", times=1)
    lead = new_lead()

    pipe.writes(lead, "Quero conhecer a FB300.")
    first = Outbox.objects.filter(to=lead, order=1)
    until(lambda: first.filter(status=Outbox.Status.UNKNOWN).exclude(reason="").exists(), what="the row is shown")
    pipe.calm()

    assert pipe.told(lead) == pipe.replies(lead)[0][1:]
    assert (first.get().status, first.get().attempts) == (Outbox.Status.UNKNOWN, 1)


def test_a_send_refused_twice_by_a_broken_server_leaves_once(pipe: Pipe) -> None:
    pipe.fault("*/send-text", status=500, times=2)
    lead = new_lead()

    pipe.writes(lead, "Quero conhecer a FB300.")
    until(lambda: pipe.received(lead), what="the reply is accepted at last")
    pipe.calm()

    assert pipe.answered_once(lead)
    assert Outbox.objects.get(to=lead, order=1).attempts == 3


def test_a_disconnected_phone_makes_replies_wait_and_its_return_sends_them(pipe: Pipe) -> None:
    pipe.tell("zapi/connection", connected=False)
    until(lambda: Channel.objects.filter(connected=False).exists(), what="the channel is known to be off line")
    assert Alert.objects.filter(key__startswith="channel:", closed_at=None).exists()
    lead = new_lead()
    pipe.writes(lead, "Quero conhecer a FB300.")
    rows = Outbox.objects.filter(to=lead)
    until(lambda: rows.exists(), what="the reply is queued")
    assert {row.status for row in rows} == {Outbox.Status.QUEUED}
    assert pipe.told(lead) == []

    pipe.tell("zapi/connection", connected=True)

    until(lambda: not rows.exclude(status=Outbox.Status.SENT).exists(), what="the reply leaves")
    pipe.calm()
    assert pipe.answered_once(lead)
    assert not Alert.objects.filter(key__startswith="channel:", closed_at=None).exists()


def test_a_phone_that_goes_away_unannounced_is_noticed_and_so_is_its_return(pipe: Pipe) -> None:
    pipe.fault("webhook:DisconnectedCallback", drop="before")
    pipe.fault("webhook:ConnectedCallback", drop="before")
    alert = Alert.objects.filter(key="channel:principal", closed_at=None)

    pipe.tell("zapi/connection", connected=False)
    until(lambda: Channel.objects.filter(slug="principal", connected=False).exists(), what="the watchdog noticed")
    assert alert.exists()
    pipe.tell("zapi/connection", connected=True)
    until(lambda: Channel.objects.filter(slug="principal", connected=True).exists(), what="its return was noticed")

    assert not alert.exists()


def test_a_channel_whose_webhooks_stop_is_found_to_be_deaf(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.writes(lead, "Quero conhecer a FB300.")
    until(lambda: pipe.received(lead), what="the provider accepted a reply")
    link = ChatwootLink.objects.filter(lead__conversations__address=lead, display_id__isnull=False)
    shown = link.values_list("display_id", flat=True)
    until(shown.exists, what="the conversation stands in Chatwoot")
    pipe.calm()
    # What an earlier test heard in an hour that was taken back would be the last sign of life when that hour comes.
    Event.objects.filter(received_at__gt=timezone.now()).update(received_at=timezone.now())
    for kind in ("DeliveryCallback", "ReceivedCallback", "MessageStatusCallback"):
        pipe.fault(f"webhook:{kind}", drop="before")

    pipe.tell("chatwoot/message", conversation=shown.get(), text="Olá! Aqui é a Bianca.")
    deaf = Channel.objects.filter(slug="principal", deaf_since__isnull=False)
    until(deaf.exists, what="the channel is found to be deaf")
    pipe.calm()
    pipe.writes(lead, "Obrigada!")
    until(lambda: not deaf.exists(), what="it hears again")
