"""A change of what leads are told is tried, undone and kept for a second person."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from conversations.media import files
from knowledge.models import SafetyRules
from seleto.backoffice.four_eyes.picture import differences, picture
from seleto.backoffice.models import PendingChange
from seleto.lib import audit, clock
from seleto.lib.admin import actor

# Pages whose buttons can change what leads are told, by the beginning of their names in the admin's addresses.
_PAGES = ("knowledge_", "conversations_handout")
_AT_ONCE = "Alguém mudou isto no mesmo instante. Confira como está e tente de novo."


class _WouldChange(Exception):
    def __init__(self, changes: list[dict[str, Any]], left: set[str]) -> None:
        self.changes, self.left = changes, left


class FourEyesMiddleware:
    """The last one: whatever it does not keep goes on as if it were not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        watched = match is not None and "admin" in match.app_names and (match.url_name or "").startswith(_PAGES)
        if request.method != "POST" or not watched or not request.user.is_authenticated or not is_on():
            return None
        return try_and_hold(request, lambda: view(request, *args, **kwargs))


def is_on() -> bool:
    return SafetyRules.objects.filter(four_eyes=True).exists()


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that sees nobody else's changes, so that those it finds are its own."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def try_and_hold(request: HttpRequest, do: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        with one_moment():
            before = picture()
            response = do()
            after = picture()
            if changes := differences(before, after):
                paths = [{row.path for row in rows.values() if row.path} for rows in (before, after)]
                raise _WouldChange(changes, paths[1] - paths[0])
            return response
    except _WouldChange as found:
        changes = found.changes
        for path in found.left:
            files.remove(path)
    except OperationalError:
        messages.error(request, _AT_ONCE)
        return HttpResponseRedirect(request.get_full_path())
    # What the tried request said of its success is not so.
    request._messages = default_storage(request)  # type: ignore[attr-defined]
    return _hold(request, changes)


def _hold(request: HttpRequest, changes: list[dict[str, Any]]) -> HttpResponse:
    path, query = request.path_info, request.META.get("QUERY_STRING", "")
    posted = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    digest = hashlib.sha256(json.dumps([path, changes], sort_keys=True).encode()).hexdigest()
    now = clock.now()
    with transaction.atomic():
        row, made = PendingChange.objects.get_or_create(
            digest=digest,
            status=PendingChange.Status.WAITING,
            defaults={
                "title": title(changes),
                "changes": changes,
                "path": path,
                "query": query,
                "posted": posted,
                "uploads": _uploads(request),
                "author_id": request.user.pk,
                "author_name": request.user.get_username(),
                "asked_at": now,
            },
        )
        if made:
            audit.record(
                actor=actor(request),
                action="pending.ask",
                subject_kind="pendingchange",
                subject_id=row.pk,
                detail={"rows": len(changes)},
                now=now,
            )
    told = "Nada mudou ainda: a mudança vale quando outra pessoa a aprovar."
    messages.warning(request, told if made else "Esta mesma mudança já espera a aprovação de outra pessoa.")
    return HttpResponseRedirect(reverse("admin:backoffice_pendingchange_change", args=[row.pk]))


def title(changes: list[dict[str, Any]]) -> str:
    """What it is about, in a line."""
    first = changes[0]
    named = f" “{first['name']}”" if first["name"] else ""
    more = {1: "", 2: " e mais uma linha"}.get(len(changes), f" e mais {len(changes) - 1} linhas")
    return f"{first['deed'].capitalize()} {first['kind']}{named}"[:150] + more


def _uploads(request: HttpRequest) -> list[list[str]]:
    """(field, file name, content type, content in base 64) of each file that came along."""
    found = []
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            upload.seek(0)
            content = base64.b64encode(upload.read()).decode()
            found.append([name, upload.name or "", upload.content_type or "", content])
    return found
