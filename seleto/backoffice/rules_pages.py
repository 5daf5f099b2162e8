"""The rules for a manager: any text put to the test, and stopped drafts judged by a person."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations import guardrails, wrong_replies
from conversations.admin.base import page_of
from conversations.admin.transcript import marked_text
from conversations.admin.turn import GuardrailHitAdmin
from conversations.admin.wrong_reply import MAY_REPORT
from conversations.guardrails import ReviewContext, Verdict
from conversations.models import GuardrailHit, Message, WrongReply
from conversations.wording import rule
from knowledge import queries
from knowledge.models import Phrase, SafetyRules
from knowledge.rules_admin import LooseningForm, SafetyRulesAdmin
from knowledge.strictness import Strictness
from leads.models import Temperature
from seleto.backoffice.models import HitReview
from seleto.lib import audit, clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter

_LOCAL = ZoneInfo("America/Sao_Paulo")
MOST_CHARS = 4000


class TesterForm(forms.Form):
    text = forms.CharField(
        label="Texto a testar",
        max_length=MOST_CHARS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Nada é guardado nem enviado.",
    )
    lead_last = forms.CharField(
        label="O que o lead tinha escrito (se importar)",
        max_length=MOST_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    temperature = forms.ChoiceField(
        label="Temperatura do lead", choices=[("", "tanto faz"), *Temperature.choices], required=False
    )
    prices = forms.BooleanField(
        label="Como se a exceção do lead frio estivesse ligada, com os preços válidos hoje", required=False
    )


def tried(text: str, *, lead_last: str = "", temperature: str = "", prices: bool = False) -> Verdict:
    """The text as the agent's reply would be reviewed now."""
    today = clock.now().astimezone(_LOCAL).date()
    told = queries.valid_prices(today=today) if prices else queries.price_exception(today=today)
    context = ReviewContext(
        lead_last=lead_last,
        temperature=temperature,
        price_exception=told if temperature == Temperature.COLD else {},
        products=queries.products(),
        strictness=queries.strictness(),
    )
    return guardrails.review(text.replace("\r\n", "\n"), context)


def phrases_stopped(strictness: Strictness) -> list[Phrase]:
    """Approved phrases that these rules would stop: without them the agent could not even refuse."""
    context = ReviewContext(products=queries.products(), strictness=strictness)
    rows = Phrase.objects.filter(active=True).order_by("pk")
    return [row for row in rows if not guardrails.review(row.text, context).ok and guardrails.review(row.text).ok]


def approvers() -> int:
    """People who may approve what another one changes."""
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    granted = Permission.objects.filter(content_type__app_label="knowledge", codename="publish_knowledge")
    may = Q(is_superuser=True) | Q(user_permissions__in=granted) | Q(groups__permissions__in=granted)
    return people.filter(may).distinct().count()


class _Form(LooseningForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("four_eyes") and not self.instance.four_eyes and approvers() < 2:
            self.add_error(
                "four_eyes",
                "Ainda não há duas pessoas que possam publicar conhecimento: com esta chave ligada, ninguém aprovaria"
                " as mudanças de quem as faz. Dê o papel Gestor a mais alguém antes.",
            )
        if cleaned.get("questions") and "forbidden" in cleaned:
            wanted = SafetyRules(questions=cleaned["questions"], forbidden=cleaned["forbidden"]).strictness()
            if stopped := phrases_stopped(wanted):
                names = "; ".join(f"“{row.text}” ({row.get_situation_display()})" for row in stopped[:3])
                raise forms.ValidationError(
                    f"Com estas regras, frases aprovadas seriam barradas: {names}. Mude as frases antes."
                )
        return cleaned


admin.site.unregister(SafetyRules)


@admin.register(SafetyRules)
class TestedRulesAdmin(SafetyRulesAdmin):
    form = _Form
    change_form_template = "admin/knowledge/rules.html"

    def get_urls(self) -> list[URLPattern]:
        page = path("testar/", self.admin_site.admin_view(self.tester_view), name="knowledge_safetyrules_tester")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row: the list is its page."""
        row, _ = SafetyRules.objects.get_or_create(id=1)
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:knowledge_safetyrules_change", args=[row.pk]))

    def tester_view(self, request: HttpRequest) -> HttpResponse:
        """Posted, never in an address: what is pasted may be a lead's."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TesterForm(request.POST if "text" in request.POST else None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Testar um texto",
            "form": form,
        }
        if form.is_valid():
            verdict = tried(**form.cleaned_data)
            text = form.cleaned_data["text"].replace("\r\n", "\n")
            spans = [(span.start, span.end, str(span.kind)) for span in verdict.spans]
            context |= {
                "tried": True,
                "ok": verdict.ok,
                "marked": marked_text(text, spans),
                "broken": [
                    (rule(str(one.kind)), one.reason, [text[span.start : span.end] for span in one.spans])
                    for one in verdict.violations
                ],
            }
        return TemplateResponse(request, "admin/knowledge/tester.html", context)


