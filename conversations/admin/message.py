"""Single messages, to find one by its words; to read them there is the conversation's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Event, Message
from leads.names import with_lead_name
from seleto.lib.admin_lists import asking, cut, local, moment


@admin.register(Message)
class MessageAdmin(PipeAdmin):
    list_display = ["sent", "author", "type", "words_of", "status", "where"]
    list_filter = [("author", asking("de quem?")), ("type", asking("que tipo?")), ("status", asking("como está?"))]
    list_select_related = ["conversation"]
    empty_hint = "Nenhuma mensagem ainda: ligue o webhook do canal, e o que os leads escreverem aparece aqui."
    search_fields = ["text", "=provider_id", "=id"]
    search_help_text = "texto, id ou id no provedor"
    ordering = ["-sent_at"]
    sent = moment("sent_at", "enviada")
    fields = [
        ("author", "type"),
        "text",
        ("status", "status_at"),
        ("sent_at", "created_at"),
        ("edited_at", "deleted_at"),
        "previous_texts",
        ("provider_id", "reference_id"),
        "forwarded",
        "media",
        ("where", "from_event"),
    ]

    @admin.display(description="texto")
    def words_of(self, row: Message) -> str:
        return "(apagada)" if row.deleted_at else cut(row.text)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return with_lead_name(super().get_queryset(request), "conversation__lead")

    def page_name(self, row: Any) -> str:
        return f"Mensagem de {local(row.sent_at)}, conversa com {row.lead_name}"

    @admin.display(description="conversa", ordering="lead_name")
    def where(self, row: Any) -> SafeString | str:
        return link(Conversation, row.conversation_id, cut(row.lead_name, 40))

    @admin.display(description="evento")
    def from_event(self, row: Message) -> SafeString | str:
        return link(Event, row.event_id, "corpo recebido")
