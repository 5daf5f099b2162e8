"""`manage.py check_channels`: ask every channel now whether it sends and hears."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations import watchdog
from conversations.channel_cache import ChannelView
from conversations.management import channels
from conversations.management.rehearsal import rehearsal
from conversations.watchdog import Found
from conversations.wording import detail
from seleto.lib import clock
from seleto.lib.admin_lists import local

_OUTCOMES = {
    "connected": "conectado",
    "disconnected": "sem conexão com o WhatsApp",
    "refused": "o provedor recusa as credenciais",
    "unavailable": "o provedor não responde",
    "circuit_open": "em descanso depois de falhas seguidas",
}


class Command(BaseCommand):
    help = (
        "Confere cada canal como o vigia faz a cada minuto: conexão, fila no provedor e se o que sai tem retorno. "
        "Atualiza a situação e os alertas; termina com 1 quando um canal não está bem."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        channels.add_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="só olha: não muda situação, alertas nem filas")
        parser.add_argument("--json", action="store_true", help="resultado em JSON, uma linha por canal")

    def handle(self, *args: Any, **options: Any) -> None:
        views = channels.chosen(options["channels"])
        if not views:
            raise CommandError("Não há canal ativo: crie um no admin ou rode `manage.py seed_channel`.")
        wrong = []
        for view in views:
            with rehearsal(options["dry_run"]):
                found = watchdog.look(view, now=clock.now(), withdraw=not options["dry_run"])
            if found.outcome != "connected" or found.deaf_since or found.echoes_missing:
                wrong.append(view.slug)
            self._tell(view, found, as_json=options["json"])
        if wrong:
            raise CommandError(f"Precisam de atenção: {', '.join(wrong)}.")

    def _tell(self, view: ChannelView, found: Found, *, as_json: bool) -> None:
        if as_json:
            row = {
                "channel": view.slug,
                "provider": view.provider,
                "outcome": found.outcome,
                "reason": found.reason,
                "deaf_since": found.deaf_since and found.deaf_since.isoformat(),
                "echoes_missing": found.echoes_missing,
                "held": found.held,
                "withdrawn": found.withdrawn,
            }
            self.stdout.write(json.dumps(row))
            return
        reason = f" ({detail(found.reason)})" if found.reason else ""
        self.stdout.write(f"{view.slug}: {_OUTCOMES[found.outcome]}{reason}")
        if found.deaf_since:
            self.stdout.write(f"  nada se ouve do que saiu desde {local(found.deaf_since)}: rode register_webhooks")
        if found.echoes_missing:
            self.stdout.write("  o provedor não avisa o que sai do celular da empresa: rode register_webhooks")
        if found.held:
            self.stdout.write(f"  {found.held} mensagens esperam na fila do provedor, {found.withdrawn} retiradas")
