"""The pages that take knowledge out as a spreadsheet and bring it in: file, preview of every line, confirmation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from knowledge.models.history import written_by
from knowledge.prompt_diff import Piece
from knowledge.sheet_files import FORMATS, MAX_BYTES, MAX_ROWS, SheetError, SignedUpload
from seleto.lib import audit, clock
from seleto.lib.admin import actor

if TYPE_CHECKING:  # shipped without types
    _ImportExport = admin.ModelAdmin[Any]
    _ImportForm = Any
    _ExportForm = Any
else:
    from import_export.admin import ImportExportMixin as _ImportExport
    from unfold.contrib.import_export.forms import ExportForm as _ExportForm
    from unfold.contrib.import_export.forms import ImportForm as _ImportForm

PERMISSION = "knowledge.publish_knowledge"
_MEGABYTE = 1_000_000


class SheetImportForm(_ImportForm):  # type: ignore[misc]  # Any for the type checker only
    """The format is told by the file's ending."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].label = "O que a planilha tem"
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()
        file = self.fields["import_file"]
        file.label, file.widget = "Planilha", forms.FileInput(attrs={"accept": ".xlsx,.csv"})
        file.help_text = (
            f"XLSX ou CSV, até {MAX_BYTES // _MEGABYTE} MB e {MAX_ROWS} linhas, com as colunas que a exportação dá."
            " Nada muda antes de você confirmar a prévia."
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        file = data.get("import_file")
        if file is None:
            return data
        endings = [one.form.value for one in FORMATS]
        ending = str(file.name).rpartition(".")[2].lower()
        if ending not in endings:
            self.add_error("import_file", "Envie um arquivo XLSX ou CSV.")
        elif file.size > MAX_BYTES:
            size = f"{file.size / _MEGABYTE:.1f}".replace(".", ",")
            most = MAX_BYTES // _MEGABYTE
            self.add_error("import_file", f"O arquivo tem {size} MB; o máximo é {most} MB. Divida-o em partes.")
        else:
            data["format"] = str(endings.index(ending))
        return data


class SheetExportForm(_ExportForm):  # type: ignore[misc]  # Any for the type checker only
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].label = "O que exportar"
        choices = [(str(number), one.title) for number, one in enumerate(FORMATS)]
        self.fields["format"] = forms.ChoiceField(
            label="Formato", choices=choices, initial="0", widget=forms.RadioSelect
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the preview. ``tone`` is the colour of its tag."""

    number: int
    deed: str
    tone: str
    name: str
    changes: tuple[tuple[str, tuple[Piece, ...], tuple[Piece, ...]], ...] = ()
    reasons: tuple[str, ...] = ()


class SheetPages(_ImportExport):
    """Adds both ways to a list of knowledge. Put it before the admin classes that do the rest."""

    resource_classes: Sequence[Any] = ()
    formats = list(FORMATS)
    import_form_class = SheetImportForm
    export_form_class = SheetExportForm
    import_template_name = "admin/knowledge/sheet_import.html"
    export_template_name = "admin/knowledge/sheet_export.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    tmp_storage_class = SignedUpload
    # History and audit tell of it.
    skip_admin_log = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(
            request.user.has_perm(PERMISSION)
            and self.has_add_permission(request)
            and self.has_change_permission(request)
        )

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION) and self.has_view_permission(request))

    def get_import_resource_classes(self, request: HttpRequest) -> list[Any]:
        return self._sheets(request, "add", "change") or self.get_resource_classes(request)[:1]

    def get_export_resource_classes(self, request: HttpRequest) -> list[Any]:
        return self._sheets(request, "view") or self.get_resource_classes(request)[:1]

    def get_resource_classes(self, request: HttpRequest) -> list[Any]:
        return list(self.resource_classes)

    def _sheets(self, request: HttpRequest, *verbs: str) -> list[Any]:
        """Those whose rows this person may add and change by hand too."""
        return [
            sheet
            for sheet in self.get_resource_classes(request)
            if all(request.user.has_perm(f"knowledge.{verb}_{sheet.Meta.model._meta.model_name}") for verb in verbs)
        ]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        with written_by(request):
            response = super().import_action(request, **kwargs)  # type: ignore[misc]  # of the package
        context = response.context_data
        context["title"] = f"Importar {self.opts.verbose_name_plural}"
        context["columns"] = context.pop("fields_list")
        if result := context.get("result"):
            context["problem"] = _problem(result)
            context["lines"] = list(_lines(result))
            context["counts"] = _counts(result)
        add_never_cache_headers(response)
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic(), written_by(request):
                done: HttpResponse = super().process_import(request, **kwargs)  # type: ignore[misc]  # of the package
                return done
        except (SheetError, ValueError, IndexError) as error:
            told = str(error) if isinstance(error, SheetError) else "A prévia não vale mais. Envie o arquivo de novo."
            self.message_user(request, told, messages.ERROR)
            return HttpResponseRedirect(self._page("import"))

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """All of a file or nothing."""
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}  # type: ignore[misc]

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            self.message_user(
                request,
                "Nada foi importado: o conhecimento mudou depois da prévia. Envie o arquivo de novo.",
                messages.ERROR,
            )
            return HttpResponseRedirect(self._page("import"))
        new, changed, unchanged = (result.totals[kind] for kind in ("new", "update", "skip"))
        self._audit(request, "knowledge.import", new=new, changed=changed, unchanged=unchanged)
        self.message_user(
            request,
            f"Importação concluída. Novas: {new}; alteradas: {changed}; sem mudança: {unchanged}.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(self._page("changelist"))

    def add_data_read_fail_error_to_form(self, form: Any, error: Exception) -> None:
        form.add_error(
            "import_file", str(error) if isinstance(error, SheetError) else "Não foi possível ler o arquivo."
        )

    def export_action(self, request: HttpRequest) -> Any:
        response = super().export_action(request)  # type: ignore[misc]  # of the package
        context = getattr(response, "context_data", None)
        if context is not None:
            context["title"] = f"Exportar {self.opts.verbose_name_plural}"
            context["rows"] = self.get_export_queryset(request).count()  # type: ignore[attr-defined]  # of the package
        add_never_cache_headers(response)
        return response

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        content = super().get_export_data(file_format, request, queryset, **kwargs)  # type: ignore[misc]
        self._audit(request, "knowledge.export", rows=queryset.count(), format=file_format.get_extension())
        return content

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        return f"{self.opts.model_name}-{clock.now():%Y-%m-%d}.{file_format.get_extension()}"

    def _audit(self, request: HttpRequest, action: str, **detail: object) -> None:
        audit.record(
            actor=actor(request),
            action=action,
            subject_kind=str(self.opts.model_name),
            subject_id=None,
            detail=detail,
            now=clock.now(),
        )

    def _page(self, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}")


def _problem(result: Any) -> str:
    """What is wrong with the file as a whole."""
    if not result.base_errors:
        return ""
    error = result.base_errors[0].error
    return "; ".join(error.messages) if isinstance(error, ValidationError) else "Não foi possível ler a planilha."


_DEEDS = {
    "new": ("nova", "agent"),
    "update": ("alterada", "human"),
    "skip": ("sem mudança", ""),
    "invalid": ("recusada", "stop"),
    "error": ("recusada", "stop"),
}


def _lines(result: Any) -> Iterator[Line]:
    """What becomes of each line; the first of the file has the headings."""
    if result.base_errors:
        return
    for number, row in enumerate(result.rows, 2):
        deed, tone = _DEEDS[row.import_type]
        refused = row.import_type in ("invalid", "error")
        yield Line(
            number=number,
            deed=deed,
            tone=tone,
            name=" · ".join(str(row.row_values[name]) for name in row.named_by if row.row_values.get(name)),
            changes=() if refused or row.import_type == "skip" else tuple(row.diff),
            reasons=tuple(_reasons(row)) if refused else (),
        )


def _reasons(row: Any) -> Iterator[str]:
    if row.validation_error is None:
        yield "Esta linha não pôde ser lida."
        return
    if not hasattr(row.validation_error, "error_dict"):
        yield from row.validation_error.messages
        return
    for name, found in row.validation_error.message_dict.items():
        label = "" if name == NON_FIELD_ERRORS else f"{row.labels.get(name, name)}: "
        yield from (f"{label}{message}" for message in found)


def _counts(result: Any) -> list[tuple[str, str, int]]:
    refused = result.totals["invalid"] + result.totals["error"]
    return [
        ("novas", "agent", result.totals["new"]),
        ("alteradas", "human", result.totals["update"]),
        ("sem mudança", "", result.totals["skip"]),
        ("recusadas", "stop", refused),
    ]
