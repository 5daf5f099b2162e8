"""`manage.py drill`: an incident in the sandbox, its alert, the runbook, and how long both took."""

import json
import shlex
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.evals.installation import InstallationError
from seleto.drills import exercise, incidents, runbook
from seleto.drills.exercise import Result
from seleto.drills.runbook import BadRunbook
from seleto.drills.stage import Incident

_TOLD = ("DATABASE_URL", "SANDBOX", "PUBLIC_URL", "MEDIA_ROOT", "DISK_FAULT_FILE", "ALLOWED_HOSTS")


class Command(BaseCommand):
    help = (
        "Exercita um incidente em uma instalação própria, com o sandbox no lugar do mundo: mostra o alerta que dispara,"
        " espera que o runbook seja seguido e mede o tempo até notar e até voltar. Sai com 1 se não voltou."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", nargs="?", metavar="incidente", help="um dos de --list")
        parser.add_argument("--list", action="store_true", help="lista os incidentes")
        parser.add_argument("--auto", action="store_true", help="segue o runbook como está escrito, sem ninguém")
        parser.add_argument("--patience", type=float, default=30, metavar="MIN", help="espera por quem segue o runbook")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        try:
            incident = incidents.named(options["incident"] or "")
        except KeyError:
            raise CommandError("Diga um incidente de `manage.py drill --list`.", returncode=2) from None
        try:
            result = exercise.run_alone(incident) if options["auto"] else self._with_people(incident, options)
        except (BadRunbook, InstallationError) as error:
            raise CommandError(str(error)) from error
        self._show(result, as_json=options["json"])
        if not result.passed:
            sys.exit(1)

    def _list(self, *, as_json: bool) -> None:
        rows = [{"incident": one.slug, "title": one.title} for one in incidents.INCIDENTS]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row['incident']:22}{row['title']}")

    def _with_people(self, incident: Incident, options: dict[str, Any]) -> Result:
        runbook.read(incident.slug)  # one that cannot be read is found out before anything happens
        with exercise.staged(incident) as stage:
            result = exercise.begin(incident, stage)
            noticed = time.monotonic()
            if result.detect_s is None:
                return result
            told = exercise.environment(stage)
            lines = [f"export {key}={shlex.quote(told[key])}" for key in told if key in _TOLD or "BASE_URL" in key]
            self.stderr.write(
                f"Alerta: {result.title} ({result.detect_s:.0f} s)\nRunbook: docs/runbooks/{incident.slug}.md\n"
                f"Mundo de fora: {told['ZAPI_BASE_URL'].removesuffix('/zapi')}/  Admin: {told['PUBLIC_URL']}/admin/\n"
                "Para os comandos do runbook, em outro terminal:\n" + "\n".join(lines)
            )
            exercise.await_end(incident, stage, result, since=noticed, patience_s=options["patience"] * 60)
        return result

    def _show(self, result: Result, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
            return
        for step in result.steps:
            self.stdout.write(f"{'ok' if step.ok else 'falhou':7}{step.section:10}{step.what}")
        noticed = "não foi notado" if result.detect_s is None else f"notado em {result.detect_s:.0f} s ({result.title})"
        back = "não voltou" if result.recover_s is None else f"de volta {result.recover_s:.0f} s depois"
        self.stdout.write(f"{result.incident}: {noticed}; {back}.")
