"""What the audit keeps as constant words and ids, told in sentences: the deed, what it was done to, and the details."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db.models import Field, Model
from django.urls import NoReverseMatch, reverse

from conversations.wording import words
from leads.models import Temperature

_DEEDS = {
    "agent.off": "desligou o agente",
    "agent.on": "ligou o agente",
    "answer": "respondeu",
    "bulk.cancel": "parou a ação em massa",
    "bulk.start": "começou uma ação em massa",
    "change": "alterou",
    "close": "encerrou",
    "conversation.agent": "conversa passou ao agente",
    "conversation.hand_over": "repassou a conversa",
    "conversation.human": "conversa passou a uma pessoa",
    "conversation.nobody": "conversa ficou sem ninguém",
    "conversation.say": "escreveu ao lead como a empresa",
    "create": "criou",
    "crm.ignore": "deu a divergência com o CRM por certa",
    "crm.park": "parou a sincronização com o CRM",
    "crm.repair": "reparou a divergência com o CRM",
    "crm.retry": "mandou o lead ao CRM de novo",
    "crm.skip": "deixou a sincronização com o CRM de lado",
    "crm.test": "testou a conexão com o CRM",
    "delete": "excluiu",
    "dismiss": "descartou",
    "event.reprocess": "mandou reprocessar",
    "expire": "expirou",
    "follow_up.cancel": "cancelou a retomada planejada",
    "erasure.retry": "mandou tentar apagar de novo em outro sistema",
    "erasure.step": "apagou em outro sistema",
    "handoff_alarm.retry": "tentou o aviso de novo",
    "incident.draft": "rascunhou a comunicação de um incidente",
    "knowledge.export": "exportou conhecimento",
    "knowledge.import": "importou conhecimento de uma planilha",
    "lead.anonymise": "anonimizou o lead",
    "lead.correct_temperature": "corrigiu a temperatura",
    "lead.export": "exportou uma lista",
    "lead.keep_apart": "disse que são duas pessoas",
    "lead.merge": "juntou dois leads",
    "mark_connected": "marcou como conectado",
    "mark_disconnected": "marcou como desconectado",
    "media.again": "pediu o arquivo de novo",
    "mirror.again": "mandou espelhar de novo",
    "outbound.again": "mandou o evento de novo",
    "outbound.change": "alterou a assinatura de eventos",
    "outbound.create": "criou a assinatura de eventos",
    "outbound.off": "desligou a assinatura de eventos",
    "outbound.on": "ligou a assinatura de eventos",
    "outbound.secret": "trocou o segredo da assinatura de eventos",  # pragma: allowlist secret
    "outbound.test": "mandou um evento de teste",
    "outbox.discard": "descartou a mensagem",
    "outbox.requeue": "mandou enviar de novo",
    "pending.approve": "aprovou a mudança de outra pessoa",
    "pending.ask": "pediu uma mudança que espera aprovação",
    "pending.decline": "recusou a mudança de outra pessoa",
    "pending.stale": "a mudança pedida não se aplicava mais",
    "pending.withdraw": "desistiu da mudança que pediu",
    "price.disclosed": "informou o preço configurado",
    "publish": "publicou",
    "publish_cancel": "cancelou a avaliação para publicar",
    "publish_override": "publicou apesar da avaliação",
    "publish_refused": "avaliação terminou sem publicar",
    "publish_requested": "pediu a publicação",
    "retention": "apagou o que passou do prazo de guarda",
    "report": "marcou uma resposta como errada",
    "report_again": "marcou de novo uma resposta como errada",
    "free": "liberou o ritmo",
    "rollout.change": "mudou a liberação do agente",
    "rollout.create": "criou uma regra de liberação",
    "rollout.delete": "excluiu uma regra de liberação",
    "rollout_phone.change": "mudou um telefone sempre respondido",
    "rollout_phone.create": "liberou um telefone",
    "rollout_phone.delete": "tirou um telefone dos sempre respondidos",
    "reset": "mandou tentar agora",
    "reviewed": "marcou como revisado",
    "restore": "voltou a uma versão anterior",
    "revoke": "revogou",
    "rollback": "voltou a esta versão",
    "rotate": "trocou por outra",
    "second_factor.enrol": "cadastrou o segundo fator",
    "second_factor.recovery_code": "entrou com um código de recuperação",
    "second_factor.reset": "redefiniu o segundo fator",
    "see": "viu",
    "setup.test": "testou a configuração",
    "trial_drop": "encerrou o teste A/B",
    "trial_start": "começou um teste A/B",
    "rule.loosen": "afrouxou uma regra",
    "hit.review": "avaliou um bloqueio",
    "turn.retry": "mandou o agente tentar de novo",
    "use": "pôs em uso",
    "webhook_secret.added": "acrescentou um segredo de webhook",
    "webhook_secret.removed": "removeu um segredo de webhook",
    "subject.close": "encerrou o pedido de titular",
    "subject.code": "enviou o código de identidade",
    "subject.correct": "corrigiu dados a pedido do titular",
    "subject.download": "baixou a cópia dos dados do titular",
    "subject.export": "preparou a cópia dos dados do titular",
    "subject.open": "abriu um pedido de titular",
    "subject.verify": "confirmou a identidade do titular",
}
_LABELS = {
    "api_token": "chave",
    "author": "pedida pelo usuário",
    "bucket": "ritmo",
    "cases": "conversas avaliadas",
    "changed": "alteradas",
    "circuit": "sistema",
    "conversation": "conversa",
    "copied_from": "copiada de",
    "erased": "linhas apagadas",
    "fields": "campos",
    "filters": "filtros",
    "format": "formato",
    "from": "de",
    "handoff": "repasse",
    "key": "chave",
    "kind": "tipo",
    "label": "rótulo",
    "merged": "lead juntado",
    "message": "mensagem",
    "message_id": "mensagem",
    "new": "novas",
    "other": "outro lead",
    "others": "as outras",
    "outbox": "mensagem de saída",
    "outcome": "resultado",
    "part": "parte",
    "product": "produto",
    "reason": "motivo",
    "remote": "id no CRM",
    "repair": "reparo",
    "report": "resposta errada",
    "rows": "linhas",
    "run": "avaliação",
    "scope": "alcance",
    "scopes": "pode",
    "share": "parcela das conversas (%)",
    "spent_usd": "gasto (US$)",
    "to": "para",
    "trial": "teste A/B",
    "turn": "turno",
    "unchanged": "sem mudança",
    "version": "versão",
    "was": "estava",
}
# What a detail's id is the key of.
_POINTS_TO = {
    "conversation": "conversation",
    "copied_from": "promptversion",
    "handoff": "handoff",
    "message_id": "message",
    "outbox": "outbox",
    "report": "wrongreply",
    "run": "publishrun",
    "trial": "prompttrial",
    "turn": "turn",
}


def deed(action: str) -> str:
    return _DEEDS.get(action) or action.replace("_", " ").replace(".", ": ")


def model_of(kind: str) -> type[Model] | None:
    """The model that the audit calls by this word."""
    name = kind.replace("_", "").lower()
    return next((model for model in apps.get_models() if model._meta.model_name == name), None)


def subject(kind: str) -> str:
    model = model_of(kind)
    return str(model._meta.verbose_name) if model else kind.replace("_", " ")


def address(kind: str, key: UUID | str | None) -> str:
    """The admin page of a row, empty when it has none."""
    model = model_of(kind)
    if model is None or not key or not admin.site.is_registered(model):
        return ""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    except NoReverseMatch:
        return ""


def details(kind: str, detail: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(what, value in words, address of its page or "") per detail."""
    for name, value in detail.items():
        if value in ("", None, [], {}):
            continue
        if name == "fields" and isinstance(value, list):
            yield _LABELS[name], ", ".join(_field(kind, str(field)) for field in value), ""
            continue
        at = address(_POINTS_TO.get(name, ""), str(value)) if name in _POINTS_TO else ""
        yield _LABELS.get(name, name.replace("_", " ")), "abrir" if at else _said(name, value, kind), at


def _said(name: str, value: Any, kind: str) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in ("from", "to"):
        return str(dict(Temperature.choices).get(value, value))
    if name in ("reason", "was"):
        chosen = _choice(kind, "reason" if name == "reason" else "status", value)
        return chosen or words(str(value))
    if name == "others":
        return _choice("rolloutrule", "others", value).partition(":")[0] or str(value)
    if name == "outcome":
        return _choice("publishrun", "status", value) or str(value)
    return str(value)


def _choice(kind: str, field: str, value: Any) -> str:
    """The words of a choice of the subject's own column."""
    model = model_of(kind)
    if model is None:
        return ""
    column = next((one for one in model._meta.get_fields() if isinstance(one, Field) and one.name == field), None)
    return str(dict(column.flatchoices).get(value, "")) if column is not None else ""


def _field(kind: str, name: str) -> str:
    """A column's own words; a form's field that is no column keeps its name."""
    model = model_of(kind)
    found = next((one for one in model._meta.get_fields() if one.name == name), None) if model else None
    return str(getattr(found, "verbose_name", "")) or name.replace("_", " ")
