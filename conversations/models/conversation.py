"""A session with a lead on a channel, and what was said in it."""

from django.db import models
from django.db.models import Q

from conversations.models.channel import Channel
from conversations.models.event import Event
from leads.models import Lead
from seleto.lib import fulltext
from seleto.lib.ids import new_id


class Conversation(models.Model):
    """One session window. ``revision`` grows with everything the lead or a human does; a draft made for an older
    revision is discarded (I3, I5). Who may speak is ``owner``; the database is the truth, Chatwoot only shows it."""

    class Owner(models.TextChoices):
        AGENT = "agent", "agente"
        HUMAN = "human", "pessoa"
        NOBODY = "nobody", "ninguém"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="conversations", verbose_name="lead")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="conversations", verbose_name="canal")
    address = models.CharField(
        "endereço de resposta",
        max_length=160,
        help_text="Telefone, LID ou BSUID, como o WhatsApp deu.",
    )
    opened_at = models.DateTimeField("aberta em")
    last_message_at = models.DateTimeField("última mensagem em")
    closed_at = models.DateTimeField("encerrada em", null=True, blank=True)
    owner = models.CharField("quem atende", max_length=10, choices=Owner, default=Owner.AGENT)
    owner_reason = models.CharField("motivo", max_length=40, blank=True)
    owner_since = models.DateTimeField("desde")
    revision = models.PositiveIntegerField("revisão", default=0)
    answered_revision = models.PositiveIntegerField("respondida até", default=0)
    pending_since = models.DateTimeField("lead esperando desde", null=True, blank=True)
    turn_due_at = models.DateTimeField("responder a partir de", null=True, blank=True)
    # A file of the lead's is being read (conversations/readings): no turn before its words are here, or this instant.
    hearing_until = models.DateTimeField("espera a leitura de um arquivo até", null=True, blank=True)
    awaiting_answer = models.BooleanField("aguarda resposta a uma pergunta", default=False)
    unanswered_question_replies = models.PositiveSmallIntegerField("respostas seguidas com pergunta", default=0)
    turn_failures = models.PositiveSmallIntegerField("tentativas sem modelo", default=0)
    # When the lead was told to wait; of the present wait when not before ``pending_since``.
    held_at = models.DateTimeField("recebeu a mensagem de espera em", null=True, blank=True, editable=False)
    # Of the event that was taken in last: the turn and what it sends go on under it.
    correlation_id = models.CharField("correlação", max_length=40, blank=True, editable=False)
    # What the agent already did here and still owes (conversations/agent/memory.py).
    memory = models.JSONField("memória do agente", default=dict, blank=True, editable=False)
    # What was said before the messages a brief has room for, and up to which moment it tells.
    summary = models.TextField("resumo do que veio antes", blank=True)
    summary_until = models.DateTimeField("resumo até", null=True, blank=True, editable=False)
    summary_due_at = models.DateTimeField("resumir a partir de", null=True, blank=True, editable=False)
    summary_leased_until = models.DateTimeField("resumo reservado até", null=True, blank=True, editable=False)
    summary_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # While the lead is silent after a reply: when the next follow-up falls due, and how many were sent.
    follow_up_at = models.DateTimeField("retomar a partir de", null=True, blank=True)
    follow_up_step = models.PositiveSmallIntegerField("retomadas feitas", default=0)
    follow_up_leased_until = models.DateTimeField(null=True, editable=False)
    follow_up_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    outbox_order = models.PositiveIntegerField("última ordem de envio", default=0)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="sessão anterior",
    )

    class Meta:
        verbose_name = "conversa"
        verbose_name_plural = "conversas"
        permissions = [
            ("send_as_company", "Pode enviar mensagem em nome da empresa"),
            ("operate_conversation", "Pode pausar, devolver e repassar conversas"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "channel"],
                condition=Q(closed_at=None),
                name="conversation_one_open_session",
            ),
            models.CheckConstraint(
                condition=Q(owner__in=["agent", "human", "nobody"]),
                name="conversation_owner_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["turn_due_at"],
                condition=Q(turn_due_at__isnull=False),
                name="conversation_due",
            ),
            models.Index(fields=["-last_message_at"], name="conversation_recent"),
            models.Index(
                fields=["follow_up_at"],
                condition=Q(follow_up_at__isnull=False),
                name="conversation_follow_up_due",
            ),
            models.Index(
                fields=["summary_due_at"],
                condition=Q(summary_due_at__isnull=False),
                name="conversation_summary_due",
            ),
        ]

    def __str__(self) -> str:
        return f"conversa {str(self.id)[-6:]}"

    @property
    def held(self) -> bool:
        """Whether the lead who waits now was told so already."""
        return bool(self.held_at and self.pending_since and self.held_at >= self.pending_since)


