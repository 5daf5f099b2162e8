"""Bring one conversation in Chatwoot up to our database: contact, conversation, messages, notes, then what is shown.

A run holds the link's lease, so nobody else writes there meanwhile. It continues where the last one stopped: every id
is saved as soon as it is known. After a call whose outcome is unknown, or a process that died, the newest messages
there are read first and those that bear our marker are not written again.

``due_at`` belongs to those who bring news and is empty while a run is in hand: whatever they write meanwhile, however
long the run takes, makes the conversation due again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Min

from conversations.chatwoot import erasing, inboxes, state
from conversations.chatwoot.writer import Writer
from conversations.models import ChatwootLink
from seleto.lib import alerts, circuits, clock, connections, jobs, metrics, tracing
from seleto.lib.errors import Misconfigured, ProviderError, Rejected
from seleto.lib.leases import extend_leases, last_attempt_alone
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

_READY = "status = 'ready' AND ((leased_until IS NULL AND due_at <= %(now)s) OR leased_until < now())"
# Attempts with a reason are failures that were answered; those without are runs that died.
_DIED = "reason = ''"
_CLAIMABLE = f"{_READY} AND {last_attempt_alone('conversations_chatwootlink', _READY, counted=_DIED)}"
MIRRORS = metrics.counter("chatwoot_mirrors", "Runs of the mirror, by outcome.", ["outcome"])


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """A conversation in hand; ``attempts`` counts this one among those that failed for the same ``reason``. ``unsure``:
    look before writing."""

    id: UUID
    lead_id: UUID
    channel_id: UUID
    attempts: int
    unsure: bool
    reason: str
    token: UUID


def claim(limit: int) -> Sequence[LinkClaim]:
    """Take up to ``limit`` conversations to mirror, or whose run died: the outcome of its last call is unknown.

    What an earlier failure was says nothing about a run that died: those are counted anew, and apart.
    SQL because the ORM cannot say UPDATE … RETURNING over SKIP LOCKED.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink l SET unsure = l.unsure OR l.leased_until IS NOT NULL,"  # noqa: S608
            " attempts = CASE WHEN l.leased_until IS NOT NULL AND l.reason <> '' THEN 1 ELSE l.attempts + 1 END,"
            " reason = CASE WHEN l.leased_until IS NOT NULL THEN '' ELSE l.reason END,"
            " due_at = NULL, lease_token = gen_random_uuid(), leased_until = now() + make_interval(secs => %(lease)s)"
            f" WHERE l.id = ANY(ARRAY(SELECT id FROM conversations_chatwootlink WHERE {_CLAIMABLE}"
            " ORDER BY due_at NULLS FIRST LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
            " RETURNING l.id, l.lead_id, l.channel_id, l.attempts, l.unsure, l.reason, l.lease_token",
            {
                "lease": settings.LEASE_S,
                "now": clock.now(),
                "limit": limit,
                "most": settings.CHATWOOT_MAX_REFUSALS,
            },
        )
        return [LinkClaim(*row) for row in cursor.fetchall()]


@tracing.span("mirror")
def run(link: LinkClaim) -> None:
    """One run to its end. News that come meanwhile make the link due again."""
    now = clock.now()
    inbox = inboxes.of_channel(link.channel_id)
    if inbox is None:
        _release(link, due_at=None)
        return
    if link.attempts > settings.CHATWOOT_MAX_REFUSALS and not link.reason:
        _park(link, "tentativas_esgotadas", now)  # runs that neither ended nor failed: something here breaks them
        return
    if not circuits.allow(inbox.circuit, now):
        rest = timedelta(seconds=settings.CIRCUIT_OPEN_S)
        _release(link, due_at=now + rest, reason=link.reason, attempts=link.attempts - 1)
        return
    try:
        wanted = state.read(link.lead_id, link.channel_id)
        connections.release()
        Writer(inbox, link.id, wanted, unsure=link.unsure).write()
    except ChatwootLink.DoesNotExist:  # erased, or made one with another, under way
        erasing.take_back(link.id, link.lead_id, link.channel_id, now=now)
        return
    except ProviderError as error:
        erasing.take_back(link.id, link.lead_id, link.channel_id, now=now)
        _failed(link, inbox, error, now)
        MIRRORS.labels(outcome=type(error).__name__.lower()).inc()
        return
    erasing.take_back(link.id, link.lead_id, link.channel_id, now=now)
    circuits.succeeded(inbox.circuit)
    alerts.close(f"chatwoot:{link.channel_id}", now=now)
    _release(link, due_at=now if wanted.more else wanted.again_at)
    MIRRORS.labels(outcome="done").inc()


