"""Is it alive, is it ready, how does it fare: ``/healthz``, ``/readyz``, ``/metrics``.

``/healthz`` looks at this process only: restart it when it fails. ``/readyz`` looks at what answering leads takes:
503 when the database is unreachable, migrations are missing or a cluster of the worker gives no sign of life;
``degraded`` names what is open or late while answering goes on, ``modes`` tells what that means (``seleto.degraded``).
Names only, never a value or an error's text.
"""

import ipaddress
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from seleto import degraded, state
from seleto.gauges import StateCollector
from seleto.lib import clock, problems
from seleto.lib import metrics as lib_metrics
from seleto.state import CLUSTERS

__all__ = ["CLUSTERS", "live", "metrics", "ready"]

# The code of a process does not change: once no migration is missing, none will be.
_migrated = False


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """``{"status": "ready|degraded|unready", "checks": {...}, "degraded": [names], "modes": [{...}]}``, 200 or 503."""
    now = clock.now()
    try:
        if not _is_migrated():
            return _answer("unready", {"database": "ok", "migrations": "missing"})
        seen = state.read(now=now)
    except DatabaseError:
        return _answer("unready", {"database": "unreachable"})
    checks = {
        "database": "read_only" if seen.read_only else "ok",
        "migrations": "ok",
        "workers": {
            name: {"ok": name not in seen.dead_clusters, "age_s": _rounded(age)}
            for name, age in seen.heartbeat_age.items()
        },
        "stages": {stage: {"late_s": _rounded(late)} for stage, late in seen.stage_late.items()},
    }
    modes = degraded.of(seen, now=now)
    if seen.dead_clusters or seen.read_only:
        return _answer("unready", checks, seen.degraded, modes)
    return _answer("degraded" if seen.degraded or modes else "ready", checks, seen.degraded, modes)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for the bearer of METRICS_TOKEN or, without one set, for the machine itself."""
    if not _may_read_metrics(request):
        return problems.problem(401, headers={"WWW-Authenticate": "Bearer"})
    body = lib_metrics.exposition(StateCollector())
    return HttpResponse(body, content_type=lib_metrics.CONTENT_TYPE)


def _is_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _answer(
    status: str, checks: dict[str, Any], names: Iterable[str] = (), modes: Iterable[degraded.Mode] = ()
) -> HttpResponse:
    body = {
        "status": status,
        "checks": checks,
        "degraded": list(names),
        "modes": [mode.as_json() for mode in modes],
    }
    return JsonResponse(body, status=503 if status == "unready" else 200, headers={"Cache-Control": "no-store"})


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    # A proxy on this machine speaks for strangers: what it passes on does not count as local.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
