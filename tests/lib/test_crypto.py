"""Credentials lie encrypted in their column, under keys that can be rotated."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from seleto.lib.crypto import EncryptedJSONField

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRETS = {"instance_token": "segredo-da-instância"}
field = EncryptedJSONField(default=dict)


def test_what_is_stored_does_not_show_the_secret(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]

    stored = field.get_prep_value(SECRETS)

    assert b"segredo" not in stored
    assert stored != field.get_prep_value(SECRETS)
    assert field.from_db_value(memoryview(stored)) == SECRETS


def test_after_rotation_old_values_are_read_and_new_ones_use_the_new_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    stored = field.get_prep_value(SECRETS)

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert field.from_db_value(stored) == SECRETS
    stored = field.get_prep_value(SECRETS)

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert field.from_db_value(stored) == SECRETS


def test_a_lost_key_is_named_and_the_value_is_not(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    stored = field.get_prep_value(SECRETS)

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS lacks the key"):
        field.from_db_value(stored)


@pytest.mark.parametrize("key", ["short", "é" * 44, ""])
def test_an_odd_key_is_refused_by_name(settings: Settings, key: str) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [key]

    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        field.get_prep_value(SECRETS)


@pytest.mark.parametrize("empty", [None, b"", {}])
def test_nothing_is_an_empty_mapping(settings: Settings, empty: object) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]

    assert field.from_db_value(b"") == {}
    assert field.from_db_value(field.get_prep_value(empty)) == {}
