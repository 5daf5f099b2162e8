"""Whether whoever picks a handoff up finds everything that was told (domain.md, "Handoff summary fields")."""

import re
from typing import Any

from conversations.evals import full, schema
from conversations.models import ChatwootNote, Handoff, Message
from leads.models import Classification, Fact

# Line of the summary -> the fact it tells, if one does.
LINES: dict[str, Fact.Field | None] = {
    "Repasse": None,
    "Canal": None,
    "Nome": Fact.Field.NOME,
    "Empresa": Fact.Field.EMPRESA,
    "Localização": Fact.Field.CIDADE,
    "Produto de interesse": Fact.Field.PRODUTO,
    "Capacidade/volume": Fact.Field.VOLUME,
    "Urgência": Fact.Field.URGENCIA,
    "Já conhece a Seleto": Fact.Field.CONHECE,
    "Observações": None,
    "Pontuação": None,
    "Falta saber": None,
    "Próximo passo sugerido": None,
    "Últimas mensagens": None,
}
UNKNOWN = "Não informado"


def summaries(*, quick: bool) -> dict[str, Any]:
    """Play the shipped cases; of the handoffs they come to, how many summaries are complete and stand in Chatwoot."""
    cases = [case for case in schema.shipped() if not quick or ("handoff", True) in case.must]
    found: list[str] = []
    shown = handoffs = 0
    for run in full.run(cases[:10] if quick else cases):
        for row in Handoff.objects.all():  # a case begins with an empty database
            handoffs += 1
            found += [f"{run.case}: {line}" for line in missing(row)]
            shown += ChatwootNote.objects.filter(key=f"repasse:{row.pk}", chatwoot_id__isnull=False).exists()
    return {
        "cases": len(cases),
        "handoffs": handoffs,
        "complete": handoffs - len({line.partition(":")[0] for line in found}),
        "shown_in_chatwoot": shown,
        "missing": found,
    }


def missing(row: Handoff) -> list[str]:
    """The lines that are not there, or say that nothing is known where something was told before the handoff."""
    lines = dict(re.findall(r"^([^\n:]+):[ \n](.*)$", row.summary, re.MULTILINE))
    lead_id = row.conversation.lead_id
    told = set(Fact.objects.filter(lead_id=lead_id, created_at__lte=row.opened_at).values_list("field", flat=True))
    absent = [name for name in LINES if not lines.get(name, "").strip()]
    unsaid = [name for name, field in LINES.items() if field in told and lines.get(name, "").startswith(UNKNOWN)]
    scored = Classification.objects.filter(lead_id=lead_id, at__lte=row.opened_at).exists()
    unscored = ["Pontuação"] if scored and " de 100" not in lines.get("Pontuação", "") else []
    spoken = Message.objects.filter(conversation=row.conversation, created_at__lt=row.opened_at).exists()
    silent = ["Últimas mensagens"] if spoken and lines.get("Últimas mensagens", "").startswith(UNKNOWN) else []
    return [*absent, *unsaid, *unscored, *silent]
