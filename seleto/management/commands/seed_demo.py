"""`manage.py seed_demo`: what `make demo` needs beyond a prepared database. Safe to repeat."""

import os
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from crm.models import CrmSettings
from seleto import demo_files, first_channel
from seleto.lib import clock, tokens
from seleto.lib.models import ApiToken
from seleto.lib.tokens import Scope

# Where a hot lead goes in the sandbox's CRM.
_CRM_QUALIFIED = "647559"


class Command(BaseCommand):
    help = "Prepara o canal, o CRM, os arquivos, o usuário admin e a chave de API do make demo. Só com SANDBOX=on."

    def handle(self, *args: Any, **options: Any) -> None:
        password, token = os.environ.get("DEMO_ADMIN_PASSWORD"), os.environ.get("DEMO_API_TOKEN")
        if not settings.SANDBOX or not password or not token:
            raise CommandError(
                "seed_demo serve apenas ao `make demo`, que define SANDBOX, DEMO_ADMIN_PASSWORD e DEMO_API_TOKEN."
            )
        with transaction.atomic():
            first_channel.put()
            CrmSettings.objects.get_or_create(id=1, defaults={"stage_qualified_id": _CRM_QUALIFIED})
            admin, _ = get_user_model().objects.get_or_create(
                username="admin", defaults={"is_staff": True, "is_superuser": True}
            )
            if not admin.check_password(password):
                admin.set_password(password)
                admin.save(update_fields=["password"])
            now = clock.now()
            ApiToken.objects.update_or_create(
                name="sandbox",
                defaults={
                    "digest": tokens.digest(token),
                    "created_at": now,
                    "expires_at": now + timedelta(days=tokens.MAX_DAYS),
                    "revoked_at": None,
                    **tokens.fields([Scope.READ, Scope.OPERATE]),
                },
            )
            demo_files.put()
