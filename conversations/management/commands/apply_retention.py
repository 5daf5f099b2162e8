"""`manage.py apply_retention`: do now what the worker does by itself as soon as a file's time is over."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from conversations.readings import retention
from seleto.lib import clock


class Command(BaseCommand):
    help = (
        "Remove os arquivos de mensagens cujo prazo de guarda terminou e tira das transcrições o que identifica a "
        "pessoa. O worker faz o mesmo por conta própria; o comando serve para conferir (--dry-run) e para não esperar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="diz quantos seriam, sem mudar nada")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.apply(now=clock.now(), dry_run=options["dry_run"])
        if options["json"]:
            answer = {"files": done.files, "texts": done.texts, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(answer))
            return
        removed, stripped = ("seriam removidos", "seriam limpos") if options["dry_run"] else ("removidos", "limpos")
        told = f"arquivos {removed}: {done.files}; textos {stripped}: {done.texts}."
        self.stdout.write(f"Prazo de {settings.MEDIA_KEEP_DAYS} dias: {told}")
