"""An installation for one run: own database, web, worker and sandbox as child processes, gone afterwards.

The same programs as in production, started on free loopback ports. This process keeps the new database for itself as
well: it moves the shared clock and reads the final state there.
"""

import contextlib
import ctypes
import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from conversations.evals.outside import Outside
from conversations.models import Channel, ChatwootInbox
from seleto.lib import clock, ownership, postgres

_DATABASE = "seleto_play_"
_CHANNEL, _CLOUD_CHANNEL = "principal", "nuvem"
_CLOUD_NUMBER, _CLOUD_ACCOUNT = "106000000000001", "102000000000001"
_START_PATIENCE_S = 60.0
_STOP_PATIENCE_S = 2.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class InstallationError(RuntimeError):
    """The installation cannot be started or has died; the text is one sentence, perhaps with the end of a log."""


@dataclass(frozen=True)
class Installation:
    """What runs: the sandbox's door and the processes behind it; ``product`` is the environment of web and worker."""

    outside: Outside
    processes: Mapping[str, subprocess.Popen[bytes]]
    logs: Path
    webhook: str
    product: Mapping[str, str]

    def check(self) -> None:
        """Raise InstallationError when a process has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise InstallationError(f"{name} ended by itself (exit {process.returncode}): {self._tail(name)}")

    def _tail(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-1500:]


@contextlib.contextmanager
def running(
    overrides: Mapping[str, str] | None = None, *, durable: bool = False, kept: bool = False
) -> Iterator[Installation]:
    """Start everything, point this process's database connection at it, and clean up. Raises InstallationError.

    ``overrides`` are settings of web and worker; ``durable`` has every commit reach the disk, as in production.
    ``kept`` has the sandbox write down what it holds (``sandbox.json`` beside the logs), so that it may be killed.
    """
    with contextlib.ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seleto-play-")))
        web = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        processes: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(_stop, processes)
        environment = _Environment(web_port=web.getsockname()[1], logs=logs)
        state = ["--state", str(logs / "sandbox.json")] if kept else []
        processes["sandbox"] = _spawn("sandbox", ["-m", "sandbox", "--port", "0", *state], environment.sandbox(), logs)
        stack.enter_context(_isolated_database(durable=durable))
        environment.database_url = _database_url(str(connection.settings_dict["NAME"]))
        sandbox = _address_of(processes["sandbox"], logs)
        _make_channels(environment, sandbox)
        _set_up_crm()
        product = {**environment.product(sandbox), **(overrides or {})}
        processes["web"] = _spawn("web", _gunicorn(web.fileno(), product), product, logs, keep=(web.fileno(),))
        processes["worker"] = _spawn("worker", ["manage.py", "worker"], product, logs)
        outside = Outside(sandbox)
        stack.callback(outside.close)
        installation = Installation(
            outside=outside, processes=processes, logs=logs, webhook=environment.webhook, product=product
        )
        _await_ready(installation, environment.web)
        yield installation


@contextlib.contextmanager
def rehearsing(*, sandbox: bool) -> Iterator[str]:
    """A seeded database of its own for this process and, when wanted, the sandbox beside it: its address, else "".

    Enough to decide; nothing runs that would answer anybody. Raises InstallationError.
    """
    with contextlib.ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seleto-play-")))
        processes: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(_stop, processes)
        if sandbox:
            environment = _Environment(web_port=9, logs=logs)  # nothing listens there and nothing is sent
            processes["sandbox"] = _spawn("sandbox", ["-m", "sandbox", "--port", "0"], environment.sandbox(), logs)
        stack.enter_context(_isolated_database(durable=False))
        yield _address_of(processes["sandbox"], logs) if sandbox else ""


class _Environment:
    """What each process runs with; both sides of the conversation get the same throw-away secrets."""

    def __init__(self, *, web_port: int, logs: Path) -> None:
        self.web = f"http://127.0.0.1:{web_port}"
        self.instance_id = secrets.token_hex(16).upper()
        self.instance_token = secrets.token_hex(12).upper()
        self.client_token = secrets.token_urlsafe(24)
        self.webhook_secret = secrets.token_urlsafe(24)
        self.database_url = ""
        self.webhook = f"{self.web}/webhooks/zapi/{_CHANNEL}/{self.webhook_secret}/"
        self.chatwoot = {
            name: secrets.token_urlsafe(16) for name in ("user_token", "bot_token", "webhook_secret", "signing_secret")
        }
        self.cloud = {name: secrets.token_urlsafe(16) for name in ("access_token", "verify_token", "app_secret")}
        self.crm_token = secrets.token_hex(16)
        self._metrics, self._media = logs / "metrics", logs / "media"

    def sandbox(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "SANDBOX_PRODUCT_URL": self.web,
            "SANDBOX_WEBHOOK_URL": self.webhook,
            "SANDBOX_INSTANCE_ID": self.instance_id,
            "SANDBOX_INSTANCE_TOKEN": self.instance_token,
            "SANDBOX_CLIENT_TOKEN": self.client_token,
            "SANDBOX_CHATWOOT_WEBHOOK_URL": (
                f"{self.web}/webhooks/chatwoot/{_CHANNEL}/{self.chatwoot['webhook_secret']}/"
            ),
            "SANDBOX_CHATWOOT_CLOUD_WEBHOOK_URL": (
                f"{self.web}/webhooks/chatwoot/{_CLOUD_CHANNEL}/{self.chatwoot['webhook_secret']}/"
            ),
            "SANDBOX_CLOUD_WEBHOOK_URL": f"{self.web}/webhooks/whatsapp/{_CLOUD_CHANNEL}/",
            "SANDBOX_CLOUD_NUMBER_ID": _CLOUD_NUMBER,
            "SANDBOX_CLOUD_WABA_ID": _CLOUD_ACCOUNT,
            "SANDBOX_CLOUD_TOKEN": self.cloud["access_token"],
            "SANDBOX_CLOUD_APP_SECRET": self.cloud["app_secret"],
            "SANDBOX_CHATWOOT_USER_TOKEN": self.chatwoot["user_token"],
            "SANDBOX_CHATWOOT_BOT_TOKEN": self.chatwoot["bot_token"],
            "SANDBOX_CHATWOOT_SECRET": self.chatwoot["signing_secret"],
            "SANDBOX_PIPERUN_TOKEN": self.crm_token,
        }

    def product(self, sandbox: str) -> dict[str, str]:
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("LLM_")},
            "PYTHONUNBUFFERED": "1",
            "SANDBOX": "on",
            "DEBUG": "off",
            "LOG_LEVEL": "INFO",
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.web,
            "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
            "MEDIA_ROOT": str(self._media),
            "ZAPI_BASE_URL": f"{sandbox}/zapi",
            "WHATSAPP_BASE_URL": f"{sandbox}/graph/v26.0",
            "PIPERUN_URL": f"{sandbox}/piperun/v1",
            "PIPERUN_TOKEN": self.crm_token,
            # The pace protects a server and runs in real time; one lead at a time needs none.
            "PIPERUN_RATE_PER_S": "0",
            "LLM_BASE_URL": f"{sandbox}/v1",
            "LLM_API_KEY": "sandbox",  # pragma: allowlist secret
            "LLM_MODEL": "sandbox",
            # An empty value keeps what .env may say out.
            "LLM_API_KEY_FILE": "",
            "DATABASE_URL_FILE": "",
            "LISTEN_DATABASE_URL": "",
            "MIGRATION_DATABASE_URL": "",  # they own nothing
            "ALLOWED_HOSTS": "127.0.0.1",
            # No webhook is lost here, and asking every minute would make hours of a script long.
            "CHATWOOT_POLL_S": "86400",
            "CHANNEL_POLL_S": "86400",
            # One lead at a time needs no second process.
            "WORKERS_CONVERSATION": "1",
            "WEB_PROCESSES": "1",
            "WEB_THREADS": "8",
        }


def _gunicorn(listening: int, environment: Mapping[str, str]) -> list[str]:
    size = ("--workers", environment["WEB_PROCESSES"], "--threads", environment["WEB_THREADS"])
    options = ("--worker-class", "gthread", *size, "--keep-alive", "65", "--graceful-timeout", "2")
    return ["-m", "gunicorn", "seleto.wsgi:application", "--bind", f"fd://{listening}", *options]


def _spawn(
    name: str, arguments: list[str], environment: Mapping[str, str], logs: Path, *, keep: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=keep,
            start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the others in order
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + _STOP_PATIENCE_S
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0.1))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    processes.clear()


def _address_of(sandbox: subprocess.Popen[bytes], logs: Path) -> str:
    """The address the sandbox prints when it listens."""
    deadline = time.monotonic() + _START_PATIENCE_S
    while time.monotonic() < deadline and sandbox.poll() is None:
        said = (logs / "sandbox.log").read_text(encoding="utf-8", errors="replace").split()
        address = next((word for word in said if word.startswith("http://")), "")
        if address:
            return address
        time.sleep(0.05)
    raise InstallationError("The sandbox does not start.")


def _await_ready(installation: Installation, web: str) -> None:
    deadline = time.monotonic() + _START_PATIENCE_S
    with httpx.Client(trust_env=False, timeout=5.0) as http:
        while time.monotonic() < deadline:
            installation.check()
            with contextlib.suppress(httpx.HTTPError):
                if installation.outside.alive() and http.get(f"{web}/readyz").is_success:
                    return
            time.sleep(0.1)
    raise InstallationError("Web and worker do not become ready.")


# --- Database ----------------------------------------------------------------------------------------------------


def database_name() -> str:
    """The database that this process makes for a run, and drops after it."""
    return f"{_DATABASE}{os.getpid()}"


@contextlib.contextmanager
def _isolated_database(*, durable: bool) -> Iterator[None]:
    """A fresh, migrated and seeded database that this process uses from here on, dropped at the end."""
    target = connections.settings["default"]
    owner = ownership.entry()
    options, before, movable = dict(target["OPTIONS"]), target["NAME"], settings.SANDBOX
    connection.close()
    cast(DatabaseWrapper, connection).close_pool()
    target["OPTIONS"].pop("pool", None)
    name = database_name()
    try:
        with _maintenance(owner) as server:
            _drop_leftovers(server)
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')
            if not durable:
                server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        target["NAME"] = name
        settings.SANDBOX = True
        clock.forget()
        quiet = io.StringIO()
        with ownership.owning():
            call_command("migrate", verbosity=0, interactive=False, stdout=quiet)
        call_command("seed", verbosity=0, stdout=quiet)
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise InstallationError("The owner of the database may not create others, and play needs one.") from error
    finally:
        connection.close()
        with _maintenance(owner) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        target["NAME"], settings.SANDBOX = before, movable
        target["OPTIONS"].update(options)
        clock.forget()


# The account of the sandbox's Chatwoot, its inbox for WhatsApp, and whose the integration's token is.
_CHATWOOT_ACCOUNT, _CHATWOOT_INBOX, _CHATWOOT_CLOUD_INBOX, _CHATWOOT_USER = 1, 7, 9, 2


def _make_channels(environment: _Environment, sandbox: str) -> None:
    zapi = Channel.objects.create(
        slug=_CHANNEL,
        name="WhatsApp",
        provider=Channel.Provider.ZAPI,
        instance_id=environment.instance_id,
        credentials={"instance_token": environment.instance_token, "client_token": environment.client_token},
        webhook_secrets={"play": environment.webhook_secret},
        created_at=clock.now(),
    )
    cloud = Channel.objects.create(
        slug=_CLOUD_CHANNEL,
        name="WhatsApp Cloud API",
        provider=Channel.Provider.WHATSAPP,
        instance_id=_CLOUD_NUMBER,
        credentials={
            "access_token": environment.cloud["access_token"],
            "verify_token": environment.cloud["verify_token"],
            "waba_id": _CLOUD_ACCOUNT,
        },
        webhook_secrets={"play": environment.cloud["app_secret"]},
        created_at=clock.now(),
    )
    for channel, inbox in ((zapi, _CHATWOOT_INBOX), (cloud, _CHATWOOT_CLOUD_INBOX)):
        _mirror(channel, inbox, environment.chatwoot, sandbox)


def _mirror(channel: Channel, inbox: int, secrets_: Mapping[str, str], sandbox: str) -> None:
    ChatwootInbox.objects.create(
        channel=channel,
        base_url=f"{sandbox}/chatwoot",
        account_id=_CHATWOOT_ACCOUNT,
        inbox_id=inbox,
        integration_user_id=_CHATWOOT_USER,
        **{column: team for team, column in enumerate(ChatwootInbox.TEAM_COLUMNS.values(), start=1)},
        credentials={"user_token": secrets_["user_token"], "bot_token": secrets_["bot_token"]},
        webhook_secrets={"play": secrets_["webhook_secret"]},
        signing_secrets={"play": secrets_["signing_secret"]},
    )


# Where a hot lead goes in the sandbox's CRM.
_CRM_QUALIFIED = "647559"


def _set_up_crm() -> None:
    # By its name: no part of the conversations may import what writes to the CRM.
    apps.get_model("crm", "CrmSettings").objects.update_or_create(id=1, defaults={"stage_qualified_id": _CRM_QUALIFIED})


def _database_url(name: str) -> str:
    if not settings.DATABASE_URL:
        return postgres.url(name=name)
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def _drop_leftovers(server: psycopg.Connection[Any]) -> None:
    """Databases of runs that were killed; what somebody else owns is somebody else's."""
    ours = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND pg_has_role(datdba, 'USAGE')"
    for (name,) in server.execute(ours, [_DATABASE]):
        owner = name.removeprefix(_DATABASE)
        if owner.isdigit() and not Path("/proc", owner).exists() and Path("/proc/self").exists():
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _maintenance(target: Mapping[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server's own database; the address' further options (TLS) hold here too."""
    with psycopg.connect(
        host=str(target["HOST"]),
        port=str(target["PORT"]),
        user=str(target["USER"]),
        password=str(target["PASSWORD"]),
        dbname="postgres",
        autocommit=True,
        **{key: value for key, value in target["OPTIONS"].items() if key.startswith("ssl")},
    ) as server:
        yield server
