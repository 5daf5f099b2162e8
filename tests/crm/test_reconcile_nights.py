"""When leads are compared, how much at once, what is told, and the command; with a CRM in memory."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from crm import drifts, reconcile
from crm.models import CrmSync, Drift, Reconciliation
from leads.models import Orcamento
from seleto.lib import jobs, poison
from seleto.lib.errors import Misconfigured, Unavailable
from seleto.lib.models import Alert
from tests.crm.memory import lead_with, sync

pytestmark = pytest.mark.django_db

# Two in the morning of a Wednesday where the company is.
NIGHT = datetime(2030, 11, 27, 5, 0, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=4)


@pytest.fixture
def leads(crm):
    """Three leads that stand in the CRM, and the calls of that forgotten."""
    found = [lead_with(phone=f"551190000000{number}") for number in range(1, 4)]
    for lead in found:
        sync(lead)
    crm.calls.clear()
    return found


def work(at: datetime = NIGHT) -> int:
    with time_machine.travel(at, tick=False):
        return jobs.run_due(reconcile.NAME)


def compared() -> int:
    return CrmSync.objects.exclude(checked_at=None).count()


def _first_of(night: datetime) -> UUID:
    first = reconcile.queue(night).first()
    assert first is not None
    return first.lead_id


def test_the_night_begins_at_its_hour_and_compares_everybody_once(crm, leads) -> None:
    assert work(NIGHT - timedelta(minutes=1)) == 0
    with time_machine.travel(NIGHT - timedelta(hours=3), tick=False):
        assert reconcile.next_due() == NIGHT

    work()

    row = Reconciliation.objects.get()
    assert (row.leads, row.ended, str(row.day)) == (3, "", "2030-11-27")
    assert row.requests == len(crm.calls)
    assert work(NIGHT + timedelta(minutes=5)) == 0
    with time_machine.travel(NIGHT, tick=False):
        assert reconcile.next_due() == NIGHT + timedelta(days=1)


def test_nothing_is_due_without_a_crm_without_leads_or_when_switched_off(crm, settings, monkeypatch) -> None:
    assert reconcile.next_due() is None
    sync(lead_with())
    assert reconcile.next_due() is not None
    settings.CRM_RECONCILE_REQUESTS = 0
    assert reconcile.next_due() is None


def test_a_night_is_worked_in_slices_that_go_on_where_the_last_one_stopped(crm, leads, settings) -> None:
    settings.CRM_RECONCILE_SLICE_S = 0
    with time_machine.travel(NIGHT, tick=False):
        (run_id,) = reconcile.claim(1)
        reconcile.run(run_id)
        assert (compared(), Reconciliation.objects.get().finished_at) == (0, None)
        settings.CRM_RECONCILE_SLICE_S = 15
        assert reconcile.next_due() == NIGHT
    work()

    assert compared() == 3
    assert Reconciliation.objects.get().finished_at is not None


def test_two_processes_have_one_night_between_them(crm, leads) -> None:
    with time_machine.travel(NIGHT, tick=False):
        assert reconcile.claim(1)
        assert (reconcile.claim(1), reconcile.next_due()) == ([], None)
        Reconciliation.objects.update(leased_until=datetime(2020, 1, 1, tzinfo=UTC))
        assert reconcile.claim(1)


@pytest.mark.parametrize(
    ("change", "at", "ended"),
    [({"CRM_RECONCILE_REQUESTS": 1}, NIGHT, "limite_de_chamadas"), ({}, MORNING, "fim_da_janela")],
)
def test_what_a_night_has_no_time_for_comes_first_in_the_next(crm, leads, settings, change, at, ended) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    with time_machine.travel(NIGHT, tick=False):
        (run_id,) = reconcile.claim(1)
    with time_machine.travel(at, tick=False):
        reconcile.run(run_id)
    assert Reconciliation.objects.get().ended == ended
    left = set(CrmSync.objects.filter(checked_at=None).values_list("lead_id", flat=True))
    assert left

    settings.CRM_RECONCILE_REQUESTS = 1000
    with time_machine.travel(NIGHT + timedelta(days=1), tick=False):
        assert _first_of(NIGHT + timedelta(days=1)) in left


def test_leads_that_changed_since_come_first(crm, leads) -> None:
    CrmSync.objects.update(checked_at=NIGHT, synced_at=NIGHT - timedelta(hours=1))
    CrmSync.objects.filter(lead=leads[2]).update(synced_at=NIGHT + timedelta(hours=1))

    assert _first_of(NIGHT + timedelta(days=1)) == leads[2].pk


def test_a_crm_that_is_down_is_asked_again_later_in_the_same_night(crm, leads) -> None:
    crm.fail = lambda name: Unavailable("circuit_open", retry_after=90)
    work()
    row = Reconciliation.objects.get()
    assert (row.finished_at, row.resume_at, compared()) == (None, NIGHT + timedelta(seconds=90), 0)

    crm.fail = lambda name: None
    assert work(NIGHT + timedelta(seconds=30)) == 0
    work(NIGHT + timedelta(seconds=91))
    assert compared() == 3


def test_a_lead_whose_answers_take_too_long_is_left_out_and_counted(crm, leads, monkeypatch) -> None:
    monkeypatch.setattr("crm.comparing.PATIENCE_S", -1.0)

    told = json.loads(command("--json"))

    assert (told["nao_conferidos"], told["leads"], crm.calls) == (3, 3, [])


def test_a_refused_token_ends_the_night_and_is_told(crm, leads, settings) -> None:
    settings.CRM_REPORT_EMAILS = ["gestora@example.com"]
    crm.fail = lambda name: Misconfigured("http_401", status=401)

    work()

    assert Reconciliation.objects.get().ended == "http_401"
    assert "o CRM recusou o token" in mail.outbox[0].body


def test_one_report_tells_what_is_new_by_kind_and_names_nobody(crm, leads, settings) -> None:
    settings.CRM_REPORT_EMAILS = ["gestora@example.com", "ops@example.com"]
    crm.closed.add(str(Orcamento.objects.get(lead=leads[0]).oportunidade_pipe_id))

    work()

    (message,) = mail.outbox
    assert message.to == ["gestora@example.com", "ops@example.com"]
    assert f"1 × {drifts.CLOSED_THERE}" in message.body
    assert "/admin/crm/drift/?aberta=sim" in message.body
    assert not any(name in message.body for name in ("Patrícia", "Fictícia", "551190000000"))
    assert Alert.objects.get(closed_at=None).key == "crm:drift"

    crm.closed.clear()
    work(NIGHT + timedelta(days=1))
    assert not Alert.objects.filter(closed_at=None).exists()
    work(NIGHT + timedelta(days=2))
    assert len(mail.outbox) == 2  # the second told that it was gone; nothing is no news


def test_a_report_that_cannot_leave_is_an_alert(crm, leads, settings, monkeypatch) -> None:
    settings.CRM_REPORT_EMAILS = ["gestora@example.com"]
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(OSError("no host")))
    crm.closed.update(crm.deals_)

    work()

    assert set(Alert.objects.filter(closed_at=None).values_list("key", flat=True)) == {"crm:drift", "crm:report"}


# --- The command -----------------------------------------------------------------------------------------------------


def command(*args: str) -> str:
    out = StringIO()
    call_command("reconcile_crm", *args, stdout=out)
    return out.getvalue()


def test_the_command_compares_at_once_and_tells_figures(crm, leads) -> None:
    crm.closed.update(crm.deals_)

    told = json.loads(command("--json"))

    assert (told["leads"], told["novas"], told["parou"]) == (3, 3, "")
    assert {row["divergencia"] for row in told["divergencias"]} == {drifts.CLOSED_THERE}
    assert Reconciliation.objects.get().day is None
    assert "3 leads conferidos" in command()


def test_a_dry_run_shows_and_keeps_nothing(crm, leads) -> None:
    crm.closed.update(crm.deals_)

    assert f"3 × {drifts.CLOSED_THERE}" in command("--dry-run")

    assert (Drift.objects.count(), Reconciliation.objects.count(), compared()) == (0, 0, 0)


def test_one_lead_alone_is_compared(crm, leads) -> None:
    assert json.loads(command("--json", "--lead", str(leads[1].pk)))["leads"] == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [(["--lead", "0190aaaa-0000-7000-8000-000000000000"], 2)],
)
def test_wrong_usage_is_told(crm, leads, args, code) -> None:
    with pytest.raises(CommandError) as failure:
        command(*args)

    assert failure.value.returncode == code


def test_a_crm_that_does_not_answer_fails_the_command_with_advice(crm, leads) -> None:
    crm.fail = lambda name: Unavailable("connect_error")

    with pytest.raises(CommandError, match="Sem conexão com o CRM") as failure:
        command()

    assert failure.value.returncode == 1
    assert Reconciliation.objects.get().ended == "connect_error"


def test_a_lead_at_which_the_process_dies_is_left_out_and_the_others_are_compared(crm, leads, monkeypatch) -> None:
    bad, compare = leads[0].pk, reconcile.compare

    def die_at_it(gateway, lead_id, **how):
        if lead_id == bad:
            raise KeyboardInterrupt
        return compare(gateway, lead_id, **how)

    monkeypatch.setattr(reconcile, "compare", die_at_it)
    for day in range(poison.MOST_TRIES):
        CrmSync.objects.update(checked_at=None)
        with pytest.raises(KeyboardInterrupt):
            work(NIGHT + timedelta(days=day))
        Reconciliation.objects.update(leased_until=None)
        work(NIGHT + timedelta(days=day, minutes=1))
        assert compared() == len(leads)
    CrmSync.objects.update(checked_at=None)

    work(NIGHT + timedelta(days=poison.MOST_TRIES))

    assert compared() == len(leads) - 1
    assert Reconciliation.objects.filter(finished_at=None).count() == 0
    assert Alert.objects.filter(key="crm_reconcile:parked", closed_at=None).exists()
