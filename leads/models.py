"""Who the person is and what we were told. References to rows of apps above are values, never foreign keys."""

from django.db import models
from django.db.models import Q

from seleto.lib import fulltext
from seleto.lib.ids import new_id


class Temperature(models.TextChoices):
    """The classes of `domain.md`, "Temperature and score"."""

    HOT = "quente", "quente"
    WARM = "morno", "morno"
    COLD = "frio", "frio"
    UNCLASSIFIED = "nao_classificado", "não classificado"


class Empresa(models.Model):
    """The lead's company."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    nome = models.CharField("nome", max_length=160, blank=True)
    cnpj = models.CharField("CNPJ", max_length=14, null=True, blank=True, unique=True)
    cidade = models.CharField("cidade", max_length=80, blank=True)
    uf = models.CharField("UF", max_length=2, blank=True)
    site = models.URLField("site", blank=True)
    email = models.EmailField("e-mail", blank=True)
    telefone = models.CharField("telefone", max_length=20, blank=True)
    created_at = models.DateTimeField("criada em")

    class Meta:
        verbose_name = "empresa"
        verbose_name_plural = "empresas"
        constraints = [
            models.CheckConstraint(
                condition=Q(cnpj=None) | Q(cnpj__regex=r"^[0-9A-Z]{12}[0-9]{2}$"),
                name="empresa_cnpj_14_characters",
            ),
        ]

    def __str__(self) -> str:
        return f"empresa {str(self.id)[-6:]}"


class Lead(models.Model):
    """One person who wrote to us, however many numbers or private ids WhatsApp shows for them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField("criado em")
    origin = models.CharField("origem", max_length=40, blank=True)
    referral = models.JSONField("anúncio de origem", default=dict, blank=True)
    temperature = models.CharField(
        "temperatura",
        max_length=20,
        choices=Temperature,
        default=Temperature.UNCLASSIFIED,
    )
    corrected_at = models.DateTimeField(
        "temperatura corrigida em",
        null=True,
        blank=True,
        help_text="Preenchido enquanto vale a classe definida por uma pessoa.",
    )
    opted_out_at = models.DateTimeField("pediu para não receber mensagens em", null=True, blank=True)
    anonymised_at = models.DateTimeField("anonimizado em", null=True, blank=True, editable=False)
    empresa = models.ForeignKey(
        Empresa,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name="empresa",
    )

    class Meta:
        verbose_name = "lead"
        verbose_name_plural = "leads"
        permissions = [
            ("export_lead", "Pode exportar leads"),
            ("merge_lead", "Pode unir leads repetidos"),
            ("anonymise_lead", "Pode anonimizar leads"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature__in=Temperature.values),
                name="lead_temperature_known",
            ),
        ]

    def __str__(self) -> str:
        return f"lead {str(self.id)[-6:]}"


class Identity(models.Model):
    """A key under which a lead reaches us. A phone is stored in canonical form, so both spellings meet in one row."""

    class Kind(models.TextChoices):
        PHONE = "phone", "telefone"
        LID = "lid", "LID do WhatsApp"
        BSUID = "bsuid", "BSUID do WhatsApp"
        CHATWOOT = "chatwoot", "contato do Chatwoot"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="identities", verbose_name="lead")
    kind = models.CharField("tipo", max_length=10, choices=Kind)
    value = models.CharField("valor", max_length=160)
    display_name = models.CharField(
        "nome exibido no WhatsApp",
        max_length=120,
        blank=True,
        help_text="Nome do perfil; não é um fato sobre o lead.",
    )

    class Meta:
        verbose_name = "identidade"
        verbose_name_plural = "identidades"
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="identity_one_lead_per_key"),
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "lid", "bsuid", "chatwoot"]),
                name="identity_kind_known",
            ),
        ]
        indexes = [fulltext.index("display_name", name="identity_words")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.lead_id}"


