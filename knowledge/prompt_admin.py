"""The manager's pages about prompts: versions, what differs between two, a new draft, publication and the way back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from knowledge import prompts, queries, services
from knowledge.admin import AuditedAdmin
from knowledge.models import PromptTrial, PromptVersion, PublishRun
from knowledge.prompt_diff import CHANGED, SAME, compare
from knowledge.prompt_steps import next_step
from seleto.lib import clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import asking, local
from seleto.lib.audit import record

PUBLISH = "knowledge.publish_knowledge"
SHIPPED_BY = "arquivos do sistema"


def user_name(request: HttpRequest) -> str:
    """Who is at the keyboard, as a version names its maker."""
    return str(request.user.get_username())


@admin.register(PromptVersion)
class PromptVersionAdmin(AuditedAdmin):
    list_display = ["version", "role", "state", "made", "published", "differences"]
    list_filter = [("role", asking("de que papel?")), ("status", asking("em que estado?"))]
    ordering = ["role", "-created_at", "-version"]
    change_list_template = "admin/knowledge/promptversion/change_list.html"
    change_form_template = "admin/knowledge/promptversion/change_form.html"
    actions = None

    # --- What may be done ----------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version begins as the copy of another."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What turns ran with, or run with in a trial, stays as it was: only other drafts are edited."""
        editable = not isinstance(obj, PromptVersion) or services.editable_prompts().filter(pk=obj.pk).exists()
        return editable and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A draft that was never used, and is not being tried."""
        if not isinstance(obj, PromptVersion) or obj.status != PromptVersion.Status.DRAFT:
            return False
        used = PromptTrial.objects.filter(version_b=obj).exists()
        return not used and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What was tried with a draft goes with it: talks in the playground and evaluations have no button of their
        own for that."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        relations = (field for field in PromptVersion._meta.get_fields(include_hidden=True) if field.one_to_many)
        own = {str(relation.related_model._meta.verbose_name) for relation in relations if relation.related_model}
        return deleted, counts, set(map(str, missing)) - own, protected

    def may_publish(self, request: HttpRequest) -> bool:
        return may_publish(request)

    # --- Lists and forms -----------------------------------------------------------------------------------------

    @admin.display(description="estado", ordering="status")
    def state(self, row: PromptVersion) -> SafeString:
        return format_html('<span class="sl-tag sl-prompt-{}">{}</span>', row.status, row.get_status_display())

    @admin.display(description="criada", ordering="created_at")
    def made(self, row: PromptVersion) -> SafeString:
        return _deed(local(row.created_at), row.created_by or SHIPPED_BY)

    @admin.display(description="publicada", ordering="published_at")
    def published(self, row: PromptVersion) -> SafeString | str:
        if row.published_at is None:
            return "–"
        return _deed(local(row.published_at), row.published_by or SHIPPED_BY)

    @admin.display(description="diferenças")
    def differences(self, row: PromptVersion) -> SafeString | str:
        if row.status == PromptVersion.Status.PUBLISHED:
            return "–"
        return format_html('<a href="{}">comparar</a>', _page("diff", row.pk))

    @admin.display(description="texto")
    def shown(self, row: PromptVersion) -> SafeString:
        return format_html('<div class="sl-prompt">{}</div>', prompts.render(row.text))

    @admin.display(description="texto (XML)")
    def source(self, row: PromptVersion) -> SafeString:
        return format_html('<details><summary>mostrar</summary><pre class="sl-raw">{}</pre></details>', row.text)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        text = ["text"] if self.has_change_permission(request, obj) else ["shown", "source"]
        return [("role", "version"), ("state", "made"), "published", *text]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["role", "version", "state", "made", "published", "shown", "source"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "text" in form.base_fields:
            form.base_fields["text"].widget = forms.Textarea(
                attrs={"rows": 30, "class": "vLargeTextField sl-code", "spellcheck": "false"}
            )
            form.base_fields["text"].help_text = (
                f"Seções obrigatórias: {', '.join(prompts.REQUIRED[obj.role])}. Cada uma tem id e título e contém "
                f"&lt;p&gt; e &lt;regra&gt;. Ao todo, até {prompts.MAX_CHARS} caracteres."
            )
        return form

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": "Versões do prompt",
            "in_use": _in_use(),
            "step": next_step(),
            "may_publish": self.may_publish(request),
            "cache_s": round(queries.CACHE_S),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context: dict[str, Any] = dict(extra_context or {})
        if isinstance(row, PromptVersion):
            context |= {
                "may_publish": self.may_publish(request),
                "may_try": row.role in services.TRIED_ROLES,
                "runs": row.publish_runs.order_by("-requested_at")[:5],
                "running_trial": row.trials.filter(ended_at=None).first(),
            }
        return super().change_view(request, object_id, form_url, context)

    # --- Pages and buttons ---------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "diff": ("comparar", self.diff_view),
            "copy": ("copiar", require_POST(self.copy_view)),
            "publish": ("publicar", require_POST(self.publish_view)),
            "rollback": ("voltar", require_POST(self.rollback_view)),
        }
        own = [
            path(f"<uuid:key>/{words}/", self.admin_site.admin_view(view), name=f"knowledge_promptversion_{name}")
            for name, (words, view) in views.items()
        ]
        return own + super().get_urls()

    def diff_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """What the version has that another one has not; the other one is the published, unless ``com`` names one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        new = get_object_or_404(PromptVersion, pk=key)
        same_role = PromptVersion.objects.filter(role=new.role).order_by("-created_at", "-version")
        old = _chosen(same_role, request.GET.get("com", "")) or _counterpart(new)
        sections = compare(prompts.sections(old.text), prompts.sections(new.text)) if old else ()
        return TemplateResponse(
            request,
            "admin/knowledge/promptversion/diff.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "media": self.media,
                "title": f"Diferenças de {new.version}",
                "old": old,
                "new": new,
                "versions": [row for row in same_role if row.pk != new.pk],
                "sections": [section for section in sections if section.kind != SAME],
                "unchanged": [section for section in sections if section.kind == SAME],
                "changed": CHANGED,
                "may_publish": self.may_publish(request),
            },
        )

    def copy_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if not request.user.has_perm("knowledge.add_promptversion"):
            raise PermissionDenied
        draft = services.draft_from(get_object_or_404(PromptVersion, pk=key), by=user_name(request))
        self.record(request, "create", draft, copied_from=str(key))
        self.message_user(request, f"Rascunho {draft.version} criado. Edite o texto e salve.", messages.SUCCESS)
        return HttpResponseRedirect(_page("change", draft.pk))

    def publish_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """To the page of the evaluation that ends in the publication."""
        version = self._version_to_publish(request, key)
        try:
            run = services.request_publication(version, now=clock.now(), by=user_name(request))
        except (services.PublishingError, prompts.PromptError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(_page("change", key))
        self.record(request, "publish_requested" if run else "publish", version)
        if run is None:
            self.message_user(request, f"Versão {version.version} publicada.", messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:knowledge_promptversion_changelist"))
        return HttpResponseRedirect(reverse("admin:knowledge_publishrun_change", args=[run.pk]))

    def rollback_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        version = self._version_to_publish(request, key)
        try:
            services.roll_back(version, now=clock.now(), by=user_name(request))
        except (services.PublishingError, prompts.PromptError) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.record(request, "rollback", version)
            self.message_user(
                request,
                f"Versão {version.version} em uso, em até {queries.CACHE_S:.0f} segundos em todos os processos.",
                messages.SUCCESS,
            )
        return HttpResponseRedirect(reverse("admin:knowledge_promptversion_changelist"))

    def _version_to_publish(self, request: HttpRequest, key: UUID) -> PromptVersion:
        if not self.may_publish(request):
            raise PermissionDenied
        return get_object_or_404(PromptVersion, pk=key)


def may_publish(request: HttpRequest) -> bool:
    """Writing a draft needs the right to change versions; having leads answered with it, the right to publish."""
    return bool(request.user.has_perm(PUBLISH))


def audit_version(request: HttpRequest, action: str, version_id: UUID, **detail: object) -> None:
    """A deed of the person at the keyboard upon a version, from a page that is not the version's own."""
    record(
        actor=actor(request),
        action=action,
        subject_kind="promptversion",
        subject_id=version_id,
        detail=detail,
        now=clock.now(),
    )


def _in_use() -> list[dict[str, Any]]:
    """Per role: what is published, what was before it, and what is going on."""
    rows = list(
        PromptVersion.objects.exclude(status=PromptVersion.Status.DRAFT).defer("text").order_by("-published_at")
    )
    runs = {
        run.version.role: run
        for run in PublishRun.objects.filter(status__in=PublishRun.ACTIVE).select_related("version")
    }
    trials = {trial.role: trial for trial in PromptTrial.objects.filter(ended_at=None).select_related("version_b")}
    found = []
    for role in PromptVersion.Role:
        of_role = [row for row in rows if row.role == role]
        found.append(
            {
                "role": role.label,
                "published": next((row for row in of_role if row.status == PromptVersion.Status.PUBLISHED), None),
                "previous": next((row for row in of_role if row.status == PromptVersion.Status.RETIRED), None),
                "run": runs.get(role),
                "trial": trials.get(role),
            }
        )
    return found


def _counterpart(version: PromptVersion) -> PromptVersion | None:
    """What a version is compared with by itself: the published one; for the published one, the one before."""
    published = PromptVersion.objects.filter(role=version.role, status=PromptVersion.Status.PUBLISHED)
    return published.exclude(pk=version.pk).first() or services.previous_prompt(version.role)


def _chosen(rows: QuerySet[PromptVersion], key: str) -> PromptVersion | None:
    if not key:
        return None
    try:
        return rows.get(pk=UUID(key))
    except (ValueError, PromptVersion.DoesNotExist):
        raise Http404 from None


def _page(name: str, key: UUID) -> str:
    return reverse(f"admin:knowledge_promptversion_{name}", args=[key])


def _deed(when: str, who: str) -> SafeString:
    return format_html('{} <span class="sl-evidence">{}</span>', when, who)
