"""`manage.py degraded`: what does not work as it should; exits with 1 while anything asked for is so."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from seleto import degraded
from seleto.degraded import Mode
from seleto.lib import clock

_EVERY_S = 1.0


class Command(BaseCommand):
    help = "Diz o que não funciona como devia, desde quando e com que consequência. Sai com 1 enquanto houver algo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("modes", nargs="*", metavar="modo", help="só estes, como channel, crm (padrão: todos)")
        parser.add_argument("--wait", type=float, default=0, metavar="S", help="espera até S segundos que se resolva")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["wait"]
        while (found := _of(options["modes"])) and time.monotonic() < deadline:
            time.sleep(_EVERY_S)
        if options["json"]:
            self.stdout.write(json.dumps([mode.as_json() for mode in found], ensure_ascii=False))
        else:
            for mode in found:
                since = f" (desde {mode.since:%d/%m %H:%M} UTC)" if mode.since else ""
                self.stdout.write(f"{mode.name}{since}: {mode.consequence} {mode.returns}")
            if not found:
                self.stdout.write("Nada degradado.")
        if found:
            sys.exit(1)


def _of(kinds: list[str]) -> list[Mode]:
    return [mode for mode in degraded.modes(now=clock.now()) if not kinds or mode.key.partition(":")[0] in kinds]
