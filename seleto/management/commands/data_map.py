"""`manage.py data_map`: write the record of processing (LGPD art. 37) from the models."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seleto.backoffice.datamap import table

FOLDER = Path("docs") / "security"


class Command(BaseCommand):
    help = "Gera docs/security/data-map.md e data-map.csv a partir dos modelos. Com --check só diz se estão em dia."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="não escreve; sai com 1 se algo mudou")
        parser.add_argument("--dry-run", action="store_true", help="mostra o mapa em vez de gravar")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / FOLDER
        made = {folder / "data-map.md": table.as_markdown(), folder / "data-map.csv": table.as_csv()}
        if options["dry_run"]:
            self.stdout.write(table.as_markdown(), ending="")
            return
        stale = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
        if options["check"]:
            if stale:
                raise CommandError("O mapa de dados não está em dia: rode manage.py data_map.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in made.items():
            path.write_text(text, "utf-8")
        self.stdout.write(f"{len(table.lines())} colunas com dados pessoais.")
