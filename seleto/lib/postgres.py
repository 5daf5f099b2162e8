"""Embedded PostgreSQL for demo, commands, tests and bench: start it, find it, stop it.

A small launcher over the programs inside a wheel. The server listens on a Unix socket only, in a directory of mode
0700, outlives the process that started it and is stopped explicitly::

    python -m seleto.lib.postgres start | stop | url | remove

Used only while ``DATABASE_URL`` is unset. Imports no Django, so it also serves before settings are loaded.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

from seleto.lib import roles
from seleto.lib.postgres_answer import FULL, NO_DATABASE, NOBODY, READY, STARTING, answer_of
from seleto.lib.postgres_place import (
    BINARIES,
    CHECKOUT,
    NAME,
    PORT,
    SOCKET_NAME,
    USER,
    Place,
    PostgresError,
    locate,
    wheel,
)

__all__ = ["DEMO", "TEST", "PostgresError", "Profile", "database", "ensure_running", "remove", "running", "stop", "url"]


# How long to insist after a crash: a killed server stays as a zombie until PID 1 reaps it, and its last children
# hold the shared memory for a moment.
_START_PATIENCE_S = 15.0
_LOCK_PATIENCE_S = 90.0
_STOP_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Profile:
    """One kind of server: its directory under ``.data/`` and how it trades safety for speed."""

    name: str
    initdb: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


DEMO = Profile("postgres")
TEST = Profile(
    "postgres-test",
    initdb=("--no-sync", "--no-data-checksums"),
    settings={
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_wal_size": "4GB",
    },
)


def database(
    profile: Profile = DEMO, *, name: str = NAME, user: str = roles.APP, checkout: Path = CHECKOUT
) -> dict[str, object]:
    """The Django database entry of the embedded server, as one of its roles. Starts nothing."""
    place = locate(profile.name, checkout)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": "",
        "HOST": str(place.run),
        "PORT": str(PORT),
    }


def url(profile: Profile = DEMO, *, name: str = NAME, user: str = roles.APP, checkout: Path = CHECKOUT) -> str:
    """The same as an address for ``DATABASE_URL``, to hand to another process. Starts nothing."""
    host = quote(str(locate(profile.name, checkout).run), safe="")
    return f"postgres://{user}@{host}:{PORT}/{quote(name)}"


def ensure_running(profile: Profile = DEMO, *, checkout: Path = CHECKOUT) -> dict[str, object]:
    """Start the server unless it runs, and return its database entry. Any number of processes may call it at once.

    Costs a few milliseconds when the server is up. Raises PostgresError when it cannot be started.
    """
    place = locate(profile.name, checkout)
    if answer_of(place, roles.APP) not in (READY, FULL):
        with _locked(place):
            _bring_up(place, profile)
    return database(profile, checkout=checkout)


def running(profile: Profile = DEMO, *, checkout: Path = CHECKOUT) -> bool:
    """Whether somebody has started the server."""
    return answer_of(locate(profile.name, checkout)) != NOBODY


def stop(profile: Profile = DEMO, *, checkout: Path = CHECKOUT) -> bool:
    """Stop the server, ending its connections. False when none was running.

    Speaks to the process itself: the wheel may be gone by now, as after `make clean`.
    """
    place = locate(profile.name, checkout)
    if not (place.data / "postmaster.pid").exists():
        return False
    with _locked(place):
        if answer_of(place) == NOBODY:
            return False
        pid = int((place.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        for how in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate
            os.kill(pid, how)
            if _wait(lambda: not (place.data / "postmaster.pid").exists(), _STOP_PATIENCE_S):
                return True
    raise PostgresError(f"The embedded PostgreSQL (process {pid}) does not stop; see {place.log}.")


def remove(profile: Profile = DEMO, *, checkout: Path = CHECKOUT) -> None:
    """Stop the server and delete its data."""
    stop(profile, checkout=checkout)
    place = locate(profile.name, checkout)
    if not place.pointer.parent.is_dir():
        return
    with _locked(place):
        shutil.rmtree(place.home, ignore_errors=True)
        shutil.rmtree(place.run, ignore_errors=True)
        place.pointer.unlink(missing_ok=True)
        for outside in place.temporary:
            # The binaries serve every server of this checkout: they go with the last one.
            if outside.is_dir() and {path.name for path in outside.iterdir()} <= {BINARIES}:
                shutil.rmtree(outside)


def _bring_up(place: Place, profile: Profile) -> None:
    _lay_out(place)
    if not (place.data / "PG_VERSION").exists():
        _create(place, profile)
    if _start(place) == NO_DATABASE:
        with _superuser(place, "postgres") as link:
            link.execute(f'CREATE DATABASE "{NAME}"')
    if answer_of(place, roles.APP) not in (READY, FULL):
        _make_roles(place)


def _make_roles(place: Place) -> None:
    """The roles, also in a server that an older version of ours made."""
    _write_accounts(place.data)
    with _superuser(place, NAME) as link:
        link.execute("SELECT pg_reload_conf()")
        roles.create(link, {}, login=True)
        roles.take_over(link)
        roles.shut_out(link)
        roles.offer_vectors(link)
    if not _wait(lambda: answer_of(place, roles.APP) in (READY, FULL), _START_PATIENCE_S):  # it rereads when it can
        raise PostgresError(f"The embedded PostgreSQL does not take its own roles; see {place.log}.")


def _superuser(place: Place, name: str) -> psycopg.Connection[Any]:
    """The server's first role. Makes the others; nothing else of ours connects as it."""
    return psycopg.connect(host=str(place.run), port=PORT, user=USER, dbname=name, autocommit=True)


