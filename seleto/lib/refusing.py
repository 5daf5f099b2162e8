"""Requests that no view could answer well are refused before any of them sees one."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase


class RefuseNul:
    """400 for a NUL in the address: PostgreSQL stores none, so looking one up fails deep inside a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            return HttpResponseBadRequest("Endereço inválido.", content_type="text/plain; charset=utf-8")
        return self.get_response(request)
