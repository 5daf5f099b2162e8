"""The doors that watchers knock at: alive, ready, figures."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from seleto import health, state
from seleto.lib import alerts, clock, jobs
from seleto.lib.models import Alert, Circuit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime | None]:
    """What each stage answers about its earliest due row; the test's own stages replace the apps'."""
    due: dict[str, datetime | None] = {"ingest": None, "deliver": None}

    def stage(name: str, cluster: str) -> jobs.Stage[int]:
        return jobs.Stage(
            name=name, cluster=cluster, claim=lambda n: [], run=lambda item: None, next_due=lambda: due[name]
        )

    kept = {"conversation": [stage("ingest", "conversation")], "delivery": [stage("deliver", "delivery")]}
    monkeypatch.setattr(jobs, "stages", lambda cluster: kept.get(cluster, []))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return due


def beat(*, age_s: float = 0, names: tuple[str, ...] = health.CLUSTERS) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "INSERT INTO lib_heartbeat (name, beat_at) VALUES (%s, now() - %s * interval '1 second')", [name, age_s]
            )


def test_alive_means_this_process_answers_and_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_every_cluster_beats(client: Client, due: dict[str, datetime | None]) -> None:
    beat(age_s=3)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["degraded"]) == ("ready", [])
    assert body["checks"]["database"] == body["checks"]["migrations"] == "ok"
    assert {name: worker["ok"] for name, worker in body["checks"]["workers"].items()} == dict.fromkeys(
        ("conversation", "delivery", "background"), True
    )
    assert body["checks"]["stages"] == {"ingest": {"late_s": 0.0}, "deliver": {"late_s": 0.0}}


@pytest.mark.django_db
@pytest.mark.parametrize("age_s", [31, None])
def test_not_ready_when_a_cluster_is_silent(
    client: Client, due: dict[str, datetime | None], age_s: float | None
) -> None:
    beat(names=("conversation", "background"))
    if age_s is not None:
        beat(names=("delivery",), age_s=age_s)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "unready"
    workers = answer.json()["checks"]["workers"]
    assert [name for name, worker in workers.items() if not worker["ok"]] == ["delivery"]


@pytest.mark.django_db
def test_degraded_names_alerts_circuits_and_late_stages(client: Client, due: dict[str, datetime | None]) -> None:
    beat()
    alerts.open_("zapi:principal:off", title="WhatsApp desconectado", level=Alert.Level.CRITICAL, now=NOW)
    Circuit.objects.create(key="llm", state="open", failures=5, opened_at=NOW, retry_at=NOW)
    Circuit.objects.create(key="zapi:principal", state="closed", failures=2)
    due["ingest"] = NOW - timedelta(seconds=61)
    due["deliver"] = NOW + timedelta(hours=1)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["degraded"] == ["alert:zapi:principal:off", "circuit:llm", "late:ingest"]
    assert answer.json()["checks"]["stages"] == {"ingest": {"late_s": 61.0}, "deliver": {"late_s": 0.0}}
    assert "desconectado" not in answer.content.decode()


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beat()
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'crm' OR app = 'sessions'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "missing")
    assert not health._migrated


def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise OperationalError("connection to server at 10.0.0.1, user app, failed")

    monkeypatch.setattr(health, "_is_migrated", refuse)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unready", "checks": {"database": "unreachable"}, "degraded": [], "modes": []}


@pytest.mark.django_db
def test_not_ready_while_the_database_takes_no_writing(client: Client, due: dict[str, datetime | None]) -> None:
    beat()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "read_only")
    assert [mode["mode"] for mode in answer.json()["modes"]] == ["read_only"]


@pytest.mark.django_db
def test_asking_costs_few_statements(
    client: Client, due: dict[str, datetime | None], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")

    with django_assert_num_queries(3):
        client.get("/readyz")


@pytest.mark.django_db
def test_figures_cover_counters_and_rows(client: Client, due: dict[str, datetime | None]) -> None:
    beat(age_s=3)
    alerts.open_("disk", title="Disco cheio", level=Alert.Level.WARNING, now=NOW)
    due["ingest"] = NOW - timedelta(seconds=7)

    text = client.get("/metrics").content.decode()

    assert 'seleto_alerts_open{level="warning"} 1.0' in text
    assert 'seleto_stage_late_seconds{stage="ingest"} 7.0' in text
    assert 'seleto_heartbeat_age_seconds{cluster="delivery"} 3' in text
    assert "seleto_database_up 1.0" in text
    assert 'seleto_alerts_opened_total{level="warning"}' in text


def test_figures_tell_that_the_database_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*, now: datetime) -> state.State:
        raise OperationalError

    monkeypatch.setattr(state, "read", refuse)

    text = client.get("/metrics").content.decode()

    assert "seleto_database_up 0.0" in text
    assert "seleto_alerts_open{" not in text


@pytest.mark.django_db
def test_figures_are_for_the_machine_itself_unless_there_is_a_token(client: Client, settings: Settings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401

    settings.METRICS_TOKEN = "um-segredo"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer outro"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer um-segredo"}).status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_the_doors_only_answer_questions(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
