"""The manager's settings as a process knows them; read often, changed seldom."""

import threading
import time
from dataclasses import dataclass

from django.conf import settings

from crm.models import CrmOrigin, CrmSettings


@dataclass(frozen=True, slots=True)
class Rules:
    """Read only: shared by the threads of a process."""

    settings: CrmSettings
    origins: tuple[CrmOrigin, ...]


_lock = threading.Lock()
_known: tuple[float, Rules] | None = None


def current() -> Rules:
    """What holds now; the defaults while there is no row."""
    global _known
    known = _known
    if known is None or time.monotonic() >= known[0]:
        rules = Rules(CrmSettings.objects.filter(pk=1).first() or CrmSettings(), tuple(CrmOrigin.objects.all()))
        known = (time.monotonic() + settings.CHANNEL_CACHE_S, rules)
        with _lock:
            _known = known
    return known[1]


def forget(**_signal: object) -> None:
    """Ask the database again: after a change, between tests."""
    global _known
    with _lock:
        _known = None
