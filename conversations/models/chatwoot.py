"""Where a conversation stands in Chatwoot."""

from django.db import models
from django.db.models import Q

from conversations.models.channel import Channel
from leads.models import Lead
from seleto.lib.crypto import EncryptedJSONField
from seleto.lib.ids import new_id


class ChatwootInbox(models.Model):
    """The API inbox in which a channel is mirrored. Without a row, or with an inactive one, nothing is mirrored.

    ``credentials``: user_token (a user of its own for the integration, not a person's) and bot_token.
    ``webhook_secrets``: label -> path segment; ``signing_secrets``: label -> key of the signature.
    """

    class Assignment(models.TextChoices):
        ROUND_ROBIN = "rodizio", "a quem recebeu há mais tempo (rodízio)"
        LEAST_LOADED = "menos_carga", "a quem tem menos repasses abertos"
        TEAM_ONLY = "so_time", "a ninguém: só ao time"

    # By queue of a handoff.
    TEAM_COLUMNS = {
        "comercial": "team_id",
        "suporte": "support_team_id",
        "privacidade": "privacy_team_id",
        "outro": "other_team_id",
    }

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="chatwoot", verbose_name="canal")
    base_url = models.URLField("endereço do Chatwoot")
    public_url = models.URLField(
        "endereço para as pessoas",
        blank=True,
        help_text="Como se abre o Chatwoot no navegador. Vazio: o endereço acima.",
    )
    account_id = models.PositiveIntegerField("conta")
    inbox_id = models.PositiveIntegerField("caixa de entrada")
    integration_user_id = models.PositiveIntegerField(
        "usuário da integração", null=True, blank=True, help_text="O dono do token: o que ele escreve é nosso."
    )
    team_id = models.PositiveIntegerField("time do comercial", null=True, blank=True)
    support_team_id = models.PositiveIntegerField("time do suporte", null=True, blank=True)
    privacy_team_id = models.PositiveIntegerField("time de privacidade", null=True, blank=True)
    other_team_id = models.PositiveIntegerField("time dos outros assuntos", null=True, blank=True)
    assignment = models.CharField(
        "atribuir cada repasse",
        max_length=12,
        choices=Assignment,
        default=Assignment.ROUND_ROBIN,
        help_text="Entre as pessoas do time que estão on-line. Sem ninguém on-line, só ao time.",
    )
    credentials = EncryptedJSONField("credenciais", default=dict, editable=False)
    webhook_secrets = EncryptedJSONField("segredos do webhook", default=dict, editable=False)
    signing_secrets = EncryptedJSONField("chaves de assinatura", default=dict, editable=False)
    signature_required = models.BooleanField("exige assinatura", default=True)
    assignment_pauses = models.BooleanField("atribuir a uma pessoa pausa o agente", default=True)
    active = models.BooleanField("ativa", default=True)

    class Meta:
        verbose_name = "caixa do Chatwoot"
        verbose_name_plural = "caixas do Chatwoot"
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment__in=["rodizio", "menos_carga", "so_time"]),
                name="chatwoot_inbox_assignment_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel.name} na caixa {self.inbox_id}"

    def teams(self) -> dict[str, int | None]:
        """The team of each queue."""
        return {queue: getattr(self, column) for queue, column in self.TEAM_COLUMNS.items()}

    def page_of(self, display_id: int) -> str:
        """Where people open a conversation."""
        root = (self.public_url or self.base_url).rstrip("/")
        return f"{root}/app/accounts/{self.account_id}/conversations/{display_id}"


class ChatwootLink(models.Model):
    """One lead on one channel in Chatwoot: every id as soon as it is known, and what was last written there."""

    class Status(models.TextChoices):
        READY = "ready", "em dia ou na fila"
        PARKED = "parked", "parado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="chatwoot_links", verbose_name="lead")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="chatwoot_links", verbose_name="canal")
    contact_id = models.PositiveBigIntegerField("contato", null=True, blank=True)
    source_id = models.CharField("origem do contato", max_length=120, blank=True)
    display_id = models.PositiveBigIntegerField("conversa", null=True, blank=True)
    # What was last written of labels, attributes, status and priority: only what differs is written again.
    written = models.JSONField("último estado escrito", default=dict, blank=True, editable=False)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.READY)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("espelhar a partir de", null=True, blank=True)
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)
    # Who has it in hand: a run that lost it gives nothing back.
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    # A call whose outcome is unknown, or a process that died: what is there is looked up before anything is written.
    unsure = models.BooleanField("conferir antes de escrever", default=False)
    polled_at = models.DateTimeField("conferido em", null=True, blank=True)

    class Meta:
        verbose_name = "conversa no Chatwoot"
        verbose_name_plural = "conversas no Chatwoot"
        constraints = [
            models.UniqueConstraint(fields=["lead", "channel"], name="chatwoot_link_once"),
            models.UniqueConstraint(
                fields=["channel", "display_id"],
                condition=Q(display_id__isnull=False),
                name="chatwoot_link_per_conversation",
            ),
            models.CheckConstraint(condition=Q(status__in=["ready", "parked"]), name="chatwoot_link_status_known"),
            models.CheckConstraint(condition=~Q(status="parked", reason=""), name="chatwoot_link_parked_with_reason"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False, status="ready"), name="chatwoot_due"),
            models.Index(fields=["leased_until"], condition=Q(leased_until__isnull=False), name="chatwoot_in_hand"),
        ]

    def __str__(self) -> str:
        return f"conversa {self.display_id or 'nova'} de {self.lead_id}"


class ChatwootNote(models.Model):
    """A private note for the people in Chatwoot, written once under its key."""

    link = models.ForeignKey(ChatwootLink, models.CASCADE, related_name="notes", verbose_name="conversa")
    key = models.CharField("chave", max_length=80)
    text = models.TextField("texto")
    chatwoot_id = models.PositiveBigIntegerField("id no Chatwoot", null=True, blank=True)
    created_at = models.DateTimeField("criada em")

    class Meta:
        verbose_name = "nota no Chatwoot"
        verbose_name_plural = "notas no Chatwoot"
        constraints = [models.UniqueConstraint(fields=["link", "key"], name="chatwoot_note_once")]

    def __str__(self) -> str:
        return f"nota {self.key}"
