"""One run of the agent over what the lead said, from the claim to its outcome."""

from django.db import models
from django.db.models import Q

from conversations.models.conversation import Conversation
from seleto.lib.ids import new_id

# The claim of a turn makes its row by a statement that names the columns it fills (turns/stage.py).
EMPTY = models.Value([], output_field=models.JSONField())


class Turn(models.Model):
    """What was read, who answered it and at what cost. At most one runs per conversation, by constraint (I3)."""

    class Status(models.TextChoices):
        RUNNING = "running", "em andamento"
        REPLIED = "replied", "respondido"
        SILENT = "silent", "sem resposta necessária"
        WAITING = "waiting", "sem modelo, tentando de novo"
        SUPERSEDED = "superseded", "substituído por mensagem mais nova"
        DISCARDED = "discarded", "descartado antes de sair"
        PARKED = "parked", "parado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns", verbose_name="conversa")
    status = models.CharField("situação", max_length=12, choices=Status, default=Status.RUNNING)
    reason = models.CharField("motivo", max_length=120, blank=True)
    started_at = models.DateTimeField("iniciado em")
    finished_at = models.DateTimeField("concluído em", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=1)
    lease_token = models.UUIDField("reserva", default=new_id, editable=False)
    leased_until = models.DateTimeField("reservado até")
    read_revision = models.PositiveIntegerField("leu até a revisão", default=0)
    waiting_since = models.DateTimeField("lead esperava desde", null=True, blank=True)
    # The conversation's counters before this turn, put back when its reply is taken back unsent.
    undo = models.JSONField("estado anterior", default=dict, blank=True, editable=False)
    model = models.CharField("modelo", max_length=80, blank=True)
    prompt_version = models.CharField("versão do prompt", max_length=80, blank=True)
    sources = models.JSONField("fontes usadas", default=list, blank=True)
    tools = models.JSONField("ferramentas chamadas", default=list, db_default=EMPTY, blank=True)
    # What rules alone heard the messages to be about (conversations/agent/situations.py).
    matters = models.JSONField("assuntos ouvidos", default=list, db_default=EMPTY, blank=True)
    intents = models.JSONField("intenções", default=list, blank=True)
    move = models.CharField("jogada", max_length=30, blank=True)
    model_calls = models.PositiveSmallIntegerField("chamadas ao modelo", default=0)
    prompt_tokens = models.PositiveIntegerField("tokens de entrada", default=0)
    completion_tokens = models.PositiveIntegerField("tokens de saída", default=0)
    cost_usd = models.DecimalField("custo (US$)", max_digits=10, decimal_places=6, default=0)
    timings = models.JSONField("tempos (ms)", default=dict, blank=True)
    facts_dropped = models.JSONField("fatos recusados", default=list, blank=True)
    fallback = models.CharField("frase aprovada usada", max_length=40, blank=True)
    correlation_id = models.CharField("correlação", max_length=40, blank=True)

    class Meta:
        verbose_name = "turno"
        verbose_name_plural = "turnos"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(status="running"),
                name="turn_one_running_per_conversation",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "running",
                        "replied",
                        "silent",
                        "waiting",
                        "superseded",
                        "discarded",
                        "parked",
                    ]
                ),
                name="turn_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | (~Q(status="running") & Q(finished_at__isnull=False)),
                name="turn_finished_when_not_running",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-started_at"], name="turn_history"),
            # Answers what a day cost without a look at the rows.
            models.Index(
                fields=["started_at"],
                include=["cost_usd"],
                condition=Q(cost_usd__gt=0),
                name="turn_spent",
            ),
            models.Index(
                fields=["leased_until"],
                condition=Q(status="running"),
                name="turn_leases",
            ),
            models.Index(
                fields=["conversation"],
                condition=Q(status="parked"),
                name="turn_stuck",
            ),
        ]

    def __str__(self) -> str:
        return f"turno {str(self.id)[-6:]}"

    @property
    def prompt_name(self) -> str:
        """The version's readable name; its id follows it in ``prompt_version``."""
        return self.prompt_version.split(" ")[0]


class GuardrailHit(models.Model):
    """A draft that was stopped: its text, what it broke and where, and what was done about it."""

    class Action(models.TextChoices):
        REGENERATED = "regenerated", "pediu nova redação"
        REPLACED = "replaced", "trocou por frase aprovada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="guardrail_hits", verbose_name="turno")
    draft = models.TextField("rascunho barrado")
    kinds = models.JSONField("regras")
    spans = models.JSONField("trechos", help_text="[início, fim, regra], em caracteres")
    reasons = models.JSONField("motivos")
    action = models.CharField("ação", max_length=12, choices=Action)
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "rascunho barrado"
        verbose_name_plural = "rascunhos barrados"
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["regenerated", "replaced"]),
                name="guardrail_hit_action_known",
            )
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.kinds)} em {self.turn_id}"
