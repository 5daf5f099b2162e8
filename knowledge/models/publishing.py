"""How a prompt gets to be used: the run that tries it before it is published, and the trial with part of the leads."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from knowledge.models.rules import PromptVersion
from seleto.lib.ids import new_id


class PublishRun(models.Model):
    """A subset of the evaluation suite, played with a version that wants to be published and with the published one.

    ``results``: one object per case and side, in the order they were played (`conversations/publish_gate.py`).
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "na fila"
        RUNNING = "running", "em andamento"
        PUBLISHED = "published", "aprovada e publicada"
        REFUSED = "refused", "recusada"
        STOPPED = "stopped", "interrompida"
        OVERRIDDEN = "overridden", "publicada apesar do resultado"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(PromptVersion, models.CASCADE, related_name="publish_runs", verbose_name="versão")
    # What the text was when the run was asked for: a draft changed since then has not been tried.
    checksum = models.CharField("soma de verificação", max_length=64)
    baseline = models.ForeignKey(
        PromptVersion, models.SET_NULL, null=True, related_name="+", verbose_name="versão publicada na hora"
    )
    status = models.CharField("situação", max_length=12, choices=Status, default=Status.QUEUED)
    reason = models.CharField("motivo", max_length=300, blank=True)
    model = models.CharField("modelo", max_length=80, blank=True)
    cases = models.JSONField("casos", default=list)
    results = models.JSONField("resultados", default=list)
    spent_usd = models.DecimalField("gasto (US$)", max_digits=10, decimal_places=6, default=0)
    spend_max_usd = models.DecimalField("limite de gasto (US$)", max_digits=10, decimal_places=2)
    requested_by = models.CharField("pedida por", max_length=150)
    requested_at = models.DateTimeField("pedida em")
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)
    override_reason = models.TextField("justificativa", max_length=1000, blank=True)
    override_by = models.CharField("publicada por", max_length=150, blank=True)
    due_at = models.DateTimeField("próximo passo em")
    attempts = models.PositiveSmallIntegerField("tentativas do passo", default=0)
    lease_token = models.UUIDField("reserva", default=new_id, editable=False)
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)

    class Meta:
        verbose_name = "avaliação para publicar"
        verbose_name_plural = "avaliações para publicar"
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(status__in=["queued", "running"]), name="publish_run_one_active"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "published", "refused", "stopped", "overridden"]),
                name="publish_run_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="overridden") | (~Q(override_reason="") & ~Q(override_by="")),
                name="publish_run_override_explained",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=["queued", "running"]), name="publish_run_due")
        ]

    def __str__(self) -> str:
        return f"avaliação {str(self.pk)[-6:]}"

    @property
    def active(self) -> bool:
        return self.status in self.ACTIVE


class PromptTrial(models.Model):
    """Part of the new conversations answered with another version than the published one, to compare what comes of it.

    Share and versions stay as they began, so that a conversation keeps its version from its first turn to its last.
    """

    class Outcome(models.TextChoices):
        PUBLISHED = "published", "a versão testada foi publicada"
        DROPPED = "dropped", "a versão publicada ficou"
        SUPERSEDED = "superseded", "outra versão foi publicada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField("papel", max_length=20, choices=PromptVersion.Role, default=PromptVersion.Role.AGENTE)
    version_a = models.ForeignKey(PromptVersion, models.PROTECT, related_name="+", verbose_name="versão publicada (A)")
    version_b = models.ForeignKey(
        PromptVersion, models.PROTECT, related_name="trials", verbose_name="versão testada (B)"
    )
    share = models.PositiveSmallIntegerField(
        "conversas novas com a versão B (%)",
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="De cada 100 conversas novas, quantas o agente responde com a versão testada.",
    )
    started_at = models.DateTimeField("começou em")
    started_by = models.CharField("começado por", max_length=150)
    ended_at = models.DateTimeField("terminou em", null=True, blank=True)
    ended_by = models.CharField("terminado por", max_length=150, blank=True)
    outcome = models.CharField("desfecho", max_length=10, choices=Outcome, blank=True)

    class Meta:
        verbose_name = "teste A/B de prompt"
        verbose_name_plural = "testes A/B de prompt"
        constraints = [
            models.UniqueConstraint(fields=["role"], condition=Q(ended_at=None), name="prompt_trial_one_running"),
            models.CheckConstraint(condition=Q(role__in=["agente"]), name="prompt_trial_role"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=100), name="prompt_trial_share"),
            models.CheckConstraint(condition=~Q(version_a=F("version_b")), name="prompt_trial_two_versions"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | Q(ended_at__isnull=False, outcome__in=["published", "dropped", "superseded"]),
                name="prompt_trial_outcome_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"teste {str(self.pk)[-6:]}"

    @property
    def running(self) -> bool:
        return self.ended_at is None