class Judged(QuestionFilter):
    title = "alguém já avaliou?"
    parameter_name = "avaliado"
    answers = [
        ("nao", "ainda não", lambda rows: rows.filter(review=None)),
        ("certo", "bloqueio certo", lambda rows: rows.filter(review__right=True)),
        ("errado", "bloqueio errado", lambda rows: rows.filter(review__right=False)),
    ]


admin.site.unregister(GuardrailHit)


@admin.register(GuardrailHit)
class JudgedHitAdmin(GuardrailHitAdmin):
    """Stopped drafts and what people say of them. A wrong stop becomes a wrong reply, from which a case is made."""

    list_display = [*GuardrailHitAdmin.list_display, "judged"]
    list_filter = [Judged, *GuardrailHitAdmin.list_filter]
    fields = [*GuardrailHitAdmin.fields, "judged"]
    change_form_template = "admin/conversations/hit.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.judge_view))
        return [path("<uuid:key>/avaliar/", view, name="conversations_guardrailhit_judge"), *super().get_urls()]

    @admin.display(description="avaliação", ordering="review__right")
    def judged(self, row: GuardrailHit) -> SafeString | str:
        review: HitReview | None = getattr(row, "review", None)
        if review is None:
            return "–"
        colour, words = ("agent", "bloqueio certo") if review.right else ("stop", "bloqueio errado")
        return format_html('<span class="sl-tag sl-{}">{}</span>', colour, words)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_judge": request.user.has_perm(MAY_REPORT), "hit_key": object_id}
        return super().change_view(request, object_id, form_url, {**may, **(extra_context or {})})

    def judge_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not request.user.has_perm(MAY_REPORT):
            raise PermissionDenied
        hit = get_object_or_404(GuardrailHit.objects.select_related("turn"), pk=key)
        right, now = request.POST.get("right") == "yes", clock.now()
        HitReview.objects.update_or_create(hit=hit, defaults={"right": right, "by": actor(request), "at": now})
        audit.record(
            actor=actor(request),
            action="hit.review",
            subject_kind="guardrailhit",
            subject_id=hit.pk,
            detail={"right": right},
            now=now,
        )
        if right:
            self.message_user(request, "Anotado: o bloqueio estava certo.", messages.SUCCESS)
            return HttpResponseRedirect(page_of(GuardrailHit, hit.pk))
        return self._report(request, hit)

    def _report(self, request: HttpRequest, hit: GuardrailHit) -> HttpResponse:
        """What left in the draft's place is the wrong reply; where nothing left, there is none to make a case of."""
        sent = _sent(hit)
        if sent is None:
            self.message_user(request, "Anotado. Nada foi enviado neste turno: não há resposta a corrigir.")
            return HttpResponseRedirect(page_of(GuardrailHit, hit.pk))
        report = wrong_replies.record(
            sent,
            reason=WrongReply.Reason.OTHER,
            words=f"O rascunho barrado podia ter ido: {hit.draft}",
            by=actor(request),
            now=clock.now(),
        )
        self.message_user(
            request, "Anotado. Agora dá para fazer um caso de avaliação com esta conversa.", messages.SUCCESS
        )
        return HttpResponseRedirect(page_of(WrongReply, report.pk))

    def get_queryset(self, request: HttpRequest) -> QuerySet[GuardrailHit]:
        return super().get_queryset(request).select_related("turn", "review")


def _sent(hit: GuardrailHit) -> Message | None:
    rows = Message.objects.filter(outbox__turn=hit.turn_id, author=Message.Author.AGENT)
    return rows.order_by("outbox__order").first()
