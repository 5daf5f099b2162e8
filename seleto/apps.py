from django.apps import AppConfig


class SeletoConfig(AppConfig):
    name = "seleto"
    verbose_name = "Seleto"
