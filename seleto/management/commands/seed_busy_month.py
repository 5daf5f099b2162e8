"""`manage.py seed_busy_month`: an invented busy month, for screenshots, measurements and browser tests."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from seleto import busy_month
from seleto.lib import clock


class Command(BaseCommand):
    help = "Cria um mês inventado: 5.000 leads e 100.000 mensagens. Só com SANDBOX=on ou DEBUG=on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--share", type=float, default=1.0, help="parte do mês, de 0.002 a 1 (0.1: um décimo)")
        parser.add_argument("--seed", type=int, default=1, help="outro número, outro mês")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.SANDBOX or settings.DEBUG):
            raise CommandError("seed_busy_month inventa dados: só roda com SANDBOX=on ou DEBUG=on.")
        began = time.monotonic()
        try:
            made = busy_month.make(share=options["share"], seed=options["seed"], now=clock.now())
        except busy_month.AlreadyThere:
            raise CommandError("O mês inventado já está neste banco.") from None
        except ValueError:
            raise CommandError("--share vai de 0.002 a 1.") from None
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # or the first pages are slow, until the server does it by itself
        took = time.monotonic() - began
        self.stdout.write(f"{made.leads} leads e {made.messages} mensagens em {took:.0f} s")
