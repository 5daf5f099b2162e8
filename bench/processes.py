"""What process trees cost, read from the kernel: CPU seconds and memory without counting shared pages twice (PSS)."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def tree(root: int) -> Iterator[int]:
    """The process and all its descendants that live."""
    yield root
    for task in _listed(_PROC / str(root) / "task"):
        for child in _read(_PROC / str(root) / "task" / task / "children").split():
            yield from tree(int(child))


def cpu_s(roots: Iterable[int]) -> float:
    """User and system time of the trees, of descendants that have ended included."""
    return sum(_cpu_of(pid) for root in roots for pid in tree(root))


def pss_mb(roots: Iterable[int]) -> float | None:
    """Proportional set size of the trees in MB; None where the kernel does not tell it."""
    total = 0
    for pid in (pid for root in roots for pid in tree(root)):
        lines = _read(_PROC / str(pid) / "smaps_rollup").splitlines()
        found = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
        if not found:
            return None
        total += found[0]
    return round(total / 1024, 1)


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _cpu_of(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(value) for value in fields[11:15]) * _TICK_S if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of ``stat`` after the command's name; nothing of a process that has ended."""
    return _read(_PROC / str(pid) / "stat").rpartition(") ")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _listed(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.iterdir()]
    except OSError:
        return []
