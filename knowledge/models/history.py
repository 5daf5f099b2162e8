"""What a row said before, who changed it, and when.

Saving, deleting and changing the links of a row each leave a record. What came by a bulk load left none, so before a
row is saved or deleted whatever stands in the table and in no record is recorded first: the first change by hand can
be taken back, and loads stay as quick as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.signals import pre_delete, pre_save
from django.http import HttpRequest
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:  # shipped without types
    _Records = Any
else:
    _Records = HistoricalRecords

LOADED = "carregado dos arquivos do sistema"
RESTORED = "restaurado"
# Changes with every save, or only to a loader.
UNTOLD = ("seed_checksum", "seed_key", "updated_at")


class History(_Records):  # type: ignore[misc]  # Any for the type checker only
    """The records of a model. They are looked at through the row's own page: nobody needs permissions of their own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        known = {field.name for field in cls._meta.local_fields}
        for base in cls.__mro__:
            known |= {field.name for field in getattr(getattr(base, "_meta", None), "local_fields", ())}
        self.excluded_fields = [field for field in UNTOLD if field in known]
        super().contribute_to_class(cls, name)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options_m2m(through_model), "default_permissions": ()}

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        if self.cls is sender:
            for signal in (pre_save, pre_delete):
                signal.connect(self.catch_up, sender=sender, weak=False)

    def catch_up(self, instance: models.Model, **signal: Any) -> None:
        """Record what stands in the table if the newest record says something else."""
        if signal.get("raw") or instance.pk is None:
            return
        model = type(instance)
        stored = model._default_manager.filter(pk=instance.pk).first()
        if stored is None:
            return
        records = getattr(model, self.manager_name)
        newest = records.filter(**{model._meta.pk.attname: instance.pk}).first()
        names = [field.attname for field in self.fields_included(model)]
        if newest and all(getattr(newest, name) == getattr(stored, name) for name in names):
            return
        stored._history_user = None  # type: ignore[attr-defined]  # read by the package
        stored._change_reason = LOADED  # type: ignore[attr-defined]
        self.create_historical_record(stored, "~" if newest else "+")


@contextmanager
def written_by(request: HttpRequest) -> Iterator[None]:
    """What is saved inside is recorded as done by the person who asks."""
    HistoricalRecords.context.request = request
    try:
        yield
    finally:
        del HistoricalRecords.context.request
