"""Counters and timers, the only door to prometheus-client.

Web and worker processes each write their own files in ``settings.METRICS_DIR``; ``/metrics`` adds them up. Labels
hold closed lists of constant words (channel slugs, outcomes, stages), never a person, a phone or an id of a row.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# From a database hop to the longest turn, in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)

_directory = Path(settings.METRICS_DIR)
_directory.mkdir(parents=True, exist_ok=True)  # the library opens its files as soon as a metric is defined


def counter(name: str, about: str, labels: Sequence[str] = ()) -> Counter:
    """A counter ``seleto_<name>_total``; define it once, at module level."""
    return Counter(f"seleto_{name}", about, labels)


def timer(name: str, about: str, labels: Sequence[str] = ()) -> Histogram:
    """A histogram ``seleto_<name>_seconds``; define it once, at module level."""
    return Histogram(f"seleto_{name}_seconds", about, labels, buckets=BUCKETS)


def exposition(*collectors: Collector) -> bytes:
    """All processes' figures, and those of ``collectors``, in the Prometheus text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(_directory))  # type: ignore[no-untyped-call]
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


def sweep() -> None:
    """Remove the files of processes that are gone. Called by the web and worker parents when they start."""
    for file in _directory.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not _runs(int(pid)):
            file.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
