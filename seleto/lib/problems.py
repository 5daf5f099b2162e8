"""Refusals a program can read: ``application/problem+json`` (RFC 9457) for ``/api`` and ``/webhooks``.

Members: ``type`` (always ``about:blank``), ``title`` (the HTTP phrase), ``status``, ``detail`` when it helps, and
``errors`` (field -> list of sentences) for bad input. English, because programs and their authors read it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, views
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
_MACHINE_PATHS = ("/api/", "/webhooks/")


def problem(status: int, detail: str = "", *, headers: Mapping[str, str] | None = None) -> JsonResponse:
    """A refusal from a plain Django view. ``detail`` must not repeat what the caller sent."""
    return JsonResponse(_members(status, detail), status=status, content_type=CONTENT_TYPE, headers=headers)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: the same status and headers as DRF's own, in our form."""
    response = views.exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {**_members(response.status_code, "The input is not valid."), "errors": error.detail}
    else:
        detail = error.detail if isinstance(error, exceptions.APIException) else ""
        response.data = _members(response.status_code, str(detail))
    response.content_type = CONTENT_TYPE
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(400) if for_machine(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(403) if for_machine(request) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(404) if for_machine(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return problem(500) if for_machine(request) else defaults.server_error(request)


def _members(status: int, detail: str) -> dict[str, Any]:
    members: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        members["detail"] = detail
    return members


def for_machine(request: HttpRequest) -> bool:
    """Whether a program asks, which reads problems; people get a page."""
    return request.path.startswith(_MACHINE_PATHS)
