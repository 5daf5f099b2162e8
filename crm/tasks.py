"""The sync as the queue knows it."""

from django.conf import settings

from crm import reconcile, stage
from crm.due import STAGE
from seleto.lib import jobs


def register() -> None:
    """Called once per process when Django is ready."""
    jobs.register(
        jobs.Stage(
            name=STAGE,
            cluster="background",
            claim=stage.claim,
            run=stage.run,
            renew=stage.renew,
            next_due=stage.next_due,
            concurrency=lambda: settings.CRM_CONCURRENCY,
            alone=stage.alone,
        )
    )
    reconcile.register()
