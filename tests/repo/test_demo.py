"""`make demo`, as far as it can be seen without starting everything."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from pypdf import PdfReader
from pytest_django import Settings

from conversations.media import files as media_files
from conversations.models import Channel, Handout
from knowledge import loader
from seleto import demo
from seleto.lib import postgres, tokens
from seleto.lib.models import ApiToken

PORTS = {"DEMO_PORT": 8123, "SANDBOX_PORT": 8124}


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo of a throw-away checkout: the real one may be running beside the tests."""
    state = tmp_path / ".data"
    state.mkdir()
    monkeypatch.setattr(demo, "CHECKOUT", tmp_path)
    monkeypatch.setattr(demo, "STATE", state)
    for name, file in (("_SECRETS", "demo.env"), ("_LOG", "demo.log"), ("_LOCK", "demo.lock"), ("_PHONE", "s.json")):
        monkeypatch.setattr(demo, name, state / file)
    monkeypatch.setattr(postgres, "stop", lambda *_, **__: False)
    for key in ("LLM_API_KEY", "LLM_API_KEY_FILE", "LLM_BASE_URL", "LLM_MODEL", "DATABASE_URL"):
        monkeypatch.delenv(key, raising=False)
    return tmp_path


def test_both_sides_of_the_wire_share_what_they_must() -> None:
    environment = demo._environment(PORTS)

    assert environment["SANDBOX_INSTANCE_TOKEN"] == environment["ZAPI_INSTANCE_TOKEN"]
    assert environment["SANDBOX_API_TOKEN"] == environment["DEMO_API_TOKEN"]
    assert environment["ZAPI_BASE_URL"] == "http://127.0.0.1:8124/zapi"
    hook = f"http://127.0.0.1:8123/webhooks/zapi/principal/{environment['ZAPI_WEBHOOK_SECRET']}/"
    assert environment["SANDBOX_WEBHOOK_URL"] == hook
    assert environment["SANDBOX_PIPERUN_TOKEN"] == environment["PIPERUN_TOKEN"]
    assert environment["PIPERUN_URL"] == "http://127.0.0.1:8124/piperun/v1"


def test_secrets_are_kept_for_the_next_run_and_from_others() -> None:
    first = demo._environment(PORTS)

    assert demo._environment(PORTS) == first
    assert demo._SECRETS.stat().st_mode & 0o777 == 0o600


def test_reset_makes_new_secrets_and_an_empty_database(monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[bool] = []
    monkeypatch.setattr(postgres, "remove", lambda *_, **__: removed.append(True))
    first = demo._environment(PORTS)

    demo._reset()

    assert removed == [True]
    assert demo._environment(PORTS)["DEMO_ADMIN_PASSWORD"] != first["DEMO_ADMIN_PASSWORD"]


def test_reset_never_empties_a_database_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db.example/real")

    with pytest.raises(demo.DemoError, match="RESET=1"):
        demo._reset()


def test_the_sandbox_plays_the_model() -> None:
    environment = demo._environment(PORTS)

    assert environment["LLM_BASE_URL"] == "http://127.0.0.1:8124/v1"
    assert environment["LLM_MODEL"] == "sandbox"
    assert "SANDBOX_REAL_MODEL" not in environment


def test_a_real_model_is_used_when_the_user_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "key-of-the-user")

    environment = demo._environment(PORTS)

    assert environment["LLM_API_KEY"] == "key-of-the-user"
    assert "LLM_BASE_URL" not in environment
    assert environment["SANDBOX_REAL_MODEL"] == "gpt-4o-mini"


def test_a_busy_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setenv("DEMO_PORT", str(port))

        assert demo.main([]) == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"Port {port} cannot be used" in said
    assert "make demo DEMO_PORT=" in said


def test_a_second_demo_here_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with demo._LOCK.open("a+") as lock:
        assert demo._take(lock)

        assert demo.main([]) == 1

    assert "already running" in capsys.readouterr().err


