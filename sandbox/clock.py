"""The sandbox's time: real time plus an offset that a test harness moves, and the waits that hang on it.

With ``virtual`` on, a model call is held until the clock has moved ``model_s`` past its arrival. Real time
counts as well, so a harness that never moves the clock is slow but not stuck.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DEFAULT_MODEL_S = 1.5


class Clock:
    def __init__(self, real: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._real = real
        self._moved = asyncio.Event()
        self._held: dict[int, datetime] = {}
        self._tickets = itertools.count()
        self.offset = timedelta()
        self.virtual = False
        self.model_s = DEFAULT_MODEL_S

    def now(self) -> datetime:
        return self._real() + self.offset

    def now_ms(self) -> int:
        """Epoch milliseconds, the unit of the provider's ``momment``."""
        return int(self.now().timestamp() * 1000)

    def set(self, *, offset_s: float | None = None, virtual: bool | None = None, model_s: float | None = None) -> None:
        """Move the clock and wake every wait, which then looks at the new time."""
        if offset_s is not None:
            self.offset = timedelta(seconds=offset_s)
        if virtual is not None:
            self.virtual = virtual
        if model_s is not None:
            self.model_s = model_s
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def reset(self) -> None:
        self.set(offset_s=0.0, virtual=False, model_s=DEFAULT_MODEL_S)

    def pending(self) -> list[datetime]:
        """When each held model call will be released, earliest first."""
        return sorted(self._held.values())

    async def hold(self, seconds: float) -> None:
        """Wait ``seconds`` on this clock and show the wait in :meth:`pending`."""
        ticket = next(self._tickets)
        until = self.now() + timedelta(seconds=seconds)
        self._held[ticket] = until
        try:
            while (left := (until - self.now()).total_seconds()) > 0:
                moved = self._moved
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(moved.wait(), timeout=left)
        finally:
            del self._held[ticket]

    def describe(self) -> dict[str, object]:
        return {
            "now": self.now().isoformat(),
            "offset_s": self.offset.total_seconds(),
            "virtual": self.virtual,
            "model_s": self.model_s,
            "pending": [instant.isoformat() for instant in self.pending()],
        }
