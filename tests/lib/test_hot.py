"""Rows read and written in SQL of our own are the ORM's rows."""

from datetime import timedelta

import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone

from conversations.models import Conversation, Message
from seleto.lib import hot
from tests.factories import ConversationFactory, MessageFactory

pytestmark = pytest.mark.django_db

ROWS, MESSAGES = hot.Table(Conversation), hot.Table(Message)


def read(conversation: Conversation) -> Conversation:
    (row,) = hot.fetch(
        f"SELECT {ROWS.columns('c')} FROM conversations_conversation c WHERE c.id = %s", [conversation.pk]
    )
    return ROWS.made(row)


def values(instance: Conversation | Message) -> dict[str, object]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_a_row_is_the_instance_that_the_orm_makes() -> None:
    conversation = ConversationFactory.create(memory={"notice_given": True, "owed": ["ç"]}, held_at=timezone.now())

    found = read(conversation)

    assert values(found) == values(Conversation.objects.get(pk=conversation.pk))
    assert found == conversation
    assert found.lead.pk == conversation.lead_id


def test_saving_writes_what_changed_and_nothing_else() -> None:
    conversation = ConversationFactory.create(memory={"a": [1]})
    found = read(conversation)
    Conversation.objects.update(summary="escrito por outro")

    found.revision, found.turn_due_at = 7, timezone.now()
    found.memory["a"].append(2)
    ROWS.save(found)
    found.revision = 0
    ROWS.save(found)

    kept = Conversation.objects.get(pk=conversation.pk)
    assert (kept.revision, kept.turn_due_at, kept.memory) == (0, found.turn_due_at, {"a": [1, 2]})
    assert kept.summary == "escrito por outro"


def test_an_instance_of_the_orm_is_saved_whole() -> None:
    conversation = ConversationFactory.create()
    conversation.revision = 3

    ROWS.save(conversation)

    assert Conversation.objects.get(pk=conversation.pk).revision == 3


def test_inserted_rows_are_those_that_the_orm_would_have_made() -> None:
    conversation = ConversationFactory.create()
    rows = [MessageFactory.build(conversation=conversation, channel=conversation.channel, text=text) for text in "ab"]

    MESSAGES.insert(*rows)
    MESSAGES.insert()

    for row in rows:
        assert values(Message.objects.get(pk=row.pk)) == values(row)
        assert not row._state.adding


def test_rows_that_a_condition_chooses_are_changed_and_counted() -> None:
    conversation = ConversationFactory.create(revision=2)
    now = timezone.now() - timedelta(hours=1)

    assert ROWS.change("id = %s AND revision = %s", [conversation.pk, 2], closed_at=now, memory={"x": 1}) == 1
    assert ROWS.change("id = %s AND revision = %s", [conversation.pk, 9], closed_at=None) == 0

    kept = Conversation.objects.get(pk=conversation.pk)
    assert (kept.closed_at, kept.memory) == (now, {"x": 1})


def test_errors_are_djangos_and_take_the_transaction_with_them() -> None:
    conversation = ConversationFactory.create()

    with pytest.raises(DataError), transaction.atomic():
        hot.change("UPDATE conversations_conversation SET revision = 1 / 0 WHERE id = %s", [conversation.pk])

    assert Conversation.objects.get(pk=conversation.pk).revision == conversation.revision


@pytest.mark.django_db(transaction=True)
def test_the_server_keeps_the_plan_of_a_statement() -> None:
    conversation = ConversationFactory.create()
    for _ in range(2):
        read(conversation)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%conversations_conv%%'")
        assert cursor.fetchone() == (1,)
