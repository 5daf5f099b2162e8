"""Conversations by what somebody remembers: a name, a company, a city, a product, a telephone, or words that were said.

Each way is one look-up in an index, independent of how many rows the list has.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from conversations.models import Message
from knowledge import queries
from leads.models import Fact, Identity
from seleto.lib import fulltext
from seleto.lib.text.fold import fold

# Fewer digits belong to too many telephones.
MIN_DIGITS = 4


def matching(rows: QuerySet[Any], typed: str, *, in_words: bool) -> QuerySet[Any]:
    """Conversations whose lead is known by all these words or, ``in_words``, in which one message says them all."""
    words = fulltext.words(typed)
    if key := _key(typed):
        return rows.filter(Q(pk=key) | Q(lead_id=key))
    found = Q(pk__in=_saying(typed)) if words and in_words else Q()
    if words:
        known = Q()
        for word in words:
            known &= Q(lead_id__in=_known_by(word))
        found |= known
    digits = "".join(filter(str.isdigit, typed))
    if len(digits) >= MIN_DIGITS and not any(char.isalpha() for char in typed):
        found |= Q(lead_id__in=Identity.objects.filter(value__contains=digits).values("lead_id"))
    return rows.filter(found) if found else rows.none()


def _saying(typed: str) -> QuerySet[Any]:
    spoken = Message.objects.filter(fulltext.Begins("text", fulltext.query(typed)), deleted_at=None)
    return spoken.values("conversation_id")


def _known_by(word: str) -> QuerySet[Any]:
    """Leads with a current fact or a profile name of which a word begins so, or who want a product called so."""
    begins = fulltext.query(word)
    told = Fact.objects.filter(superseded_at=None)
    called = told.filter(fulltext.Begins("value", begins)).values("lead_id")
    shown = Identity.objects.filter(fulltext.Begins("display_name", begins)).values("lead_id")
    wanting = told.filter(field=Fact.Field.PRODUTO, value__in=_products(word)).values("lead_id")
    return called.union(shown, wanting)


def _products(word: str) -> list[str]:
    """Codes of the products one of whose names has a word that begins so."""
    return [
        product.code
        for product in queries.products()
        if any(said.startswith(word) for name in (product.name, *product.aliases) for said in fold(name).split())
    ]


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
