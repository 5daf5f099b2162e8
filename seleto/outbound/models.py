"""Who wants to be told, and what is told to each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from seleto.lib.crypto import EncryptedJSONField
from seleto.lib.ids import new_id


class Kind(models.TextChoices):
    """What happened; the names are the contract with those who listen (docs/how-to/receive-events.md)."""

    LEAD_CREATED = "lead.created", "lead novo"
    LEAD_UPDATED = "lead.updated", "dado do lead mudou"
    LEAD_QUALIFIED = "lead.qualified", "lead ficou morno ou quente"
    CONVERSATION_PAUSED = "conversation.paused", "pessoa assumiu a conversa"
    CONVERSATION_RESUMED = "conversation.resumed", "agente voltou à conversa"
    HANDOFF_OPENED = "handoff.opened", "repasse aberto"
    MESSAGE_SENT = "message.sent", "mensagem enviada ao lead"
    MESSAGE_FAILED = "message.failed", "mensagem não enviada"
    CRM_SYNCED = "crm.synced", "lead gravado no CRM"


# Sent by the button on a subscription's page; nobody subscribes to it.
TEST = "test.ping"


class Subscription(models.Model):
    """An address that is told of some kinds of events.

    ``secrets`` holds ``current`` and, while a change of it is under way, ``former`` and ``former_until`` (ISO 8601):
    until then every delivery is signed with both.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("nome", max_length=80, unique=True)
    url = models.URLField("endereço (https)", max_length=500)
    kinds = ArrayField(models.CharField(max_length=40, choices=Kind), verbose_name="eventos")
    secrets = EncryptedJSONField(editable=False)
    active = models.BooleanField("ligada", default=True)
    # Why the product itself switched it off; empty otherwise.
    stopped = models.CharField("parada porque", max_length=40, blank=True, editable=False)
    created_at = models.DateTimeField("criada em", editable=False)

    class Meta:
        verbose_name = "assinatura de eventos"
        verbose_name_plural = "assinaturas de eventos"
        constraints = [models.CheckConstraint(condition=~Q(kinds=[]), name="subscription_wants_something")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event for one subscription. Written by triggers of the database, in the transaction that it tells of.

    It holds ids and codes alone; ``body`` is what was sent, the same at every attempt, empty before the first.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "na fila"
        SENT = "sent", "entregue"
        PARKED = "parked", "parada"
        CANCELLED = "cancelled", "cancelada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="deliveries", verbose_name="assinatura", db_index=False
    )
    kind = models.CharField("evento", max_length=40)
    # The lead, conversation, handoff or message that the kind speaks of; the subscription itself in a test.
    subject_id = models.UUIDField("objeto")
    detail = models.JSONField("detalhe", default=dict)
    body = models.TextField("corpo", blank=True)
    occurred_at = models.DateTimeField("aconteceu em")
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField("motivo", max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    # None: at once.
    due_at = models.DateTimeField("próxima tentativa", null=True)
    leased_until = models.DateTimeField("reservada até", null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    settled_at = models.DateTimeField("encerrada em", null=True)

    class Meta:
        verbose_name = "entrega de evento"
        verbose_name_plural = "entregas de eventos"
        indexes = [
            models.Index(fields=["due_at"], name="outbound_delivery_due", condition=Q(status="queued")),
            models.Index(fields=["subscription", "-occurred_at"], name="outbound_delivery_listed"),
            models.Index(fields=["settled_at"], name="outbound_delivery_settled", condition=~Q(settled_at=None)),
        ]
        constraints = [
            # Several facts of one message are one change of the lead.
            models.UniqueConstraint(
                fields=["subscription", "subject_id"],
                condition=Q(kind="lead.updated", status="queued", attempts=0, body=""),
                name="outbound_one_update_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} de {self.occurred_at:%d/%m/%Y %H:%M}"
