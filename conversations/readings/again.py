"""Have files read once more whose reading failed: the service behind the admin's button."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Media, Reading
from seleto.lib import audit, jobs

REPEATABLE = (Reading.State.FAILED, Reading.State.UNCLEAR, Reading.State.TOO_LONG)


def read(media_ids: Iterable[UUID], *, actor: str, now: datetime) -> int:
    """How many are due again. Words that come now are shown and kept; what was answered is not answered again."""
    done = 0
    for media_id in media_ids:
        with transaction.atomic():
            due = Reading.objects.filter(
                media_id=media_id, media__state=Media.State.STORED, state__in=REPEATABLE
            ).update(state=Reading.State.DUE, reason="", attempts=0, due_at=now, awaited_until=now)
            if due:
                audit.record(
                    actor=actor, action="reading.again", subject_kind="media", subject_id=media_id, detail={}, now=now
                )
                jobs.wake("read")
            done += due
    return done
