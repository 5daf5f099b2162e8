"""What the agent would have answered where it may not speak."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Conversation
from seleto.lib.ids import new_id


class ShadowReply(models.Model):
    """A reply that is never sent: no part of the pipe that sends reads these rows.

    It answers the lead's messages up to ``revision``, the last of them said at ``asked_at``. ``facts`` and ``memory``
    are what the shadow knows after it, as nothing of it reaches the lead's own rows.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "em andamento"
        DONE = "done", "escrita"
        SILENT = "silent", "sem resposta necessária"
        FAILED = "failed", "falhou"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="shadows", verbose_name="conversa")
    revision = models.PositiveIntegerField("leu até a revisão")
    asked_at = models.DateTimeField("perguntado em")
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.RUNNING)
    reason = models.CharField("motivo", max_length=120, blank=True)
    started_at = models.DateTimeField("iniciada em")
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)
    asked = models.JSONField("mensagens respondidas", default=list, db_default=models.Value([], models.JSONField()))
    reply = models.JSONField("resposta", default=list, db_default=models.Value([], models.JSONField()))
    handoff = models.CharField("repasse", max_length=40, blank=True, db_default="")
    fallback = models.CharField("frase aprovada usada", max_length=40, blank=True, db_default="")
    stopped = models.JSONField("regras barradas", default=list, db_default=models.Value([], models.JSONField()))
    facts = models.JSONField("fatos", default=dict, db_default=models.Value({}, models.JSONField()))
    memory = models.JSONField("memória", default=dict, db_default=models.Value({}, models.JSONField()))
    prompt_version = models.CharField("versão do prompt", max_length=80, blank=True, db_default="")
    cost_usd = models.DecimalField("custo (US$)", max_digits=10, decimal_places=6, default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField("tentativas", default=1)
    lease_token = models.UUIDField(default=new_id, editable=False)
    leased_until = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "resposta em sombra"
        verbose_name_plural = "respostas em sombra"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["conversation", "revision"], name="shadow_once_per_revision"),
            models.CheckConstraint(
                condition=Q(status__in=["running", "done", "silent", "failed"]), name="shadow_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | (~Q(status="running") & Q(finished_at__isnull=False)),
                name="shadow_finished_when_not_running",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="shadow_recent")]

    def __str__(self) -> str:
        return f"resposta em sombra {str(self.id)[-6:]}"
