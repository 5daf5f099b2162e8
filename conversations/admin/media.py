"""The files of messages: what could not be had, the button that tries again, and the files themselves."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, link
from conversations.media import again, files, serving
from conversations.models import AudioRule, Conversation, Media
from conversations.readings import again as readings_again
from conversations.wording import words
from knowledge.admin import AuditedAdmin
from seleto.lib import audit, clock
from seleto.lib.admin import actor
from seleto.lib.admin_lists import QuestionFilter, asking, moment


class NeedsAttention(QuestionFilter):
    title = "precisa de alguém?"
    parameter_name = "atencao"
    answers = [("sim", "sim: não foi baixada", lambda rows: rows.filter(state__in=again.GIVEN_UP))]


@admin.register(Media)
class MediaAdmin(PipeAdmin):
    list_display = ["created", "kind", "direction", "state", "why", "how_large", "where"]
    list_filter = [
        NeedsAttention,
        ("state", asking("em que situação?")),
        ("kind", asking("que tipo?")),
        ("direction", asking("em que sentido?")),
    ]
    list_select_related = ["message__conversation", "reading"]
    search_fields = ["=id", "filename", "=sha256"]
    search_help_text = "nome do arquivo, id ou resumo"
    ordering = ["-created_at"]
    actions = ["fetch_again", "read_again"]
    repairs = [("fetch_again", "Baixar de novo"), ("read_again", "Ler de novo")]
    fields = [
        ("state", "why"),
        ("kind", "direction", "source"),
        ("filename", "opened"),
        ("mime", "how_large", "duration_s"),
        ("attempts", "due_at"),
        ("created_at", "stored_at", "keep_until"),
        "sha256",
        ("read", "sure"),
        "says",
        "where",
    ]
    created = moment("created_at", "registrada")

    def get_urls(self) -> list[URLPattern]:
        own = path("<uuid:media_id>/arquivo/", self.admin_site.admin_view(self.file), name="conversations_media_file")
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, media_id: UUID) -> HttpResponse:
        """The file itself, for whoever may see its row."""
        media = get_object_or_404(Media, pk=media_id)
        if not self.has_view_permission(request, media):
            raise PermissionDenied
        audit.seen(actor=actor(request), subject_kind="media", subject_id=media.pk, now=clock.now())
        try:
            return serving.respond(request, media)
        except files.Missing:
            raise Http404 from None

    def can_repair(self, row: Media) -> bool:
        reading = getattr(row, "reading", None)
        unread = reading is not None and reading.state in readings_again.REPEATABLE and row.state == Media.State.STORED
        return unread or (row.state in again.GIVEN_UP and bool(row.url))

    def describe(self, row: Media) -> str:
        return f"{row.get_kind_display()}: {words(row.reason)}"

    @admin.display(description="motivo", ordering="reason")
    def why(self, row: Media) -> str:
        return words(row.reason) if row.reason else "–"

    @admin.display(description="tamanho", ordering="size")
    def how_large(self, row: Media) -> str:
        return f"{row.size / 1024:.0f} KB" if row.size else "–"

    @admin.display(description="conversa")
    def where(self, row: Media) -> SafeString | str:
        return link(Conversation, row.message.conversation_id, str(row.message.conversation))

    @admin.display(description="arquivo")
    def opened(self, row: Media) -> SafeString | str:
        return format_html('<a href="{}">abrir</a>', address(row)) if row.state == Media.State.STORED else "–"

    @admin.display(description="leitura")
    def read(self, row: Media) -> str:
        reading = getattr(row, "reading", None)
        if reading is None:
            return "–"
        why = f": {words(reading.reason)}" if reading.reason else ""
        return f"{reading.get_kind_display()}, {reading.get_state_display()}{why}"

    @admin.display(description="confiança")
    def sure(self, row: Media) -> str:
        reading = getattr(row, "reading", None)
        known = reading is not None and reading.confidence is not None
        return f"{reading.confidence:.0%}" if reading is not None and known else "–"

    @admin.display(description="o que diz")
    def says(self, row: Media) -> str:
        reading = getattr(row, "reading", None)
        return (reading.text if reading is not None else "") or "–"

    @admin.action(description="Ler de novo as mídias marcadas", permissions=["repair"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        ids: list[UUID] = list(queryset.order_by().values_list("pk", flat=True))
        done = readings_again.read(ids, actor=actor(request), now=clock.now())
        if done:
            self.message_user(request, f"Mídias a ler de novo: {done}.", messages.SUCCESS)
        if done < len(ids):
            self.message_user(
                request, f"Sem mudança em {len(ids) - done}: já foram lidas, ou não há o que ler.", messages.WARNING
            )
        return self.back(request, ids)

    @admin.action(description="Baixar de novo as mídias marcadas", permissions=["repair"])
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        ids: list[UUID] = list(queryset.order_by().values_list("pk", flat=True))
        done = again.fetch(ids, actor=actor(request), now=clock.now())
        if done:
            self.message_user(request, f"Mídias a baixar de novo: {done}.", messages.SUCCESS)
        if done < len(ids):
            self.message_user(
                request, f"Sem mudança em {len(ids) - done}: já estão aqui, ou não têm mais endereço.", messages.WARNING
            )
        return self.back(request, ids)


@admin.register(AudioRule)
class AudioRuleAdmin(AuditedAdmin):
    """One row at most; taken away, the setting of the installation holds again."""

    list_display = ["max_s"]
    empty_hint = "Vale o padrão da instalação. Adicione uma regra para mudar a duração."
    ordering = ["pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not AudioRule.objects.exists()


def address(media: Media) -> str:
    """Where staff may fetch a file."""
    return reverse("admin:conversations_media_file", args=[media.pk])
