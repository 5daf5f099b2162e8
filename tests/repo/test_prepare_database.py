"""Every command works straight after `make setup`, and says in one sentence what is missing otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django import Settings

from conversations.models import Channel
from knowledge.models import Product
from seleto import bootstrap
from seleto.lib import postgres
from tests import databases

ROOT = Path(__file__).resolve().parent.parent.parent
NOWHERE = "postgres://nobody@127.0.0.1:9/nothing"


def manage(*arguments: str, database_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def embedded(transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The test's database, taken for the embedded one of a checkout."""
    settings.DATABASE_URL = ""
    monkeypatch.setattr(postgres, "ensure_running", lambda *_, **__: {})
    return settings


@pytest.mark.parametrize("arguments", [["help"], ["seed", "--help"], ["--version"], ["check"]])
def test_asking_for_help_needs_no_database(arguments: list[str]) -> None:
    done = manage(*arguments, database_url=NOWHERE)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["extract_facts", "review_replies", "search_knowledge"])
def test_reading_what_is_shipped_needs_no_database(command: str, tmp_path: Path) -> None:
    lines = tmp_path / "in.jsonl"
    lines.write_text('{"id": "a", "messages": ["oi"], "text": "Oi!", "question": "oi"}\n', encoding="utf-8")

    done = manage(command, "--input", str(lines), "--output", "-", database_url=NOWHERE)

    assert done.returncode == 0, done.stderr
    assert '"id": "a"' in done.stdout


def test_reading_what_managers_wrote_needs_it() -> None:
    done = manage("review_replies", "--input", "-", "--output", "-", "--live", database_url=NOWHERE)

    assert done.returncode == 1
    assert "cannot be reached" in done.stderr


def test_an_unknown_command_needs_no_database() -> None:
    done = manage("dance", database_url=NOWHERE)

    assert done.returncode == 1
    assert "Unknown command: 'dance'" in done.stderr


def test_an_unreachable_server_is_one_sentence() -> None:
    done = manage("seed", "--json", database_url=NOWHERE)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == (
        "The database of DATABASE_URL cannot be reached: check the address and that the server runs."
    )


def test_a_server_without_our_tables_is_one_sentence(database_url: str) -> None:
    name = f"seleto_test_empty_{os.getpid()}"
    with psycopg.connect(databases.owner_url(), autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            done = manage("seed", "--json", database_url=database_url.rsplit("/", 1)[0] + f"/{name}")
        finally:
            link.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "run `python manage.py migrate`" in done.stderr


def test_somebody_elses_server_is_not_seeded(database_url: str) -> None:
    done = manage("seed_channel", "--dry-run", database_url=database_url)

    assert "run `python manage.py seed`" in done.stderr
    assert not Product.objects.exists()


def test_an_empty_catalogue_is_seeded_in_silence(embedded: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    bootstrap.prepare_database()

    assert Product.objects.filter(code="FB300").exists()
    assert capfd.readouterr().out == ""


def test_a_filled_catalogue_is_left_alone(embedded: Settings) -> None:
    bootstrap.prepare_database()
    Product.objects.exclude(code="FB300").delete()

    bootstrap.prepare_database()

    assert Product.objects.count() == 1


def test_the_first_channel_comes_from_the_environment(embedded: Settings) -> None:
    embedded.ZAPI_CHANNEL = "vendas"
    embedded.ZAPI_INSTANCE_ID = "INSTANCE"
    embedded.ZAPI_INSTANCE_TOKEN = "token"
    embedded.ZAPI_CLIENT_TOKEN = "client"
    embedded.ZAPI_WEBHOOK_SECRET = "hook"

    bootstrap.prepare_database()

    channel = Channel.objects.get()
    assert (channel.slug, channel.instance_id) == ("vendas", "INSTANCE")
    assert channel.credentials == {"instance_token": "token", "client_token": "client"}
    assert list(channel.webhook_secrets.values()) == ["hook"]


def test_a_half_named_channel_is_not_made(embedded: Settings) -> None:
    embedded.ZAPI_INSTANCE_ID = "INSTANCE"
    embedded.ZAPI_CLIENT_TOKEN = ""

    bootstrap.prepare_database()

    assert not Channel.objects.exists()


def test_a_server_that_cannot_start_is_one_sentence(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise postgres.PostgresError("The embedded PostgreSQL does not start.")

    monkeypatch.setattr(postgres, "ensure_running", fail)

    with pytest.raises(bootstrap.NotReady, match="does not start"):
        bootstrap.prepare_for(["manage.py", "migrate"])


def test_nothing_stays_open_for_a_command_that_forks(embedded: Settings) -> None:
    bootstrap.prepare_database()

    assert connections["default"].connection is None


def test_children_of_a_test_get_its_own_database(database_url: str) -> None:
    with psycopg.connect(database_url) as link:
        row = link.execute("SELECT current_database()").fetchone()

    assert row == (databases.url().rsplit("/", 1)[1],)
