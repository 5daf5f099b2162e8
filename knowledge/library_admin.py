"""Articles that fall due, the search as the agent sees it, and phrases as the lead sees them."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, DateTimeField, ExpressionWrapper, F, Model, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from knowledge.models import Article, Gap
from knowledge.search import Kind
from knowledge.search.why import explain
from seleto.lib import clock
from seleto.lib.admin_lists import QuestionFilter
from seleto.lib.admin_theme import ThemedAdmin

# An article without a date of its own is looked at again after so long.
REVIEW_DAYS = 180
SOON_DAYS = 30
_LOCAL = ZoneInfo("America/Sao_Paulo")
_KINDS = {
    Kind.FACT: ("agent", "O agente responde com estes artigos."),
    Kind.COMMERCIAL: ("human", "Assunto comercial: o agente não responde, é do consultor."),
    Kind.GAP: ("stop", "O agente não sabe: vira pergunta sem resposta e ele promete um especialista."),
}


def today() -> date:
    return clock.now().astimezone(_LOCAL).date()


def with_due(rows: QuerySet[Article]) -> QuerySet[Any]:
    """Articles with ``due_on``: their own date, else so long after their last review, None when never reviewed."""
    after = ExpressionWrapper(F("reviewed_on") + Value(timedelta(days=REVIEW_DAYS)), output_field=DateTimeField())
    due: QuerySet[Any] = rows.annotate(due_on=Coalesce("review_by", Cast(after, DateField())))
    return due


class Due(QuestionFilter):
    title = "vence em?"
    parameter_name = "vence"
    answers = [
        ("vencido", "já venceu", lambda rows: rows.filter(active=True, due_on__lt=today())),
        (
            "30",
            "nos próximos 30 dias, ou já venceu",
            lambda rows: rows.filter(active=True, due_on__lte=today() + timedelta(days=SOON_DAYS)),
        ),
        (
            "90",
            "nos próximos 90 dias, ou já venceu",
            lambda rows: rows.filter(active=True, due_on__lte=today() + timedelta(days=90)),
        ),
        ("nunca", "nunca revisado", lambda rows: rows.filter(due_on=None)),
    ]


class SearchForm(forms.Form):
    question = forms.CharField(
        label="Pergunta de um cliente",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Como ele escreveria, com erros e gírias. Nada é guardado.",
    )


class ArticlePages(ThemedAdmin):
    """Adds to articles when they fall due, and the search box."""

    def get_urls(self) -> list[URLPattern]:
        page = path("busca/", self.admin_site.admin_view(self.search_view), name="knowledge_article_search")
        return [page, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return with_due(super().get_queryset(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        soon = today() + timedelta(days=SOON_DAYS)
        due = with_due(Article.objects.filter(active=True)).filter(due_on__lte=soon).count()
        return super().changelist_view(request, {"due": due, "soon": SOON_DAYS, **(extra_context or {})})

    @admin.display(description="revisado em", ordering="reviewed_on")
    def revised(self, row: Article) -> str:
        return f"{row.reviewed_on:%d/%m/%Y}" if row.reviewed_on else "nunca"

    @admin.display(description="vence em", ordering="due_on")
    def due(self, row: Any) -> SafeString | str:
        if row.due_on is None:
            return "–"
        left = (row.due_on - today()).days
        tone = "stop" if left < 0 else "human" if left <= SOON_DAYS else ""
        words = f"{row.due_on:%d/%m/%Y}" + (" (venceu)" if left < 0 else "")
        return format_html('<span class="sl-tag sl-{}">{}</span>', tone, words) if tone else words

    @admin.action(description="Marcar como revisados hoje", permissions=["change"])
    def reviewed(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """One by one, so that each keeps its history."""
        for row in Article.objects.filter(pk__in=queryset.values("pk")):
            row.reviewed_on, row.review_by = today(), None
            row.save()
            self.record(request, "reviewed", row)  # type: ignore[attr-defined]  # of the audited pages
        self.message_user(request, f"Artigos revisados: {queryset.count()}.", messages.SUCCESS)

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Posted, never in an address: what is pasted may be a lead's. A gap's question comes by its id."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        asked = _of_gap(request.GET.get("gap", ""))
        form = (
            SearchForm(request.POST) if request.method == "POST" else SearchForm({"question": asked} if asked else None)
        )
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "O que o agente acharia",
            "form": form,
        }
        if form.is_valid():
            told = explain(form.cleaned_data["question"])
            context |= {"told": told, "verdict": _KINDS[told.found.kind], "keys": _keys(told.hits)}
        return TemplateResponse(request, "admin/knowledge/search.html", context)


def _of_gap(key: str) -> str:
    row = Gap.objects.filter(pk=key).first() if re.fullmatch(r"[0-9a-f-]{36}", key) else None
    return row.question if row else ""


def _keys(hits: Any) -> dict[str, Any]:
    return dict(Article.objects.filter(code__in=[hit.article.id for hit in hits]).values_list("code", "pk"))


def as_seen(text: str) -> SafeString:
    """A text as WhatsApp shows it: bold, italic and struck words, links left as they are."""
    shown = str(escape(text))
    for mark, tag in (("*", "strong"), ("_", "em"), ("~", "s")):
        sign = re.escape(mark)
        shown = re.sub(rf"(?<!\w){sign}(\S(?:[^\n]*?\S)?){sign}(?!\w)", rf"<{tag}>\1</{tag}>", shown)
    return mark_safe(shown)  # noqa: S308 - escaped first, our own tags after


class PhrasePreview(ThemedAdmin):
    """Adds to a phrase how the lead sees it."""

    @admin.display(description="como o lead vê")
    def preview(self, row: Any) -> SafeString | str:
        if not isinstance(row, Model) or not getattr(row, "text", ""):
            return "Salve para ver."
        text = as_seen(str(getattr(row, "text", "")))
        return format_html(
            '<div class="sl-bubble sl-from-agent sl-preview"><span class="sl-text">{}</span></div>', text
        )
