"""The files of messages: where each comes from, whether we have it, and until when."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Message
from seleto.lib.ids import new_id


class Media(models.Model):
    """One file of a message, downloaded in the background and kept under a random name outside the web's reach.

    ``mime`` is what the bytes say, never what the sender said; empty until the file is here.
    """

    class Direction(models.TextChoices):
        IN = "in", "recebida"
        OUT = "out", "enviada"

    class Source(models.TextChoices):
        CHANNEL = "channel", "WhatsApp"
        CHATWOOT = "chatwoot", "Chatwoot"
        # Ours from the start: a handout, or the voice of a reply.
        AGENT = "agent", "agente"

    class Kind(models.TextChoices):
        AUDIO = "audio", "áudio"
        IMAGE = "image", "imagem"
        VIDEO = "video", "vídeo"
        DOCUMENT = "document", "documento"
        STICKER = "sticker", "figurinha"

    class State(models.TextChoices):
        DUE = "due", "a baixar"
        STORED = "stored", "guardada"
        FAILED = "failed", "não foi possível baixar"
        EXPIRED = "expired", "não existe mais"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="files", verbose_name="mensagem")
    direction = models.CharField("sentido", max_length=5, choices=Direction)
    source = models.CharField("origem", max_length=10, choices=Source)
    kind = models.CharField("tipo", max_length=10, choices=Kind)
    url = models.TextField("endereço", blank=True, editable=False)
    # Of a provider that tells the address only when asked for it, and for minutes.
    remote_id = models.CharField("id no provedor", max_length=200, blank=True, editable=False)
    filename = models.CharField("nome do arquivo", max_length=200, blank=True)
    duration_s = models.FloatField("duração (s)", null=True, blank=True)
    mime = models.CharField("conteúdo", max_length=100, blank=True)
    size = models.PositiveBigIntegerField("tamanho (bytes)", default=0)
    sha256 = models.CharField("resumo", max_length=64, blank=True)
    # Below MEDIA_ROOT.
    path = models.CharField("guardada em", max_length=80, blank=True, editable=False)
    state = models.CharField("situação", max_length=10, choices=State, default=State.DUE)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("baixar a partir de")
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    created_at = models.DateTimeField("registrada em")
    stored_at = models.DateTimeField("guardada em", null=True, blank=True)
    keep_until = models.DateTimeField("guardar até")
    # The message in Chatwoot that shows the file: its own, or one that followed when the file came late.
    chatwoot_id = models.PositiveBigIntegerField("id no Chatwoot", null=True, blank=True)

    class Meta:
        verbose_name = "mídia"
        verbose_name_plural = "mídias"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["due", "stored", "failed", "expired"]), name="media_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "expired"], reason=""), name="media_given_up_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="stored") | ~Q(path="") & ~Q(mime=""), name="media_stored_has_a_file"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="due"), name="media_due"),
            models.Index(fields=["state", "-created_at"], name="media_by_state"),
            # What is still to be removed (conversations/readings/retention.py).
            models.Index(
                fields=["keep_until"], condition=~Q(state="expired", reason="prazo_de_guarda"), name="media_until"
            ),
        ]

    def __str__(self) -> str:
        return f"mídia {str(self.id)[-6:]}"
