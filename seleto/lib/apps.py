from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "seleto.lib"
    label = "lib"
    verbose_name = "Sistema"

    def ready(self) -> None:
        # For their effect: the directory of the counters, before anyone counts; the schema's word for our tokens.
        from seleto.lib import faults, metrics, openapi  # noqa: F401

        # Before the apps above register their stages: what is wrapped later would not be what the queue calls.
        faults.load()
