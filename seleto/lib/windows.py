"""How often something happened in the window of time under way, counted in this process: cheap enough for every call.

What all processes must agree on stands in ``seleto.lib.ratelimit``.
"""

import threading
import time
from ipaddress import IPv6Address, ip_address


class Window:
    """Counts by key that all begin anew every ``seconds``, so that they never grow beyond ``most`` keys.

    Whoever calls under ever new names shares one count with the others once ``most`` are known.
    """

    def __init__(self, seconds: float, *, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._lock = threading.Lock()
        self._number = -1
        self._counts: dict[str, int] = {}

    def note(self, key: str) -> int:
        """Count one more of ``key``; how many there are now."""
        with self._lock:
            self._turn()
            if key not in self._counts and len(self._counts) >= self._most:
                key = ""
            count = self._counts[key] = self._counts.get(key, 0) + 1
        return count

    def count(self, key: str) -> int:
        with self._lock:
            self._turn()
            return self._counts.get(key, 0)

    def rest_s(self) -> int:
        """Whole seconds, at least one, until the next window."""
        return max(1, round(self._seconds - time.monotonic() % self._seconds))

    def forget(self) -> None:
        with self._lock:
            self._counts = {}

    def _turn(self) -> None:
        number = int(time.monotonic() / self._seconds)
        if number != self._number:
            self._number, self._counts = number, {}


def neighbourhood(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 that one household or server has of IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64))
    return str(known)
