"""`manage.py restore_drill`: prove that the newest copy can be restored and that nothing happens twice afterwards."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seleto.backup import drill
from seleto.backup.server import BackupError
from seleto.management.commands.restore import chosen


class Command(BaseCommand):
    help = (
        "Restaura a cópia mais nova em um segundo banco, entrega de novo (duas vezes) os webhooks recebidos desde então"
        " e procura repetições; depois apaga o segundo banco. Nada em uso muda. Sai com 1 se algo não confere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", metavar="CÓPIA", nargs="?", default="latest", help="padrão: a mais nova")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof = drill.prove(chosen(options["copy"]), settings.BACKUP_IDENTITY)
        except BackupError as error:
            raise CommandError(str(error)) from error
        replayed = proof.replayed
        if options["json"]:
            self.stdout.write(json.dumps(proof.as_json()))
        else:
            differ = f"; tabelas que não conferem: {', '.join(proof.rows_differ)}" if proof.rows_differ else ""
            self.stdout.write(
                f"{proof.copy}: restaurada em {proof.restore_s:.0f} s, {replayed.events} webhooks entregues de novo"
                f" duas vezes, {replayed.new} mensagens que faltavam, {replayed.repeated} repetidas,"
                f" {replayed.leaving} para sair, {replayed.missing} perdidas{differ}."
            )
        if not proof.ok:
            sys.exit(1)
