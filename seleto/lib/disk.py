"""Room left on the disks that we write to. A full disk takes the database with it: it is told of long before."""

import contextlib
import shutil
from pathlib import Path

from django.conf import settings

_MIB = 1024 * 1024


def low_places() -> list[str]:
    """Which of our places have less than ``DISK_MIN_FREE_MB`` left: ``media``, ``dados``."""
    if not settings.DISK_MIN_FREE_MB:
        return []
    least = settings.DISK_MIN_FREE_MB * _MIB
    places = {"media": settings.MEDIA_ROOT, "dados": settings.DATA_DIR}
    return [name for name, path in places.items() if free_bytes(path) < least]


def is_low() -> bool:
    return bool(low_places())


def free_bytes(path: Path) -> int:
    """Bytes left for ``path``, which need not exist yet. In the sandbox a file may say another number (``drill``)."""
    if settings.SANDBOX:
        with contextlib.suppress(OSError, ValueError):
            return int(settings.DISK_FAULT_FILE.read_text(encoding="utf-8"))
    existing = next((place for place in (path, *path.parents) if place.exists()), Path("/"))
    return shutil.disk_usage(existing).free
