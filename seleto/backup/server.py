"""PostgreSQL's own programs, and how they reach a database. Passwords go through the environment, never arguments."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connections

from seleto import env
from seleto.lib import ownership
from seleto.lib.postgres_place import wheel


class BackupError(RuntimeError):
    """A copy cannot be made or restored; the text is one Portuguese sentence without anybody's data."""


@dataclass(frozen=True)
class Target:
    """A database: what Django, psycopg and PostgreSQL's programs each need to reach it."""

    host: str
    port: str
    user: str
    name: str
    password: str = field(default="", repr=False)
    tls: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Of PostgreSQL's programs."""
        named = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGDATABASE": self.name}
        tls = {f"PG{key.upper()}": value for key, value in self.tls.items()}
        secret = {"PGPASSWORD": self.password} if self.password else {}
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LD_LIBRARY_PATH") if key in os.environ}
        return {**kept, **{key: value for key, value in named.items() if value}, **tls, **secret, "LC_ALL": "C"}

    def connect(self, *, name: str = "") -> psycopg.Connection[Any]:
        """A connection of its own, outside Django; to another database of the same server with ``name``."""
        return psycopg.connect(
            host=self.host or None,
            port=self.port or None,
            user=self.user or None,
            password=self.password or None,
            dbname=name or self.name,
            autocommit=True,
            connect_timeout=5,
            **self.tls,  # type: ignore[arg-type]
        )

    def url(self) -> str:
        """The address as ``DATABASE_URL`` takes it; it holds the password."""
        user = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        port = f":{self.port}" if self.port else ""
        tls = f"?{urlencode(self.tls)}" if self.tls else ""
        return f"postgres://{user}@{quote(self.host, safe='')}{port}/{quote(self.name, safe='')}{tls}"

    def renamed(self, name: str) -> "Target":
        return Target(self.host, self.port, self.user, name, self.password, self.tls)


def configured() -> Target:
    """The database of the settings."""
    return _of(connections.settings["default"])


def owned() -> Target:
    """The same as the owner of its tables sees it: who restores makes them."""
    return _of(ownership.entry())


def named(address: str) -> Target:
    """The database of an address as in ``DATABASE_URL``."""
    return _of(env.database(address))


def program(name: str) -> str:
    """The newest ``name`` on this machine: one older than the server refuses. Raises BackupError."""
    places = [Path(settings.PG_BIN_DIR)] if settings.PG_BIN_DIR else _places()
    found = {str(path): _version(path) for place in places if (path := place / name).is_file()}
    if not found:
        raise BackupError(f"Falta o programa {name}: instale o cliente do PostgreSQL ou aponte PG_BIN_DIR.")
    return max(found, key=lambda path: found[path])


def _of(entry: Mapping[str, Any]) -> Target:
    tls = {key: str(value) for key, value in dict(entry.get("OPTIONS") or {}).items() if key.startswith("ssl")}
    keys = ("HOST", "PORT", "USER", "NAME", "PASSWORD")
    host, port, user, name, password = (str(entry.get(key) or "") for key in keys)
    return Target(host, port, user, name, password, tls)


def _places() -> list[Path]:
    shipped = wheel()
    on_path = shutil.which("pg_dump")
    return [
        *([shipped / "bin"] if shipped else []),
        *([Path(on_path).parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
    ]


def _version(path: Path) -> tuple[int, ...]:
    told = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.(\d+))?", told)
    return tuple(int(part or 0) for part in found.groups()) if found else (0,)
