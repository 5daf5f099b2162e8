"""`manage.py requeue_outbox`: send again what was parked."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from conversations import repair
from conversations.management.rehearsal import rehearsal
from conversations.models import Outbox
from seleto.lib import clock


class Command(BaseCommand):
    help = (
        "Põe de volta na fila mensagens de saída paradas. Uma sem confirmação, só pelo --id: o lead pode recebê-la "
        "duas vezes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--id", type=UUID, nargs="+", metavar="UUID", help="estas mensagens")
        which.add_argument("--parked", action="store_true", help="todas as paradas")
        parser.add_argument("--dry-run", action="store_true", help="diz quantas seriam, sem mudar nada")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        stuck = Outbox.objects.filter(status=Outbox.Status.PARKED).order_by("conversation_id", "order")
        ids = options["id"] or list(stuck.values_list("pk", flat=True))
        with rehearsal(options["dry_run"]):
            result = repair.requeue_outbox(ids, actor="sistema", now=clock.now())
        if options["json"]:
            answer = {"requeued": result.done, "refused": result.refused, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            verb = "voltariam" if options["dry_run"] else "voltaram"
            self.stdout.write(f"Mensagens que {verb} para a fila: {result.done}.")
        if result.refused:
            words = "; ".join(f"{reason} ({count})" for reason, count in result.refused.items())
            message = f"Mensagens recusadas: {words}. Veja cada uma no admin, em Caixa de saída."
            if options["id"]:
                raise CommandError(message)
            self.stderr.write(message)
