"""Chatwoot: where each channel is mirrored, and conversations that wait there."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations import repair
from conversations.admin.base import PipeAdmin
from conversations.admin.channel import hidden
from conversations.chatwoot import inboxes
from conversations.models import ChatwootInbox, ChatwootLink
from conversations.wording import words
from knowledge.admin import AuditedAdmin
from leads.names import with_lead_name
from seleto.lib.admin_lists import asking, moment

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[ChatwootInbox]
else:
    _ModelForm = forms.ModelForm

# Form field -> (column, label of the secret in it).
_SECRETS = {
    "user_token": ("credentials", "user_token"),
    "bot_token": ("credentials", "bot_token"),
    "webhook_secret": ("webhook_secrets", "atual"),
    "signing_secret": ("signing_secrets", "atual"),
}


class InboxForm(_ModelForm):
    user_token = hidden("Token do usuário da integração", "Um usuário só da integração, não o de uma pessoa.")
    bot_token = hidden("Token do bot", "O agente escreve com ele.")
    webhook_secret = hidden("Segredo do endereço do webhook")
    signing_secret = hidden("Chave de assinatura da caixa", "O Chatwoot mostra a chave na configuração da caixa.")

    class Meta:
        model = ChatwootInbox
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (column, label) in _SECRETS.items():
            if getattr(self.instance, column).get(label):
                self.fields[name].help_text = "Já cadastrado. Em branco, continua o mesmo."

    def save(self, commit: bool = True) -> ChatwootInbox:
        for name, (column, label) in _SECRETS.items():
            if given := self.cleaned_data[name]:
                setattr(self.instance, column, {**getattr(self.instance, column), label: given})
        saved: ChatwootInbox = super().save(commit)
        return saved


@admin.register(ChatwootInbox)
class ChatwootInboxAdmin(AuditedAdmin):
    form = InboxForm
    list_display = ["where", "base_url", "assignment", "active"]
    list_select_related = ["channel"]
    empty_hint = "Sem uma caixa, as conversas não aparecem no Chatwoot."
    fieldsets = [
        ("Caixa", {"fields": ["channel", "base_url", "public_url", "account_id", "inbox_id", "active"]}),
        (
            "Credenciais",
            {
                "fields": [
                    "user_token",
                    "bot_token",
                    "integration_user_id",
                    "webhook_secret",
                    "signing_secret",
                    "signature_required",
                ]
            },
        ),
        (
            "Repasses",
            {
                "fields": ["assignment", *ChatwootInbox.TEAM_COLUMNS.values(), "assignment_pauses"],
                "description": "O número do time está no endereço da página dele no Chatwoot. Uma fila sem time vai a"
                " quem atende a caixa. Se o próprio time já atribui sozinho, escolha “a ninguém: só ao time”.",
            },
        ),
    ]

    @admin.display(description="canal", ordering="channel__name")
    def where(self, row: ChatwootInbox) -> str:
        return row.channel.name

    def save_model(self, request: HttpRequest, obj: ChatwootInbox, form: Any, change: bool) -> None:  # type: ignore[override]
        super().save_model(request, obj, form, change)
        transaction.on_commit(inboxes.forget)


@admin.register(ChatwootLink)
class ChatwootLinkAdmin(PipeAdmin):
    list_display = ["name", "number", "channel_name", "status", "why", "next_run", "polled"]
    list_filter = [("status", asking("em dia?")), ("channel", asking("em que canal?", admin.RelatedFieldListFilter))]
    ordering = ["-polled_at"]
    list_select_related = ["channel__chatwoot"]
    fields = ["name", "number", "channel_name", "status", "why", "attempts", "next_run", "polled"]
    next_run, polled = moment("due_at", "espelhar a partir de"), moment("polled_at", "conferida")
    actions = ["mirror_again"]
    repairs = [("mirror_again", "Espelhar de novo")]
    empty_hint = "A primeira linha nasce quando um lead de um canal espelhado escreve."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_lead_name(super().get_queryset(request), "lead")

    def page_name(self, row: Any) -> str:
        return f"{row.lead_name} no Chatwoot"

    @admin.display(description="lead")
    def name(self, row: Any) -> str:
        return str(row.lead_name)

    @admin.display(description="conversa no Chatwoot", ordering="display_id")
    def number(self, row: ChatwootLink) -> SafeString | str:
        address = page_there(row)
        if not address:
            return "ainda não existe lá"
        return format_html('<a href="{}" target="_blank" rel="noopener">nº {}</a>', address, row.display_id)

    @admin.display(description="canal", ordering="channel__name")
    def channel_name(self, row: ChatwootLink) -> str:
        return row.channel.name

    @admin.display(description="motivo")
    def why(self, row: ChatwootLink) -> str:
        """What the last run met: a refusal, or no answer."""
        code, _, detail = row.reason.partition(":")
        if not code:
            return "–"
        return words(f"recusada_no_chatwoot:{detail}" if code == "recusada" else f"chatwoot:{row.reason}")

    def can_repair(self, row: Any) -> bool:
        return bool(row.status == ChatwootLink.Status.PARKED)

    @admin.action(description="Espelhar de novo", permissions=["repair"])
    def mirror_again(self, request: HttpRequest, queryset: QuerySet[ChatwootLink]) -> HttpResponse | None:
        return self.repair(request, queryset, repair.mirror_again, done="Conversas a espelhar de novo")


def page_there(link: ChatwootLink | None) -> str:
    """Where people open the conversation in Chatwoot; "" while it is not there. ``channel__chatwoot`` is at hand."""
    inbox = getattr(link.channel, "chatwoot", None) if link else None
    return inbox.page_of(link.display_id) if link and inbox and link.display_id else ""
