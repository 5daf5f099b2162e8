"""What a person puts right: parked events, stuck messages, unanswered turns, the owner of a conversation (I12)."""

import json
from datetime import timedelta

import httpx
import pytest
import respx

from conversations import outbox, repair
from conversations.ingest import stage as ingest
from conversations.models import Conversation, Event, Message, Outbox, Turn
from knowledge import flags
from knowledge.models import Flag
from seleto.lib import alerts, jobs
from seleto.lib.models import Alert, AuditEntry
from tests import zapi
from tests.factories import ConversationFactory, EventFactory, MessageFactory, TurnFactory, now, queued

pytestmark = pytest.mark.django_db

NOBODY = "01890000-0000-7000-8000-000000000000"


def refused(result):
    assert result.done == 0
    return next(iter(result.refused))


def reprocess(*events):
    return repair.reprocess_events([event.pk for event in events], actor="usuário:1", now=now())


def requeue(*rows):
    return repair.requeue_outbox([row.pk for row in rows], actor="usuário:1", now=now())


def retry(*turns):
    return repair.retry_turns([turn.pk for turn in turns], actor="usuário:1", now=now())


@pytest.fixture
def conversation(channel):
    return ConversationFactory.create(channel=channel, revision=1)


@pytest.fixture
def row(conversation):
    """A bubble the provider refused three hours ago."""
    made = queued(conversation, "Olá!")[0]
    Outbox.objects.filter(pk=made.pk).update(
        status=Outbox.Status.PARKED,
        reason="recusada:http_400",
        attempts=8,
        created_at=now() - timedelta(hours=3),
        provider_id="antigo",
        echo_id="eco",
    )
    Message.objects.filter(pk=made.message_id).update(status=Message.Status.FAILED, provider_id="antigo")
    made.refresh_from_db()
    return made


@pytest.fixture
def parked_turn(conversation):
    MessageFactory.create(conversation=conversation, revision=1)
    return TurnFactory.create(
        conversation=conversation,
        status=Turn.Status.PARKED,
        reason="modelo:timeout",
        read_revision=1,
        finished_at=now(),
        waiting_since=now(),
    )


def test_i12_a_corrected_dead_end_is_worked_again(channel):
    body = json.dumps(zapi.received("Oi, quero a FB300")).encode()
    event = EventFactory.create(channel=channel, body=body, status=Event.Status.PARKED, reason="erro", attempts=5)

    assert reprocess(event).done == 1
    jobs.run_due("ingest")

    event.refresh_from_db()
    assert event.status == Event.Status.DONE
    assert Message.objects.get().text == "Oi, quero a FB300"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_id, entry.actor) == ("event.reprocess", event.pk, "usuário:1")


def test_i12_reprocessing_is_safe_twice(channel):
    """The event of a message that was taken in and answered has no second effect, however often it is worked."""
    zapi.post(zapi.received("Oi, quero a FB300"))
    jobs.run_due("ingest")
    Conversation.objects.update(turn_due_at=None, pending_since=None, answered_revision=1)
    before = Conversation.objects.values().get()

    for _ in range(2):
        assert reprocess(Event.objects.get()).done == 1
        jobs.run_due("ingest")

    assert Message.objects.count() == 1
    assert Conversation.objects.values().get() == before
    assert Event.objects.get().reason == "mensagem_repetida"


def test_an_event_not_yet_worked_is_left_alone(channel):
    event = EventFactory.create(channel=channel, attempts=2)

    assert refused(reprocess(event)) == "ainda não foi processado"
    event.refresh_from_db()
    assert event.attempts == 2


def test_a_requeued_message_is_the_same_row_with_the_same_reviewed_text(row):
    requeue(row)

    again = Outbox.objects.get()
    assert (again.pk, again.text, again.reviewed_sha256, again.order) == (
        row.pk,
        row.text,
        row.reviewed_sha256,
        row.order,
    )
    assert (again.status, again.attempts, again.provider_id, again.echo_id) == (Outbox.Status.QUEUED, 0, "", "")
    assert Message.objects.get().status == Message.Status.QUEUED


