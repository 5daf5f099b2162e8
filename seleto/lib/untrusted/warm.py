"""Processes that have a program loaded and fork for every file; kept until nobody has asked for a while."""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from seleto.lib.untrusted.child import ANSWER

_HERE = Path(__file__).parent
# Of each program; a burst starts more, which end with it.
_MOST_IDLE = 2

_lock = threading.Lock()
_idle: dict[str, list["_Ready"]] = {}


def ask(program: str, arguments: Sequence[str], *, limits: tuple[int, int, int]) -> tuple[int, bytes]:
    """The exit code of the fork for this file (negative: the signal that ended it) and what it wrote.

    ``limits``: seconds, bytes of memory, bytes of a file. Raises ``TimeoutError``, ``EOFError`` when the processes died
    over it, and ``OSError`` when none could be started.
    """
    request = json.dumps({"limits": limits, "arguments": arguments}).encode() + b"\n"
    deadline = time.monotonic() + limits[0]
    with _lock:
        kept = _idle.get(program)
        ready = kept.pop() if kept else None
    if ready is not None:
        with contextlib.suppress(EOFError):  # it may just have ended for want of work
            return _asked(program, ready, request, deadline)
    return _asked(program, _Ready(program), request, deadline)


class _Ready:
    """One such process, and its fork while there is one. Raises ``OSError`` when it cannot be started."""

    def __init__(self, program: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter with programs of this package
            [sys.executable, "-I", str(_HERE / "child.py"), str(_HERE / f"{program}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=tempfile.gettempdir(),
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # so that it can be killed with its fork
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def ask(self, request: bytes, deadline: float) -> tuple[int, bytes]:
        """Raises ``TimeoutError`` and ``EOFError``."""
        try:
            self._requests.write(request)
        except BrokenPipeError:
            raise EOFError from None
        code, length = ANSWER.unpack(self._read(ANSWER.size, deadline))
        return code, self._read(length, deadline)

    def end(self) -> None:
        """With its fork, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def disown(self) -> None:
        """In a fork of ours: it is the parent's."""
        self._process.returncode = 0
        self._close()

    def _close(self) -> None:
        self._requests.close()
        self._answers.close()

    def _read(self, size: int, deadline: float) -> bytes:
        read = bytearray()
        while len(read) < size:
            if not select.select([self._answers], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise TimeoutError
            block = self._answers.read(size - len(read))
            if not block:
                raise EOFError
            read += block
        return bytes(read)


def _asked(program: str, ready: _Ready, request: bytes, deadline: float) -> tuple[int, bytes]:
    try:
        answer = ready.ask(request, deadline)
    except BaseException:
        ready.end()
        raise
    with _lock:
        kept = _idle.setdefault(program, [])
        if len(kept) < _MOST_IDLE:
            kept.append(ready)
            return answer
    ready.end()
    return answer


def _forget() -> None:
    """In a fork: what is ready belongs to the parent, who alone may ask it."""
    global _lock
    _lock = threading.Lock()
    for ready in _taken_all():
        ready.disown()


def _end_all() -> None:
    for ready in _taken_all():
        ready.end()


def _taken_all() -> list[_Ready]:
    with _lock:
        every = [ready for kept in _idle.values() for ready in kept]
        _idle.clear()
    return every


os.register_at_fork(after_in_child=_forget)
atexit.register(_end_all)
