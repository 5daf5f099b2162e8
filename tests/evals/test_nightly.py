"""Every night the day before is looked at: what was sent is counted, compared and, where it matters, alarmed about."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from conversations.evals import nightly
from conversations.models import Conversation, EvalFinding, EvalRun, Handoff, Message
from leads.models import Fact
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.factories import ConversationFactory, MessageFactory

pytestmark = pytest.mark.django_db

Kind = EvalFinding.Kind
# Ten in the morning of a Tuesday where the company is.
DAY = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def talk(*said: tuple[str, str], owner: str = "agent") -> Conversation:
    """(author, text) lines a minute apart, all of them sent."""
    row = ConversationFactory.create(opened_at=DAY, last_message_at=DAY + timedelta(minutes=len(said)), owner=owner)
    for place, (author, text) in enumerate(said):
        MessageFactory.create(
            conversation=row,
            channel=row.channel,
            author=author,
            text=text,
            status=Message.Status.RECEIVED if author == "lead" else Message.Status.READ,
            sent_at=DAY + timedelta(minutes=place),
        )
    return row


def night() -> EvalRun:
    with time_machine.travel(NEXT_MORNING, tick=False):
        assert jobs.run_due(nightly.NAME) == 1
    return EvalRun.objects.get()


def kinds() -> list[str]:
    return [finding.kind for finding in EvalFinding.objects.all()]


def test_a_good_day_is_counted_and_nothing_found() -> None:
    talk(("lead", "a FB300 faz quantos por hora?"), ("agent", "A FB300 produz de 300 a 350 hambúrgueres por hora."))

    row = night()

    assert (row.conversations, row.replies, nightly.findings(row.figures)) == (1, 1, 0)
    assert row.day == DAY.date()
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("A FB300 custa R$ 18.900.", Kind.VIOLATION),
        ("A FB300 atende você. " * 40, Kind.LONG),
        ("De qual cidade você fala?", Kind.ASKED_AGAIN),
    ],
)
def test_what_should_not_have_been_said_is_found(reply: str, kind: str) -> None:
    row = talk(("lead", "oi"), ("agent", reply))
    Fact.objects.create(
        lead=row.lead, field="cidade", value="Itajaí", evidence=Fact.Evidence.GIVEN, source_kind="crm",
        given_by="crm", created_at=DAY - timedelta(days=1),
    )  # fmt: skip

    night()

    assert kinds() == [kind]
    assert EvalFinding.objects.get().conversation == row


def test_a_broken_rule_is_an_alarm_until_a_clean_day() -> None:
    talk(("lead", "oi"), ("agent", "A FB300 custa R$ 18.900."))

    night()

    assert Alert.objects.get(closed_at=None).level == Alert.Level.CRITICAL
    assert "18.900" not in Alert.objects.get().title


def test_a_question_left_alone_is_found() -> None:
    talk(("lead", "oi"), ("agent", "Olá!"), ("lead", "a FB700 tem esteira?"))
    talk(("lead", "a FB700 tem esteira?"), owner="human")

    night()

    assert kinds() == [Kind.UNANSWERED]


def test_a_handover_without_a_word_is_found() -> None:
    silent, told = (
        talk(("lead", "quero um vendedor"), owner="human"),
        talk(("lead", "quero um vendedor"), owner="human"),
    )
    for row in (silent, told):
        Handoff.objects.create(conversation=row, reason="pediu_humano", queue="comercial", opened_at=DAY)
    MessageFactory.create(
        conversation=told, channel=told.channel, author="agent", text="Passando a um consultor.", status="sent",
        sent_at=DAY, created_at=DAY,
    )  # fmt: skip

    night()

    assert [finding.conversation_id for finding in EvalFinding.objects.filter(kind=Kind.NO_NOTICE)] == [silent.id]


def test_a_day_is_scored_once_and_only_after_the_hour() -> None:
    talk(("lead", "oi"), ("agent", "Olá!"))
    with time_machine.travel(DAY + timedelta(hours=1), tick=False):
        assert nightly.next_due() == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
        assert jobs.run_due(nightly.NAME) == 0
    night()

    with time_machine.travel(NEXT_MORNING + timedelta(hours=1), tick=False):
        assert nightly.next_due() is None
        assert jobs.run_due(nightly.NAME) == 0


def test_a_run_whose_process_died_is_taken_over() -> None:
    talk(("lead", "oi"), ("agent", "Olá!"))
    with time_machine.travel(NEXT_MORNING, tick=False):
        assert nightly.claim(1)
        assert nightly.claim(1) == []
        EvalRun.objects.update(leased_until=datetime(2020, 1, 1, tzinfo=UTC))
        assert jobs.run_due(nightly.NAME) == 1

    assert EvalRun.objects.get().finished_at is not None


def test_days_are_compared_with_those_before() -> None:
    EvalRun.objects.create(
        day=DAY.date() - timedelta(days=1), started_at=DAY, finished_at=DAY, replies=100, figures={"longa": 1}
    )
    for _ in range(6):
        talk(("lead", "oi"), ("agent", "A FB300 atende você. " * 40))

    with time_machine.travel(NEXT_MORNING, tick=False):
        jobs.run_due(nightly.NAME)

    assert EvalRun.objects.get(day=DAY.date()).figures["tendencia"] == 0.01
    assert Alert.objects.get(closed_at=None).key == nightly.WORSE


def test_the_sample_is_bounded_and_may_be_switched_off(settings) -> None:
    for _ in range(3):
        talk(("lead", "oi"), ("agent", "Olá!"))
    settings.EVAL_SAMPLE = 0
    with time_machine.travel(NEXT_MORNING, tick=False):
        assert (nightly.next_due(), nightly.claim(1)) == (None, [])
    settings.EVAL_SAMPLE = 2

    assert night().conversations == 2
