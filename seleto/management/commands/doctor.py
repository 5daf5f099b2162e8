"""`manage.py doctor`: look at the configuration and every outside system, and say what to fix."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from seleto import doctor, doctor_model
from seleto.findings import Level
from seleto.lib import clock

_MARKS = {Level.OK: "ok", Level.WARNING: "aviso", Level.ERROR: "erro"}


class Command(BaseCommand):
    help = (
        "Verifica a configuração, o banco, o worker, os canais e o modelo, e diz o que corrigir. Não altera nada;"
        " faz uma chamada curta ao modelo (ou poucas), que custa alguns tokens. Sai com 1 quando há o que corrigir."
    )
    # The settings are judged here, in Portuguese; Django's own checks would stop before the first line.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON")
        parser.add_argument(
            "--model",
            action="store_true",
            help="só o modelo: testa as formas de resposta que o servidor conhece (até 3 chamadas curtas por servidor)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(doctor_model.examine(every=True)) if options["model"] else doctor.examine(now=clock.now())
        worst = doctor.worst(findings)
        if options["json"]:
            rows = [{"check": found.check, "level": str(found.level), "text": found.text} for found in findings]
            self.stdout.write(json.dumps({"status": str(worst), "findings": rows}, ensure_ascii=False))
        else:
            for found in findings:
                self.stdout.write(f"{_MARKS[found.level]:6}{found.text}")
        if worst == Level.ERROR:
            sys.exit(1)
