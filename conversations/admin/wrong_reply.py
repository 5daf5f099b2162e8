"""Replies that people called wrong: what was said until then, what was wrong, and the click that makes a case of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations import wrong_replies
from conversations.admin.base import PipeAdmin, link, page_of
from conversations.admin.transcript import bubbles, lead_name
from conversations.evals import reported
from conversations.models import Conversation, EvalCase, Message, WrongReply
from leads.models import Fact, Identity
from leads.names import with_lead_name
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter, actor_words, asking, cut, moment, with_actor_name

MAY_REPORT = "conversations.add_wrongreply"


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label="O que está errado?", choices=WrongReply.Reason, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Nas suas palavras (opcional)",
        required=False,
        max_length=wrong_replies.MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )


class HasCase(QuestionFilter):
    title = "já virou caso de regressão?"
    parameter_name = "caso"
    answers = [
        ("nao", "não", lambda rows: rows.filter(case=None)),
        ("sim", "sim", lambda rows: rows.exclude(case=None)),
    ]


@admin.register(WrongReply)
class WrongReplyAdmin(PipeAdmin):
    list_display = ["reported", "lead", "why", "reply", "by", "case_column"]
    list_filter = [HasCase, ("reason", asking("por que motivo?"))]
    list_select_related = ["conversation", "message", "case"]
    search_fields = ["words", "message__text", "=id", "=message__id", "=conversation__id"]
    search_help_text = "palavras de quem marcou, texto da resposta ou id"
    ordering = ["-reported_at"]
    change_form_template = "admin/conversations/wrongreply/change_form.html"
    fields = ["reason"]
    empty_hint = "Nenhuma resposta marcada. O SDR marca com a nota privada “erro: motivo”; aqui, com “marcar erro”."
    reported = moment("reported_at", "marcada")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WrongReply]:
        rows = super().get_queryset(request)
        return with_actor_name(with_lead_name(rows, "conversation__lead"), "reported_by")

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "report": ("marcar/<uuid:key>/", self.report_view),
            "make_case": ("<uuid:key>/caso/", require_POST(self.make_case_view)),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"conversations_wrongreply_{name}")
            for name, (route, view) in views.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(row, WrongReply) and self.has_view_permission(request, row):
            context |= {
                **_told(row),
                "by": self.by(row),
                "reply_ids": [bubble.pk for bubble in reported.bubbles_of(row)],
                "case": EvalCase.objects.filter(report=row).first(),
                "may_make_case": request.user.has_perm("conversations.add_evalcase"),
            }
        return super().change_view(request, object_id, form_url, context)

    def page_name(self, row: Any) -> str:
        return f"Resposta errada a {row.lead_name}: {row.get_reason_display()}"

    def report_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """The form by which a person at the admin calls one of the agent's messages wrong."""
        if not request.user.has_perm(MAY_REPORT):
            raise PermissionDenied
        message = get_object_or_404(Message, pk=key, author=Message.Author.AGENT)
        form = ReportForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            report = wrong_replies.record(
                message,
                reason=WrongReply.Reason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                by=actor(request),
                now=clock.now(),
            )
            self.message_user(request, "Erro registrado.", messages.SUCCESS)
            return HttpResponseRedirect(page_of(WrongReply, report.pk))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Marcar resposta como errada",
            "message": message,
            "form": form,
            "back": f"{page_of(Conversation, message.conversation_id)}#m-{message.pk}",
        }
        return TemplateResponse(request, "admin/conversations/wrongreply/report.html", context)

    def make_case_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not request.user.has_perm("conversations.add_evalcase"):
            raise PermissionDenied
        report = get_object_or_404(WrongReply, pk=key)
        try:
            case = reported.make_case(report, by=actor(request), now=clock.now())
        except reported.NoCase as problem:
            self.message_user(request, f"Não dá para fazer um caso: {problem}.", messages.ERROR)
            return HttpResponseRedirect(page_of(WrongReply, key))
        self.message_user(
            request,
            "Caso criado com nomes e números fictícios. Confira a conversa e o que se espera da resposta.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(page_of(EvalCase, case.pk))

    @admin.display(description="lead")
    def lead(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: WrongReply) -> SafeString:
        return format_html('{} <span class="sl-evidence">{}</span>', row.get_reason_display(), cut(row.words, 90))

    @admin.display(description="resposta do agente")
    def reply(self, row: WrongReply) -> str:
        return cut(row.message.text, 100)

    @admin.display(description="marcada por", ordering="reported_by")
    def by(self, row: Any) -> str:
        return actor_words(row.reported_by, row.actor_name)

    @admin.display(description="caso de regressão")
    def case_column(self, row: WrongReply) -> SafeString | str:
        case = getattr(row, "case", None)
        return link(EvalCase, case.pk, "ativo" if case.active else "desligado") if case else "–"


def report_address(message_id: UUID) -> str:
    return reverse("admin:conversations_wrongreply_report", args=[message_id])


def _told(row: WrongReply) -> dict[str, Any]:
    lead = row.conversation.lead_id
    facts = list(Fact.objects.filter(lead=lead, superseded_at=None, field=Fact.Field.NOME))
    name = lead_name(facts, list(Identity.objects.filter(lead=lead).order_by("kind", "value")))
    return {"lead_name": name, "bubbles": bubbles(reported.conversation_up_to(row), lead_name=name), "report": row}
