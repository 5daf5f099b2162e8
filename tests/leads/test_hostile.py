"""No message makes the work of extraction grow faster than its length."""

import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROCESSOR_SECONDS = 120  # some ten are used


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def test_work_does_not_outgrow_the_message() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.leads.hostile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=_limit,
        check=False,
    )

    assert done.stdout.strip() == "done", done.stderr[-2000:]
