"""What must not reach production is found before it does."""

import pytest
from django.core import checks
from pytest_django import Settings

from seleto.checks import PROVIDER_HOSTS

OWN_ADDRESSES = {
    "ZAPI_BASE_URL": "https://api.z-api.io",
    "WHATSAPP_BASE_URL": "https://graph.facebook.com/v26.0",
    "PIPERUN_URL": "https://api.pipe.run/v1",
}


def found(*, deploy: bool) -> set[str]:
    messages = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=deploy)
    return {message.id for message in messages if message.id and message.id.startswith("seleto.")}


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.SANDBOX = settings.DEBUG = False
    settings.SECRET_KEY = "k" * 25 + "0123456789abcdefghijklmno"
    settings.FIELD_ENCRYPTION_KEYS = ["cHJvZHVjdGlvbi1rZXktdGhhdC1pcy0zMi1ieXRlcyE="]
    settings.PUBLIC_URL = "https://seleto.example.com"
    settings.DATABASE_URL = "postgres://app@db/seleto"
    settings.LLM_BASE_URL = "https://llm.example.com/v1"
    for name, own in OWN_ADDRESSES.items():
        setattr(settings, name, own)
    return settings


def test_a_production_setting_has_no_findings(production: Settings) -> None:
    assert found(deploy=True) == set()


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("SANDBOX", True, "seleto.E002"),
        ("DEBUG", True, "seleto.E003"),
        ("SECRET_KEY", "insecure-development-key-refused-by-check-deploy", "seleto.E004"),
        ("FIELD_ENCRYPTION_KEYS", ["aW5zZWN1cmUtZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGU="], "seleto.E005"),
        ("PUBLIC_URL", "http://seleto.example.com", "seleto.E006"),
        ("DATABASE_URL", "", "seleto.E007"),
        ("LLM_BASE_URL", "http://llm.example.com/v1", "seleto.E008"),
    ],
)
def test_a_deployment_finding(production: Settings, name: str, value: object, finding: str) -> None:
    setattr(production, name, value)

    assert found(deploy=True) == {finding}
    assert found(deploy=False) == set()


def test_every_provider_has_an_address_of_its_own() -> None:
    assert set(OWN_ADDRESSES) == set(PROVIDER_HOSTS)


@pytest.mark.parametrize(
    ("name", "finding"),
    [("ZAPI_BASE_URL", "seleto.E001"), ("PIPERUN_URL", "seleto.E010"), ("WHATSAPP_BASE_URL", "seleto.E011")],
)
def test_another_provider_host_is_for_the_sandbox_only(production: Settings, name: str, finding: str) -> None:
    setattr(production, name, "http://127.0.0.1:9000")
    assert found(deploy=False) == {finding}

    production.SANDBOX = True
    assert found(deploy=False) == set()
