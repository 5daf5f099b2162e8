"""What must not reach production is found before it does."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from pytest_django import Settings

import seleto.checks
from seleto.backoffice.datamap import table
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
    settings.SECOND_FACTOR_REQUIRED = True
    settings.ALLOWED_HOSTS = ["seleto.example.com"]
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
        ("EMBEDDINGS_BASE_URL", "http://llm.example.com/v1", "seleto.E009"),
        ("SECOND_FACTOR_REQUIRED", False, "seleto.E013"),
        ("ALLOWED_HOSTS", ["seleto.example.com", "*"], "seleto.E014"),
        ("ALLOWED_HOSTS", [".example.com"], "seleto.E014"),
        ("SECRET_KEY_FALLBACKS", ["insecure-development-key-refused-by-check-deploy"], "seleto.E004"),
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


def test_faults_on_purpose_are_for_the_sandbox_only(production: Settings) -> None:
    production.FAULTS_MODULE = "tests.chaos.faults"
    assert found(deploy=False) == {"seleto.E012"}

    production.SANDBOX = True
    assert found(deploy=False) == set()


def test_a_column_nobody_decided_on_is_a_finding(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "undecided", lambda: ["leads.Lead.apelido"])

    assert found(deploy=True) == {"seleto.E020"}


def test_every_finding_of_ours_is_tested_here() -> None:
    source = Path(inspect.getfile(seleto.checks)).read_text(encoding="utf-8")
    numbers = {
        *re.findall(r"seleto\.(E\d{3})", source),
        *(f"E{int(n):03}" for n in re.findall(r"^            (\d+),$", source, re.M)),
    }
    numbers |= {f"E{int(n):03}" for n in re.findall(r'", (\d+)\),$', source, re.M)}

    assert len(numbers) >= 13
    assert not {number for number in numbers if f"seleto.{number}" not in Path(__file__).read_text(encoding="utf-8")}


def test_an_installation_with_its_own_values_passes_the_whole_check() -> None:
    """Django's own warnings count too; a process of its own, as settings are read once."""
    own = {
        "SECRET_KEY": "0123456789abcdef-" * 4,
        "FIELD_ENCRYPTION_KEYS": "cHJvZHVjdGlvbi1rZXktdGhhdC1pcy0zMi1ieXRlcyE=",
        "PUBLIC_URL": "https://seleto.example.com",
        "ALLOWED_HOSTS": "seleto.example.com",
        "BEHIND_PROXY": "on",
        "DATABASE_URL": "postgres://app@db/seleto",
        "SECRET_KEY_FALLBACKS": "fedcba9876543210-" * 4,
    }
    mine = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    done = subprocess.run(command, env={**mine, **own}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    refused = subprocess.run(command, env=mine, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert {"seleto.E004", "seleto.E005", "seleto.E006", "seleto.E007"} <= set(
        re.findall(r"seleto\.E\d+", refused.stderr)
    )
