"""`manage.py rotate_secrets_check`: how old each secret is, who uses it, and which ones are due."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seleto import secret_list
from seleto.lib import clock, crypto


class Command(BaseCommand):
    help = (
        "Lista cada segredo em uso, há quantos dias tem o mesmo valor, quem o usa e quem precisa conhecer o novo."
        " Termina com 1 quando algum passou da idade. Nenhum valor é mostrado."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reencrypt",
            action="store_true",
            help="antes, grava de novo o que está cifrado no banco, com a primeira de FIELD_ENCRYPTION_KEYS",
        )
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = crypto.reencrypt() if options["reencrypt"] else None
        found = secret_list.ages(now=clock.now())
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "reencrypted": rows,
                        "secrets": [
                            {
                                "name": one.secret.name,
                                "since": one.since.isoformat(),
                                "days": one.days,
                                "old": one.old,
                                "used_by": one.secret.used_by,
                                "known_to": one.secret.known_to,
                            }
                            for one in found
                        ],
                    }
                )
            )
        else:
            if rows is not None:
                self.stdout.write(f"Linhas cifradas de novo: {rows}.")
            for one in found:
                due = "  TROQUE" if one.old else ""
                days = "dia" if one.days == 1 else "dias"
                self.stdout.write(
                    f"{one.secret.name}: há {one.days} {days} ou mais; usam: {one.secret.used_by};"
                    f" precisa saber: {one.secret.known_to}{due}"
                )
        if old := [one.secret.name for one in found if one.old]:
            raise CommandError(f"Passaram da idade: {', '.join(old)}. Veja docs/how-to/rotate-secrets.md.")
