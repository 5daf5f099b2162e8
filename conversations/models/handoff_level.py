"""What happens while nobody picks up a handoff, step by step."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.db.models import Q

from conversations.models.handoff import Handoff
from seleto.lib.ids import new_id


class HandoffLevel(models.Model):
    """One step of a queue: after so many business minutes without a person, do this. Managers edit these."""

    class Action(models.TextChoices):
        REMINDER = "reminder", "lembrete a quem recebeu"
        TEAM = "team", "lembrete ao time"
        EMAIL = "email", "e-mail"
        WEBHOOK = "webhook", "webhook"

    queue = models.CharField("fila", max_length=12, choices=Handoff.Queue)
    after_minutes = models.PositiveIntegerField("após (minutos de horário comercial)")
    action = models.CharField("ação", max_length=10, choices=Action)
    target = models.CharField(
        "destino",
        max_length=300,
        blank=True,
        help_text="E-mail: um ou mais endereços, separados por vírgula. Webhook: o endereço https.",
    )
    text = models.CharField("texto", max_length=300, blank=True, help_text="Vazio: o texto padrão.")
    active = models.BooleanField("ativo", default=True)

    class Meta:
        verbose_name = "nível de espera"
        verbose_name_plural = "níveis de espera dos repasses"
        constraints = [
            models.UniqueConstraint(fields=["queue", "after_minutes", "action"], name="handoff_level_once"),
            models.CheckConstraint(
                condition=Q(queue__in=["comercial", "suporte", "privacidade", "outro"]),
                name="handoff_level_queue_known",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["reminder", "team"]) | (Q(action__in=["email", "webhook"]) & ~Q(target="")),
                name="handoff_level_with_target",
                violation_error_message="E-mail e webhook precisam de um destino.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_queue_display()}, após {self.after_minutes} min: {self.get_action_display()}"

    def clean(self) -> None:
        try:
            if self.action == self.Action.EMAIL:
                for address in self.addresses():
                    validate_email(address)
            elif self.action == self.Action.WEBHOOK and self.target:
                URLValidator(schemes=["https", "http"])(self.target)
        except ValidationError as error:
            raise ValidationError({"target": error.messages}) from error

    def addresses(self) -> list[str]:
        """Whom an e-mail goes to."""
        return [address.strip() for address in self.target.split(",") if address.strip()]


class HandoffAlarm(models.Model):
    """A level that a handoff reached, once. What has to leave the house is retried until it did, or parked (I12)."""

    class Status(models.TextChoices):
        QUEUED = "queued", "na fila"
        DONE = "done", "feito"
        CANCELLED = "cancelled", "desnecessário"
        PARKED = "parked", "parado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="alarms", verbose_name="repasse")
    level = models.ForeignKey(HandoffLevel, models.CASCADE, related_name="alarms", verbose_name="nível")
    raised_at = models.DateTimeField("vencido em")
    # When people were told inside the house: the alert and the reminder of the mirror.
    announced_at = models.DateTimeField("avisado em", null=True, blank=True)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("tentar a partir de")
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)

    class Meta:
        verbose_name = "aviso de espera"
        verbose_name_plural = "avisos de espera"
        constraints = [
            models.UniqueConstraint(fields=["handoff", "level"], name="handoff_alarm_once_per_level"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "done", "cancelled", "parked"]), name="handoff_alarm_status_known"
            ),
            models.CheckConstraint(condition=~Q(status="parked", reason=""), name="handoff_alarm_parked_with_reason"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status="queued"), name="handoff_alarm_due")]

    def __str__(self) -> str:
        return f"aviso {str(self.id)[-6:]}"
