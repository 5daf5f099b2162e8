"""The page of all parked work, and the way from a heap of rows to a run that works them."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from conversations.management.rehearsal import rehearsal
from conversations.repair import Repaired
from seleto.backoffice import parked
from seleto.backoffice.parked import Row, Source
from seleto.lib import clock
from seleto.lib.admin import actor

# So many are tried out while the page loads; more are tried out by a worker.
TRIED_AT_ONCE = 50


def urls(site: AdminSite) -> list[URLPattern]:
    return [
        path("parados/", site.admin_view(overview), name="backoffice_parked"),
        path("parados/confirmar/", site.admin_view(require_POST(ask)), name="backoffice_parked_ask"),
        path("parados/comecar/", site.admin_view(require_POST(begin)), name="backoffice_parked_begin"),
    ]


def may_view(request: HttpRequest, source: Source) -> bool:
    return admin.site._registry[source.model].has_view_permission(request)


def may_repair(request: HttpRequest, source: Source) -> bool:
    """As on the row's own page."""
    pages = admin.site._registry[source.model]
    allowed = getattr(pages, "has_repair_permission", None)
    return bool(allowed(request)) if allowed else pages.has_change_permission(request)


def may_open(request: HttpRequest) -> bool:
    return any(may_view(request, source) for source in parked.SOURCES)


def overview(request: HttpRequest) -> HttpResponse:
    """Two statements per source the person may see, however much waits."""
    seen = [source for source in parked.SOURCES if may_view(request, source)]
    if not seen:
        raise PermissionDenied
    chosen = [source for source in seen if source.name == request.GET.get("tipo")]
    reason = request.GET.get("motivo") if chosen else None
    rows = parked.rows(chosen or seen, reason=reason)
    context = {
        **admin.site.each_context(request),
        "title": "Parados",
        "groups": parked.groups(seen),
        "lists": [(source, found) for source in chosen or seen if (found := _of(source, rows))],
        "chosen": chosen,
        "may_repair": {source.name for source in seen if may_repair(request, source)},
        "now": clock.now(),
    }
    return TemplateResponse(request, "admin/backoffice/parked.html", context)


def ask(request: HttpRequest) -> HttpResponse:
    """What would come of it, before anything does."""
    source = _allowed(request)
    keys = _keys(request, source)
    if not keys:
        messages.warning(request, "Nada marcado, ou já não está parado.")
        return HttpResponseRedirect(reverse("admin:backoffice_parked"))
    everything = "all" in request.POST
    context = {
        **admin.site.each_context(request),
        "title": f"{source.verb}?",
        "source": source,
        "count": len(keys),
        "why": source.told(request.POST["reason"]) if everything and request.POST.get("reason") else "",
        "reason": request.POST.get("reason", ""),
        "everything": everything,
        "selected": [] if everything else keys,
        "tried": _tried(source, keys) if len(keys) <= TRIED_AT_ONCE else None,
    }
    return TemplateResponse(request, "admin/backoffice/parked_ask.html", context)


def begin(request: HttpRequest) -> HttpResponse:
    """Hand the rows to a worker and show how far it is."""
    source = _allowed(request)
    keys = _keys(request, source)
    if not keys:
        messages.warning(request, "Nada mais está parado.")
        return HttpResponseRedirect(reverse("admin:backoffice_parked"))
    run = parked.begin(
        source,
        keys,
        dry_run="dry_run" in request.POST,
        actor=actor(request),
        by=request.user.get_username(),
        now=clock.now(),
    )
    return HttpResponseRedirect(reverse("admin:backoffice_bulkrun_change", args=[run.pk]))


def _allowed(request: HttpRequest) -> Source:
    try:
        source = parked.source(request.POST.get("source", ""))
    except KeyError:
        raise Http404 from None
    if not (may_view(request, source) and may_repair(request, source)):
        raise PermissionDenied
    return source


def _keys(request: HttpRequest, source: Source) -> list[UUID]:
    if "all" in request.POST:
        return parked.keys(source, request.POST.get("reason"))
    found = []
    for text in request.POST.getlist("key"):
        try:
            found.append(UUID(text))
        except ValueError:  # not made by our form
            continue
    return found


def _tried(source: Source, keys: Sequence[UUID]) -> Repaired:
    with rehearsal(dry_run=True):
        return source.repair(keys, actor="sistema", now=clock.now())


def _of(source: Source, rows: Sequence[Row]) -> list[dict[str, object]]:
    page = f"admin:{source.model._meta.app_label}_{source.model._meta.model_name}_change"
    return [
        {
            "key": row.key,
            "lead": row.lead,
            "why": row.why,
            "since": row.since,
            "next_step": row.next_step,
            "page": reverse(page, args=[row.key]),
        }
        for row in rows
        if row.source is source
    ]