def alone(link: LinkClaim) -> bool:
    return not link.reason and link.attempts >= settings.CHATWOOT_MAX_REFUSALS > 1


def renew(links: Sequence[LinkClaim]) -> None:
    extend_leases("conversations_chatwootlink", [link.id for link in links], [link.token for link in links])


def next_due() -> datetime | None:
    """When the next conversation falls due; those in hand do not count, unless their run died."""
    ready = ChatwootLink.objects.filter(status=ChatwootLink.Status.READY)
    due: datetime | None = ready.filter(leased_until=None, due_at__isnull=False).aggregate(due=Min("due_at"))["due"]
    if ready.extra(where=["leased_until < now()"]).exists():
        return min(filter(None, (due, clock.now())))
    return due


def _failed(link: LinkClaim, inbox: inboxes.InboxView, error: ProviderError, now: datetime) -> None:
    """Rows wait, order kept. What speaks of the whole server rests everybody; one conversation's refusal, given again
    and again, parks it."""
    attempts = link.attempts if link.reason == error.reason else 1
    if isinstance(error, Misconfigured):
        circuits.failed(inbox.circuit, error.reason, now)
        alerts.open_(
            f"chatwoot:{link.channel_id}",
            title="O Chatwoot recusa a integração: confira endereço, conta e tokens",
            level=Alert.Level.CRITICAL,
            now=now,
        )
    elif isinstance(error, Rejected):
        circuits.succeeded(inbox.circuit)
        if attempts >= settings.CHATWOOT_MAX_REFUSALS:
            if error.status != 404:
                _park(link, f"recusada:{error.reason}", now)
                return
            _alert_refused(now)  # what was deleted over there is looked for and made anew, however often
    else:
        circuits.failed(inbox.circuit, error.reason, now)
    wait_s = min(settings.CHATWOOT_RETRY_S * 2 ** min(attempts - 1, 10), settings.CHATWOOT_RETRY_MAX_S)
    due_at = now + timedelta(seconds=max(wait_s, error.retry_after or 0))
    # Whatever the answer was: the call may have had its effect, and looking costs less than a twin.
    _release(link, due_at=due_at, reason=error.reason, unsure=True, attempts=attempts)


def _park(link: LinkClaim, reason: str, now: datetime) -> None:
    parked = ChatwootLink.objects.filter(pk=link.id, lease_token=link.token).update(
        status=ChatwootLink.Status.PARKED, reason=reason[:120], leased_until=None, lease_token=None
    )
    if parked:
        _alert_refused(now)


def _alert_refused(now: datetime) -> None:
    alerts.open_("chatwoot:parked", title="Há conversas que o Chatwoot recusa", level=Alert.Level.WARNING, now=now)


def _release(
    link: LinkClaim,
    *,
    due_at: datetime | None,
    reason: str = "",
    unsure: bool = False,
    attempts: int = 0,
) -> None:
    """Give the link back, if it is ours still. News that came during the run count beside ``due_at``: the earlier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_chatwootlink SET leased_until = NULL, lease_token = NULL, reason = %(reason)s,"
            " unsure = unsure OR %(unsure)s, attempts = %(attempts)s, due_at = LEAST(due_at, %(due)s)"
            " WHERE id = %(id)s AND lease_token = %(token)s RETURNING due_at",
            {
                "id": link.id,
                "token": link.token,
                "reason": reason[:120],
                "unsure": unsure,
                "attempts": attempts,
                "due": due_at,
            },
        )
        row = cursor.fetchone()
    if row and row[0] is not None:
        jobs.wake("mirror", at=row[0])
