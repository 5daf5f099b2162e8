"""``python -m tests.chaos``: the long runs, in slices, on lanes of their own (``make chaos FULL=1 PART= SEED=``).

Each lane is a process with its own PostgreSQL, ports and directories. What was run stands in ``.data/chaos`` and is not
run again while the product's code is the same; a history that broke an invariant is kept there, with its seed.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.chaos import ledger

PARTS = (
    "kills",
    "random",
    "outages",
    "hosts",
    "deploy",
    "load",
    "delivery",
    "model",
    "planted",
    "interleavings",
    "sizes",
)
# These are tests with their sizes in the environment; the others need lanes.
TESTS = {
    "delivery": ["tests/chaos/test_delivery.py"],
    "model": ["tests/chaos/test_stateful.py"],
    "interleavings": ["tests/conversations/test_interleavings.py"],
    "sizes": [
        "tests/conversations/test_silence.py",
        "tests/conversations/test_monsters.py",
        "tests/flows/test_chatwoot_faults.py",
        "tests/flows/test_floods.py",
    ],
}
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    asked = _arguments()
    if asked.lane is not None:
        from tests.chaos import lanes

        return lanes.run(asked)
    parts = [asked.part] if asked.part else list(PARTS)
    deadline = time.monotonic() + asked.minutes * 60
    failed = 0
    for part in parts:
        left = deadline - time.monotonic()
        if left <= 0:
            print(f"{part}: no time left in this slice; run it again to go on")
            continue
        failed |= _part(part, asked, left)
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos FULL=1", description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="one part only")
    parser.add_argument("--seed", default="", help="repeat one run: its key as the report names it")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each kill point, pair, mix …")
    parser.add_argument("--lanes", type=int, default=2, help="installations at once")
    parser.add_argument("--minutes", type=float, default=28, help="how long this slice may take")
    parser.add_argument("--again", action="store_true", help="run what is done already once more")
    parser.add_argument("--lane", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _part(part: str, asked: argparse.Namespace, left_s: float) -> int:
    if part in TESTS:
        environment = os.environ | {"CHAOS_FULL": "1", "CHAOS_SEED": asked.seed, "CHAOS_S": str(left_s)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *TESTS[part]],
            cwd=ROOT,
            env=environment,
            check=False,
        )
        return done.returncode
    if part == "planted":
        from tests.chaos import planted

        return planted.run(asked.seed)
    lanes = 1 if asked.seed or part in ("load", "hosts", "deploy") else asked.lanes
    running = [_spawn(part, number, lanes, asked, left_s) for number in range(lanes)]
    codes = [process.wait() for process in running]
    _tell(part)
    return max(codes)


def _spawn(part: str, number: int, lanes: int, asked: argparse.Namespace, left_s: float) -> subprocess.Popen[bytes]:
    """A lane takes every ``lanes``-th run."""
    arguments = ["--part", part, "--lane", str(number), "--lanes", str(lanes), "--seeds", str(asked.seeds)]
    arguments += ["--minutes", str(left_s / 60), "--seed", asked.seed, *(["--again"] if asked.again else [])]
    return subprocess.Popen([sys.executable, "-m", "tests.chaos", *arguments], cwd=ROOT, start_new_session=True)


def _tell(part: str) -> None:
    rows = list(ledger.entries(part))
    verdicts = Counter("kept every invariant" if row.ok else "BROKE" for row in rows)
    print(f"{part}: {dict(verdicts)} with the code as it is ({ledger.code()})")
    for row in rows:
        if not row.ok:
            print(f"  {row.key}: {'; '.join(row.broken[:3])}  (make chaos FULL=1 PART={part} SEED={row.key})")


if __name__ == "__main__":
    sys.exit(main())