class NotDuplicate(models.Model):
    """Two leads that look alike and are two people, as somebody said who compared them; ``first`` has the lower id."""

    first = models.ForeignKey(Lead, models.CASCADE, related_name="+", verbose_name="lead")
    second = models.ForeignKey(Lead, models.CASCADE, related_name="+", verbose_name="outro lead")
    by = models.CharField("quem comparou", max_length=80)
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "leads que não são a mesma pessoa"
        verbose_name_plural = "leads que não são a mesma pessoa"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} não é {self.second_id}"


class Orcamento(models.Model):
    """One need of a lead; in the CRM, one open deal."""

    class Status(models.TextChoices):
        OPEN = "aberto", "aberto"
        CLOSED = "encerrado", "encerrado"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="orcamentos", verbose_name="lead")
    empresa = models.ForeignKey(
        Empresa,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orcamentos",
        verbose_name="empresa",
    )
    status = models.CharField("situação", max_length=10, choices=Status, default=Status.OPEN)
    produto = models.CharField("produto", max_length=20, blank=True)
    segmento = models.CharField("segmento", max_length=30, blank=True)
    urgencia = models.CharField("urgência da compra", max_length=10, blank=True)
    volume = models.CharField("volume", max_length=60, blank=True)
    volume_diario = models.PositiveIntegerField("volume por dia", null=True, blank=True)
    necessidade = models.CharField(
        "necessidade", max_length=30, blank=True, help_text="O trabalho a fazer: corte, mistura …"
    )
    resumo = models.TextField("resumo", blank=True)
    oportunidade_pipe_id = models.BigIntegerField("id da oportunidade no CRM", null=True, blank=True)
    created_at = models.DateTimeField("criado em")
    closed_at = models.DateTimeField("encerrado em", null=True, blank=True)

    class Meta:
        verbose_name = "orçamento"
        verbose_name_plural = "orçamentos"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["aberto", "encerrado"]),
                name="orcamento_status_known",
            ),
            models.UniqueConstraint(
                fields=["lead", "necessidade"],
                condition=Q(status="aberto"),
                name="orcamento_one_open_per_need",
            ),
            models.UniqueConstraint(
                fields=["oportunidade_pipe_id"],
                condition=Q(oportunidade_pipe_id__isnull=False),
                name="orcamento_one_per_deal",
            ),
        ]

    def __str__(self) -> str:
        return f"orçamento {str(self.id)[-6:]}"


