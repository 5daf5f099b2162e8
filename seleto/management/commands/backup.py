"""`manage.py backup`: an encrypted copy of the database and the files, and what becomes of older ones."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seleto.backup import copies, sealing
from seleto.backup.copies import Copy
from seleto.backup.server import BackupError
from seleto.lib import clock


class Command(BaseCommand):
    help = "Faz uma cópia cifrada do banco e dos anexos em BACKUP_DIR e apaga as antigas demais."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="DIR", help="onde guardar (padrão: BACKUP_DIR)")
        deed = parser.add_mutually_exclusive_group()
        deed.add_argument("--list", action="store_true", help="só lista as cópias que existem")
        deed.add_argument("--verify", action="store_true", help="só confere se as cópias estão inteiras")
        deed.add_argument("--new-key", action="store_true", help="só cria um par de chaves e o mostra uma vez")
        deed.add_argument("--dry-run", action="store_true", help="só diz o que seria apagado")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["to"] or settings.BACKUP_DIR
        try:
            if options["new_key"]:
                self._new_key(as_json=options["json"])
            elif options["list"] or options["verify"] or options["dry_run"]:
                self._show(folder, options)
            else:
                self._make(folder, as_json=options["json"])
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _new_key(self, *, as_json: bool) -> None:
        private, public = sealing.new_key()
        if as_json:
            self.stdout.write(json.dumps({"BACKUP_IDENTITY": private, "BACKUP_RECIPIENT": public}))
            return
        self.stdout.write(f"BACKUP_RECIPIENT={public}\nBACKUP_IDENTITY={private}")
        self.stderr.write("Guarde BACKUP_IDENTITY fora deste servidor: sem ela nenhuma cópia pode ser aberta.")

    def _show(self, folder: Path, options: dict[str, Any]) -> None:
        found = copies.listed(folder)
        if options["verify"]:
            for copy in found:
                copies.verify(copy)
        if options["json"]:
            self.stdout.write(json.dumps([_told(copy) for copy in found]))
            return
        for copy in found:
            state = "  inteira" if options["verify"] else ""
            self.stdout.write(f"{copy.path.name}  {copy.bytes / 1e6:.1f} MB{state}")
        if not found:
            self.stdout.write("Nenhuma cópia.")

    def _make(self, folder: Path, *, as_json: bool) -> None:
        now = clock.now()
        copy = copies.make(folder, settings.BACKUP_RECIPIENT, now=now)
        dropped = copies.drop_old(
            folder, now=now, keep_days=settings.BACKUP_KEEP_DAYS, keep_least=settings.BACKUP_KEEP_LEAST
        )
        if as_json:
            self.stdout.write(json.dumps({**_told(copy), "dropped": dropped}))
            return
        self.stdout.write(f"{copy.path} ({copy.bytes / 1e6:.1f} MB); apagadas: {', '.join(dropped) or 'nenhuma'}.")


def _told(copy: Copy) -> dict[str, object]:
    return {
        "name": copy.path.name,
        "created_at": copy.created_at.isoformat(),
        "bytes": copy.bytes,
        "rows": copy.rows,
    }
