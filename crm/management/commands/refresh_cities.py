"""`manage.py refresh_cities`: find every municipality in the CRM's own table of cities."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm import cities, gateways
from seleto.lib.errors import ProviderError


class Command(BaseCommand):
    help = (
        "Lê a tabela de cidades do CRM (umas 30 chamadas) e guarda a qual município do IBGE cada uma corresponde."
        " Mostra as que não correspondem a nenhuma. Pode ser repetido."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON")
        parser.add_argument("--dry-run", action="store_true", help="só compara, não guarda nada")

    def handle(self, *args: Any, **options: Any) -> None:
        gateway = gateways.current()
        if gateway is None:
            raise CommandError("Nenhum CRM está configurado: defina PIPERUN_TOKEN.")
        try:
            theirs = gateway.cities()
        except ProviderError as error:
            raise CommandError(f"O CRM não informou as cidades ({error.reason}): rode `manage.py doctor`.") from error
        if not theirs:
            raise CommandError("O CRM não tem nenhuma cidade: nada foi alterado.")
        links, report = cities.compare(theirs)
        if not options["dry_run"]:
            cities.save(links)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        self.stdout.write(f"{report.linked} municípios encontrados no CRM")
        for about, names in (
            ("sem cidade no CRM", report.missing),
            ("com mais de uma cidade no CRM", report.ambiguous),
            ("cidades do CRM que não são município do IBGE", report.unknown),
        ):
            if names:
                self.stdout.write(f"{len(names)} {about}: {', '.join(names)}")
