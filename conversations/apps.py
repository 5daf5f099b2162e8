from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = "Conversas"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from conversations import privacy, privacy_words, receivers, saying, tasks  # noqa: F401 - receivers connect themselves
        from conversations.chatwoot import erasing, inboxes
        from conversations.chatwoot import receivers as mirror  # noqa: F401
        from conversations.media import receivers as media  # noqa: F401

        post_save.connect(inboxes.forget, sender="conversations.ChatwootInbox", dispatch_uid="chatwoot.inboxes")
        privacy.register()
        privacy_words.register()
        erasing.register()
        tasks.register()
        saying.register()
