"""Filters that somebody comes back to, under a name: their own, or for everybody."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet

from seleto.backoffice.models import SavedView

# Of the address: words searched for, the page and what is told to Django alone.
_LEFT_OUT = frozenset({"q", "p", "all", "e"})
MAX_NAME = 60


class Unnamed(Exception):
    """The name is empty or too long, or there is no filter to keep; the words say which."""


def seen_by(user: AbstractBaseUser) -> QuerySet[SavedView]:
    """Their own, then those for everybody, by name."""
    return (
        SavedView.objects.filter(Q(owner=user.pk) | Q(shared=True))
        .select_related("owner")
        .order_by("shared", "name", "pk")
    )


def kept(query: str) -> str:
    """The chosen filters of a list's address, in one order."""
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if name not in _LEFT_OUT))


def save(user: AbstractBaseUser, *, name: str, query: str, shared: bool, now: datetime) -> SavedView:
    """Keep filters under a name; one of theirs by that name is replaced. Raises ``Unnamed``."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise Unnamed("dê um nome de até 60 caracteres")
    if not query:
        raise Unnamed("escolha antes ao menos um filtro")
    if len(query) > 1000:
        raise Unnamed("são filtros demais para guardar")
    values: dict[str, Any] = {"query": query, "shared": shared}
    row, _ = SavedView.objects.update_or_create(
        owner_id=user.pk, name=name, defaults=values, create_defaults={**values, "created_at": now}
    )
    return row


def delete(user: AbstractBaseUser, key: UUID) -> bool:
    """Only whoever saved it may remove it."""
    return bool(SavedView.objects.filter(pk=key, owner_id=user.pk).delete()[0])
