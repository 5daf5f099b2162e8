"""A TCP proxy that can be cut: stands between processes and their database, or anything else on this machine.

Runs on threads of its own. While cut, connections are refused and those that were open hang without a byte, as behind a
cable that was pulled; ``reset`` closes them instead.
"""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 65536


class Proxy:
    """From a free loopback port to ``target``: a Unix socket's path, or a port of this machine."""

    def __init__(self, target: Path | int) -> None:
        self._target = target
        self._door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._door.getsockname()[1])
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._closed = False
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut(self) -> None:
        """From now on nothing passes."""
        self._open.clear()

    def mend(self) -> None:
        """New connections pass again; those that were open at the cut are dead."""
        self.reset()
        self._open.set()

    def reset(self) -> None:
        """Close every connection, as a server does that goes down."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closed = True
        self._door.close()
        self.reset()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if not self._open.is_set():
                near.close()
                continue
            try:
                far = self._connect()
            except OSError:
                near.close()
                continue
            with self._lock:
                self._pairs.add((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            link = socket.socket(socket.AF_UNIX)
            link.connect(str(self._target))
            return link
        return socket.create_connection(("127.0.0.1", self._target), timeout=5)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, contextlib.suppress(OSError, ValueError):
            while True:
                ready, _, _ = select.select([near, far], [], [], 0.5)
                for end in ready:
                    data = end.recv(_CHUNK)
                    if not self._open.is_set():
                        self._open.wait()
                        return
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
        with self._lock:
            self._pairs.discard((near, far))


@contextmanager
def proxied(target: Path | int) -> Iterator[Proxy]:
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
