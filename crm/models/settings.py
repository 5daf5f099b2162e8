"""How leads are written to the CRM: what a manager decides, with the figures of `domain.md`, "CRM" as beginning."""

from django.db import models
from django.db.models import Q


class CrmSettings(models.Model):
    """One row. Ids are the CRM's own; the page offers the account's real lists to choose from."""

    class DealFor(models.TextChoices):
        """When a lead that is not hot gets a deal."""

        QUALIFIED = "qualificado", "quando estiver qualificado"
        NEVER = "nunca", "nunca"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    active = models.BooleanField("sincronizar com o CRM", default=True)
    pipeline_id = models.CharField("funil", max_length=20, default="100848")
    stage_new_id = models.CharField("etapa do lead novo", max_length=20, default="647558")
    stage_qualified_id = models.CharField(
        "etapa do lead qualificado",
        max_length=20,
        blank=True,
        help_text="Para onde vai o lead quente. Sem ela, a oportunidade fica na etapa do lead novo.",
    )
    owner_id = models.CharField("responsável", max_length=20, blank=True, help_text="Vazio: o CRM decide.")
    default_origin_id = models.CharField("origem quando nenhuma regra serve", max_length=20, default="556735")
    title_template = models.CharField(
        "título da oportunidade",
        max_length=160,
        default="Lead — {produto} — {cidade}/{uf}",
        help_text="Aceita {nome}, {empresa}, {produto}, {cidade} e {uf}.",
    )
    warm_deal = models.CharField("oportunidade do lead morno", max_length=12, choices=DealFor, default="qualificado")
    silence_min = models.PositiveSmallIntegerField(
        "minutos de silêncio",
        default=30,
        help_text="Depois deles, nome e produto bastam para a oportunidade de um lead morno.",
    )
    cold_person = models.BooleanField("registrar pessoa e empresa do lead frio", default=False)
    cold_deal = models.BooleanField("criar oportunidade do lead frio", default=False)
    unclassified_person = models.BooleanField("registrar pessoa do lead não classificado", default=False)
    follow_up = models.BooleanField("criar atividade de retorno para o lead morno", default=True)
    follow_up_type_id = models.CharField("tipo da atividade", max_length=20, blank=True)
    follow_up_business_hours = models.PositiveSmallIntegerField("retorno em quantas horas úteis", default=9)
    # The account's own lists as they were read last, so that the page names ids while the CRM is down:
    # {"pipelines": [[id, name, id of the pipeline a stage belongs to], …], "stages": …}.
    account = models.JSONField("listas da conta", default=dict, blank=True, editable=False)
    account_at = models.DateTimeField("listas lidas em", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "configuração do CRM"
        verbose_name_plural = "configuração do CRM"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="crm_settings_single_row"),
            models.CheckConstraint(condition=Q(warm_deal__in=["qualificado", "nunca"]), name="crm_warm_deal_known"),
        ]

    def __str__(self) -> str:
        return "configuração do CRM"


class CrmOrigin(models.Model):
    """The CRM's origin for leads of a channel or campaign; the most telling rule wins (campaign, origin, channel)."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", "anúncio ou campanha contém"
        ORIGIN = "origin", "origem do lead"
        CHANNEL = "channel", "canal"

    kind = models.CharField("regra", max_length=10, choices=Kind)
    value = models.CharField("valor", max_length=80)
    origin_id = models.CharField("origem no CRM", max_length=20)

    class Meta:
        verbose_name = "origem no CRM"
        verbose_name_plural = "origens no CRM"
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="crm_origin_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["campaign", "origin", "channel"]), name="crm_origin_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"
