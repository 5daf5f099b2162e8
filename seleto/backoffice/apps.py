from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "seleto.backoffice"
    label = "backoffice"
    verbose_name = "Experimentar"

    def ready(self) -> None:
        from seleto.backoffice import exports, parked, playground, privacy, replay, runs

        exports.register()
        playground.register()
        replay.register()
        runs.register()
        parked.register()
        privacy.register()
