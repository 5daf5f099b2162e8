"""`manage.py register_webhooks`: tell the providers where to send what happens."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations import webhook_addresses
from conversations.channel_cache import ChannelView
from conversations.management import channels
from conversations.wording import detail
from seleto.lib.errors import ProviderError


class Command(BaseCommand):
    help = (
        "Registra no provedor o endereço dos webhooks de cada canal: na Z-API, todos de uma vez, com o aviso do que"
        " sai do celular; na Cloud API, assina a conta e diz o que preencher no painel da Meta. O segredo não é"
        " mostrado."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        channels.add_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="diz o que seria registrado, sem chamar o provedor")
        parser.add_argument("--json", action="store_true", help="resultado em JSON, uma linha por canal")

    def handle(self, *args: Any, **options: Any) -> None:
        views = channels.chosen(options["channels"])
        if not views:
            raise CommandError("Não há canal ativo: crie um no admin ou rode `manage.py seed_channel`.")
        failed = [view.slug for view in views if not self._one(view, options)]
        if failed:
            raise CommandError(f"Sem registro: {', '.join(failed)}.")

    def _one(self, view: ChannelView, options: dict[str, Any]) -> bool:
        plan, trouble = webhook_addresses.plan(view), webhook_addresses.trouble(view)
        if not trouble and not options["dry_run"]:
            try:
                webhook_addresses.register(view)
            except ProviderError as error:
                trouble = f"o provedor não aceitou ({detail(error.reason)})."
        done = not trouble and not options["dry_run"]
        if options["json"]:
            row = {"channel": view.slug, "address": plan.shown, "registered": done, "trouble": trouble}
            self.stdout.write(json.dumps({**row, "by_hand": list(plan.by_hand)}, ensure_ascii=False))
            return not trouble
        verb = "registrado" if done else "seria registrado"
        self.stdout.write(f"{view.slug}: {trouble or f'{verb} {plan.shown}'}")
        for line in plan.by_hand:
            self.stdout.write(f"  {line}")
        return not trouble