def test_a_second_demo_hears_where_the_first_one_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with demo._LOCK.open("a+") as lock:
        assert demo._take(lock)
        demo._note(lock, "1", "8123", "8124")

        assert demo.main([]) == 1

    said = capsys.readouterr().err
    assert "http://127.0.0.1:8123/admin/" in said
    assert "http://127.0.0.1:8124/" in said
    assert ".data/demo.env" in said


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [
        ({"DEMO_PORT": "abc"}, "DEMO_PORT accepts a whole number"),
        ({"SANDBOX_PORT": "70000"}, "SANDBOX_PORT accepts a whole number from 1 to 65535"),
        ({"DEMO_PORT": "18123", "SANDBOX_PORT": "18123"}, "are both 18123"),
    ],
)
def test_unusable_ports_are_one_sentence_before_anything_starts(
    ports: dict[str, str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(demo, "_reset", lambda: pytest.fail("the data was emptied"))
    monkeypatch.setattr(demo, "_run", lambda *_: pytest.fail("it started"))
    for name, value in ports.items():
        monkeypatch.setenv(name, value)

    assert demo.main(["--reset"]) == 1

    said = capsys.readouterr()
    assert sentence in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_ctrl_c_while_preparing_ends_quietly(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real signal, while the child that prepares the data runs."""
    (checkout / "manage.py").write_text(
        "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(600)\n", encoding="utf-8"
    )
    monkeypatch.setattr(demo, "_ports", lambda: PORTS)
    monkeypatch.setattr(postgres, "running", lambda *_: True)
    # A shell lets what it starts in the background ignore Ctrl-C, this run of the tests included.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    try:
        assert demo.main([]) == 0
    finally:
        signal.signal(signal.SIGINT, before)

    assert capsys.readouterr().err.strip() == "Stopped."
    assert demo._marked() == set()


class Model(BaseHTTPRequestHandler):
    status = 200

    def do_POST(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.mark.parametrize(
    ("status", "trouble"), [(200, ""), (401, "LLM_API_KEY"), (404, "LLM_MODEL"), (429, "credit"), (500, "error 500")]
)
def test_the_users_model_is_tried_once(status: int, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "status", status)
    with HTTPServer(("127.0.0.1", 0), Model) as server:
        monkeypatch.setenv("LLM_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1/")
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        said = demo._model_trouble()
        answering.join()

    assert bool(said) == bool(trouble)
    assert trouble in said


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "not an address"])
def test_a_model_that_cannot_be_reached_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_BASE_URL", address)

    assert "does not answer" in demo._model_trouble()


def test_stop_ends_what_a_killed_demo_left_behind(checkout: Path) -> None:
    command = [sys.executable, "-c", "print(flush=True); import time; time.sleep(600)"]
    left = subprocess.Popen(command, env={"SELETO_DEMO": str(checkout)}, stdout=subprocess.PIPE)
    other = subprocess.Popen(command, env={"SELETO_DEMO": "another checkout"}, stdout=subprocess.PIPE)
    # Reaps it, as PID 1 does with the children of a dead parent.
    reaper = threading.Thread(target=left.wait)
    reaper.start()
    try:
        for process in (left, other):
            assert process.stdout
            process.stdout.readline()

        assert demo.main(["--stop"]) == 0

        reaper.join()
        assert left.returncode == -signal.SIGTERM
        assert other.poll() is None
    finally:
        for process in (left, other):
            process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()


def test_stop_without_a_demo_is_fine() -> None:
    assert demo.main(["--stop"]) == 0


class TestSeed:
    @pytest.fixture(autouse=True)
    def agreed(self, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.SANDBOX = True
        settings.ZAPI_CHANNEL = "principal"
        for key in ("ZAPI_INSTANCE_ID", "ZAPI_INSTANCE_TOKEN", "ZAPI_CLIENT_TOKEN", "ZAPI_WEBHOOK_SECRET"):
            setattr(settings, key, key.lower())
        monkeypatch.setenv("DEMO_ADMIN_PASSWORD", "a long enough word")
        monkeypatch.setenv("DEMO_API_TOKEN", "slt_demo")

    def test_makes_what_the_demo_needs_once(self) -> None:
        loader.load()

        call_command("seed_demo")
        call_command("seed_demo")

        assert Channel.objects.get().slug == "principal"
        files = {row.kind: row for row in Handout.objects.filter(active=True, on_request=True)}
        assert set(files) == {Handout.Kind.CATALOGUE, Handout.Kind.PHOTO}
        paper = PdfReader(io.BytesIO(media_files.read(files[Handout.Kind.CATALOGUE].path))).pages[0].extract_text()
        assert "documento fictício" in paper
        assert sum(row.size for row in files.values()) < 10_000
        assert get_user_model().objects.get(username="admin").check_password("a long enough word")
        assert ApiToken.objects.get(digest=tokens.digest("slt_demo")).revoked_at is None

    def test_follows_new_secrets(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        call_command("seed_demo")
        settings.ZAPI_WEBHOOK_SECRET = "newer"
        monkeypatch.setenv("DEMO_ADMIN_PASSWORD", "another long word")

        call_command("seed_demo")

        assert "newer" in Channel.objects.get().webhook_secrets.values()
        assert get_user_model().objects.get().check_password("another long word")

    def test_refuses_outside_the_sandbox(self, settings: Settings) -> None:
        settings.SANDBOX = False

        with pytest.raises(CommandError):
            call_command("seed_demo")

        assert not get_user_model().objects.exists()


def test_the_doctor_looks_at_the_demo_that_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--doctor"]) == 1
    assert "No demo runs here" in capsys.readouterr().err
    demo._LOCK.write_text(f"{os.getpid()} 8123 8124")
    seen: dict[str, str] = {}
    ended = subprocess.CompletedProcess[bytes]([], 0)
    monkeypatch.setattr(subprocess, "run", lambda *_, env, **__: seen.update(env) or ended)

    assert demo.main(["--doctor"]) == 0
    assert (seen["PUBLIC_URL"], seen["ZAPI_BASE_URL"]) == ("http://127.0.0.1:8123", "http://127.0.0.1:8124/zapi")
