"""`manage.py export_subject`: write the copy of everything held of a person into a zip."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from leads import subjects
from leads.erasure import subject_of
from seleto.backoffice import subject_export
from seleto.lib import clock, privacy
from seleto.management.subject_command import ACTOR, SubjectCommand


class Command(SubjectCommand):
    help = (
        "Grava em um zip (JSON, página para ler e arquivos) tudo o que se guarda da pessoa de um pedido de acesso ou "
        "portabilidade cuja identidade foi confirmada. Fica na auditoria."
    )
    kinds = subject_export.HANDED_OUT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--output", type=Path, required=True, help="arquivo zip a criar")
        parser.add_argument("--dry-run", action="store_true", help="só conta os registros de cada lugar")

    def handle(self, *args: Any, **options: Any) -> None:
        row = self.asked(options["request"])
        if options["dry_run"]:
            if row.lead_id is None:
                raise CommandError("Este pedido não tem lead.")
            subject = subject_of(row.lead_id)
            for store in privacy.registered():
                self.stdout.write(f"{store.label}: {len(store.export(subject))}")
            return
        path: Path = options["output"]
        if path.exists():
            raise CommandError("O arquivo já existe.", returncode=2)
        try:
            made = subject_export.make(row.pk, actor=ACTOR, now=clock.now())
            content = subject_export.download(made.pk, actor=ACTOR, now=clock.now())
        except subjects.Refused as error:
            raise CommandError(str(error)) from None
        path.touch(mode=0o600)
        path.write_bytes(content)
        self.stdout.write(f"{len(content)} bytes gravados.")