def test_a_requeued_message_leaves_once_although_it_is_old(row):
    requeue(row)

    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.return_value = httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        jobs.run_due("deliver")
        jobs.run_due("deliver")

    assert sends.call_count == 1
    assert Outbox.objects.get().status == Outbox.Status.SENT


def test_requeueing_twice_queues_once(row):
    assert requeue(row).done == 1

    assert refused(requeue(row)) == "não está parada"
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("owner", [Conversation.Owner.HUMAN, Conversation.Owner.NOBODY])
def test_i5_the_agent_s_message_stays_where_a_person_is_in_charge(row, owner):
    Conversation.objects.update(owner=owner)

    assert refused(requeue(row)) == "o agente não atende mais esta conversa"
    assert outbox.claim(10) == []


def test_a_person_s_own_message_goes_although_a_person_is_in_charge(row):
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)
    Outbox.objects.update(origin=Outbox.Origin.PERSON)

    assert requeue(row).done == 1
    assert [claim.id for claim in outbox.claim(10)] == [row.pk]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "cancelled"}, "foi cancelada"),
        ({"status": "sent"}, "não está parada"),
        ({"status": "sending"}, "não está parada"),
        ({"status": "unknown", "reason": ""}, "ainda aguarda a confirmação do provedor"),
    ],
)
@pytest.mark.parametrize("service", [repair.requeue_outbox, repair.discard_outbox])
def test_what_is_not_stuck_is_left_alone(row, service, changes, why):
    Outbox.objects.update(**changes)

    assert refused(service([row.pk], actor="usuário:1", now=now())) == why
    assert Outbox.objects.get().status == changes["status"]
    assert not AuditEntry.objects.exists()


def test_a_reply_of_a_session_that_is_over_is_not_sent(row):
    Conversation.objects.update(closed_at=now())

    assert refused(requeue(row)) == "a sessão desta conversa já terminou"


def test_i6_what_may_have_arrived_goes_again_when_a_person_says_so(row):
    Outbox.objects.update(status=Outbox.Status.UNKNOWN, reason="sem_confirmacao")

    assert requeue(row).done == 1
    assert AuditEntry.objects.get().detail["was"] == "unknown"


def test_a_discarded_message_never_leaves_and_is_not_part_of_the_talk(row):
    repair.discard_outbox([row.pk], actor="usuário:1", now=now())

    assert outbox.claim(10) == []
    assert (Outbox.objects.get().status, Outbox.objects.get().reason) == ("cancelled", "descartada")
    assert Message.objects.get().status == Message.Status.CANCELLED


def test_a_discarded_message_that_may_have_arrived_goes_on_saying_so(row):
    Outbox.objects.update(status=Outbox.Status.UNKNOWN, reason="sem_confirmacao")
    Message.objects.update(status=Message.Status.UNKNOWN)

    repair.discard_outbox([row.pk], actor="usuário:1", now=now())

    assert Message.objects.get().status == Message.Status.UNKNOWN


def test_the_alert_ends_with_the_last_stuck_message(conversation, row):
    second = queued(conversation, "Tudo bem?")[0]
    Outbox.objects.filter(pk=second.pk).update(status=Outbox.Status.PARKED, reason="recusada:http_400")
    alerts.open_("outbox:parked", title="Há mensagens paradas", level=Alert.Level.WARNING, now=now())

    requeue(row)
    assert len(alerts.current()) == 1
    repair.discard_outbox([second.pk], actor="usuário:1", now=now())

    assert alerts.current() == []


def test_a_parked_turn_falls_due_again(parked_turn):
    Conversation.objects.update(turn_failures=40)

    assert retry(parked_turn).done == 1

    conversation = Conversation.objects.get()
    assert conversation.turn_failures == 0
    assert conversation.turn_due_at is not None
    assert conversation.pending_since == parked_turn.waiting_since
    assert refused(retry(parked_turn)) == "não há mais o que o agente responda neste turno"
    assert AuditEntry.objects.get().action == "turn.retry"


