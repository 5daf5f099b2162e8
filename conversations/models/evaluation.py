"""What the nightly look at real conversations found. Labels only: the words stay with the conversation."""

from django.db import models

from conversations.models.conversation import Conversation
from seleto.lib.ids import new_id


class EvalRun(models.Model):
    """One day's sample. ``figures``: counts by kind, and the shares that the list compares."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField("dia", unique=True)
    started_at = models.DateTimeField("iniciada em")
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0, db_default=0, editable=False)
    conversations = models.PositiveIntegerField("conversas", default=0)
    replies = models.PositiveIntegerField("respostas", default=0)
    figures = models.JSONField("números", default=dict, blank=True)

    class Meta:
        verbose_name = "avaliação diária"
        verbose_name_plural = "avaliações diárias"

    def __str__(self) -> str:
        return f"avaliação de {self.day:%d/%m/%Y}"


class EvalFinding(models.Model):
    """Something in a real conversation that should not have been. ``detail`` names rules and fields, never words."""

    class Kind(models.TextChoices):
        VIOLATION = "violacao", "resposta que quebra uma regra"
        ASKED_AGAIN = "repergunta", "perguntou o que já sabia"
        UNANSWERED = "sem_resposta", "pergunta do lead sem resposta"
        LONG = "longa", "resposta longa demais"
        NO_NOTICE = "repasse_sem_aviso", "repasse sem aviso ao lead"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(EvalRun, models.CASCADE, related_name="findings", verbose_name="avaliação")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", verbose_name="conversa")
    kind = models.CharField("achado", max_length=20, choices=Kind)
    detail = models.CharField("detalhe", max_length=120, blank=True)
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "achado"
        verbose_name_plural = "achados"

    def __str__(self) -> str:
        return str(self.get_kind_display())
