"""The PostgreSQL of one lane, so that it may be killed too. Imports no Django, which is set up with its address."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from seleto.lib import postgres
from seleto.lib.postgres import Profile
from seleto.lib.postgres_place import PORT, locate


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of one lane; ``number`` tells lanes apart. Its data stay, so that the next slice starts sooner."""

    number: int

    @property
    def profile(self) -> Profile:
        # Crash recovery is wanted: what was committed must outlive a killed server. A killed machine is not simulated.
        return Profile(f"chaos-{self.number}", initdb=("--no-sync",), settings={"fsync": "off"})

    def start(self) -> str:
        """Its address."""
        postgres.ensure_running(self.profile)
        return postgres.url(self.profile)

    def stop(self) -> None:
        postgres.stop(self.profile)

    def socket(self) -> Path:
        return locate(self.profile.name).run / f".s.PGSQL.{PORT}"

    def kill(self) -> None:
        """SIGKILL the server and all of its processes, then let it recover."""
        data = locate(self.profile.name).data
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = _children(pid)
        os.kill(pid, signal.SIGKILL)  # first, or it would bring its own children back
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
