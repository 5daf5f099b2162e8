"""What a row said before, on its own page: who changed what, word by word, and the way back to any version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from simple_history.admin import SimpleHistoryAdmin

from knowledge.models.history import RESTORED, written_by
from knowledge.prompt_diff import Piece, word_by_word
from seleto.lib.admin_lists import local

if TYPE_CHECKING:  # shipped without types
    _HistoryAdmin = admin.ModelAdmin[Any]
else:
    _HistoryAdmin = SimpleHistoryAdmin

_DEEDS = {"+": "criou", "~": "alterou", "-": "excluiu"}
_NOBODY = "o sistema"


@dataclass(frozen=True, slots=True)
class Change:
    """A field with its former and new value, as stretches of words."""

    field: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One record as people read it. ``what`` names the row where several rows' records stand in one list."""

    key: int
    at: str
    who: str
    deed: str
    reason: str
    changes: tuple[Change, ...]
    back: str
    what: str = ""


class TrackedAdmin(_HistoryAdmin):
    """Adds a row's former versions. ``parts`` are models shown in the page's own inlines: their records stand below.

    Put it before the admin class that does the rest.
    """

    parts: Sequence[type[models.Model]] = ()
    object_history_template = "admin/knowledge/history.html"
    history_list_per_page = 30

    def get_urls(self) -> list[URLPattern]:
        view, route = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<path:object_id>/history/<int:version_id>/", view(self.version_view), name=f"{route}_simple_history"),
            path("<path:object_id>/history/<slug:part>/<int:version_id>/", view(self.part_view), name=f"{route}_part"),
            *super().get_urls(),
        ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with written_by(request):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with written_by(request):
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with written_by(request):
            shown: HttpResponse = super().changelist_view(request, *args, **kwargs)
            return shown

    def may_restore(self, request: HttpRequest, row: models.Model) -> bool:
        """Whether this person may have this row as it was in ``row``."""
        return self.has_change_permission(request, row)

    def render_history_view(self, request: HttpRequest, template: str, context: dict[str, Any], **kwargs: Any) -> Any:
        """The package's list, worded."""
        row, records = context["object"], list(context["page_obj"].object_list)
        context["title"] = f"Histórico: {getattr(self, 'page_name', str)(row)}"
        context["versions"] = [_version(record, self._back(row.pk, record.history_id)) for record in records]
        context["parts"] = [
            (str(part._meta.verbose_name_plural), versions)
            for part in self.parts
            if (versions := self._parts(row, part))
        ]
        return TemplateResponse(request, template, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        self._key(object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The package's own way back, which saves past ``may_restore``: ours are above."""
        raise Http404

    def _key(self, object_id: str) -> str:
        """Raises ``Http404`` for what no row can be called."""
        key = unquote(object_id)
        try:
            self.opts.pk.to_python(key)
        except ValidationError:
            raise Http404 from None
        if "\x00" in key:
            raise Http404
        return key

    def version_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        key = self._key(object_id)
        record = _records(self.model).filter(pk=version_id, **{self.opts.pk.attname: key}).first()
        return self._restore_page(request, key, record)

    def part_view(self, request: HttpRequest, object_id: str, part: str, version_id: int) -> HttpResponse:
        model = next((one for one in self.parts if one._meta.model_name == part), None)
        if model is None:
            raise Http404
        key = self._key(object_id)
        record = _records(model).filter(pk=version_id, **{owner(model, self.model): key}).first()
        return self._restore_page(request, key, record)

    def _restore_page(self, request: HttpRequest, key: str, record: Any) -> HttpResponse:
        if record is None:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        stored = type(record.instance)._default_manager.filter(pk=record.instance.pk).first()
        if request.method == "POST":
            if not self.may_restore(request, record.instance):
                raise PermissionDenied
            return self._restore(request, key, record)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Versão de {local(record.history_date)}",
            "version": _version(record, ""),
            "fields": _now_and_then(stored, record),
            "gone": stored is None,
            "may_restore": self.may_restore(request, record.instance),
            "history_url": self._history_url(key),
        }
        return TemplateResponse(request, "admin/knowledge/version.html", context)

    def _restore(self, request: HttpRequest, key: str, record: Any) -> HttpResponse:
        row = record.instance
        try:
            with written_by(request):
                restore(record)
        except ValidationError as error:
            words = "; ".join(
                f"{message}" if field == NON_FIELD_ERRORS else f"{label(type(row), field)}: {message}"
                for field, found in error.message_dict.items()
                for message in found
            )
            self.message_user(request, f"Esta versão não pode voltar como era. {words}", messages.ERROR)
            return HttpResponseRedirect(self._history_url(key))
        recorder = getattr(self, "record", None)
        if recorder is not None:
            recorder(request, "restore", row)
        self.message_user(request, "A versão voltou a valer.", messages.SUCCESS)
        return HttpResponseRedirect(self._history_url(key))

    def _history_url(self, key: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[key])

    def _back(self, key: object, version: int) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_simple_history", args=[key, version])

    def _parts(self, row: models.Model, part: type[models.Model]) -> list[Version]:
        """The newest records of the rows that belong to this one, whichever still exist."""
        name, route = str(part._meta.model_name), f"admin:{self.opts.app_label}_{self.opts.model_name}_part"
        records = list(_records(part).filter(**{owner(part, self.model): row.pk})[: self.history_list_per_page * 2])
        newer: dict[Any, Any] = {}
        for record in records:  # newest first
            key = getattr(record, part._meta.pk.attname)
            if key in newer:
                newer[key].history_delta_changes = _delta(newer[key], record)
            newer[key] = record
        return [
            _version(record, reverse(route, args=[row.pk, name, record.history_id]), what=named(record))
            for record in records[: self.history_list_per_page]
        ]

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Iterable[Any], foreign_keys_are_objs: bool = True
    ) -> None:
        """The package's differences, in our words."""
        newer = None
        for record in historical_records:
            if newer is not None:
                newer.history_delta_changes = _delta(newer, record)
            newer = record


