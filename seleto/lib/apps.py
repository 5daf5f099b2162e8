from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "seleto.lib"
    label = "lib"
    verbose_name = "Sistema"

    def ready(self) -> None:
        from seleto.lib import metrics  # noqa: F401  makes the directory of the counters before anyone counts
