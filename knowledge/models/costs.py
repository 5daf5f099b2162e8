"""What the models of others cost the company."""

from django.db import models
from django.db.models import Q

from knowledge.costs import Price

_PRICES = ("prompt_usd", "completion_usd", "minute_usd", "thousand_chars_usd")


class ModelPrice(models.Model):
    """What a model costs from a local day on, in US$; the latest row that has begun counts. What was recorded before
    a change stays as it was."""

    model = models.CharField(
        "modelo", max_length=80, help_text="Igual ao nome no ambiente, por exemplo o de LLM_MODEL."
    )
    valid_from_date = models.DateField("vale desde")
    prompt_usd = models.DecimalField(
        "entrada", max_digits=10, decimal_places=4, default=0, help_text="US$ por milhão de tokens lidos."
    )
    cached_usd = models.DecimalField(
        "entrada em cache",
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="US$ por milhão de tokens que o provedor já tinha lido. Vazio: o preço da entrada.",
    )
    completion_usd = models.DecimalField(
        "saída", max_digits=10, decimal_places=4, default=0, help_text="US$ por milhão de tokens escritos."
    )
    minute_usd = models.DecimalField(
        "transcrição", max_digits=10, decimal_places=4, default=0, help_text="US$ por minuto de áudio ouvido."
    )
    thousand_chars_usd = models.DecimalField(
        "fala", max_digits=10, decimal_places=4, default=0, help_text="US$ por mil caracteres falados."
    )

    class Meta:
        verbose_name = "preço de modelo"
        verbose_name_plural = "preços de modelos"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "valid_from_date"],
                name="model_price_one_per_start",
                violation_error_message="Este modelo já tem preço a partir desse dia.",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{name}__gte": 0 for name in _PRICES}),
                name="model_price_not_negative",
                violation_error_message="Um preço não pode ser negativo.",
            ),
            models.CheckConstraint(
                condition=Q(cached_usd__isnull=True) | Q(cached_usd__gte=0),
                name="model_price_cached_not_negative",
                violation_error_message="Um preço não pode ser negativo.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} desde {self.valid_from_date:%d/%m/%Y}"

    def price(self) -> Price:
        cached = self.prompt_usd if self.cached_usd is None else self.cached_usd
        return Price(
            prompt=self.prompt_usd,
            cached=cached,
            completion=self.completion_usd,
            minute=self.minute_usd,
            thousand_chars=self.thousand_chars_usd,
        )
