"""After how much silence of a person the agent may speak again."""

from django.db import models
from django.db.models import Q


class ResumeRule(models.Model):
    """The manager's word in place of the settings RESUME_IDLE_MIN_*; without this row the settings hold.

    Minutes; 0 is at once, empty is never (domain.md, "Human in the loop").
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    idle_min_off_hours = models.PositiveIntegerField(
        "fora do horário, retomar após (minutos)",
        null=True,
        blank=True,
        default=30,
        help_text="Silêncio da pessoa até a próxima mensagem do lead. 0 = de imediato; vazio = nunca.",
    )
    idle_min_business = models.PositiveIntegerField(
        "no horário comercial, retomar após (minutos)",
        null=True,
        blank=True,
        help_text="Vazio = nunca: só uma pessoa devolve a conversa ao agente.",
    )

    class Meta:
        verbose_name = "retomada por silêncio"
        verbose_name_plural = "retomada por silêncio"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="resume_rule_single_row")]

    def __str__(self) -> str:
        return "retomada por silêncio"
