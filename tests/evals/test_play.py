"""``manage.py play`` through web, worker and sandbox, as a person would run it. One run, looked at from many sides."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from conversations.evals.schema import SHIPPED
from tests import databases

# One run for all: spread over processes, each would start its own.
pytestmark = pytest.mark.xdist_group("play")

SHIPPED_IDS = ("people-phone-mid-thought", "flow-three-days", "people-asks-human")
UNKNOWN_KEY = {
    "id": "odd",
    "start": "2026-12-20T09:00:00-03:00",
    "turns": [{"at": "+0s", "from": "lead", "type": "text", "text": "oi"}],
    "expect": {"must": [{"sings_well": True}]},
}


@dataclass(frozen=True)
class Run:
    code: int
    stdout: str
    stderr: str
    results: dict[str, dict[str, Any]]
    order: list[str]
    databases_left: list[str]


@pytest.fixture(scope="module")
def run(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("play")
    shipped = [line for path in SHIPPED.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    chosen = sorted(
        (line for line in shipped if json.loads(line)["id"] in SHIPPED_IDS),
        key=lambda line: SHIPPED_IDS.index(json.loads(line)["id"]),
    )
    lines = [chosen[0], "{not json", *chosen[1:], json.dumps(UNKNOWN_KEY), '{"id": "empty", "turns": []}']
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    url = databases.url()
    with subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "play",
            "--input",
            str(folder / "in.jsonl"),
            "--output",
            str(folder / "out.jsonl"),
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "MIGRATION_DATABASE_URL": databases.owner_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as played:
        try:
            stdout, stderr = played.communicate(timeout=170)
        finally:
            played.kill()
    with psycopg.connect(url) as server:  # others may play on it at the same time
        own = f"seleto_play_{played.pid}"
        left = server.execute("SELECT datname FROM pg_database WHERE datname = %s", [own]).fetchall()
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    return Run(
        played.returncode,
        stdout,
        stderr,
        {row["id"]: row for row in rows},
        [row["id"] for row in rows],
        [name for (name,) in left],
    )


@pytest.mark.parametrize("case_id", SHIPPED_IDS)
def test_shipped_cases_pass(run: Run, case_id: str) -> None:
    failed = [row for row in run.results[case_id]["assertions"] if not row["passed"]]

    assert failed == []
    assert run.results[case_id]["passed"] is True


def test_nothing_of_a_reply_leaves_once_a_person_wrote(run: Run) -> None:
    """I5: the agent was thinking when the person wrote."""
    played = run.results["people-phone-mid-thought"]

    assert [line["from"] for line in played["transcript"]] == ["lead", "sdr_phone"]
    assert played["final"]["paused"] is True


def test_three_days_pass_in_a_moment(run: Run) -> None:
    last = run.results["flow-three-days"]["transcript"][-1]

    assert (last["from"], last["at"] > 259_200) == ("agent", True)


def test_the_output_has_exactly_the_stated_shape(run: Run) -> None:
    played = run.results["people-asks-human"]

    assert set(played) == {"id", "passed", "assertions", "transcript", "final"}
    assert all(set(row) == {"key", "expected", "actual", "passed", "why"} for row in played["assertions"])
    assert all(
        set(row) == {"at", "turn", "reply", "from", "type", "text", "provider_id"} for row in played["transcript"]
    )
    assert set(played["final"]) == {
        *("temperature", "owner", "paused", "handoff", "human_queue", "assigned_to", "opt_out", "deletion_request"),
        *("gap_recorded", "interest_recorded", "lead_fields", "crm"),
    }
    assert len(played["final"]["lead_fields"]) == 15
    assert played["final"]["crm"] == {"companies": [], "persons": [], "deals": [], "notes": 0}


def test_turns_and_replies_are_numbered(run: Run) -> None:
    lines = run.results["people-asks-human"]["transcript"]

    assert [line["turn"] for line in lines if line["from"] == "lead"] == [1, 2]
    assert {line["reply"] for line in lines if line["from"] == "agent"} == {1}
    assert all(line["provider_id"] for line in lines)


def test_order_is_kept_and_a_line_that_is_no_case_fails_the_run(run: Run) -> None:
    assert run.order == [*SHIPPED_IDS, "odd", "empty"]
    assert "line 2: not JSON" in run.stderr
    assert run.code == 1
    assert run.results["empty"]["passed"] is False
    assert run.results["empty"]["assertions"][0]["why"].startswith("start")


def test_an_unknown_assertion_is_not_skipped(run: Run) -> None:
    stated = run.results["odd"]["assertions"][0]

    assert (stated["key"], stated["passed"], stated["why"]) == ("sings_well", False, "unknown assertion key")


def test_standard_output_carries_nothing_but_what_was_asked_for(run: Run) -> None:
    assert run.stdout == ""


def test_the_database_of_the_run_is_gone(run: Run) -> None:
    assert run.databases_left == []
