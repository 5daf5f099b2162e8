"""What a person may ask of us about their data, what came of it, and what outlives them (LGPD art. 18 to 20)."""

from django.db import models
from django.db.models import Q

from seleto.lib.ids import new_id


class SubjectRequest(models.Model):
    """A data subject's request; answered within 15 days (art. 19), and only to whoever proved to be the person."""

    class Kind(models.TextChoices):
        ACCESS = "access", "acesso"
        CORRECTION = "correction", "correção"
        ERASURE = "erasure", "eliminação"
        PORTABILITY = "portability", "portabilidade"
        REVIEW = "review", "revisão da classificação automática"
        OPPOSITION = "opposition", "oposição ao contato"

    class Status(models.TextChoices):
        OPEN = "open", "aberta"
        DONE = "done", "atendida"
        REFUSED = "refused", "recusada"

    class Source(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        ADMIN = "admin", "cadastrado pelo encarregado"
        API = "api", "API"
        COMMAND = "command", "linha de comando"

    class Proof(models.TextChoices):
        CODE = "code", "código enviado à conversa do WhatsApp"
        DOCUMENTS = "documents", "documentos conferidos pelo encarregado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(
        "leads.Lead",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="subject_requests",
        verbose_name="lead",
    )
    kind = models.CharField("pedido", max_length=12, choices=Kind)
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.OPEN)
    source = models.CharField("por onde veio", max_length=10, choices=Source, default=Source.ADMIN, db_default="admin")
    opened_at = models.DateTimeField("aberto em")
    due_at = models.DateTimeField("prazo")
    remind_at = models.DateTimeField("próximo lembrete", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("encerrado em", null=True, blank=True)
    note = models.TextField("observação", blank=True, help_text="Sem dados pessoais: o registro fica por cinco anos.")
    outcome = models.TextField(
        "o que se fez",
        blank=True,
        help_text="Como foi atendido, ou por que foi recusado. Sem dados pessoais.",
        db_default="",
    )
    closed_by = models.CharField("encerrado por", max_length=80, blank=True, db_default="")
    # The proof of identity: how, by whom, when. Nothing is handed out, changed or erased before.
    verified_at = models.DateTimeField("identidade confirmada em", null=True, blank=True)
    verified_how = models.CharField("como se confirmou", max_length=10, choices=Proof, blank=True, db_default="")
    verified_by = models.CharField("quem confirmou", max_length=80, blank=True, db_default="")
    code_digest = models.CharField(max_length=64, blank=True, editable=False, db_default="")
    code_until = models.DateTimeField("código vale até", null=True, blank=True, editable=False)
    code_tries = models.PositiveSmallIntegerField("tentativas do código", default=0, editable=False, db_default=0)

    class Meta:
        verbose_name = "pedido de titular"
        verbose_name_plural = "pedidos de titulares"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["access", "correction", "erasure", "portability", "review", "opposition"]),
                name="subject_request_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "done", "refused"]),
                name="subject_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="subject_request_closed_when_done",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_how="")
                | (Q(verified_at__isnull=False) & Q(verified_how__in=["code", "documents"]) & ~Q(verified_by="")),
                name="subject_request_proof_told",
            ),
        ]

    def __str__(self) -> str:
        return f"pedido de {self.get_kind_display()}"


class SubjectExport(models.Model):
    """Everything we hold of a person, as a zip for whoever answers them; removed at ``remove_at``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(
        SubjectRequest, models.CASCADE, related_name="exports", verbose_name="pedido de titular"
    )
    lead_id = models.UUIDField("id do lead")
    content = models.BinaryField("arquivo", null=True)
    size = models.PositiveBigIntegerField("tamanho", default=0)
    made_by = models.CharField("preparado por", max_length=80)
    made_at = models.DateTimeField("preparado em")
    remove_at = models.DateTimeField("guardado até")

    class Meta:
        verbose_name = "cópia para o titular"
        verbose_name_plural = "cópias para titulares"
        default_permissions = ()
        indexes = [models.Index(fields=["remove_at"], name="subject_export_to_remove")]

    def __str__(self) -> str:
        return f"cópia {str(self.pk)[-6:]}"


class ErasureStep(models.Model):
    """One store of a person's data in the receipt of their erasure: what was done there, or what stands in the way.

    ``reference`` is the other system's id while there is something left to do there, and empty after.
    """

    class Status(models.TextChoices):
        DONE = "done", "apagado"
        PENDING = "pending", "na fila"
        UNAVAILABLE = "unavailable", "sistema fora do ar; tenta de novo"
        AMBIGUOUS = "ambiguous", "sem resposta; confere e tenta de novo"
        REJECTED = "rejected", "recusado; precisa de uma pessoa"
        BY_HAND = "by_hand", "precisa ser apagado à mão"
        NO_API = "no_api", "não há como apagar de fora"
        EXPIRES = "expires", "some sozinho na data"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead_id = models.UUIDField("id do lead", db_index=True)
    store = models.CharField("onde, como palavra", max_length=40)
    label = models.CharField("onde", max_length=160)
    reference = models.CharField("id no outro sistema", max_length=120, blank=True)
    status = models.CharField("situação", max_length=12, choices=Status)
    rows = models.PositiveIntegerField("linhas", default=0)
    reason = models.CharField("motivo", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    created_at = models.DateTimeField("criado em")
    due_at = models.DateTimeField("próxima tentativa", null=True, blank=True)
    until = models.DateField("some até", null=True, blank=True)
    finished_at = models.DateTimeField("concluído em", null=True, blank=True)
    finished_by = models.CharField("concluído por", max_length=80, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "passo da eliminação"
        verbose_name_plural = "passos da eliminação"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "done",
                        "pending",
                        "unavailable",
                        "ambiguous",
                        "rejected",
                        "by_hand",
                        "no_api",
                        "expires",
                    ]
                ),
                name="erasure_step_status_known",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="erasure_step_due")]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_status_display()}"


class SuppressedIdentity(models.Model):
    """Somebody who wanted no messages and is gone: a keyed digest of each address, to know them by and nothing else."""

    digest = models.CharField("resumo", max_length=64, primary_key=True)
    at = models.DateTimeField("desde")

    class Meta:
        verbose_name = "endereço que não quer mensagens"
        verbose_name_plural = "endereços que não querem mensagens"
        default_permissions = ()

    def __str__(self) -> str:
        return "endereço que não quer mensagens"


class RetentionRun(models.Model):
    """One round of what is not kept any longer, and its receipt: how many rows of each kind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField("começou")
    finished_at = models.DateTimeField("terminou", null=True, blank=True)
    counts = models.JSONField("recibo", default=dict)
    by = models.CharField("quem", max_length=80)

    class Meta:
        verbose_name = "rodada de retenção"
        verbose_name_plural = "rodadas de retenção"
        default_permissions = ("view",)
        indexes = [models.Index(fields=["-started_at"], name="retention_newest")]

    def __str__(self) -> str:
        return f"retenção {str(self.pk)[-6:]}"
