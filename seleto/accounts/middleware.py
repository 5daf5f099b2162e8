"""What stands between a session and a page: its age, the second factor, and the password anew for what is sensitive."""

import re
from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from seleto.accounts import sessions
from seleto.lib import problems

# Open to whoever gave a password and nothing more yet.
_BEFORE_SECOND_FACTOR = frozenset({"admin:login", "admin:logout", "second-factor", "second-factor-enrol"})
# Pages ask for these by themselves: nobody is at the keyboard for that.
_POLLED = frozenset({"home-live", "admin:conversations_conversation_live", "admin:backoffice_bulkrun_bar"})
# Taking out lists and people's copies, erasing, who may do what, keys, and the second factor itself.
_SENSITIVE = re.compile(
    r"admin:(?:\w+_export|backoffice_exportrun_file|auth_(?:user|group)_(?:add|change|delete)|auth_user_password_change"
    r"|leads_subjectrequest_(?:copy|deed)|lib_apitoken_(?:add|change|delete))|second-factor-(?:codes|change|reset)"
)
# Lists that are open to look at, while what is done from them needs the password: keys are exchanged and revoked there,
# people and roles removed.
_SENSITIVE_ACTIONS = frozenset(
    {"admin:lib_apitoken_changelist", "admin:auth_user_changelist", "admin:auth_group_changelist"}
)


class Doors:
    """For every page that a session opens; programs bring tokens and secrets instead, and are left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or problems.for_machine(request):
            return None
        if not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if sessions.is_over(request.session):
            logout(request)
            messages.info(request, "Sua sessão terminou. Entre de novo.")
            return None if name == "admin:login" else _send(request, redirect_to_login(_way_back(request), _login()))
        if name not in _POLLED:
            sessions.note(request.session)
        if settings.SECOND_FACTOR_REQUIRED and name not in _BEFORE_SECOND_FACTOR and not verified(request):
            return _send(request, _ask(request, "second-factor"))
        # Whoever fills in a form for long is not sent away from it.
        if _sensitive(request, name) and not sessions.proved(request.session, grace=2 if request.POST else 1):
            return _send(request, _ask(request, "prove"))
        return None


def _sensitive(request: HttpRequest, name: str) -> bool:
    return bool(_SENSITIVE.fullmatch(name)) or (request.method == "POST" and name in _SENSITIVE_ACTIONS)


def verified(request: HttpRequest) -> bool:
    """Whether this session has shown the second factor; `OTPMiddleware` gives the person this answer."""
    return bool(cast(Callable[[], bool], getattr(request.user, "is_verified", lambda: False))())


def _login() -> str:
    return reverse("admin:login")


def _way_back(request: HttpRequest) -> str:
    name = request.resolver_match.view_name if request.resolver_match else ""
    if "HX-Request" not in request.headers and (request.method == "GET" or name in _SENSITIVE_ACTIONS):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")  # the page with the button, if it is one of ours
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return urlsplit(came_from).path or "/admin/"
    return "/admin/"


def _ask(request: HttpRequest, page: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': _way_back(request)})}")


def _send(request: HttpRequest, to: HttpResponseRedirect) -> HttpResponseBase:
    """A piece of a page cannot show a form to log in: the whole page goes there."""
    if "HX-Request" not in request.headers:
        return to
    return HttpResponse(status=401, headers={"HX-Redirect": to.url})
