"""Keys to ``/api/v1``: made once, shown once, kept only as a digest. Each may do some kinds of work, for some time."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from seleto.lib import addresses, audit, clock, ratelimit
from seleto.lib.models import ApiToken
from seleto.lib.windows import Window, neighbourhood

if TYPE_CHECKING:  # the views load this module by name, from the settings
    from rest_framework.views import APIView

PREFIX = "slt_"
MAX_DAYS = 366
# Which programs use a token, to the hour: what nobody used for long can go.
_USED_EVERY = timedelta(hours=1)

_refused = Window(60)


class Scope(StrEnum):
    """What a token may be used for. A view asks for READ to be looked at and OPERATE for the rest, unless it has a
    ``scope`` of its own."""

    READ = "read"
    OPERATE = "operate"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Whoever holds a token, as ``request.user`` of the API."""

    name: str
    scopes: frozenset[Scope] = frozenset()
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def actor(self) -> str:
        """As the audit names it."""
        return f"api:{self.name}"


def create(
    *, name: str, now: datetime, scopes: Collection[Scope] = (Scope.READ,), days: int = 90
) -> tuple[ApiToken, str]:
    """Make a token; the second value is its plain text, which cannot be had again.

    Raises IntegrityError when the name is taken, ValueError for no scope or a life beyond ``MAX_DAYS``.
    """
    if not scopes or not 0 < days <= MAX_DAYS:
        raise ValueError("A token needs a scope, and a life of at most a year.")
    plain = _new()
    token = ApiToken.objects.create(
        name=name, digest=digest(plain), created_at=now, expires_at=now + timedelta(days=days), **fields(scopes)
    )
    return token, plain


def fields(scopes: Collection[Scope]) -> dict[str, bool]:
    """The row's columns that say which scopes it has."""
    return {f"can_{scope}": scope in scopes for scope in Scope}


def scopes_of(token: ApiToken) -> frozenset[Scope]:
    return frozenset(scope for scope in Scope if getattr(token, f"can_{scope}"))


def rotate(*, name: str, now: datetime, days: int = 90) -> str | None:
    """A new plain text for a token that still works, and a new term of ``days``; None when there is none.

    The one before goes on for ``API_TOKEN_OVERLAP_H`` hours, so that its program loses nothing while people change it,
    but never beyond its own end.
    """
    if not 0 < days <= MAX_DAYS:
        raise ValueError("A token lives for at most a year.")
    token = _working(now).filter(name=name).first()
    if token is None:
        return None
    plain = _new()
    overlap = min(token.expires_at, now + timedelta(hours=settings.API_TOKEN_OVERLAP_H))
    token.previous_digest, token.previous_until = token.digest, overlap
    token.digest, token.expires_at = digest(plain), now + timedelta(days=days)
    token.save(update_fields=["digest", "expires_at", "previous_digest", "previous_until"])
    return plain


def revoke(*, name: str, now: datetime) -> bool:
    """End a token's life, that of its older text included; False when there is none of this name that still works."""
    return ApiToken.objects.filter(name=name, revoked_at=None).update(revoked_at=now) == 1


def note(actor: str, action: str, token: ApiToken, *, now: datetime) -> None:
    """Put what was done to a token into the audit."""
    detail = {"api_token": token.pk, "scopes": sorted(scopes_of(token))}
    audit.record(actor=actor, action=action, subject_kind="api_token", subject_id=None, detail=detail, now=now)


def digest(plain: str) -> str:
    """What is stored. Plain SHA-256 does: the token is 256 random bits, which no dictionary holds."""
    return hashlib.sha256(plain.encode()).hexdigest()


def forget() -> None:
    """Who was refused lately, for tests."""
    _refused.forget()


def _new() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _working(now: datetime) -> Any:
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=now)


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer slt_…``"""

    def authenticate(self, request: Request) -> tuple[ApiClient, ApiToken] | None:
        scheme, _, plain = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        caller = neighbourhood(addresses.client(request))
        if _refused.count(caller) >= settings.API_REFUSED_PER_MIN:
            raise exceptions.Throttled(_refused.rest_s())
        token = self._held(hashlib.sha256(plain.strip()).hexdigest(), clock.now())
        if token is None:
            _refused.note(caller)
            raise exceptions.AuthenticationFailed("Unknown, expired or revoked token.")
        return ApiClient(token.name, scopes_of(token)), token

    def _held(self, digest: str, now: datetime) -> ApiToken | None:
        current = Q(digest=digest, expires_at__gt=now)
        older = Q(previous_digest=digest, previous_until__gt=now)
        token = ApiToken.objects.filter(current | older, revoked_at=None).first()
        if token and (token.last_used_at is None or now - token.last_used_at > _USED_EVERY):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasToken(BasePermission):
    """Only the holder of a token with the view's scope, never a session of the admin."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, ApiClient):
            return False
        needed = needed_by(view, str(request.method))
        if needed not in request.user.scopes:
            raise exceptions.PermissionDenied(f"The token lacks the scope {needed}.")
        return True


def needed_by(view: Any, method: str) -> Scope:
    """The scope that a call of ``method`` takes."""
    own: Scope | None = getattr(view, "scope", None)
    return own or (Scope.READ if method in SAFE_METHODS else Scope.OPERATE)


class TokenPace(BaseThrottle):
    """``API_PER_MIN`` calls a minute by each token, over all processes, of which ``API_BURST`` may come at once."""

    def __init__(self) -> None:
        self._wait_s = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiToken) or not settings.API_PER_MIN:
            return True
        interval_s = 60 / settings.API_PER_MIN
        burst_s = interval_s * (settings.API_BURST - 1)
        slot = ratelimit.take(f"api:{request.auth.pk}", interval_s=interval_s, within_s=burst_s)
        self._wait_s = max(1.0, slot.wait_s - burst_s)
        return slot.taken

    def wait(self) -> float:
        return self._wait_s
