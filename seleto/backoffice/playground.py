"""Talk to a version of the agent before leads do: the production path down to the channel's door, and no further.

A person's message waits on their session. The worker answers it as it answers leads (``conversations/evals/rehearsal``)
where the database refuses to write, and puts what came of it on the session. So no page waits for a model, and no
lead, conversation or message comes of a talk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from conversations import spending
from conversations.agent.retrieval import articles_for
from conversations.agent.state import TurnState
from conversations.evals.keeping import kept, taken_up
from conversations.evals.rehearsal import Material, Said, Take
from conversations.models import ModelUse
from conversations.spending import Ceiling
from knowledge import calendar, prompts, queries
from knowledge.catalogue import ArticleFacts
from knowledge.models import Article, PromptVersion
from seleto.backoffice import takes
from seleto.backoffice.models import PlaygroundSession
from seleto.lib import clock, connections, jobs
from seleto.lib.leases import extend_leases
from seleto.lib.readonly import read_only, refused
from seleto.lib.text.language import Language

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = structlog.get_logger(__name__)

STAGE = "playground"
MAX_ATTEMPTS = 2
MAX_CHARS = 4_000
CONCURRENCY = 4
LOCAL = ZoneInfo("America/Sao_Paulo")


class StillThinking(Exception):
    """The message before has no reply yet."""


@dataclass(frozen=True, slots=True)
class SessionClaim:
    """A session whose message is to be answered; ``attempts`` counts this one."""

    id: UUID
    lease_token: UUID
    attempts: int


def register() -> None:
    jobs.register(
        jobs.Stage(
            name=STAGE,
            cluster="background",
            claim=claim,
            run=work,
            renew=renew,
            next_due=next_due,
            concurrency=CONCURRENCY,
        )
    )


def session_of(user: "AbstractBaseUser", *, now: datetime) -> PlaygroundSession | None:
    """The person's talk, None when there is none any more; whatever has expired is gone."""
    PlaygroundSession.objects.filter(expires_at__lte=now).delete()
    rows = PlaygroundSession.objects.select_related("prompt", "weights")
    return rows.filter(user_id=user.pk).first()


def begin(user: "AbstractBaseUser", options: dict[str, Any], *, now: datetime) -> PlaygroundSession:
    """A new talk with these options (columns of the session), in place of the person's former one."""
    with transaction.atomic():
        PlaygroundSession.objects.filter(user_id=user.pk).delete()
        return PlaygroundSession.objects.create(
            user_id=user.pk, expires_at=now + timedelta(hours=settings.PLAYGROUND_HOURS), **options
        )


def say(session: PlaygroundSession, text: str, *, now: datetime) -> None:
    """Leave a message to be answered by the worker. Raises ``StillThinking``."""
    with transaction.atomic():
        free = PlaygroundSession.objects.filter(pk=session.pk, due_at=None)
        if not free.update(message=text[:MAX_CHARS], due_at=now, attempts=0, failure="", leased_until=None):
            raise StillThinking
        jobs.wake(STAGE)


