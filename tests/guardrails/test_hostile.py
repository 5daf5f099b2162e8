"""No input makes the review's work grow faster than its length."""

import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# All inputs together take some ten seconds of processor time; one quadratic pattern over the longest takes far longer.
PROCESSOR_SECONDS = 120


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def test_hostile_inputs_up_to_sixty_thousand_characters_are_reviewed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.guardrails.hostile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=_limit,
        check=False,
    )

    assert done.stdout.strip() == "done", done.stderr[-2000:]
