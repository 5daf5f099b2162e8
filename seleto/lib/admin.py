"""The system's own rows, for whoever keeps it running. Machine-written rows are shown, never edited."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from seleto.lib import alerts, audit, circuits, clock, tokens
from seleto.lib.admin_lists import moment
from seleto.lib.models import Alert, ApiToken, AuditEntry, Circuit, Heartbeat, RateBucket

if TYPE_CHECKING:  # generic for the type checker only
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


def actor(request: HttpRequest) -> str:
    """The person at the keyboard, as the audit names them."""
    return f"usuário:{request.user.pk}"


class ReadOnlyAdmin(_ModelAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OpenFilter(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "aberto"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [("sim", "abertos"), ("nao", "encerrados")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        match self.value():
            case "sim":
                return queryset.filter(closed_at=None)
            case "nao":
                return queryset.exclude(closed_at=None)
        return queryset


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["title", "level", "opened", "seen", "times", "closed"]
    opened, seen, closed = (
        moment("opened_at", "aberto"),
        moment("last_seen_at", "visto"),
        moment("closed_at", "encerrado"),
    )
    list_filter = [OpenFilter, "level"]
    search_fields = ["key", "title"]
    ordering = ["-opened_at"]
    actions = ["close_alerts"]

    class Media:
        css = {"all": ["seleto/admin.css"]}

    @admin.action(description="Encerrar os alertas marcados", permissions=["close"])
    def close_alerts(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        """A condition that still holds raises its alert again."""
        now = clock.now()
        closed = [alert for alert in queryset if alerts.close(alert.key, now=now)]
        for alert in closed:
            audit.record(
                actor=actor(request), action="close", subject_kind="alert", subject_id=alert.id, detail={}, now=now
            )
        self.message_user(request, f"Alertas encerrados: {len(closed)}.", messages.SUCCESS)

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lib.change_alert")


@admin.register(Circuit)
class CircuitAdmin(ReadOnlyAdmin):
    list_display = ["key", "state", "failures", "reason", "opened_at", "retry_at"]
    list_filter = ["state"]
    ordering = ["key"]
    actions = ["reset_circuits"]

    @admin.action(description="Tentar de novo agora os sistemas marcados", permissions=["reset"])
    def reset_circuits(self, request: HttpRequest, queryset: QuerySet[Circuit]) -> None:
        keys = list(queryset.values_list("key", flat=True))
        for key in keys:
            circuits.reset(key)
            audit.record(
                actor=actor(request),
                action="reset",
                subject_kind="circuit",
                subject_id=None,
                detail={"circuit": key},
                now=clock.now(),
            )
        self.message_user(request, f"Disjuntores religados: {len(keys)}.", messages.SUCCESS)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lib.change_circuit")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject_kind", "subject_id"]
    list_filter = ["action", "subject_kind"]
    search_fields = ["=subject_id", "actor"]
    date_hierarchy = "at"
    ordering = ["-at"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beat_at"]
    ordering = ["name"]


@admin.register(RateBucket)
class RateBucketAdmin(ReadOnlyAdmin):
    list_display = ["key", "next_at"]
    ordering = ["key"]


@admin.register(ApiToken)
class ApiTokenAdmin(_ModelAdmin):
    """A token's plain text is shown once, in the message after it was saved."""

    list_display = ["name", "created_at", "revoked_at"]
    fields = ["name"]
    ordering = ["name"]
    actions = ["revoke_tokens"]

    def save_model(self, request: HttpRequest, obj: ApiToken, form: "ModelForm[ApiToken]", change: bool) -> None:
        now = clock.now()
        token, plain = tokens.create(name=obj.name, now=now)
        obj.pk = token.pk
        self._audit(request, "create", token)
        self.message_user(request, f"Chave de API, mostrada só desta vez: {plain}", messages.WARNING)

    @admin.action(description="Revogar as chaves marcadas", permissions=["delete"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        revoked = [token for token in queryset if tokens.revoke(name=token.name, now=clock.now())]
        for token in revoked:
            self._audit(request, "revoke", token)
        self.message_user(request, f"Chaves revogadas: {len(revoked)}.", messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """A token is made and revoked, never altered."""
        return obj is None and super().has_change_permission(request, obj)

    def _audit(self, request: HttpRequest, action: str, token: ApiToken) -> None:
        audit.record(
            actor=actor(request),
            action=action,
            subject_kind="api_token",
            subject_id=None,
            detail={"api_token": token.pk},
            now=clock.now(),
        )
