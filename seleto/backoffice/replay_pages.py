"""Replays in the admin: what to replay, how far it is, and what would have been different, side by side."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations.admin.conversation import ConversationAdmin, with_columns
from conversations.admin.transcript import marked_text
from conversations.models import Conversation, GuardrailHit, Handoff
from conversations.wording import rules, words
from knowledge.models import PromptVersion
from knowledge.prompts import PromptError
from leads.display import fact_value
from leads.models import Fact, Temperature
from seleto.backoffice import replay, sides
from seleto.backoffice.models import ReplayItem, ReplayRun
from seleto.backoffice.playground_pages import VersionField
from seleto.lib import audit, clock
from seleto.lib.admin import ReadOnlyAdmin, actor
from seleto.lib.admin_lists import asking, cut, moment

REFRESH_S = 3
DAYS = 7
# As many as one replay could take turns from.
MOST_CONVERSATIONS = 500
_KINDS = (sides.REPLY, sides.FACTS, sides.TEMPERATURE, sides.HANDOFF)


class ReplayForm(forms.Form):
    version = VersionField(queryset=PromptVersion.objects.none(), label="Versão do prompt", empty_label=None)
    spend_max_usd = forms.DecimalField(
        label="Limite de gasto (US$)",
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        help_text="A reprodução para quando o gasto chega aqui; os turnos já em andamento terminam.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = self.fields["version"]
        assert isinstance(version, VersionField)  # noqa: S101 - declared above
        version.queryset = PromptVersion.objects.filter(role=PromptVersion.Role.AGENTE).order_by("-created_at")
        self.fields["spend_max_usd"].initial = settings.REPLAY_SPEND_MAX_USD


@admin.register(ReplayRun)
class ReplayRunAdmin(ReadOnlyAdmin):
    list_display = ["asked", "prompt_version", "state", "progress", "changed", "requested_by", "spent"]
    list_filter = [("status", asking("como terminou?"))]
    ordering = ["-requested_at"]
    change_list_template = "admin/backoffice/replay_list.html"
    change_form_template = "admin/backoffice/replay.html"
    asked = moment("requested_at", "pedida")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReplayRun]:
        waiting = Q(items__status=ReplayItem.Status.WAITING)
        rows: QuerySet[ReplayRun] = super().get_queryset(request)
        return rows.annotate(
            turns=Count("items"),
            waiting=Count("items", filter=waiting),
            differing=Count("items", filter=Q(items__changes__contains=[sides.REPLY])),
            cost=Sum("items__cost_after"),
        )

    @admin.display(description="situação", ordering="status")
    def state(self, row: ReplayRun) -> SafeString:
        reason = f" ({words(row.reason)})" if row.reason else ""
        return format_html('<span class="sl-tag">{}</span>{}', row.get_status_display(), reason)

    @admin.display(description="turnos")
    def progress(self, row: Any) -> str:
        return f"{row.turns - row.waiting} de {row.turns}"

    @admin.display(description="respostas diferentes")
    def changed(self, row: Any) -> int:
        return int(row.differing)

    @admin.display(description="gasto (US$)")
    def spent(self, row: Any) -> str:
        return dollars(row.cost)

    def get_urls(self) -> list[URLPattern]:
        view, info = self.admin_site.admin_view, "backoffice_replayrun"
        return [
            path("novo/", view(self.start_view), name=f"{info}_start"),
            path("<uuid:key>/cancelar/", view(require_POST(self.cancel_view)), name=f"{info}_cancel"),
            path("<uuid:key>/conversa/<uuid:conversation>/", view(self.talk_view), name=f"{info}_conversation"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"may_start": may_start(request), "days": DAYS, **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {**overview(run), "may_cancel": may_start(request)} if isinstance(run, ReplayRun) else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for version and limit, then begin with the chosen conversations or with those of the last days."""
        if not may_start(request):
            raise PermissionDenied
        form = ReplayForm(request.POST if "version" in request.POST else None)
        chosen = request.POST.getlist("conversation")
        if not form.is_valid():
            return TemplateResponse(request, "admin/backoffice/replay_start.html", self._asking(request, form, chosen))
        now = clock.now()
        turns = replay.of_conversations(_uuids(chosen)) if chosen else replay.since(now - timedelta(days=DAYS))
        try:
            run = replay.start(**form.cleaned_data, turns=turns, by=request.user.get_username(), now=now)
        except replay.NothingToReplay:
            self.message_user(request, "Nenhum turno respondido pelo agente para reproduzir.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:backoffice_replayrun_changelist"))
        except PromptError as error:
            form.add_error("version", str(error))
            return TemplateResponse(request, "admin/backoffice/replay_start.html", self._asking(request, form, chosen))
        self._audit(request, "replay_start", run)
        return _to(run.pk)

    def cancel_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not may_start(request):
            raise PermissionDenied
        run = get_object_or_404(ReplayRun, pk=key)
        if replay.cancel(key, now=clock.now()):
            self._audit(request, "replay_cancel", run)
            self.message_user(request, "Reprodução cancelada.", messages.SUCCESS)
        return _to(key)

    def talk_view(self, request: HttpRequest, key: UUID, conversation: UUID) -> HttpResponse:
        run = get_object_or_404(ReplayRun, pk=key)
        if not self.has_view_permission(request, run) or not may_read(request):
            raise PermissionDenied
        items = run.items.filter(conversation=conversation).select_related("turn").order_by("turn__started_at")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Conversa reproduzida",
            "run": run,
            "conversation_id": conversation,
            "turns": [_turn(item) for item in items],
        }
        return TemplateResponse(request, "admin/backoffice/replay_conversation.html", context)

    def _asking(self, request: HttpRequest, form: ReplayForm, chosen: list[str]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Reproduzir conversas",
            "form": form,
            "chosen": chosen,
            "days": DAYS,
            "most": settings.REPLAY_MAX_TURNS,
        }

    def _audit(self, request: HttpRequest, action: str, run: ReplayRun) -> None:
        audit.record(
            actor=actor(request),
            action=action,
            subject_kind="replayrun",
            subject_id=run.pk,
            detail={"version": run.prompt_version},
            now=clock.now(),
        )


