"""Channels: what is needed to reach a provider. Secrets go in and never come out."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations import channel_cache, connection
from conversations.models import Channel
from conversations.wording import words
from knowledge.admin import AuditedAdmin
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import SHOWN, confirmation, local, moment
from seleto.lib.models import AuditEntry

# By provider; those of the other one are neither asked for nor kept.
CREDENTIALS = {
    Channel.Provider.ZAPI.value: ("instance_token", "client_token"),
    Channel.Provider.WHATSAPP.value: ("access_token", "verify_token", "waba_id"),
}
_EVERY = tuple(name for names in CREDENTIALS.values() for name in names)
# Without the account's number everything works but templates.
_OPTIONAL = frozenset({"waba_id"})
SECRET_ADDED, SECRET_REMOVED = "webhook_secret.added", "webhook_secret.removed"  # pragma: allowlist secret
# The secret is a segment of the webhook's address.
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,200}")
_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")


def hidden(label: str, help_text: str = "") -> forms.CharField:
    """A field that is written and never shown, not even after a mistake elsewhere in the form."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "class": "vTextField"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text, strip=True, max_length=400)


if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Channel]
else:
    _ModelForm = forms.ModelForm


class ChannelForm(_ModelForm):
    instance_token = hidden("Token da instância")
    client_token = hidden("Token de segurança da conta (client-token)")
    access_token = hidden("Token de acesso (usuário do sistema)")
    verify_token = hidden("Token de verificação do webhook")
    waba_id = hidden("Número da conta do WhatsApp Business (WABA)")
    secret_label = forms.CharField(
        label="Rótulo do segredo",
        required=False,
        max_length=30,
        help_text="Minúsculas, números e hífen. Rótulo novo acrescenta um segredo; um que já existe troca o dele.",
    )
    secret = hidden(
        "Novo segredo do webhook",
        "16 caracteres ou mais: letras, números, _ e -. Guarde-o antes de salvar: ele não é mostrado de novo.",
    )
    remove_secrets = forms.MultipleChoiceField(
        label="Remover segredos", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Channel
        fields = [
            "slug",
            "name",
            "provider",
            "instance_id",
            "origin",
            "enabled",
            "min_interval_ms",
            "token_header_required",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = sorted(self.instance.webhook_secrets)
        removable = cast(forms.MultipleChoiceField, self.fields["remove_secrets"])
        removable.choices = [(label, label) for label in labels]
        for provider, names in CREDENTIALS.items():
            for name in names:
                stored = bool(self.instance.credentials.get(name))
                needed = "Opcional." if name in _OPTIONAL else "Obrigatório."
                of = f"{needed} Só para {Channel.Provider(provider).label}."
                self.fields[name].help_text = "Já cadastrado. Em branco, continua o mesmo." if stored else of

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in CREDENTIALS.get(cleaned.get("provider", ""), ()):
            if name not in _OPTIONAL and not cleaned.get(name) and not self.instance.credentials.get(name):
                self.add_error(name, "Este campo é obrigatório.")
        label, secret = cleaned.get("secret_label", ""), cleaned.get("secret", "")
        if bool(label) != bool(secret):
            self.add_error("secret_label", "Preencha o rótulo e o segredo, ou nenhum dos dois.")
        if label and not _LABEL.fullmatch(label):
            self.add_error("secret_label", "Use só letras minúsculas, números e hífen.")
        if secret and not _SECRET.fullmatch(secret):
            self.add_error("secret", "Use 16 caracteres ou mais: letras, números, _ e -.")
        removed = set(cleaned.get("remove_secrets", []))
        if not label and not set(self.instance.webhook_secrets) - removed:
            raise ValidationError("O canal precisa de ao menos um segredo de webhook.")
        if label in removed:
            self.add_error("remove_secrets", "O rótulo que recebe um segredo novo não pode ser removido.")
        return cleaned

    def secrets_after(self) -> dict[str, str]:
        kept = {
            label: secret
            for label, secret in self.instance.webhook_secrets.items()
            if label not in self.cleaned_data["remove_secrets"]
        }
        if self.cleaned_data["secret"]:
            kept[self.cleaned_data["secret_label"]] = self.cleaned_data["secret"]
        return kept

    def credentials_after(self) -> dict[str, str]:
        names = CREDENTIALS[self.cleaned_data["provider"]]
        kept = {name: value for name, value in self.instance.credentials.items() if name in names}
        return {**kept, **{name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}}


@admin.register(Channel)
class ChannelAdmin(AuditedAdmin):
    form = ChannelForm
    change_form_template = "admin/conversations/repair_form.html"
    actions = ["mark_connected", "mark_disconnected"]
    list_display = ["slug", "name", "provider", "enabled", "connected", "why", "since", "deaf"]
    since = moment("connection_at", "desde")
    deaf = moment("deaf_since", "sem retorno desde")
    checked = moment("watched_at", "conferido em")
    ordering = ["slug"]
    readonly_fields = [
        *("connected", "why", "connection_at", "deaf", "checked", "created_at", "webhook_address", "secrets"),
    ]
    fieldsets = [
        (None, {"fields": ["slug", "name", "provider", "instance_id", "origin", "enabled", "min_interval_ms"]}),
        ("Credenciais (só se escrevem, nunca são mostradas)", {"fields": list(_EVERY)}),
        (
            "Webhook",
            {
                "fields": [
                    "webhook_address",
                    "token_header_required",
                    "secrets",
                    "secret_label",
                    "secret",
                    "remove_secrets",
                ]
            },
        ),
        ("Situação", {"fields": ["connected", "why", "connection_at", "deaf", "checked", "created_at"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Addresses and switches cite a channel by its slug."""
        return [*self.readonly_fields, "slug"] if obj else list(self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Conversations point to it; a channel no longer used is switched off."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        channel = self.get_object(request, object_id)
        buttons = []
        if channel is not None and self.has_change_permission(request, channel):
            if channel.connected is not True:
                buttons.append(("mark_connected", "Marcar como conectado"))
            if channel.connected is not False:
                buttons.append(("mark_disconnected", "Marcar como desconectado"))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "repairs": buttons})

    @admin.action(description="Marcar como conectado", permissions=["change"])
    def mark_connected(self, request: HttpRequest, queryset: QuerySet[Channel]) -> HttpResponse | None:
        return self._mark(request, queryset, connected=True)

    @admin.action(description="Marcar como desconectado", permissions=["change"])
    def mark_disconnected(self, request: HttpRequest, queryset: QuerySet[Channel]) -> HttpResponse | None:
        return self._mark(request, queryset, connected=False)

    def _mark(self, request: HttpRequest, queryset: QuerySet[Channel], *, connected: bool) -> HttpResponse | None:
        words_of = "conectado" if connected else "desconectado"
        explanation = (
            "O alerta do canal é encerrado e o que esperava na fila começa a sair. Confira antes no provedor."
            if connected
            else "Nada sai por este canal até ele voltar. O que o agente responder espera na fila."
        )
        asked = confirmation(
            request,
            queryset,
            context={**self.admin_site.each_context(request), "opts": self.opts},
            action="mark_connected" if connected else "mark_disconnected",
            question=f"Marcar como {words_of}?",
            explanation=[explanation, "O próximo aviso de conexão do provedor volta a valer."],
            button=f"Marcar como {words_of}",
            rows=[(row, row.name) for row in queryset[:SHOWN]],
        )
        if asked is not None:
            return asked
        keys = list(queryset.values_list("pk", flat=True))
        now = clock.now()
        changed = sum(connection.mark(key, connected=connected, actor=actor(request), now=now) for key in keys)
        if changed:
            self.message_user(request, f"Canais marcados como {words_of}: {changed}.", messages.SUCCESS)
        else:
            self.message_user(request, f"Nada mudou: já constava como {words_of}.", messages.WARNING)
        if request.POST.get("back_to") != "page" or len(keys) != 1:
            return None
        return HttpResponseRedirect(reverse("admin:conversations_channel_change", args=keys))

    @admin.display(description="motivo da conexão", ordering="connection_reason")
    def why(self, row: Channel) -> str:
        return words(row.connection_reason)

    @admin.display(description="endereço do webhook")
    def webhook_address(self, row: Channel) -> str:
        secret = "" if row.provider == Channel.Provider.WHATSAPP else "<segredo>/"
        return f"/webhooks/{row.provider}/{row.slug}/{secret}" if row.slug else "–"

    @admin.display(description="segredos aceitos")
    def secrets(self, row: Channel) -> SafeString | str:
        """Labels and ages; who looks for a leaked secret needs no more."""
        ages = _secret_ages(row)
        lines = [
            (label, f"desde {local(ages[label])}" if label in ages else "sem registro de quando")
            for label in sorted(row.webhook_secrets)
        ]
        if not lines:
            return "nenhum ainda"
        return format_html("<div>{}</div>", format_html_join("", "<b>{}</b> {}<br>", lines))

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:  # type: ignore[override]
        before = set(obj.webhook_secrets)
        if not change:
            obj.created_at = clock.now()
        obj.credentials, obj.webhook_secrets = form.credentials_after(), form.secrets_after()
        super().save_model(request, obj, form, change)
        if form.cleaned_data["secret"]:
            self.record(request, SECRET_ADDED, obj, label=form.cleaned_data["secret_label"])
        for label in sorted(before - set(obj.webhook_secrets)):
            self.record(request, SECRET_REMOVED, obj, label=label)
        transaction.on_commit(channel_cache.forget)


def _secret_ages(channel: Channel) -> dict[str, datetime]:
    """Since when each label has its present secret, as far as the audit knows."""
    entries = AuditEntry.objects.filter(subject_kind="channel", subject_id=channel.pk, action=SECRET_ADDED)
    return {entry.detail["label"]: entry.at for entry in entries.order_by("at")}
