"""What is held of a person beside their messages is found, given to them and erased, store by store."""

from typing import Any

import pytest

from conversations import wrong_replies
from conversations.models import Conversation, EvalCase, WrongReply
from leads.models import Identity
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject
from tests.factories import PHONE, ConversationFactory, IdentityFactory, MessageFactory, now

pytestmark = pytest.mark.django_db

SECRET = "Marina Exemplo"


def store(field: str) -> PersonalData:
    (found,) = [row for row in privacy.registered() if field in row.fields]
    return found


@pytest.fixture
def theirs(channel) -> Conversation:
    conversation = ConversationFactory.create(channel=channel, summary=f"{SECRET} quer a FB300.")
    IdentityFactory.create(lead=conversation.lead, value=PHONE, display_name=SECRET)
    return conversation


@pytest.fixture
def another(channel) -> Conversation:
    conversation = ConversationFactory.create(channel=channel, address="5511900000002", summary="Otávio quer a CT200.")
    IdentityFactory.create(lead=conversation.lead, value="5511900000002", display_name="Otávio Prado")
    return conversation


def subject(conversation: Conversation) -> Subject:
    return Subject(conversation.lead_id, {Identity.Kind.PHONE.value: (PHONE,)})


def marked(conversation: Conversation, words: str) -> WrongReply:
    message = MessageFactory.create(conversation=conversation, author="agent", text="Custa pouco.")
    return wrong_replies.record(message, reason=WrongReply.Reason.PRICE, words=words, by="sdr:1", now=now())


def taken(held: PersonalData, conversation: Conversation) -> tuple[int, Any]:
    """How many rows were found and erased, and what was given out before; nothing is found twice."""
    who = subject(conversation)
    found, given = list(held.find(who)), held.export(who)
    assert held.erase(who) == len(found)
    assert (list(held.find(who)), held.export(who), held.erase(who)) == ([], [], 0)
    return len(found), given


def test_summaries_go_and_are_not_written_anew(theirs, another):
    count, given = taken(store("Conversation.summary"), theirs)

    theirs.refresh_from_db()
    another.refresh_from_db()
    assert (count, given[0]["resumo"]) == (1, f"{SECRET} quer a FB300.")
    assert (theirs.summary, another.summary) == ("", "Otávio quer a CT200.")
    assert theirs.summary_until is not None


def test_the_words_of_who_marked_a_reply_go_and_the_mark_stays(theirs, another):
    report, other = marked(theirs, f"falou preço para {SECRET}"), marked(another, "preço")

    assert taken(store("WrongReply.words"), theirs)[0] == 1

    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.words, report.reason, other.words) == ("", "preco", "preço")


def test_a_case_stays_without_whoever_it_was_made_of(theirs):
    told = [{"from": "lead", "text": f"Aqui é a marina exemplo, {PHONE}, quero 300 por dia"}]
    case = EvalCase.objects.create(
        code="erro-1",
        title=f"Preço dito a {SECRET}",
        data={"turns": told},
        report=marked(theirs, ""),
        created_at=now(),
        updated_at=now(),
    )

    assert taken(store("EvalCase.data"), theirs)[0] == 1

    case.refresh_from_db()
    assert case.report is None
    assert "[removido], [removido], quero 300 por dia" in case.data["turns"][0]["text"]
    assert SECRET not in case.title
