"""`manage.py restore`: a copy into an empty database, with nothing left to happen twice."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seleto.backup import copies, drill, server
from seleto.backup.copies import Copy
from seleto.backup.server import BackupError, Target


class Command(BaseCommand):
    help = (
        "Restaura uma cópia em um banco vazio; nunca por cima de dados. O agente fica desligado, o que estava para sair"
        " vira 'sem confirmação' e quem esperava resposta aparece para uma pessoa."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", metavar="CÓPIA", help="nome ou caminho da cópia, ou 'latest'")
        parser.add_argument("--create", metavar="BANCO", help="cria este banco no servidor de DATABASE_URL e o usa")
        parser.add_argument("--into", metavar="URL", help="endereço do banco vazio (padrão: DATABASE_URL)")
        parser.add_argument(
            "--media", type=Path, metavar="DIR", help="diretório vazio para os anexos; padrão: só o banco"
        )
        parser.add_argument("--dry-run", action="store_true", help="só confere a cópia")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            copy = chosen(options["copy"])
            copies.verify(copy)
            if options["dry_run"]:
                self.stdout.write(json.dumps({"copy": copy.path.name, "whole": True}))
                return
            target = _target(options)
            copies.restore(copy, target, settings.BACKUP_IDENTITY, media=options["media"])
            settled = drill.settle(target)
        except BackupError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"copy": copy.path.name, "database": target.name, "settled": settled}))
            return
        self.stdout.write(
            f"{copy.path.name} restaurada no banco {target.name}. Sem confirmação: {settled['unknown']} mensagens;"
            f" esperavam resposta: {settled['waiting']} conversas. O agente está desligado: confira e religue com"
            " `manage.py resume_agent --all`."
        )


def chosen(name: str) -> Copy:
    """Raises BackupError."""
    if name == "latest":
        found = copies.listed(settings.BACKUP_DIR)
        if not found:
            raise BackupError("Não há cópia em BACKUP_DIR.")
        return found[0]
    path = Path(name)
    return copies.read(path if path.is_dir() else settings.BACKUP_DIR / name)


def _target(options: dict[str, Any]) -> Target:
    if options["create"] and options["into"]:
        raise BackupError("Use --create ou --into, não os dois.")
    if options["into"]:
        return server.named(options["into"])
    target = server.owned()
    if options["create"]:
        target = target.renamed(options["create"])
        copies.create(target)
    return target
