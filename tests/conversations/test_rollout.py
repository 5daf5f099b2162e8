"""Where the agent may speak: rules of the database that no cache and no race gets around."""

import threading
from datetime import timedelta

import httpx
import pytest
import respx
from django.db import connection, transaction

from conversations import outbox, repair, rollout
from conversations.models import Conversation, Message, Outbox, Turn
from knowledge import loader
from knowledge.models import RolloutPhone, RolloutRule
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests import zapi
from tests.conversations.model import said
from tests.factories import ChannelFactory, ConversationFactory, IdentityFactory, LeadFactory, now, queued, waiting

pytestmark = pytest.mark.django_db
beside = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """The provider and the model; ``sends`` is what reaches the channel."""
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


@pytest.fixture
def sends(world):
    return world.sends


@pytest.fixture
def model(world, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    loader.load()
    return world


def rule(scope="global", share=0, others="shadow") -> RolloutRule:
    return RolloutRule.objects.create(scope=scope, share=share, others=others)


def changed(scope="global", share=0, others="shadow") -> None:
    """As the admin's page does it."""
    with rollout.changing(actor="usuário:1", action="rollout.change", detail={"scope": scope}, now=now()):
        RolloutRule.objects.update_or_create(scope=scope, defaults={"share": share, "others": others})


def mode(conversation) -> str:
    found: str = Conversation.objects.annotate(mode=rollout.mode()).get(pk=conversation.pk).mode
    return found


def elsewhere(function) -> None:
    """On a connection of its own."""

    def work():
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_without_a_rule_the_agent_speaks_everywhere():
    assert mode(ConversationFactory.create()) == "live"


def test_a_share_is_settled_by_the_conversation_and_only_grows():
    channel = ChannelFactory.create()
    talks = [ConversationFactory.create(channel=channel, lead=LeadFactory.create()) for _ in range(60)]
    row = rule(share=30)
    some = {talk.pk for talk in talks if mode(talk) == "live"}
    again = {talk.pk for talk in talks if mode(talk) == "live"}
    row.share = 70
    row.save()
    more = {talk.pk for talk in talks if mode(talk) == "live"}

    assert some == again
    assert 0 < len(some) < len(more) < 60
    assert some < more


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("channel:principal", 0, "shadow")], "shadow"),
        ([("channel:outro", 0, "people")], "live"),
        ([("origin:site", 0, "people"), ("global", 100, "shadow")], "people"),
        ([("global", 0, "shadow"), ("channel:principal", 0, "people")], "people"),
        ([("global", 0, "shadow"), ("channel:principal", 100, "people")], "shadow"),
    ],
)
def test_the_most_restrictive_of_the_rules_that_apply_wins(rules, expected):
    conversation = ConversationFactory.create(channel=ChannelFactory.create(origin="site"))
    for scope, share, others in rules:
        rule(scope, share, others)

    assert mode(conversation) == expected


def test_a_released_phone_is_answered_whatever_the_rules_say():
    rule(share=0, others="people")
    lead = LeadFactory.create()
    IdentityFactory.create(lead=lead, value="5511900000007")
    conversation = ConversationFactory.create(lead=lead)
    before = mode(conversation)
    RolloutPhone.objects.create(phone="5511900000007")

    assert (before, mode(conversation)) == ("people", "live")


def test_no_turn_is_taken_where_the_agent_may_not_speak(model, sends):
    conversation = waiting()
    rule(others="people")

    jobs.run_due("turn", "deliver", "shadow")

    assert not model.called
    assert not sends.called
    assert not Turn.objects.filter(conversation=conversation).exists()


def test_the_database_cancels_what_any_path_queues_there():
    conversation = ConversationFactory.create()
    rule()

    (row,) = queued(conversation, "Olá!")

    row.refresh_from_db()
    row.message.refresh_from_db()
    assert (row.status, row.reason) == ("cancelled", rollout.NOT_RELEASED)
    assert row.message.status == Message.Status.CANCELLED
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations_outbox SET status = 'queued'")
    assert not Outbox.objects.exclude(status="cancelled").exists()


