"""What people try out before leads meet it. None of these rows is a lead's, and no part of the pipe reads them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from conversations.models import Conversation, GuardrailHit, Turn
from knowledge.models import PromptVersion, ScoreWeights
from seleto.lib.ids import new_id


class PlaygroundSession(models.Model):
    """One person's conversation with a version of the agent, kept for some hours (``PLAYGROUND_HOURS``).

    ``talk`` is the rehearsed conversation as it stands (``conversations/evals/keeping.py``); ``takes`` what the page
    shows of each reply. While ``message`` is set, the worker owes a reply to it.
    """

    class Prices(models.TextChoices):
        LIVE = "live", "como está publicada"
        ON = "on", "com a exceção do lead frio"
        OFF = "off", "sem exceção"

    class Hours(models.TextChoices):
        NOW = "now", "a hora de agora"
        OPEN = "open", "dentro do horário de atendimento"
        CLOSED = "closed", "fora do horário de atendimento"

    class Language(models.TextChoices):
        HEARD = "", "como o lead escrever"
        PORTUGUESE = "pt", "português"
        ENGLISH = "en", "inglês"
        SPANISH = "es", "espanhol"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="de quem")
    prompt = models.ForeignKey(PromptVersion, models.CASCADE, related_name="+", verbose_name="versão do prompt")
    weights = models.ForeignKey(
        ScoreWeights, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="pesos da pontuação"
    )
    prices = models.CharField("política de preço", max_length=4, choices=Prices, default=Prices.LIVE)
    articles = models.JSONField("artigos em rascunho", default=list, blank=True)
    hours = models.CharField("hora", max_length=6, choices=Hours, default=Hours.NOW)
    language = models.CharField("idioma", max_length=2, choices=Language, default=Language.HEARD, blank=True)
    talk = models.JSONField("conversa", default=dict)
    takes = models.JSONField("respostas", default=list)
    message = models.TextField("mensagem a responder", blank=True)
    # Why the last message got no reply, as a constant word.
    failure = models.CharField("falha", max_length=120, blank=True)
    due_at = models.DateTimeField("responder a partir de", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    lease_token = models.UUIDField("reserva", default=new_id, editable=False)
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)
    expires_at = models.DateTimeField("guardada até")

    class Meta:
        verbose_name = "playground"
        verbose_name_plural = "playground"
        default_permissions = ()
        permissions = [("use_playground", "Pode conversar com o agente no playground")]
        constraints = [
            models.CheckConstraint(condition=Q(prices__in=["live", "on", "off"]), name="playground_prices_known"),
            models.CheckConstraint(condition=Q(hours__in=["now", "open", "closed"]), name="playground_hours_known"),
            models.CheckConstraint(condition=Q(language__in=["", "pt", "en", "es"]), name="playground_language_known"),
            models.CheckConstraint(
                condition=Q(message="", due_at=None) | (~Q(message="") & Q(due_at__isnull=False)),
                name="playground_due_while_owed",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="playground_due")]

    def __str__(self) -> str:
        return f"playground {str(self.pk)[-6:]}"


class ReplayRun(models.Model):
    """Past turns decided once more by a version of the prompt, to see what would have been different.

    The prompt's text is kept as it was when the run began: a draft may be edited meanwhile.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "em andamento"
        DONE = "done", "concluída"
        CANCELLED = "cancelled", "cancelada"
        STOPPED = "stopped", "interrompida"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(
        PromptVersion, models.SET_NULL, null=True, related_name="+", verbose_name="versão do prompt"
    )
    prompt_version = models.CharField("versão", max_length=80)
    prompt = models.TextField("prompt", editable=False)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.RUNNING)
    reason = models.CharField("motivo", max_length=120, blank=True)
    spend_max_usd = models.DecimalField("limite de gasto (US$)", max_digits=10, decimal_places=2)
    requested_by = models.CharField("pedida por", max_length=150)
    requested_at = models.DateTimeField("pedida em")
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)

    class Meta:
        verbose_name = "reprodução de conversas"
        verbose_name_plural = "reproduções de conversas"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["running", "done", "cancelled", "stopped"]), name="replay_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | (~Q(status="running") & Q(finished_at__isnull=False)),
                name="replay_finished_when_not_running",
            ),
        ]

    def __str__(self) -> str:
        return f"reprodução {str(self.pk)[-6:]}"


