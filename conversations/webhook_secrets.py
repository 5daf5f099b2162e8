"""Changing the secret in a channel's webhook address without losing a call: old and new are accepted meanwhile."""

import secrets
from datetime import datetime

from django.db import transaction

from conversations import channel_cache
from conversations.models import Channel
from seleto.lib import audit


class NotOurs(ValueError):
    """The provider makes this secret; a person enters it in the admin."""


def add(slug: str, *, actor: str, now: datetime) -> str:
    """A new secret besides the others, under the label returned. Raises ``Channel.DoesNotExist``, ``NotOurs``."""
    with transaction.atomic():
        channel = _locked(slug)
        label = f"{now:%Y-%m-%d-%H%M%S}"
        channel.webhook_secrets = {**channel.webhook_secrets, label: secrets.token_urlsafe(32)}
        channel.save(update_fields=["webhook_secrets"])
        _audit("webhook_secret.added", channel, [label], actor, now)
    return label


def keep_newest(slug: str, *, actor: str, now: datetime) -> list[str]:
    """Accept nothing but the newest secret; the labels removed. Raises ``Channel.DoesNotExist``, ``NotOurs``."""
    with transaction.atomic():
        channel = _locked(slug)
        *old, newest = map(str, channel.webhook_secrets)
        if old:
            channel.webhook_secrets = {newest: channel.webhook_secrets[newest]}
            channel.save(update_fields=["webhook_secrets"])
            _audit("webhook_secret.removed", channel, old, actor, now)
    return old


def _locked(slug: str) -> Channel:
    channel = Channel.objects.select_for_update().get(slug=slug)
    if channel.provider == Channel.Provider.WHATSAPP:
        raise NotOurs
    transaction.on_commit(channel_cache.forget)
    return channel


def _audit(action: str, channel: Channel, labels: list[str], actor: str, now: datetime) -> None:
    for label in labels:
        audit.record(
            actor=actor,
            action=action,
            subject_kind="channel",
            subject_id=channel.pk,
            detail={"label": label},
            now=now,
        )