def test_no_sender_is_handed_what_was_queued_before_the_rule(sends):
    (row,) = queued(ConversationFactory.create(), "Olá!")
    rule()  # nobody took anything back

    assert outbox.claim(5) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations_outbox SET status = 'sending' WHERE id = %s", [row.pk])
    jobs.run_due("deliver")

    row.refresh_from_db()
    assert row.status == "queued"
    assert outbox.next_due() is None
    assert not sends.called


def test_what_people_write_leaves_in_the_shadow_too(sends):
    conversation = ConversationFactory.create(owner="human")
    rule()
    with transaction.atomic():
        outbox.enqueue_person(conversation, "Bom dia, aqui é a Rute.", chatwoot_id=1, now=now())
        conversation.save()

    jobs.run_due("deliver")

    assert sends.called


@beside
def test_switching_while_the_model_thinks_sends_nothing(model, sends):
    conversation = waiting()

    def switch(request):
        elsewhere(changed)
        return said("Olá! Como posso ajudar?")

    model.side_effect = switch
    jobs.run_due("turn", "deliver")

    turn = Turn.objects.get(conversation=conversation)
    assert (turn.status, turn.reason) == ("discarded", rollout.NOT_RELEASED)
    assert not Outbox.objects.exists()
    assert not sends.called


@beside
def test_switching_between_commit_and_sending_takes_the_reply_back(model, sends, monkeypatch):
    waiting()
    model.side_effect = lambda request: said("Olá! Como posso ajudar?")
    taking = outbox.claim

    def late(limit, *, only=None):
        if not RolloutRule.objects.exists():
            elsewhere(changed)
        return taking(limit, only=only)

    monkeypatch.setattr(outbox, "claim", late)
    jobs.run_due("turn", "deliver")

    assert set(Outbox.objects.values_list("status", "reason")) == {("cancelled", rollout.NOT_RELEASED)}
    assert set(Message.objects.filter(author="agent").values_list("status", flat=True)) == {"cancelled"}
    assert not sends.called


@beside
def test_a_reply_committed_beside_the_switch_is_not_sent(sends):
    conversation = ConversationFactory.create()
    with transaction.atomic():
        (row,) = queued(conversation, "Olá!")
        elsewhere(changed)  # does not see the row, which is not committed

    jobs.run_due("deliver")

    row.refresh_from_db()
    assert row.status == "queued"
    assert not sends.called


def test_a_stopped_row_may_not_be_sent_again_there():
    (row,) = queued(ConversationFactory.create(), "Olá!")
    Outbox.objects.update(status="parked", reason="recusada:http_400")
    rule()

    result = repair.requeue_outbox([row.pk], actor="usuário:1", now=now())

    assert result.refused == {"o agente não está liberado para esta conversa": 1}


def test_going_live_answers_who_just_wrote_and_leaves_old_words_to_people():
    rule()
    fresh, old = waiting(), waiting(lead=LeadFactory.create())
    Conversation.objects.filter(pk=old.pk).update(turn_due_at=now() - timedelta(hours=2))

    changed(share=100)

    due = set(Conversation.objects.exclude(turn_due_at=None).values_list("pk", flat=True))
    assert due == {fresh.pk}
    entry = AuditEntry.objects.get(action="rollout.change")
    assert (entry.actor, entry.detail) == ("usuário:1", {"scope": "global"})


def test_the_light_says_what_a_lead_meets():
    channel = ChannelFactory.create(origin="site")

    def light():
        return rollout.light(channel, **rollout.state_of_rules())

    everybody = light()
    changed("origin:site", share=30)
    part = light()
    changed("global", share=0, others="people")
    people = light()
    repair.switch_agent(on=False, scope="channel:principal", actor="usuário:1", now=now())

    assert everybody == ("live", "responde a todos")
    assert part == ("part", "responde a 30 % das conversas; às outras, sombra")
    assert people == ("people", "só pessoas: nada é enviado")
    assert light() == ("off", "desligado neste canal")
