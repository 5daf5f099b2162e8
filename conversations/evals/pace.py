"""How time passes while a conversation is played: in jumps from one due instant to the next, or as it is.

In jumps, product and sandbox share one clock that only moves while nothing is going on, so a silence of days takes a
moment and everything happens at the instant at which it falls due.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.conf import settings

from conversations.evals import product
from conversations.evals.outside import Outside
from seleto.lib import clock

# A reply that is not under way this long after the last turn does not come (eval/README.md: at least 120 s).
TAIL = timedelta(seconds=180)
# Real time is dear: another installation is given just what the format asks for.
FOREIGN_TAIL = timedelta(seconds=120)
# Nothing may keep the processes busy this long without the clock moving: a model call takes 25 s at most.
PATIENCE_S = 45.0
_POLL_S = 0.015
# After this every process has seen a move of the clock.
_SEEN_S = settings.CLOCK_CACHE_S + 0.015


class NeverQuiet(RuntimeError):
    """The processes do not come to rest; the text says what they are busy with."""


class Pace(Protocol):
    """``begin`` starts a case and returns the instant of its second 0 on this pace's own clock, ``now``; ``reach`` lets
    everything happen up to an instant, ``finish`` waits until nothing goes on and nothing is due within ``TAIL``."""

    def begin(self, start: datetime) -> datetime: ...

    def now(self) -> datetime: ...

    def reach(self, instant: datetime) -> None: ...

    def finish(self) -> None: ...


class Jumps:
    """Virtual time. ``check`` is asked while waiting and raises when a process has died."""

    def __init__(self, outside: Outside, check: Callable[[], None]) -> None:
        self._outside = outside
        self._check = check
        self._moved_at = float("-inf")
        self._held: tuple[datetime, ...] = ()
        self._due: datetime | None = None

    def begin(self, start: datetime) -> datetime:
        self._outside.reset()
        offset = clock.move_to(start)
        self._moved_at = time.monotonic()
        self._outside.move_clock(offset.total_seconds(), virtual=True)
        self._let_it_be_seen()
        return start

    def now(self) -> datetime:
        return clock.now()

    def reach(self, instant: datetime) -> None:
        self._settle()
        while (step := min([instant, *self._coming()])) < instant or clock.now() < instant:
            if step > clock.now():
                self._jump(step)
            self._settle()
        self._let_it_be_seen()

    def finish(self) -> None:
        end = clock.now() + TAIL
        self._settle()
        while coming := [step for step in self._coming() if step <= end or step in self._held]:
            if min(coming) > clock.now():
                self._jump(min(coming))
            self._settle()

    def _coming(self) -> list[datetime]:
        return [*self._held, *([self._due] if self._due else [])]

    def _jump(self, instant: datetime) -> None:
        offset = clock.move_to(instant)
        self._moved_at = time.monotonic()
        if self._held and self._held[0] <= instant:
            # What the model's answer sets off must already find the new time.
            self._let_it_be_seen()
        self._outside.move_clock(offset.total_seconds())

    def _let_it_be_seen(self) -> None:
        left = self._moved_at + _SEEN_S - time.monotonic()
        if left > 0:
            time.sleep(left)

    def _settle(self) -> None:
        """Wait until nothing goes on but model calls that wait for the clock; two looks in a row have to agree."""
        deadline = time.monotonic() + PATIENCE_S
        quiet = 0
        while quiet < 2:
            busy = self._look()
            quiet = quiet + 1 if not busy else 0
            if time.monotonic() > deadline:
                raise NeverQuiet(f"no rest within {PATIENCE_S:.0f} s: {busy}")
            if busy:
                self._check()
            time.sleep(_POLL_S if busy else _POLL_S / 3)

    def _look(self) -> str:
        before = self._outside.waits()
        state = product.activity()
        after = self._outside.waits()
        self._held, self._due = after.held, state.next_due
        if before.webhooks or after.webhooks:
            return "webhooks on their way"
        if state.busy:
            return state.busy
        if after.held and after.held[0] <= clock.now():
            return "a model call about to be answered"
        if state.running > len(after.held):
            return "a turn"
        return ""


class AsItIs:
    """Real time. With ``outside``, both clocks are put at the case's start and run on from there; without, the clock
    of an installation that is not ours is left alone and the case starts now."""

    def __init__(self, outside: Outside | None) -> None:
        self._outside = outside

    def begin(self, start: datetime) -> datetime:
        if self._outside is None:
            return datetime.now(UTC)
        self._outside.reset()
        self._outside.move_clock(clock.move_to(start).total_seconds(), virtual=False)
        time.sleep(_SEEN_S)
        return start

    def now(self) -> datetime:
        return clock.now() if self._outside else datetime.now(UTC)

    def reach(self, instant: datetime) -> None:
        time.sleep(max((instant - self.now()).total_seconds(), 0.0))

    def finish(self) -> None:
        end = self.now() + (TAIL if self._outside else FOREIGN_TAIL)
        while self.now() < end and self._expects_more(end):
            time.sleep(1.0)

    def _expects_more(self, end: datetime) -> bool:
        if self._outside is None:
            return True
        state = product.activity()
        busy = state.busy or state.running or self._outside.waits().webhooks
        return bool(busy) or (state.next_due is not None and state.next_due <= end)
