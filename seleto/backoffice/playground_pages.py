"""The playground in the admin: one page with the talk, what led to each reply, and what it is tried with."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from conversations.admin.transcript import marked_text
from conversations.admin.turn import money
from conversations.models import GuardrailHit
from conversations.wording import rules, words
from knowledge.models import PromptVersion, ScoreWeights
from seleto.backoffice import playground
from seleto.backoffice.models import PlaygroundSession
from seleto.lib import clock
from seleto.lib.admin import ReadOnlyAdmin
from seleto.lib.admin_lists import local

# While the worker thinks the page asks again this often.
REFRESH_S = 1


class VersionField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, PromptVersion)  # noqa: S101 - what the queryset holds
        return f"{obj.version} ({obj.get_status_display()})"


class OptionsForm(forms.Form):
    """What the agent is tried with; the live data where nothing else is chosen."""

    prompt = VersionField(queryset=PromptVersion.objects.none(), label="versão do prompt", empty_label=None)
    articles = forms.MultipleChoiceField(
        label="artigos em rascunho",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Artigos inativos que esta conversa usa como se estivessem ativos.",
    )
    prices = forms.ChoiceField(label="política de preço", choices=PlaygroundSession.Prices.choices)
    weights = forms.ModelChoiceField(
        queryset=ScoreWeights.objects.order_by("name"),
        label="pesos da pontuação",
        required=False,
        empty_label="os que estão em uso",
    )
    hours = forms.ChoiceField(label="hora", choices=PlaygroundSession.Hours.choices)
    language = forms.ChoiceField(label="idioma da resposta", choices=PlaygroundSession.Language.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["prompt"]
        assert isinstance(chosen, VersionField)  # noqa: S101 - declared above
        chosen.queryset = PromptVersion.objects.filter(role=PromptVersion.Role.AGENTE).order_by("-created_at")
        drafts = [(row.code, f"{row.code}: {row.title}") for row in playground.drafts()]
        if drafts:
            self.fields["articles"].choices = drafts  # type: ignore[attr-defined]
        else:
            del self.fields["articles"]


@admin.register(PlaygroundSession)
class PlaygroundAdmin(ReadOnlyAdmin):
    """Its list is the page itself: everybody sees their own talk only."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("backoffice.use_playground"))

    def get_urls(self) -> list[URLPattern]:
        views = {"say": ("falar", self.say_view), "options": ("opcoes", self.options_view)}
        page = path("", self.admin_site.admin_view(self.page_view), name="backoffice_playgroundsession_changelist")
        return [page] + [
            path(
                f"{words}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"backoffice_playgroundsession_{name}",
            )
            for name, (words, view) in views.items()
        ]

    def page_view(self, request: HttpRequest) -> HttpResponse:
        user = self._user(request)
        now = clock.now()
        session = playground.session_of(user, now=now)
        thinking = session is not None and session.due_at is not None
        context = {
            **self.admin_site.each_context(request),
            "title": "Playground",
            "opts": self.opts,
            "session": session,
            "thinking": thinking,
            "refresh_s": REFRESH_S if thinking else None,
            "takes": [_page_of(take) for take in session.takes] if session else [],
            "failure": words(session.failure) if session and session.failure else "",
            "form": OptionsForm(initial=_chosen(session)),
            "virtual_time": local(playground.virtual_time(session.hours, now)) if session else "",
        }
        return TemplateResponse(request, "admin/backoffice/playground.html", context)

    def say_view(self, request: HttpRequest) -> HttpResponse:
        user = self._user(request)
        text = request.POST.get("text", "").strip()
        now = clock.now()
        session = playground.session_of(user, now=now)
        if session is None:
            published = _chosen(None).get("prompt")
            if published is None:
                self.message_user(request, "Nenhuma versão do prompt existe ainda.", messages.ERROR)
                return _back()
            session = playground.begin(user, {"prompt": published}, now=now)
        if text:
            try:
                playground.say(session, text, now=now)
            except playground.StillThinking:
                self.message_user(request, "Espere a resposta anterior.", messages.WARNING)
        return _back()

    def options_view(self, request: HttpRequest) -> HttpResponse:
        """New options for the talk under way, or a new talk with them."""
        user = self._user(request)
        form = OptionsForm(request.POST)
        if not form.is_valid():
            self.message_user(request, "Escolha uma versão do prompt.", messages.ERROR)
            return _back()
        now = clock.now()
        session = playground.session_of(user, now=now)
        if session is None or "reset" in request.POST:
            playground.begin(user, form.cleaned_data, now=now)
        else:
            PlaygroundSession.objects.filter(pk=session.pk).update(**form.cleaned_data)
            self.message_user(request, "As opções valem a partir da próxima mensagem.", messages.SUCCESS)
        return _back()

    def _user(self, request: HttpRequest) -> AbstractBaseUser:
        if not self.has_view_permission(request):
            raise PermissionDenied
        assert isinstance(request.user, AbstractBaseUser)  # noqa: S101 - nobody else has the permission
        return request.user


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:backoffice_playgroundsession_changelist"))


def _chosen(session: PlaygroundSession | None) -> dict[str, Any]:
    """The options as they are; before the first talk, the published version."""
    if session is not None:
        return {
            name: getattr(session, name) for name in ("prompt", "articles", "prices", "weights", "hours", "language")
        }
    versions = playground.versions()
    published = [row for row in versions if row.status == PromptVersion.Status.PUBLISHED]
    return {"prompt": next(iter(published or versions), None)}


def _page_of(take: dict[str, Any]) -> dict[str, Any]:
    """The stored take with its stopped drafts as the page marks them."""
    stopped = [
        {
            "rules": rules(draft["kinds"]),
            "reasons": " ".join(draft["reasons"]),
            "action": GuardrailHit.Action(draft["action"]).label,
            "marked": marked_text(draft["draft"], draft["spans"]),
        }
        for draft in take["stopped"]
    ]
    return {**take, "stopped": stopped, "cost": money(Decimal(take["cost_usd"]))}
