"""Who opened a row that tells of a person is in the audit, whichever page of the admin shows it.

The pages of leads and conversations note their lead by themselves; here are all others, each under its own id. Leads
that the command palette shows are noted without one, and without what was searched for.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seleto.lib import audit, clock
from seleto.lib.admin import actor

_ABOUT_PEOPLE = {
    "conversations": (
        "chatwootlink evalcase event followup guardrailhit handoff handoffalarm media message outbox shadowreply turn"
        " wrongreply"
    ),
    "crm": "crmcall crmsync drift",
    "knowledge": "gap",
    "leads": "classification empresa fact orcamento subjectrequest",
}
_PAGES = frozenset(f"admin:{app}_{name}_change" for app, names in _ABOUT_PEOPLE.items() for name in names.split())


class Looking:
    """After the page was made: what was refused or not found was not seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if request.method != "GET" or response.status_code != 200 or not match:
            return response
        if match.view_name in _PAGES:
            row = _uuid(str(match.kwargs.get("object_id", "")))
            seen(request, match.view_name.split("_")[-2], row)
        return response


def seen(request: HttpRequest, kind: str, row: UUID | None) -> None:
    """Without a row: a list of such rows."""
    audit.seen(actor=actor(request), subject_kind=kind, subject_id=row, now=clock.now())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:  # counted rows: that one of them was looked at
        return None
