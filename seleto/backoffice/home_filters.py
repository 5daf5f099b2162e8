"""What the figures of the first page point to: the lists take the same conditions as filters."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest

from conversations.guardrails import Kind
from conversations.models import Channel, Conversation, GuardrailHit, Handoff, HandoffAlarm, Turn
from conversations.wording import rule
from crm.models import CrmSync
from leads.models import Lead
from seleto.backoffice import home
from seleto.lib.admin_filters import Question, QuestionFilter, asking


class InChannel(Question):
    """Leads who wrote to a channel; the model below knows no conversations."""

    title = "em que canal?"
    parameter_name = "canal"
    lead = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(key), name) for key, name in Channel.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None or chosen not in {key for key, _ in self.lookup_choices}:
            return queryset
        wrote = Conversation.objects.filter(lead=OuterRef(self.lead), channel=UUID(chosen))
        return queryset.filter(Exists(wrote))


class OfLeadInChannel(InChannel):
    lead = "lead"


class Reached(Question):
    """The steps of the first page's funnel."""

    title = "até onde chegou?"
    parameter_name = "etapa"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, words) for key, (words, _) in home.steps(Lead.objects.none()).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        step = home.steps(queryset).get(self.value() or "")
        return queryset.filter(step[1]) if step else queryset


class OriginKnown(QuestionFilter):
    title = "sabe-se de onde veio?"
    parameter_name = "com_origem"
    answers = [
        ("sim", "sim", lambda rows: rows.exclude(origin="")),
        ("nao", "não", lambda rows: rows.filter(origin="")),
    ]


class PickedUp(QuestionFilter):
    title = "alguém atendeu?"
    parameter_name = "atendido"
    answers = [
        ("sim", "sim", lambda rows: rows.exclude(picked_up_at=None)),
        ("nao", "não", lambda rows: rows.filter(picked_up_at=None)),
    ]


class Broke(Question):
    title = "que regra quebrou?"
    parameter_name = "regra"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, rule(kind)) for kind in Kind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[GuardrailHit]) -> QuerySet[GuardrailHit]:
        return queryset.filter(kinds__contains=[self.value()]) if self.value() else queryset


def _when(words: str) -> type[admin.FieldListFilter]:
    return asking(words, admin.DateFieldListFilter)


_CHANNEL = asking("em que canal?", admin.RelatedFieldListFilter)


def _offer(model: type[Model], filters: Sequence[Any]) -> None:
    """To the list's own filters, unless it has one of that name."""
    pages: Any = admin.site._registry[model]
    own = {one[0] if isinstance(one, tuple) else one for one in pages.list_filter}
    added = [one for one in filters if (one[0] if isinstance(one, tuple) else one) not in own]
    pages.list_filter = [*pages.list_filter, *added]


_offer(Lead, [("created_at", _when("criado quando?")), Reached, InChannel, OriginKnown])
_offer(Conversation, [("opened_at", _when("aberta quando?"))])
_offer(Turn, [("started_at", _when("quando?"))])
_offer(GuardrailHit, [Broke, ("at", _when("quando?")), ("turn__conversation__channel", _CHANNEL)])
_offer(CrmSync, [OfLeadInChannel])
_offer(HandoffAlarm, [("handoff__conversation__channel", _CHANNEL)])
_offer(
    Handoff,
    [
        PickedUp,
        ("conversation__lead__temperature", asking("qual a temperatura?")),
        ("opened_at", _when("aberto quando?")),
        ("conversation__channel", _CHANNEL),
    ],
)
