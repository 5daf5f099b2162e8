"""Starting the program: what it refuses, what it says, what it keeps."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sandbox import __main__ as program
from sandbox.config import from_environment, is_loopback
from tests.sandbox.outside import eventually, open_port


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[str]:
    """The program as a child on a free port; gives its address."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    try:
        assert child.stdout is not None
        address = re.search(r"http://\S+", child.stdout.readline())
        assert address
        eventually(lambda: _healthy(address[0]))
        yield address[0]
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(15)


def _healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_sandbox/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def write(address: str, text: str) -> str:
    body = {"lead": "5511900000001", "text": text}
    answer = httpx.post(f"{address}/_sandbox/zapi/lead-message", json=body, trust_env=False)
    return str(answer.json()["messageId"])


def test_a_busy_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with open_port() as taken:
        taken.listen()
        code = program.main(["--port", str(taken.getsockname()[1])])

    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.10", "box.example"])
def test_other_machines_are_not_let_in_unasked(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--host", host]) == 2
    assert "--allow-remote" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("x", False)])
def test_loopback_addresses(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_the_environment_names_both_sides() -> None:
    found = from_environment({"SANDBOX_PRODUCT_URL": "http://127.0.0.1:1", "SANDBOX_API_TOKEN": "", "OTHER": "x"})

    assert found == {"product_url": "http://127.0.0.1:1"}


def test_a_seed_repeats_the_ids_and_no_seed_does_not() -> None:
    with started("--seed", "3") as one:
        first = write(one, "oi")
    with started("--seed", "3") as two:
        again = write(two, "oi")
    with started() as three:
        other = write(three, "oi")

    assert first == again != other


def test_a_state_file_keeps_people_and_messages(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with started("--state", str(state)) as address:
        first = write(address, "guarde isto")

    with started("--state", str(state)) as address:
        rows = httpx.get(f"{address}/_sandbox/zapi/messages", trust_env=False).json()["messages"]
        second = write(address, "e isto")

    assert [(row["text"], row["provider_id"]) for row in rows] == [("guarde isto", first)]
    assert second != first
    assert len(json.loads(state.read_text(encoding="utf-8"))["log"]) == 2


def test_a_broken_state_file_starts_anew(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"log": 1}', encoding="utf-8")

    with started("--state", str(state), "--personality", "careless") as address:
        assert httpx.get(f"{address}/_sandbox/model", trust_env=False).json()["personality"] == "careless"


def test_it_imports_nothing_of_the_product() -> None:
    code = (
        "import sys; sys.argv=['x']; import sandbox.app, sandbox.__main__; "
        "print([n for n in sys.modules if n.split('.')[0] in "
        "{'django','seleto','knowledge','leads','conversations','crm'}])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
