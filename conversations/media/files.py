"""Files on disk, below ``MEDIA_ROOT``: random names, readable by this user alone, written whole or not at all."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings

from seleto.lib.download import Fetched

_ABANDONED_S = 3600


class Missing(Exception):
    """The file is not where the row says."""


def receive(fill: Callable[[BinaryIO], Fetched]) -> tuple[str, Fetched]:
    """Have ``fill`` write a new file; its path below ``MEDIA_ROOT`` and what it is. What fails leaves nothing behind.

    Raises what ``fill`` raises, and ``OSError``.
    """
    name = secrets.token_hex(16)
    draft = _folder("new") / name
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as sink:
            file = fill(sink)
        path = f"{name[:2]}/{name}.{file.extension}"
        _folder(name[:2])
        draft.replace(located(path))
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return path, file


def located(path: str) -> Path:
    """Where a row's file is."""
    return Path(settings.MEDIA_ROOT) / path


def read(path: str) -> bytes:
    """Raises ``Missing``."""
    if path:
        try:
            return located(path).read_bytes()
        except OSError:
            pass
    raise Missing


def duplicate(path: str) -> str:
    """A second name for the same file, with a life of its own; takes no space while both are there. Raises
    ``Missing``."""
    name = secrets.token_hex(16)
    other = f"{name[:2]}/{name}{PurePosixPath(path).suffix}"
    _folder(name[:2])
    try:
        located(other).hardlink_to(located(path))
    except FileNotFoundError:
        raise Missing from None
    except OSError:  # the disk knows no links
        try:
            shutil.copyfile(located(path), located(other))
            located(other).chmod(0o600)
        except OSError:
            raise Missing from None
    return other


def set_aside(path: str, name: str) -> str:
    """Move a file where nothing hands it out or reads it; its new path."""
    _folder("quarantine")
    located(path).replace(located(aside(name)))
    return aside(name)


def aside(name: str) -> str:
    return f"quarantine/{name}"


def remove(path: str) -> None:
    if path:
        located(path).unlink(missing_ok=True)


def tidy() -> None:
    """Take away what processes that died had begun to write; no download takes anywhere near an hour."""
    before = time.time() - _ABANDONED_S
    for draft in _folder("new").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if draft.stat().st_mtime < before:
                draft.unlink()


def _folder(name: str) -> Path:
    folder = Path(settings.MEDIA_ROOT) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
