"""Who the people are and how we know what we know. Facts are never edited: a newer one replaces an older one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from knowledge.admin import AuditedAdmin
from leads import subjects
from leads.display import fact_value
from leads.models import Classification, Consent, Empresa, Fact, Identity, Lead, Orcamento, SubjectRequest
from leads.names import lead_name, with_lead_name
from leads.temperature_admin import TemperaturePages
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin, actor
from seleto.lib.admin_lists import CappedPaginator, QuestionFilter, actor_words, asking, cut, moment, with_actor_name
from seleto.lib.admin_theme import ThemedInline


class ReadOnlyInline(ThemedInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _FactInline(ReadOnlyInline):
    model = Fact
    fields = ["field", "shown", "evidence", "because", "created_at"]
    readonly_fields = ["shown", "because"]
    current: bool

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        rows: QuerySet[Fact] = super().get_queryset(request)
        return rows.filter(superseded_at__isnull=self.current).order_by("field", "-created_at")

    @admin.display(description="valor")
    def shown(self, row: Fact) -> str:
        return fact_value(row.field, row.value)

    @admin.display(description="citação, regra ou quem informou")
    def because(self, row: Fact) -> str:
        return f"“{row.quote}”" if row.quote else row.rule or row.given_by


class CurrentFactInline(_FactInline):
    verbose_name_plural = "fatos que valem hoje"
    current = True


class FormerFactInline(_FactInline):
    verbose_name_plural = "valores anteriores"
    fields = ["field", "shown", "evidence", "because", "created_at", "superseded_at"]
    current = False


class IdentityInline(ReadOnlyInline):
    model = Identity
    fields = ["kind", "value", "display_name"]


def _worded(field: str, words: str = "") -> Callable[[Any, Any], str]:
    """A column of a plain stored value, with its accents; assign it in the admin's class."""

    @admin.display(description=words or field, ordering=field)
    def column(_: Any, row: Any) -> str:
        return fact_value(field, getattr(row, field)) or "–"

    return column


class OrcamentoInline(ReadOnlyInline):
    model = Orcamento
    fields = ["status", "product", "amount", "urgency", "oportunidade_pipe_id", "created_at"]
    readonly_fields = ["product", "amount", "urgency"]
    show_change_link = True
    product, amount, urgency = _worded("produto"), _worded("volume"), _worded("urgencia", "urgência da compra")


class ClassificationInline(ReadOnlyInline):
    model = Classification
    fields = ["at", "temperature", "score", "why"]
    readonly_fields = ["why"]
    ordering = ["-at"]

    @admin.display(description="motivos")
    def why(self, row: Classification) -> str:
        return " ".join(str(reason) for reason in row.reasons)


class ConsentInline(ReadOnlyInline):
    model = Consent
    fields = ["at", "kind", "quote"]
    ordering = ["-at"]


class Named(QuestionFilter):
    title = "já disse o nome?"
    parameter_name = "nome"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(nome__isnull=False)),
        ("nao", "não", lambda rows: rows.filter(nome=None)),
    ]


class OptedOut(QuestionFilter):
    title = "aceita mensagens?"
    parameter_name = "aceita"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(opted_out_at=None)),
        ("nao", "pediu para parar", lambda rows: rows.exclude(opted_out_at=None)),
    ]


def _fact(field: Fact.Field) -> Subquery:
    known = Fact.objects.filter(lead=OuterRef("pk"), field=field, superseded_at=None)
    return Subquery(known.values("value")[:1])


