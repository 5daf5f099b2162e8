"""A process that stands still with a transaction open holds up nobody for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection
from psycopg import errors

from conversations.models import Conversation
from seleto.lib import sessions
from tests.factories import ConversationFactory

LIMITS = {"idle_in_transaction_s": 0.2, "statement_s": 60, "lock_s": 30, "keepalive_s": 15}


@contextmanager
def host(**limits: float) -> Iterator[psycopg.Connection[Any]]:
    """A connection as another host opens it."""
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "options", "prepare_threshold"):
        parameters.pop(ours, None)
    limited: dict[str, Any] = sessions.with_limits(parameters, **{**LIMITS, **limits})
    with psycopg.connect(**limited) as link:
        yield link


def take(link: psycopg.Connection[Any], talk: Conversation) -> None:
    link.execute("SELECT FROM conversations_conversation WHERE id = %s FOR UPDATE", [talk.pk])


@pytest.mark.django_db(transaction=True)
def test_a_row_in_the_hand_of_a_frozen_host_is_free_again() -> None:
    talk = ConversationFactory.create()
    with host() as frozen, host() as other:
        take(frozen, talk)

        take(other, talk)  # waits for as long as the first may say nothing

        with pytest.raises(errors.IdleInTransactionSessionTimeout):
            frozen.execute("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_without_a_limit_it_is_held_for_as_long_as_the_host_stands() -> None:
    talk = ConversationFactory.create()
    with host(idle_in_transaction_s=0) as frozen, host(lock_s=0.4) as other:
        take(frozen, talk)

        with pytest.raises(errors.LockNotAvailable):
            take(other, talk)


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_is_ended() -> None:
    with host(statement_s=0.05) as link, pytest.raises(errors.QueryCanceled):
        link.execute("SELECT pg_sleep(5)")


@pytest.mark.django_db
def test_every_connection_of_ours_has_the_limits_of_the_settings() -> None:
    asked = ("idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(asked)])
        found = dict(cursor.fetchall())

    seconds = (configured.DATABASE_IDLE_IN_TRANSACTION_S, configured.DATABASE_STATEMENT_S, configured.DATABASE_LOCK_S)
    assert [float(found[name]) / 1000 for name in asked] == list(seconds)
    assert all(seconds)


@pytest.mark.django_db
def test_a_migration_may_take_its_time() -> None:
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout') <> '0'")
        assert cursor.fetchone() == ("0", True)
    connection.close()


def test_what_the_address_asks_for_wins_and_nothing_is_sent_that_nobody_wants() -> None:
    nothing = dict.fromkeys(LIMITS, 0.0)
    options = {"sslmode": "require", "options": "-c lock_timeout=7000", "keepalives_idle": 3}

    assert sessions.with_limits(options, **nothing) == options
    told = sessions.with_limits(options, **LIMITS)
    assert (told["sslmode"], told["keepalives_idle"]) == ("require", 3)
    assert str(told["options"]).endswith("-c lock_timeout=7000")
