"""Who answers a lead that writes while a person is in charge: by silence, by hour, never at the mere expiry (I5)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from conversations import handoff
from conversations.guardrails import ReviewContext, review
from conversations.models import Conversation, Handoff, Message, Outbox, ResumeRule
from conversations.resume import SILENCE
from conversations.turns.reading import read_state
from knowledge import loader
from knowledge.models import Flag
from leads.models import Fact
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests import zapi

pytestmark = pytest.mark.django_db

# A Tuesday: 20h and 15h in São Paulo; it reopens on Wednesday at 8h.
EVENING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture
def evening(channel):
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def afternoon(channel):
    with time_machine.travel(AFTERNOON, tick=False) as traveller:
        yield traveller


def lead(text="Oi?", **fields):
    zapi.post(zapi.received(text, **fields))
    jobs.run_due("ingest")
    return Conversation.objects.latest("opened_at")


def person(text="Aqui é o Carlos, do comercial."):
    return lead(text, fromMe=True, fromApi=False)


def given(reason=Handoff.Reason.HOT):
    conversation = Conversation.objects.latest("opened_at")
    row = handoff.open_handoff(conversation, reason=reason, now=datetime.now(UTC))
    conversation.save()
    return row


def test_off_hours_the_lead_wakes_the_agent_after_half_an_hour_of_silence(evening):
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=30))

    conversation = lead("Ainda está aí?")

    assert (conversation.owner, conversation.owner_reason) == ("agent", SILENCE)
    assert conversation.turn_due_at is not None
    assert [(row.actor, row.detail) for row in AuditEntry.objects.filter(action="conversation.agent")] == [
        ("sistema", {"reason": SILENCE})
    ]


def test_a_shorter_silence_leaves_it_to_the_person(evening):
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=29))

    conversation = lead("Ainda está aí?")

    assert (conversation.owner, conversation.turn_due_at) == ("human", None)


def test_nothing_happens_when_the_limit_expires_and_nobody_writes(evening):
    lead("Oi")
    conversation = person()
    evening.shift(timedelta(hours=5))

    jobs.run_due()

    conversation.refresh_from_db()
    assert conversation.owner == "human"
    assert not Outbox.objects.exists()


def test_the_silence_counts_from_the_persons_last_message(evening):
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=25))
    person("Vou verificar com a fábrica.")
    evening.shift(timedelta(minutes=25))

    assert lead("Obrigado").owner == "human"


def test_the_silence_counts_from_a_later_pause(evening):
    conversation = lead("Oi")
    evening.shift(timedelta(minutes=40))
    handoff.take_over(conversation, reason="pausa_manual", actor="usuário:1", now=datetime.now(UTC))
    conversation.save()
    evening.shift(timedelta(minutes=20))

    assert lead("Alguém?").owner == "human"


@pytest.mark.parametrize(("minutes", "owner"), [(0, "agent"), (60, "human"), (None, "human")])
def test_a_manager_sets_the_limit(evening, minutes, owner):
    ResumeRule.objects.create(idle_min_off_hours=minutes)
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=45 if minutes != 0 else 0, seconds=1))

    assert lead("E então?").owner == owner


def test_the_settings_hold_until_a_manager_says_otherwise(evening, settings):
    settings.RESUME_IDLE_MIN_OFF_HOURS = 5
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=6))

    assert lead("E então?").owner == "agent"


def test_in_business_hours_only_a_person_gives_it_back(afternoon):
    lead("Oi")
    person()
    afternoon.shift(timedelta(hours=2, minutes=30))

    assert lead("E então?").owner == "human"


def test_in_business_hours_a_limit_may_be_set(afternoon):
    ResumeRule.objects.create(idle_min_business=60)
    lead("Oi")
    person()
    afternoon.shift(timedelta(minutes=61))

    assert lead("E então?").owner == "agent"


def test_a_person_who_wrote_before_the_closing_hour_counts_as_well(afternoon):
    lead("Oi")
    afternoon.shift(timedelta(hours=2, minutes=50))
    person()
    afternoon.shift(timedelta(minutes=31))

    assert lead("E então?").owner == "agent"


def test_what_the_lead_said_since_the_person_is_answered_together(evening):
    lead("Oi")
    person("Já volto.")
    evening.shift(timedelta(minutes=10))
    lead("Qual a produção da FB300?")
    evening.shift(timedelta(minutes=30))

    conversation = lead("Oi?")

    assert texts_to_answer(conversation) == ["Qual a produção da FB300?", "Oi?"]


def test_a_new_session_is_resumed_like_the_old_one(evening):
    lead("Oi")
    person()
    evening.shift(timedelta(hours=25))

    conversation = lead("Voltei")

    assert conversation.previous is not None
    assert (conversation.owner, texts_to_answer(conversation)) == ("agent", ["Voltei"])


def test_a_person_who_writes_at_the_same_time_keeps_it(evening):
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=40))
    conversation = lead("Oi?")

    person("Estou aqui!")

    conversation.refresh_from_db()
    assert (conversation.owner, conversation.turn_due_at) == ("human", None)


def test_a_silenced_agent_does_not_take_it_back(evening):
    lead("Oi")
    person()
    Flag.objects.create(name=Flag.Name.AGENT_ENABLED, scope="global", on=False)
    evening.shift(timedelta(minutes=40))

    assert lead("Oi?").owner == "human"


@pytest.mark.parametrize("fields", [{"text": None, "sticker": {"stickerUrl": "https://x.example/s.webp"}}])
def test_what_needs_no_answer_wakes_nobody(evening, fields):
    lead("Oi")
    person()
    evening.shift(timedelta(minutes=40))

    assert lead(**fields).owner == "human"


# --- A handoff that nobody has picked up ----------------------------------------------------------------------------


def test_a_handoff_nobody_picked_up_is_not_resumed_by_silence(evening):
    lead("Oi")
    row = given()
    evening.shift(timedelta(hours=3))

    conversation = lead("Alguém?")

    row.refresh_from_db()
    assert (conversation.owner, conversation.turn_due_at, row.closed_at) == ("human", None, None)


def test_off_hours_the_lead_is_told_once_when_the_office_opens(evening):
    loader.load()
    lead("Oi")
    given()
    evening.shift(timedelta(minutes=5))

    lead("Alguém?")
    lead("Oi?")

    row = Outbox.objects.get()
    assert "amanhã, às 8h" in row.text
    assert row.survives_handoff
    assert review(row.text, ReviewContext()).ok
    assert [claim.id for claim in jobs.stage("deliver").claim(5)] == [row.id]


def test_the_next_closed_period_brings_the_phrase_once_more(evening):
    lead("Oi")
    given()
    lead("Alguém?")
    evening.shift(timedelta(hours=1))
    lead("Oi?")
    assert Outbox.objects.count() == 1

    evening.shift(timedelta(hours=22))
    lead("Ainda nada?")

    assert Outbox.objects.count() == 2


def test_in_business_hours_the_lead_who_waits_hears_nothing_from_the_agent(afternoon):
    lead("Oi")
    given()

    lead("Alguém?")

    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, is anybody there? I need the machine", "tomorrow, at 8:00"),
        ("Hola, necesito hablar con alguien sobre la máquina", "mañana, a las"),
    ],
)
def test_the_phrase_speaks_the_leads_language(evening, text, words):
    lead("Oi")
    given()

    lead(text)

    assert words in Outbox.objects.get().text


def test_whoever_asks_for_no_more_messages_gets_none(evening):
    lead("Oi")
    given()

    lead("Parar. Não me mande mais mensagens")

    assert not Outbox.objects.exists()


def test_a_person_who_picks_it_up_takes_the_phrase_back(evening):
    lead("Oi")
    row = given()
    lead("Alguém?")

    person()

    row.refresh_from_db()
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED
    assert row.picked_up_at == datetime.now(UTC)


def test_once_picked_up_it_is_resumed_by_silence_and_closed(evening):
    lead("Oi")
    row = given()
    person()
    evening.shift(timedelta(minutes=31))

    conversation = lead("E então?")

    row.refresh_from_db()
    assert (conversation.owner, row.closed_at) == ("agent", datetime.now(UTC))


def test_being_picked_up_without_a_word_counts_as_a_sign_of_the_person(evening):
    lead("Oi")
    given()
    evening.shift(timedelta(hours=1))
    conversation = Conversation.objects.get()
    handoff.take_over(conversation, reason="atribuida", actor="sdr:7", now=datetime.now(UTC))
    conversation.save()
    evening.shift(timedelta(minutes=20))

    assert lead("Oi?").owner == "human"


def test_facts_told_to_whoever_is_in_charge_are_recorded_by_rules(afternoon):
    loader.load()
    lead("Oi")
    given()

    lead("Meu CNPJ é 11.222.333/0001-81 e preciso da FB300")

    assert dict(Fact.objects.values_list("field", "value")) == {"cnpj": "11222333000181", "produto": "FB300"}


def test_after_a_data_subjects_request_nothing_more_is_written_down(afternoon):
    lead("Oi")
    given(Handoff.Reason.PRIVACY)

    lead("Meu e-mail é marina@exemplo.com.br")

    assert not Fact.objects.exists()


# --- What the agent finds when it is back ---------------------------------------------------------------------------


def test_the_context_holds_the_persons_words_and_when_it_was_given_back(evening):
    lead("Oi")
    person("Já enviei o catálogo.")
    evening.shift(timedelta(minutes=40))
    conversation = lead("Recebi, obrigado. E agora?")

    state = snapshot_of(conversation)

    assert [(line.author, line.text) for line in state.history][-1] == ("phone", "Já enviei o catálogo.")
    assert state.resumed_at == datetime.now(UTC)


def test_without_a_person_there_is_nothing_to_mark(evening):
    assert snapshot_of(lead("Oi")).resumed_at is None


def test_an_order_given_twice_closes_the_handoff_once(evening):
    lead("Oi")
    row = given()
    conversation = Conversation.objects.get()

    for _ in range(2):
        handoff.resume(conversation, reason="comando", actor="sdr:7", now=datetime.now(UTC))
        conversation.save()

    row.refresh_from_db()
    assert row.closed_at is not None
    assert AuditEntry.objects.filter(action="conversation.agent", actor="sdr:7").count() == 1


def snapshot_of(conversation):
    return read_state(
        turn_id=conversation.id,
        lease_token=conversation.id,
        conversation_id=conversation.id,
        correlation_id="",
        now=datetime.now(UTC),
    )


def texts_to_answer(conversation):
    return [line.text for line in snapshot_of(conversation).pending]


def test_our_own_echo_does_not_pick_a_handoff_up(evening):
    """A message that looked like a person's and proves to be ours leaves everything as it was."""
    lead("Oi")
    row = given()
    evening.shift(timedelta(seconds=2))
    conversation = person("Vou passar ao consultor.")
    Message.objects.filter(author=Message.Author.PHONE).delete()

    handoff.undo_takeover(conversation, taken_at=datetime.now(UTC), now=datetime.now(UTC))

    row.refresh_from_db()
    assert row.picked_up_at is None
    assert (conversation.owner, conversation.owner_reason) == ("human", "lead_quente")