@admin.register(Lead)
class LeadAdmin(TemperaturePages, ReadOnlyAdmin):
    """Telephones stand on the lead's own page only."""

    list_display = ["name", "colour", "score", "company", "city", "produto", "opted_out", "created"]
    opted_out, created = moment("opted_out_at", "pediu para parar"), moment("created_at", "criado")
    list_filter = [
        ("temperature", asking("qual a temperatura?")),
        Named,
        OptedOut,
        ("origin", asking("de onde veio?", admin.AllValuesFieldListFilter)),
    ]
    search_fields = ["facts__value", "identities__display_name", "identities__value", "=id"]
    search_help_text = "nome, empresa, cidade, telefone ou id"
    ordering = ["-created_at"]
    empty_hint = "Nenhum lead ainda. O primeiro nasce quando alguém escrever para um canal ativo."
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    fields = [("temperature", "created_at"), ("origin", "opted_out_at"), "referral"]
    inlines = [
        CurrentFactInline,
        FormerFactInline,
        IdentityInline,
        OrcamentoInline,
        ClassificationInline,
        ConsentInline,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        scores = Classification.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")
        rows: QuerySet[Lead] = super().get_queryset(request)
        return rows.annotate(
            nome=_fact(Fact.Field.NOME),
            lead_name=lead_name("pk"),
            empresa_dita=_fact(Fact.Field.EMPRESA),
            cidade=_fact(Fact.Field.CIDADE),
            uf=_fact(Fact.Field.UF),
            produto_dito=_fact(Fact.Field.PRODUTO),
            last_score=Subquery(scores.values("score")[:1]),
        )

    def page_name(self, row: Any) -> str:
        return self.name(row)

    @admin.display(description="nome", ordering="nome")
    def name(self, row: Any) -> str:
        return cut(row.lead_name, 40)

    @admin.display(description="temperatura", ordering="temperature")
    def colour(self, row: Lead) -> SafeString:
        return format_html('<span class="sl-tag sl-{}">{}</span>', row.temperature, row.get_temperature_display())

    @admin.display(description="pontos", ordering=Coalesce("last_score", -1))
    def score(self, row: Any) -> str:
        return "–" if row.last_score is None else str(row.last_score)

    @admin.display(description="empresa", ordering="empresa_dita")
    def company(self, row: Any) -> str:
        return cut(row.empresa_dita or "–", 40)

    @admin.display(description="cidade/UF", ordering="cidade")
    def city(self, row: Any) -> str:
        return "/".join(part for part in (row.cidade, row.uf) if part) or "–"

    @admin.display(description="produto", ordering="produto_dito")
    def produto(self, row: Any) -> str:
        return fact_value(Fact.Field.PRODUTO, row.produto_dito or "") or "–"


def lead_link(row: Any) -> SafeString:
    """To the lead of a row that bears ``lead_name``."""
    page = reverse("admin:leads_lead_change", args=[row.lead_id])
    return format_html('<a href="{}">{}</a>', page, cut(row.lead_name, 40))


class StillTrue(QuestionFilter):
    title = "vale hoje?"
    parameter_name = "vale"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(superseded_at=None)),
        ("nao", "foi substituído", lambda rows: rows.exclude(superseded_at=None)),
    ]


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ["created", "who", "field", "shown", "evidence", "quote", "superseded"]
    fields = ["who", "field", "shown", "evidence", "quote", "because", "created", "superseded"]
    empty_hint = "Nenhum fato ainda: eles nascem do que os leads dizem, sempre com a citação."
    created, superseded = moment("created_at", "registrado"), moment("superseded_at", "substituído")
    list_filter = [StillTrue, ("field", asking("sobre o quê?")), ("evidence", asking("como sabemos?"))]
    search_fields = ["value", "quote", "=lead__id", "=source_id"]
    ordering = ["-created_at"]
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_select_related = ["lead"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        return with_actor_name(with_lead_name(super().get_queryset(request), "lead"), "given_by")

    def page_name(self, row: Any) -> str:
        return f"{row.get_field_display()} de {row.lead_name}"

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString:
        return lead_link(row)

    @admin.display(description="valor", ordering="value")
    def shown(self, row: Fact) -> str:
        return fact_value(row.field, row.value)

    @admin.display(description="regra ou quem informou")
    def because(self, row: Any) -> str:
        return row.rule.replace("_", " ") or actor_words(row.given_by, row.actor_name) or "–"


@admin.register(Empresa)
class EmpresaAdmin(ReadOnlyAdmin):
    list_display = ["nome", "cidade", "uf", "site", "created"]
    created = moment("created_at", "criada")
    fields = ["nome", "cnpj_shown", ("cidade", "uf"), "site", "email", "telefone", "created_at"]
    empty_hint = "Nenhuma empresa ainda: elas nascem do nome ou do CNPJ que um lead informa."
    list_filter = [("uf", asking("em que UF?", admin.AllValuesFieldListFilter))]
    search_fields = ["nome", "cnpj", "cidade", "email"]
    search_help_text = "nome, CNPJ, cidade ou e-mail"
    ordering = ["-created_at"]
    paginator = CappedPaginator
    show_full_result_count = False

    def page_name(self, row: Empresa) -> str:
        return row.nome or self.cnpj_shown(row)

    @admin.display(description="CNPJ", ordering="cnpj")
    def cnpj_shown(self, row: Empresa) -> str:
        return fact_value(Fact.Field.CNPJ, row.cnpj or "") or "–"


class InCrm(QuestionFilter):
    title = "já está no CRM?"
    parameter_name = "crm"
    answers = [
        ("sim", "sim", lambda rows: rows.exclude(oportunidade_pipe_id=None)),
        ("nao", "não", lambda rows: rows.filter(oportunidade_pipe_id=None)),
    ]


@admin.register(Orcamento)
class OrcamentoAdmin(ReadOnlyAdmin):
    list_display = ["who", "status", "product", "amount", "urgency", "empresa_nome", "oportunidade_pipe_id", "created"]
    created, closed = moment("created_at", "criado"), moment("closed_at", "encerrado")
    empty_hint = "Nenhum orçamento ainda: o primeiro nasce quando um lead diz o que precisa."
    # The lead's own link stands first.
    list_display_links = ["status"]
    list_filter = [
        ("status", asking("em que situação?")),
        InCrm,
        ("produto", asking("qual produto?", admin.AllValuesFieldListFilter)),
    ]
    search_fields = ["produto", "resumo", "=oportunidade_pipe_id", "=id", "=lead__id"]
    list_select_related = ["lead", "empresa"]
    ordering = ["-created_at"]
    paginator = CappedPaginator
    show_full_result_count = False

    product, amount, urgency = _worded("produto"), _worded("volume"), _worded("urgencia", "urgência da compra")
    segment = _worded("segmento")
    fields = [
        "who",
        "empresa_nome",
        "status",
        "product",
        "segment",
        "amount",
        "urgency",
        "resumo",
        "oportunidade_pipe_id",
        "created",
        "closed",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Orcamento]:
        return with_lead_name(super().get_queryset(request), "lead")

    def page_name(self, row: Any) -> str:
        return f"Orçamento de {row.lead_name}: {self.product(row)}"

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString:
        return lead_link(row)

    @admin.display(description="empresa", ordering="empresa__nome")
    def empresa_nome(self, row: Orcamento) -> str:
        return row.empresa.nome if row.empresa else "–"


class Deadline(QuestionFilter):
    title = "o prazo corre?"
    parameter_name = "prazo"
    answers = [
        ("aberto", "em aberto", lambda rows: rows.filter(closed_at=None)),
        ("vencido", "vencido sem resposta", lambda rows: rows.filter(closed_at=None, due_at__lt=clock.now())),
        ("fora", "respondido fora do prazo", lambda rows: rows.filter(closed_at__gt=F("due_at"))),
    ]


@admin.register(SubjectRequest)
class SubjectRequestAdmin(AuditedAdmin):
    """The data officer's work list; what is done with a request stands in ``seleto/backoffice/subject_pages.py``."""

    list_display = ["kind", "status", "who", "proved", "opened", "due", "closed"]
    empty_hint = "Nenhum pedido de titular. Os que o agente ouvir entram aqui; adicione os de outros meios."
    opened, due, closed = moment("opened_at", "aberto"), moment("due_at", "prazo"), moment("closed_at", "encerrado")
    list_filter = [Deadline, ("kind", asking("qual pedido?")), ("status", asking("em que situação?"))]
    list_select_related = ["lead"]
    search_fields = ["=id", "=lead__id", "note"]
    ordering = ["closed_at", "due_at"]
    fields = ["lead", "kind", "note", "opened", "due", "source"]
    readonly_fields = ["opened", "due", "source"]
    raw_id_fields = ["lead"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubjectRequest]:
        return with_lead_name(super().get_queryset(request), "lead")

    def page_name(self, row: Any) -> str:
        return f"{row.get_kind_display()}: {row.lead_name}"

    @admin.display(description="lead", ordering="lead_name")
    def who(self, row: Any) -> SafeString:
        return lead_link(row)

    @admin.display(description="identidade", ordering="verified_at")
    def proved(self, row: SubjectRequest) -> str:
        return "confirmada" if row.verified_at else "a confirmar"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [*self.readonly_fields, *(["lead", "kind"] if obj else [])]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Whose request it is must be known from its first day."""
        form = super().get_form(request, obj, change, **options)
        if "lead" in form.base_fields:
            form.base_fields["lead"].required = True
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Requests are kept for five years (domain.md, LGPD)."""
        return False

    def save_model(self, request: HttpRequest, obj: SubjectRequest, form: Any, change: bool) -> None:  # type: ignore[override]
        """A new one goes the way of all; what was asked, and of whom, does not change afterwards."""
        if change:
            super().save_model(request, obj, form, change)
            return
        opened = subjects.open_request(
            form.cleaned_data["lead"].pk,
            SubjectRequest.Kind(obj.kind),
            source=SubjectRequest.Source.ADMIN,
            actor=actor(request),
            now=clock.now(),
        )
        if obj.note:
            SubjectRequest.objects.filter(pk=opened.pk).update(note=obj.note)
        obj.__dict__.update({field.attname: getattr(opened, field.attname) for field in opened._meta.concrete_fields})
        obj._state.adding = False
