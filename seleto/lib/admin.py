"""The system's own rows, for whoever keeps it running. Machine-written rows are shown, never edited."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from seleto.lib import alerts, audit, circuits, clock
from seleto.lib.admin_filters import QuestionFilter
from seleto.lib.admin_lists import moment
from seleto.lib.admin_theme import ThemedAdmin
from seleto.lib.models import Alert, Circuit, Heartbeat, RateBucket


def actor(request: HttpRequest) -> str:
    """The person at the keyboard, as the audit names them."""
    return f"usuário:{request.user.pk}"


class Shown:
    """A row under the name that people know it by, for the page's own heading and its way back to the list."""

    def __init__(self, row: Model, name: str) -> None:
        self._row, self._name = row, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    def __str__(self) -> str:
        return self._name


class WordedAdmin(ThemedAdmin):
    """Lists and pages that name what they show by words."""

    # What an empty list means, or how its first row comes about.
    empty_hint = ""

    def page_name(self, row: Any) -> str:
        """What a row's page is called."""
        return str(row)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = str(self.opts.verbose_name_plural)
        heading = {"title": f"{words[:1].upper()}{words[1:]}", "empty_hint": self.empty_hint}
        return super().changelist_view(request, {**heading, **(extra_context or {})})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            name = self.page_name(obj)
            context |= {"title": name, "subtitle": None, "original": Shown(obj, name)}
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnlyAdmin(WordedAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Without the list of changes by hand: there are none; the audit has the deeds."""
        return super().render_change_form(request, {**context, "show_history": False}, *args, **kwargs)


class OpenFilter(QuestionFilter):
    title = "ainda aberto?"
    parameter_name = "aberto"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("nao", "não, encerrado", lambda rows: rows.exclude(closed_at=None)),
    ]


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
    empty_hint = "Nenhum alerta. O que precisar de alguém aparece aqui e no alto de cada página."

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


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beat_at"]
    ordering = ["name"]


@admin.register(RateBucket)
class RateBucketAdmin(ReadOnlyAdmin):
    list_display = ["key", "next_at"]
    ordering = ["key"]
    actions = ["free_buckets"]

    @admin.action(description="Liberar agora o ritmo dos marcados", permissions=["free"])
    def free_buckets(self, request: HttpRequest, queryset: QuerySet[RateBucket]) -> None:
        """For a pause that was asked for by mistake; the pace itself goes on from now."""
        keys = list(queryset.values_list("key", flat=True))
        queryset.delete()
        for key in keys:
            audit.record(
                actor=actor(request),
                action="free",
                subject_kind="rate_bucket",
                subject_id=None,
                detail={"bucket": key},
                now=clock.now(),
            )
        self.message_user(request, f"Ritmos liberados: {len(keys)}.", messages.SUCCESS)

    def has_free_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lib.change_ratebucket")
