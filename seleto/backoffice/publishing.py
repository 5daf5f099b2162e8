"""The page of an evaluation that decides about a publication: progress, result, and publishing in spite of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations.publishing import stage
from conversations.publishing.cases import gate_cases, gate_titles
from conversations.wording import rules
from knowledge import services
from knowledge.models import PublishRun
from knowledge.prompt_admin import audit_version, may_publish, user_name
from knowledge.prompts import PromptError
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin
from seleto.lib.admin_lists import asking, moment

REFRESH_S = 3
# What an assertion of a case asks for, in the words of whoever reads the result.
ASKED = {
    "gap_recorded": "registrar a pergunta sem resposta",
    "handoff": "passar ou não a uma pessoa",
    "human_queue": "passar à fila certa",
    "implied_no_violation": "não violar nenhuma regra",
    "lead_fields": "registrar os dados que o lead disse",
    "mentions_product": "falar do produto certo",
    "must_mention_any": "dizer o que foi perguntado",
    "must_not_ask_again": "não perguntar o que já foi dito",
    "must_not_mention": "não dizer o que é proibido no caso",
    "no_reply_after_turn": "calar depois de passar a uma pessoa",
    "no_violation": "não violar as regras do caso",
    "paused": "parar ou seguir na hora certa",
    "reply_after_turn": "responder",
    "reply_count_max": "não responder vezes demais",
    "reply_count_min": "responder a todas as mensagens",
    "reply_max_chars": "responder com um texto curto",
}


class OverrideForm(forms.Form):
    reason = forms.CharField(
        label="Por que publicar apesar do resultado?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        min_length=10,
    )


@admin.register(PublishRun)
class PublishRunAdmin(ReadOnlyAdmin):
    list_display = ["asked", "version_name", "state", "reason", "requested_by", "model", "spent"]
    list_filter = [("status", asking("como terminou?"))]
    list_select_related = ["version"]
    ordering = ["-requested_at"]
    change_form_template = "admin/knowledge/publishrun/change_form.html"
    asked = moment("requested_at", "pedida")

    @admin.display(description="versão")
    def version_name(self, row: PublishRun) -> str:
        return row.version.version

    @admin.display(description="situação", ordering="status")
    def state(self, row: PublishRun) -> SafeString:
        return state_tag(row)

    @admin.display(description="gasto (US$)", ordering="spent_usd")
    def spent(self, row: PublishRun) -> str:
        return dollars(row.spent_usd)

    def get_urls(self) -> list[URLPattern]:
        views = {"override": ("publicar", self.override_view), "cancel": ("cancelar", self.cancel_view)}
        own = [
            path(
                f"<uuid:key>/{words}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"knowledge_publishrun_{name}",
            )
            for name, (words, view) in views.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {**_shown(row), "may_publish": may_publish(request)} if isinstance(row, PublishRun) else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def override_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._row(request, key)
        form = OverrideForm(request.POST)
        if not form.is_valid():
            self.message_user(request, "Escreva a justificativa, com ao menos 10 caracteres.", messages.ERROR)
            return _to(key)
        try:
            services.override(row, reason=form.cleaned_data["reason"], now=clock.now(), by=user_name(request))
        except (services.PublishingError, PromptError) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            audit_version(request, "publish_override", row.version_id, run=str(row.pk))
            self.message_user(request, f"Versão {row.version.version} publicada.", messages.SUCCESS)
        return _to(key)

    def cancel_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._row(request, key)
        services.cancel_publication(row, now=clock.now())
        audit_version(request, "publish_cancel", row.version_id, run=str(row.pk))
        return _to(key)

    def _row(self, request: HttpRequest, key: UUID) -> PublishRun:
        if not may_publish(request):
            raise PermissionDenied
        return get_object_or_404(PublishRun.objects.select_related("version"), pk=key)


def state_tag(row: PublishRun) -> SafeString:
    return format_html('<span class="sl-tag sl-run-{}">{}</span>', row.status, row.get_status_display())


def dollars(amount: Decimal) -> str:
    return f"{amount:.4f}".replace(".", ",") if amount else "0"


def _to(key: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:knowledge_publishrun_change", args=[key]))


def _shown(row: PublishRun) -> dict[str, Any]:
    sides = 2 if row.baseline_id else 1
    total = sides * len(row.cases or gate_cases())
    return {
        "title": f"Avaliação da versão {row.version.version}",
        "run": row,
        "refresh_s": REFRESH_S if row.active else None,
        "done": len(row.results),
        "total": total,
        "ours": stage.tally(row, stage.CANDIDATE),
        "theirs": stage.tally(row, stage.BASELINE) if row.baseline_id else None,
        "rows": _by_case(row),
        "spent": dollars(row.spent_usd),
        "override_form": OverrideForm()
        if row.status in (PublishRun.Status.REFUSED, PublishRun.Status.STOPPED)
        else None,
    }


def _by_case(row: PublishRun) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    titles = gate_titles()
    for result in row.results:
        case = found.setdefault(result["case"], {"title": titles.get(result["case"], result["case"])})
        case[result["side"]] = _side(result)
    return list(found.values())


def _side(result: Mapping[str, Any]) -> dict[str, Any]:
    left = list(dict.fromkeys(result.get("left", [])))
    stopped = list(result["violations"])
    for label in result.get("left", []):
        stopped.remove(label)
    return {
        "passed": result["passed"],
        "failed": list(dict.fromkeys(ASKED.get(item["key"], item["key"]) for item in result["failed"])),
        "left": rules(left),
        "stopped": f"{len(stopped)} ({rules(dict.fromkeys(stopped))})" if stopped else "",
        "transcript": result["transcript"],
    }
