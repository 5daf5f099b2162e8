"""What is to leave, one row per bubble, in order."""

from django.db import models
from django.db.models import F, Func, Q

from conversations.models.channel import Channel
from conversations.models.conversation import Conversation, Message
from conversations.models.media import Media
from conversations.models.turn import Turn
from seleto.lib.ids import new_id


class Sha256(Func):
    """PostgreSQL's own SHA-256 in hexadecimal; Django's function of that name needs the pgcrypto extension."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()


class Outbox(models.Model):
    """A bubble on its way. The agent's text must carry the digest of the text that guardrails reviewed: the database
    itself refuses a row whose text is another (I4). Sent once or declared unknown (I6)."""

    class Status(models.TextChoices):
        QUEUED = "queued", "na fila"
        SENDING = "sending", "enviando"
        SENT = "sent", "enviada"
        UNKNOWN = "unknown", "sem confirmação"
        PARKED = "parked", "parada"
        CANCELLED = "cancelled", "cancelada"

    class Origin(models.TextChoices):
        AGENT = "agent", "agente"
        PERSON = "person", "pessoa"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="outbox", verbose_name="conversa")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name="canal")
    message = models.OneToOneField(Message, models.CASCADE, related_name="outbox", verbose_name="mensagem")
    turn = models.ForeignKey(
        Turn,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="outbox",
        verbose_name="turno",
    )
    # A row with a file waits until the file is here; its text, if any, leaves as the caption.
    media = models.ForeignKey(
        Media,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="outbox",
        verbose_name="mídia",
    )
    origin = models.CharField("de quem", max_length=10, choices=Origin)
    order = models.PositiveIntegerField("ordem na conversa")
    to = models.CharField("para", max_length=160)
    text = models.TextField("texto", blank=True)
    reviewed_sha256 = models.CharField("resumo do texto revisado", max_length=64, blank=True)
    typing_s = models.FloatField("digitando (s)", default=0)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("enviar a partir de")
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    provider_id = models.CharField("id no provedor", max_length=200, blank=True)
    provider_extra_id = models.CharField("segundo id no provedor", max_length=200, blank=True)
    # The id in an echo that came while this row's call was still open; proof of sending if the answer is lost.
    echo_id = models.CharField("id no eco", max_length=200, blank=True)
    # Of the lead's last message that this reply answers; marked as read once the first bubble is sent.
    answers_id = models.CharField("id da mensagem respondida", max_length=200, blank=True)
    followed = models.BooleanField("há outra em seguida", default=False)
    # Of a follow-up: it breaks a silence, so it leaves only while nobody has said anything since it was queued.
    only_at_revision = models.PositiveIntegerField("só se nada mudou desde a revisão", null=True, blank=True)
    # Outside the window: name, language and values of the approved template that ``text`` reads like.
    template = models.JSONField("modelo aprovado", default=dict, blank=True)
    # Of a handout: the file's digest, so that no conversation gets the same file twice.
    handout_sha256 = models.CharField("resumo do arquivo enviado", max_length=64, blank=True, default="")
    # Meant to be heard: the text is spoken, and leaves as text should that fail.
    spoken = models.BooleanField("em áudio", default=False)
    survives_handoff = models.BooleanField("sai mesmo após o repasse", default=False)
    created_at = models.DateTimeField("criada em")
    claimed_at = models.DateTimeField("reservada em", null=True, blank=True)
    sent_at = models.DateTimeField("enviada em", null=True, blank=True)
    correlation_id = models.CharField("correlação", max_length=40, blank=True)

    class Meta:
        verbose_name = "mensagem de saída"
        verbose_name_plural = "mensagens de saída"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "order"],
                name="outbox_one_order_per_conversation",
            ),
            models.UniqueConstraint(
                fields=["conversation", "handout_sha256"],
                condition=~Q(handout_sha256="") & ~Q(status="cancelled"),
                name="outbox_handout_once",
            ),
            models.CheckConstraint(
                condition=Q(origin="person") | Q(reviewed_sha256=Sha256(F("text"))),
                name="outbox_text_was_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "queued",
                        "sending",
                        "sent",
                        "unknown",
                        "parked",
                        "cancelled",
                    ]
                ),
                name="outbox_status_known",
            ),
            models.CheckConstraint(condition=Q(origin__in=["agent", "person"]), name="outbox_origin_known"),
            models.CheckConstraint(condition=~Q(text="", media=None), name="outbox_says_something"),
            models.CheckConstraint(
                condition=~Q(status="parked", reason=""),
                name="outbox_parked_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="queued"), name="outbox_due"),
            models.Index(
                fields=["leased_until"],
                condition=Q(status="sending"),
                name="outbox_leases",
            ),
            models.Index(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="outbox_by_provider_id",
            ),
            models.Index(fields=["status", "-created_at"], name="outbox_by_status"),
        ]

    def __str__(self) -> str:
        return f"saída {str(self.id)[-6:]}"
