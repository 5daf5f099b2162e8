"""What a lead who went quiet is written, and when."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from knowledge.followups import unknown_names
from knowledge.models.rules import PHRASE_MAX_CHARS

# Within the provider's window a text leaves as it stands; later only an approved template does.
MOST_HOURS = 24 * 14


class FollowUpRule(models.Model):
    """One step: after so many hours of the lead's silence, this text; outside the 24-hour window, this template.

    The steps of a class are taken in the order of their hours. Hot leads belong to people, and of an unclassified one
    nothing is known to write about (domain.md, "Temperature and score").
    """

    class For(models.TextChoices):
        WARM = "morno", "lead morno"
        COLD = "frio", "lead frio"

    temperature = models.CharField("para", max_length=10, choices=For)
    after_h = models.PositiveSmallIntegerField(
        "horas de silêncio", validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)]
    )
    text = models.CharField(
        "texto dentro da janela de 24 horas",
        max_length=PHRASE_MAX_CHARS,
        blank=True,
        help_text="Aceita {nome}, {produto} e {empresa}; o que não se sabe some do texto com a vírgula antes dele.",
    )
    template_name = models.CharField(
        "modelo aprovado fora da janela", max_length=120, blank=True, help_text="Só para canais da Cloud API."
    )
    template_language = models.CharField("idioma do modelo", max_length=10, default="pt_BR")
    template_values = models.CharField(
        "valores do modelo", max_length=200, blank=True, help_text="Na ordem do modelo, por exemplo: {nome}, {produto}"
    )
    active = models.BooleanField("ativa", default=True)

    class Meta:
        verbose_name = "retomada automática"
        verbose_name_plural = "retomadas automáticas"
        constraints = [
            models.UniqueConstraint(
                fields=["temperature", "after_h"],
                name="follow_up_rule_once",
                violation_error_message="Já há uma retomada para essa classe e essas horas.",
            ),
            models.CheckConstraint(condition=Q(temperature__in=["morno", "frio"]), name="follow_up_rule_known"),
            models.CheckConstraint(
                condition=~Q(text="", template_name=""),
                name="follow_up_rule_says_something",
                violation_error_message="Escreva o texto, o modelo ou os dois.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_temperature_display()} após {self.after_h} h"

    def clean(self) -> None:
        unknown = unknown_names(f"{self.text} {self.template_values}")
        if unknown:
            raise ValidationError(f"Não existe {{{unknown[0]}}}: use {{nome}}, {{produto}} ou {{empresa}}.")