def claim(limit: int) -> Sequence[SessionClaim]:
    """Take up to ``limit`` sessions to answer. SQL because choosing and claiming must be one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backoffice_playgroundsession SET attempts = attempts + 1, lease_token = gen_random_uuid(),"
            " leased_until = now() + make_interval(secs => %s) WHERE id = ANY(ARRAY("
            "SELECT id FROM backoffice_playgroundsession WHERE due_at <= %s"
            " AND (leased_until IS NULL OR leased_until < now()) ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED))"
            " RETURNING id, lease_token, attempts",
            [settings.LEASE_S, clock.now(), limit],
        )
        return [SessionClaim(*row) for row in cursor.fetchall()]


def work(turn: SessionClaim) -> None:
    """Answer one message, or say on the session why there is no reply."""
    now = clock.now()
    if turn.attempts > MAX_ATTEMPTS:
        _settle(turn, failure="tentativas_esgotadas")
    elif spending.reached(None, now) is not Ceiling.NONE:
        _settle(turn, failure=spending.DAY_REASON)
    else:
        _answer(turn, now)


def renew(turns: Sequence[SessionClaim]) -> None:
    extend_leases("backoffice_playgroundsession", [turn.id for turn in turns], [turn.lease_token for turn in turns])


def next_due() -> datetime | None:
    """When the next message falls due; those being answered do not count."""
    due: datetime | None = (
        PlaygroundSession.objects.exclude(due_at=None)
        .extra(where=["(leased_until IS NULL OR leased_until < now())"])
        .aggregate(due=Min("due_at"))["due"]
    )
    return due


def drafts() -> list[Article]:
    """Articles that are not in use yet, or not any more."""
    return list(Article.objects.filter(active=False).order_by("code"))


def versions() -> list[PromptVersion]:
    """The versions of the prompt that answers leads, newest first."""
    return list(PromptVersion.objects.filter(role=PromptVersion.Role.AGENTE).order_by("-created_at"))


def _answer(turn: SessionClaim, now: datetime) -> None:
    """The outermost loop of this stage: what goes wrong is told on the session."""
    try:
        session, take, talk = _thought(turn.id, now)
    except prompts.PromptError:
        _settle(turn, failure="prompt_invalido")
    except PlaygroundSession.DoesNotExist:
        return  # begun anew meanwhile
    except DatabaseError as error:
        log.exception("playground.failed", session_id=str(turn.id))
        _settle(turn, failure="escrita_recusada" if refused(error) else "erro_no_banco")
    else:
        shown = takes.shown(take, number=len(session.takes) + 1)
        _settle(turn, talk=talk, takes=[*session.takes, shown])
        if take.decision.usage.calls:
            spending.record(
                ModelUse.Purpose.PLAYGROUND,
                None,
                take.decision.usage,
                prompt_version=session.prompt.version,
                now=clock.now(),
            )


def _thought(session_id: UUID, now: datetime) -> tuple[PlaygroundSession, Take, dict[str, Any]]:
    """What would be answered, and the talk as it stands then; nothing can be written meanwhile."""
    with read_only():
        session = PlaygroundSession.objects.select_related("prompt", "weights").get(pk=session_id)
        at = virtual_time(session.hours, now)
        talk = taken_up(session.talk, material(session, at))
        if talk.lines:
            at = max(at, talk.lines[-1].at)
        connections.release()
        return session, talk.hear(Said(session.message, at), now=at), kept(talk)


def virtual_time(hours: str, now: datetime) -> datetime:
    """Now, or the nearest instant in or out of business hours; now where the calendar knows none."""
    if hours == PlaygroundSession.Hours.OPEN:
        return calendar.next_opening(now) or now
    if hours == PlaygroundSession.Hours.CLOSED and calendar.is_open(now):
        return calendar.next_closing(now) or now
    return now


def material(session: PlaygroundSession, at: datetime) -> Material:
    """Prompt, knowledge and policy as the session chose them. Raises `PromptError`."""
    extra = tuple(row.facts() for row in Article.objects.filter(code__in=session.articles, active=False))

    def articles(state: TurnState) -> tuple[ArticleFacts, ...]:
        return (*extra, *articles_for(state))

    return Material(
        prompt=prompts.render(session.prompt.text),
        prompt_version=session.prompt.version,
        products=queries.products(),
        articles=articles,
        prices=_prices(session.prices, at),
        weights=session.weights.weights() if session.weights else queries.score_weights(),
        language=cast(Language, session.language) if session.language else None,
    )


def _prices(policy: str, at: datetime) -> dict[str, Decimal]:
    today = at.astimezone(LOCAL).date()
    if policy == PlaygroundSession.Prices.ON:
        return dict(queries.valid_prices(today=today))
    return dict(queries.price_exception(today=today)) if policy == PlaygroundSession.Prices.LIVE else {}


def _settle(turn: SessionClaim, **columns: object) -> None:
    """Nothing is owed any more, if the session is still ours to answer."""
    mine = PlaygroundSession.objects.filter(pk=turn.id, lease_token=turn.lease_token)
    mine.update(message="", due_at=None, leased_until=None, **columns)
