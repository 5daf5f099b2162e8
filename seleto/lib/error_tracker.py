"""Errors to Sentry, GlitchTip or whatever speaks their protocol: what the log says at ``error``, after the redactor.

Off unless ``ERROR_TRACKER_DSN`` is set; it needs the extra ``seleto[errors]``. Nothing is told but the line of the log:
no request, no local variables, no name of a machine, no sentence of an exception that could quote a person. The library
hands errors over from a thread of its own, drops what it cannot, and holds nobody up.
"""

import contextlib
import importlib.util
import logging
from typing import Any

from django.conf import settings
from structlog.typing import EventDict, WrappedLogger

_LEVELS = {"error": "error", "exception": "error", "critical": "fatal"}
_KNOWN = frozenset({"event", "level", "logger", "timestamp", "exception"})
_ITS_OWN = ("sentry_sdk", "urllib3")
_MAX_TAG_CHARS = 200
_sdk: Any = None


def tell(_logger: WrappedLogger, _method: str, values: EventDict) -> EventDict:
    """The log's processor after the redactor; changes nothing."""
    level = _LEVELS.get(str(values.get("level")))
    # The library's own trouble would come back here, and a line must be written whatever becomes of its copy.
    if level and settings.ERROR_TRACKER_DSN and not str(values.get("logger", "")).startswith(_ITS_OWN):
        with contextlib.suppress(Exception):
            _started().capture_event(_as_event(values, level))
    return values


def problem() -> str:
    """Why nothing could be told, or "". Never quotes the DSN, which holds a key."""
    if not settings.ERROR_TRACKER_DSN:
        return ""
    if importlib.util.find_spec("sentry_sdk") is None:
        return "the package sentry-sdk is missing"
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(settings.ERROR_TRACKER_DSN)
    except BadDsn:
        return "it is no address of the form https://key@host/number"
    return ""


def flush(timeout_s: float) -> None:
    """Wait until what was told is handed over."""
    if _sdk is not None:
        _sdk.flush(timeout_s)


def _as_event(values: EventDict, level: str) -> dict[str, Any]:
    about, frames = str(values["event"]), str(values.get("exception", "")).splitlines()
    kind = frames[-1].split(":")[0] if frames else about
    return {
        "level": level,
        "logger": values.get("logger", ""),
        "exception": {"values": [{"type": kind, "value": about}]},
        "fingerprint": [about, kind, *frames[-2:-1]],
        "tags": {key: str(value)[:_MAX_TAG_CHARS] for key, value in values.items() if _tagged(key)},
        "extra": {"frames": frames},
    }


def _tagged(key: str) -> bool:
    return key not in _KNOWN and not key.startswith("_")


def _started() -> Any:
    global _sdk
    if _sdk is None:
        import sentry_sdk

        logging.getLogger("sentry_sdk.errors").propagate = False
        sentry_sdk.init(
            settings.ERROR_TRACKER_DSN,
            environment=settings.ERROR_TRACKER_ENVIRONMENT,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            server_name="",
            shutdown_timeout=2,
        )
        _sdk = sentry_sdk
    return _sdk
