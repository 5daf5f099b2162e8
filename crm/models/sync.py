"""What is due, what stands where, what was asked, and where the two systems disagree."""

from django.db import models
from django.db.models import Q

from leads.models import Lead
from seleto.lib.ids import new_id


class CrmSync(models.Model):
    """One lead to bring up to date in the CRM. The row stays; ``due_at`` says when there is something to do.

    One row per lead keeps the order of what happens to a lead without a lock on anybody else.
    """

    class Status(models.TextChoices):
        READY = "ready", "em dia ou na fila"
        PARKED = "parked", "parada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.OneToOneField(Lead, models.CASCADE, related_name="crm_sync", verbose_name="lead")
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.READY)
    reason = models.CharField("motivo", max_length=160, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("a partir de", null=True, blank=True)
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    # Whoever lost the row creates nothing any more: every create asks for this token first.
    lease_token = models.UUIDField("reserva", null=True, blank=True, editable=False)
    synced_at = models.DateTimeField("última sincronização", null=True, blank=True)
    # Fields that the CRM refused, with its message: {"empresa.cnpj": "…"}. The rest is synced.
    refused = models.JSONField("campos recusados", default=dict, blank=True)
    parked_at = models.DateTimeField("parada em", null=True, blank=True)
    # When the reconciliation last compared this lead; the longest ago comes first.
    checked_at = models.DateTimeField("conferida em", null=True, blank=True)

    class Meta:
        verbose_name = "sincronização com o CRM"
        verbose_name_plural = "sincronizações com o CRM"
        permissions = [("operate_crm", "Pode operar a fila e as divergências do CRM")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["ready", "parked"]), name="crm_sync_status_known"),
            models.CheckConstraint(condition=~Q(status="parked", reason=""), name="crm_sync_parked_with_reason"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False, status="ready"), name="crm_sync_due"),
            models.Index(fields=["leased_until"], condition=Q(leased_until__isnull=False), name="crm_sync_leased"),
            models.Index(fields=["checked_at"], name="crm_sync_checked"),
        ]

    def __str__(self) -> str:
        return f"sincronização de {self.lead_id}"


