"""Who is calling, as far as the network says."""

from django.conf import settings
from django.http import HttpRequest


def client(request: HttpRequest) -> str:
    """The caller's address; behind our proxy the last one that it wrote, as earlier ones are the caller's own words."""
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told:
            return told
    return str(request.META.get("REMOTE_ADDR", ""))
