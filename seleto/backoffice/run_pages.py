"""What became of long work: the list of runs, each with its bar, and the buttons to stop one or to do a dry run."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from seleto.backoffice import deleted_pages, first_run_pages, parked, parked_pages, runs
from seleto.backoffice.models import BulkRun
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin, actor
from seleto.lib.admin_lists import CappedPaginator, asking, moment


def address(run: BulkRun) -> str:
    """The page that shows how far the run is."""
    return reverse("admin:backoffice_bulkrun_change", args=[run.pk])


@admin.register(BulkRun)
class BulkRunAdmin(ReadOnlyAdmin):
    list_display = ["title", "asked", "requested_by", "status", "how_far", "done", "dry_run"]
    list_filter = [("status", asking("em que situação?"))]
    ordering = ["-requested_at"]
    paginator = CappedPaginator
    show_full_result_count = False
    empty_hint = "Nenhuma ação em massa ainda. Elas começam na página “Parados” e nas listas."
    asked = moment("requested_at", "pedida")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkRun]:
        return super().get_queryset(request).defer("keys")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:run_id>/barra/", view(self.bar), name="backoffice_bulkrun_bar"),
            path("<uuid:run_id>/parar/", view(require_POST(self.cancel)), name="backoffice_bulkrun_cancel"),
            path("<uuid:run_id>/executar/", view(require_POST(self.real)), name="backoffice_bulkrun_real"),
        ]
        pages = [one for page in (parked_pages, first_run_pages, deleted_pages) for one in page.urls(self.admin_site)]
        return [*pages, *own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            run = self._seen(request, UUID(object_id))
        except ValueError:
            raise Http404 from None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": run.title,
            "run": run,
            "may_act": self.may_act(request, run),
            "after": reverse("admin:backoffice_parked") if run.kind == parked.RUN_KIND else "",
        }
        return TemplateResponse(request, "admin/backoffice/run.html", context)

    def bar(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The bar alone, as it stands now; the whole page once the run has ended, for its buttons."""
        run = self._seen(request, run_id)
        response = render(request, "admin/backoffice/run_bar.html", {"run": run})
        if run.status != BulkRun.Status.RUNNING:
            response["HX-Refresh"] = "true"
        return response

    def cancel(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run = self._mine(request, run_id)
        if runs.cancel(run.pk, actor=actor(request), now=clock.now()):
            self.message_user(request, "Parada. O que já foi feito continua feito.", messages.SUCCESS)
        return HttpResponseRedirect(address(run))

    def real(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Do what a dry run tried."""
        tried = self._mine(request, run_id)
        run = runs.for_real(tried, actor=actor(request), by=request.user.get_username(), now=clock.now())
        return HttpResponseRedirect(address(run))

    def may_act(self, request: HttpRequest, run: BulkRun) -> bool:
        """Whoever may do such work row by row may stop it and repeat it; another kind, only who asked for it."""
        if run.kind == parked.RUN_KIND:
            return parked_pages.may_repair(request, parked.source(run.params["source"]))
        return run.actor == actor(request)

    def _seen(self, request: HttpRequest, run_id: UUID) -> BulkRun:
        run = get_object_or_404(BulkRun.objects.defer("keys"), pk=run_id)
        if not (self.has_view_permission(request, run) or run.actor == actor(request)):
            raise PermissionDenied
        return run

    def _mine(self, request: HttpRequest, run_id: UUID) -> BulkRun:
        run = self._seen(request, run_id)
        if not self.may_act(request, run):
            raise PermissionDenied
        return run

    @admin.display(description="andamento")
    def how_far(self, row: BulkRun) -> str:
        return f"{row.position} de {row.total}"
