"""Keys to ``/api/v1``: made once, shown once, kept only as a digest."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from seleto.lib.models import ApiToken

if TYPE_CHECKING:  # the views load this module by name, from the settings
    from rest_framework.views import APIView

PREFIX = "slt_"


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Whoever holds a token, as ``request.user`` of the API."""

    name: str
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def actor(self) -> str:
        """As the audit names it."""
        return f"api:{self.name}"


def create(*, name: str, now: datetime) -> tuple[ApiToken, str]:
    """Make a token; the second value is its plain text, which cannot be had again.

    Raises IntegrityError when the name is taken.
    """
    plain = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(name=name, digest=digest(plain), created_at=now), plain


def revoke(*, name: str, now: datetime) -> bool:
    """End a token's life; False when there is none of this name that still works."""
    return ApiToken.objects.filter(name=name, revoked_at=None).update(revoked_at=now) == 1


def digest(plain: str) -> str:
    """What is stored. Plain SHA-256 does: the token is 256 random bits, which no dictionary holds."""
    return hashlib.sha256(plain.encode()).hexdigest()


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer slt_…``"""

    def authenticate(self, request: Request) -> tuple[ApiClient, ApiToken] | None:
        scheme, _, plain = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = ApiToken.objects.filter(digest=hashlib.sha256(plain.strip()).hexdigest(), revoked_at=None).first()
        if token is None:
            raise exceptions.AuthenticationFailed("Unknown or revoked token.")
        return ApiClient(token.name), token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasToken(BasePermission):
    """Only the holder of a token, never a session of the admin."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, ApiClient)
