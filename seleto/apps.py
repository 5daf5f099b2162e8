from django.apps import AppConfig


class SeletoConfig(AppConfig):
    name = "seleto"
    verbose_name = "Seleto"

    def ready(self) -> None:
        from seleto import checks, notices, watch  # noqa: F401  registers the system checks

        watch.register()
        notices.register()
