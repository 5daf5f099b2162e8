"""The operators' commands: what they change, what they only say, and how they fail."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line

from conversations.models import Conversation, Event, Message, Outbox
from knowledge import flags
from knowledge.models import Flag
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, EventFactory, now, queued

pytestmark = pytest.mark.django_db

NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def run(capsys):
    def command(*words):
        call_command(*words)
        return capsys.readouterr().out

    return command


def failure(*words):
    with pytest.raises(CommandError) as caught:
        call_command(*words)
    return caught.value.returncode, str(caught.value)


@pytest.fixture
def conversation(channel):
    return ConversationFactory.create(channel=channel, revision=1)


def park(row, **fields):
    Outbox.objects.filter(pk=row.pk).update(**{"status": Outbox.Status.PARKED, "reason": "recusada", **fields})
    Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED)
    return row


def test_one_conversation_is_paused_and_given_back(run, conversation):
    said = json.loads(run("pause_agent", "--conversation", str(conversation.pk), "--json"))
    assert Conversation.objects.get().owner == Conversation.Owner.HUMAN

    run("resume_agent", "--conversation", str(conversation.pk))

    assert said == {
        "target": f"conversation:{conversation.pk}",
        "owner": "human",
        "changed": True,
        "dry_run": False,
    }
    assert Conversation.objects.get().owner == Conversation.Owner.AGENT
    assert set(AuditEntry.objects.values_list("action", "actor")) == {
        ("conversation.human", "sistema"),
        ("conversation.agent", "sistema"),
    }


def test_repeating_a_pause_changes_nothing_and_is_no_failure(run, conversation):
    run("pause_agent", "--conversation", str(conversation.pk))

    assert "já estava com uma pessoa" in run("pause_agent", "--conversation", str(conversation.pk))
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(("words", "scope"), [(["--all"], "global"), (["--channel", "principal"], "channel:principal")])
def test_a_scope_is_switched_off_and_on(run, channel, words, scope):
    run("pause_agent", *words)
    assert not flags.is_on("agent_enabled", channel="principal")
    assert Flag.objects.get(scope=scope).note

    said = json.loads(run("resume_agent", *words, "--json"))

    assert flags.is_on("agent_enabled", channel="principal")
    assert said == {"target": scope, "agent_enabled": True, "changed": True, "still_off": [], "dry_run": False}


def test_resuming_everything_names_what_is_still_off(run, channel):
    run("pause_agent", "--all")
    run("pause_agent", "--channel", "principal")

    assert "Continuam desligados: channel:principal" in run("resume_agent", "--all")


@pytest.mark.parametrize("words", [["--all"], ["--channel", "principal"], ["--conversation", "ID"]])
def test_a_dry_run_of_a_pause_changes_nothing(run, conversation, words):
    words = [str(conversation.pk) if word == "ID" else word for word in words]

    assert "ficaria" in run("pause_agent", *words, "--dry-run")

    assert Conversation.objects.get().owner == Conversation.Owner.AGENT
    assert not Flag.objects.exists()
    assert not AuditEntry.objects.exists()


def test_unknown_targets_are_named_with_the_fix(channel, conversation):
    assert failure("pause_agent", "--channel", "outro") == (1, "Não há canal outro: use um destes: principal.")
    code, words = failure("pause_agent", "--conversation", NOBODY)
    assert code == 1
    assert "copie o id" in words
    Conversation.objects.update(closed_at=now())
    ConversationFactory.create(lead=conversation.lead, channel=channel)
    assert "Nada mudou: esta sessão já terminou" in failure("pause_agent", "--conversation", str(conversation.pk))[1]


@pytest.mark.parametrize(
    "words",
    [
        ["pause_agent"],
        ["pause_agent", "--all", "--channel", "principal"],
        ["resume_agent", "--conversation", "nada"],
        ["reprocess_events", "--since", "ontem"],
        ["reprocess_events", "--status", "new"],
        ["requeue_outbox"],
        ["requeue_outbox", "--id", "nada"],
    ],
)
def test_wrong_usage_is_told_apart(words, capsys):
    """As an operator sees it: exit code 2, the reason on standard error, nothing on standard output."""
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", *words])

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.strip()


def test_a_limit_of_nothing_is_wrong_usage():
    assert failure("reprocess_events", "--limit", "0") == (2, "--limit precisa ser 1 ou mais.")


@pytest.fixture
def events(channel):
    def made(status, reason="", age=0):
        return EventFactory.create(
            channel=channel, status=status, reason=reason, attempts=5, received_at=now() - timedelta(hours=age)
        )

    return {
        "json": made(Event.Status.PARKED, "json_ilegivel", age=5),
        "error": made(Event.Status.PARKED, "erro:KeyError", age=3),
        "done": made(Event.Status.DONE, age=1),
        "ignored": made(Event.Status.IGNORED, "grupo", age=1),
        "new": made(Event.Status.NEW),
    }


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], ["error", "json"]),
        (["--status", "done"], ["done"]),
        (["--status", "ignored"], ["ignored"]),
        (["--reason", "erro"], ["error"]),
        (["--limit", "1"], ["json"]),
        (["--since", "SINCE"], ["error"]),
        (["--id", "ignored", "--id", "done"], ["done", "ignored"]),
    ],
)
def test_events_are_chosen_by_what_the_operator_says(run, events, words, chosen):
    since = (now() - timedelta(hours=4)).isoformat()
    words = [str(events[word].pk) if word in events and words[0] == "--id" else word for word in words]
    words = [since if word == "SINCE" else word for word in words]

    said = json.loads(run("reprocess_events", *words, "--json"))

    queued_again = [
        name for name, event in sorted(events.items()) if Event.objects.get(pk=event.pk).status == Event.Status.NEW
    ]
    assert queued_again == sorted([*chosen, "new"])
    assert said == {"reprocessed": len(chosen), "refused": {}, "dry_run": False}


def test_a_dry_run_of_reprocessing_counts_only(run, events):
    assert "Eventos que seriam reprocessados: 2." in run("reprocess_events", "--dry-run")
    assert Event.objects.filter(status=Event.Status.PARKED).count() == 2
    assert not AuditEntry.objects.exists()


def test_a_named_event_that_cannot_be_reprocessed_is_a_failure(events):
    code, words = failure("reprocess_events", "--id", str(events["new"].pk), "--id", NOBODY)

    assert code == 1
    assert "não existe (1)" in words
    assert "ainda não foi processado (1)" in words


def test_a_local_date_is_a_day_in_sao_paulo(run, channel):
    midnight = datetime.fromisoformat("2026-11-24T00:00-03:00")
    for minutes in (-1, 1):
        EventFactory.create(
            channel=channel, status="parked", reason="json", received_at=midnight + timedelta(minutes=minutes)
        )

    assert "reprocessados: 1." in run("reprocess_events", "--since", "2026-11-24", "--dry-run")


def test_parked_messages_are_queued_again_together(run, conversation):
    rows = [park(row) for row in queued(conversation, "um", "dois")]
    doubtful = queued(conversation, "três")[0]
    park(doubtful, status=Outbox.Status.UNKNOWN)

    assert "Mensagens que voltariam para a fila: 2." in run("requeue_outbox", "--parked", "--dry-run")
    assert Outbox.objects.filter(status=Outbox.Status.PARKED).count() == 2
    said = json.loads(run("requeue_outbox", "--parked", "--json"))

    assert said == {"requeued": 2, "refused": {}, "dry_run": False}
    assert {row.pk for row in Outbox.objects.filter(status=Outbox.Status.QUEUED)} == {row.pk for row in rows}


def test_what_may_have_arrived_is_sent_again_only_by_its_id(run, conversation):
    row = park(queued(conversation, "um")[0], status=Outbox.Status.UNKNOWN)

    run("requeue_outbox", "--id", str(row.pk))

    assert Outbox.objects.get().status == Outbox.Status.QUEUED


def test_refusals_are_told_and_only_fail_what_was_named(run, conversation, capsys):
    row = park(queued(conversation, "um")[0])
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)

    call_command("requeue_outbox", "--parked")
    assert "o agente não atende mais" in capsys.readouterr().err

    assert failure("requeue_outbox", "--id", str(row.pk))[0] == 1
