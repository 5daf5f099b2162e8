"""A file goes with its row, whoever deletes the row and for whatever reason."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from conversations.media import files
from conversations.models import Handout, Media


@receiver(post_delete, sender=Media, dispatch_uid="media.files")
@receiver(post_delete, sender=Handout, dispatch_uid="handout.files")
def on_deleted(*, instance: Media | Handout, **_: Any) -> None:
    """Only once the deletion is certain."""
    transaction.on_commit(lambda: files.remove(instance.path))
