"""Changes to the knowledge tables that are more than saving a row."""

from datetime import datetime

from django.db import transaction

from knowledge import prompts
from knowledge.models import PromptVersion, ScoreWeights


@transaction.atomic
def publish_prompt(version: PromptVersion, *, now: datetime) -> None:
    """Make this the one published version of its role; the former one is retired. Raises `PromptError`."""
    prompts.parse_prompt(version.text)
    same_role = PromptVersion.objects.select_for_update().filter(role=version.role)
    for former in same_role.filter(status=PromptVersion.Status.PUBLISHED).exclude(pk=version.pk):
        former.status = PromptVersion.Status.RETIRED
        former.save()
    version.status = PromptVersion.Status.PUBLISHED
    version.published_at = now
    version.save()


@transaction.atomic
def use_weights(chosen: ScoreWeights) -> None:
    """Score leads by these weights from their next message on; the former ones stay for another time."""
    ScoreWeights.objects.filter(active=True).exclude(pk=chosen.pk).update(active=False)
    chosen.active = True
    chosen.save(update_fields=["active", "updated_at"])
