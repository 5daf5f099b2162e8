from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "seleto.backoffice"
    label = "backoffice"
    verbose_name = "Experimentar"

    def ready(self) -> None:
        from seleto.backoffice import playground, replay

        playground.register()
        replay.register()
