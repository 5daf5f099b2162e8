"""``manage.py run_evals``: scripted conversations and simulated leads against a model, with a report."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from conversations.agent.endpoints import Endpoint, endpoints
from conversations.evals import full, installation, report, reported, schema, suites, voice
from conversations.evals.figures import SCRIPTED, Run
from conversations.evals.rehearsal import Material
from seleto.lib import clock

_REAL_JOBS = 8


class Command(BaseCommand):
    help = (
        "Evaluates the agent with scripted conversations and simulated leads on a seeded database of its own, against"
        " the sandbox's model or a real one. Cases made of replies that people called wrong are played too. Exit code 1"
        " when a scripted conversation fails as it is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--suite", choices=suites.SUITES, default=suites.ALL)
        parser.add_argument("--runs", type=int, default=1, help="tellings of each case; the first is as written")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--only", default="", help="comma-separated ids of cases or personas")
        parser.add_argument("--target", choices=["sandbox", "settings"], default="sandbox", help="whose model is asked")
        parser.add_argument("--model-url", help="another OpenAI-compatible address, with the key of the settings")
        parser.add_argument("--model", help="the model's name there")
        parser.add_argument("--jobs", type=int, help="conversations at once")
        parser.add_argument("--full", action="store_true", help="scripted cases through the real processes as well")
        parser.add_argument("--voiced", action="store_true", help="simulated leads are worded by the model asked")
        parser.add_argument("--output", type=Path, help="folder for report.json and report.html")
        parser.add_argument("--json", action="store_true", help="the report on standard output, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["runs"] < 1:
            raise CommandError("--runs must be 1 or more.", returncode=2)
        try:
            found = self._evaluated(options)
        except (installation.InstallationError, schema.BadCase) as error:
            raise CommandError(str(error)) from error
        if options["output"]:
            try:
                report.write(found, options["output"])
            except OSError as error:
                raise CommandError(f"{options['output']} cannot be written: {error.strerror}.", returncode=2) from error
        print(report.as_json(found) if options["json"] else report.text(found))
        if any(row["suite"] in (SCRIPTED, full.FULL) and row["run"] == 0 for row in found["failures"]):
            sys.exit(1)

    def _evaluated(self, options: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        plan = suites.Plan(
            suite=options["suite"],
            runs=options["runs"],
            seed=options["seed"],
            jobs=options["jobs"] or (_REAL_JOBS if _is_real(options) else 1),
            only=frozenset(name.strip() for name in options["only"].split(",") if name.strip()),
            reported=reported.cases(),  # now: afterwards this process asks another database
        )
        with ExitStack() as stack:
            endpoint, name = stack.enter_context(_endpoint(options))
            material = Material.published()
            wording = voice.by(endpoint) if options["voiced"] else None
            runs = [self._told(run, options) for run in suites.run(plan, material, endpoint, voice=wording)]
            construction = suites.construction_ms(material, endpoint)
        if options["full"]:
            runs += [self._told(run, options) for run in full.run(suites.scripted(plan))]
        about = {
            "model": name,
            "prompt_version": material.prompt_version,
            "date": clock.now().astimezone(schema.LOCAL).strftime("%d/%m/%Y %H:%M"),
            "suite": plan.suite,
            "runs": plan.runs,
            "seed": plan.seed,
            "full": options["full"],
            "seconds": round(time.monotonic() - began),
        }
        return report.document(runs, about=about, construction_ms=construction, stand_in=not _is_real(options))

    def _told(self, run: Run, options: dict[str, Any]) -> Run:
        if not run.passed and options["verbosity"] > 1:
            print(f"{run.suite} {run.case} #{run.number}: {'; '.join(run.problems)}", file=sys.stderr)
        return run


def _is_real(options: dict[str, Any]) -> bool:
    return bool(options["target"] == "settings" or options["model_url"])


@contextmanager
def _endpoint(options: dict[str, Any]) -> Iterator[tuple[Endpoint, str]]:
    """Whom to ask and how the report calls it; this process has a seeded database of its own meanwhile."""
    first = endpoints()[0]
    with installation.rehearsing(sandbox=not _is_real(options)) as sandbox:
        if sandbox:
            key = "sandbox"  # pragma: allowlist secret
            yield replace(first, base_url=f"{sandbox}/v1", model="sandbox", api_key=key), report.STAND_IN
            return
        model = options["model"] or settings.LLM_MODEL
        yield replace(first, base_url=options["model_url"] or first.base_url, model=model), model
