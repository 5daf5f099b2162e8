"""Conversations given to people: who waits, in which queue, and why."""

from django.contrib import admin
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, QuestionFilter, link, titled
from conversations.models import Conversation, Handoff


class Waiting(QuestionFilter):
    title = "ainda em aberto?"
    parameter_name = "aberto"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("nao", "não", lambda rows: rows.exclude(closed_at=None)),
    ]


@admin.register(Handoff)
class HandoffAdmin(PipeAdmin):
    list_display = ["opened_at", "where", "reason", "queue", "closed_at"]
    list_filter = [Waiting, ("queue", titled("para qual fila?")), ("reason", titled("por quê?"))]
    list_select_related = ["conversation"]
    ordering = ["-opened_at"]
    fields = ["where", "reason", "queue", "opened_at", "closed_at"]

    @admin.display(description="conversa")
    def where(self, row: Handoff) -> SafeString | str:
        return link(Conversation, row.conversation_id, str(row.conversation))
