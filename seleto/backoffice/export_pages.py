"""Taking a list out as a spreadsheet: what exactly, in which format, and how far a long one is."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers

from crm.admin.lead import LinkedOrcamentoAdmin
from leads.admin import EmpresaAdmin
from leads.export import TABLES
from leads.models import Empresa, Orcamento
from seleto.backoffice import exports
from seleto.backoffice.models import ExportRun
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin, actor
from seleto.lib.admin_lists import local, moment
from seleto.lib.admin_theme import ThemedAdmin
from seleto.lib.spreadsheets import Format

REFRESH_S = 2
PERMISSION = "leads.export_lead"
# What the list's address says besides filters: page, order, and the theme's own.
_NO_FILTERS = frozenset({"p", "o", "e", "all", "_changelist_filters"})


def may_export(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(PERMISSION))


class ExportForm(forms.Form):
    form = forms.ChoiceField(
        label="Formato",
        choices=[(Format.XLSX.value, "Excel (XLSX)"), (Format.CSV.value, "CSV, com ponto e vírgula")],
        initial=Format.XLSX.value,
        widget=forms.RadioSelect,
    )


class ExportPages(ThemedAdmin):
    """Adds to a list the way out, with the filters that it is narrowed by."""

    def get_urls(self) -> list[URLPattern]:
        page = path("exportar/", self.admin_site.admin_view(self.export_view), name=f"{self._route()}_export")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        address = f"{reverse(f'admin:{self._route()}_export')}?{request.GET.urlencode()}"
        context = {"may_export": may_export(request), "export_at": address, **(extra_context or {})}
        return super().changelist_view(request, context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_view_permission(request) and may_export(request)):
            raise PermissionDenied
        keys = self._keys(request)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and 0 < len(keys) <= settings.EXPORT_MAX_ROWS:
            return self._export(request, keys, Format(form.cleaned_data["form"]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Exportar {self.opts.verbose_name_plural}",
            "form": form,
            "rows": len(keys),
            "most": settings.EXPORT_MAX_ROWS,
            "narrowed": bool(filters(request)),
            "columns": TABLES[self._kind()].header,
            "long": len(keys) > settings.EXPORT_DIRECT_ROWS,
            "keep_h": settings.EXPORT_KEEP_H,
        }
        return TemplateResponse(request, "admin/leads/export.html", context)

    def _export(self, request: HttpRequest, keys: list[UUID], form: Format) -> HttpResponse:
        now, kind = clock.now(), self._kind()
        exports.record(actor=actor(request), kind=kind, form=form, rows=len(keys), filters=filters(request), now=now)
        if len(keys) > settings.EXPORT_DIRECT_ROWS:
            run = exports.start(kind, form, keys, user=request.user, now=now)
            return HttpResponseRedirect(reverse("admin:backoffice_exportrun_change", args=[run.pk]))
        return as_file(exports.at_once(kind, form, keys), kind, form)

    def _keys(self, request: HttpRequest) -> list[UUID]:
        """The rows of the list as its filters, search and order have them."""
        return list(self.get_changelist_instance(request).queryset.values_list("pk", flat=True))

    def _kind(self) -> str:
        return str(self.opts.model_name)

    def _route(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"


def filters(request: HttpRequest) -> list[str]:
    """The names of what narrows the list, without what they say."""
    return sorted(name for name, value in request.GET.items() if value and name not in _NO_FILTERS)


def as_file(content: bytes, kind: str, form: Format) -> HttpResponse:
    response = HttpResponse(content, content_type=form.mime)
    name = f"{kind}s-{clock.now():%Y-%m-%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(response)
    return response


@admin.register(ExportRun)
class ExportRunAdmin(ReadOnlyAdmin):
    """A person's own long lists; nobody sees another's."""

    list_display = ["asked", "what", "form", "progress", "state", "kept"]
    asked, kept = moment("requested_at", "pedida"), moment("remove_at", "arquivo guardado até")
    ordering = ["-requested_at"]
    empty_hint = "Nenhuma exportação longa. As curtas vêm na hora, pelo botão “Exportar” da lista."
    change_form_template = "admin/leads/export_run.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportRun]:
        rows: QuerySet[ExportRun] = super().get_queryset(request)
        return rows.filter(user=request.user.pk).defer("content", "keys")

    def has_view_permission(self, request: HttpRequest, obj: ExportRun | None = None) -> bool:
        return may_export(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_export(request)

    def get_urls(self) -> list[URLPattern]:
        page = path("<uuid:key>/arquivo/", self.admin_site.admin_view(self.file_view), name="backoffice_exportrun_file")
        return [page, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if isinstance(run, ExportRun):
            waiting = run.status == ExportRun.Status.RUNNING
            context = {
                "run": run,
                "refresh_s": REFRESH_S if waiting else None,
                "until": local(run.remove_at),
                "list": reverse(f"admin:leads_{run.kind}_changelist"),
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def file_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not may_export(request):
            raise PermissionDenied
        run = ExportRun.objects.filter(pk=key, user=request.user.pk).only("kind", "form", "content", "status").first()
        if run is None:
            raise Http404
        if run.content is None:
            self.message_user(request, "Este arquivo já foi removido. Exporte a lista de novo.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:backoffice_exportrun_change", args=[key]))
        return as_file(bytes(run.content), run.kind, Format(run.form))

    def page_name(self, row: ExportRun) -> str:
        return f"Exportação de {row.total} {self.what(row).lower()}"

    @admin.display(description="lista", ordering="kind")
    def what(self, row: ExportRun) -> str:
        return TABLES[row.kind].title

    @admin.display(description="linhas")
    def progress(self, row: ExportRun) -> str:
        return f"{row.done} de {row.total}"

    @admin.display(description="situação", ordering="status")
    def state(self, row: ExportRun) -> str:
        return row.get_status_display()


for _model in (Empresa, Orcamento):
    admin.site.unregister(_model)


@admin.register(Empresa)
class ExportableEmpresaAdmin(ExportPages, EmpresaAdmin):
    change_list_template = "admin/leads/lead/change_list.html"


@admin.register(Orcamento)
class ExportableOrcamentoAdmin(ExportPages, LinkedOrcamentoAdmin):
    change_list_template = "admin/leads/lead/change_list.html"
