"""Which CRM this installation writes to."""

from django.conf import settings

from crm import calls
from crm.gateway import CrmGateway
from crm.piperun.client import PipeRunClient
from crm.piperun.gateway import PipeRunGateway
from crm.piperun.wire import Wire
from seleto.lib import http


def current() -> CrmGateway | None:
    """The gateway of the settings; None while no CRM is set (``PIPERUN_TOKEN`` empty).

    Made anew each time: only the HTTP session is worth keeping, and it is one per process.
    """
    if not settings.PIPERUN_TOKEN:
        return None
    wire = Wire(
        base_url=settings.PIPERUN_URL,
        token=settings.PIPERUN_TOKEN,
        http=http.session(
            "piperun", connect_s=settings.PIPERUN_CONNECT_TIMEOUT_S, read_s=settings.PIPERUN_READ_TIMEOUT_S
        ),
        record=calls.record,
    )
    return PipeRunGateway(PipeRunClient(wire))