def _write_accounts(data: Path) -> None:
    """Our own account may be any of the server's roles."""
    me = pwd.getpwuid(os.geteuid()).pw_name
    # The socket directory already keeps others out; this also keeps out programs of the server's own account.
    (data / "pg_hba.conf").write_text("local all all peer map=seleto\n", encoding="utf-8")
    (data / "pg_ident.conf").write_text(f'seleto "{me}" all\n', encoding="utf-8")


# --- Directories and programs ------------------------------------------------------------------------------------


def _lay_out(place: Place) -> None:
    """Create the directories, each checked for its owner, since some may lie in a shared temporary directory."""
    install = wheel()
    if install is None:
        raise PostgresError("DATABASE_URL is missing: set it, or run `make setup` to install the embedded PostgreSQL.")
    if place.private:
        _own(place.home.parent, mode=0o711)
        place.pointer.write_text(f"{place.home.parent}\n", encoding="utf-8")
        _copy_binaries(install, place.home.parent / BINARIES)
    _own(place.home, mode=0o711)
    _own(place.run.parent, mode=0o711)
    _own(place.run, mode=0o700, place=place)


def _own(path: Path, *, mode: int, place: Place | None = None) -> None:
    """Make sure the directory exists and belongs to us, or with ``place`` to the server's account."""
    account = place.account if place else None
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    info = path.lstat()
    owners = {os.geteuid(), account.uid} if account else {os.geteuid()}
    if path.is_symlink() or info.st_uid not in owners:
        raise PostgresError(f"{path} belongs to another account: remove it, or set DATABASE_URL.")
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)


