"""The product's own state, read and emptied through its database: only ever that of an isolated installation."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Min

from conversations import repair
from conversations.evals.observed import Final, lead_fields
from conversations.evals.schema import LOCAL, Case
from conversations.models import AudioRule, Conversation, Handoff, Outbox, Reading, ResumeRule, Turn
from knowledge.models import PRICE_ELIGIBLE, Gap, PricePolicy, ProductPrice
from leads.models import Lead, SubjectRequest
from seleto.lib import circuits, clock, jobs
from seleto.lib.models import Alert, Circuit, RateBucket

# They ask again and again whether all is well; waiting for every round would make a quiet hour long.
POLLING = frozenset({"chatwoot_poll", "channel_watch", "templates", "watch", "canary", "notices"})
_OWN_APPS = ("leads", "conversations", "crm")
# What a manager sets up and what stays true of the sandbox's CRM whoever writes.
_KEPT = frozenset(
    {
        *("conversations.Channel", "conversations.ChatwootInbox"),
        *("crm.CrmSettings", "crm.CrmOrigin", "crm.CityLink"),
    }
)
_SHARED: tuple[type[models.Model], ...] = (Alert, Circuit, RateBucket, Gap, ProductPrice)


@dataclass(frozen=True, slots=True)
class Activity:
    """``busy`` says in a few words what is going on, empty when nothing is. ``running`` turns may wait for a model."""

    busy: str
    running: int
    next_due: datetime | None


class OwnProduct:
    """The isolated installation: prepared, steered and read through its database."""

    limits: frozenset[str] = frozenset()

    def begin(self, case: Case) -> None:
        """Forget every earlier conversation and put the case's price policy in force."""
        had_circuits = Circuit.objects.exists()
        _empty()
        _put_prices(case)
        _put_limits(case)
        if had_circuits:
            # Processes go on with the circuit they saw last for this long.
            time.sleep(circuits.CACHE_S)

    def resume(self, provider_ids: list[str]) -> None:
        """The SDR gives the conversation back to the agent, as ``manage.py resume_agent`` does."""
        conversation = _conversation(provider_ids)
        if conversation is not None and conversation.owner != Conversation.Owner.AGENT:
            repair.resume(conversation.id, actor="sdr:play", now=clock.now())

    def by_people(self, provider_ids: list[str]) -> set[str]:
        rows = Outbox.objects.filter(provider_id__in=provider_ids, origin=Outbox.Origin.PERSON)
        return set(rows.values_list("provider_id", flat=True))

    def runs(self, provider_ids: list[str]) -> dict[str, str]:
        rows = Outbox.objects.filter(provider_id__in=provider_ids).exclude(correlation_id="")
        return dict(rows.values_list("provider_id", "correlation_id"))

    def final(self, provider_ids: list[str], *, start: datetime) -> Final:
        """The state of the lead who wrote these messages; of one who is unknown to the product, that of nobody."""
        conversation = _conversation(provider_ids)
        if conversation is None:
            return Final()
        lead = conversation.lead
        handoffs = Handoff.objects.filter(conversation__lead=lead).order_by("-opened_at")
        current = handoffs.filter(closed_at=None).first()
        latest = current or handoffs.first()
        return Final(
            temperature=lead.temperature,
            owner=conversation.owner,
            handoff=current is not None,
            human_queue=latest.queue if latest else None,
            opt_out=lead.opted_out_at is not None,
            deletion_request=lead.subject_requests.filter(kind=SubjectRequest.Kind.ERASURE).exists(),
            gap_recorded=Gap.objects.exists(),
            interest_recorded=tuple(lead.interests.values_list("produto", flat=True)),
            lead_fields=lead_fields(
                dict(lead.facts.filter(superseded_at=None).values_list("field", "value")),
                intents=_intents(lead),
                opt_out=lead.opted_out_at is not None,
            ),
            known_since={
                name: (first - start).total_seconds()
                for name, first in lead.facts.values_list("field").annotate(first=Min("created_at"))
            },
        )


def activity() -> Activity:
    """What the workers have in hand, what they should take next, and when the next row falls due."""
    now = clock.now()
    dues = {
        stage.name: due for stage in _stages() if stage.name not in POLLING and (due := stage.next_due()) is not None
    }
    late = [name for name, due in dues.items() if due <= now]
    held = [model.__name__ for model in _leased() if _in_hand(model)]
    running = Turn.objects.filter(status=Turn.Status.RUNNING).count() + _readings()
    return Activity(busy=", ".join([*late, *held]), running=running, next_due=min(dues.values(), default=None))


def _readings() -> int:
    """Files being read: they wait for a model as turns do."""
    return Reading.objects.exclude(leased_until=None).extra(where=["leased_until > now()"]).count()


def _conversation(provider_ids: list[str]) -> Conversation | None:
    """The newest session that holds one of these messages."""
    return (
        Conversation.objects.filter(messages__provider_id__in=provider_ids)
        .select_related("lead")
        .order_by("-opened_at")
        .first()
    )


def _intents(lead: Lead) -> tuple[str, ...]:
    turns = Turn.objects.filter(conversation__lead=lead).values_list("intents", flat=True)
    return tuple(intent for intents in turns for intent in intents)


def _put_prices(case: Case) -> None:
    eligible = {code: price for code, price in case.setup.prices.items() if code in PRICE_ELIGIBLE}
    PricePolicy.objects.update_or_create(id=1, defaults={"cold_lead_exception": bool(eligible)})
    valid_from = case.start.astimezone(LOCAL).date() - timedelta(days=1)
    ProductPrice.objects.bulk_create(
        ProductPrice(product_id=code, amount=price, valid_from_date=valid_from) for code, price in eligible.items()
    )


def _put_limits(case: Case) -> None:
    """How long a voice note may be and a person must be silent; what the case leaves out is as when nobody set it."""
    if case.setup.audio_max_s:
        AudioRule.objects.create(max_s=case.setup.audio_max_s)
    if case.setup.idle_min:
        ResumeRule.objects.create(**{f"idle_min_{hours}": minutes for hours, minutes in case.setup.idle_min.items()})


def _empty() -> None:
    own = [
        model
        for label in _OWN_APPS
        for model in apps.get_app_config(label).get_models()
        if model._meta.label not in _KEPT
    ]
    # Foreign keys are checked at the end of the transaction, so the order of the tables does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (*own, *_SHARED):
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608 - our own table names


def _stages() -> Iterator[jobs.Stage[Any]]:
    for cluster in sorted(jobs.clusters()):
        yield from jobs.stages(cluster)


def _leased() -> Iterator[type[models.Model]]:
    """Models whose rows carry a lease while somebody works on them; turns and readings are counted apart."""
    for label in _OWN_APPS:
        for model in apps.get_app_config(label).get_models():
            if model not in (Turn, Reading) and any(field.name == "leased_until" for field in model._meta.get_fields()):
                yield model


def _in_hand(model: type[models.Model]) -> bool:
    rows = model._default_manager.exclude(leased_until=None)
    return bool(rows.extra(where=["leased_until > now()"]).exists())
