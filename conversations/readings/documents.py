"""What a PDF says: its first pages, read in a process of their own. Other documents are only kept and shown."""

from django.conf import settings

from conversations.channels.base import clean
from conversations.media import files
from conversations.models import Reading
from conversations.readings.hearing import Outcome
from seleto.lib import connections, untrusted
from seleto.lib.errors import Unavailable
from seleto.lib.untrusted import Bounds, Unreadable


def read(path: str, mime: str) -> Outcome:
    """Raises ``Unavailable``."""
    if mime != "application/pdf":
        return Outcome(Reading.State.FAILED, "documento:formato")
    connections.release()
    bounds = Bounds(settings.DOCUMENT_READ_S, memory_mib=512, file_mib=1)
    try:
        found = untrusted.run(
            "pdf",
            str(files.located(path)),
            str(settings.DOCUMENT_MAX_PAGES),
            str(settings.DOCUMENT_MAX_CHARS),
            bounds=bounds,
        )
    except Unreadable as error:
        return Outcome(Reading.State.FAILED, f"documento:{error.reason}")
    except OSError:
        raise Unavailable("sem_processo") from None
    text = clean(str(found["text"])).strip()
    return Outcome(Reading.State.DONE, text=text) if text else Outcome(Reading.State.UNCLEAR, "documento:sem_texto")
