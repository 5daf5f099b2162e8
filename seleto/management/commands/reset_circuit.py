"""`manage.py reset_circuit`: ask an outside system again now, without waiting for its rest to end."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seleto.lib import audit, circuits, clock
from seleto.lib.models import Circuit


class Command(BaseCommand):
    help = "Religa o disjuntor de um sistema externo: a próxima chamada tenta de novo. Fica na auditoria."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("systems", nargs="*", metavar="sistema", help="como llm, piperun, zapi:principal")
        parser.add_argument("--all", action="store_true", help="todos os que estão parados")
        parser.add_argument("--dry-run", action="store_true", help="só diz quais são")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["systems"]) == options["all"]:
            raise CommandError("Diga os sistemas, ou --all.", returncode=2)
        rows = Circuit.objects.exclude(state=Circuit.State.CLOSED)
        keys = list((rows if options["all"] else rows.filter(key__in=options["systems"])).values_list("key", flat=True))
        if not options["dry_run"]:
            for key in keys:
                circuits.reset(key)
                audit.record(
                    actor="sistema",
                    action="reset",
                    subject_kind="circuit",
                    subject_id=None,
                    detail={"circuit": key},
                    now=clock.now(),
                )
        self.stdout.write(json.dumps(keys) if options["json"] else f"Religados: {', '.join(keys) or 'nenhum parado'}.")
