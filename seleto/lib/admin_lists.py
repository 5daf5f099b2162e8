"""What the admin lists and pages of every app share: capped counts, local times, a confirmation before an action."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import CharField, F, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from seleto.lib.admin_filters import LOCAL as LOCAL
from seleto.lib.admin_filters import QuestionFilter as QuestionFilter
from seleto.lib.admin_filters import asking as asking

if TYPE_CHECKING:  # generic for the type checker only
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

# Nobody turns this many pages; counting further would read the whole table.
COUNT_CAP = 5_000
# Rows named on a confirmation page.
SHOWN = 20


class CappedPaginator(_Paginator):
    """Counts to ``COUNT_CAP`` at most."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by().values("pk")[:COUNT_CAP].count()


def local(at: datetime | None, *, empty: str = "–") -> str:
    """``24/11 09:15`` in São Paulo; the year only when it is not the current one."""
    if at is None:
        return empty
    here = at.astimezone(LOCAL)
    return here.strftime("%d/%m %H:%M" if here.year == timezone.now().astimezone(LOCAL).year else "%d/%m/%Y %H:%M")


def cut(text: str, most: int = 80) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def moment(field: str, words: str) -> Callable[[Any, Any], str]:
    """A list's column for a time, short and in São Paulo; assign it in the admin's class."""

    @admin.display(description=words, ordering=field)
    def column(_: Any, row: Any) -> str:
        return local(getattr(row, field))

    return column


_USER = "usuário:"
_ACTORS = {
    "sistema": "o sistema",
    "agente": "o agente",
    "sdr": "alguém no Chatwoot",
    "sdr:celular": "alguém no celular da empresa",
}


def with_actor_name(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """The rows with ``actor_name``: what the user in ``field`` ("usuário:<id>") is called, None for anybody else."""
    called = NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value(""))
    users = get_user_model()._default_manager.annotate(
        key=Concat(Value(_USER), Cast("pk", CharField()), output_field=CharField()),
        called=Coalesce(called, F("username")),
    )
    named: QuerySet[Any] = rows.annotate(actor_name=Subquery(users.filter(key=OuterRef(field)).values("called")[:1]))
    return named


def actor_words(actor: str, name: str | None = None) -> str:
    """Who did it, as people say it. ``name``: of the user, where there is one."""
    if name:
        return name
    if actor in _ACTORS:
        return _ACTORS[actor]
    kind, _, key = actor.partition(":")
    match kind:
        case "usuário":
            return f"usuário {key}, já excluído"
        case "sdr" if key:
            return f"SDR {key} no Chatwoot"
        case "api":
            return f"API, chave {key}"
    return actor


def confirmation(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    context: dict[str, Any],
    action: str,
    question: str,
    explanation: Sequence[str] = (),
    warning: str = "",
    button: str,
    rows: Sequence[tuple[Model, str]],
) -> TemplateResponse | None:
    """The page that asks before ``action`` runs, or None once the person has said yes.

    ``context`` is ``admin_site.each_context`` with ``opts``; ``rows`` are the first ``SHOWN`` rows, each with a line
    that says what it is. The page posts the action again with the same choice of rows.
    """
    if request.POST.get("confirmed") == "yes":
        return None
    everything = request.POST.get("select_across") == "1"
    return TemplateResponse(
        request,
        "admin/confirm_action.html",
        {
            **context,
            "title": question,
            "action": action,
            "explanation": explanation,
            "warning": warning,
            "button": button,
            "rows": rows,
            "count": queryset.count(),
            "select_across": "1" if everything else "0",
            "selected": [] if everything else request.POST.getlist(ACTION_CHECKBOX_NAME),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "back_to": request.POST.get("back_to", ""),
        },
    )
