"""A copy is whole or none, opens with one key alone, and a restored one does nothing twice."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from conversations.models import Conversation, Message, Outbox, Turn
from knowledge import flags
from seleto.backup import copies, sealing, server, settling
from seleto.backup.server import BackupError
from seleto.lib import jobs
from tests import zapi
from tests.factories import ChannelFactory, PromptFactory, queued, waiting

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _key(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_IDENTITY, settings.BACKUP_RECIPIENT = sealing.new_key()
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "copies", tmp_path / "media"
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True)
    (settings.MEDIA_ROOT / "ab" / "nota.ogg").write_bytes(b"som" * 1000)


def run(command: str, *arguments: str) -> Any:
    output = io.StringIO()
    call_command(command, *arguments, "--json", stdout=output)
    return json.loads(output.getvalue())


@pytest.fixture
def empty() -> Iterator[server.Target]:
    """A second database."""
    target = server.owned()
    beside = target.renamed(f"{target.name}_copy")
    copies.drop(beside)
    copies.create(beside)
    yield beside
    copies.drop(beside)


@pytest.mark.django_db(transaction=True)
def test_a_copy_comes_back_as_it_was_and_nothing_readable_lies_on_the_disk(
    settings: Settings, empty: server.Target, tmp_path: Path
) -> None:
    waiting("Quero a formadora de Itajaí")
    made = run("backup")

    copy = copies.listed(settings.BACKUP_DIR)[0]
    copies.restore(copy, empty, settings.BACKUP_IDENTITY, media=tmp_path / "back")

    lying = b"".join(path.read_bytes() for path in copy.path.iterdir())
    assert b"Itaja" not in lying
    assert b"somsom" not in lying
    with empty.connect() as link:
        assert link.execute("SELECT text FROM conversations_message").fetchall() == [("Quero a formadora de Itajaí",)]
        assert {label: copies.count(link, label) for label in copies.COUNTED} == made["rows"]
    assert (tmp_path / "back" / "ab" / "nota.ogg").read_bytes() == b"som" * 1000
    with pytest.raises(BackupError, match="não está vazio"):
        copies.restore(copy, empty, settings.BACKUP_IDENTITY, media=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["flipped", "cut", "key", "manifest"])
def test_what_is_not_whole_restores_nothing(settings: Settings, empty: server.Target, harm: str) -> None:
    run("backup")
    copy, identity = copies.listed(settings.BACKUP_DIR)[0], settings.BACKUP_IDENTITY
    path = copy.path / "database.age"
    data = path.read_bytes()
    if harm == "flipped":
        path.write_bytes(data[:-100] + bytes([data[-100] ^ 1]) + data[-99:])
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "key":
        identity, _ = sealing.new_key()
    else:
        (copy.path / "manifest.json").write_text("{}")

    with pytest.raises(BackupError):
        copies.restore(copies.read(copy.path), empty, identity, media=None)

    with empty.connect() as link:
        assert link.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_the_drill_restores_replays_and_finds_nothing_twice(settings: Settings) -> None:
    settings.LLM_API_KEY = ""
    ChannelFactory.create()
    PromptFactory.create()
    zapi.post(zapi.received("Bom dia", messageId="ANTES1"))
    jobs.run_due("ingest")
    run("backup")
    zapi.post(zapi.received("Ainda estão aí?", messageId="DEPOIS1"))
    jobs.run_due("ingest")

    proof = run("restore_drill")

    assert proof["ok"]
    assert proof["settled"]["waiting"] == 1
    assert proof["replayed"] == {"events": 2, "new": 1, "repeated": 0, "leaving": 0, "missing": 0}
    assert Message.objects.count() == 2
    assert Conversation.objects.get().turn_due_at is not None  # what is in use was not touched


@pytest.mark.django_db
def test_a_restored_state_does_nothing_by_itself() -> None:
    PromptFactory.create()
    conversation = waiting("Oi")
    (leaving,) = queued(conversation, "Posso ajudar?")

    settled = settling.settle(now=datetime.now(UTC))

    leaving.refresh_from_db()
    conversation.refresh_from_db()
    assert settled == {"unknown": 1, "waiting": 1, "follow_ups": 0}
    assert (leaving.status, leaving.reason) == (Outbox.Status.UNKNOWN, "restaurado")
    assert not flags.is_on("agent_enabled", channel="principal", origin="")
    assert jobs.run_due("turn", "deliver", "follow_up", "hold") == 0
    assert list(Turn.objects.values_list("status", "reason")) == [("parked", "restaurado")]


def test_old_copies_go_and_the_newest_stay(tmp_path: Path) -> None:
    for days in (1, 20, 30, 40):
        path = tmp_path / f"seleto-{days}"
        path.mkdir()
        manifest = {
            "format": 1,
            "created_at": (NOW - timedelta(days=days)).isoformat(),
            "files": {},
            "rows": {},
            "migrations": {},
        }
        (path / "manifest.json").write_text(json.dumps(manifest))

    dropped = copies.drop_old(tmp_path, now=NOW, keep_days=14, keep_least=2)

    assert sorted(dropped) == ["seleto-30", "seleto-40"]
    assert [copy.path.name for copy in copies.listed(tmp_path)] == ["seleto-1", "seleto-20"]


@pytest.mark.django_db
def test_without_a_key_nothing_is_copied(settings: Settings) -> None:
    settings.BACKUP_RECIPIENT = ""

    with pytest.raises(CommandError, match="--new-key"):
        call_command("backup")

    assert not settings.BACKUP_DIR.exists()


def test_passwords_are_no_arguments_and_not_shown() -> None:
    target = server.named("postgres://u:segredo@db.example:5433/vendas?sslmode=require")

    assert "segredo" not in repr(target)
    assert target.environment()["PGPASSWORD"] == "segredo"
    assert (target.environment()["PGSSLMODE"], server.named(target.url())) == ("require", target)
