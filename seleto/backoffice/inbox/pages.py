"""One conversation's workspace: what is said, who the lead is, what happened, and the buttons."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from conversations import desk
from conversations.admin.base import page_of
from conversations.admin.conversation import owner_words
from conversations.admin.transcript import bubbles
from conversations.models import Conversation, Message
from conversations.repair import Refused
from seleto.backoffice.inbox import trace, workspace
from seleto.backoffice.inbox.deeds import DEEDS, Deed
from seleto.backoffice.inbox.listing import MAY_READ, InboxList
from seleto.backoffice.inbox.workspace import May
from seleto.lib import audit, clock
from seleto.lib.admin import actor

_HERE = "admin/backoffice/workspace"
# How often an open page asks whether anything changed.
POLL_MS = 4000
admin.site.unregister(Conversation)


@admin.register(Conversation)
class InboxAdmin(InboxList):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "GET":
            raise PermissionDenied
        try:
            conversation = self._conversation(request, UUID(object_id))
        except (ValueError, Http404):
            self.message_user(request, "Esta conversa não existe.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:conversations_conversation_changelist"))
        audit.seen(actor=actor(request), subject_kind="lead", subject_id=conversation.lead_id, now=clock.now())
        context = self._page_context(request, conversation)
        return TemplateResponse(request, f"{_HERE}/page.html", {**context, "key": uuid4(), "poll_ms": POLL_MS})

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "live": ("<uuid:key>/agora/", require_GET(self.live_view)),
            "older": ("<uuid:key>/anteriores/<uuid:before>/", require_GET(self.older_view)),
            "trace": ("<uuid:key>/turno/<uuid:turn>/", require_GET(self.trace_view)),
            "say": ("<uuid:key>/escrever/", require_POST(self.say_view)),
            "deed": ("<uuid:key>/fazer/<slug:name>/", self.deed_view),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"conversations_conversation_{name}")
            for name, (route, view) in views.items()
        ]
        return own + super().get_urls()

    def live_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Nothing while the page is as it was told (``?v=``), else its parts anew."""
        conversation = self._conversation(request, key)
        if request.GET.get("v") == workspace.stamp(conversation, now=clock.now()):
            return HttpResponse(status=204)
        return TemplateResponse(request, f"{_HERE}/parts.html", self._page_context(request, conversation))

    def older_view(self, request: HttpRequest, key: UUID, before: UUID) -> HttpResponse:
        self._need(request, MAY_READ)
        conversation = self._conversation(request, key)
        get_object_or_404(Message, pk=before, conversation=conversation)
        rows, more = workspace.older(conversation, before)
        context = {
            "conversation": conversation,
            "bubbles": bubbles(rows, lead_name=getattr(conversation, "lead_name", "")),
            "more": more,
            "may": May.of(request),
        }
        return TemplateResponse(request, f"{_HERE}/older.html", context)

    def trace_view(self, request: HttpRequest, key: UUID, turn: UUID) -> HttpResponse:
        self._need(request, MAY_READ)
        conversation = self._conversation(request, key)
        row = get_object_or_404(conversation.turns.select_related("conversation__lead"), pk=turn)
        return TemplateResponse(request, f"{_HERE}/trace.html", {"trace": trace.of(row)})

    def say_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """The message as it will leave, to be confirmed; then the empty form again."""
        self._need(request, "conversations.send_as_company")
        conversation = self._conversation(request, key)
        text = request.POST.get("text", "").strip()
        context: dict[str, Any] = {
            "conversation": conversation,
            "may": May.of(request),
            "text": text,
            "key": _uuid(request.POST.get("key", "")) or uuid4(),
            "why_silent": desk.why_silent(conversation, now=clock.now()),
            "most": desk.MAX_CHARS,
        }
        if not text or len(text) > desk.MAX_CHARS:
            context["problem"] = f"Escreva até {desk.MAX_CHARS} caracteres." if text else "Escreva a mensagem."
        elif request.POST.get("confirmed") == "yes":
            try:
                desk.say(conversation.pk, text, key=context["key"], actor=actor(request), now=clock.now())
            except Refused as refusal:
                context["problem"] = f"Não enviada: {refusal.reason}."
            else:
                context |= {"text": "", "key": uuid4(), "said": True}
        elif "edit" not in request.POST:
            context["asking"] = True
        return TemplateResponse(request, f"{_HERE}/composer.html", context)

    def deed_view(self, request: HttpRequest, key: UUID, name: str) -> HttpResponse:
        deed = DEEDS.get(name)
        if deed is None:
            raise Http404
        self._need(request, deed.permission)
        conversation = self._conversation(request, key)
        asked = request.method == "POST" and (not deed.question or request.POST.get("confirmed") == "yes")
        form = deed.form(request.POST if asked else None) if deed.form else None
        if not asked and not deed.question:
            raise PermissionDenied
        if not asked or (form is not None and not form.is_valid()):
            return self._ask_about(request, conversation, name, deed, form)
        try:
            said = deed.do(conversation, form.cleaned_data if form else {}, actor(request), clock.now())
        except Refused as refusal:
            self.message_user(request, f"Sem mudança: {refusal.reason}.", messages.WARNING)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(page_of(Conversation, conversation.pk))

    def _ask_about(
        self, request: HttpRequest, conversation: Conversation, name: str, deed: Deed, form: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": deed.question,
            "deed": deed,
            "name": name,
            "form": form,
            "warning": deed.warn(conversation),
            "conversation": conversation,
        }
        return TemplateResponse(request, f"{_HERE}/confirm.html", context)

    def _page_context(self, request: HttpRequest, conversation: Any) -> dict[str, Any]:
        now = clock.now()
        return {
            **self.admin_site.each_context(request),
            **workspace.parts(request, conversation, now=now),
            "opts": self.opts,
            "title": self.page_name(conversation),
            "owner_words": owner_words(conversation),
            "most": desk.MAX_CHARS,
        }

    def _conversation(self, request: HttpRequest, key: UUID) -> Any:
        row = self.get_queryset(request).filter(pk=key).first()
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _need(self, request: HttpRequest, permission: str) -> None:
        if not (request.user.has_perm(permission) and self.has_view_permission(request)):
            raise PermissionDenied


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
