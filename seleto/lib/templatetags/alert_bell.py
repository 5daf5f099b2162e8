"""The bell in the admin's header."""

from django import template
from django.http import HttpRequest

from seleto.lib.models import Alert

register = template.Library()


@register.simple_tag
def open_alerts(request: HttpRequest) -> int | None:
    """How many alerts are open, or None for someone who may not see them."""
    user = getattr(request, "user", None)
    if user is None or not user.has_perm("lib.view_alert"):
        return None
    return Alert.objects.filter(closed_at=None).count()