class ReplayItem(models.Model):
    """One past turn: what was answered (``before``) and what would be now (``after``), both as a ``sides.Side``."""

    class Status(models.TextChoices):
        WAITING = "waiting", "na fila"
        DONE = "done", "feita"
        FAILED = "failed", "falhou"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ReplayRun, models.CASCADE, related_name="items", verbose_name="reprodução")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", verbose_name="conversa")
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="+", verbose_name="turno")
    status = models.CharField("situação", max_length=8, choices=Status, default=Status.WAITING)
    reason = models.CharField("motivo", max_length=120, blank=True)
    asked = models.JSONField("mensagens respondidas", default=list)
    before = models.JSONField("antes", default=dict)
    after = models.JSONField("depois", default=dict)
    # What differs, for counting: reply, facts, temperature, handoff.
    changes = models.JSONField("diferenças", default=list)
    violations_before = models.PositiveSmallIntegerField("barrados antes", default=0)
    violations_after = models.PositiveSmallIntegerField("barrados depois", default=0)
    cost_before = models.DecimalField("custo antes (US$)", max_digits=10, decimal_places=6, default=0)
    cost_after = models.DecimalField("custo depois (US$)", max_digits=10, decimal_places=6, default=0)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    lease_token = models.UUIDField("reserva", default=new_id, editable=False)
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)

    class Meta:
        verbose_name = "turno reproduzido"
        verbose_name_plural = "turnos reproduzidos"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "turn"], name="replay_turn_once"),
            models.CheckConstraint(condition=Q(status__in=["waiting", "done", "failed"]), name="replay_item_status"),
        ]
        indexes = [
            models.Index(fields=["run"], condition=Q(status="waiting"), name="replay_waiting"),
            models.Index(fields=["run", "conversation"], name="replay_by_conversation"),
        ]

    def __str__(self) -> str:
        return f"turno reproduzido {str(self.pk)[-6:]}"


class BulkRun(models.Model):
    """Long work over many rows, done by a worker piece by piece (`seleto/backoffice/runs.py`).

    ``keys`` are what it works on, as texts, in order; ``position`` is how many are behind it. ``refused`` counts what
    could not be done, by reason in Portuguese; ``result`` holds what the kind of work leaves behind.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "em andamento"
        DONE = "done", "concluída"
        CANCELLED = "cancelled", "cancelada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("tipo", max_length=40)
    title = models.CharField("o que faz", max_length=160)
    keys = models.JSONField("linhas", default=list, editable=False)
    params = models.JSONField("opções", default=dict, editable=False)
    dry_run = models.BooleanField("ensaio, sem mudar nada", default=False)
    total = models.PositiveIntegerField("linhas ao todo")
    position = models.PositiveIntegerField("já vistas", default=0)
    done = models.PositiveIntegerField("feitas", default=0)
    refused = models.JSONField("sem mudança", default=dict)
    result = models.JSONField("resultado", default=dict, editable=False)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.RUNNING)
    actor = models.CharField("quem, na auditoria", max_length=80, editable=False)
    requested_by = models.CharField("pedida por", max_length=150)
    requested_at = models.DateTimeField("pedida em")
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)
    # Claims since the last piece that was finished; a piece that ends its worker again and again is passed over.
    attempts = models.PositiveSmallIntegerField("tentativas", default=0, editable=False)
    lease_token = models.UUIDField(default=new_id, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "ação em massa"
        verbose_name_plural = "ações em massa"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["running", "done", "cancelled"]), name="bulk_run_status"),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | (~Q(status="running") & Q(finished_at__isnull=False)),
                name="bulk_run_finished_when_not_running",
            ),
            models.CheckConstraint(condition=Q(position__lte=models.F("total")), name="bulk_run_within_total"),
        ]
        indexes = [models.Index(fields=["requested_at"], condition=Q(status="running"), name="bulk_run_due")]

    def __str__(self) -> str:
        return f"ação em massa {str(self.pk)[-6:]}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return 100 * self.position // self.total if self.total else 100


class HitReview(models.Model):
    """What a person says of a draft that was stopped: rightly, or not."""

    hit = models.OneToOneField(
        GuardrailHit, models.CASCADE, related_name="review", verbose_name="rascunho barrado", primary_key=True
    )
    right = models.BooleanField("bloqueio certo")
    by = models.CharField("avaliado por", max_length=80)
    at = models.DateTimeField("avaliado em")

    class Meta:
        verbose_name = "avaliação de bloqueio"
        verbose_name_plural = "avaliações de bloqueios"
        default_permissions = ()

    def __str__(self) -> str:
        return f"avaliação de {self.hit_id}"


class ExportRun(models.Model):
    """A list of leads, empresas or orçamentos being written as a spreadsheet, for the person who asked for it.

    ``keys`` are the rows as they were listed then. The file is removed at ``remove_at``.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "em preparo"
        DONE = "done", "pronta"
        FAILED = "failed", "falhou"
        REMOVED = "removed", "arquivo removido"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="de quem")
    kind = models.CharField("lista", max_length=12)
    form = models.CharField("formato", max_length=4)
    keys = models.JSONField("linhas", default=list)
    total = models.PositiveIntegerField("linhas ao todo")
    done = models.PositiveIntegerField("linhas prontas", default=0)
    status = models.CharField("situação", max_length=8, choices=Status, default=Status.RUNNING)
    content = models.BinaryField("arquivo", null=True)
    requested_at = models.DateTimeField("pedida em")
    remove_at = models.DateTimeField("arquivo guardado até")
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    lease_token = models.UUIDField("reserva", default=new_id, editable=False)
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)

    class Meta:
        verbose_name = "exportação"
        verbose_name_plural = "exportações"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["lead", "empresa", "orcamento"]), name="export_kind_known"),
            models.CheckConstraint(condition=Q(form__in=["csv", "xlsx"]), name="export_form_known"),
            models.CheckConstraint(
                condition=Q(status__in=["running", "done", "failed", "removed"]), name="export_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="done", content__isnull=False) | (~Q(status="done") & Q(content=None)),
                name="export_file_while_done",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at"], condition=Q(status="running"), name="export_running"),
            models.Index(fields=["remove_at"], condition=Q(status="done"), name="export_to_remove"),
        ]

    def __str__(self) -> str:
        return f"exportação {str(self.pk)[-6:]}"


