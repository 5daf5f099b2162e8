"""Ask a virus scanner about a file: clamd's INSTREAM, so that the scanner needs no access to our disk.

The protocol: the command, then pieces as length (four bytes, big end first) and bytes, then a length of zero; the
answer is ``stream: OK``, ``stream: <name> FOUND`` or ``… ERROR`` (clamd(8)).
"""

import socket
from pathlib import Path

from django.conf import settings

from seleto.lib.errors import Rejected, Unavailable

VIRUS = "virus"
_PIECE = 64 * 1024
_ANSWER_MAX = 4096


def look(path: Path) -> None:
    """Nothing for a clean file, and without a scanner (``CLAMD_ADDRESS`` empty).

    Raises ``Rejected`` (virus), ``Unavailable`` (scanner_away, scanner_error): what was not looked at is not taken.
    """
    if not settings.CLAMD_ADDRESS:
        return
    failure = None
    try:
        answer = _ask(path)
    except (OSError, ValueError):
        failure = Unavailable("scanner_away")
    if failure is not None:
        raise failure
    if answer.endswith(" FOUND"):
        raise Rejected(VIRUS)
    if not answer.endswith(": OK"):
        raise Unavailable("scanner_error")


def _ask(path: Path) -> str:
    with _connect() as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(_PIECE):
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _ANSWER_MAX and (more := line.recv(_ANSWER_MAX)):
            answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect() -> socket.socket:
    """``unix:/run/clamav/clamd.ctl`` or ``host:port``; the address is the operator's own."""
    address: str = settings.CLAMD_ADDRESS
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(settings.CLAMD_TIMEOUT_S)
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=settings.CLAMD_TIMEOUT_S)
