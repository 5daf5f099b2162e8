"""`manage.py alerts`: what is open, since when, and which runbook; exits with 1 while anything asked for is."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from seleto import notices
from seleto.lib import alerts
from seleto.lib.models import Alert

_EVERY_S = 1.0


class Command(BaseCommand):
    help = "Lista os alertas abertos, com o runbook de cada um. Sai com 1 enquanto houver algum dos pedidos."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="chave", help="só os que começam assim, como outbox, handoff")
        parser.add_argument("--wait", type=float, default=0, metavar="S", help="espera até S segundos que se encerrem")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["wait"]
        while (found := _open(tuple(options["keys"]))) and time.monotonic() < deadline:
            time.sleep(_EVERY_S)
        if options["json"]:
            rows = [{"key": row.key, "title": row.title, "runbook": notices.runbook(row.key)} for row in found]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
        else:
            for row in found:
                since = f"{row.opened_at.astimezone(notices.LOCAL):%d/%m %H:%M}"
                self.stdout.write(
                    f"{row.get_level_display()}: {row.title} (desde {since}) → {notices.runbook(row.key)}"
                )
            if not found:
                self.stdout.write("Nenhum alerta aberto.")
        if found:
            sys.exit(1)


def _open(begins: tuple[str, ...]) -> list[Alert]:
    return [row for row in alerts.current() if not begins or row.key.startswith(begins)]
