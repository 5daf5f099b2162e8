"""Counters of all processes are added up, and those of processes gone are cleared at the next start."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from seleto.lib import metrics

PROGRAM = """
import os
from django.conf import settings
settings.configure(METRICS_DIR=os.environ["PROMETHEUS_MULTIPROC_DIR"])
from seleto.lib import metrics
metrics.counter("tests_done", "Tests.", ["outcome"]).labels(outcome="ok").inc(2)
metrics.timer("tests_took", "Tests.").observe(0.3)
"""


def run(program: str, directory: Path) -> str:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(directory)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_processes_add_up_and_a_start_clears_what_the_dead_left(tmp_path: Path) -> None:
    directory = tmp_path / "metrics"
    run(PROGRAM, directory)

    figures = run(PROGRAM + "print(metrics.exposition().decode())", directory)
    assert 'seleto_tests_done_total{outcome="ok"} 4.0' in figures
    assert 'seleto_tests_took_seconds_bucket{le="0.5"} 2.0' in figures

    figures = run(PROGRAM + "metrics.sweep()\nprint(metrics.exposition().decode())", directory)
    assert 'seleto_tests_done_total{outcome="ok"} 2.0' in figures


def test_a_sweep_leaves_the_living_alone() -> None:
    metrics.sweep()

    assert "seleto_" in metrics.exposition().decode()
