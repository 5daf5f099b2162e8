"""`manage.py erase_subject`: erase a person everywhere, and show the receipt."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from leads import subjects
from leads.erasure import subject_of
from leads.models import ErasureStep, SubjectRequest
from seleto.backoffice import subject_rights
from seleto.lib import clock, privacy
from seleto.management.subject_command import ACTOR, SubjectCommand


class Command(SubjectCommand):
    help = (
        "Apaga em todos os lugares o que leva à pessoa de um pedido de eliminação cuja identidade foi confirmada, e "
        "mostra o recibo. Não há como desfazer. O que está em outros sistemas é apagado em seguida pelo worker."
    )
    kinds = (SubjectRequest.Kind.ERASURE,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="só conta o que seria apagado")
        parser.add_argument("--json", action="store_true", help="recibo em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        row = self.asked(options["request"])
        if row.lead_id is None:
            raise CommandError("Este pedido não tem lead.")
        if options["dry_run"]:
            subject = subject_of(row.lead_id)
            told = [(store.label, "seria apagado", len(list(store.find(subject)))) for store in privacy.registered()]
            told += [(store.label, "seria apagado", len(store.references(subject))) for store in privacy.remote()]
        else:
            try:
                subject_rights.erase(row.pk, actor=ACTOR, now=clock.now())
            except subjects.Refused as error:
                raise CommandError(str(error)) from None
            steps = ErasureStep.objects.filter(lead_id=row.lead_id).order_by("created_at", "label")
            told = [(step.label, step.get_status_display(), step.rows) for step in steps]
        if options["json"]:
            rows = [{"store": label, "status": status, "rows": count} for label, status, count in told]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for label, status, count in told:
            self.stdout.write(f"{label}: {status} ({count})")
