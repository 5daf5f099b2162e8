"""How the agent speaks and what it may do: phrases, price policy, prompts, switches, the company."""

import hashlib
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

from knowledge import spoken
from knowledge.models.base import Seeded
from knowledge.models.history import History
from knowledge.models.products import Product
from knowledge.opening import subdivisions
from seleto.lib.ids import new_id

# The only products whose price may ever be told, and only under the cold-lead exception (domain.md, hard rule 2).
PRICE_ELIGIBLE = ("FBM100", "FB300")
PHRASE_MAX_CHARS = 300


class Situation(models.TextChoices):
    SAUDACAO = "saudacao", "saudação"
    RECUSA_PRECO = "recusa_preco", "recusa de preço"
    RECUSA_PAGAMENTO = "recusa_pagamento", "recusa de condição de pagamento"
    RECUSA_DESCONTO = "recusa_desconto", "recusa de desconto"
    RECUSA_PRAZO = "recusa_prazo", "recusa de prazo de entrega"
    RECUSA_FRETE = "recusa_frete", "recusa de frete"
    SEM_RESPOSTA = "sem_resposta", "pergunta sem resposta na base"
    ESPERA = "espera", "espera"
    ERRO_AGENTE = "erro_agente", "falha do agente"
    ENCAMINHAMENTO = "encaminhamento", "encaminhamento ao consultor"
    ENCAMINHAMENTO_FORA_HORARIO = "encaminhamento_fora_horario", "encaminhamento fora do horário"
    FORA_HORARIO_AGUARDE = "fora_horario_aguarde", "aguarda uma pessoa fora do horário"
    SUPORTE = "suporte", "encaminhamento ao suporte"
    PRIVACIDADE = "privacidade", "pedido sobre dados pessoais"
    OPT_OUT = "opt_out", "confirmação de saída"
    ENCERRAMENTO_FRIO = "encerramento_frio", "encerramento cordial"
    INTERESSE_REGISTRADO = "interesse_registrado", "interesse registrado"
    REPETIR_AUDIO = "repetir_audio", "áudio que não deu para ouvir"
    AUDIO_LONGO = "audio_longo", "áudio longo demais"
    ARQUIVO_RECEBIDO = "arquivo_recebido", "arquivo sem legenda"
    LOCALIZACAO_RECEBIDA = "localizacao_recebida", "localização recebida"
    LOCALIZACAO_CIDADE = "localizacao_cidade", "localização com o nome da cidade"
    CONTATO_RECEBIDO = "contato_recebido", "contato recebido"
    CHAMADA_PERDIDA = "chamada_perdida", "chamada perdida"
    ENVIO_CATALOGO = "envio_catalogo", "envio do catálogo"
    ENVIO_FOTO = "envio_foto", "envio da foto de um produto"
    GENERICA = "generica", "resposta neutra"
    LGPD_AVISO = "lgpd_aviso", "aviso de registro da conversa"
    ROBO = "robo", "pergunta se é um robô"
    APRESENTAR_FB300 = "apresentar_fb300", "apresentação da FB300 a quem quer a FBM100"
    ESPETO = "espeto", "linha de espetos indisponível"
    HAMBURGUER_LARGO = "hamburguer_largo", "hambúrguer acima de 14 cm"
    OUTRO_SETOR = "outro_setor", "encaminhamento de fornecedor ou candidato"
    IDIOMA = "idioma", "idioma que o agente não fala"
    MENOR = "menor", "menor de idade"
    ENGANO = "engano", "número errado"
    INSULTO = "insulto", "insulto"


