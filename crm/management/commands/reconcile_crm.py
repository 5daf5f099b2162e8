"""`manage.py reconcile_crm`: compare leads with what the CRM holds."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm import gateways, reconcile, reconcile_report
from crm.models import Reconciliation
from crm.wording import advice
from leads.models import Lead
from seleto.lib import clock
from seleto.lib.errors import ProviderError


class Command(BaseCommand):
    help = (
        "Compara os leads com o que está no CRM, os que mudaram primeiro, e guarda as divergências para o admin."
        " Nada é escrito no CRM. Pode ser interrompido e repetido: continua de onde parou."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lead", action="append", type=UUID, default=[], help="só este lead (pode repetir)")
        parser.add_argument(
            "--requests", type=_count, default=settings.CRM_RECONCILE_REQUESTS, help="chamadas ao CRM, no máximo"
        )
        parser.add_argument("--json", action="store_true", help="resultado em JSON")
        parser.add_argument("--dry-run", action="store_true", help="só compara e mostra, não guarda nada")

    def handle(self, *args: Any, **options: Any) -> None:
        gateway = gateways.current()
        if gateway is None:
            raise CommandError("Nenhum CRM está configurado: defina PIPERUN_TOKEN.")
        if unknown := set(options["lead"]) - set(Lead.objects.in_bulk(options["lead"])):
            raise CommandError(f"Não há lead com este id: {', '.join(map(str, sorted(unknown)))}", returncode=2)
        keep = not options["dry_run"]
        row = Reconciliation(started_at=clock.now())
        kinds: Counter[str] = Counter()
        told: list[dict[str, str]] = []
        skipped = 0
        failure = ""
        try:
            for seen in reconcile.everything(gateway, lead_ids=options["lead"], keep=keep, most=options["requests"]):
                row.leads += seen.lead_id is not None
                row.requests += seen.requests
                row.found, row.gone = row.found + seen.new, row.gone + seen.gone
                skipped += bool(seen.skipped)
                kinds.update(finding.kind for finding in seen.found)
                told += [
                    {
                        "lead": str(seen.lead_id),
                        "divergencia": finding.kind,
                        "id_no_crm": finding.remote_id,
                        "reparo": finding.repair,
                    }
                    for finding in seen.found
                ]
        except ProviderError as error:
            row.ended, failure = error.reason, advice(error)
        if keep:
            row.finished_at = clock.now()
            row.save()
            reconcile_report.tell(row, now=row.finished_at)
        if options["json"]:
            self.stdout.write(json.dumps(_figures(row, skipped, told), ensure_ascii=False))
        else:
            self._show(row, skipped, kinds, keep=keep)
        if failure:
            raise CommandError(failure)

    def _show(self, row: Reconciliation, skipped: int, kinds: Counter[str], *, keep: bool) -> None:
        self.stdout.write(f"{row.leads} leads conferidos em {row.requests} chamadas ao CRM")
        if skipped:
            self.stdout.write(f"{skipped} leads não puderam ser conferidos: o CRM recusou a consulta ou demorou demais")
        for kind, count in kinds.most_common():
            self.stdout.write(f"{count} × {kind}")
        if keep:
            self.stdout.write(f"{row.found} divergências novas, {row.gone} que sumiram")


def _figures(row: Reconciliation, skipped: int, told: list[dict[str, str]]) -> dict[str, object]:
    return {
        "leads": row.leads,
        "chamadas": row.requests,
        "nao_conferidos": skipped,
        "novas": row.found,
        "sumiram": row.gone,
        "parou": row.ended,
        "divergencias": told,
    }


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value
