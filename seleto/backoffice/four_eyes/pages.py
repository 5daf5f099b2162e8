"""The page of changes that wait for a second person: what would change, and the buttons."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from knowledge.prompt_diff import word_by_word
from seleto.backoffice.four_eyes import deciding
from seleto.backoffice.models import PendingChange
from seleto.lib.admin import ReadOnlyAdmin
from seleto.lib.admin_lists import asking, moment

_TONES = {"waiting": "human", "approved": "agent", "declined": "stop", "stale": "stop"}
# Rows of one change that are shown; a sheet may have thousands.
MOST_ROWS = 200


def may_see(request: HttpRequest) -> bool:
    return request.user.has_perm("backoffice.view_pendingchange") or request.user.has_perm(deciding.APPROVE)


def waiting(request: HttpRequest) -> int | None:
    """How many wait; None for who does not look after them. Asked once a request."""
    if not may_see(request):
        return None
    kept = vars(request)
    if "pending_changes" not in kept:
        kept["pending_changes"] = PendingChange.objects.filter(status=PendingChange.Status.WAITING).count()
    count: int = kept["pending_changes"]
    return count


@admin.register(PendingChange)
class PendingChangeAdmin(ReadOnlyAdmin):
    list_title = "Mudanças para aprovar"
    list_display = ["title", "state", "author_name", "asked", "decided_by", "decided"]
    list_filter = [("status", asking("em que situação?"))]
    ordering = ["-asked_at"]
    asked, decided = moment("asked_at", "pedida em"), moment("decided_at", "decidida em")
    empty_hint = (
        "Nenhuma mudança espera aprovação. Elas aparecem aqui quando a publicação a quatro olhos está ligada nas regras"
        " da casa."
    )

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The author sees their own change, whatever else they may see."""
        mine = isinstance(obj, PendingChange) and obj.author_id == request.user.pk
        return mine or may_see(request)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("posted", "uploads")

    @admin.display(description="situação", ordering="status")
    def state(self, row: PendingChange) -> SafeString:
        tone = _TONES.get(row.status, "")
        return format_html('<span class="sl-tag sl-{}">{}</span>', tone, row.get_status_display())

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "approve": ("aprovar", self.approve_view),
            "decline": ("recusar", self.decline_view),
            "withdraw": ("desistir", self.withdraw_view),
        }
        own = [
            path(
                f"<uuid:key>/{words}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"backoffice_pendingchange_{name}",
            )
            for name, (words, view) in views.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not isinstance(row, PendingChange):
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method != "GET" or not self.has_view_permission(request, row):
            raise PermissionDenied
        mine = row.author_id == request.user.pk
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": row.title,
            "change": row,
            "state": self.state(row),
            "rows": [_shown(one) for one in row.changes[:MOST_ROWS]],
            "more": len(row.changes) - MOST_ROWS,
            "open": row.status == PendingChange.Status.WAITING,
            "mine": mine,
            "may_decide": not mine and request.user.has_perm(deciding.APPROVE),
        }
        return TemplateResponse(request, "admin/backoffice/pending.html", context)

    def approve_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        self._need(request)
        return self._done(request, key, lambda: deciding.approve(key, request), "Aprovada: a mudança já vale.")

    def decline_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        self._need(request)
        reason = request.POST.get("reason", "")[:500]
        return self._done(request, key, lambda: deciding.decline(key, request, reason=reason), "Mudança recusada.")

    def withdraw_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not self.has_view_permission(request, get_object_or_404(PendingChange, pk=key)):
            raise PermissionDenied
        return self._done(request, key, lambda: deciding.withdraw(key, request), "Você desistiu da mudança.")

    def _need(self, request: HttpRequest) -> None:
        if not request.user.has_perm(deciding.APPROVE):
            raise PermissionDenied

    def _done(self, request: HttpRequest, key: UUID, do: Callable[[], object], told: str) -> HttpResponse:
        get_object_or_404(PendingChange, pk=key)
        try:
            do()
        except deciding.Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:backoffice_pendingchange_change", args=[key]))


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    fields = [(name, *word_by_word(old, new)) for name, old, new in one["fields"]]
    return {**one, "fields": fields, "link": _address(one)}


def _address(one: dict[str, Any]) -> str:
    """Where the row stands today; nothing for a new one."""
    if not one["key"] or one["deed"] == "cria":
        return ""
    try:
        return reverse(f"admin:{one['model'].replace('.', '_')}_change", args=[one["key"]])
    except NoReverseMatch:
        return ""