class Phrase(Seeded):
    """An approved sentence; code falls back on these when a draft may not leave."""

    class Language(models.TextChoices):
        PORTUGUESE = "pt", "português"
        ENGLISH = "en", "inglês"
        SPANISH = "es", "espanhol"

    situation = models.CharField("situação", max_length=40, choices=Situation.choices)
    language = models.CharField("idioma", max_length=2, choices=Language.choices, default=Language.PORTUGUESE)
    text = models.TextField("texto", max_length=PHRASE_MAX_CHARS)
    active = models.BooleanField("ativa", default=True)
    seed_key = models.CharField(max_length=60, null=True, blank=True, unique=True, editable=False)
    history = History()

    class Meta:
        verbose_name = "frase aprovada"
        verbose_name_plural = "frases aprovadas"
        constraints = [
            models.CheckConstraint(condition=Q(situation__in=Situation.values), name="phrase_situation_known"),
            models.CheckConstraint(condition=Q(language__in=["pt", "en", "es"]), name="phrase_language_known"),
            models.CheckConstraint(
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), PHRASE_MAX_CHARS)),
                name="phrase_length",
                violation_error_message="A frase tem de 1 a 300 caracteres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.situation} {self.pk or 'nova'}"

    def clean(self) -> None:
        """Refuse what could never leave: an active phrase stands in for a draft that may not, so it has to pass."""
        if self.active and (faults := spoken.faults(self.text)):
            raise ValidationError({"text": faults})


