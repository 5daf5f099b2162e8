"""`manage.py rotate_webhook_secret`: a new secret for a channel's webhook address, then only the new one."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations import webhook_secrets
from conversations.management.rehearsal import rehearsal
from conversations.models import Channel
from seleto.lib import clock


class Command(BaseCommand):
    help = (
        "Cria um segredo novo para o endereço do webhook de um canal da Z-API; o antigo continua valendo até"
        " --drop-old. Entre os dois rode register_webhooks. O segredo não é mostrado."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="canal", help="apelido do canal")
        parser.add_argument("--drop-old", action="store_true", help="só o segredo mais novo continua valendo")
        parser.add_argument("--dry-run", action="store_true", help="diz o que mudaria, sem mudar")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, now = options["channel"], clock.now()
        try:
            with rehearsal(options["dry_run"]):
                if options["drop_old"]:
                    removed, added = webhook_secrets.keep_newest(slug, actor="sistema", now=now), []
                else:
                    removed, added = [], [webhook_secrets.add(slug, actor="sistema", now=now)]
        except Channel.DoesNotExist:
            raise CommandError(f"Não há canal {slug}.", returncode=2) from None
        except webhook_secrets.NotOurs:
            text = "O segredo deste canal é o do aplicativo na Meta: troque-o lá e grave o novo em Canais, no admin."
            raise CommandError(text) from None
        if options["json"]:
            self.stdout.write(json.dumps({"channel": slug, "added": added, "removed": removed}))
            return
        self.stdout.write(
            f"{slug}: deixam de valer {', '.join(removed) or 'nenhum'}."
            if options["drop_old"]
            else f"{slug}: segredo novo {added[0]}. Agora rode register_webhooks e depois --drop-old."
        )
