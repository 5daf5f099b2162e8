"""What a person may do on a conversation's page: who may, what it asks first, and the service it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from conversations import desk, repair
from conversations.models import Conversation, Handoff, Outbox
from crm import due, services
from crm.models import CrmSync
from leads import erasure
from seleto.lib import audit

_OPERATE = "conversations.operate_conversation"
_WORD = "ANONIMIZAR"


class HandOverForm(forms.Form):
    reason = forms.ChoiceField(
        label="por que motivo?", choices=[(one.value, str(one.label)) for one in desk.REASONS], widget=forms.RadioSelect
    )


class AnonymiseForm(forms.Form):
    word = forms.CharField(
        label=f"para confirmar, escreva {_WORD}", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if word.strip().upper() != _WORD:
            raise forms.ValidationError(f"Escreva {_WORD} para confirmar.")
        return word


@dataclass(frozen=True, slots=True)
class Deed:
    """``do`` returns what to tell the person and raises ``repair.Refused``. Without a ``question`` it asks nothing
    first: no lead notices it."""

    permission: str
    do: Callable[[Conversation, Mapping[str, Any], str, datetime], str]
    question: str = ""
    button: str = ""
    explanation: tuple[str, ...] = ()
    warn: Callable[[Conversation], str] = lambda conversation: ""
    form: type[forms.Form] | None = None


def _pause(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    repair.pause(conversation.pk, actor=actor, now=now)
    return "Uma pessoa atende esta conversa."


def _resume(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    repair.resume(conversation.pk, actor=actor, now=now)
    return "O agente atende esta conversa."


def _hand_over(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    given = desk.hand_over(conversation.pk, Handoff.Reason(chosen["reason"]), actor=actor, now=now)
    return f"Conversa repassada à fila {given.get_queue_display()}; o lead recebe o aviso."


def _retry(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    turns = repair.waiting_for_retry().filter(conversation=conversation).order_by("-started_at")[:1]
    results = [
        repair.retry_turns([row.pk for row in turns], actor=actor, now=now),
        repair.requeue_outbox([row.pk for row in _stuck(conversation)], actor=actor, now=now),
    ]
    done = sum(one.done for one in results)
    refused = dict.fromkeys(reason for one in results for reason in one.refused)
    if not done:
        raise repair.Refused("; ".join(refused) or "não há nada parado nesta conversa")
    more = f" Sem mudança no resto: {'; '.join(refused)}." if refused else ""
    return f"De volta à fila: {done}.{more}"


def _sync(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    if not due.wanted():
        raise repair.Refused("nenhum CRM está configurado")
    row = CrmSync.objects.filter(lead_id=conversation.lead_id).first()
    if row is not None:
        services.retry(row.pk, by=actor, now=now)
    else:
        services.mark_due(conversation.lead_id, now=now, at_once=True)
        audit.record(actor=actor, action="crm.retry", subject_kind="lead", subject_id=conversation.lead_id, now=now)
    return "O lead vai ao CRM agora."


def _anonymise(conversation: Conversation, chosen: Mapping[str, Any], actor: str, now: datetime) -> str:
    try:
        erasure.anonymise(conversation.lead_id, actor=actor, now=now)
    except erasure.AlreadyAnonymous:
        raise repair.Refused("este lead já foi anonimizado") from None
    return "Lead anonimizado: nada aqui leva mais a esta pessoa."


def _stuck(conversation: Conversation) -> Any:
    return (
        Outbox.objects.filter(conversation=conversation, status__in=repair.STUCK).exclude(reason="").order_by("order")
    )


def _may_come_twice(conversation: Conversation) -> str:
    if _stuck(conversation).filter(status=Outbox.Status.UNKNOWN).exists():
        return "Uma das mensagens pode ter chegado: o lead pode recebê-la duas vezes."
    return ""


DEEDS: Mapping[str, Deed] = {
    "pausar": Deed(
        permission=_OPERATE,
        do=_pause,
        question="Pausar o agente nesta conversa?",
        button="Pausar agente",
        explanation=("Uma pessoa passa a atender. O que o agente tinha na fila e ainda não saiu é cancelado.",),
    ),
    "devolver": Deed(
        permission=_OPERATE,
        do=_resume,
        question="Devolver a conversa ao agente?",
        button="Devolver ao agente",
        explanation=(
            "O agente volta a responder a partir da próxima mensagem do lead.",
            "Uma pergunta que o lead fez depois da última palavra da pessoa é respondida já; o resto, não.",
        ),
    ),
    "repassar": Deed(
        permission=_OPERATE,
        do=_hand_over,
        question="Repassar a conversa a uma pessoa?",
        button="Repassar",
        explanation=(
            "O agente para, a fila do motivo escolhido recebe o resumo, e o lead é avisado com a frase aprovada.",
        ),
        form=HandOverForm,
    ),
    "tentar": Deed(
        permission=_OPERATE,
        do=_retry,
        question="Tentar de novo?",
        button="Tentar de novo",
        explanation=(
            "O agente lê a conversa como está agora e responde ao lead; as mensagens paradas voltam à fila de saída.",
        ),
        warn=_may_come_twice,
    ),
    "anonimizar": Deed(
        permission="leads.anonymise_lead",
        do=_anonymise,
        question="Anonimizar este lead?",
        button="Anonimizar para sempre",
        explanation=(
            "Telefone, nome, fatos, mensagens, arquivos e rascunhos deste lead são apagados em todas as sessões.",
            "Ficam os números: quantas mensagens, classe, pontuação, custo. A conversa é encerrada.",
            (
                "No Chatwoot o contato é apagado; no CRM a pessoa e o título da oportunidade são esvaziados. "
                "Anotações do CRM ficam no recibo, para apagar à mão."
            ),
            "Se a pessoa escrever de novo, será um lead novo.",
        ),
        warn=lambda conversation: "Não há como desfazer.",
        form=AnonymiseForm,
    ),
    "sincronizar": Deed(permission="crm.operate_crm", do=_sync),
}
