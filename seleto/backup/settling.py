"""A restored state is older than the world: what it meant to do next may have been done already. Nothing of it is done.

``python -m seleto.backup.settling`` settles the database of ``DATABASE_URL`` and prints counts as JSON. What was on its
way out becomes *unknown*, whoever waited for an answer is shown to people, the mirror looks before it writes, and the
agent is switched off until somebody who has looked at the telephones switches it on.
"""

import json
import os
from datetime import datetime
from uuid import uuid4

REASON = "restaurado"
ALERT = "restored"


def settle(*, now: datetime) -> dict[str, int]:
    """What was set aside, by kind."""
    from django.db import connection, transaction

    from conversations import repair
    from conversations.chatwoot import due
    from conversations.models import ChatwootLink, Conversation, Message, Outbox, Turn
    from seleto.lib import alerts
    from seleto.lib.models import Alert, Circuit

    with transaction.atomic():
        repair.switch_agent(on=False, scope="global", note="cópia restaurada", actor="sistema", now=now)
        leaving = Outbox.objects.filter(status__in=[Outbox.Status.QUEUED, Outbox.Status.SENDING])
        messages = list(leaving.values_list("message_id", flat=True))
        leaving.update(status=Outbox.Status.UNKNOWN, reason=REASON, leased_until=None)
        Message.objects.filter(pk__in=messages).update(status=Message.Status.UNKNOWN, status_at=now)
        Turn.objects.filter(status=Turn.Status.RUNNING).update(
            status=Turn.Status.PARKED, reason=REASON, finished_at=now
        )
        waiting = list(Conversation.objects.filter(turn_due_at__isnull=False, closed_at=None))
        known = set(Turn.objects.filter(reason=REASON).values_list("conversation_id", flat=True))
        Turn.objects.bulk_create(
            Turn(
                conversation=conversation,
                status=Turn.Status.PARKED,
                reason=REASON,
                started_at=now,
                finished_at=now,
                lease_token=uuid4(),
                leased_until=now,
                read_revision=conversation.revision,
                waiting_since=conversation.pending_since,
            )
            for conversation in waiting
            if conversation.pk not in known
        )
        Conversation.objects.filter(pk__in=[row.pk for row in waiting]).update(turn_due_at=None)
        follow_ups = Conversation.objects.filter(follow_up_at__lte=now).update(follow_up_at=None)
        ChatwootLink.objects.update(unsure=True)
        for lead_id, channel_id in ChatwootLink.objects.values_list("lead_id", "channel_id"):
            due.mark(lead_id=lead_id, channel_id=channel_id, now=now)
        Circuit.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_q_ormq")
        title = "Uma cópia foi restaurada: o agente está desligado até alguém conferir os celulares e religá-lo"
        alerts.open_(ALERT, title=title, level=Alert.Level.CRITICAL, now=now)
    return {"unknown": len(messages), "waiting": len(waiting), "follow_ups": follow_ups}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    import django

    django.setup()
    from seleto.lib import clock

    print(json.dumps(settle(now=clock.now())))  # noqa: T201 what the parent asked for


if __name__ == "__main__":
    main()
