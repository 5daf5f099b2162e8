"""A conversation given to people, and why."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Conversation
from seleto.lib.ids import new_id


class Handoff(models.Model):
    """One act (I8): ownership, notice to the lead and this row are written in one transaction."""

    class Queue(models.TextChoices):
        SALES = "comercial", "comercial"
        SUPPORT = "suporte", "suporte"
        PRIVACY = "privacidade", "privacidade"
        OTHER = "outro", "outro"

    class Reason(models.TextChoices):
        HOT = "lead_quente", "lead quente"
        ASKED_HUMAN = "pediu_humano", "pediu uma pessoa"
        FORMAL_QUOTE = "orcamento_formal", "pediu orçamento formal"
        PRICE_INSISTENCE = "insistencia_preco", "insistiu no preço"
        TECHNICAL_DOUBT = "duvida_tecnica", "dúvida técnica"
        SUPPORT = "suporte_tecnico", "suporte técnico"
        COMPLAINT = "reclamacao", "reclamação"
        PRIVACY = "pedido_titular", "pedido de titular de dados"
        SUPPLIER = "fornecedor", "fornecedor"
        CANDIDATE = "candidato", "candidato a vaga"
        OUT_OF_SCOPE = "fora_do_escopo", "fora do escopo"
        LANGUAGE = "idioma", "outro idioma"
        AGENT_FAILURE = "falha_agente", "falha do agente"

    # domain.md and design.md stage 8: each reason belongs to one queue.
    QUEUE_OF = {
        Reason.HOT: Queue.SALES,
        Reason.ASKED_HUMAN: Queue.SALES,
        Reason.FORMAL_QUOTE: Queue.SALES,
        Reason.PRICE_INSISTENCE: Queue.SALES,
        Reason.TECHNICAL_DOUBT: Queue.SALES,
        Reason.SUPPORT: Queue.SUPPORT,
        Reason.COMPLAINT: Queue.SUPPORT,
        Reason.PRIVACY: Queue.PRIVACY,
        Reason.SUPPLIER: Queue.OTHER,
        Reason.CANDIDATE: Queue.OTHER,
        Reason.OUT_OF_SCOPE: Queue.OTHER,
        Reason.LANGUAGE: Queue.OTHER,
        Reason.AGENT_FAILURE: Queue.OTHER,
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handoffs", verbose_name="conversa")
    reason = models.CharField("motivo", max_length=20, choices=Reason)
    queue = models.CharField("fila", max_length=12, choices=Queue)
    opened_at = models.DateTimeField("aberto em")
    closed_at = models.DateTimeField("encerrado em", null=True, blank=True)
    # When the first person did something with it: wrote, was assigned, pressed the button.
    picked_up_at = models.DateTimeField("atendido em", null=True, blank=True)
    assigned_to = models.CharField("atribuído a", max_length=120, blank=True)
    # In Chatwoot, by number: the team; whom our rules gave it to and when they were asked; whose it is now.
    team_id = models.PositiveIntegerField(null=True, blank=True, editable=False)
    offered_id = models.PositiveIntegerField(null=True, blank=True, editable=False)
    offered_at = models.DateTimeField(null=True, blank=True, editable=False)
    assignee_id = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # What the person who picks it up has to know, as it stood when it was opened (handoff_summary.py).
    summary = models.TextField("resumo", blank=True)
    # When the lead was last told that nobody is there; once per closed period.
    closed_hours_told_at = models.DateTimeField("avisado do horário em", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "repasse"
        verbose_name_plural = "repasses"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(closed_at=None),
                name="handoff_one_open_per_conversation",
            ),
            models.CheckConstraint(
                condition=Q(queue__in=["comercial", "suporte", "privacidade", "outro"]),
                name="handoff_queue_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "opened_at"],
                condition=Q(closed_at=None, picked_up_at=None),
                name="handoff_unattended",
            ),
            models.Index(fields=["opened_at"], name="handoff_by_time"),
            models.Index(
                fields=["offered_id", "-offered_at"], condition=Q(offered_id__isnull=False), name="handoff_by_offer"
            ),
            models.Index(
                fields=["assignee_id"], condition=Q(closed_at=None, assignee_id__isnull=False), name="handoff_load"
            ),
        ]

    def __str__(self) -> str:
        return f"repasse {str(self.id)[-6:]}"
