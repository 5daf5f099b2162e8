"""What the files of messages say, in words."""

from django.db import models
from django.db.models import Q

from conversations.models.media import Media
from seleto.lib.ids import new_id


class Reading(models.Model):
    """One file read: a voice note transcribed, the text of a PDF, a picture described.

    A transcript becomes the text of its message and so evidence of what the lead said; the others never do. ``reason``
    says why there are no words.
    """

    class Kind(models.TextChoices):
        TRANSCRIPT = "transcript", "transcrição de áudio"
        DOCUMENT = "document", "texto de documento"
        DESCRIPTION = "description", "descrição de imagem"

    class State(models.TextChoices):
        WAITING = "waiting", "espera o arquivo"
        DUE = "due", "a ler"
        DONE = "done", "lida"
        UNCLEAR = "unclear", "nada que se entenda"
        TOO_LONG = "too_long", "longa demais"
        FAILED = "failed", "não foi possível ler"

    OPEN = (State.WAITING, State.DUE)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    media = models.OneToOneField(Media, models.CASCADE, related_name="reading", verbose_name="mídia")
    kind = models.CharField("tipo", max_length=12, choices=Kind)
    state = models.CharField("situação", max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField("motivo", max_length=120, blank=True)
    text = models.TextField("texto", blank=True)
    # As the model itself puts it, from 0 to 1; empty where it does not.
    confidence = models.FloatField("confiança", null=True, blank=True)
    model = models.CharField("modelo", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("ler a partir de")
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    # Until then the lead's turn waits for the words.
    awaited_until = models.DateTimeField("aguardada até")
    created_at = models.DateTimeField("registrada em")
    done_at = models.DateTimeField("lida em", null=True, blank=True)

    class Meta:
        verbose_name = "leitura de arquivo"
        verbose_name_plural = "leituras de arquivos"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "due", "done", "unclear", "too_long", "failed"]),
                name="reading_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["transcript", "document", "description"]), name="reading_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["unclear", "failed"], reason=""), name="reading_given_up_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="due"), name="reading_due")]

    def __str__(self) -> str:
        return f"leitura {str(self.id)[-6:]}"


class AudioRule(models.Model):
    """The manager's word in place of the setting AUDIO_MAX_S; without this row the setting holds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    max_s = models.PositiveIntegerField(
        "áudio mais longo que se ouve (segundos)",
        default=300,
        help_text="De um áudio mais longo o agente pede, com educação, um mais curto ou um resumo por escrito.",
    )

    class Meta:
        verbose_name = "duração dos áudios"
        verbose_name_plural = "duração dos áudios"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="audio_rule_single_row"),
            models.CheckConstraint(
                condition=Q(max_s__gte=1) & Q(max_s__lte=3600),
                name="audio_rule_sensible",
                violation_error_message="De 1 a 3.600 segundos.",
            ),
        ]

    def __str__(self) -> str:
        return "duração dos áudios"
