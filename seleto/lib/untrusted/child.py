"""Load one of the programs beside this file, then fork for every file that it is to open. Called by ``warm`` alone.

A fork shares what was loaded and nothing else: it gives up what is not needed before it touches the file, writes what
it found into a pipe of its own and ends. Here nothing of that is understood, only handed on. This process ends when
whoever started it does, or when nobody has asked for anything for a while.

A request is one line of JSON, ``{"limits": [seconds, bytes of memory, bytes of a file], "arguments": [str]}``; an
answer is the fork's exit code (negative: the signal that ended it), the number of bytes it wrote, and these.
"""

import contextlib
import gc
import json
import os
import resource
import runpy
import select
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

ANSWER = struct.Struct(">iI")
MOST_OUTPUT = 4 * 1024 * 1024
_IDLE_S = 600
_BLOCK = 65_536

Program = Callable[..., dict[str, Any]]


def main() -> None:
    program: Program = runpy.run_path(sys.argv[1])["main"]
    gc.freeze()
    with os.fdopen(0, "rb", buffering=0, closefd=False) as requests:
        while select.select([0], [], [], _IDLE_S)[0] and (line := requests.readline()):
            code, said = _apart(program, json.loads(line))
            answer = memoryview(ANSWER.pack(code, len(said)) + said)
            while answer:
                answer = answer[os.write(1, answer) :]


def _apart(program: Program, request: dict[str, Any]) -> tuple[int, bytes]:
    """Exit code of the fork and what it wrote; it is killed should nobody want to know any more."""
    output, its_output = os.pipe()
    pid = os.fork()
    if not pid:
        _become(program, request, its_output)
    os.close(its_output)
    said = bytearray()
    while len(said) <= MOST_OUTPUT and output in select.select([output, 0], [], [])[0]:
        block = os.read(output, _BLOCK)
        if not block:
            break
        said += block
    if len(said) > MOST_OUTPUT or select.select([0], [], [], 0)[0]:
        os.kill(pid, signal.SIGKILL)
        said.clear()
    os.close(output)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), bytes(said)


def _become(program: Program, request: dict[str, Any], output: int) -> None:
    """In the fork. Never returns."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        seconds, memory, file_size = request["limits"]
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, file_size),
            (resource.RLIMIT_NOFILE, 64),
        ):
            resource.setrlimit(kind, (most, most))
        try:
            found = program(*request["arguments"])
        except MemoryError:
            found = {"erro": "memoria"}
        except Exception:  # noqa: BLE001 - whatever a decoder makes of a stranger's file
            found = {"erro": "ilegivel"}
        with contextlib.suppress(BrokenPipeError), os.fdopen(output, "w", encoding="utf-8") as said:
            json.dump(found, said)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
