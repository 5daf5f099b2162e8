"""Model calls made outside a turn."""

from django.db import models

from conversations.models.conversation import Conversation
from seleto.lib.ids import new_id


class ModelUse(models.Model):
    """What one such call cost, so that the spending ceilings know of it. A turn's own calls are on the turn."""

    class Purpose(models.TextChoices):
        SUMMARY = "summary", "resumo da conversa"
        PLAYGROUND = "playground", "playground"
        REPLAY = "replay", "reprodução de conversas"
        TRANSCRIPTION = "transcription", "transcrição de áudio"
        SHADOW = "shadow", "resposta em sombra"
        DESCRIPTION = "description", "descrição de imagem"
        SPEECH = "speech", "resposta em áudio"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField("quando")
    purpose = models.CharField("finalidade", max_length=20, choices=Purpose)
    conversation = models.ForeignKey(
        Conversation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="model_uses",
        verbose_name="conversa",
    )
    model = models.CharField("modelo", max_length=80)
    prompt_version = models.CharField("versão do prompt", max_length=80, blank=True)
    prompt_tokens = models.PositiveIntegerField("tokens de entrada", default=0)
    completion_tokens = models.PositiveIntegerField("tokens de saída", default=0)
    cost_usd = models.DecimalField("custo (US$)", max_digits=10, decimal_places=6, default=0)

    class Meta:
        verbose_name = "uso do modelo fora de turnos"
        verbose_name_plural = "usos do modelo fora de turnos"
        indexes = [models.Index(fields=["at"], name="model_use_day")]

    def __str__(self) -> str:
        return f"{self.purpose} {str(self.id)[-6:]}"
