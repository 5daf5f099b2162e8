"""`manage.py subject_request`: data subjects' requests from a terminal: list, open, prove, close."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from conversations import identity_check
from leads import subjects
from leads.models import Lead, SubjectRequest
from seleto.lib import clock
from seleto.management.subject_command import ACTOR


class Command(BaseCommand):
    help = (
        "Pedidos de titulares (LGPD): lista os abertos, abre um para um lead, envia o código à conversa dele, confirma "
        "a identidade pelo código ou por documentos, e encerra. Tudo fica na auditoria."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        listing = deeds.add_parser("list", help="os abertos, pelo prazo")
        listing.add_argument("--json", action="store_true")
        opening = deeds.add_parser("open", help="abre um pedido")
        opening.add_argument("lead", type=UUID)
        opening.add_argument("kind", choices=SubjectRequest.Kind.values)
        for name, about in (("code", "envia o código"), ("documents", "documentos conferidos")):
            deeds.add_parser(name, help=about).add_argument("request", type=UUID)
        confirming = deeds.add_parser("confirm", help="confere o código que a pessoa informou")
        confirming.add_argument("request", type=UUID)
        confirming.add_argument("code")
        closing = deeds.add_parser("close", help="encerra")
        closing.add_argument("request", type=UUID)
        closing.add_argument("status", choices=["done", "refused"])
        closing.add_argument("outcome", help="o que se fez, sem dados pessoais")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = getattr(self, f"_{options['deed']}")(options)
        except subjects.Refused as error:
            raise CommandError(f"Não dá: {error}.") from None
        except (SubjectRequest.DoesNotExist, Lead.DoesNotExist):
            raise CommandError("Não há linha com este id.") from None
        if told:
            self.stdout.write(told)

    def _list(self, options: dict[str, Any]) -> str:
        now = clock.now()
        rows = SubjectRequest.objects.filter(status=SubjectRequest.Status.OPEN).order_by("due_at")
        told = [
            {
                "id": str(row.pk),
                "kind": row.kind,
                "due_at": row.due_at.isoformat(),
                "left": subjects.left(row, now=now),
                "verified": row.verified_at is not None,
            }
            for row in rows
        ]
        if options["json"]:
            return json.dumps(told, ensure_ascii=False)
        return "\n".join(f"{row['id']}\t{row['kind']}\t{row['left']}" for row in told)

    def _open(self, options: dict[str, Any]) -> str:
        lead = Lead.objects.get(pk=options["lead"])
        kind = SubjectRequest.Kind(options["kind"])
        source = SubjectRequest.Source.COMMAND
        return str(subjects.open_request(lead.pk, kind, source=source, actor=ACTOR, now=clock.now()).pk)

    def _code(self, options: dict[str, Any]) -> str:
        identity_check.send_code(options["request"], actor=ACTOR, now=clock.now())
        return "Código na fila de envio."

    def _documents(self, options: dict[str, Any]) -> str:
        subjects.confirm_documents(options["request"], actor=ACTOR, now=clock.now())
        return "Identidade confirmada."

    def _confirm(self, options: dict[str, Any]) -> str:
        if not subjects.confirm_code(options["request"], options["code"], actor=ACTOR, now=clock.now()):
            raise CommandError("O código não é este.")
        return "Identidade confirmada."

    def _close(self, options: dict[str, Any]) -> str:
        status = SubjectRequest.Status(options["status"])
        subjects.close(options["request"], status, outcome=options["outcome"], actor=ACTOR, now=clock.now())
        return "Encerrado."
