"""`manage.py verify_audit`: whether every entry of the audit is as it was sealed."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seleto.lib import alerts, audit_chain, clock
from seleto.lib.models import Alert, AuditSegment

ALERT = "audit:broken"
_WORDS = {
    "changed": "o registro foi alterado",
    "removed": "o registro foi apagado",
    "inserted": "o registro foi posto sem passar pelo sistema",
    "order": "a ordem dos segmentos não confere",
}


class Command(BaseCommand):
    help = "Confere a corrente da auditoria e diz qual é o primeiro registro que não confere. Abre um alerta."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        audit_chain.seal(now=now)
        found = audit_chain.verify(now=now)
        last = AuditSegment.objects.order_by("-number").first()
        if options["json"]:
            about = {"what": found.what, "segment": found.segment, "entry": found.entry} if found else None
            self.stdout.write(json.dumps({"ok": found is None, "break": about, "head": last.ends if last else ""}))
        if found is None:
            alerts.close(ALERT, now=now)
            if not options["json"]:
                self.stdout.write(f"A auditoria confere até o resumo {last.ends if last else 'vazio'}.")
            return
        alerts.open_(ALERT, title="A auditoria foi adulterada: veja verify_audit", level=Alert.Level.CRITICAL, now=now)
        where = f"segmento {found.segment}" if found.segment else "fora da corrente"
        raise CommandError(f"A auditoria não confere: {_WORDS[found.what]} ({where}, {found.entry or 'sem registro'}).")
