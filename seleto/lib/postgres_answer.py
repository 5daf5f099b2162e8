"""Ask a PostgreSQL server in one round trip whether it takes us.

Spoken by hand because libpq hides the SQLSTATE of a refused connection, and to stay within milliseconds.
"""

import socket
import struct

from seleto.lib.postgres_place import NAME, USER, Place, PostgresError

# What a server can say that matters to the launcher; other answers are the SQLSTATE of a refusal too.
READY = "ready"
NOBODY = "nobody"
STARTING = "57P03"
NO_DATABASE = "3D000"
FULL = "53300"

_PATIENCE_S = 5.0


def answer_of(place: Place, user: str = USER) -> str:
    """How the server takes ``user``: READY, NOBODY when none listens, or the SQLSTATE of the refusal.

    Raises PostgresError when the server is silent or belongs to another account.
    """
    body = struct.pack("!I", 196608) + f"user\0{user}\0database\0{NAME}\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(_PATIENCE_S)
            link.connect(str(place.socket))
            link.sendall(struct.pack("!I", len(body) + 4) + body)
            return _until_ready(link)
    except TimeoutError:
        raise PostgresError(f"The embedded PostgreSQL does not answer; see {place.log}.") from None
    except (FileNotFoundError, ConnectionError):
        return NOBODY
    except PermissionError:
        raise PostgresError(
            f"The embedded PostgreSQL in {place.home} belongs to another account: use that one, or remove it."
        ) from None


def _until_ready(link: socket.socket) -> str:
    with link.makefile("rb") as stream:
        while header := stream.read(5):
            kind, size = struct.unpack("!cI", header)
            content = stream.read(size - 4)
            if kind == b"Z":
                link.sendall(b"X\0\0\0\4")
                return READY
            if kind == b"E":
                fields = {part[:1]: part[1:] for part in content.split(b"\0") if part}
                return fields.get(b"C", b"").decode()
    return NOBODY
