"""`manage.py seed_channel`: the first WhatsApp channels, from the environment."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from seleto import first_channel


class Command(BaseCommand):
    help = "Cria os primeiros canais a partir das variáveis ZAPI_* e WHATSAPP_* (veja .env.example), ou os atualiza."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON, uma linha por canal")
        parser.add_argument("--dry-run", action="store_true", help="mostra o que mudaria e desfaz")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                channels = first_channel.put()
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for channel, created in channels:
            if options["json"]:
                self.stdout.write(json.dumps({"channel": channel.slug, "created": created}))
            else:
                self.stdout.write(f"canal {channel.slug} {'criado' if created else 'atualizado'}")
