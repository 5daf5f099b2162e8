"""The inbox itself: who waits, for whom and how long; search, filters, and filters saved under a name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations.models import Conversation
from seleto.backoffice.inbox import saved_views, search
from seleto.backoffice.inbox.filters import Product, Violation, has_violation
from seleto.backoffice.models import SavedView
from seleto.backoffice.replay_pages import ReplayableConversationAdmin
from seleto.lib import clock
from seleto.lib.admin_lists import local, moment

# The list of conversations is one thing, their words another (docs/roles.md).
MAY_READ = "conversations.view_message"


class InboxList(ReplayableConversationAdmin):
    list_display = ["name", "temperature", "owner_column", "last_message", "waited"]
    list_filter = [*ReplayableConversationAdmin.list_filter, Violation, Product]
    last_at = moment("last_message_at", "última mensagem")
    list_before_template = "admin/backoffice/saved_views.html"
    search_fields = ["id"]  # shows the box; ``get_search_results`` does the work
    search_help_text = "nome, empresa, cidade, produto, telefone ou palavras da conversa"

    class Media:
        css = {"all": ["seleto/conversation.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).annotate(violated=has_violation())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        if not search_term.strip():
            return queryset, False
        return search.matching(queryset, search_term, in_words=request.user.has_perm(MAY_READ)), False

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without what was said for who may not read it."""
        shown = super().get_list_display(request)
        if request.user.has_perm(MAY_READ):
            return shown
        return [{"last_message": "last_at"}.get(str(name), name) for name in shown]

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("conversations.operate_conversation"))

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "save_view": ("visoes/", self.save_view_view),
            "drop_view": ("visoes/<uuid:key>/apagar/", self.drop_view_view),
        }
        own = [
            path(route, self.admin_site.admin_view(require_POST(view)), name=f"conversations_conversation_{name}")
            for name, (route, view) in views.items()
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        user, chosen = _person(request), saved_views.kept(request.META.get("QUERY_STRING", ""))
        context = {
            "views": [(row, row.query == chosen, row.owner_id == user.pk) for row in saved_views.seen_by(user)],
            "chosen": chosen,
            "may_share": self.has_repair_permission(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def save_view_view(self, request: HttpRequest) -> HttpResponse:
        self._need_view(request)
        query = saved_views.kept(request.POST.get("query", ""))
        shared = "shared" in request.POST and self.has_repair_permission(request)
        try:
            row = saved_views.save(
                _person(request), name=request.POST.get("name", ""), query=query, shared=shared, now=clock.now()
            )
        except saved_views.Unnamed as problem:
            self.message_user(request, f"Visão não salva: {problem}.", messages.WARNING)
        else:
            self.message_user(request, f"Visão salva: {row.name}.", messages.SUCCESS)
        return HttpResponseRedirect(f"{_address()}?{query}")

    def drop_view_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        self._need_view(request)
        row = get_object_or_404(SavedView, pk=key)
        if not saved_views.delete(_person(request), key):
            raise PermissionDenied
        self.message_user(request, f"Visão apagada: {row.name}.", messages.SUCCESS)
        return HttpResponseRedirect(_address())

    def _need_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    @admin.display(description="esperando", ordering="waiting_since")
    def waited(self, row: Any) -> SafeString | str:
        if row.waiting_since is None:
            return "–"
        since = local(row.waiting_since)
        return format_html(
            '{} <span class="sl-evidence">desde {}</span>', how_long(row.waiting_since, clock.now()), since
        )

    @admin.display(description="lead", ordering="nome")
    def name(self, row: Any) -> SafeString | str:
        shown = super().name(row)
        if not row.violated:
            return shown
        return format_html('{} <span class="sl-tag sl-stop" title="teve rascunho barrado">barrado</span>', shown)


def how_long(since: datetime, now: datetime) -> str:
    """``7 min``, ``3 h 20 min``, ``2 dias``."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    days = minutes // (24 * 60)
    return f"{days} dia" if days == 1 else f"{days} dias"


def _address() -> str:
    return reverse("admin:conversations_conversation_changelist")


def _person(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101 - nobody else passes the admin's door
    return request.user
