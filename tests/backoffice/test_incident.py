"""The draft for the ANPD: counts and kinds, a deadline of working days, nobody's name (LGPD art. 48)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from knowledge import queries
from knowledge.models import Holiday
from seleto.backoffice import incident
from seleto.lib import audit
from tests.admin.conftest import story
from tests.factories import ChannelFactory, now

pytestmark = pytest.mark.django_db


def draft(capsys, *options: str) -> str:
    begin = (now() - timedelta(hours=2)).isoformat()
    call_command("incident_report", "--from", begin, "--to", (now() + timedelta(hours=1)).isoformat(), *options)
    return capsys.readouterr().out


def test_people_and_kinds_are_counted_and_nobody_is_named(capsys):
    told = story()

    text = draft(capsys)

    assert "Pessoas possivelmente afetadas: **1**" in text
    assert "| nome informado | 1 |" in text
    assert "| conteúdo de conversas | 1 |" in text
    for secret in ("Marina", "551100000001", told.conversation.address):
        assert secret not in text


def test_it_is_narrowed_to_a_channel_and_to_who_did_it(capsys):
    told = story()
    other = ChannelFactory.create(slug="outro", instance_id="outra")
    assert "Pessoas possivelmente afetadas: **0**" in draft(capsys, "--channel", other.slug)
    assert "Pessoas possivelmente afetadas: **0**" in draft(capsys, "--actor", "usuário:9")

    audit.record(
        actor="usuário:9", action="lead.export", subject_kind="lead", subject_id=told.lead.pk, detail={}, now=now()
    )
    text = draft(capsys, "--actor", "usuário:9")
    assert "Pessoas possivelmente afetadas: **1**" in text
    assert "| exportou uma lista | 1 |" in text


def test_an_unknown_channel_is_a_mistake(capsys):
    with pytest.raises(CommandError):
        draft(capsys, "--channel", "nenhum")


def test_three_working_days_by_the_houses_holidays():
    thursday = datetime(2026, 11, 26, 15, tzinfo=UTC)

    assert incident.deadline(thursday).date() == date(2026, 12, 1)

    Holiday.objects.create(start_date=date(2026, 11, 30), name="dia da casa", kind=Holiday.Kind.CLOSED)
    queries.clear_cache()
    assert incident.deadline(thursday).date() == date(2026, 12, 2)
