from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = "Conversas"

    def ready(self) -> None:
        from conversations import receivers, tasks  # noqa: F401 - receivers connect themselves

        tasks.register()
