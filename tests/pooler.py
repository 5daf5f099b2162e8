"""PgBouncer in transaction mode before the tests' database: the Debian package, started for one test module.

Two server connections for any number of clients, so that what one statement leaves in its session is soon somebody
else's. Debian's version knows nothing of prepared statements, which is the hardest case.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from seleto.lib import postgres
from seleto.lib.postgres_place import PORT, USER, locate, server_account

SERVER_CONNECTIONS = 2
_START_S = 20.0


def program() -> str | None:
    """Where PgBouncer is installed; daemons are not always in the PATH."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def pooling(target: Mapping[str, Any], *, connections: int = SERVER_CONNECTIONS) -> Iterator[int]:
    """The port on 127.0.0.1 behind which the database of a Django entry lies. Raises RuntimeError when it fails."""
    command = program()
    assert command, "ask program() first"
    with tempfile.TemporaryDirectory(prefix="seleto-pooler-") as directory, _ended() as processes:
        port = _free_port()
        file = Path(directory, "pgbouncer.ini")
        file.write_text(_configuration(target, port, connections), encoding="utf-8")
        account = server_account()  # as root it refuses to run
        if account:
            os.chown(directory, account.uid, account.gid)
            _let_in(pwd.getpwuid(account.uid).pw_name)
        process = subprocess.Popen(
            [command, "-q", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        processes.append(process)
        _await(process, port)
        yield port


@contextlib.contextmanager
def _ended() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _let_in(account: str) -> None:
    """Have the tests' embedded server take that account for any of its roles, as it takes ours."""
    if settings.DATABASE_URL:
        return
    place = locate(postgres.TEST.name)
    file = place.data / "pg_ident.conf"
    line = f'seleto "{account}" all\n'
    if line not in file.read_text(encoding="utf-8"):
        with file.open("a", encoding="utf-8") as accounts:
            accounts.write(line)
        with psycopg.connect(host=str(place.run), port=PORT, user=USER, dbname="postgres", autocommit=True) as link:
            link.execute("SELECT pg_reload_conf()")
        time.sleep(0.2)  # it reads them when it comes to it


def _configuration(target: Mapping[str, Any], port: int, connections: int) -> str:
    server = {
        "host": target["HOST"] or "localhost",
        "port": target["PORT"] or 5432,
        "user": target["USER"],
        **({"password": target["PASSWORD"]} if target["PASSWORD"] else {}),
    }
    return "\n".join(
        [
            "[databases]",
            "* = " + " ".join(f"{key}={value}" for key, value in server.items()),
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            f"listen_port = {port}",
            "unix_socket_dir =",
            "auth_type = any",
            "pool_mode = transaction",
            f"default_pool_size = {connections}",
            "max_client_conn = 500",
            "",
        ]
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError("PgBouncer does not start.")