def _copy_binaries(install: Path, target: Path) -> None:
    """Copy the wheel's programs with their libraries, which they look for beside the package."""
    if target.is_dir():
        return
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    package = install.parent
    for source in (*(install / part for part in ("bin", "lib", "share")), package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, fresh / source.relative_to(package.parent), symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    fresh.rename(target)


def _create(place: Place, profile: Profile) -> None:
    """initdb beside the final name, so that a kill in the middle leaves nothing that looks complete."""
    fresh = place.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(place.data, ignore_errors=True)
    _own(fresh, mode=0o700, place=place)
    options = (
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=peer",
        *profile.initdb,
    )
    result = _run(place, "initdb", "-D", str(fresh), "-U", USER, "-E", "UTF8", *options)
    if result.returncode != 0:
        raise PostgresError(f"The embedded PostgreSQL could not be created: {_last_line(result.stderr)}")
    _write_accounts(fresh)
    settings = {
        "listen_addresses": "",
        "max_connections": "200",
        "timezone": "UTC",
        **profile.settings,
    }
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
    fresh.rename(place.data)


def _start(place: Place) -> str:
    """Insist until the server answers, and return its answer."""
    deadline = time.monotonic() + _START_PATIENCE_S
    trouble = ""
    while (answer := answer_of(place)) in (NOBODY, STARTING):
        if time.monotonic() > deadline:
            raise PostgresError(f"The embedded PostgreSQL does not start: {trouble or 'no answer'}; see {place.log}.")
        if answer == NOBODY:
            _drop_stale_locks(place)
            # `-p`, `-k` and `-h` on the command line win over whatever the data directory says.
            options = f"-p {PORT} -k {place.run} -h ''"
            result = _pg_ctl(place, "start", "-l", str(place.log), "-o", options, "-w", "-t", "60")
            if result.returncode == 0:
                continue
            trouble = _last_line(_tail(place.log)) or _last_line(result.stderr)
        time.sleep(0.2)
    if answer not in (READY, NO_DATABASE, FULL):
        raise PostgresError(f"The embedded PostgreSQL refuses us (SQLSTATE {answer}); see {place.log}.")
    return answer


def _drop_stale_locks(place: Place) -> None:
    """Forget lock files whose process is a zombie, another program, or the server of the checkout we were copied from.

    PostgreSQL itself only forgets a pid that does not exist any more. Still-living children of a killed server are
    safe from this: it finds the shared memory in use and refuses, and we try again.
    """
    for lock in (place.data / "postmaster.pid", place.run / f"{SOCKET_NAME}.lock"):
        try:
            pid, data_dir = lock.read_text(encoding="utf-8").splitlines()[:2]
            stat = Path("/proc", pid, "stat").read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            continue
        program, state = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2]
        if state == "Z" or program != "postgres" or Path(data_dir) != place.data:
            lock.unlink(missing_ok=True)


def _pg_ctl(place: Place, action: str, *options: str) -> subprocess.CompletedProcess[str]:
    return _run(place, "pg_ctl", action, "-D", str(place.data), *options)


def _run(place: Place, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program under the server's account, with none of our environment."""
    account = place.account
    # Files, not pipes: the server would keep a pipe open and we would wait for its end.
    with (place.run / f"{program}.out").open("w+", encoding="utf-8", errors="replace") as output:
        try:
            code = subprocess.call(
                [str(place.binaries / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except OSError as error:
            raise PostgresError(f"{program} of the embedded PostgreSQL cannot run: {error.strerror}.") from error
        output.seek(0)
        return subprocess.CompletedProcess(program, code, stderr=output.read())


def _tail(path: Path) -> str:
    try:
        return path.read_bytes()[-2000:].decode(errors="replace")
    except OSError:
        return ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line]
    return (telling or lines or [""])[-1]


def _own_data_dir(path: Path) -> None:
    """Create ``.data/``: whatever the umask, the server's account must be able to walk through it."""
    with contextlib.suppress(FileExistsError):
        path.mkdir()
        path.chmod(0o711)


@contextlib.contextmanager
def _locked(place: Place) -> Iterator[None]:
    """One process at a time starts, stops or removes; the kernel frees the lock of a killed one."""
    _own_data_dir(place.pointer.parent)
    with place.pointer.with_suffix(".lock").open("w") as file:
        if not _wait(lambda: _flock(file), _LOCK_PATIENCE_S):
            raise PostgresError("Another process has been starting the embedded PostgreSQL for long.")
        yield


def _flock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(done: Callable[[], bool], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _remove_all() -> None:
    for profile in (DEMO, TEST):
        remove(profile)


def _main(arguments: list[str]) -> int:
    actions: dict[str, Callable[[], object]] = {
        "start": ensure_running,
        "stop": lambda: [stop(profile) for profile in (DEMO, TEST)],
        "url": lambda: print(url()),
        "remove": _remove_all,
    }
    if len(arguments) != 1 or arguments[0] not in actions:
        print("usage: python -m seleto.lib.postgres start|stop|url|remove", file=sys.stderr)
        return 2
    try:
        actions[arguments[0]]()
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
