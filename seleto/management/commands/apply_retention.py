"""`manage.py apply_retention`: do now what the worker does by itself every day."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from seleto.backoffice import retention
from seleto.lib import clock


class Command(BaseCommand):
    help = (
        "Apaga ou anonimiza o que passou do prazo de guarda (LGPD): arquivos, corpos de eventos, histórico do CRM, "
        "leads inativos. O worker faz o mesmo todo dia; o comando serve para conferir (--dry-run) e para não esperar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="diz quantos seriam, sem mudar nada")
        parser.add_argument("--json", action="store_true", help="recibo em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if options["dry_run"]:
            counts = retention.apply(actor="sistema", now=now, dry_run=True)
        else:
            counts = retention.by_hand(actor="sistema", now=now).counts
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "dry_run": options["dry_run"]}))
            return
        self.stdout.write("O que seria feito:" if options["dry_run"] else "Recibo:")
        for kind, words in retention.KINDS.items():
            self.stdout.write(f"  {words}: {counts.get(kind, 0)}")
