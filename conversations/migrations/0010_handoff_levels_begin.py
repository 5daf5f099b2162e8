"""The levels to begin with, and who had picked up what before pick-ups were recorded."""

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

# Business minutes without a person: first the one it was given to is reminded, then the team.
_BEGIN_WITH = (
    ("comercial", 15, "reminder"),
    ("comercial", 30, "team"),
    ("suporte", 60, "team"),
    ("privacidade", 240, "team"),
)


def begin(apps: Any, _editor: object) -> None:
    level = apps.get_model("conversations", "HandoffLevel")
    level.objects.bulk_create(
        level(queue=queue, after_minutes=minutes, action=action) for queue, minutes, action in _BEGIN_WITH
    )
    message = apps.get_model("conversations", "Message")
    first = message.objects.filter(
        conversation=OuterRef("conversation"), author__in=["phone", "person"], created_at__gte=OuterRef("opened_at")
    ).order_by("created_at")
    apps.get_model("conversations", "Handoff").objects.annotate(first=Subquery(first.values("created_at")[:1])).exclude(
        first=None
    ).update(picked_up_at=F("first"))


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_handoffs_attended")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
