"""One lane's process: sets Django up on its own server, opens the installation, works its share of a part's runs."""

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.chaos import ledger

KEEP = ledger.DIRECTORY / "histories"
# After so many leads the outside world is made anew: its answers grow with what it holds.
FRESH_EVERY = 10


def run(asked: argparse.Namespace) -> int:
    """Exit code 1 when a run broke something."""
    from seleto.lib import postgres, roles
    from tests.chaos.server import Server

    server = Server(asked.lane)
    os.environ["DATABASE_URL"] = server.start()
    os.environ["MIGRATION_DATABASE_URL"] = postgres.url(server.profile, user=roles.OWNER)
    os.environ["DJANGO_SETTINGS_MODULE"] = "seleto.settings"
    os.environ["PIPERUN_TOKEN"] = "of-the-worker-alone"
    os.environ["EVAL_SAMPLE"] = "0"  # as in LANE: this process asks the stages too what falls due
    import django

    django.setup()
    try:
        return _work(asked, server)
    except postgres.PostgresError as error:
        print(f"lane {asked.lane}: {error}")
        return 1
    finally:
        server.stop()


def _work(asked: argparse.Namespace, server: Any) -> int:
    from tests.chaos.opened import opened

    deadline = time.monotonic() + asked.minutes * 60
    keys = list(_share(asked))
    if not keys:
        return 0
    failed = 0
    with opened(server, _overrides(asked.part)) as (lane, proxy):
        for count, key in enumerate(keys):
            if time.monotonic() > deadline:
                print(f"lane {asked.lane}: {len(keys) - count} runs left for the next slice")
                break
            if count % FRESH_EVERY == 0 and count:
                lane.fresh()
            broken, figures = _one(asked.part, lane, proxy, server, key)
            entry = ledger.write(asked.part, key, broken=broken, figures=figures)
            failed |= not entry.ok
            told = "ok" if entry.ok else f"BROKE {len(broken)}: {'; '.join(broken[:_SHOWN])}"
            print(f"lane {asked.lane}: {key} {told} {figures}", flush=True)
    return failed


def _share(asked: argparse.Namespace) -> Iterator[str]:
    """The runs of this lane that are not done yet, or the one asked for."""
    if asked.seed:
        yield asked.seed
        return
    done = set() if asked.again else ledger.done(asked.part)
    for number, key in enumerate(_keys(asked.part, asked.seeds)):
        if number % asked.lanes == asked.lane and key not in done:
            yield key


def _keys(part: str, seeds: int) -> Iterator[str]:
    from tests.chaos import parts
    from tests.chaos.points import POINTS

    if part == "kills":
        yield from (f"{point.name}:{seed}" for seed in range(seeds) for point in POINTS)
    else:
        yield from parts.keys(part, seeds)


# Circuits open as they do in production, where systems are away; elsewhere they would only slow the next run.
_CIRCUITS = {"CIRCUIT_FAILURES": "5", "CIRCUIT_OPEN_S": "5"}
# Under load a lease of two seconds runs out in good health: a starved machine would judge its own haste.
_PATIENT = {"LEASE_S": "12", "LEASE_RENEW_S": "4", "HEARTBEAT_EVERY_S": "4", "HEARTBEAT_TIMEOUT_S": "15"}
_SHOWN = 5


def _overrides(part: str) -> Mapping[str, str]:
    return {"outages": _CIRCUITS, "load": _PATIENT, "deploy": _PATIENT}.get(part, {})


def _one(part: str, lane: Any, proxy: Any, server: Any, key: str) -> tuple[list[str], dict[str, Any]]:
    from tests.chaos import parts
    from tests.chaos.kills import kill
    from tests.chaos.points import BY_NAME

    if part != "kills":
        return parts.one(part, lane, proxy, server, key)
    name, _, seed = key.rpartition(":")
    result = kill(lane, *(BY_NAME[one] for one in name.split("+")), seed=int(seed), keep=KEEP)
    broken = [*result.broken, *([] if result.proven else ["no process died there"])]
    return broken, {"back_s": round(result.back_s, 1), "unknown": result.unknown}
