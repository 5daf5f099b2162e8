"""To whom the agent speaks: a share of the conversations by scope, and telephones it always answers."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from seleto.lib.ids import new_id

SCOPE = r"^(global|(channel|origin):[A-Za-z0-9_.-]+)$"


class RolloutRule(models.Model):
    """In this scope the agent answers ``share`` of 100 conversations; ``others`` says what becomes of the rest.

    Without any rule it answers everybody. Where several scopes apply, the most restrictive one wins. Which
    conversations belong to the share is settled by their id alone (`conversations_rollout` in the database), so
    raising the share only adds some. The kill switch (`Flag`) stands above all this.
    """

    class Others(models.TextChoices):
        SHADOW = "shadow", "sombra: o agente escreve, nada é enviado, e a resposta fica ao lado da do SDR"
        PEOPLE = "people", "só pessoas: o agente não escreve"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField("alcance", max_length=80, unique=True)
    share = models.PositiveSmallIntegerField(
        "conversas que o agente responde (%)", default=0, help_text="0: nenhuma. 100: todas."
    )
    others = models.CharField("as outras", max_length=10, choices=Others, default=Others.SHADOW)
    note = models.CharField("motivo", max_length=200, blank=True)
    updated_at = models.DateTimeField("alterada em", auto_now=True)

    class Meta:
        verbose_name = "liberação do agente"
        verbose_name_plural = "liberação do agente"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(share__lte=100), name="rollout_share", violation_error_message="Use de 0 a 100."
            ),
            models.CheckConstraint(condition=Q(others__in=["shadow", "people"]), name="rollout_others_known"),
            models.CheckConstraint(condition=Q(scope__regex=SCOPE), name="rollout_scope_form"),
        ]

    def __str__(self) -> str:
        return f"liberação em {self.scope}"


class RolloutPhone(models.Model):
    """A telephone whose conversations the agent answers whatever the rules say; the kill switch still holds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(
        "telefone",
        max_length=20,
        unique=True,
        help_text="Com DDD, como (11) 90000-0001.",
        validators=[RegexValidator(r"^\d{8,15}$", "Escreva o telefone com DDD, como (11) 90000-0001.")],
    )
    note = models.CharField("de quem", max_length=80, blank=True, help_text="Para se lembrar, por exemplo: teste.")

    class Meta:
        verbose_name = "telefone sempre respondido"
        verbose_name_plural = "telefones sempre respondidos"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"telefone liberado {str(self.pk)[-6:]}"
