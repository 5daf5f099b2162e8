"""What must not reach production: found by ``manage.py check --deploy``, and what never works, found at every start."""

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from seleto.lib import error_tracker

_DEVELOPMENT = "insecure-development-key"
_DEVELOPMENT_FERNET = "aW5zZWN1cmUtZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGU="
# The providers' own addresses. Another one is another party reading every message. Meta's is followed by a version.
PROVIDER_HOSTS = {
    "ZAPI_BASE_URL": re.compile(r"https://api\.z-api\.io"),
    "WHATSAPP_BASE_URL": re.compile(r"https://graph\.facebook\.com/v\d+\.\d+"),
    "PIPERUN_URL": re.compile(r"https://api\.pipe\.run/v1"),
}
_HOST_IDS = {"ZAPI_BASE_URL": "seleto.E001", "PIPERUN_URL": "seleto.E010", "WHATSAPP_BASE_URL": "seleto.E011"}


@register(Tags.security)
def provider_hosts(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Providers are replaced only in the sandbox."""
    if settings.SANDBOX:
        return []
    return [
        Error(
            f"{name} is not the provider's own address.",
            hint=f"Unset {name}, or set SANDBOX=on when this is a simulation.",
            id=_HOST_IDS[name],
        )
        for name, own in PROVIDER_HOSTS.items()
        if not own.fullmatch(getattr(settings, name))
    ]


@register(Tags.security)
def no_faults(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Nobody makes processes fail where leads are real; the settings refuse it too."""
    if settings.SANDBOX or not settings.FAULTS_MODULE:
        return []
    about = "FAULTS_MODULE is set: processes would fail on purpose."
    return [Error(about, hint="Unset FAULTS_MODULE.", id="seleto.E012")]


@register()
def errors_can_be_told(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A tracker that cannot be told would be noticed only when something breaks."""
    problem = error_tracker.problem()
    if not problem:
        return []
    hint = "Copy the DSN from the tracker's project and install seleto[errors], or unset ERROR_TRACKER_DSN."
    return [Error(f"ERROR_TRACKER_DSN cannot be used: {problem}.", hint=hint, id="seleto.E013")]


@register(Tags.security, deploy=True)
def deployment(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Settings that are fine on a developer's machine and nowhere else."""
    findings = [
        (settings.SANDBOX, "SANDBOX is on: the clock and the provider hosts can be moved.", "Set SANDBOX=off.", 2),
        (settings.DEBUG, "DEBUG is on: error pages show settings and data.", "Set DEBUG=off.", 3),
        (
            any(key.startswith(_DEVELOPMENT) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)),
            "SECRET_KEY is the one everybody can read in the repository.",
            "Set SECRET_KEY to 50 random characters; it also signs what the queue executes.",
            4,
        ),
        (
            _DEVELOPMENT_FERNET in settings.FIELD_ENCRYPTION_KEYS,
            "FIELD_ENCRYPTION_KEYS holds the key everybody can read in the repository.",
            "Set it to keys made by cryptography.fernet.Fernet.generate_key(), the newest first.",
            5,
        ),
        (
            not settings.PUBLIC_URL.startswith("https://"),
            "PUBLIC_URL is not https: webhooks and passwords would travel in clear.",
            "Set PUBLIC_URL to the address that people and providers use.",
            6,
        ),
        (
            not settings.DATABASE_URL,
            "DATABASE_URL is not set: the embedded server is for demo and tests.",
            "Set DATABASE_URL to the address of your PostgreSQL.",
            7,
        ),
        (
            not settings.LLM_BASE_URL.startswith("https://"),
            "LLM_BASE_URL is not https: conversations would travel in clear.",
            "Use https for the model's address.",
            8,
        ),
        (
            settings.EMBEDDINGS_BASE_URL.startswith("http://"),
            "EMBEDDINGS_BASE_URL is not https: questions would travel in clear.",
            "Use https for the address of the embeddings.",
            9,
        ),
        (
            not settings.SECOND_FACTOR_REQUIRED,
            "SECOND_FACTOR is off: a stolen password alone opens every conversation.",
            "Set SECOND_FACTOR=on.",
            13,
        ),
        (
            any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS),
            "ALLOWED_HOSTS takes any name: links in answers could lead elsewhere.",
            "Write out the names that this installation answers to.",
            14,
        ),
    ]
    return [Error(about, hint=hint, id=f"seleto.E{number:03}") for wrong, about, hint, number in findings if wrong]


@register(Tags.security, deploy=True)
def every_column_decided(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """No column that can hold personal data goes without a decision in the data map (LGPD, art. 37)."""
    from seleto.backoffice.datamap import table  # the models are known by now

    hint = "Decide in seleto/backoffice/datamap/decisions.py, then run manage.py data_map."
    return [Error(f"Data map: {about}.", hint=hint, id="seleto.E020") for about in table.undecided()]
