"""An opt-out outlives the person's data: their addresses stay as keyed digests, which lead to nobody by themselves."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings

from leads.models import SuppressedIdentity


def digest(kind: str, value: str) -> str:
    """HMAC-SHA256 under ``SUPPRESSION_KEY``. A bare digest would do for nothing: there are few telephones."""
    return hmac.new(settings.SUPPRESSION_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def remember(identities: Mapping[str, Iterable[str]], *, now: datetime) -> int:
    """Keep that these addresses want no messages; kind -> values, as in ``leads.Identity``."""
    rows = [SuppressedIdentity(digest=digest(kind, value), at=now) for kind in identities for value in identities[kind]]
    SuppressedIdentity.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def since(keys: Iterable[tuple[str, str]]) -> datetime | None:
    """Since when one of these addresses wants no messages."""
    digests = [digest(kind, value) for kind, value in keys]
    rows = SuppressedIdentity.objects.filter(digest__in=digests).order_by("at")
    first: datetime | None = rows.values_list("at", flat=True).first()
    return first
