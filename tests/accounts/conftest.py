"""Staff with a password and a phone, where the second factor is required."""

import time

import pytest
from django.contrib.auth.models import User
from django_otp.oath import TOTP

from seleto.accounts import second_factor
from seleto.accounts.models import SecondFactor
from tests.factories import now

PASSWORD = "quatro cavalos verdes"  # fictional


def code_of(device: SecondFactor, *, steps: int = 0) -> str:
    """What the phone shows now, or so many half minutes later."""
    totp = TOTP(bytes.fromhex(device.secret["key"]))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def person(db):
    return User.objects.create_superuser("gestora", password=PASSWORD)


@pytest.fixture
def phone(person):
    """Enrolled with the code before the one of now, which is thus still good."""
    device = second_factor.begin(person)
    confirmed = second_factor.confirm(person, code_of(device, steps=-1), now=now())
    assert confirmed is not None
    return confirmed


def sign_in(client, username="gestora", password=PASSWORD, **extra):
    return client.post("/admin/login/?next=/admin/", {"username": username, "password": password}, **extra)


@pytest.fixture
def inside(client, person, phone):
    """A client that has shown both."""
    sign_in(client)
    assert client.post("/admin/segundo-fator/", {"code": code_of(phone)}).status_code == 302
    return client
