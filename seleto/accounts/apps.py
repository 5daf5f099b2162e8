from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "seleto.accounts"
    label = "accounts"
    verbose_name = "Acesso"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from seleto.accounts import sessions

        user_logged_in.connect(sessions.begin, dispatch_uid="seleto.accounts.sessions")
