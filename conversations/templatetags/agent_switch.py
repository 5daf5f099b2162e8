"""The badge in the admin's header while the agent is switched off as a whole."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("admin/agent_switch.html")
def agent_switch(request: Any) -> dict[str, Any]:
    # The theme draws a widget while it is imported, which loads every tag: the admin pages cannot be there yet.
    from conversations.admin.switches import off_globally, switches_link

    user = getattr(request, "user", None)
    if user is None or not user.is_staff or not off_globally():
        return {"off": False}
    return {"off": True, "link": switches_link(request)}
