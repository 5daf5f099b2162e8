"""What the pages of the pipe have in common."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations import repair
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin, actor
from seleto.lib.admin_lists import SHOWN, CappedPaginator, confirmation

Service = Callable[..., repair.Repaired]


class PipeAdmin(ReadOnlyAdmin):
    """A list of machine-written rows whose buttons need the permission to change them."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    empty_value_display = "–"
    change_form_template = "admin/conversations/repair_form.html"
    # The list's actions that a row's page offers as buttons: (action, words).
    repairs: ClassVar[list[tuple[str, str]]] = []
    # Columns of the page alone; the list leaves them in the database.
    heavy_fields: ClassVar[list[str]] = []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        on_list = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.defer(*self.heavy_fields) if on_list else rows

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if self.repairs and self.has_repair_permission(request):
            row = self.get_object(request, object_id)
            context["repairs"] = self.repairs if row is not None and self.can_repair(row) else []
        return super().change_view(request, object_id, form_url, context)

    def can_repair(self, row: Any) -> bool:
        """Whether a row's page offers the buttons."""
        return True

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def describe(self, row: Any) -> str:
        """One line about a row on a confirmation page."""
        return ""

    def ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        action: str,
        question: str,
        button: str,
        explanation: Iterable[str] = (),
        warning: str = "",
    ) -> HttpResponse | None:
        """The confirmation page of an action, or None once it was answered with yes."""
        return confirmation(
            request,
            queryset,
            context={**self.admin_site.each_context(request), "opts": self.opts},
            action=action,
            question=question,
            explanation=tuple(explanation),
            warning=warning,
            button=button,
            rows=[(row, self.describe(row)) for row in queryset[:SHOWN]],
        )

    def repair(
        self, request: HttpRequest, queryset: QuerySet[Any], service: Service, *, done: str
    ) -> HttpResponse | None:
        """Run a service over the chosen rows and say what came of it."""
        ids: list[UUID] = list(queryset.order_by().values_list("pk", flat=True).distinct())
        result = service(ids, actor=actor(request), now=clock.now())
        if result.done:
            self.message_user(request, f"{done}: {result.done}.", messages.SUCCESS)
        for reason, count in result.refused.items():
            self.message_user(request, f"Sem mudança em {count}: {reason}.", messages.WARNING)
        return self.back(request, ids)

    def back(self, request: HttpRequest, ids: list[UUID]) -> HttpResponse | None:
        """To the page the button was on, when it was not the list."""
        if request.POST.get("back_to") != "page" or len(ids) != 1:
            return None
        return HttpResponseRedirect(page_of(self.opts.model, ids[0]))


def page_of(model: type[Model], key: UUID) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])


def link(model: type[Model], key: UUID | None, words: str) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', page_of(model, key), words) if key else "–"
