"""Runs of the agent and the drafts that were stopped."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations import repair
from conversations.admin.base import PipeAdmin, link, page_of
from conversations.admin.transcript import about, marked
from conversations.admin.wrong_reply import MAY_REPORT, report_address
from conversations.models import Conversation, GuardrailHit, Message, Outbox, Turn
from conversations.wording import move, rules, tools, words
from knowledge.models import Article, PromptVersion, Situation
from leads.display import fact_value
from leads.models import Fact
from leads.names import with_lead_name
from seleto.lib.admin_lists import QuestionFilter, asking, cut, local, moment


class NeedsAttention(QuestionFilter):
    title = "precisa de alguém?"
    parameter_name = "atencao"
    answers = [
        (
            "sim",
            "sim: parado e sem resposta",
            lambda rows: rows.filter(pk__in=repair.waiting_for_retry().values("pk")),
        ),
    ]


class StoppedDrafts(QuestionFilter):
    title = "teve rascunho barrado?"
    parameter_name = "barrado"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(pk__in=GuardrailHit.objects.values("turn_id"))),
        ("frase", "sim, trocado por frase aprovada", lambda rows: rows.exclude(fallback="")),
        ("nao", "não", lambda rows: rows.exclude(pk__in=GuardrailHit.objects.values("turn_id"))),
    ]


@admin.register(Turn)
class TurnAdmin(PipeAdmin):
    list_display = ["started", "where", "outcome", "move_words", "model", "usage", "took", "stopped"]
    list_filter = [
        NeedsAttention,
        StoppedDrafts,
        ("status", asking("como terminou?")),
        ("conversation__channel", asking("em que canal?", admin.RelatedFieldListFilter)),
    ]
    list_select_related = ["conversation"]
    empty_hint = "O agente ainda não respondeu a ninguém: um turno nasce quando um lead escreve."
    search_fields = ["=id", "reason", "=correlation_id", "model", "fallback"]
    search_help_text = "id, motivo, correlação, modelo ou frase aprovada"
    ordering = ["-started_at"]
    actions = ["retry"]
    repairs = [("retry", "Tentar de novo")]
    fields = [
        ("status", "why"),
        ("where", "move_words"),
        ("started_at", "finished_at"),
        ("waiting_since", "attempts"),
        ("model", "prompt"),
        ("model_calls", "tokens"),
        ("cost", "times"),
        "read",
        "reply",
        "about",
        "articles",
        "tools_called",
        "recorded",
        "dropped",
        "phrase",
        "drafts",
        "correlation_id",
    ]

    started = moment("started_at", "início")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        rows: QuerySet[Turn] = super().get_queryset(request)
        return with_lead_name(rows.annotate(hits=Count("guardrail_hits")), "conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Turno de {local(row.started_at)}, {row.lead_name}"

    def can_repair(self, row: Turn) -> bool:
        return repair.waiting_for_retry().filter(pk=row.pk).exists()

    def describe(self, row: Turn) -> str:
        return f"{row.get_status_display()}: {words(row.reason)}"

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: Turn) -> str:
        return words(row.reason)

    @admin.display(description="como terminou", ordering="status")
    def outcome(self, row: Turn) -> SafeString:
        tag = format_html('<span class="sl-tag sl-turn-{}">{}</span>', row.status, row.get_status_display())
        return format_html('{} <span class="sl-evidence">{}</span>', tag, words(row.reason)) if row.reason else tag

    @admin.display(description="versão do prompt", ordering="prompt_version")
    def prompt(self, row: Turn) -> SafeString | str:
        name, _, key = row.prompt_version.partition(" ")
        return link(PromptVersion, UUID(key), name) if key else name or "–"

    @admin.display(description="jogada", ordering="move")
    def move_words(self, row: Turn) -> str:
        return move(row.move) or "–"

    @admin.display(description="mensagens lidas")
    def read(self, row: Turn) -> SafeString | str:
        """What this turn answered, by the order of arrival from where it began to where it had read."""
        if not row.undo:
            return "–"
        lines = Message.objects.filter(
            conversation=row.conversation_id,
            author=Message.Author.LEAD,
            revision__gt=row.undo["answered_revision"],
            revision__lte=row.read_revision,
        ).order_by("sent_at", "revision")
        page = page_of(Conversation, row.conversation_id)
        said = [(f"{page}#m-{line.pk}", cut(line.text or f"({line.get_type_display()})", 200)) for line in lines]
        return format_html_join("", '<p class="sl-told"><a href="{}">{}</a></p>', said) or "–"

    @admin.display(description="resposta")
    def reply(self, row: Turn) -> SafeString | str:
        shown = [(text,) for text in _sent(row).values_list("text", flat=True)]
        return format_html_join("", '<p class="sl-told">{}</p>', shown) or "–"

    @admin.display(description="resposta")
    def reply_to_mark(self, row: Turn) -> SafeString | str:
        """With the way to call a bubble wrong."""
        shown = [(one.text, report_address(one.message_id)) for one in _sent(row)]
        return format_html_join("", '<p class="sl-told">{} <a href="{}">marcar erro</a></p>', shown) or "–"

    def get_fields(self, request: HttpRequest, obj: Turn | None = None) -> list[Any]:
        may = request.user.has_perm(MAY_REPORT)
        return ["reply_to_mark" if may and name == "reply" else name for name in self.fields]

    @admin.display(description="o lead falou de")
    def about(self, row: Turn) -> str:
        return about(row) or "–"

    @admin.display(description="fontes usadas")
    def articles(self, row: Turn) -> SafeString | str:
        known = {article.code: article for article in Article.objects.filter(code__in=row.sources)}
        shown = [(link(Article, known[code].pk, known[code].title) if code in known else code,) for code in row.sources]
        return format_html_join(", ", "{}", shown) or "–"

    @admin.display(description="ferramentas chamadas")
    def tools_called(self, row: Turn) -> str:
        return tools(row.tools) or "–"

    @admin.display(description="fatos registrados")
    def recorded(self, row: Turn) -> SafeString | str:
        """A turn's commit stamps its facts with the moment it finished."""
        if row.finished_at is None:
            return "–"
        facts = Fact.objects.filter(lead=row.conversation.lead_id, created_at=row.finished_at).order_by("field")
        shown = [
            (fact.get_field_display(), fact_value(fact.field, fact.value), fact.get_evidence_display(), fact.quote)
            for fact in facts
        ]
        form = '<p class="sl-told">{}: <strong>{}</strong> <span class="sl-evidence">{}: “{}”</span></p>'
        return format_html_join("", form, shown) or "–"

    @admin.display(description="fatos recusados")
    def dropped(self, row: Turn) -> str:
        """Proposed by the model with words that the lead did not say."""
        labels = dict(Fact.Field.choices)
        return ", ".join(str(labels.get(field, field)) for field in row.facts_dropped) or "–"

    @admin.display(description="frase aprovada usada")
    def phrase(self, row: Turn) -> str:
        return str(dict(Situation.choices).get(row.fallback, row.fallback)) or "–"

    @admin.display(description="tokens e custo", ordering="prompt_tokens")
    def usage(self, row: Turn) -> SafeString | str:
        if not row.model_calls:
            return "–"
        price = f"US$ {money(row.cost_usd)}" if row.cost_usd else ""
        return format_html('{} <span class="sl-evidence">{}</span>', self.tokens(row), price)

    @admin.display(description="tokens", ordering="prompt_tokens")
    def tokens(self, row: Turn) -> str:
        return f"{row.prompt_tokens} + {row.completion_tokens}" if row.model_calls else "–"

    @admin.display(description="custo (US$)", ordering="cost_usd")
    def cost(self, row: Turn) -> str:
        return money(row.cost_usd)

    @admin.display(description="durou")
    def took(self, row: Turn) -> str:
        if row.finished_at is None:
            return "–"
        return f"{max((row.finished_at - row.started_at).total_seconds(), 0):.1f} s".replace(".", ",")

    @admin.display(description="barrados", ordering="hits")
    def stopped(self, row: Turn) -> int:
        hits: int = row.hits  # type: ignore[attr-defined]
        return hits

    @admin.display(description="tempos")
    def times(self, row: Turn) -> str:
        return timings(row)

    @admin.display(description="rascunhos barrados")
    def drafts(self, row: Turn) -> SafeString | str:
        hits = row.guardrail_hits.order_by("at")
        shown = [(rules(hit.kinds), hit.get_action_display(), marked(hit)) for hit in hits]
        form = '<p><strong>{}</strong>: {}</p><blockquote class="sl-draft">{}</blockquote>'
        return format_html_join("", form, shown) or "–"

    @admin.action(description="Tentar de novo os turnos marcados", permissions=["repair"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Turn]) -> HttpResponse | None:
        return self.ask(
            request,
            queryset,
            action="retry",
            question="Tentar de novo?",
            explanation=["O agente lê a conversa como está agora e responde ao lead em seguida."],
            button="Tentar de novo",
        ) or self.repair(request, queryset, repair.retry_turns, done="Turnos que o agente vai refazer")


