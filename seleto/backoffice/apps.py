from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class BackofficeConfig(AppConfig):
    name = "seleto.backoffice"
    label = "backoffice"
    verbose_name = "Experimentar"

    def ready(self) -> None:
        from seleto.backoffice import exports, parked, playground, privacy, replay, retention, roles, runs
        from seleto.backoffice.four_eyes import deciding

        deciding.register()
        exports.register()
        playground.register()
        replay.register()
        runs.register()
        retention.register()
        parked.register()
        privacy.register()
        # Permissions are made app by app after `migrate`: with the last one's turn all of them exist.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(roles.bring_up, sender=last, dispatch_uid="seleto.roles")
