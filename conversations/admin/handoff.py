"""Conversations given to people: who waits, in which queue, and why."""

from django.contrib import admin
from django.utils.safestring import SafeString

from conversations.admin.base import PipeAdmin, link
from conversations.models import Conversation, Handoff
from seleto.lib.admin_lists import QuestionFilter, asking, moment


class Waiting(QuestionFilter):
    title = "ainda em aberto?"
    parameter_name = "aberto"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(closed_at=None)),
        ("nao", "não", lambda rows: rows.exclude(closed_at=None)),
    ]


@admin.register(Handoff)
class HandoffAdmin(PipeAdmin):
    list_display = ["opened", "where", "reason", "queue", "closed"]
    list_filter = [Waiting, ("queue", asking("para qual fila?")), ("reason", asking("por quê?"))]
    list_select_related = ["conversation"]
    ordering = ["-opened_at"]
    opened, closed = moment("opened_at", "aberto"), moment("closed_at", "encerrado")
    fields = ["where", "reason", "queue", "opened_at", "closed_at"]

    @admin.display(description="conversa")
    def where(self, row: Handoff) -> SafeString | str:
        return link(Conversation, row.conversation_id, str(row.conversation))
