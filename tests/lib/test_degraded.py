"""What does not work is told in words, once, with its beginning; and ends by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from leads.models import RetentionRun
from seleto import degraded, watch
from seleto.lib import alerts, disk, jobs
from seleto.lib.models import Alert, Circuit, Heartbeat
from seleto.state import CLUSTERS, State
from tests import zapi
from tests.factories import ChannelFactory

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AGO = NOW - timedelta(minutes=7)


@pytest.fixture(autouse=True)
def _room(settings: Settings, tmp_path: Path) -> None:
    settings.SANDBOX, settings.DISK_FAULT_FILE = True, tmp_path / "free"
    settings.LLM_FALLBACK_MODEL = ""
    settings.DISK_FAULT_FILE.write_text(str(10**12))


def swept() -> None:
    """The daily round is done: what is late is something else."""
    RetentionRun.objects.create(started_at=NOW, finished_at=NOW, by="sistema")


def alert(key: str, level: Alert.Level = Alert.Level.CRITICAL) -> Alert:
    return Alert(key=key, level=level, opened_at=AGO, title="")


def seen(*raised: Alert, late: float = 0, read_only: bool = False, age: float | None = 1, **circuits: object) -> State:
    return State(
        heartbeat_age={**dict.fromkeys(CLUSTERS, 1.0), "delivery": age},
        stage_late={"turn": late},
        alerts=list(raised),
        circuits={key.replace("__", ":").replace("_", "-"): AGO for key in circuits},
        read_only=read_only,
    )


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        (seen(), []),
        (seen(alert("model")), ["model"]),
        (seen(alert("model"), llm=1, llm_reserva=1), ["model"]),
        (seen(alert("model:slow", Alert.Level.WARNING)), ["slow"]),
        (seen(alert("channel:principal"), zapi__principal=1), ["channel:principal"]),
        (seen(alert("deaf:principal")), ["deaf:principal"]),
        (seen(alert("undelivered:principal")), ["undelivered:principal"]),
        (seen(alert("circuit:piperun"), piperun=1), ["crm"]),
        (seen(chatwoot__019a=1), ["chatwoot"]),
        (seen(transcription=1), ["transcription"]),
        (seen(alert("spend")), ["spending"]),
        (seen(alert("spend", Alert.Level.WARNING), alert("spend:conversation"), alert("outbox:parked")), []),
        (seen(late=3600), ["late:responder leads"]),
        (seen(age=None), ["worker:de entrega"]),
        (seen(read_only=True), ["read_only"]),
    ],
)
def test_several_signs_of_one_trouble_are_one_mode(state: State, keys: list[str]) -> None:
    assert [mode.key for mode in degraded.of(state, now=NOW)] == keys


def test_a_mode_says_since_when_and_with_which_consequence() -> None:
    (mode,) = degraded.of(seen(alert("circuit:piperun"), piperun=1), now=NOW)

    page = render_to_string("admin/backoffice/degraded.html", {"modes": [mode]})
    assert mode.since == AGO
    assert mode.consequence in page
    assert "desde 24/11 08:53" in page


def test_with_a_stand_in_the_first_model_s_rest_is_a_small_trouble(settings: Settings) -> None:
    settings.LLM_FALLBACK_MODEL = "dois"

    (mode,) = degraded.of(seen(llm=1), now=NOW)

    assert (mode.key, mode.critical) == ("stand_in", False)


@pytest.mark.django_db
def test_a_disk_that_fills_up_is_told_and_room_ends_it(settings: Settings) -> None:
    swept()
    settings.DISK_FAULT_FILE.write_text("1000")
    watch.look(now=NOW)
    (mode,) = [mode for mode in degraded.modes(now=NOW) if mode.key == "disk"]
    assert (mode.since, disk.is_low()) == (NOW, True)

    settings.DISK_FAULT_FILE.unlink()
    settings.DISK_MIN_FREE_MB = 1
    watch.look(now=NOW)

    assert alerts.current() == []


@pytest.mark.django_db
def test_outside_the_sandbox_no_file_tells_of_a_disk(settings: Settings) -> None:
    settings.DISK_FAULT_FILE.write_text("1000")
    settings.SANDBOX, settings.DISK_MIN_FREE_MB = False, 1

    assert not disk.is_low()


@pytest.mark.django_db
def test_what_passed_is_no_longer_told() -> None:
    swept()
    for key, ago in (("model:slow", 6), ("worker:delivery", 6), ("worker:background", 11)):
        alerts.open_(key, title="…", level=Alert.Level.WARNING, now=NOW - timedelta(minutes=ago))

    watch.look(now=NOW)

    assert [one.key for one in alerts.current()] == ["worker:delivery"]


@pytest.mark.django_db
def test_the_watch_looks_once_in_its_time() -> None:
    assert list(watch.claim(1)) == [watch.NAME]
    assert list(watch.claim(1)) == []
    due = watch.next_due()
    assert due is not None
    assert due > datetime.now(UTC) + timedelta(seconds=20)


@pytest.mark.django_db
def test_a_webhook_that_cannot_be_stored_is_refused_for_now(client: Client) -> None:
    ChannelFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")

    answer = zapi.post(zapi.received("Oi"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_dead_worker_and_an_open_circuit_are_read_from_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "stages", lambda cluster: [])
    Circuit.objects.create(key="piperun", state=Circuit.State.OPEN, opened_at=AGO, retry_at=NOW)
    Heartbeat.objects.create(name="conversation", beat_at=datetime.now(UTC))

    found = {mode.key: mode.since for mode in degraded.modes(now=NOW)}

    assert found["crm"] == AGO
    assert {key for key in found if key.startswith("worker")} == {"worker:de entrega", "worker:de segundo plano"}
