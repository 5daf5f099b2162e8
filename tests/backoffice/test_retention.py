"""What is not kept for ever: the figures of domain.md, a rehearsal, a receipt, once a day."""

from datetime import timedelta

import pytest
import time_machine

from conversations.models import Conversation, Event, Handoff
from crm.models import CrmCall
from leads.models import ErasureStep, Lead, RetentionRun
from seleto.backoffice import retention
from seleto.lib import jobs, poison
from seleto.lib.models import Alert
from tests.factories import ConversationFactory, EventFactory, IdentityFactory, MessageFactory, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    talk = ConversationFactory.create()
    IdentityFactory.create(lead=talk.lead, value="5511900000011", display_name="Marina Exemplo")
    event = EventFactory.create(channel=talk.channel)
    MessageFactory.create(conversation=talk, event=event, text="Sou a Marina Exemplo")
    CrmCall.objects.create(
        lead_id=talk.lead_id, at=now(), method="GET", endpoint="persons", outcome="ok", duration_ms=1
    )
    return talk


def at(days: int) -> dict[str, int]:
    with time_machine.travel(now() + timedelta(days=days)):
        return retention.apply(actor="sistema", now=now())


def test_bodies_and_calls_go_after_ninety_days_and_the_keys_stay(silent):
    assert not any(at(89).values())

    told = at(91)

    assert (told["event_bodies"], told["crm_calls"]) == (1, 1)
    assert bytes(Event.objects.get().body) == b""
    assert Event.objects.get().key
    assert Conversation.objects.get().messages.get().text == "Sou a Marina Exemplo"


def test_a_silent_lead_is_anonymised_after_a_year_and_gone_after_two(silent):
    assert at(366)["anonymised"] == 1
    assert Conversation.objects.get().messages.get().text == ""
    assert not ErasureStep.objects.filter(store__in=["chatwoot", "crm_pessoa"]).exists()

    assert at(731)["deleted"] == 1
    assert not Lead.objects.exists()
    assert not Conversation.objects.exists()


def test_whoever_waits_for_us_is_kept(silent):
    Handoff.objects.create(conversation=silent, reason=Handoff.Reason.HOT, queue="comercial", opened_at=now())

    assert at(400)["anonymised"] == 0


def test_a_rehearsal_changes_nothing(silent):
    with time_machine.travel(now() + timedelta(days=366)):
        told = retention.apply(actor="sistema", now=now(), dry_run=True)

    assert (told["anonymised"], told["event_bodies"]) == (1, 1)
    assert Lead.objects.get().anonymised_at is None


def test_one_round_a_day_with_its_receipt(silent):
    assert jobs.stage(retention.STAGE).next_due() <= now()
    jobs.run_due(retention.STAGE)
    jobs.run_due(retention.STAGE)

    run = RetentionRun.objects.get()
    assert run.finished_at is not None
    assert run.counts["anonymised"] == 0
    assert retention.next_due() == run.started_at + timedelta(days=1)


def test_a_part_at_which_the_process_dies_keeps_no_other_from_being_done(silent, monkeypatch):
    def die(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(retention, "_delete", die)  # of the CRM's calls, which come before the leads
    for _ in range(poison.MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            at(366)

    told = at(366)

    assert (told["crm_calls"], told["anonymised"]) == (0, 1)
    assert Alert.objects.filter(key="retention_daily:parked", closed_at=None).exists()
