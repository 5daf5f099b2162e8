"""Leads, their companies, and what they want to buy."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from leads.models import Classification, Empresa, Fact, Identity, Lead, Orcamento, Temperature
from seleto.api import examples
from seleto.api.lists import Newest, One, listed


class LeadFactSerializer(serializers.ModelSerializer[Fact]):
    class Meta:
        model = Fact
        fields = ["field", "value", "evidence", "created_at"]


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    class Meta:
        model = Identity
        fields = ["kind", "value"]


@examples.received(examples.LEAD)
class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A lead with what they told; facts that were replaced are left out."""

    facts = LeadFactSerializer(many=True, source="known")
    identities = IdentitySerializer(many=True)
    score = serializers.SerializerMethodField(help_text="Of the last classification, 0 to 100.")
    opted_out = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [
            "id", "created_at", "origin", "temperature", "score", "opted_out", "empresa", "identities", "facts",
        ]  # fmt: skip

    def get_score(self, lead: Any) -> int | None:
        return lead.scored[0].score if lead.scored else None

    def get_opted_out(self, lead: Lead) -> bool:
        return lead.opted_out_at is not None


@examples.received(examples.EMPRESA)
class EmpresaSerializer(serializers.ModelSerializer[Empresa]):
    class Meta:
        model = Empresa
        fields = ["id", "nome", "cnpj", "cidade", "uf", "site", "email", "telefone", "created_at"]


@examples.received(examples.ORCAMENTO)
class OrcamentoSerializer(serializers.ModelSerializer[Orcamento]):
    class Meta:
        model = Orcamento
        fields = [
            "id", "lead", "empresa", "status", "produto", "segmento", "urgencia", "volume", "volume_diario",
            "necessidade", "created_at", "closed_at",
        ]  # fmt: skip


class LeadFilters(serializers.Serializer[Any]):
    temperature = serializers.ChoiceField(choices=Temperature.choices, required=False)
    origin = serializers.CharField(required=False, max_length=40)
    created_since = serializers.DateTimeField(required=False, source="created_at__gte")
    created_before = serializers.DateTimeField(required=False, source="created_at__lt")
    empresa = serializers.UUIDField(required=False, source="empresa_id")


class EmpresaFilters(serializers.Serializer[Any]):
    uf = serializers.RegexField(r"^[A-Z]{2}$", required=False)


class OrcamentoFilters(serializers.Serializer[Any]):
    lead = serializers.UUIDField(required=False, source="lead_id")
    status = serializers.ChoiceField(choices=Orcamento.Status.choices, required=False)
    produto = serializers.CharField(required=False, max_length=20)
    created_since = serializers.DateTimeField(required=False, source="created_at__gte")


def leads() -> QuerySet[Lead]:
    """Leads as the API shows them, in four statements whatever their number."""
    known = Fact.objects.filter(superseded_at=None).order_by("created_at", "pk")
    scored = Classification.objects.order_by("lead_id", "-at", "-pk").distinct("lead_id")
    return Lead.objects.prefetch_related(
        Prefetch("identities", queryset=Identity.objects.order_by("pk")),
        Prefetch("facts", queryset=known, to_attr="known"),
        Prefetch("classifications", queryset=scored, to_attr="scored"),
    )


@listed
class Leads(Newest):
    """Leads, newest first. There is no search by name or phone: addresses end up in logs."""

    serializer_class = LeadSerializer
    filters = LeadFilters

    def rows(self) -> QuerySet[Lead]:
        return leads()


class OneLead(One):
    """One lead."""

    serializer_class = LeadSerializer
    queryset = leads()


@listed
class Empresas(Newest):
    """Companies, newest first."""

    serializer_class = EmpresaSerializer
    filters = EmpresaFilters

    def rows(self) -> QuerySet[Empresa]:
        return Empresa.objects.all()


class OneEmpresa(One):
    """One company."""

    serializer_class = EmpresaSerializer
    queryset = Empresa.objects.all()


@listed
class Orcamentos(Newest):
    """What leads want to buy, one need each, newest first."""

    serializer_class = OrcamentoSerializer
    filters = OrcamentoFilters

    def rows(self) -> QuerySet[Orcamento]:
        return Orcamento.objects.all()


class OneOrcamento(One):
    """One need of a lead."""

    serializer_class = OrcamentoSerializer
    queryset = Orcamento.objects.all()
