"""What this app holds of a person in words: what was said, drafted, told at a handover and received.

Sessions, turns and what they cost stay, as do the keys by which a message or an event is known not to be new.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from conversations import provider_ids
from conversations.channels.cloud_api.parse import sealed_key
from conversations.models import (
    ChatwootLink,
    Conversation,
    Event,
    GuardrailHit,
    Handoff,
    Message,
    Outbox,
    Turn,
)
from conversations.outbox import digest
from leads.phones import variants
from seleto.lib import clock, privacy
from seleto.lib.privacy import PersonalData, Subject

# Why a session ended and what waited was taken back; what stands for a text that an outbox row may not be without.
ANONYMISED, NO_TEXT = "anonimizado", "(anonimizada)"

# What stands in a provider's event for the person alone; anything shorter may stand there for something else.
_ADDRESSES = ("phone", "lid", "bsuid")
_LEAST = 8


def register() -> None:
    privacy.register(
        PersonalData(
            app="conversations",
            label="Conversas: o que se disse, rascunhos, repasses e eventos recebidos",
            fields=("Conversation.address", "Message.text", "Outbox.text", "GuardrailHit.draft", "Event.body"),
            find=_find,
            export=_export,
            erase=_erase,
        )
    )


def _messages(subject: Subject) -> QuerySet[Message]:
    return Message.objects.filter(conversation__lead_id=subject.lead_id)


def _find(subject: Subject) -> Iterable[Any]:
    talks = Conversation.objects.filter(lead_id=subject.lead_id).exclude(address="")
    return [f"conversation:{key}" for key in talks.values_list("pk", flat=True)]


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"quando": row.sent_at.isoformat(), "de": row.get_author_display(), "texto": row.text}
        for row in _messages(subject).order_by("sent_at", "pk")
    ]


@transaction.atomic
def _erase(subject: Subject) -> int:
    """The conversations are locked first, as everywhere; nothing that waited to be said is said any more."""
    now = clock.now()
    talks = list(Conversation.objects.select_for_update().filter(lead_id=subject.lead_id).order_by("pk"))
    of_talks = {"conversation__in": talks}
    erased = _erase_received(subject)
    _seal_ids(subject, talks)
    erased += _messages(subject).update(text="", previous_texts=[], media={})
    Outbox.objects.filter(**of_talks, status=Outbox.Status.QUEUED).update(
        status=Outbox.Status.CANCELLED, reason=ANONYMISED
    )
    _messages(subject).filter(status=Message.Status.QUEUED).update(status=Message.Status.CANCELLED)
    erased += Outbox.objects.filter(**of_talks).update(
        text=NO_TEXT, reviewed_sha256=digest(NO_TEXT), to="", template={}
    )
    turns = Turn.objects.filter(**of_talks)
    turns.filter(status=Turn.Status.RUNNING).update(status=Turn.Status.DISCARDED, finished_at=now)
    turns.update(undo={}, waiting_since=None)
    erased += GuardrailHit.objects.filter(turn__in=turns).update(draft="", spans=[], reasons=[])
    erased += Handoff.objects.filter(**of_talks).update(summary="")
    Handoff.objects.filter(**of_talks, closed_at=None).update(closed_at=now)
    erased += ChatwootLink.objects.filter(lead_id=subject.lead_id).delete()[0]
    for talk in talks:
        _empty(talk)
        talk.closed_at = talk.closed_at or now
    Conversation.objects.bulk_update(talks, [*_EMPTIED, "closed_at"])
    return erased + len(talks)


_EMPTIED = [
    "address",
    "memory",
    "owner",
    "owner_reason",
    "turn_due_at",
    "pending_since",
    "hearing_until",
    "follow_up_at",
]


def _empty(talk: Conversation) -> None:
    talk.address = ""
    talk.memory = {}
    talk.owner, talk.owner_reason = Conversation.Owner.NOBODY, ANONYMISED
    talk.turn_due_at = talk.pending_since = talk.hearing_until = talk.follow_up_at = None


# Where a provider's id of a message is kept.
_IDS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Message, ("provider_id", "reference_id")),
    (Outbox, ("provider_id", "provider_extra_id", "echo_id", "answers_id")),
)


def _seal_ids(subject: Subject, talks: list[Conversation]) -> None:
    """Ids out of which the person's number can be read are kept as what nothing can be read out of."""
    numbers = {other for value in subject.identities.get("phone", ()) for other in variants(value)}
    for model, columns in _IDS:
        rows = model._default_manager.filter(conversation__in=talks)
        for row in rows.filter(reduce(or_, (Q(**{f"{column}__contains": "wamid."}) for column in columns))):
            told = {column: provider_ids.sealed(held) for column in columns
                    if provider_ids.names(held := getattr(row, column), numbers)}  # fmt: skip
            if told:
                model._default_manager.filter(pk=row.pk).update(**told)
    # Those of today hold none; earlier ones did.
    for event in Event.objects.filter(key__contains="wamid.").only("pk", "key").iterator():
        if provider_ids.names(event.key, numbers):
            Event.objects.filter(pk=event.pk).update(key=sealed_key(event.key))


def _erase_received(subject: Subject) -> int:
    """The bodies of the messages' own events, and of every other that names one of the person's addresses.

    SQL because a body is bytes, in which the ORM looks for nothing. A rare deed: the table is read once.
    """
    named = [value for kind in _ADDRESSES for value in subject.identities.get(kind, ()) if len(value) >= _LEAST]
    spelt = sorted({other for value in named for other in variants(value)})
    own = _messages(subject).exclude(event=None).values_list("event_id", flat=True)
    erased = Event.objects.filter(pk__in=list(own)).update(body=b"")
    # Again once it holds: an event that came and was settled meanwhile still knew the person.
    transaction.on_commit(lambda: _empty_bodies(spelt))
    return erased + _empty_bodies(spelt)


def _empty_bodies(spelt: list[str]) -> int:
    erased = 0
    for value in spelt:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE conversations_event SET body = '' WHERE position(%s::bytea IN body) > 0", [value.encode()]
            )
            erased += cursor.rowcount
    return erased
