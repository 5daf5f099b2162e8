"""`manage.py handoff_report`: how long leads waited for a person."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations import attendance
from conversations.attendance import Figures
from seleto.lib import clock


class Command(BaseCommand):
    help = "Mede, por fila, quanto os leads repassados esperaram por uma pessoa, em minutos de horário comercial."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7, metavar="N", help="repasses dos últimos N dias (padrão: 7)")
        parser.add_argument("--json", action="store_true", help="resultado em JSON, com a espera de cada lead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("--days aceita um número a partir de 1.", returncode=2)
        now = clock.now()
        rows = attendance.waits(since=now - timedelta(days=options["days"]), now=now)
        figures = attendance.figures(rows)
        if options["json"]:
            report = {
                "days": options["days"],
                "queues": [asdict(queue) for queue in figures],
                "handoffs": [row.as_dict() for row in rows],
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        elif not figures:
            self.stdout.write("Nenhum repasse no período.")
        for queue in [] if options["json"] else figures:
            self.stdout.write(_sentence(queue))


def _sentence(queue: Figures) -> str:
    parts = [f"{queue.queue}: {queue.handoffs} repasses, {queue.picked_up} atendidos, {queue.waiting} esperando"]
    if queue.never:
        parts.append(f"{queue.never} encerrados sem atendimento")
    if queue.picked_up:
        parts.append(
            f"espera em minutos úteis: mediana {queue.business_median:.0f}, p90 {queue.business_p90};"
            f" corridos: mediana {queue.wall_median:.0f}, p90 {queue.wall_p90}"
        )
    return ", ".join(parts) + "."