@admin.register(GuardrailHit)
class GuardrailHitAdmin(PipeAdmin):
    list_display = ["when", "broken", "start", "action", "lead", "turn_link"]
    list_select_related = ["turn"]
    empty_hint = "Nenhum rascunho barrado: tudo o que o agente escreveu passou pelas regras."
    list_filter = [("action", asking("o que foi feito?"))]
    search_fields = ["draft", "kinds"]
    search_help_text = "texto do rascunho ou regra (price, freight…)"
    ordering = ["-at"]
    fields = ["at", "action", "broken", "why", "text", "turn_link"]
    when = moment("at", "quando")

    @admin.display(description="regras")
    def broken(self, row: GuardrailHit) -> str:
        return rules(row.kinds)

    @admin.display(description="motivos")
    def why(self, row: GuardrailHit) -> str:
        return " ".join(row.reasons)

    @admin.display(description="rascunho")
    def start(self, row: GuardrailHit) -> str:
        return cut(row.draft)

    @admin.display(description="rascunho")
    def text(self, row: GuardrailHit) -> SafeString:
        return format_html('<blockquote class="sl-draft">{}</blockquote>', marked(row))

    def get_queryset(self, request: HttpRequest) -> QuerySet[GuardrailHit]:
        return with_lead_name(super().get_queryset(request), "turn__conversation__lead")

    def page_name(self, row: GuardrailHit) -> str:
        return f"Rascunho barrado em {local(row.at)}: {rules(row.kinds)}"

    @admin.display(description="lead", ordering="lead_name")
    def lead(self, row: Any) -> SafeString | str:
        return link(Conversation, row.turn.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="turno")
    def turn_link(self, row: GuardrailHit) -> SafeString | str:
        return link(Turn, row.turn_id, f"de {local(row.turn.started_at)}")


def _sent(turn: Turn) -> QuerySet[Outbox]:
    return Outbox.objects.filter(turn=turn).order_by("order")


def money(amount: Decimal) -> str:
    return f"{amount:.4f}".replace(".", ",") if amount else "–"


def timings(turn: Turn) -> str:
    return ", ".join(f"{name} {value} ms" for name, value in turn.timings.items()) or "–"
