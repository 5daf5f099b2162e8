from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "seleto.outbound"
    label = "outbound"
    verbose_name = "Eventos para outros sistemas"

    def ready(self) -> None:
        from seleto.outbound import stage

        stage.register()
