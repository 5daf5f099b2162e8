"""The queue's own tables (django-q2) in words: what waits, what failed, and that nothing else is in them.

The queue only wakes workers; what is due stands in our own rows (`seleto/lib/jobs.py`). So there is nothing to edit
here, and what a task was called with or returned is never shown: those columns hold pickled objects.
"""

from typing import Any, ClassVar

import django_q.admin  # noqa: F401 - registers its pages now, wherever it stands in INSTALLED_APPS
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success

from seleto.backoffice.system_pages import cluster_name
from seleto.lib import queue_broker
from seleto.lib.admin import ReadOnlyAdmin
from seleto.lib.admin_lists import CappedPaginator, local, moment

_TASKS = {
    "seleto.lib.draining.drain": "trabalhar o que está na vez",
    "seleto.lib.draining.beat": "dar sinal de vida",
}
# A row that a worker took carries this in its key.
TAKEN = queue_broker.in_hand("")
_PICKLED = ("args", "kwargs", "result")


def task_name(path: str) -> str:
    """What a queue task does; one that is not ours by its dotted path."""
    return _TASKS.get(path, path)


for _model in (OrmQ, Schedule, Success, Failure):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class QueueAdmin(ReadOnlyAdmin):
    paginator = CappedPaginator
    show_full_result_count = False
    hidden: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Pickled columns stay in the database."""
        return super().get_queryset(request).defer(*self.hidden)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": self.list_title, **(extra_context or {})})

    list_title: str


@admin.register(OrmQ)
class WakeAdmin(QueueAdmin):
    list_title = "Avisos na fila"
    list_display = ["cluster", "taken", "due"]
    fields = ["cluster", "taken", "due"]
    ordering = ["lock"]
    hidden = ("payload",)
    empty_hint = "Nenhum aviso na fila: os processos procuram sozinhos o que está na vez."
    due = moment("lock", "a partir de")

    def page_name(self, row: OrmQ) -> str:
        return f"Aviso para {self.cluster(row)}"

    @admin.display(description="fila", ordering="key")
    def cluster(self, row: OrmQ) -> str:
        return cluster_name(row.key.partition(":")[0])

    @admin.display(description="em mãos de um processo", boolean=True)
    def taken(self, row: OrmQ) -> bool:
        return TAKEN in row.key


@admin.register(Schedule)
class ScheduleAdmin(QueueAdmin):
    list_title = "Tarefas agendadas"
    list_display = ["what", "next"]
    fields = ["what", "next"]
    ordering = ["next_run"]
    hidden = ("args", "kwargs")
    empty_hint = "Nenhuma, e assim deve ser: o que se repete é feito pelo próprio processo de trabalho."
    next = moment("next_run", "próxima vez")

    def page_name(self, row: Schedule) -> str:
        return self.what(row)

    @admin.display(description="tarefa", ordering="func")
    def what(self, row: Schedule) -> str:
        return task_name(row.func)


class TaskAdmin(QueueAdmin):
    list_display = ["what", "where", "began", "took"]
    fields = ["what", "where", "began", "took"]
    ordering = ["-started"]
    hidden = _PICKLED
    began = moment("started", "começou")

    def page_name(self, row: Any) -> str:
        return f"{self.what(row)}, {local(row.started)}"

    @admin.display(description="tarefa", ordering="func")
    def what(self, row: Any) -> str:
        return task_name(row.func)

    @admin.display(description="fila", ordering="cluster")
    def where(self, row: Any) -> str:
        return cluster_name(row.cluster or "") or "–"

    @admin.display(description="levou")
    def took(self, row: Any) -> str:
        return f"{(row.stopped - row.started).total_seconds():.1f} s".replace(".", ",")


@admin.register(Success)
class SuccessAdmin(TaskAdmin):
    list_title = "Tarefas concluídas"
    empty_hint = "Tarefas que deram certo não são guardadas."


@admin.register(Failure)
class FailureAdmin(TaskAdmin):
    list_title = "Tarefas que falharam"
    empty_hint = "Nenhuma falhou. Uma falha aqui é do próprio programa: veja os logs pelo horário."
