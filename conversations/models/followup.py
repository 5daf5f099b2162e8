"""What was written to leads who went quiet, or why it was not."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Conversation
from conversations.models.outbox import Outbox
from seleto.lib.ids import new_id


class FollowUp(models.Model):
    """One step that fell due. When the next one does stands in ``Conversation.follow_up_at``."""

    class Outcome(models.TextChoices):
        QUEUED = "queued", "enviada"
        SKIPPED = "skipped", "não enviada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="follow_ups", verbose_name="conversa")
    step = models.PositiveSmallIntegerField("etapa")
    outcome = models.CharField("resultado", max_length=10, choices=Outcome)
    reason = models.CharField("motivo", max_length=120, blank=True)
    outbox = models.ForeignKey(
        Outbox, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mensagem de saída"
    )
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "retomada"
        verbose_name_plural = "retomadas"
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["queued", "skipped"]), name="follow_up_outcome_known"),
            models.CheckConstraint(condition=~Q(outcome="skipped", reason=""), name="follow_up_skipped_with_reason"),
        ]
        indexes = [models.Index(fields=["-at"], name="follow_up_recent")]

    def __str__(self) -> str:
        return f"retomada {self.step + 1} de {self.conversation_id}"


class PlannedFollowUp(Conversation):
    """A conversation whose lead will be written to if nobody says anything before (``follow_up_at``)."""

    class Meta:
        proxy = True
        verbose_name = "retomada planejada"
        verbose_name_plural = "retomadas planejadas"


class MessageTemplate(models.Model):
    """A template of a Cloud API account as it was last read there; only ``approved`` ones are sent."""

    channel = models.ForeignKey("conversations.Channel", models.CASCADE, related_name="templates", verbose_name="canal")
    name = models.CharField("nome", max_length=200)
    language = models.CharField("idioma", max_length=20)
    status = models.CharField("situação", max_length=40)
    category = models.CharField("categoria", max_length=40, blank=True)
    body = models.TextField("texto", blank=True)
    # The provider's own words; empty as long as it has said nothing.
    quality = models.CharField("qualidade", max_length=20, blank=True)
    reason = models.CharField("motivo da situação", max_length=80, blank=True)
    read_at = models.DateTimeField("lido em")

    class Meta:
        verbose_name = "modelo de mensagem"
        verbose_name_plural = "modelos de mensagem"
        constraints = [
            models.UniqueConstraint(fields=["channel", "name", "language"], name="template_once_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
