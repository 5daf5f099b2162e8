"""How the first page says figures: durations, money, the stages of the pipe."""

from decimal import Decimal

_STAGES = {
    "bulk_run": "ações em lote",
    "channel_watch": "conferir os canais",
    "chatwoot_poll": "conferir o Chatwoot",
    "crm_reconcile": "conferir o CRM",
    "crm_sync": "levar leads ao CRM",
    "deliver": "enviar mensagens",
    "embed": "preparar a busca",
    "follow_up": "retomar conversas",
    "handoff_wait": "avisar de quem espera",
    "ingest": "receber mensagens",
    "media": "baixar arquivos",
    "mirror": "espelhar no Chatwoot",
    "nightly": "avaliação diária",
    "playground": "playground",
    "publish": "avaliar prompts",
    "read": "ler arquivos",
    "replay": "reproduzir conversas",
    "summary": "resumir conversas",
    "templates": "ler modelos do WhatsApp",
    "turn": "responder",
}


def stage_words(name: str) -> str:
    return _STAGES.get(name, name.replace("_", " "))


def duration(seconds: float | None) -> str:
    """``8 s``, ``12 min``, ``2 h 05 min``, ``3 d 4 h``; "–" for None."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def money(amount: Decimal) -> str:
    """``US$ 1.234,50``; below ten cents with four places."""
    text = f"{amount:,.4f}" if 0 < amount < Decimal("0.1") else f"{amount:,.2f}"
    return "US$ " + text.replace(",", " ").replace(".", ",").replace(" ", ".")