class Interest(models.Model):
    """A lead who wants what cannot be had at the moment, to be told when it can (domain.md, "Commercial rules")."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="interests", verbose_name="lead")
    produto = models.CharField("produto", max_length=20)
    quote = models.CharField("citação", max_length=500, blank=True)
    source_id = models.UUIDField("mensagem", null=True, blank=True)
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "interesse registrado"
        verbose_name_plural = "interesses registrados"
        constraints = [
            models.UniqueConstraint(fields=["lead", "produto"], name="interest_once_per_product"),
        ]

    def __str__(self) -> str:
        return f"{self.produto} para {self.lead_id}"


class Fact(models.Model):
    """One thing we know about a lead and how we know it (I7). Old values stay, superseded."""

    class Field(models.TextChoices):
        NOME = "nome", "nome"
        EMPRESA = "empresa", "empresa"
        CIDADE = "cidade", "cidade"
        UF = "uf", "UF"
        PRODUTO = "produto", "produto de interesse"
        VOLUME = "volume", "volume"
        URGENCIA = "urgencia", "urgência"
        CNPJ = "cnpj", "CNPJ"
        EMAIL = "email", "e-mail"
        TELEFONE = "telefone", "telefone informado"
        CONHECE = "conhece_seleto", "já conhece a Seleto"
        SEGMENTO = "segmento", "segmento"
        NEGOCIO = "negocio", "tem negócio"
        INTENCAO = "intencao", "intenção"
        VISITA = "visita", "quer visita ou demonstração"
        DECISOR = "decisor", "é quem decide"
        CRESCIMENTO = "crescimento", "está crescendo"

    class Evidence(models.TextChoices):
        SAID = "said", "dito pelo lead"
        CONFIRMED = "confirmed", "confirmado pelo lead"
        DERIVED = "derived", "deduzido por regra"
        GIVEN = "given", "informado por pessoa ou CRM"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="facts", verbose_name="lead")
    field = models.CharField("campo", max_length=20, choices=Field)
    value = models.CharField("valor", max_length=200)
    evidence = models.CharField("evidência", max_length=10, choices=Evidence)
    quote = models.CharField("citação", max_length=500, blank=True)
    source_kind = models.CharField("fonte", max_length=20, help_text="mensagem, fato, usuário ou crm")
    source_id = models.UUIDField("id da fonte", null=True, blank=True)
    start = models.PositiveIntegerField("início da citação", null=True, blank=True)
    end = models.PositiveIntegerField("fim da citação", null=True, blank=True)
    rule = models.CharField("regra", max_length=60, blank=True)
    given_by = models.CharField("informado por", max_length=80, blank=True)
    created_at = models.DateTimeField("registrado em")
    superseded_at = models.DateTimeField("substituído em", null=True, blank=True)

    class Meta:
        verbose_name = "fato"
        verbose_name_plural = "fatos"
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "field"],
                condition=Q(superseded_at=None),
                name="fact_one_current_per_field",
            ),
            models.CheckConstraint(
                condition=(Q(evidence__in=["said", "confirmed"]) & ~Q(quote="") & Q(source_id__isnull=False))
                | (Q(evidence="derived") & ~Q(rule="") & Q(source_id__isnull=False))
                | (Q(evidence="given") & ~Q(given_by="")),
                name="fact_has_evidence",
            ),
        ]
        indexes = [fulltext.index("value", name="fact_words")]

    def __str__(self) -> str:
        return f"{self.get_field_display()} de {self.lead_id}"


class Classification(models.Model):
    """One temperature, computed or set by a person: the score, its parts, the reasons in words, the facts they came
    from and what would raise it. `engagement` holds the counts it was computed with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="classifications", verbose_name="lead")
    temperature = models.CharField("temperatura", max_length=20, choices=Temperature)
    score = models.PositiveSmallIntegerField("pontuação")
    parts = models.JSONField("partes", default=dict)
    reasons = models.JSONField("motivos", default=list)
    would_raise = models.JSONField("o que aumentaria", default=list)
    fact_ids = models.JSONField("fatos", default=list)
    engagement = models.JSONField("participação", default=dict)
    corrected_by = models.CharField("corrigida por", max_length=80, blank=True)
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "classificação"
        verbose_name_plural = "classificações"
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="classification_score_0_100"),
            models.CheckConstraint(
                condition=Q(temperature__in=Temperature.values),
                name="classification_temperature_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.temperature} ({self.score})"


class Consent(models.Model):
    """The lead's word about proactive messages; the newest counts."""

    class Kind(models.TextChoices):
        OPT_OUT = "opt_out", "não quer mensagens"
        OPT_IN = "opt_in", "aceita mensagens"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="consents", verbose_name="lead")
    kind = models.CharField("decisão", max_length=10, choices=Kind)
    quote = models.CharField("citação", max_length=500)
    source_id = models.UUIDField("mensagem")
    at = models.DateTimeField("quando")

    class Meta:
        verbose_name = "consentimento"
        verbose_name_plural = "consentimentos"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["opt_out", "opt_in"]), name="consent_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.lead_id}"


# The rights of the person behind a lead stand in a module of their own; they are models of this app all the same.
from leads.subject_models import ErasureStep as ErasureStep  # noqa: E402
from leads.subject_models import RetentionRun as RetentionRun  # noqa: E402
from leads.subject_models import SubjectExport as SubjectExport  # noqa: E402
from leads.subject_models import SubjectRequest as SubjectRequest  # noqa: E402
from leads.subject_models import SuppressedIdentity as SuppressedIdentity  # noqa: E402
