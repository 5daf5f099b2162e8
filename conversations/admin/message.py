"""Single messages, to find one by its words; to read them there is the conversation's page."""

from django.contrib import admin
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Event, Message
from seleto.lib.admin_lists import asking, cut, moment


@admin.register(Message)
class MessageAdmin(PipeAdmin):
    list_display = ["sent", "author", "type", "words_of", "status", "where"]
    list_filter = [("author", asking("de quem?")), ("type", asking("que tipo?")), ("status", asking("como está?"))]
    list_select_related = ["conversation"]
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

    @admin.display(description="conversa")
    def where(self, row: Message) -> SafeString | str:
        return link(Conversation, row.conversation_id, str(row.conversation))

    @admin.display(description="evento")
    def from_event(self, row: Message) -> SafeString | str:
        return link(Event, row.event_id, "corpo recebido")
