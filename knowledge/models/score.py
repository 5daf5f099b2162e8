"""What managers set about the score of a lead."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from knowledge.weights import DEFAULT, PARTS, Weights

_TOTAL = 100
_POINTS = "Pontos, de 0 a 100; os seis juntos somam 100."


def _points(words: str, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(words, default=default, help_text=_POINTS)


class ScoreWeights(models.Model):
    """A set of weights; the active one counts, the default of `knowledge/weights.py` while there is none."""

    name = models.CharField("nome", max_length=60, unique=True)
    active = models.BooleanField("em uso", default=False, editable=False)
    engajamento = _points("engajamento", DEFAULT.engajamento)
    completude = _points("completude", DEFAULT.completude)
    volume = _points("volume", DEFAULT.volume)
    urgencia = _points("urgência", DEFAULT.urgencia)
    fit = _points("fit", DEFAULT.fit)
    intencao = _points("intenção", DEFAULT.intencao)
    warm_from = models.PositiveSmallIntegerField(
        "morno a partir de", default=DEFAULT.warm_from, help_text="Abaixo desta pontuação fica a faixa do lead frio."
    )
    hot_above = models.PositiveSmallIntegerField(
        "quente acima de", default=DEFAULT.hot_above, help_text="Acima desta pontuação fica a faixa do lead quente."
    )
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "pesos da pontuação"
        verbose_name_plural = "pesos da pontuação"
        constraints = [
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="weights_one_active"),
            models.CheckConstraint(
                condition=Q(
                    engajamento=_TOTAL - F("completude") - F("volume") - F("urgencia") - F("fit") - F("intencao")
                ),
                name="weights_sum_100",
                violation_error_message="Os seis pesos devem somar 100.",
            ),
            models.CheckConstraint(
                condition=Q(warm_from__gte=1, warm_from__lte=F("hot_above"), hot_above__lte=_TOTAL - 1),
                name="weights_thresholds_in_order",
                violation_error_message="As faixas ficam em ordem: 1 ≤ morno a partir de ≤ quente acima de ≤ 99.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def weights(self) -> Weights:
        return Weights(**{name: getattr(self, name) for name in (*PARTS, "warm_from", "hot_above")})

    def clean(self) -> None:
        """Say what the weights come to, so that a manager need not add."""
        values = [getattr(self, name) for name in PARTS]
        if None not in values and sum(values) != _TOTAL:
            raise ValidationError(f"Os seis pesos devem somar 100; agora somam {sum(values)}.")
