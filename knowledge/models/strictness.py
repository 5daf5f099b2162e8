"""The switches of the rules: each can only be stricter than the code (`knowledge/strictness.py`)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from knowledge.models.history import History
from knowledge.strictness import MOST_QUESTIONS, Strictness, lines

MOST_EXPRESSIONS = 60
_CHARS = range(3, 61)


class SafetyRules(models.Model):
    """The one row; without it the code's own rules hold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    questions = models.PositiveSmallIntegerField(
        "perguntas por resposta",
        default=MOST_QUESTIONS,
        choices=[(1, "uma"), (2, "duas (o limite do sistema)")],
    )
    forbidden = models.TextField(
        "palavras e expressões proibidas",
        blank=True,
        help_text="Uma por linha, de 3 a 60 caracteres; maiúsculas e acentos não importam. O rascunho que tiver uma"
        " delas é barrado.",
    )
    four_eyes = models.BooleanField(
        "publicação a quatro olhos",
        default=False,
        db_default=False,
        help_text="Ligada, o que os leads ouvem (produtos, artigos, frases, preços, regras, prompts, arquivos) só muda"
        " depois que uma segunda pessoa aprova. Desligar também pede a segunda pessoa.",
    )
    updated_at = models.DateTimeField("alterado em", auto_now=True)
    history = History()

    class Meta:
        verbose_name = "regras da casa"
        verbose_name_plural = "regras da casa"
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="safety_rules_single"),
            models.CheckConstraint(
                condition=Q(questions__gte=1, questions__lte=MOST_QUESTIONS), name="safety_rules_never_looser"
            ),
        ]

    def __str__(self) -> str:
        return "Regras da casa"

    def clean(self) -> None:
        listed = lines(self.forbidden)
        if len(listed) > MOST_EXPRESSIONS:
            raise ValidationError({"forbidden": f"No máximo {MOST_EXPRESSIONS} expressões."})
        if odd := [one for one in listed if len(one) not in _CHARS]:
            raise ValidationError({"forbidden": f"De 3 a 60 caracteres cada: “{odd[0][:60]}”."})
        self.forbidden = "\n".join(listed)

    def strictness(self) -> Strictness:
        return Strictness(self.questions, lines(self.forbidden))
