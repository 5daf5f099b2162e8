"""Deliveries leave here: at least once, in no promised order, until the other side says 2xx or the tries are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from seleto.lib import alerts, audit, clock, connections, jobs, metrics, posting, tracing
from seleto.lib.errors import ProviderError, Rejected, Unavailable
from seleto.lib.models import Alert
from seleto.outbound import describing, signing
from seleto.outbound.models import TEST, Delivery, Subscription

STAGE = "outbound"
DELIVERIES = metrics.counter("outbound_deliveries", "Events told to other programs, by outcome.", ["outcome"])
Status = Delivery.Status
# The receiver wants no more (RFC 9110, 15.5.11; Standard Webhooks: switch the endpoint off).
_GONE = "http_410"


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    token: UUID
    attempts: int


def register() -> None:
    jobs.register(
        jobs.Stage(
            name=STAGE,
            cluster="background",
            claim=claim,
            run=run,
            renew=renew,
            next_due=next_due,
            concurrency=lambda: settings.OUTBOUND_CONCURRENCY,
        )
    )
    jobs.register(jobs.Stage(name="outbound_keep", cluster="background", claim=_over, run=_remove, next_due=_next_over))


def claim(limit: int) -> Sequence[Claim]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_delivery SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = clock_timestamp() + make_interval(secs => %(lease)s)"
            " WHERE id = ANY(ARRAY(SELECT id FROM outbound_delivery WHERE status = 'queued'"
            " AND (due_at IS NULL OR due_at <= %(now)s) AND (leased_until IS NULL OR leased_until < clock_timestamp())"
            " ORDER BY due_at NULLS FIRST, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING id, lease_token, attempts",
            {"lease": settings.LEASE_S, "now": clock.now(), "limit": limit},
        )
        return [Claim(*row) for row in cursor.fetchall()]


@tracing.span("event out")
def run(item: Claim) -> None:
    """One try."""
    delivery = Delivery.objects.select_related("subscription").filter(pk=item.id).first()
    if delivery is None:
        return  # its subscription was deleted
    if not delivery.subscription.active:
        _settle(item, Status.CANCELLED, reason="assinatura_desligada")
        return
    if item.attempts > len(settings.OUTBOUND_RETRIES_S) + 1:  # runs that neither ended nor failed
        _park(item, delivery, "tentativas_esgotadas")
        return
    body = delivery.body or describing.body(delivery)
    if body is None:
        _settle(item, Status.CANCELLED, reason="apagado")
        return
    Delivery.objects.filter(pk=item.id).update(body=body)
    _send(item, delivery, body.encode())


def renew(items: Sequence[Claim]) -> None:
    jobs.extend_leases("outbound_delivery", [item.id for item in items], [item.token for item in items])


def next_due() -> datetime | None:
    waiting = Delivery.objects.filter(status=Status.QUEUED).extra(
        where=["(leased_until IS NULL OR leased_until < clock_timestamp())"]
    )
    if waiting.filter(due_at=None).exists():
        return clock.now()
    due: datetime | None = waiting.aggregate(due=Min("due_at"))["due"]
    return due


def send_test(subscription: Subscription, *, actor: str, now: datetime) -> Delivery:
    """A delivery that tells of nothing."""
    with transaction.atomic():
        row = Delivery.objects.create(subscription=subscription, subject_id=subscription.pk, kind=TEST, occurred_at=now)
        _audit("outbound.test", subscription, actor=actor, now=now)
    jobs.wake(STAGE)
    return row


def send_again(delivery_id: UUID, *, actor: str, now: datetime) -> bool:
    """Put a settled delivery back, as it was; False when it waits already. The receiver knows it by its id."""
    with transaction.atomic():
        changed = (
            Delivery.objects.filter(pk=delivery_id)
            .exclude(status=Status.QUEUED)
            .update(status=Status.QUEUED, reason="", attempts=0, due_at=now, leased_until=None, settled_at=None)
        )
        if changed:
            row = Delivery.objects.select_related("subscription").get(pk=delivery_id)
            _audit("outbound.again", row.subscription, actor=actor, now=now)
            _close_alert(row.subscription, now)
    jobs.wake(STAGE)
    return changed == 1


def overlap() -> timedelta:
    return timedelta(hours=settings.OUTBOUND_SECRET_OVERLAP_H)


def switch(subscription: Subscription, *, on: bool, actor: str, now: datetime) -> None:
    with transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(active=on, stopped="")
        _audit("outbound.on" if on else "outbound.off", subscription, actor=actor, now=now)


def change_secret(subscription: Subscription, *, actor: str, now: datetime) -> str:
    """A fresh secret, to be shown once; the former signs along for ``OUTBOUND_SECRET_OVERLAP_H``."""
    with transaction.atomic():
        row = Subscription.objects.select_for_update().get(pk=subscription.pk)
        row.secrets = secrets = signing.rotated(row.secrets, now=now, overlap=overlap())
        row.save(update_fields=["secrets"])
        _audit("outbound.secret", subscription, actor=actor, now=now)
    return secrets["current"]


def _over(limit: int) -> Sequence[UUID]:
    """Deliveries that were settled longer ago than they are kept."""
    before = clock.now() - timedelta(days=settings.OUTBOUND_KEEP_D)
    return list(Delivery.objects.filter(settled_at__lt=before).values_list("pk", flat=True)[:limit])


def _remove(delivery_id: UUID) -> None:
    Delivery.objects.filter(pk=delivery_id).delete()


def _next_over() -> datetime | None:
    settled: datetime | None = Delivery.objects.aggregate(first=Min("settled_at"))["first"]
    return settled + timedelta(days=settings.OUTBOUND_KEEP_D) if settled else None


def _send(item: Claim, delivery: Delivery, body: bytes) -> None:
    subscription, now = delivery.subscription, clock.now()
    signed = signing.headers(f"msg_{delivery.pk.hex}", body, subscription.secrets, now=now)
    connections.release()
    try:
        posting.post(
            subscription.url,
            body,
            headers={"content-type": "application/json", "user-agent": "seleto", **signed},
            total_s=settings.OUTBOUND_TIMEOUT_S,
        )
    except ProviderError as failure:
        _failed(item, delivery, failure)
    else:
        _settle(item, Status.SENT)


def _failed(item: Claim, delivery: Delivery, failure: ProviderError) -> None:
    """Any answer but 2xx is tried again, as the specification wants; only what can never be reached is not."""
    now, subscription = clock.now(), delivery.subscription
    if failure.reason == _GONE:
        with transaction.atomic():
            Subscription.objects.filter(pk=subscription.pk).update(active=False, stopped=_GONE)
            _alert(subscription, f"“{subscription.name}” não quer mais eventos (HTTP 410) e foi desligada", now)
        _settle(item, Status.CANCELLED, reason=_GONE)
        return
    hopeless = isinstance(failure, Rejected) and failure.status is None
    if hopeless or item.attempts > len(settings.OUTBOUND_RETRIES_S):
        _park(item, delivery, failure.reason)
        return
    wait = settings.OUTBOUND_RETRIES_S[item.attempts - 1]
    asked = failure.retry_after if isinstance(failure, Unavailable) and failure.retry_after else 0.0
    due = now + timedelta(seconds=max(wait, min(asked, settings.OUTBOUND_RETRIES_S[-1])))
    Delivery.objects.filter(pk=item.id, lease_token=item.token).update(
        reason=failure.reason[:60], due_at=due, leased_until=None
    )
    jobs.wake(STAGE, at=due)
    DELIVERIES.labels(outcome="tried").inc()


def _park(item: Claim, delivery: Delivery, reason: str) -> None:
    with transaction.atomic():
        _settle(item, Status.PARKED, reason=reason)
        _alert(delivery.subscription, f"Eventos para “{delivery.subscription.name}” não chegam", clock.now())


def _settle(item: Claim, status: str, *, reason: str = "") -> None:
    Delivery.objects.filter(pk=item.id, lease_token=item.token).update(
        status=status, reason=reason[:60], leased_until=None, settled_at=clock.now()
    )
    DELIVERIES.labels(outcome=str(status)).inc()


def _alert(subscription: Subscription, title: str, now: datetime) -> None:
    alerts.open_(f"outbound:{subscription.pk}", title=title, level=Alert.Level.WARNING, now=now)


def _close_alert(subscription: Subscription, now: datetime) -> None:
    if not Delivery.objects.filter(subscription=subscription, status=Status.PARKED).exists():
        alerts.close(f"outbound:{subscription.pk}", now=now)


def _audit(action: str, subscription: Subscription, *, actor: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, subject_kind="subscription", subject_id=subscription.pk, detail={}, now=now
    )
