from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "seleto.lib"
    label = "lib"
    verbose_name = "Sistema"
