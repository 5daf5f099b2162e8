"""A kill: points are armed, their story told, processes die there, and the history has to keep every invariant."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.lane import Lane, NoRest
from tests.chaos.points import Point
from tests.chaos.stories import PLOTS, Story
from tests.chaos.verdict import judge, unknowns

TRIES = 3
LINGER_S = 6.0


@dataclass(frozen=True, slots=True)
class Kill:
    """``proven``: for every point a marker row and a process that is gone. ``back_s``: from the first death to rest."""

    point: str
    seed: int
    proven: bool
    back_s: float
    unknown: int
    broken: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.proven and not self.broken


def kill(lane: Lane, *points: Point, seed: int, keep: Path | None = None) -> Kill:
    """Tell the points' story (they share one) until a process died at each; what it broke is in the result, never
    raised."""
    name = "+".join(point.name for point in points)
    rng = random.Random(f"{name}:{seed}")
    passes = rng.randint(0, 1) if points[0].story == "talk" and len(points) == 1 else 0
    for _ in range(TRIES):
        result = _once(lane, points, seed, rng, passes, keep)
        if result.proven or result.broken:
            return result
        passes = 0
    return result


def _once(lane: Lane, points: Sequence[Point], seed: int, rng: random.Random, passes: int, keep: Path | None) -> Kill:
    plot, story = PLOTS[points[0].story], Story(lane, rng)
    since, broken, name = lane.deaths(), [], "+".join(point.name for point in points)
    try:
        if plot.before:
            plot.before(story)
        for point in points:
            lane.arm(point.name, passes)
        plot.act(story)
        lane.rest()
        _let_linger(lane, points[0], since)
        lane.rest()
    except NoRest as error:
        broken.append(str(error))
    back_at = datetime.now(UTC)
    lane.disarm()
    deaths = [death for point in points if (death := lane.death(point.name, since=since))]
    kept = keep / f"kills-{name}-{seed}.json" if keep else None
    history = lane.history(story.leads, part="kills", seed=f"{name}:{seed}")
    broken += map(str, judge(history))
    if not broken and (missing := plot.check(story)):
        broken.append(missing)
    if broken and kept:
        history.keep(kept)
    back_s = max(((back_at - death["at"]).total_seconds() for death in deaths), default=0.0)
    return Kill(name, seed, len(deaths) == len(points), back_s, len(unknowns(history)), tuple(broken))


def _let_linger(lane: Lane, point: Point, since: int) -> None:
    """A drain leaves only after a moment without work: its last steps come after the pipe is at rest."""
    deadline = time.monotonic() + LINGER_S
    while point.stage == "queue" and lane.death(point.name, since=since) is None and time.monotonic() < deadline:
        time.sleep(0.1)
