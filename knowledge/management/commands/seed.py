"""`manage.py seed`: bring catalogue, phrases, policy, switches, profile and prompts up to the source files."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from knowledge import loader
from knowledge.catalogue import CatalogueError
from knowledge.prompts import PromptError


class Command(BaseCommand):
    help = "Carrega os textos de prompts/ nas tabelas; o que um gestor alterou fica como está."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON")
        parser.add_argument("--dry-run", action="store_true", help="mostra o que mudaria e desfaz")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                outcome = loader.load()
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (CatalogueError, PromptError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(outcome)))
        else:
            self.stdout.write(
                f"criadas {outcome.created}, atualizadas {outcome.updated}, iguais {outcome.unchanged}, "
                f"mantidas por alteração de um gestor {outcome.kept}"
            )
