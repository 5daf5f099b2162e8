"""The floors beside which the product is measured: the least that a server of its kind must do, on the same options."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
from django.db import connection

from bench.leads import Target
from bench.system import System

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_S = 20.0


@contextlib.contextmanager
def running(system: System) -> Iterator[dict[str, Target]]:
    """A Django view with one INSERT, and an ASGI echo, by name, in the product's database and with its processes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)")
        cursor.execute("GRANT INSERT ON bench_floor TO PUBLIC")
    product = system.installation.product
    size = ["--workers", product["WEB_PROCESSES"], "--threads", product["WEB_THREADS"], "--keep-alive", "65"]
    with contextlib.ExitStack() as stack:
        django_port, echo_port = free_port(), free_port()
        django = ["gunicorn", "bench.floor_django:application", "--worker-class", "gthread", *size]
        address = {**os.environ, "BENCH_FLOOR_URL": product["DATABASE_URL"]}
        stack.enter_context(_process([*django, "--bind", f"127.0.0.1:{django_port}"], address, django_port))
        echo = ["uvicorn", "bench.floor_asgi:application", "--log-level", "warning", "--no-access-log"]
        stack.enter_context(_process([*echo, "--port", str(echo_port)], os.environ, echo_port))
        yield {
            "django_insert": Target(f"http://127.0.0.1:{django_port}/webhook"),
            "asgi_echo": Target(f"http://127.0.0.1:{echo_port}/webhook"),
        }


@contextlib.contextmanager
def _process(arguments: list[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                httpx.post(f"http://127.0.0.1:{port}/webhook", content=b"{}", trust_env=False)
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
