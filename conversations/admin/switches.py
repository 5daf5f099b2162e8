"""Why the agent is silent: the words for a switch that is off."""

from django.http import HttpRequest
from django.urls import reverse

from conversations.models import Channel
from knowledge import queries
from knowledge.models import Flag

_NAME = str(Flag.Name.AGENT_ENABLED)


def off_because(channel: Channel) -> str:
    """``chave agent_enabled, canal principal``; empty while the agent may answer on this channel."""
    if off_globally():
        return f"chave {_NAME}, global"
    scopes = {
        f"channel:{channel.slug}": f"canal {channel.slug}",
        f"origin:{channel.origin}": f"origem {channel.origin}",
    }
    stored = queries.flags()
    for scope, words in scopes.items():
        if not stored.get((_NAME, scope), True):
            return f"chave {_NAME}, {words}"
    return "" if channel.enabled else f"canal {channel.slug} inativo"


def off_globally() -> bool:
    return not queries.flags().get((_NAME, "global"), True)


def off_channels() -> dict[str, str]:
    """Slug of each silenced channel -> why."""
    found = ((channel.slug, off_because(channel)) for channel in Channel.objects.order_by("slug"))
    return {slug: why for slug, why in found if why}


def switches_link(request: HttpRequest) -> str:
    """Where to turn it on again, for someone who may see it."""
    return reverse("admin:knowledge_flag_changelist") if request.user.has_perm("knowledge.view_flag") else ""