@pytest.mark.parametrize(
    "changes",
    [{"owner": "human"}, {"closed_at": now()}, {"answered_revision": 1}, {"turn_due_at": now()}],
    ids=["a person answers", "session over", "answered since", "already due"],
)
def test_a_parked_turn_with_nothing_to_answer_is_left_alone(parked_turn, changes):
    Conversation.objects.update(**changes)
    due_at = Conversation.objects.get().turn_due_at

    assert not repair.waiting_for_retry().exists()
    assert retry(parked_turn).done == 0
    assert Conversation.objects.get().turn_due_at == due_at


def test_pausing_takes_back_what_the_agent_had_queued(conversation):
    queued(conversation, "Olá!")

    repair.pause(conversation.pk, actor="usuário:1", now=now())

    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED


def test_what_the_lead_wrote_to_a_person_is_not_answered_afterwards(channel):
    zapi.post(zapi.received("Oi"))
    jobs.run_due("ingest")
    conversation = Conversation.objects.get()
    repair.pause(conversation.pk, actor="usuário:1", now=now())
    zapi.post(zapi.received("Tem alguém aí?"))
    zapi.post(zapi.received("Sim, aqui é o Carlos.", fromMe=True, fromApi=False))
    jobs.run_due("ingest")

    repair.resume(conversation.pk, actor="usuário:1", now=now())

    conversation.refresh_from_db()
    assert (conversation.owner, conversation.turn_due_at) == (Conversation.Owner.AGENT, None)
    assert conversation.answered_revision == conversation.revision


def test_giving_back_what_the_agent_has_does_not_drop_the_lead_s_question(conversation):
    Conversation.objects.update(turn_due_at=now(), pending_since=now())

    with pytest.raises(repair.Refused, match="já atende"):
        repair.resume(conversation.pk, actor="usuário:1", now=now())

    conversation.refresh_from_db()
    assert conversation.turn_due_at is not None
    assert conversation.answered_revision == 0


def test_an_old_session_does_not_decide_who_answers(channel, conversation):
    Conversation.objects.update(closed_at=now())
    current = ConversationFactory.create(lead=conversation.lead, channel=channel)

    with pytest.raises(repair.Refused, match=str(current.pk)):
        repair.pause(conversation.pk, actor="usuário:1", now=now())

    assert not Conversation.objects.filter(owner=Conversation.Owner.HUMAN).exists()


@pytest.mark.parametrize(
    "service", [repair.reprocess_events, repair.requeue_outbox, repair.discard_outbox, repair.retry_turns]
)
def test_rows_that_do_not_exist_are_refused(service):
    assert refused(service([NOBODY], actor="usuário:1", now=now())) == "não existe"


def test_one_refusal_does_not_hold_up_the_others(row, channel):
    result = repair.requeue_outbox([NOBODY, row.pk], actor="usuário:1", now=now())

    assert (result.done, result.refused) == (1, {"não existe": 1})


def test_the_kill_switch_of_a_scope_is_thrown_once(channel):
    def switch(on):
        return repair.switch_agent(on=on, scope="channel:principal", actor="sistema", now=now())

    assert [switch(True), switch(False), switch(False)] == [False, True, False]
    assert not flags.is_on("agent_enabled", channel="principal")
    assert switch(True)
    assert flags.is_on("agent_enabled", channel="principal")
    assert Flag.objects.count() == 1
    assert [entry.action for entry in AuditEntry.objects.order_by("at")] == ["agent.off", "agent.on"]


def test_an_event_that_fails_again_is_parked_again(channel):
    event = EventFactory.create(channel=channel, body=b"isto nao e json", status=Event.Status.PARKED, reason="json")

    reprocess(event)
    for claim in ingest.claim(10):
        ingest.run(claim)

    event.refresh_from_db()
    assert event.status == Event.Status.PARKED
    assert event.reason
