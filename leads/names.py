"""Whom a row speaks of, by name, for those who may see it. ``__str__`` says no name: it may reach a log."""

from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Right

from leads.models import Fact, Identity


def lead_name(lead: str) -> Coalesce:
    """The name the lead gave, else what WhatsApp shows, else the end of their phone; ``lead`` is the path to the lead.

    Whole telephones stand on the lead's own page only.
    """
    nome = Fact.objects.filter(lead=OuterRef(lead), field=Fact.Field.NOME, superseded_at=None)
    known_as = Identity.objects.filter(lead=OuterRef(lead))
    shown = known_as.exclude(display_name="").order_by("kind")
    phone = known_as.filter(kind=Identity.Kind.PHONE).order_by("value")
    ending = Concat(Value("sem nome, final "), Right("value", 4), output_field=CharField())
    return Coalesce(
        Subquery(nome.values("value")[:1]),
        Subquery(shown.values("display_name")[:1]),
        Subquery(phone.values(ending=ending)[:1]),
        Value("sem nome"),
        output_field=CharField(),
    )


def with_lead_name(rows: QuerySet[Any], lead: str) -> QuerySet[Any]:
    """The rows with ``lead_name``."""
    named: QuerySet[Any] = rows.annotate(lead_name=lead_name(lead))
    return named
