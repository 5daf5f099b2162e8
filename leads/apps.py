from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"

    def ready(self) -> None:
        from leads import erasing, privacy, subjects

        privacy.register()
        subjects.register()
        erasing.register()
