"""Requests as the views get them, from somebody who is known already; and what came of them.

The middleware is left out and pages are not rendered, so that thousands of requests take seconds; strangers and forgers
come through the whole stack (``test_matrix``).
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.test import RequestFactory
from django.urls import resolve

_WRITES = re.compile(r"\b(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!FOR NO KEY )UPDATE)\s+\"?(\w+)\"?", re.IGNORECASE)
# What looking may write: who looked.
_TRACES = {"lib_auditentry", "django_session", "UPDATE", "OF", "SKIP", "NOWAIT"}


class _Messages(BaseStorage):
    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


class Writes:
    """Tables that something tried to write while it was watched."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.tables |= {name for name in _WRITES.findall(str(sql)) if name not in _TRACES}
        return execute(sql, params, many, context)


@contextmanager
def watched() -> Iterator[Writes]:
    writes = Writes()
    with connection.execute_wrapper(writes):
        yield writes


@contextmanager
def bare() -> Iterator[None]:
    """Pages without their frame: the menu asks for every permission there is, and nobody looks at it."""
    with mock.patch.object(admin.site, "each_context", return_value={}):
        yield


@contextmanager
def quiet() -> Iterator[None]:
    """Thousands of refusals are no news."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def knock(user: User, method: str, address: str, said: Mapping[str, str]) -> HttpResponse | None:
    """The view's answer, unrendered; None when it was refused. What a form did is undone."""
    request = getattr(RequestFactory(), method.lower())(address)
    request.user, request.session, request._dont_enforce_csrf_checks = user, SessionStore(), True
    request._messages = _Messages(request)
    if method != "POST":
        return _answer(request)
    request.POST = QueryDict(urlencode(said))
    with transaction.atomic():
        try:
            return _answer(request)
        finally:
            transaction.set_rollback(True)


def _answer(request: Any) -> HttpResponse | None:
    request.resolver_match = found = resolve(request.path_info)
    try:
        answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
    except (PermissionDenied, Http404):
        return None
    return None if refused(answer) else answer


def refused(answer: Any) -> bool:
    if "HX-Refresh" in answer.headers and getattr(answer, "is_rendered", True):
        return not answer.content  # a piece of a page: the whole one then asks who is there
    if answer.status_code in (301, 302):
        return "/login/" in answer.headers["Location"]
    return answer.status_code in (401, 403, 404, 405)
