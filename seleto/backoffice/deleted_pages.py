"""Rows of knowledge that were deleted, with who did it, and the way to the version that brings each back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from knowledge.history_admin import TrackedAdmin, named, owner
from seleto.lib.admin_lists import local

# Newest deletions shown of each kind.
MOST = 50


@dataclass(frozen=True, slots=True)
class Deleted:
    at: datetime
    when: str
    who: str
    kind: str
    name: str
    back: str


def urls(site: AdminSite) -> list[URLPattern]:
    return [path("excluidos/", site.admin_view(page), name="backoffice_deleted")]


def may_open(request: HttpRequest) -> bool:
    return bool(_pages(request))


def page(request: HttpRequest) -> HttpResponse:
    """A statement for each kind that this person could bring back."""
    pages = _pages(request)
    if not pages:
        raise PermissionDenied
    rows = [row for one in pages for row in _deleted(one)]
    context = {
        **admin.site.each_context(request),
        "title": "Excluídos",
        "rows": sorted(rows, key=lambda row: row.at, reverse=True),
        "most": MOST,
    }
    return TemplateResponse(request, "admin/backoffice/deleted.html", context)


def _pages(request: HttpRequest) -> list[TrackedAdmin]:
    return [
        one
        for one in admin.site._registry.values()
        if isinstance(one, TrackedAdmin) and one.has_change_permission(request)
    ]


def _deleted(pages: TrackedAdmin) -> list[Deleted]:
    route = f"admin:{pages.opts.app_label}_{pages.opts.model_name}"
    found = []
    for record in _records(pages.model):
        name = getattr(pages, "page_name", str)(record.instance)
        found.append(_row(record, name, reverse(f"{route}_simple_history", args=[record.instance.pk, record.former])))
    for part in pages.parts:
        for record in _records(part):
            key = getattr(record, owner(part, pages.model))
            back = reverse(f"{route}_part", args=[key, part._meta.model_name, record.former])
            # Without the page's own row there is nothing to belong to.
            kept = pages.model._default_manager.filter(pk=key).exists() if key else False
            found.append(_row(record, f"{key}: {named(record)}", back if kept else ""))
    return found


def _records(model: type[Model]) -> Any:
    """Of each row that is gone its last deletion; ``former`` is the version to go back to."""
    history: Any = model.history  # type: ignore[attr-defined]  # every tracked model has it
    key = model._meta.pk.attname
    same = history.filter(**{key: OuterRef(key)})
    last = same.filter(history_type="-").order_by("-history_date", "-history_id").values("history_id")[:1]
    former = same.exclude(history_type="-").order_by("-history_date", "-history_id").values("history_id")[:1]
    gone = history.filter(history_type="-").exclude(**{f"{key}__in": model._default_manager.values("pk")})
    rows = gone.filter(history_id=Subquery(last)).annotate(former=Subquery(former)).exclude(former=None)
    return rows.select_related("history_user").order_by("-history_date")[:MOST]


def _row(record: Any, name: str, back: str) -> Deleted:
    user = record.history_user
    who = (user.get_full_name() or user.get_username()) if user else "o sistema"
    kind = str(record.instance_type._meta.verbose_name)
    return Deleted(record.history_date, local(record.history_date), who, kind, name, back)