class CrmLink(models.Model):
    """One of our rows in the CRM. Made before the remote record is, so that a lost answer leaves ``unsure`` behind.

    ``local_id`` is the UUID of an Empresa, a Lead (pessoa) or an Orcamento (oportunidade, nota, atividade).
    """

    class Kind(models.TextChoices):
        COMPANY = "empresa", "empresa"
        PERSON = "pessoa", "pessoa"
        DEAL = "oportunidade", "oportunidade"
        NOTE = "nota", "nota"
        ACTIVITY = "atividade", "atividade"

    kind = models.CharField("tipo", max_length=12, choices=Kind)
    local_id = models.UUIDField("nosso registro")
    remote_id = models.CharField("id no CRM", max_length=40, blank=True)
    # What we last wrote: only what differs is written again, and what differs there was changed by a person.
    written = models.JSONField("último estado escrito", default=dict, blank=True, editable=False)
    digest = models.CharField("resumo do texto", max_length=64, blank=True, editable=False)
    # A create whose answer was lost: looked up before it is repeated (I9).
    unsure = models.BooleanField("conferir antes de criar", default=False)
    # What the CRM was told as our key when it was created; it outlives a merge of leads.
    code = models.CharField("nosso código no CRM", max_length=60, blank=True, editable=False)
    # Codes of leads that became this one under which a record may stand there that nobody has seen.
    strays = models.JSONField("códigos a conferir", default=list, blank=True, editable=False)
    # Fields they refused: {"cnpj": [digest of the value, their message]}; offered again when the value changes.
    refused = models.JSONField("campos recusados", default=dict, blank=True, editable=False)
    # Of a company only, which several leads may be about to write.
    leased_until = models.DateTimeField("reservado até", null=True, blank=True)
    lease_token = models.UUIDField("reserva", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("criado em")

    class Meta:
        verbose_name = "registro no CRM"
        verbose_name_plural = "registros no CRM"
        constraints = [
            models.UniqueConstraint(fields=["kind", "local_id"], name="crm_link_once"),
            models.UniqueConstraint(
                fields=["kind", "remote_id"],
                condition=Q(kind__in=["pessoa", "oportunidade"]) & ~Q(remote_id=""),
                name="crm_link_per_remote",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["empresa", "pessoa", "oportunidade", "nota", "atividade"]),
                name="crm_link_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.remote_id or 'por criar'}"


class CrmCall(models.Model):
    """One request to the CRM about a lead, redacted (I11); kept for 90 days (`domain.md`, "LGPD")."""

    lead_id = models.UUIDField("lead", null=True, blank=True, db_index=True)
    at = models.DateTimeField("quando")
    method = models.CharField("método", max_length=6)
    endpoint = models.CharField("chamada", max_length=60)
    status = models.PositiveSmallIntegerField("resposta", null=True, blank=True)
    outcome = models.CharField("resultado", max_length=60)
    duration_ms = models.PositiveIntegerField("duração (ms)")
    request = models.JSONField("pedido", default=dict, blank=True)
    answer = models.JSONField("conteúdo da resposta", default=dict, blank=True)

    class Meta:
        verbose_name = "chamada ao CRM"
        verbose_name_plural = "chamadas ao CRM"
        indexes = [models.Index(fields=["at"], name="crm_call_at")]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}: {self.outcome}"


class CityLink(models.Model):
    """A city of ours (IBGE code) in the CRM's own table."""

    ibge_code = models.CharField("código do IBGE", max_length=7, primary_key=True)
    remote_id = models.CharField("id no CRM", max_length=20, blank=True)
    checked_at = models.DateTimeField("conferida em")
    manual = models.BooleanField(
        "corrigida por uma pessoa", default=False, help_text="Nenhuma leitura das cidades do CRM muda o que está aqui."
    )

    class Meta:
        verbose_name = "cidade no CRM"
        verbose_name_plural = "cidades no CRM"

    def __str__(self) -> str:
        return f"{self.ibge_code}: {self.remote_id or 'não encontrada'}"


class Drift(models.Model):
    """Chat, database and CRM disagree about a row; ``repair`` is what we propose, done when a person says so."""

    class Repair(models.TextChoices):
        SYNC = "sincronizar", "escrever de novo no CRM"
        RELINK = "religar", "ligar ao registro encontrado"
        FORGET = "esquecer", "esquecer o registro que não existe mais"
        CLOSE = "encerrar", "encerrar o orçamento"
        NONE = "", "só uma pessoa pode resolver"

    class Closed(models.TextChoices):
        """How a disagreement ended; what a person ignored is not told again while it stays as it is."""

        VANISHED = "sumiu", "não se vê mais"
        REPAIRED = "reparada", "reparada"
        IGNORED = "ignorada", "é assim mesmo"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("divergência", max_length=40)
    local_kind = models.CharField("nosso registro", max_length=12)
    local_id = models.UUIDField("id")
    lead_id = models.UUIDField("lead", null=True, blank=True)
    remote_id = models.CharField("id no CRM", max_length=40, blank=True)
    evidence = models.JSONField("o que se viu", default=dict)
    repair = models.CharField("reparo proposto", max_length=12, choices=Repair, blank=True)
    found_at = models.DateTimeField("vista em")
    seen_at = models.DateTimeField("vista por último em")
    closed_at = models.DateTimeField("resolvida em", null=True, blank=True)
    closed_by = models.CharField("resolvida por", max_length=80, blank=True)
    closed_as = models.CharField("desfecho", max_length=12, choices=Closed, blank=True)

    class Meta:
        verbose_name = "divergência com o CRM"
        verbose_name_plural = "divergências com o CRM"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "local_kind", "local_id", "remote_id"],
                condition=Q(closed_at=None),
                name="crm_drift_one_open",
            ),
            models.CheckConstraint(
                condition=Q(repair__in=["", "sincronizar", "religar", "esquecer", "encerrar"]),
                name="crm_drift_repair_known",
            ),
            models.CheckConstraint(
                condition=Q(closed_as__in=["", "sumiu", "reparada", "ignorada"]), name="crm_drift_end_known"
            ),
        ]
        indexes = [models.Index(fields=["local_id"], name="crm_drift_local")]

    def __str__(self) -> str:
        return f"{self.kind} em {self.local_kind} {str(self.local_id)[-6:]}"


class Reconciliation(models.Model):
    """One comparison of what we know with what the CRM holds; a night's is worked in slices until it is done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField("noite de", null=True, blank=True, unique=True, help_text="Vazio: pedida por comando.")
    started_at = models.DateTimeField("iniciada em")
    leased_until = models.DateTimeField("reservada até", null=True, blank=True)
    resume_at = models.DateTimeField("continua em", null=True, blank=True)
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)
    leads = models.PositiveIntegerField("leads conferidos", default=0)
    requests = models.PositiveIntegerField("chamadas ao CRM", default=0)
    found = models.PositiveIntegerField("divergências novas", default=0)
    gone = models.PositiveIntegerField("divergências que sumiram", default=0)
    # Why it ended before every lead was compared, as a code; "" when all were.
    ended = models.CharField("por que parou antes", max_length=60, blank=True)

    class Meta:
        verbose_name = "conferência com o CRM"
        verbose_name_plural = "conferências com o CRM"

    def __str__(self) -> str:
        return f"conferência de {self.started_at:%d/%m/%Y}"
