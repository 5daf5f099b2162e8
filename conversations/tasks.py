"""The stages of the pipe as the queue knows them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from conversations import canary, followups, outbox, summaries, templates, unattended, watchdog
from conversations.chatwoot import poll
from conversations.chatwoot import stage as mirror
from conversations.evals import nightly
from conversations.ingest import stage as ingest
from conversations.media import stage as media
from conversations.publishing import stage as publishing
from conversations.readings import retention
from conversations.readings import stage as readings
from conversations.shadow import stage as shadow
from conversations.turns import holding
from conversations.turns import stage as turns
from seleto.lib import jobs


def register() -> None:
    """Called once per process when Django is ready."""
    _stage("ingest", "conversation", ingest, lambda: settings.INGEST_CONCURRENCY)
    _stage("turn", "conversation", turns, lambda: settings.TURN_CONCURRENCY)
    _stage("read", "conversation", readings, lambda: settings.READING_CONCURRENCY)
    _stage("deliver", "delivery", outbox, lambda: settings.DELIVER_CONCURRENCY)
    # Not with the turns: a hundred threads that wait for a slow model must not keep the word about it.
    _stage("hold", "delivery", holding, lambda: settings.DELIVER_CONCURRENCY)
    _stage("media", "background", media, lambda: settings.MEDIA_CONCURRENCY)
    _stage("mirror", "background", mirror, lambda: settings.CHATWOOT_CONCURRENCY)
    _stage("chatwoot_poll", "background", poll, lambda: settings.CHATWOOT_CONCURRENCY)
    _stage("handoff_wait", "background", unattended)
    _stage("follow_up", "background", followups)
    _stage("channel_watch", "background", watchdog)
    _stage("templates", "background", templates)
    _stage("shadow", "background", shadow, lambda: settings.SHADOW_CONCURRENCY)
    _stage("canary", "background", canary)
    publishing.register()
    summaries.register()
    nightly.register()
    retention.register()
    jobs.on_warm_up(_warm_up)


def _stage(name: str, cluster: str, work: Any, concurrency: Callable[[], int] | int = 1) -> None:
    """Every stage is a module with these functions; ``alone`` only where a process is shared with leads' turns."""
    jobs.register(
        jobs.Stage(
            name=name,
            cluster=cluster,
            claim=work.claim,
            run=work.run,
            renew=work.renew,
            next_due=work.next_due,
            concurrency=concurrency,
            alone=getattr(work, "alone", None),
        )
    )


def _warm_up() -> None:
    """Load what a turn needs before the workers fork: one agent run against nothing, the rules, and the holidays."""
    import holidays

    from conversations.agent import offline

    offline.run_once()
    offline.read_once()
    holidays.country_holidays("BR", years=[])
