from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class SeletoConfig(AppConfig):
    name = "seleto"
    verbose_name = "Seleto"

    def ready(self) -> None:
        from seleto import checks, notices, row_security, watch  # noqa: F401  registers the system checks

        # Django tells of migrations only in the name of an app with models; one of them is enough.
        told = apps.get_app_config("lib")
        pre_migrate.connect(row_security.before_migrating, sender=told)
        post_migrate.connect(row_security.after_migrating, sender=told)

        pre_migrate.connect(_take_your_time, dispatch_uid="seleto.take_your_time")
        watch.register()
        notices.register()


def _take_your_time(*, using: str, **_: Any) -> None:
    """A migration may rewrite a big table. How long it may wait for a lock, and hold up others meanwhile, stays."""
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
