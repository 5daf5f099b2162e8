"""One line per event, with what is needed to follow a message and nothing of what it said."""

import importlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection

from seleto.lib import correlation, logs
from seleto.lib.errors import Unavailable


class Lines:
    """What a handler with our formatter wrote."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(logs.formatter(readable=False))
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_an_event_is_one_json_object_with_its_correlation_id(lines: Lines) -> None:
    with correlation.bound("0192f3a4-0000-7000-8000-000000000001"):
        logs.get("conversations.turns").info("turn_committed", bubbles=2)

    (line,) = lines.read()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "turn_committed",
        "level": "info",
        "logger": "conversations.turns",
        "correlation_id": "0192f3a4-0000-7000-8000-000000000001",
        "bubbles": 2,
    }


def test_i11_values_are_masked_in_our_events_and_in_other_libraries_lines(lines: Lines) -> None:
    logs.get("x").warning("stored", text="quero preço", sender={"chatName": "Fulana"}, note="fone 5511900000001")
    logging.getLogger("some.library").warning("called %s for %s", "11 90000-0002", "fulana@example.com")

    ours, theirs = lines.read()
    assert ours["text"] == "***"
    assert ours["sender"] == {"chatName": "***"}
    assert theirs["event"] == "called ***02 for ***"
    assert theirs["logger"] == "some.library"


def test_i11_an_exception_shows_frames_and_types_but_no_values(lines: Lines) -> None:
    said = "quero falar com a Fulana"
    try:
        try:
            int(said)
        except ValueError as error:
            raise Unavailable("connect_timeout") from error
    except Unavailable:
        logs.get("x").exception("send_failed")

    (line,) = lines.read()
    assert said not in json.dumps(line)
    assert "test_logs.py" in line["exception"]
    assert "ValueError\n" in line["exception"]
    assert line["exception"].endswith("Unavailable: connect_timeout")


@pytest.mark.django_db
def test_i11_a_database_error_names_the_constraint_and_not_the_row(lines: Lines) -> None:
    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO lib_circuit (key, state, failures, reason) VALUES ('Fulana', 'odd', 0, '')")

    try:
        insert()
    except IntegrityError:
        logging.getLogger("django.request").exception("Internal Server Error")

    (line,) = lines.read()
    assert "Fulana" not in json.dumps(line)
    assert "circuit_state_known" in line["exception"]


def test_addresses_with_secrets_and_model_texts_of_libraries_are_not_logged(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    agno_log = importlib.import_module("agno.utils.log")  # by name: only the agent may import it
    monkeypatch.setattr(logging.getLogger("agno"), "level", logging.DEBUG)

    logging.getLogger("httpx").info("HTTP Request: POST https://api.z-api.io/instances/A/token/B/send-text")
    agno_log.log_error("the answer was: quero preço")
    logging.getLogger("django-q").error("Failed 'task' (name) - ValueError Fulana : Traceback")

    assert [line["event"] for line in lines.read()] == ["Failed 'task' (name)"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("Fulana"), "ValueError"),
        (KeyError("5511900000001"), "KeyError"),
        (OSError(28, "No space left on device", "Fulana.ogg"), "OSError: No space left on device"),
        (TypeError("int expected, 5511900000001 given"), "TypeError: int expected, ***01 given"),
        (Unavailable("http_503"), "Unavailable: http_503"),
    ],
)
def test_i11_an_exception_tells_only_what_cannot_quote_a_person(error: Exception, told: str) -> None:
    assert logs.describe(error) == told


@pytest.mark.parametrize(("debug", "begins"), [("off", "{"), ("on", "20")])
def test_logs_go_to_stderr_as_json_or_in_debug_as_plain_lines(debug: str, begins: str) -> None:
    program = """
import django
django.setup()
from seleto.lib import logs
try:
    int("abc 11900000001")
except ValueError:
    logs.get("x").exception("parse_failed")
"""
    environment = {**os.environ, "DEBUG": debug, "DJANGO_SETTINGS_MODULE": "seleto.settings"}

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == ""
    assert done.stderr.startswith(begins)
    assert "parse_failed" in done.stderr
    assert ("invalid literal" in done.stderr) == (debug == "on")
    assert "11900000001" not in done.stderr
