"""Long work over many rows: once each, however often its worker dies, and taken back when it was only tried."""

from collections import Counter

import pytest

from conversations.models import Event
from seleto.backoffice import parked, runs
from seleto.backoffice.models import BulkRun
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests.factories import ChannelFactory, EventFactory, now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def events():
    channel = ChannelFactory.create()
    return [
        EventFactory.create(channel=channel, key=f"k{number}", status=Event.Status.PARKED, reason="erro:ValueError")
        for number in range(3)
    ]


@pytest.fixture
def deeds(monkeypatch):
    """A kind of work that notes what it did, and does what a test puts into ``deeds.before``."""

    class Deeds(list):
        before = staticmethod(lambda key: None)

    noted = Deeds()

    def work(run, piece):
        for key in piece:
            noted.before(key)
            noted.append(key)
        return Counter({"recusada": 1}) if piece == ["b"] else {}

    monkeypatch.setitem(runs._kinds, "teste", runs.Kind(name="teste", work=work))
    return noted


def begun(kind="teste", keys=("a", "b", "c"), **fields) -> BulkRun:
    return runs.start(kind, keys, title="Teste", actor="usuário:1", by="rute", now=now(), **fields)


def expire(run) -> None:
    BulkRun.objects.filter(pk=run.pk).update(leased_until="2000-01-01T00:00Z")


def test_every_row_is_worked_and_what_was_refused_is_told(deeds):
    run = begun()

    jobs.run_due("bulk_run")

    run.refresh_from_db()
    assert deeds == ["a", "b", "c"]
    assert (run.status, run.position, run.done, run.refused) == ("done", 3, 2, {"recusada": 1})
    assert run.percent == 100


def test_a_worker_that_dies_repeats_nothing(deeds):
    run = begun()

    def die(key):
        if key == "b":
            raise RuntimeError

    deeds.before = die
    with pytest.raises(RuntimeError):
        jobs.run_due("bulk_run")
    deeds.before = lambda key: None
    expire(run)
    jobs.run_due("bulk_run")

    assert deeds == ["a", "b", "c"]


def test_a_row_that_always_fails_is_passed_over_and_told(deeds):
    run = begun()

    def die(key):
        if key == "b":
            raise RuntimeError

    deeds.before = die
    for _ in range(runs.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            jobs.run_due("bulk_run")
        expire(run)
    jobs.run_due("bulk_run")

    run.refresh_from_db()
    assert deeds == ["a", "c"]
    assert (run.status, run.refused) == ("done", {runs.GAVE_UP: 1})


def test_a_worker_that_lost_the_run_does_no_more(deeds):
    run = begun()
    (slow,) = runs.claim(1)
    expire(run)
    (quick,) = runs.claim(1)

    runs.work(quick)
    runs.work(slow)

    assert deeds == ["a", "b", "c"]


def test_a_run_that_was_stopped_keeps_what_is_done(deeds):
    run = begun()
    deeds.before = lambda key: key == "b" and runs.cancel(run.pk, actor="usuário:1", now=now())
    BulkRun.objects.filter(pk=run.pk).update(status="cancelled", finished_at=now())

    jobs.run_due("bulk_run")

    assert deeds == []
    assert not runs.cancel(run.pk, actor="usuário:1", now=now())


def test_a_dry_run_counts_and_changes_nothing(events):
    source = parked.source("evento")
    keys = parked.keys(source, None)
    run = parked.begin(source, keys, dry_run=True, actor="usuário:1", by="rute", now=now())

    jobs.run_due("bulk_run")

    run.refresh_from_db()
    assert (run.done, run.status) == (3, "done")
    assert Event.objects.filter(status=Event.Status.PARKED).count() == 3
    assert not AuditEntry.objects.exists()


def test_what_was_tried_can_be_done_and_doing_it_twice_is_harmless(events):
    source = parked.source("evento")
    tried = parked.begin(source, parked.keys(source, None), dry_run=True, actor="usuário:1", by="rute", now=now())
    jobs.run_due("bulk_run")

    first, again = (runs.for_real(tried, actor="usuário:1", by="rute", now=now()) for _ in range(2))
    jobs.run_due("bulk_run")

    first.refresh_from_db()
    again.refresh_from_db()
    assert (first.done, again.done) == (3, 0)
    assert again.refused == {"ainda não foi processado": 3}
    assert AuditEntry.objects.filter(action="event.reprocess", actor="usuário:1").count() == 3


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        begun(kind="nada")
