"""What a provider told us, as it came."""

from django.db import models
from django.db.models import Q

from conversations.models.channel import Channel
from seleto.lib.ids import new_id


class Event(models.Model):
    """One message, status or echo of a webhook. Stored before it is understood; its key makes it count once (I2)."""

    class Status(models.TextChoices):
        NEW = "new", "novo"
        DONE = "done", "processado"
        IGNORED = "ignored", "ignorado"
        PARKED = "parked", "parado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="events", verbose_name="canal")
    key = models.CharField("chave", max_length=200)
    kind = models.CharField("tipo", max_length=40)
    body = models.BinaryField("corpo recebido")
    received_at = models.DateTimeField("recebido em")
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.NEW)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("processar a partir de")
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)
    processed_at = models.DateTimeField("processado em", null=True, blank=True)
    correlation_id = models.CharField("correlação", max_length=40, blank=True)

    class Meta:
        verbose_name = "evento"
        verbose_name_plural = "eventos"
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="event_once_per_channel"),
            models.CheckConstraint(
                condition=Q(status__in=["new", "done", "ignored", "parked"]),
                name="event_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="parked", reason=""),
                name="event_parked_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="new"), name="event_due"),
            models.Index(fields=["-received_at"], name="event_recent"),
            models.Index(fields=["status", "-received_at"], name="event_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.id)[-6:]}"
