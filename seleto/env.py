"""Typed readers of the environment that fail loudly.

Every setting comes through here. A value that cannot be read stops the program with one sentence that
names the key and what it accepts; nothing is guessed. Secrets may also come from a file named by ``<KEY>_FILE``.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
_SWITCH = {"on": True, "off": False}


def load(path: Path) -> None:
    """Read a ``.env`` file; what the environment already holds wins."""
    if path.is_file():
        environ.Env.read_env(str(path))


def text(key: str, default: str | None = None) -> str:
    """A string. Without a default the key must be set."""
    value = os.environ.get(key, "")
    file = os.environ.get(f"{key}_FILE", "")
    if value and file:
        raise ImproperlyConfigured(f"Set {key} or {key}_FILE, not both.")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE names a file that cannot be read: {error.strerror}.") from error
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{key} is missing. See .env.example for what it holds.")
    return default


def switch(key: str, *, default: bool) -> bool:
    """A switch written ``on`` or ``off``; anything else is refused."""
    value = text(key, "on" if default else "off").lower()
    if value not in _SWITCH:
        raise ImproperlyConfigured(f"{key} accepts on or off.")
    return _SWITCH[value]


def whole(key: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number between ``least`` and ``most``."""
    raw = text(key, str(default))
    try:
        value = int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{key} accepts a whole number.") from error
    if value < least or (most is not None and value > most):
        limit = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ImproperlyConfigured(f"{key} accepts a whole number {limit}.")
    return value


def seconds(key: str, default: float, *, least: float = 0.0) -> float:
    """A duration in seconds."""
    raw = text(key, str(default))
    try:
        value = float(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{key} accepts a number of seconds.") from error
    if not least <= value < float("inf"):
        raise ImproperlyConfigured(f"{key} accepts {least} seconds or more.")
    return value


def waits(key: str, default: Sequence[float]) -> tuple[float, ...]:
    """A comma-separated list of durations in seconds, at least one."""
    raw = text(key, ",".join(map(str, default)))
    try:
        values = tuple(float(part) for part in raw.split(","))
    except ValueError as error:
        raise ImproperlyConfigured(f"{key} accepts numbers of seconds with commas between them.") from error
    if not all(0 <= value < float("inf") for value in values):
        raise ImproperlyConfigured(f"{key} accepts numbers of seconds that are not negative.")
    return values


def share(key: str, default: float) -> float:
    """A number from 0 to 1."""
    raw = text(key, str(default))
    try:
        value = float(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{key} accepts a number from 0 to 1.") from error
    if not 0 <= value <= 1:
        raise ImproperlyConfigured(f"{key} accepts a number from 0 to 1.")
    return value


def choice(key: str, default: str, options: Sequence[str]) -> str:
    """One of a closed list of words."""
    value = text(key, default)
    if value not in options:
        raise ImproperlyConfigured(f"{key} accepts one of: {', '.join(options)}.")
    return value


def words(key: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list."""
    value = text(key, ",".join(default))
    return [word.strip() for word in value.split(",") if word.strip()]


def url(key: str, default: str | None = None) -> str:
    """An http or https address, without a trailing slash."""
    value = text(key, default)
    if not value.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"{key} accepts an http:// or https:// address.")
    return value.rstrip("/")


def address(key: str) -> str:
    """A host and port to listen on, as in ``0.0.0.0:9101``; empty for none."""
    value = text(key, "")
    host, _, port = value.rpartition(":")
    if value and not (host and port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(f"{key} accepts an address and a port, as in 0.0.0.0:9101.")
    return value


def database(value: str) -> dict[str, object]:
    """A Django database entry from a ``postgres://`` address; no other engine is accepted."""
    if not value.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL accepts a postgres:// address: nothing here runs on another engine.")
    config: dict[str, object] = dict(environ.Env.db_url_config(value))
    # A Unix socket's directory is written percent-encoded, as libpq does.
    config["HOST"] = unquote(str(config["HOST"]))
    return config
