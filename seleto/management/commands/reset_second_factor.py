"""`manage.py reset_second_factor`: for the person whose phone and recovery codes are gone."""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from seleto.accounts import second_factor, sessions
from seleto.lib import clock


class Command(BaseCommand):
    help = (
        "Esquece o celular e os códigos de recuperação de uma pessoa, que cadastra outro ao entrar. Fica na auditoria."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="usuário")
        parser.add_argument("--dry-run", action="store_true", help="só diz o que seria esquecido")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError("Não há usuário com este nome.")
        had = second_factor.in_use(user) is not None
        if not options["dry_run"]:
            second_factor.reset(user, actor="sistema", now=clock.now())
            sessions.end_others(user)
        if options["json"]:
            self.stdout.write(json.dumps({"user": user.pk, "had": had, "reset": not options["dry_run"]}))
        else:
            words = "Seria redefinido" if options["dry_run"] else "Redefinido"
            self.stdout.write(f"{words}." if had else "Não havia segundo fator em uso.")
