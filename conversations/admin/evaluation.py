"""How the agent did, day by day, with the conversations to look at."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, page_of
from conversations.evals import nightly
from conversations.models import Conversation, EvalFinding, EvalRun
from leads.names import with_lead_name
from seleto.lib.admin_lists import moment

_Kind = EvalFinding.Kind


@admin.register(EvalRun)
class EvalRunAdmin(PipeAdmin):
    list_display = [
        "day", "conversations", "replies", "violations", "asked_again", "unanswered", "long", "no_notice", "gaps",
        "trend",
    ]  # fmt: skip
    ordering = ["-day"]
    date_hierarchy = "day"
    empty_hint = "A primeira avaliação sai na próxima madrugada, sobre as conversas do dia."

    def page_name(self, row: EvalRun) -> str:
        return f"Avaliação de {row.day:%d/%m/%Y}"

    finished = moment("finished_at", "concluída")
    fields = ["day", "finished_at", "conversations", "replies", "gaps", "trend", "found"]

    @admin.display(description="quebram regras")
    def violations(self, row: EvalRun) -> int:
        return self._count(row, _Kind.VIOLATION)

    @admin.display(description="reperguntas")
    def asked_again(self, row: EvalRun) -> int:
        return self._count(row, _Kind.ASKED_AGAIN)

    @admin.display(description="sem resposta")
    def unanswered(self, row: EvalRun) -> int:
        return self._count(row, _Kind.UNANSWERED)

    @admin.display(description="longas")
    def long(self, row: EvalRun) -> int:
        return self._count(row, _Kind.LONG)

    @admin.display(description="repasse sem aviso")
    def no_notice(self, row: EvalRun) -> int:
        return self._count(row, _Kind.NO_NOTICE)

    @admin.display(description="lacunas")
    def gaps(self, row: EvalRun) -> int:
        return int(row.figures.get("lacunas", 0))

    @admin.display(description="tendência")
    def trend(self, row: EvalRun) -> str:
        """The day's findings per reply beside those of the days before."""
        before = row.figures.get("tendencia")
        if not row.replies or before is None:
            return "–"
        now = nightly.findings(row.figures) / row.replies
        way = "piorou" if now > before else "melhorou" if now < before else "igual"
        return f"{way}: {_share(now)} (antes {_share(before)})"

    @admin.display(description="achados")
    def found(self, row: EvalRun) -> SafeString | str:
        findings = with_lead_name(row.findings.order_by("at", "pk"), "conversation__lead")
        shown = [
            (
                page_of(Conversation, finding.conversation_id),
                finding.lead_name,
                finding.get_kind_display(),
                finding.detail,
            )
            for finding in findings
        ]
        form = '<p class="sl-told"><a href="{}">{}</a>: {} <span class="sl-evidence">{}</span></p>'
        return format_html_join("", form, shown) or format_html("<p>{}</p>", "Nada encontrado.")

    @staticmethod
    def _count(row: EvalRun, kind: _Kind) -> int:
        return int(row.figures.get(kind.value, 0))


def _share(value: float) -> str:
    return f"{value * 100:.1f} %".replace(".", ",")
