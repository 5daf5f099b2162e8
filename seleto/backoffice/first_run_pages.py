"""The page that leads through the first configuration, and its buttons."""

from django.contrib import admin, messages
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from seleto.backoffice import first_run
from seleto.lib import clock
from seleto.lib.admin import actor


def urls(site: AdminSite) -> list[URLPattern]:
    return [
        path("configuracao/", site.admin_view(page), name="backoffice_setup"),
        path("configuracao/testar/", site.admin_view(require_POST(test)), name="backoffice_setup_test"),
    ]


def may_open(request: HttpRequest) -> bool:
    """Whoever may set up at least a part."""
    return any(
        request.user.has_perm(name) for name in ("knowledge.change_companyprofile", "conversations.change_channel")
    )


def page(request: HttpRequest) -> HttpResponse:
    if not may_open(request):
        raise PermissionDenied
    states = first_run.states()
    context = {
        **admin.site.each_context(request),
        "title": "Configuração",
        "states": states,
        "ready": sum(state.colour == first_run.GREEN for state in states),
        "links": {state.part.name: reverse(state.part.where[1]) for state in states if state.part.where[1]},
    }
    return TemplateResponse(request, "admin/backoffice/setup.html", context)


def test(request: HttpRequest) -> HttpResponse:
    """Test one part; the page then shows what was found."""
    if not may_open(request):
        raise PermissionDenied
    try:
        one = first_run.part(request.POST.get("part", ""))
    except KeyError:
        raise Http404 from None
    first_run.run_test(one, actor=actor(request), now=clock.now())
    messages.success(request, f"Teste feito: {one.title}.")
    return HttpResponseRedirect(f"{reverse('admin:backoffice_setup')}#{one.name}")
