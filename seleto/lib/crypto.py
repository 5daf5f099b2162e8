"""Encrypted columns for credentials: MultiFernet, keys from the environment, the first one encrypts."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction

if TYPE_CHECKING:
    _Binary = models.BinaryField[Any, Any]
else:
    _Binary = models.BinaryField


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS holds a key that is not 32 url-safe base64 bytes.") from error


def _box() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedJSONField(_Binary):
    """A small mapping of secrets, stored as one Fernet token. Never shown: admin forms write it, nothing prints it."""

    description = "Encrypted mapping"

    def from_db_value(self, value: Any, *_: Any) -> dict[str, str]:
        if not value:
            return {}
        try:
            plain = _box().decrypt(bytes(value))
        except InvalidToken as error:
            raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS lacks the key that encrypted a stored secret.") from error
        loaded: dict[str, str] = json.loads(plain)
        return loaded

    def get_prep_value(self, value: Any) -> bytes:
        return _box().encrypt(json.dumps(value or {}).encode())


def reencrypt() -> int:
    """Write every encrypted column anew, with the first key; how many rows. Old keys may be dropped afterwards.

    Each row is locked while it is written, so that nothing that is changed meanwhile is lost.
    """
    rows = 0
    for model in apps.get_models():
        names = [field.attname for field in model._meta.local_fields if isinstance(field, EncryptedJSONField)]
        if not names:
            continue
        for key in model._base_manager.values_list("pk", flat=True):
            with transaction.atomic():
                row = model._base_manager.select_for_update().filter(pk=key).first()
                if row is not None:
                    model._base_manager.filter(pk=key).update(**{name: getattr(row, name) for name in names})
                    rows += 1
    return rows
