"""What a conversation can be looked for by, besides words."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from conversations.models import GuardrailHit
from knowledge import queries
from leads.models import Fact
from seleto.lib.admin_filters import Question
from seleto.lib.admin_lists import QuestionFilter


def has_violation() -> Exists:
    return Exists(GuardrailHit.objects.filter(turn__conversation=OuterRef("pk")))


class Violation(QuestionFilter):
    title = "teve rascunho barrado?"
    parameter_name = "barrado"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(has_violation())),
        ("nao", "não", lambda rows: rows.exclude(has_violation())),
    ]


class Product(Question):
    title = "que produto quer?"
    parameter_name = "produto"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(product.code, product.name) for product in queries.products()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        wanted = Fact.objects.filter(field=Fact.Field.PRODUTO, value=self.value(), superseded_at=None)
        return queryset.filter(lead_id__in=wanted.values("lead_id"))
