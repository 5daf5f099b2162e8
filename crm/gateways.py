"""Which CRM this installation writes to."""

from collections.abc import Callable, Mapping

from django.conf import settings

from crm import calls
from crm.gateway import CrmGateway, Exchange
from crm.piperun import mapping
from crm.piperun.client import PipeRunClient
from crm.piperun.gateway import PipeRunGateway
from crm.piperun.wire import Wire
from seleto.lib import http


def configured() -> bool:
    """Whether a CRM is set."""
    return bool(settings.PIPERUN_TOKEN)


def current(*, record: Callable[[Exchange], None] = calls.record) -> CrmGateway | None:
    """The gateway of the settings; None while no CRM is set (``PIPERUN_TOKEN`` empty). ``record`` keeps its calls.

    Made anew each time: only the HTTP session is worth keeping, and it is one per process.
    """
    if not configured():
        return None
    wire = Wire(
        base_url=settings.PIPERUN_URL,
        token=settings.PIPERUN_TOKEN,
        http=http.session(
            "piperun", connect_s=settings.PIPERUN_CONNECT_TIMEOUT_S, read_s=settings.PIPERUN_READ_TIMEOUT_S
        ),
        record=record,
    )
    return PipeRunGateway(PipeRunClient(wire))


def field_names(kind: str) -> Mapping[str, str]:
    """Our field -> theirs, of a kind of ``CrmLink``; for people who look at both."""
    return {"empresa": mapping.COMPANY, "pessoa": mapping.PERSON, "oportunidade": mapping.DEAL}.get(kind, {})