admin.site.unregister(Conversation)


@admin.register(Conversation)
class ReplayableConversationAdmin(ConversationAdmin):
    """The conversations' own pages, from which some can be chosen for a replay."""

    actions = [*ConversationAdmin.actions, "replay"]

    @admin.action(description="Reproduzir com outra versão do prompt", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> HttpResponse:
        """Nothing is done yet: the form asks for the version, and may be posted again from its own address."""
        keys = queryset.order_by("-last_message_at").values_list("pk", flat=True)[:MOST_CONVERSATIONS]
        pages = admin.site._registry[ReplayRun]
        assert isinstance(pages, ReplayRunAdmin)  # noqa: S101 - registered above
        context = pages._asking(request, ReplayForm(), [str(key) for key in keys])
        return TemplateResponse(request, "admin/backoffice/replay_start.html", context)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return may_start(request)


def may_start(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("backoffice.add_replayrun")) and may_read(request)


def may_read(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("conversations.view_message"))


def dollars(amount: Decimal | None) -> str:
    return f"{amount:.4f}".replace(".", ",") if amount else "0"


def overview(run: ReplayRun) -> dict[str, Any]:
    """What the run's page shows: progress, sums, and a row per conversation, those that differ most first."""
    items = list(run.items.defer("asked"))
    done = [item for item in items if item.status == ReplayItem.Status.DONE]
    counted = {kind: sum(kind in item.changes for item in done) for kind in _KINDS}
    waiting = sum(item.status == ReplayItem.Status.WAITING for item in items)
    return {
        "title": f"Reprodução com a versão {run.prompt_version}",
        "subtitle": None,
        "run": run,
        "reason": words(run.reason) if run.reason else "",
        "refresh_s": REFRESH_S if run.status == ReplayRun.Status.RUNNING else None,
        "total": len(items),
        "tried": len(items) - waiting,
        "done": len(done),
        "failures": _failures(items),
        "counted": counted,
        "temperatures": _temperatures(done),
        "sums": _sums(done),
        "spent": dollars(sum((item.cost_after for item in items), Decimal(0))),
        "rows": _rows(items),
    }


def _failures(items: Iterable[ReplayItem]) -> list[tuple[str, int]]:
    reasons = Counter(item.reason for item in items if item.status == ReplayItem.Status.FAILED)
    return [(words(reason), count) for reason, count in reasons.most_common()]


def _temperatures(done: Iterable[ReplayItem]) -> list[tuple[str, str, int]]:
    """(from, to, turns) of every change of class."""
    moved = Counter(
        (item.before["temperature"], item.after["temperature"]) for item in done if sides.TEMPERATURE in item.changes
    )
    return [(_class(one), _class(other), count) for (one, other), count in moved.most_common()]


def _sums(done: list[ReplayItem]) -> list[tuple[str, str, str]]:
    """(what, before, after)."""

    def both(name: str) -> tuple[str, str]:
        return str(sum(item.before[name] for item in done)), str(sum(item.after[name] for item in done))

    return [
        (
            "Rascunhos barrados pelas regras",
            str(sum(item.violations_before for item in done)),
            str(sum(item.violations_after for item in done)),
        ),
        (
            "Repasses a uma pessoa",
            str(sum(bool(item.before["handoff"]) for item in done)),
            str(sum(bool(item.after["handoff"]) for item in done)),
        ),
        ("Chamadas ao modelo", *both("calls")),
        ("Tokens de entrada", *both("prompt_tokens")),
        ("Tokens de saída", *both("completion_tokens")),
        (
            "Custo (US$)",
            dollars(sum((item.cost_before for item in done), Decimal(0))),
            dollars(sum((item.cost_after for item in done), Decimal(0))),
        ),
    ]


def _rows(items: list[ReplayItem]) -> list[dict[str, Any]]:
    by_conversation: dict[UUID, list[ReplayItem]] = {}
    for item in items:
        by_conversation.setdefault(item.conversation_id, []).append(item)
    talks: QuerySet[Any] = with_columns(Conversation.objects.filter(pk__in=by_conversation))
    names = {row.pk: cut(row.lead_name, 40) for row in talks}
    rows = []
    for key, turns in by_conversation.items():
        tried = [item for item in turns if item.status != ReplayItem.Status.WAITING]
        rows.append(
            {
                "key": key,
                "name": names.get(key, "sem nome"),
                "turns": len(turns),
                "tried": len(tried),
                "changes": [(kind, count) for kind in _KINDS if (count := sum(kind in item.changes for item in tried))],
                "violations": (sum(i.violations_before for i in tried), sum(i.violations_after for i in tried)),
                "failed": sum(item.status == ReplayItem.Status.FAILED for item in turns),
            }
        )
    return sorted(rows, key=lambda row: (-sum(count for _, count in row["changes"]), row["name"]))


def _turn(item: ReplayItem) -> dict[str, Any]:
    if item.status != ReplayItem.Status.DONE:
        return {"item": item, "reason": words(item.reason) if item.reason else ""}
    left, right = sides.side_by_side("\n\n".join(item.before["reply"]), "\n\n".join(item.after["reply"]))
    return {
        "item": item,
        "before": _side(item.before, left, item.cost_before),
        "after": _side(item.after, right, item.cost_after),
    }


def _side(side: dict[str, Any], reply: list[tuple[str, bool]], cost: Decimal) -> dict[str, Any]:
    return {
        **side,
        "reply": reply,
        "facts": [
            (Fact.Field(name).label if name in Fact.Field.values else name, fact_value(name, value))
            for name, value in side["facts"].items()
        ],
        "temperature_words": _class(side["temperature"]),
        "handoff": Handoff.Reason(side["handoff"]).label if side["handoff"] else "",
        "stopped": [
            {
                "rules": rules(draft["kinds"]),
                "action": GuardrailHit.Action(draft["action"]).label,
                "marked": marked_text(draft["draft"], draft["spans"]),
            }
            for draft in side["stopped"]
        ],
        "cost": dollars(cost),
    }


def _class(code: str) -> str:
    return str(Temperature(code).label) if code in Temperature.values else code


def _uuids(texts: Iterable[str]) -> list[UUID]:
    """Those that are ids; others were not made by our form."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _to(key: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:backoffice_replayrun_change", args=[key]))
