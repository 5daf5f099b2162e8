"""A small installation with a row of every kind, and everybody who may knock at its doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.http import HttpRequest
from django.test import override_settings

from conversations.models import Handout, Media
from knowledge import loader
from knowledge.models import Product, ProductAttribute, PromptVersion
from seleto import busy_month, demo_files
from seleto.backoffice import roles
from seleto.backoffice.models import SavedView
from seleto.lib import alerts, audit, tokens
from seleto.lib.crypto import EncryptedJSONField
from seleto.lib.ids import new_id
from seleto.lib.models import Alert
from seleto.lib.tokens import Scope
from tests.admin.conftest import story
from tests.factories import now

# Letters of the tables of decisions. A superuser stands for himself: what even he may not do, nobody may.
PEOPLE = {
    "N": "",
    "G": roles.MANAGER,
    "L": roles.SDR_LEAD,
    "O": roles.OPERATIONS,
    "E": roles.DATA_OFFICER,
    "A": roles.AUDITOR,
    "S": "superusuário",
}


# What the database's own rules ask of a made row, beyond its types.
_PARTICULAR: dict[str, dict[str, Any]] = {
    "knowledge.ProductPrice": {"product": lambda: Product.objects.get(code="FB300")},
    "knowledge.FollowUpRule": {"temperature": "frio", "after_h": 71, "text": "Ainda posso ajudar?"},
    "knowledge.PromptTrial": {"version_b": PromptVersion.objects.last},
    "knowledge.RolloutRule": {"scope": "channel:principal"},
    "backoffice.ExportRun": {"form": "csv", "kind": "lead", "user": lambda: _own(), "status": "failed"},
    "backoffice.PendingChange": {"changes": [], "uploads": []},
    "backoffice.BulkRun": {"kind": "parked", "params": {"source": "evento"}},
    "django_q.Success": {"id": "a" * 32, "started": now(), "stopped": now(), "success": True},
    "django_q.Failure": {"id": "b" * 32, "started": now(), "stopped": now(), "success": False},
}


def _own() -> User:
    """What belongs to one person is the superuser's: that others may not have it is what is looked at."""
    return User.objects.get(username="pessoa-S")


class World:
    """What was built: ``users`` by letter, ``tokens`` by scope, and a row of every model in the admin."""

    def __init__(self) -> None:
        # First, as it alters tables, which nothing may wait for.
        busy_month.make(share=0.002, now=now() - timedelta(days=1))
        loader.load()
        demo_files.put()
        self.told = story()
        at = now()
        alerts.open_("canal:principal", title="O canal está desconectado", level=Alert.Level.CRITICAL, now=at)
        audit.record(actor="sistema", action="expire", subject_kind="lead", subject_id=None, now=at)
        self.tokens = {scope: tokens.create(name=scope, now=at, scopes=[scope])[1] for scope in Scope}
        self.users = dict(self._people())
        self.rows: dict[type[models.Model], models.Model | None] = {
            model: self._first(model) or self._made(model) for model in admin.site._registry
        }
        self.rows[PromptVersion] = PromptVersion.objects.filter(status=PromptVersion.Status.DRAFT)[0]
        media = self.rows[Media] = Media.objects.all()[0]
        file = Handout.objects.exclude(path="")[0]
        Media.objects.filter(pk=media.pk).update(path=file.path, mime=file.mime, state=Media.State.STORED)
        SavedView.objects.create(name="Minhas", owner=self.users["S"], query="owner__exact=human", created_at=at)
        self._remember()

    def _people(self) -> Iterator[tuple[str, User]]:
        roles.bring_up()
        for letter, name in PEOPLE.items():
            user = User.objects.create_user(f"pessoa-{letter}", is_staff=True, is_superuser=letter == "S")
            if name in roles.PERMISSIONS:
                user.groups.add(Group.objects.get(name=name))
            yield letter, user

    def _first(self, model: type[models.Model]) -> models.Model | None:
        """A row that the model's own pages show."""
        request = HttpRequest()
        request.user = self.users["S"]
        row: models.Model | None = admin.site._registry[model].get_queryset(request).first()
        return row

    def _remember(self) -> None:
        """A former version of whatever has a history."""
        for row in [*self.rows.values(), ProductAttribute.objects.order_by("pk")[0]]:
            if row is not None and hasattr(row, "history"):
                row.save()

    def _made(self, model: type[models.Model]) -> models.Model | None:
        """A row with the least that its model takes; None where the database wants more than that."""
        values = {field.name: self._value(field) for field in model._meta.fields if self._needed(field)}
        for name, value in _PARTICULAR.get(model._meta.label, {}).items():
            values[name] = value() if callable(value) else value
        try:
            with transaction.atomic():
                return model._default_manager.create(**values)
        except (DatabaseError, ValidationError):
            return None

    def _needed(self, field: Any) -> bool:
        return not (field.null or field.blank or field.has_default() or isinstance(field, models.AutoField))

    def _value(self, field: Any) -> Any:
        if isinstance(field, models.ForeignKey):
            target: type[models.Model] = field.related_model
            return target._default_manager.first() or self._made(target)
        if field.choices:
            return next(iter(field.flatchoices))[0]
        match field:
            case EncryptedJSONField():
                return {}
            case ArrayField():
                return [self._value(field.base_field)]
            case models.DateTimeField():
                return now()
            case models.DateField():
                return now().date()
            case models.BooleanField():
                return False
            case models.IntegerField() | models.FloatField() | models.DecimalField():
                return 1
            case models.UUIDField():
                return new_id()
            case models.JSONField():
                return {}
            case models.BinaryField():
                return b"x"
        return "x"


@contextmanager
def built() -> Iterator[World]:
    """Undone at the end."""
    with TemporaryDirectory() as files, override_settings(MEDIA_ROOT=Path(files)), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
