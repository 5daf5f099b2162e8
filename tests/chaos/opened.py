"""One installation for the long runs, which reaches its PostgreSQL through a proxy that can be cut."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from conversations.evals import installation
from seleto.lib import roles
from tests.chaos import ledger
from tests.chaos.inside import DIRECTORY
from tests.chaos.lane import LANE, Lane, point_directory
from tests.chaos.proxy import Proxy, proxied
from tests.chaos.server import Server


@contextmanager
def opened(server: Server, overrides: Mapping[str, str] | None = None) -> Iterator[tuple[Lane, Proxy]]:
    """The lane, and the proxy through which web and worker reach the database; this process goes straight to it.

    Django must have been set up with the server's address.
    """
    folder = ledger.DIRECTORY / f"points-{server.number}-{os.getpid()}"
    with proxied(server.socket()) as proxy, point_directory(folder) as points:
        environment = {**LANE, DIRECTORY: str(points), "DATABASE_URL": through(proxy), **(overrides or {})}
        with installation.running(environment, durable=True, kept=True) as running:
            lane = Lane(running, points)
            try:
                lane.prepare()
                yield lane, proxy
            finally:
                lane.close()


def through(proxy: Proxy) -> str:
    """The address of this process's database-to-be as a process behind the proxy reaches it."""
    return f"postgres://{roles.APP}@127.0.0.1:{proxy.port}/{installation.database_name()}?sslmode=disable"
