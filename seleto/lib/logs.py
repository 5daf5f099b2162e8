"""Logs: one JSON object per line on stderr, with the correlation id, every value through the redactor.

``event`` is a constant name (``turn_committed``), what varies goes into keyword values::

    log = logs.get(__name__)
    log.info("turn_committed", turn=turn.id, model_calls=1)

Records of Django and other libraries take the same road. Exceptions are shown as type and frames, never with local
variables, and their own sentence only where we know that it cannot quote a person: database and model errors do.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import MutableMapping
from functools import partial
from typing import Any, cast

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from seleto.lib import correlation, error_tracker, redact

_MAX_FRAMES = 30
# Exceptions of our own packages carry constant words by rule; these others speak of code and settings only.
_OURS_TO_NAME = ("seleto.", "knowledge.", "leads.", "conversations.", "crm.")
_ABOUT_CODE = (ImproperlyConfigured, ImportError, AttributeError, NameError, TypeError)
# Set by us or by structlog, never from outside: the redactor would only take the time.
_OURS = frozenset({"event", "level", "logger", "timestamp", "correlation_id", "exception", "exc_info", "stack_info"})
# Their INFO lines hold addresses with secrets, or what people wrote.
_TALKATIVE = ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "asyncio", "urllib3")
# Logs prompts and answers at every level; the agent's runner reports what a run came to. The level must be set for
# the library to leave these loggers alone, the filter keeps them quiet whatever level it sets later.
_SILENCED = ("agno", "agno-team", "agno-workflow")


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; ``name`` is the module's."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. ``options``: ``level`` (a level's name) and ``readable`` (for a person's eyes).

    Runs in ``django.setup()``: in web, worker and commands alike, and a fork inherits it.
    """
    readable = bool(options["readable"])
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processors(readable),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    quiet = {"handlers": [], "level": "WARNING", "propagate": True}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"nothing": {"()": Nothing}, "no_detail": {"()": NoDetail}, "no_stray": {"()": NoStrayPath}},
            "formatters": {"ours": {"()": formatter, "readable": readable}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                **dict.fromkeys(_TALKATIVE, quiet),
                **{name: {"handlers": [], "level": "CRITICAL", "filters": ["nothing"]} for name in _SILENCED},
                "django-q": {**quiet, "filters": ["no_detail"]},
                "django": {**quiet, "level": "INFO"},
                "django.request": {**quiet, "filters": ["no_stray"]},
                "django.server": quiet,
                "gunicorn.error": {**quiet, "level": "INFO"},
                "gunicorn.access": quiet,
            },
        }
    )


def formatter(*, readable: bool) -> logging.Formatter:
    """For a handler of our own: one JSON object per record, or a line for a person's eyes."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_processors(readable),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
            if readable
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        keep_exc_info=False,
        keep_stack_info=False,
        use_get_message=True,
    )


def _processors(readable: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_correlation,
        partial(render_exception, quoting=readable),
        redact_values,
        error_tracker.tell,
    ]


class Nothing(logging.Filter):
    """Lets no record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False


class NoStrayPath(logging.Filter):
    """An address that none of ours has may be anything that anybody typed, and is not repeated."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and request.resolver_match is None and isinstance(record.args, tuple):
            record.args = tuple("(unknown)" if str(one).startswith("/") else one for one in record.args)
        return True


class NoDetail(logging.Filter):
    """Keeps what comes before the first " - ": after it django-q quotes the exception of a task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().split(" - ")[0], None
        return True


def add_correlation(_logger: WrappedLogger, _method: str, values: EventDict) -> EventDict:
    correlation_id = correlation.current()
    if correlation_id:
        values.setdefault("correlation_id", correlation_id)
    return values


def redact_values(_logger: WrappedLogger, _method: str, values: EventDict) -> EventDict:
    """The last processor before rendering: nothing added after it is masked."""
    event = values.get("event")
    masked: MutableMapping[str, Any] = redact.mapping(
        {key: value for key, value in values.items() if key not in _OURS and not key.startswith("_")}
    )
    kept = {key: value for key, value in values.items() if key in _OURS or key.startswith("_")}
    kept["event"] = redact.text(event) if isinstance(event, str) else redact.anything(event)
    return {**kept, **masked}


def render_exception(_logger: WrappedLogger, _method: str, values: EventDict, *, quoting: bool = False) -> EventDict:
    """Replace ``exc_info`` by ``exception``: see ``describe``."""
    exc_info: ExcInfo | BaseException | bool | None = values.pop("exc_info", None)
    error = exc_info if isinstance(exc_info, BaseException) else None
    if exc_info is True:
        error = sys.exc_info()[1]
    elif isinstance(exc_info, tuple):
        error = exc_info[1]
    if error is not None:
        values["exception"] = describe(error, quoting=quoting)
    return values


def describe(error: BaseException, *, quoting: bool = False) -> str:
    """An exception and its causes, oldest first: frames, type and, where that is safe, its sentence.

    ``quoting`` gives every exception's sentence, only masked: for a developer's own screen.
    """
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(_one(link, quoting) for link in reversed(chain))


def _one(error: BaseException, quoting: bool) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    about = redact.text(str(error)) if quoting else _safe_sentence(error)
    lines.append(f"{type(error).__qualname__}: {about}" if about else type(error).__qualname__)
    return "\n".join(lines)


def _safe_sentence(error: BaseException) -> str:
    """What may be told besides the type. The sentences of most exceptions can quote a text, a phone, a whole row."""
    diag = getattr(error, "diag", None)
    if diag is not None:  # psycopg: names out of the schema
        words = (getattr(diag, name, None) for name in ("sqlstate", "table_name", "constraint_name", "column_name"))
        return " ".join(word for word in words if word)
    if type(error).__module__.startswith(_OURS_TO_NAME) or isinstance(error, _ABOUT_CODE):
        return redact.text(str(error))
    if isinstance(error, OSError):
        return error.strerror or ""
    return ""
