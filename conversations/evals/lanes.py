"""Several cases at a time, told in their order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_lanes(lanes: int, play: Callable[[T], R], cases: Sequence[T]) -> Iterator[R]:
    """What ``play`` makes of each case, in the order of ``cases``, ``lanes`` at once; raises what ``play`` raises."""
    futures: list[Future[R]] = [Future() for _ in cases]
    waiting = deque(zip(cases, futures, strict=True))

    def run() -> None:
        while waiting:
            try:
                case, future = waiting.popleft()
            except IndexError:  # another lane was quicker
                return
            try:
                future.set_result(play(case))
            except BaseException as error:  # noqa: BLE001 it is raised where the result is asked for
                future.set_exception(error)

    # Daemons: a person who stops the run does not wait for conversations in real time.
    for _ in range(min(lanes, len(cases))):
        Thread(target=run, daemon=True).start()
    for future in futures:
        yield future.result()
