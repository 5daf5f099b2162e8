"""Programs that open strangers' files: apart, within bounds, and soon ready for the next."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from seleto.lib import untrusted
from seleto.lib.untrusted import Bounds, Unreadable

BOUNDS = Bounds(seconds=20, memory_mib=512, file_mib=1)
# One program for every case, told by its argument what to do.
PROGRAM = """
import os, signal, sys, time
LOADED_BY = os.getpid()

def main(what, *rest):
    if what == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "raise":
        raise ValueError(what)
    if what == "swallow":
        raise MemoryError
    if what == "sleep":
        with open(rest[0], "w") as file:
            file.write(str(os.getpid()))
        time.sleep(60)
    if what == "shout":
        return {"said": "x" * (5 * 1024 * 1024)}
    if what == "print":
        print('{"said": "forged"}', flush=True)
    if what == "refuse":
        return {"erro": "senha"}
    if what == "write":
        with open(rest[0], "wb") as file:
            file.write(bytes(2 * 1024 * 1024))
    return {"loaded_by": LOADED_BY, "is": os.getpid(), "environment": sorted(os.environ), "rest": rest}
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path.with_suffix(""))


def found(program: str, *arguments: str, bounds: Bounds = BOUNDS) -> dict[str, Any]:
    return untrusted.run(program, *arguments, bounds=bounds)


def test_each_file_has_a_process_of_its_own_and_the_program_is_loaded_once(program: str) -> None:
    first, second = found(program, "open", "ação"), found(program, "open")
    assert first["rest"] == ["ação"]
    assert first["loaded_by"] == second["loaded_by"]
    assert len({first["is"], second["is"], first["loaded_by"], os.getpid()}) == 4


def test_nothing_of_our_environment_goes_along(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not theirs")
    assert "SECRET_KEY" not in found(program, "open")["environment"]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("die", "interrompida"),
        ("raise", "ilegivel"),
        ("swallow", "memoria"),
        ("shout", "interrompida"),
        ("refuse", "senha"),
    ],
)
def test_what_cannot_be_read_says_why_and_the_next_file_is_read(program: str, what: str, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        found(program, what)
    assert raised.value.reason == reason
    assert found(program, "open")["is"]


def test_one_that_never_ends_is_ended(program: str, tmp_path: Path) -> None:
    found(program, "open")
    with pytest.raises(Unreadable) as raised:
        found(program, "sleep", str(tmp_path / "pid"), bounds=Bounds(seconds=1))
    assert raised.value.reason == "tempo"
    assert has_ended(int((tmp_path / "pid").read_text()))
    assert found(program, "open")["is"]


def has_ended(pid: int) -> bool:
    """Whether it runs no more; one that nobody has buried yet does not."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


def test_it_writes_no_file_larger_than_it_may(program: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        found(program, "write", str(tmp_path / "large"))
    assert (tmp_path / "large").stat().st_size <= 1024 * 1024


def test_what_it_prints_is_not_taken_for_its_answer(program: str) -> None:
    assert "said" not in found(program, "print")


def test_one_that_ended_while_it_waited_is_replaced(program: str) -> None:
    loaded_by = found(program, "open")["loaded_by"]
    os.kill(loaded_by, signal.SIGKILL)
    assert found(program, "open")["loaded_by"] != loaded_by


def test_files_are_opened_side_by_side(program: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda number: found(program, "open", str(number))["rest"], range(8)))
    assert names == [[str(number)] for number in range(8)]
