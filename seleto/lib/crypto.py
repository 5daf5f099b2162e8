"""Encrypted columns for credentials: MultiFernet, keys from the environment, the first one encrypts."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

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
