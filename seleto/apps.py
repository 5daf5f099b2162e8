from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate


class SeletoConfig(AppConfig):
    name = "seleto"
    verbose_name = "Seleto"

    def ready(self) -> None:
        from seleto import checks, notices, watch  # noqa: F401  registers the system checks

        pre_migrate.connect(_take_your_time, dispatch_uid="seleto.take_your_time")
        watch.register()
        notices.register()


def _take_your_time(*, using: str, **_: Any) -> None:
    """A migration may rewrite a big table. How long it may wait for a lock, and hold up others meanwhile, stays."""
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
