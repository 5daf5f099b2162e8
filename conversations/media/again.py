"""Fetch once more what was given up: the service behind the admin's button."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.media import outgoing
from conversations.media.stage import ALERT
from conversations.models import Media, Message, Outbox
from seleto.lib import alerts, audit, jobs

GIVEN_UP = (Media.State.FAILED, Media.State.EXPIRED)


def fetch(ids: Iterable[UUID], *, actor: str, now: datetime) -> int:
    """How many are due again, with all their attempts; a bubble that was parked for want of its file waits for it."""
    done = 0
    for media_id in ids:
        with transaction.atomic():
            done += _again(media_id, actor=actor, now=now)
    if not Media.objects.filter(state__in=GIVEN_UP).exists():
        alerts.close(ALERT, now=now)
    return done


def here_or_due(media_id: UUID, *, actor: str, now: datetime) -> bool:
    """Whether a bubble with this file can leave, now or once it is fetched; fetches it anew when it was given up."""
    given_up = Media.objects.filter(pk=media_id, state__in=GIVEN_UP).exists()
    return not given_up or _again(media_id, actor=actor, now=now)


def _again(media_id: UUID, *, actor: str, now: datetime) -> bool:
    media = (
        Media.objects.select_for_update().filter(pk=media_id, state__in=GIVEN_UP).exclude(url="", remote_id="").first()
    )
    if media is None:
        return False
    was = media.reason
    media.state, media.reason, media.attempts = Media.State.DUE, "", 0
    media.due_at, media.leased_until = now, None
    media.save(update_fields=["state", "reason", "attempts", "due_at", "leased_until"])
    parked = Outbox.objects.filter(
        media_id=media_id, status=Outbox.Status.PARKED, reason__startswith=f"{outgoing.ATTACHMENT}:"
    )
    if parked.update(status=Outbox.Status.QUEUED, reason="", attempts=0, due_at=now):
        Message.objects.filter(pk=media.message_id).update(status=Message.Status.QUEUED, status_at=now)
    audit.record(
        actor=actor, action="media.again", subject_kind="media", subject_id=media_id, detail={"reason": was}, now=now
    )
    jobs.wake("media")
    return True