class SetupCheck(models.Model):
    """What the last test of one part of the configuration found: (level, sentence) pairs, without any secret."""

    name = models.CharField("parte", max_length=20, primary_key=True)
    findings = models.JSONField("achados", default=list)
    checked_at = models.DateTimeField("testada em")

    class Meta:
        verbose_name = "teste da configuração"
        verbose_name_plural = "testes da configuração"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """Filters of the conversations' list under a name: one person's own, or for everybody (``shared``).

    The words searched for are left out: they tend to be a name or a telephone, which would outlive the lead here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("nome", max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="de quem")
    shared = models.BooleanField("para todos", default=False)
    # As the list's address has it, without the page.
    query = models.CharField("filtros", max_length=1000)
    created_at = models.DateTimeField("criada em")

    class Meta:
        verbose_name = "visão salva"
        verbose_name_plural = "visões salvas"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class PendingChange(models.Model):
    """A request that would change what leads are told, kept until a second person decides (``four_eyes``).

    ``changes`` is what it would change (``picture.differences``); ``posted`` and ``uploads`` are what was sent to
    ``path``, emptied once it is decided.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "espera aprovação"
        APPROVED = "approved", "aprovada"
        DECLINED = "declined", "recusada"
        WITHDRAWN = "withdrawn", "o autor desistiu"
        STALE = "stale", "não se aplica mais"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField("mudança", max_length=200)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.WAITING)
    changes = models.JSONField("o que muda")
    path = models.CharField("página", max_length=1000)
    query = models.CharField("filtros", max_length=2000, blank=True)
    posted = models.JSONField("formulário", default=dict)
    uploads = models.JSONField("arquivos", default=list)
    digest = models.CharField("resumo", max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="autor"
    )
    author_name = models.CharField("pedida por", max_length=150)
    asked_at = models.DateTimeField("pedida em")
    decided_by = models.CharField("decidida por", max_length=150, blank=True)
    decided_at = models.DateTimeField("decidida em", null=True, blank=True)
    reason = models.CharField("motivo", max_length=500, blank=True)

    class Meta:
        verbose_name = "mudança para aprovar"
        verbose_name_plural = "mudanças para aprovar"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=Q(status="waiting"), name="pending_change_once"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "approved", "declined", "withdrawn", "stale"]),
                name="pending_change_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at=None) | (~Q(status="waiting") & Q(decided_at__isnull=False)),
                name="pending_change_decided_when",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(status="waiting"), name="pending_change_waiting")]

    def __str__(self) -> str:
        return self.title
