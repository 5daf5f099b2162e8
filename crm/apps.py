from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "CRM"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from crm import erasing, privacy, receivers, rules, tasks  # noqa: F401 - receivers connect themselves

        for sender in ("crm.CrmSettings", "crm.CrmOrigin"):
            post_save.connect(rules.forget, sender=sender, dispatch_uid=f"rules.saved.{sender}")
            post_delete.connect(rules.forget, sender=sender, dispatch_uid=f"rules.deleted.{sender}")
        tasks.register()
        privacy.register()
        erasing.register()
