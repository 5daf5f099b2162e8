"""`manage.py reprocess_events`: have stored events worked once more."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conversations import repair
from conversations.management.rehearsal import rehearsal
from conversations.models import Event
from seleto.lib import clock


def instant(value: str) -> datetime:
    """An ISO 8601 time; without an offset it is in the local time zone."""
    try:
        parsed = parse_datetime(value if "T" in value or " " in value else f"{value}T00:00")
    except ValueError:
        parsed = None
    if parsed is None:
        raise ArgumentTypeError(f"{value} não é uma data ISO, como 2026-11-24 ou 2026-11-24T09:15-03:00")
    return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed)


class Command(BaseCommand):
    help = "Processa de novo eventos parados (ou ignorados, ou já processados). Repetir é seguro."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--status",
            choices=[str(status) for status in repair.REPROCESSABLE],
            default=str(Event.Status.PARKED),
            help="situação dos eventos (padrão: parked); não vale com --id",
        )
        parser.add_argument("--reason", metavar="MOTIVO", help="só os deste motivo, pelo começo dele")
        parser.add_argument("--since", type=instant, metavar="ISO", help="só os recebidos desde então")
        parser.add_argument("--limit", type=int, metavar="N", help="no máximo N, os mais antigos primeiro")
        parser.add_argument("--id", type=UUID, action="append", metavar="UUID", help="este evento; pode repetir")
        parser.add_argument("--dry-run", action="store_true", help="diz quantos seriam, sem mudar nada")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit precisa ser 1 ou mais.", returncode=2)
        ids = options["id"] or list(_chosen(options).values_list("pk", flat=True)[: options["limit"]])
        with rehearsal(options["dry_run"]):
            result = repair.reprocess_events(ids, actor="sistema", now=clock.now())
        if options["json"]:
            answer = {"reprocessed": result.done, "refused": result.refused, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            verb = "seriam reprocessados" if options["dry_run"] else "voltaram para a fila"
            self.stdout.write(f"Eventos que {verb}: {result.done}.")
        if options["id"] and result.refused:
            words = "; ".join(f"{reason} ({count})" for reason, count in result.refused.items())
            raise CommandError(f"Eventos recusados: {words}. Confira os ids no admin, em Eventos.")


def _chosen(options: dict[str, Any]) -> QuerySet[Event]:
    events = Event.objects.filter(status=options["status"]).order_by("received_at", "pk")
    if options["reason"]:
        events = events.filter(reason__startswith=options["reason"])
    if options["since"]:
        events = events.filter(received_at__gte=options["since"])
    return events
