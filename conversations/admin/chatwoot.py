"""Chatwoot: where each channel is mirrored, and conversations that wait there."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from conversations.admin.base import PipeAdmin
from conversations.admin.channel import hidden
from conversations.chatwoot import due, inboxes
from conversations.models import ChatwootInbox, ChatwootLink
from knowledge.admin import AuditedAdmin
from seleto.lib import clock

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
        fields = [
            "channel",
            "base_url",
            "account_id",
            "inbox_id",
            "integration_user_id",
            "team_id",
            "signature_required",
            "assignment_pauses",
            "active",
        ]

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
    list_display = ["channel", "base_url", "account_id", "inbox_id", "active"]

    def save_model(self, request: HttpRequest, obj: ChatwootInbox, form: Any, change: bool) -> None:  # type: ignore[override]
        super().save_model(request, obj, form, change)
        transaction.on_commit(inboxes.forget)


@admin.register(ChatwootLink)
class ChatwootLinkAdmin(PipeAdmin):
    list_display = ["display_id", "channel", "status", "reason", "attempts", "due_at", "polled_at"]
    list_filter = ["status", "channel"]
    ordering = ["-due_at"]
    list_select_related = ["channel"]
    actions = ["mirror_again"]

    @admin.action(description="Espelhar de novo", permissions=["repair"])
    def mirror_again(self, request: HttpRequest, queryset: QuerySet[ChatwootLink]) -> None:
        now = clock.now()
        for link in queryset:
            ChatwootLink.objects.filter(pk=link.pk).update(status=ChatwootLink.Status.READY, reason="", attempts=0)
            due.mark(lead_id=link.lead_id, channel_id=link.channel_id, now=now)
        self.message_user(request, f"Conversas a espelhar de novo: {queryset.count()}.", messages.SUCCESS)
