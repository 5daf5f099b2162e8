"""API tokens in the admin: made, exchanged and revoked. The plain text is shown once, in the message afterwards."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from seleto.lib import clock, tokens
from seleto.lib.admin import WordedAdmin, actor
from seleto.lib.models import ApiToken
from seleto.lib.tokens import Scope

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[ApiToken]
else:
    _ModelForm = forms.ModelForm

# Who may hand on the right to see and erase what is known of a person: whoever has it.
_PRIVACY = "leads.anonymise_lead"


class ApiTokenForm(_ModelForm):
    days = forms.IntegerField(
        label="Validade em dias",
        min_value=1,
        max_value=tokens.MAX_DAYS,
        initial=90,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="No máximo um ano. Antes do fim, troque a chave: a antiga ainda vale por um tempo.",
    )

    class Meta:
        model = ApiToken
        fields = ["name", *tokens.fields(())]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(name) for name in tokens.fields(())):
            raise forms.ValidationError("Escolha ao menos uma coisa que a chave pode fazer.")
        return data


@admin.register(ApiToken)
class ApiTokenAdmin(WordedAdmin):
    list_display = ["name", *tokens.fields(()), "expires_at", "last_used_at", "revoked_at"]
    ordering = ["name"]
    actions = ["rotate_tokens", "revoke_tokens"]
    empty_hint = "Nenhuma chave: crie uma para cada programa que usa a API."

    def get_form(self, request: HttpRequest, obj: ApiToken | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = ApiTokenForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[Any]:
        if obj is not None:
            return [
                "name",
                *tokens.fields(()),
                "created_at",
                "expires_at",
                "previous_until",
                "last_used_at",
                "revoked_at",
            ]
        scopes = [name for name in tokens.fields(()) if name != "can_privacy" or request.user.has_perm(_PRIVACY)]
        return ["name", *scopes, "days"]

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        chosen = [scope for scope in Scope if form.cleaned_data.get(f"can_{scope}")]
        token, plain = tokens.create(name=obj.name, now=clock.now(), scopes=chosen, days=form.cleaned_data["days"])
        obj.pk = token.pk
        tokens.note(actor(request), "create", token, now=clock.now())
        self.message_user(request, f"Chave de API, mostrada só desta vez: {plain}", messages.WARNING)

    @admin.action(description="Trocar as chaves marcadas por novas", permissions=["rotate"])
    def rotate_tokens(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """The older text goes on for a while (``tokens.rotate``)."""
        for token in queryset:
            if token.can_privacy and not request.user.has_perm(_PRIVACY):
                self.message_user(request, f"{token.name}: só quem atende titulares troca esta chave.", messages.ERROR)
                continue
            plain = tokens.rotate(name=token.name, now=clock.now())
            if plain is None:
                self.message_user(request, f"{token.name}: já não vale; crie outra.", messages.ERROR)
                continue
            tokens.note(actor(request), "rotate", token, now=clock.now())
            self.message_user(request, f"{token.name}: chave nova, mostrada só desta vez: {plain}", messages.WARNING)

    @admin.action(description="Revogar as chaves marcadas", permissions=["delete"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        revoked = [token for token in queryset if tokens.revoke(name=token.name, now=clock.now())]
        for token in revoked:
            tokens.note(actor(request), "revoke", token, now=clock.now())
        self.message_user(request, f"Chaves revogadas: {len(revoked)}.", messages.SUCCESS)

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        """An exchange gives the key into somebody's hands, like making one."""
        return self.has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """A token is made, exchanged and revoked, never altered."""
        return obj is None and super().has_change_permission(request, obj)
