"""Whether work grows with the length of a text or faster: the same text at two lengths, told apart by the ratio.

Processor time of the one thread, so that what else runs on the machine hardly counts; measured again when in doubt.
"""

import time
from collections.abc import Callable

SHORT, LENGTH = 1_000, 4_000
GROWTH, TRIES = LENGTH / SHORT * 2.5, 3  # linear work grows fourfold, quadratic sixteenfold
NOTICED_SECONDS = 0.1  # below this a figure is noise


def run_of(unit: str, length: int) -> str:
    """The unit over and over, with an end that makes a match fail late."""
    return (unit * (length // len(unit)))[: length - 8] + "\n#x!?|)]"


def outgrows(unit: str, work: Callable[[str], object]) -> bool:
    """Whether the work on runs of the unit grows much faster than the text, each time it is measured."""
    for _ in range(TRIES):
        short, longer = (_seconds(run_of(unit, length), work) for length in (SHORT, LENGTH))
        if longer < NOTICED_SECONDS or longer < short * GROWTH:
            return False
    return True


def _seconds(text: str, work: Callable[[str], object]) -> float:
    start = time.thread_time()
    work(text)
    return time.thread_time() - start