class Message(models.Model):
    """One message of either side. ``revision`` is the order of arrival, ``sent_at`` the provider's time."""

    class Author(models.TextChoices):
        LEAD = "lead", "lead"
        AGENT = "agent", "agente"
        PHONE = "phone", "pessoa no celular da empresa"
        PERSON = "person", "pessoa da equipe"

    class Type(models.TextChoices):
        TEXT = "text", "texto"
        AUDIO = "audio", "áudio"
        IMAGE = "image", "imagem"
        VIDEO = "video", "vídeo"
        DOCUMENT = "document", "documento"
        STICKER = "sticker", "figurinha"
        LOCATION = "location", "localização"
        CONTACT = "contact", "contato"
        REACTION = "reaction", "reação"
        INTERACTIVE = "interactive", "resposta de botão ou lista"
        POLL = "poll", "enquete"
        CALL = "call", "chamada perdida"
        UNKNOWN = "unknown", "desconhecido"

    class Status(models.TextChoices):
        RECEIVED = "received", "recebida"
        QUEUED = "queued", "na fila"
        SENT = "sent", "enviada"
        DELIVERED = "delivered", "entregue"
        READ = "read", "lida"
        PLAYED = "played", "ouvida"
        FAILED = "failed", "falhou"
        UNKNOWN = "unknown", "sem confirmação"
        CANCELLED = "cancelled", "cancelada"

    # A receipt may only move a message forward along this order (contracts/zapi.md, 4.4).
    PROGRESS = (
        Status.QUEUED,
        Status.UNKNOWN,
        Status.SENT,
        Status.DELIVERED,
        Status.READ,
        Status.PLAYED,
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of their own: those below begin with them.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", verbose_name="conversa", db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name="canal", db_index=False)
    event = models.ForeignKey(
        Event,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="evento",
    )
    author = models.CharField("autor", max_length=10, choices=Author)
    type = models.CharField("tipo", max_length=15, choices=Type, default=Type.TEXT)
    text = models.TextField("texto", blank=True)
    status = models.CharField("situação", max_length=10, choices=Status)
    status_at = models.DateTimeField("situação desde", null=True, blank=True)
    revision = models.PositiveIntegerField("ordem de chegada", default=0)
    provider_id = models.CharField("id no provedor", max_length=200, blank=True)
    reference_id = models.CharField("id da mensagem citada", max_length=200, blank=True)
    forwarded = models.BooleanField("encaminhada", default=False)
    # False for what the lead forwarded, for answers to status posts and for history: no evidence of anything (I7).
    own_words = models.BooleanField("palavras do próprio autor", default=True)
    sent_at = models.DateTimeField("enviada em")
    created_at = models.DateTimeField("registrada em")
    edited_at = models.DateTimeField("editada em", null=True, blank=True)
    deleted_at = models.DateTimeField("apagada em", null=True, blank=True)
    previous_texts = models.JSONField("textos anteriores", default=list, blank=True)
    media = models.JSONField("mídia", default=dict, blank=True)
    chatwoot_id = models.PositiveBigIntegerField("id no Chatwoot", null=True, blank=True)

    class Meta:
        verbose_name = "mensagem"
        verbose_name_plural = "mensagens"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="message_once_per_channel",
            ),
            models.UniqueConstraint(
                fields=["channel", "chatwoot_id"],
                condition=Q(chatwoot_id__isnull=False),
                name="message_once_in_chatwoot",
            ),
            models.CheckConstraint(
                condition=Q(author__in=["lead", "agent", "phone", "person"]),
                name="message_author_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "received",
                        "queued",
                        "sent",
                        "delivered",
                        "read",
                        "played",
                        "failed",
                        "unknown",
                        "cancelled",
                    ]
                ),
                name="message_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "sent_at"], name="message_transcript"),
            # How often and since when a lead wrote, without a look at the rows.
            models.Index(fields=["conversation", "sent_at"], condition=Q(author="lead"), name="message_by_lead"),
            # When a channel last brought and last sent something.
            models.Index(fields=["channel", "-sent_at"], name="message_by_channel"),
            fulltext.index("text", name="message_words"),
        ]

    def __str__(self) -> str:
        return f"mensagem {str(self.id)[-6:]}"
