"""Every secret of an installation: who uses it, where else it is known, and how old it may get.

The values stay in the environment, in files, or encrypted in a channel's row. What the database remembers of those
from the environment is a digest, encrypted as well, to tell since when a value has been the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from conversations.models import Channel
from seleto.accounts.models import SecretAge
from seleto.lib.models import ApiToken

_YEAR = 365


@dataclass(frozen=True, slots=True)
class Secret:
    """``used_by``: our processes; ``known_to``: who has to learn a new value, in Portuguese."""

    name: str
    used_by: str
    known_to: str
    most_days: int = _YEAR


@dataclass(frozen=True, slots=True)
class Aged:
    """A secret that is in use. ``since`` is when we first saw this value: it may be older."""

    secret: Secret
    since: datetime
    days: int

    @property
    def old(self) -> bool:
        return self.days > self.secret.most_days


_ALL = "web, worker, comandos"
ENVIRONMENT = (
    Secret("SECRET_KEY", _ALL, "ninguém"),
    Secret("FIELD_ENCRYPTION_KEYS", _ALL, "ninguém"),
    Secret("DATABASE_URL", _ALL, "PostgreSQL"),
    Secret("LISTEN_DATABASE_URL", "worker", "PostgreSQL"),
    Secret("MIGRATION_DATABASE_URL", "migrate", "PostgreSQL"),
    Secret("ERROR_TRACKER_DSN", _ALL, "rastreador de erros"),
    Secret("METRICS_TOKEN", "web", "Prometheus"),
    Secret("ZAPI_INSTANCE_TOKEN", "seed_channel", "Z-API"),
    Secret("ZAPI_CLIENT_TOKEN", "seed_channel", "Z-API"),
    Secret("ZAPI_WEBHOOK_SECRET", "seed_channel", "Z-API"),
    Secret("WHATSAPP_ACCESS_TOKEN", "seed_channel", "Meta"),
    Secret("WHATSAPP_VERIFY_TOKEN", "seed_channel", "Meta"),
    Secret("WHATSAPP_APP_SECRET", "seed_channel", "Meta"),
    Secret("LLM_API_KEY", "worker", "servidor do modelo"),
    Secret("LLM_FALLBACK_API_KEY", "worker", "servidor do modelo reserva"),
    Secret("EMBEDDINGS_API_KEY", "worker", "servidor de embeddings"),
    Secret("TRANSCRIPTION_API_KEY", "worker", "servidor de transcrição"),
    Secret("SPEECH_API_KEY", "worker", "servidor de voz"),
    Secret("CHATWOOT_USER_TOKEN", "worker", "Chatwoot"),
    Secret("CHATWOOT_BOT_TOKEN", "worker", "Chatwoot"),
    Secret("CHATWOOT_WEBHOOK_SECRET", "seed_channel", "Chatwoot"),
    Secret("CHATWOOT_SIGNING_SECRET", "seed_channel", "Chatwoot"),
    Secret("CHATWOOT_WHATSAPP_SIGNING_SECRET", "seed_channel", "Chatwoot"),
    Secret("PIPERUN_TOKEN", "worker", "PipeRun"),
    Secret("EMAIL_HOST_PASSWORD", "worker", "servidor de e-mail"),
    Secret("BACKUP_IDENTITY", "restore, restore_drill", "cofre", most_days=3 * _YEAR),
)


def ages(*, now: datetime) -> list[Aged]:
    """Every secret in use, the oldest first; remembers values not seen before, and forgets names out of use."""
    known = [(secret, _since(secret, value, now)) for secret, value in _values()]
    found = [Aged(secret, since, (now - since).days) for secret, since in (*known, *_tokens())]
    SecretAge.objects.exclude(name__in=[one.secret.name for one in found]).delete()
    return sorted(found, key=lambda one: (-one.days, one.secret.name))


def _values() -> Iterator[tuple[Secret, str]]:
    for secret in ENVIRONMENT:
        value = getattr(settings, secret.name, "")
        # Of several keys the first one makes what is new; older ones only read.
        value = value[0] if isinstance(value, list) and value else value
        if value:
            yield secret, str(value)
    for channel in Channel.objects.order_by("slug"):
        for name, value in sorted(channel.credentials.items()):
            yield Secret(f"canal {channel.slug}: {name}", "web, worker", channel.get_provider_display()), value


def _tokens() -> Iterator[tuple[Secret, datetime]]:
    for token in ApiToken.objects.filter(revoked_at=None).order_by("name"):
        yield Secret(f"chave de API: {token.name}", "web", "quem chama a API"), token.created_at


def _since(secret: Secret, value: str, now: datetime) -> datetime:
    mark = {"sha256": hashlib.sha256(value.encode()).hexdigest()}
    kept = SecretAge.objects.filter(name=secret.name).first()
    if kept is not None and kept.mark == mark:
        return kept.since
    SecretAge.objects.update_or_create(name=secret.name, defaults={"mark": mark, "since": now})
    return now
