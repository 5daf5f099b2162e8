"""The stages of the pipe as the queue knows them."""

from django.conf import settings

from conversations import outbox, summaries, unattended
from conversations.chatwoot import poll
from conversations.chatwoot import stage as mirror
from conversations.evals import nightly
from conversations.ingest import stage as ingest
from conversations.publishing import stage as publishing
from conversations.turns import stage as turns
from seleto.lib import jobs


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(
        jobs.Stage(
            name="ingest",
            cluster="conversation",
            claim=ingest.claim,
            run=ingest.run,
            renew=ingest.renew,
            next_due=ingest.next_due,
            concurrency=lambda: settings.INGEST_CONCURRENCY,
        )
    )
    jobs.register(
        jobs.Stage(
            name="turn",
            cluster="conversation",
            claim=turns.claim,
            run=turns.run,
            renew=turns.renew,
            next_due=turns.next_due,
            concurrency=lambda: settings.TURN_CONCURRENCY,
        )
    )
    jobs.register(
        jobs.Stage(
            name="deliver",
            cluster="delivery",
            claim=outbox.claim,
            run=outbox.run,
            renew=outbox.renew,
            next_due=outbox.next_due,
            concurrency=lambda: settings.DELIVER_CONCURRENCY,
        )
    )
    jobs.register(
        jobs.Stage(
            name="mirror",
            cluster="background",
            claim=mirror.claim,
            run=mirror.run,
            renew=mirror.renew,
            next_due=mirror.next_due,
            concurrency=lambda: settings.CHATWOOT_CONCURRENCY,
        )
    )
    jobs.register(
        jobs.Stage(
            name="chatwoot_poll",
            cluster="background",
            claim=poll.claim,
            run=poll.run,
            renew=poll.renew,
            next_due=poll.next_due,
            concurrency=lambda: settings.CHATWOOT_CONCURRENCY,
        )
    )
    publishing.register()
    summaries.register()
    nightly.register()
    jobs.register(
        jobs.Stage(
            name="handoff_wait",
            cluster="background",
            claim=unattended.claim,
            run=unattended.run,
            renew=unattended.renew,
            next_due=unattended.next_due,
        )
    )
    jobs.on_warm_up(_warm_up)


def _warm_up() -> None:
    """Load what a turn needs before the workers fork: one agent built and run against nothing, and the holidays."""
    import holidays

    from conversations.agent import offline

    offline.run_once()
    holidays.country_holidays("BR", years=[])
