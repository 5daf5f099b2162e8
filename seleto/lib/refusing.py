"""Requests that no view could answer well are refused before any of them sees one."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from seleto.lib import problems

log = structlog.get_logger(__name__)


class RefuseNul:
    """400 for a NUL in the address or in a page's form: PostgreSQL stores none, so a view would fail deep inside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            return problems.bad_request(request, BadRequest("NUL"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Programs post no forms, and their views read the body as it came."""
        if request.method != "POST" or problems.for_machine(request):
            return None
        if any("\0" in text for name, values in request.POST.lists() for text in (name, *values)):
            return problems.bad_request(request, BadRequest("NUL"))
        return None


class RefuseClear:
    """400 for a program that comes without TLS where TLS is on: sent on to https, its key would go in clear again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and problems.for_machine(request):
            return problems.problem(400, "This address is served over https alone.")
        return self.get_response(request)


class AskAgainLater:
    """503 while the database is away, full or takes no writing: whoever delivers something keeps it and tries again."""

    retry_after_s = "15"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        # A database that is away or full is operational; one in recovery or set to read only speaks of itself.
        if not isinstance(error, OperationalError) and not _is_read_only(error):
            return None
        log.error("database.not_now", error=type(error.__cause__ or error).__name__)
        headers = {"Retry-After": self.retry_after_s}
        if problems.for_machine(request):
            return problems.problem(503, "The database cannot take this now.", headers=headers)
        text = "O banco de dados não aceita isto agora. Nada foi gravado: tente de novo em alguns segundos."
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8", headers=headers)


def _is_read_only(error: Exception) -> bool:
    """SQLSTATE 25006, which Django has no class of its own for."""
    return isinstance(error, DatabaseError) and getattr(error.__cause__, "sqlstate", "") == "25006"
