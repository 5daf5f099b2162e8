"""`manage.py correct_subject`: put a fact right that a person says is wrong; the old value stays in the history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from leads import subjects
from leads.models import Fact, SubjectRequest
from seleto.backoffice import subject_rights
from seleto.lib import clock
from seleto.management.subject_command import ACTOR, SubjectCommand


class Command(SubjectCommand):
    help = (
        "Corrige um fato da pessoa de um pedido de correção cuja identidade foi confirmada. O valor anterior fica no "
        "histórico; um CPF nunca é guardado."
    )
    kinds = (SubjectRequest.Kind.CORRECTION,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--field", required=True, choices=[str(field) for field in subject_rights.CORRECTABLE])
        parser.add_argument("--value", required=True, help="valor certo")
        parser.add_argument("--dry-run", action="store_true", help="confere o valor, sem mudar nada")

    def handle(self, *args: Any, **options: Any) -> None:
        row = self.asked(options["request"])
        field = Fact.Field(options["field"])
        try:
            value = subject_rights.checked(field, options["value"])
            if not options["dry_run"]:
                subject_rights.correct(row.pk, {field: value}, actor=ACTOR, now=clock.now())
        except subjects.Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write("Valor aceito." if options["dry_run"] else "Corrigido.")
