"""Replies of the agent that a person called wrong, and the regression cases made of them."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Conversation, Message
from conversations.models.turn import Turn
from seleto.lib.ids import new_id


class WrongReply(models.Model):
    """One person's mark on one of the agent's messages; marking it again replaces reason and words.

    ``words`` are the person's own and may speak of the lead: they go with the conversation.
    """

    class Reason(models.TextChoices):
        WRONG_FACT = "informacao", "informação errada"
        PRICE = "preco", "preço ou condição"
        TONE = "tom", "tom inadequado"
        NO_ANSWER = "nao_respondeu", "não respondeu"
        ASKED_AGAIN = "repetiu", "repetiu pergunta"
        OVER_HUMAN = "interrompeu", "interrompeu uma pessoa"
        INVENTED = "inventou", "inventou"
        OTHER = "outro", "outro"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="wrong_replies", verbose_name="conversa"
    )
    message = models.ForeignKey(Message, models.CASCADE, related_name="wrong_replies", verbose_name="mensagem")
    turn = models.ForeignKey(
        Turn, models.SET_NULL, null=True, blank=True, related_name="wrong_replies", verbose_name="turno"
    )
    reason = models.CharField("motivo", max_length=20, choices=Reason)
    words = models.TextField("nas palavras de quem marcou", blank=True)
    reported_by = models.CharField("marcada por", max_length=80)
    reported_at = models.DateTimeField("marcada em")

    class Meta:
        verbose_name = "resposta errada"
        verbose_name_plural = "respostas erradas"
        constraints = [
            models.UniqueConstraint(fields=["message", "reported_by"], name="wrong_reply_once_per_person"),
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        "informacao",
                        "preco",
                        "tom",
                        "nao_respondeu",
                        "repetiu",
                        "interrompeu",
                        "inventou",
                        "outro",
                    ]
                ),
                name="wrong_reply_reason_known",
            ),
        ]
        indexes = [models.Index(fields=["-reported_at"], name="wrong_reply_recent")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, marcada em {self.reported_at:%d/%m/%Y}"


class EvalCase(models.Model):
    """A scripted conversation that evaluations play besides those that come with the product.

    ``data`` is one case of ``conversations.evals.schema``, without its id and title; nobody in it is real. It outlives
    the conversation it was made of.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField("código", max_length=40, unique=True, editable=False)
    title = models.CharField("título", max_length=120)
    data = models.JSONField("caso", default=dict)
    report = models.OneToOneField(
        WrongReply,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="case",
        verbose_name="resposta errada",
    )
    active = models.BooleanField(
        "ativo", default=True, help_text="Roda nas avaliações e antes da publicação de um prompt."
    )
    created_by = models.CharField("criado por", max_length=80, editable=False)
    created_at = models.DateTimeField("criado em", editable=False)
    updated_at = models.DateTimeField("alterado em", editable=False)

    class Meta:
        verbose_name = "caso de regressão"
        verbose_name_plural = "casos de regressão"

    def __str__(self) -> str:
        return self.title
