"""`manage.py incident_report`: draft the communication of an incident to the ANPD and to the people (LGPD art. 48)."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from conversations.models import Channel
from seleto.backoffice import incident
from seleto.lib import audit, clock

_SAO_PAULO = ZoneInfo("America/Sao_Paulo")


class Command(BaseCommand):
    help = (
        "Rascunha a comunicação de um incidente à ANPD (prazo de três dias úteis): quantas pessoas, quais tipos de "
        "dado, o que a auditoria registra. Não contém dados pessoais. Horários sem fuso são de Brasília."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="begin", type=_moment, required=True, help="começo, como 2026-11-20T08:00")
        parser.add_argument("--to", dest="end", type=_moment, help="fim (agora, se nada for dito)")
        parser.add_argument("--known", type=_moment, help="quando se soube (agora, se nada for dito)")
        parser.add_argument("--channel", action="append", default=[], help="slug do canal; repita")
        parser.add_argument("--actor", default="", help="só o que este autor tocou, como na auditoria: usuário:7")
        parser.add_argument("--output", type=Path, help="arquivo Markdown a criar; sem ele, vai à saída")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        begin, end, known = options["begin"], options["end"] or now, options["known"] or now
        if begin >= end:
            raise CommandError("O começo vem antes do fim.", returncode=2)
        unknown = set(options["channel"]) - set(Channel.objects.values_list("slug", flat=True))
        if unknown:
            raise CommandError("Não há canal com este nome.", returncode=2)
        path: Path | None = options["output"]
        if path and path.exists():
            raise CommandError("O arquivo já existe.", returncode=2)
        text = incident.draft(begin, end, known, slugs=options["channel"], actor=options["actor"])
        audit.record(
            actor="sistema", action="incident.draft", subject_kind="incident", subject_id=None, detail={}, now=now
        )
        if path:
            path.write_text(text, "utf-8")
        else:
            self.stdout.write(text, ending="")


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=_SAO_PAULO)
