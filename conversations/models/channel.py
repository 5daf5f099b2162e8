"""A WhatsApp number behind one provider instance."""

from django.db import models
from django.db.models import Q

from seleto.lib.crypto import EncryptedJSONField
from seleto.lib.ids import new_id


class Channel(models.Model):
    """Where leads write to. ``credentials`` keys depend on the provider (Z-API: instance_token, client_token; Cloud
    API: access_token, verify_token, waba_id); ``webhook_secrets`` maps a label to a secret, several at once for
    rotation (Z-API: segments of the address; Cloud API: app secrets)."""

    class Provider(models.TextChoices):
        ZAPI = "zapi", "Z-API"
        WHATSAPP = "whatsapp", "WhatsApp Cloud API"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField("apelido", max_length=40, unique=True)
    name = models.CharField("nome", max_length=80)
    provider = models.CharField("provedor", max_length=20, choices=Provider)
    instance_id = models.CharField("instância", max_length=80)
    origin = models.CharField("origem dos leads", max_length=40, blank=True)
    credentials = EncryptedJSONField("credenciais", default=dict, editable=False)
    webhook_secrets = EncryptedJSONField("segredos do webhook", default=dict, editable=False)
    token_header_required = models.BooleanField("exige z-api-token em cada webhook", default=False)
    min_interval_ms = models.PositiveIntegerField("intervalo mínimo entre envios (ms)", default=1000)
    enabled = models.BooleanField("ativo", default=True)
    connected = models.BooleanField("conectado", null=True, blank=True)
    connection_reason = models.CharField("motivo da conexão", max_length=80, blank=True)
    connection_at = models.DateTimeField("situação da conexão desde", null=True, blank=True)
    # When the watchdog asked last, since when nothing is heard of what was sent, and when templates were read.
    watched_at = models.DateTimeField("situação conferida em", null=True, blank=True)
    deaf_since = models.DateTimeField("sem retorno desde", null=True, blank=True)
    templates_at = models.DateTimeField("modelos lidos em", null=True, blank=True)
    created_at = models.DateTimeField("criado em")

    class Meta:
        verbose_name = "canal"
        verbose_name_plural = "canais"
        constraints = [
            models.UniqueConstraint(fields=["provider", "instance_id"], name="channel_one_per_instance"),
            models.CheckConstraint(condition=Q(provider__in=["zapi", "whatsapp"]), name="channel_provider_known"),
        ]

    def __str__(self) -> str:
        return self.slug
