"""The conversations: a list that says who waits. The page of one is ``seleto/backoffice/inbox``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations import repair
from conversations.admin.base import PipeAdmin
from conversations.admin.switches import off_because, off_channels, switches_link
from conversations.models import Conversation, Handoff, Message, Outbox
from leads.models import Fact
from leads.names import lead_name
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter, asking, cut, local, moment

Rows = QuerySet[Any]
_BEFORE_ALL = Value("1970-01-01T00:00:00Z", output_field=DateTimeField())


def with_columns(rows: Rows) -> Rows:
    """What the list shows of each conversation, fetched with it."""
    said = Message.objects.filter(conversation=OuterRef("pk")).exclude(
        Q(type=Message.Type.REACTION) | Q(status=Message.Status.CANCELLED)
    )
    newest = said.order_by("-sent_at", "-revision", "-created_at")
    nome = Fact.objects.filter(lead=OuterRef("lead"), field=Fact.Field.NOME, superseded_at=None)
    annotated: Rows = rows.annotate(
        nome=Subquery(nome.values("value")[:1]),
        lead_name=lead_name("lead"),
        last_text=Subquery(newest.values("text")[:1]),
        last_type=Subquery(newest.values("type")[:1]),
        last_author=Subquery(newest.values("author")[:1]),
        last_deleted=Subquery(newest.values("deleted_at")[:1]),
        waiting_since=_waiting_since(),
    )
    return annotated


def _waiting_since() -> Case:
    """Since when the lead waits: for the agent the pipe knows; for a person, since the first message after ours."""
    ours = (
        Message.objects.filter(conversation=OuterRef(OuterRef("pk")))
        .exclude(Q(author=Message.Author.LEAD) | Q(status__in=[Message.Status.CANCELLED, Message.Status.FAILED]))
        .order_by("-sent_at")
    )
    unread = Message.objects.filter(
        conversation=OuterRef("pk"),
        author=Message.Author.LEAD,
        deleted_at=None,
        sent_at__gt=Coalesce(Subquery(ours.values("sent_at")[:1]), _BEFORE_ALL),
    ).exclude(type=Message.Type.REACTION)
    unattended = Handoff.objects.filter(conversation=OuterRef("pk"), closed_at=None, picked_up_at=None)
    return Case(
        When(closed_at__isnull=False, then=None),
        When(owner=Conversation.Owner.AGENT, then=F("pending_since")),
        # After a handover the lead waits although the agent's notice was the last word.
        default=Coalesce(
            Subquery(unread.order_by("sent_at").values("sent_at")[:1]), Subquery(unattended.values("opened_at")[:1])
        ),
        output_field=DateTimeField(),
    )


class Waiting(QuestionFilter):
    title = "o lead espera resposta?"
    parameter_name = "espera"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(waiting_since__isnull=False)),
        (
            "pessoa",
            "sim, de uma pessoa",
            lambda rows: rows.filter(waiting_since__isnull=False, owner=Conversation.Owner.HUMAN),
        ),
        ("nao", "não", lambda rows: rows.filter(waiting_since=None)),
    ]


class Stuck(QuestionFilter):
    title = "tem algo parado?"
    parameter_name = "parado"
    answers = [
        (
            "saida",
            "mensagem que não saiu",
            lambda rows: rows.filter(
                Exists(Outbox.objects.filter(conversation=OuterRef("pk"), status__in=repair.STUCK))
            ),
        ),
        (
            "turno",
            "lead sem resposta do agente",
            lambda rows: rows.filter(pk__in=repair.waiting_for_retry().values("conversation_id")),
        ),
    ]


class Session(QuestionFilter):
    title = "sessão em curso?"
    parameter_name = "sessao"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("nao", "terminada", lambda rows: rows.exclude(closed_at=None)),
    ]


def _agent_is_off(row: Conversation) -> bool:
    return row.owner == Conversation.Owner.AGENT and bool(off_because(row.channel))


def owner_words(row: Conversation) -> str:
    return f"{row.get_owner_display()} (desligado)" if _agent_is_off(row) else str(row.get_owner_display())


@admin.register(Conversation)
class ConversationAdmin(PipeAdmin):
    list_display = ["name", "temperature", "owner_column", "last_message", "waiting"]
    list_filter = [
        Waiting,
        ("owner", asking("quem atende?")),
        Stuck,
        ("lead__temperature", asking("qual a temperatura?")),
        Session,
        ("last_message_at", asking("última mensagem quando?", admin.DateFieldListFilter)),
        ("channel", asking("em que canal?", admin.RelatedFieldListFilter)),
    ]
    list_select_related = ["lead", "channel"]
    search_fields = ["lead__facts__value", "lead__identities__display_name", "lead__identities__value", "=id"]
    search_help_text = "nome, empresa, cidade, telefone ou id"
    ordering = ["-last_message_at"]
    actions = ["pause_agent", "resume_agent"]
    fields = ["lead", "channel"]
    waiting = moment("waiting_since", "esperando desde")
    empty_hint = "Nenhuma conversa ainda. A primeira aparece quando um lead escrever para um canal ativo."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return with_columns(super().get_queryset(request).select_related("lead", "channel"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        reasons = dict.fromkeys(off_channels().values())  # a global switch silences every channel for one reason
        context = {"agent_off": list(reasons), "switches_link": switches_link(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def page_name(self, row: Any) -> str:
        return f"Conversa com {row.lead_name}"

    def describe(self, row: Conversation) -> str:
        return f"{self.name(row)}: {row.get_owner_display()}"

    @admin.display(description="lead", ordering="nome")
    def name(self, row: Any) -> str:
        return cut(row.lead_name, 40)

    @admin.display(description="temperatura", ordering="lead__temperature")
    def temperature(self, row: Conversation) -> SafeString:
        return format_html(
            '<span class="sl-tag sl-{}">{}</span>', row.lead.temperature, row.lead.get_temperature_display()
        )

    @admin.display(description="quem atende", ordering="owner")
    def owner_column(self, row: Conversation) -> SafeString:
        tone = "off" if _agent_is_off(row) else row.owner
        return format_html('<span class="sl-tag sl-{}">{}</span>', tone, owner_words(row))

    @admin.display(description="última mensagem", ordering="last_message_at")
    def last_message(self, row: Any) -> SafeString | str:
        at = local(row.last_message_at)
        if row.last_author is None:
            return at
        text = "mensagem apagada" if row.last_deleted else row.last_text or f"({Message.Type(row.last_type).label})"
        who = "" if row.last_author == Message.Author.LEAD else f"{Message.Author(row.last_author).label}: "
        return format_html('{}{} <span class="sl-evidence">{}</span>', who, cut(text, 90), at)

    @admin.action(description="Pausar agente nas conversas marcadas", permissions=["repair"])
    def pause_agent(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        return self.ask(
            request,
            queryset,
            action="pause_agent",
            question="Pausar o agente?",
            explanation=[
                "Uma pessoa passa a atender. O que o agente tinha na fila e ainda não saiu é cancelado.",
            ],
            button="Pausar agente",
        ) or self._switch(request, queryset, repair.pause, done="Conversas com uma pessoa")

    @admin.action(description="Devolver ao agente as conversas marcadas", permissions=["repair"])
    def resume_agent(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        return self.ask(
            request,
            queryset,
            action="resume_agent",
            question="Devolver ao agente?",
            explanation=[
                "O agente volta a responder a partir da próxima mensagem do lead.",
                "Uma pergunta que o lead fez depois da última palavra da pessoa é respondida já; o resto, não.",
            ],
            button="Devolver ao agente",
        ) or self._switch(request, queryset, repair.resume, done="Conversas com o agente")

    def _switch(
        self, request: HttpRequest, queryset: Rows, act: Callable[..., None], *, done: str
    ) -> HttpResponse | None:
        ids: list[UUID] = list(queryset.order_by().values_list("pk", flat=True).distinct())
        changed = 0
        for key in ids:
            try:
                act(key, actor=actor(request), now=clock.now())
            except repair.Refused as refusal:
                self.message_user(request, f"Sem mudança: {refusal.reason}.", messages.WARNING)
            else:
                changed += 1
        if changed:
            self.message_user(request, f"{done}: {changed}.", messages.SUCCESS)
        return self.back(request, ids)
