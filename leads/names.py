"""Whom a row speaks of, by name, for those who may see it. ``__str__`` says no name: it may reach a log."""

from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from leads.models import Fact, Identity

NAMELESS = "sem nome"


def with_lead_name(rows: QuerySet[Any], lead: str) -> QuerySet[Any]:
    """The rows with ``lead_name``: the name the lead gave, else what WhatsApp shows, else their phone.

    ``lead`` is the path from a row to its lead.
    """
    nome = Fact.objects.filter(lead=OuterRef(lead), field=Fact.Field.NOME, superseded_at=None)
    known_as = Identity.objects.filter(lead=OuterRef(lead))
    shown = known_as.exclude(display_name="").order_by("kind")
    phone = known_as.filter(kind=Identity.Kind.PHONE).order_by("value")
    named: QuerySet[Any] = rows.annotate(
        lead_name=Coalesce(
            Subquery(nome.values("value")[:1]),
            Subquery(shown.values("display_name")[:1]),
            Subquery(phone.values("value")[:1]),
            Value(NAMELESS),
            output_field=CharField(),
        )
    )
    return named