class PricePolicy(models.Model):
    """The one row that says whether a price may ever be told. Default: never (domain.md, hard rule 2)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    cold_lead_exception = models.BooleanField(
        "exceção do lead frio",
        default=False,
        help_text="Ligada, o preço configurado da FBM100 ou da FB300 pode ser dito a um lead frio que pergunta.",
    )
    updated_at = models.DateTimeField("alterado em", auto_now=True)
    history = History()

    class Meta:
        verbose_name = "política de preço"
        verbose_name_plural = "política de preço"
        permissions = [("loosen_rule", "Pode afrouxar regras")]
        constraints = [models.CheckConstraint(condition=Q(id=1), name="price_policy_single")]

    def __str__(self) -> str:
        return "Política de preço"


class ProductPrice(models.Model):
    """A price with its validity; outside it there is no price. Among several valid ones the latest start counts."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", verbose_name="produto")
    amount = models.DecimalField("valor em reais", max_digits=12, decimal_places=2)
    valid_from_date = models.DateField("válido de")
    valid_until_date = models.DateField("válido até", null=True, blank=True)
    history = History()

    class Meta:
        verbose_name = "preço"
        verbose_name_plural = "preços"
        constraints = [
            models.UniqueConstraint(fields=["product", "valid_from_date"], name="price_one_per_start"),
            models.CheckConstraint(
                condition=Q(product__in=PRICE_ELIGIBLE),
                name="price_product_eligible",
                violation_error_message="Só a FBM100 e a FB300 podem ter preço configurado.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="price_positive", violation_error_message="O valor deve ser positivo."
            ),
            models.CheckConstraint(
                condition=Q(valid_until_date__isnull=True) | Q(valid_until_date__gte=models.F("valid_from_date")),
                name="price_validity",
                violation_error_message="A validade termina antes de começar.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} desde {self.valid_from_date}"


class PromptVersion(Seeded):
    """A prompt as XML. A published one is never edited: make a new version and publish that."""

    class Role(models.TextChoices):
        AGENTE = "agente", "agente de atendimento"
        RESUMO = "resumo", "resumo de conversas"
        TEMPERATURA = "temperatura", "explicação da temperatura"
        JUIZ = "juiz", "juiz das avaliações"

    class Status(models.TextChoices):
        DRAFT = "draft", "rascunho"
        PUBLISHED = "published", "publicada"
        RETIRED = "retired", "retirada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField("papel", max_length=20, choices=Role.choices, default=Role.AGENTE)
    version = models.CharField("versão", max_length=40)
    status = models.CharField("estado", max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    text = models.TextField("texto (XML)")
    checksum = models.CharField("soma de verificação", max_length=64, editable=False)
    published_at = models.DateTimeField("publicada em", null=True, blank=True, editable=False)
    # User names; empty for what came from the source files.
    published_by = models.CharField("publicada por", max_length=150, blank=True, default="", editable=False)
    created_at = models.DateTimeField("criada em", db_default=Now(), editable=False)
    created_by = models.CharField("criada por", max_length=150, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "versão do prompt"
        verbose_name_plural = "versões do prompt"
        constraints = [
            models.UniqueConstraint(fields=["role", "version"], name="prompt_version_once"),
            models.UniqueConstraint(
                fields=["role"], condition=Q(status="published"), name="prompt_one_published_per_role"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["agente", "resumo", "temperatura", "juiz"]), name="prompt_role_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="prompt_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="prompt_published_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.version}"

    def clean(self) -> None:
        """Refuse a text the loader of prompts could not use; imported late because it reads no row."""
        from knowledge import prompts

        try:
            prompts.check(self.text, role=self.role, version=self.version)
        except prompts.PromptError as error:
            raise ValidationError({"text": str(error)}) from error

    def save(self, *args: object, **kwargs: object) -> None:
        self.checksum = hashlib.sha256(self.text.encode()).hexdigest()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed through


class Flag(Seeded):
    """A switch in a scope; where several scopes apply, one that is off wins (`knowledge/flags.py`)."""

    class Name(models.TextChoices):
        AGENT_ENABLED = "agent_enabled", "agente responde"
        FOLLOW_UPS = "follow_ups", "retomadas automáticas"
        DESCRIBE_IMAGES = "describe_images", "o modelo descreve as fotos recebidas"
        AUDIO_OUT = "audio_out", "responder em áudio a quem manda áudio"

    name = models.CharField("chave", max_length=40, choices=Name.choices)
    scope = models.CharField(
        "alcance",
        max_length=80,
        default="global",
        help_text="global, channel:apelido-do-canal ou origin:origem; por exemplo channel:principal",
    )
    on = models.BooleanField("ligada")
    note = models.CharField("motivo", max_length=200, blank=True)

    class Meta:
        verbose_name = "chave"
        verbose_name_plural = "chaves"
        permissions = [("change_rollout", "Pode mudar onde e para quem o agente responde")]
        constraints = [
            models.UniqueConstraint(fields=["name", "scope"], name="flag_once_per_scope"),
            models.CheckConstraint(
                condition=Q(name__in=["agent_enabled", "follow_ups", "describe_images", "audio_out"]),
                name="flag_name_known",
            ),
            models.CheckConstraint(
                condition=Q(scope__regex=r"^(global|(channel|origin):[A-Za-z0-9_.-]+)$"),
                name="flag_scope_form",
                violation_error_message="O alcance é global, channel:<canal> ou origin:<origem>.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"


class CompanyProfile(Seeded):
    """The one row about the company; placeholders until the owner fills it in (`is_placeholder`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField("nome", max_length=80)
    site = models.URLField("site")
    catalogue_url = models.URLField("catálogo")
    address = models.CharField("endereço", max_length=200)
    phone = models.CharField("telefone", max_length=40)
    email = models.EmailField("e-mail")
    hours = models.CharField("horário de atendimento", max_length=120)
    time_zone = models.CharField(
        "fuso horário",
        max_length=40,
        default="America/Sao_Paulo",
        db_default="America/Sao_Paulo",
        help_text="Nome do fuso, por exemplo America/Sao_Paulo, America/Manaus ou America/Cuiaba.",
    )
    holidays_of = models.CharField(
        "feriados de",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Sigla do estado cujos feriados valem além dos nacionais, por exemplo SP. Vazio: só os nacionais.",
    )
    history = History()

    class Meta:
        verbose_name = "dados da empresa"
        verbose_name_plural = "dados da empresa"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="company_profile_single")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what the business calendar could not read."""
        wrong = {}
        if self.time_zone not in available_timezones():
            wrong["time_zone"] = "Este fuso horário não existe."
        if self.holidays_of and self.holidays_of not in subdivisions():
            wrong["holidays_of"] = f"Use um destes: {', '.join(subdivisions())}."
        if wrong:
            raise ValidationError(wrong)

    def is_placeholder(self) -> bool:
        """True while site, catalogue or e-mail still point to the reserved `.example` domain."""
        return any(".example" in value for value in (self.site, self.catalogue_url, self.email))
