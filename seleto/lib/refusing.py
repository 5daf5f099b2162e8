"""Requests that no view could answer well are refused before any of them sees one."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seleto.lib import problems


class RefuseNul:
    """400 for a NUL in the address: PostgreSQL stores none, so looking one up fails deep inside a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            return problems.bad_request(request, BadRequest("NUL"))
        return self.get_response(request)