@transaction.atomic
def restore(record: Any) -> models.Model:
    """Have the row say again what it said in ``record``, also a row that was deleted. Raises ``ValidationError``."""
    row: models.Model = record.instance
    row._state.adding = not type(row)._default_manager.filter(pk=row.pk).exists()
    row._change_reason = RESTORED  # type: ignore[attr-defined]  # read by the package
    row.full_clean()
    row.save()
    for field in record._history_m2m_fields:
        links = getattr(record, field.name).all()
        getattr(row, field.name).set([getattr(link, field.m2m_reverse_field_name()) for link in links])
    return row


def _records(model: type[models.Model]) -> Any:
    return model.history.select_related("history_user")  # type: ignore[attr-defined]  # every tracked model has it


def owner(part: type[models.Model], whole: type[models.Model]) -> str:
    """The column by which a part points to its page's row."""
    return next(
        field.attname for field in part._meta.concrete_fields if field.is_relation and field.related_model is whole
    )


def _version(record: Any, back: str, *, what: str = "") -> Version:
    user = record.history_user
    return Version(
        key=record.history_id,
        at=local(record.history_date),
        who=(user.get_full_name() or user.get_username()) if user else _NOBODY,
        deed=_DEEDS[record.history_type],
        reason=record.history_change_reason or "",
        changes=tuple(getattr(record, "history_delta_changes", ())),
        back=back,
        what=what,
    )


def named(record: Any) -> str:
    """What a part is about: its first column of choices, else the row's own name."""
    model = record.instance_type
    chosen = next((field for field in model._meta.concrete_fields if field.choices), None)
    return said(chosen, getattr(record, chosen.attname)) if chosen is not None else str(record.instance)


def _delta(newer: Any, older: Any) -> tuple[Change, ...]:
    delta = newer.diff_against(older, foreign_keys_are_objs=False)
    model = newer.instance_type
    return tuple(_change(model, change.field, change.old, change.new) for change in delta.changes)


def _now_and_then(stored: models.Model | None, record: Any) -> list[tuple[str, str, bool]]:
    """Each field as it was in the record: (name, value, differs from today)."""
    model = record.instance_type
    rows = []
    for field in record.tracked_fields:
        if field.primary_key and not field.editable:
            continue
        value = getattr(record, field.attname)
        differs = stored is not None and getattr(stored, field.attname) != value
        rows.append((label(model, field.name), said(field, value), differs))
    for field in record._history_m2m_fields:
        then = sorted(
            str(getattr(link, f"{field.m2m_reverse_field_name()}_id")) for link in getattr(record, field.name).all()
        )
        now = sorted(str(one.pk) for one in getattr(stored, field.name).all()) if stored else []
        rows.append((label(model, field.name), ", ".join(then) or "–", stored is not None and then != now))
    return rows


def _change(model: type[models.Model], name: str, old: object, new: object) -> Change:
    field = model._meta.get_field(name)
    return Change(label(model, name), *word_by_word(said(field, old), said(field, new)))


def label(model: type[models.Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def said(field: Any, value: object) -> str:
    """A stored value as people read it."""
    if isinstance(value, list):  # links: what the other side of each is
        other = field.m2m_reverse_field_name()
        return ", ".join(sorted(str(link[other]) for link in value)) or "–"
    if value is None or value == "":
        return "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: object) -> str:
    match value:
        case bool():
            return "sim" if value else "não"
        case Decimal():
            return format(value.normalize(), "f").replace(".", ",")
        case datetime():
            return local(value)
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return f"{value:%H:%M}"
    return str(value)
