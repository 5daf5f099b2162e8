"""``python -m bench``: measure the product over its real processes, and write ``bench/results/latest.*``.

Web, worker and PostgreSQL are the product's own, every commit on disk; model (800 ms) and provider are the bench's, in
one event loop with the leads, on the same cores. Guardrails on; quiet period, typing and pacing off; mirror and CRM off
except where a part is about them. What could not be measured is null, with the reason beside it.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django

Part = Callable[[bool], dict[str, Any]]
# On one running product, in this order: what disturbs it comes late, and the last one ends its worker.
SHARED = (
    "conversations",
    "memory",
    "prompts",
    "history",
    "many_rows",
    "duplicates",
    "order",
    "model_faults",
    "provider_fault",
    "kills",
    "acknowledgements",
)
OWN = ("language", "bursts", "mirrored")
# Left out of the quick form when it is late already, which only a busy machine brings about.
CAN_WAIT = frozenset({"order", "model_faults", "provider_fault", "kills", "bursts", "mirrored"})
LATE_S = 235.0
LONG = ("audio", "chatwoot", "summaries", "crm")


def main() -> int:
    """Exit codes: 0 measured, were it only in part, 1 nothing was, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, no neighbours: at most five minutes")
    parser.add_argument("--part", choices=[*SHARED, *OWN, *LONG], action="append", help="only this; may be repeated")
    parser.add_argument("--target", type=Path, action="append", default=[], help="measure this system too (its file)")
    parser.add_argument("--scale", type=int, metavar="MESSAGES", help="only: cost of a turn with so many messages")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "seleto.settings"
    os.environ["SANDBOX"] = "on"
    django.setup()
    from seleto import bootstrap

    bootstrap.prepare_for(["manage.py", "migrate"])
    if options.scale:
        from bench import scale

        return scale.run(options.scale)
    run = _Run(quick=options.quick)
    wanted = options.part or [*SHARED, *OWN, *(() if options.quick else LONG)]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    others: dict[str, Any] = {}
    try:
        run.shared([name for name in SHARED if name in wanted])
        run.own([name for name in (*OWN, *LONG) if name in wanted])
        others = run.targets(options.target)
    except KeyboardInterrupt:  # what was measured until then is kept
        run.failed |= dict.fromkeys((name for name in wanted if name not in run.parts), "the run was stopped")
    from bench import report

    print(report.write(run.parts, run.failed, quick=options.quick, others=others, partial=bool(options.part)))
    return 0 if run.parts else 1


class _Run:
    """Parts measured so far; ``failed`` says of the others why."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._began = time.monotonic()
        self.parts: dict[str, Any] = {}
        self.failed: dict[str, str] = {}

    def shared(self, names: list[str]) -> None:
        if not names:
            return
        from bench import faults, floors, growth, speed, system

        with contextlib.ExitStack() as stack:
            try:
                running = stack.enter_context(system.started())
            except Exception as error:  # noqa: BLE001 the other parts can still be measured
                self.failed |= dict.fromkeys(names, _said(error))
                return
            works: dict[str, Any] = {name: getattr(speed, name) for name in ("conversations", "memory", "prompts")}
            works |= {"history": growth.history, "many_rows": growth.many_rows}
            works |= {
                name: getattr(faults, name)
                for name in ("duplicates", "order", "model_faults", "provider_fault", "kills")
            }

            def acknowledgements(quick: bool) -> dict[str, Any]:
                with floors.running(running) as beside:
                    return speed.acknowledgements(running, beside, quick=quick)

            for name in names:
                if name == "acknowledgements":
                    self._take(name, acknowledgements)
                else:
                    self._take(name, partial(_on, running, works[name]))

    def own(self, names: list[str]) -> None:
        from bench import faults, language, neighbours, speed, system

        def bursts(quick: bool) -> dict[str, Any]:
            as_shipped = {"QUIET_AFTER_ANSWER_S": "4", "QUIET_DEFAULT_S": "8", "QUIET_FRAGMENT_S": "12"}
            with system.started(as_shipped) as running:
                return faults.bursts(running, quick=quick)

        def mirrored(quick: bool) -> dict[str, Any]:
            with system.started(mirrored=True) as running:
                return speed.conversations(running, quick=quick, only=(20,))

        works: dict[str, Part] = {
            "bursts": bursts,
            "mirrored": mirrored,
            "language": lambda quick: language.speed(quick=quick),
            "audio": neighbours.audio,
            "chatwoot": neighbours.chatwoot,
            "summaries": neighbours.summaries,
            "crm": neighbours.crm,
        }
        for name in names:
            self._take(name, works[name])

    def targets(self, files: list[Path]) -> dict[str, Any]:
        from bench import others

        return dict(others.measure(file, quick=self._quick) for file in files)

    def _take(self, name: str, work: Part) -> None:
        print(f"{name} …", file=sys.stderr, flush=True)
        if self._quick and name in CAN_WAIT and time.monotonic() - self._began > LATE_S:
            self.failed[name] = "no time left within the five minutes of the quick form: the machine was busy"
            return
        began = time.monotonic()
        try:
            self.parts[name] = work(self._quick)
        except Exception as error:  # noqa: BLE001 one part's failure is not the others'; the report says it
            self.failed[name] = _said(error)
            print(f"  {self.failed[name]}", file=sys.stderr, flush=True)
            return
        print(f"  {time.monotonic() - began:.0f} s {json.dumps(self.parts[name])}", file=sys.stderr, flush=True)


def _on(running: Any, work: Callable[..., dict[str, Any]], quick: bool) -> dict[str, Any]:
    return work(running, quick=quick)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
