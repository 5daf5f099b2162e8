"""The embedded server, started for real in throw-away checkouts."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seleto.lib import postgres, roles
from seleto.lib.postgres_place import CHECKOUT, SOCKET_NAME, Place, locate

# Quick, but a commit is in the operating system's hands when it returns: a kill of the server loses nothing.
FAST = postgres.Profile("postgres", postgres.TEST.initdb, {"fsync": "off", "full_page_writes": "off"})


@contextlib.contextmanager
def throw_away() -> Iterator[Path]:
    # Not under pytest's own directory: that one is closed to the account a root process hands the server to.
    directory = Path(tempfile.mkdtemp(prefix="co-"))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        postgres.remove(FAST, checkout=directory)
        shutil.rmtree(directory)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A checkout that never had a server."""
    with throw_away() as directory:
        yield directory


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """A checkout with a server, in whatever state the test before left it: making one takes a second."""
    with throw_away() as directory:
        yield directory


def ask(checkout: Path, sql: str) -> Any:
    with psycopg.connect(postgres.url(FAST, checkout=checkout), autocommit=True) as link:
        row = link.execute(sql).fetchone()
    return row[0] if row else None


def server_pid(checkout: Path) -> int:
    return int((locate("postgres", checkout).data / "postmaster.pid").read_text().split()[0])


def put_row(checkout: Path) -> None:
    with psycopg.connect(postgres.url(FAST, user=roles.OWNER, checkout=checkout), autocommit=True) as link:
        link.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        link.execute("TRUNCATE kept")
        link.execute("INSERT INTO kept VALUES ('pão')")
        link.execute(f"GRANT SELECT ON kept TO {roles.APP}")


def test_starts_once_and_keeps_its_data(checkout: Path) -> None:
    postgres.ensure_running(FAST, checkout=checkout)
    put_row(checkout)
    first = server_pid(checkout)

    postgres.ensure_running(FAST, checkout=checkout)
    assert server_pid(checkout) == first
    assert postgres.stop(FAST, checkout=checkout)
    assert not postgres.running(FAST, checkout=checkout)
    postgres.ensure_running(FAST, checkout=checkout)

    assert ask(checkout, "SELECT word FROM kept") == "pão"


def test_stop_without_a_server_is_fine(fresh: Path) -> None:
    assert not postgres.stop(FAST, checkout=fresh)


def test_listens_on_its_socket_only(checkout: Path) -> None:
    postgres.ensure_running(FAST, checkout=checkout)

    place = locate("postgres", checkout)
    assert ask(checkout, "SHOW listen_addresses") == ""
    assert ask(checkout, "SHOW max_connections") == "200"
    assert place.run.stat().st_mode & 0o777 == 0o700
    assert place.data.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(place.socket)) <= 100


def test_demo_data_survives_a_power_cut() -> None:
    assert postgres.DEMO.settings.get("fsync", "on") == "on"


@pytest.mark.chaos
def test_recovers_after_a_kill(checkout: Path) -> None:
    postgres.ensure_running(FAST, checkout=checkout)
    put_row(checkout)

    os.kill(server_pid(checkout), signal.SIGKILL)
    postgres.ensure_running(FAST, checkout=checkout)

    assert ask(checkout, "SELECT word FROM kept") == "pão"


@pytest.mark.chaos
def test_outlives_the_process_that_started_it(checkout: Path) -> None:
    script = (
        "import os, pathlib, signal, sys\n"
        "from seleto.lib import postgres\n"
        "postgres.ensure_running(checkout=pathlib.Path(sys.argv[1]))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    done = subprocess.run([sys.executable, "-c", script, str(checkout)], cwd=CHECKOUT, check=False)

    assert done.returncode == -signal.SIGKILL
    assert ask(checkout, "SELECT 1") == 1


def test_a_half_made_database_is_made_again(fresh: Path) -> None:
    half = locate("postgres", fresh).home / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (fresh / ".data").chmod(0o711)

    postgres.ensure_running(FAST, checkout=fresh)

    assert ask(fresh, "SELECT 1") == 1


@pytest.mark.parametrize("program", ["another program", "nobody"])
def test_forgets_a_pid_that_is_not_the_server(checkout: Path, program: str) -> None:
    postgres.ensure_running(FAST, checkout=checkout)
    place = locate("postgres", checkout)
    lines = (place.data / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    lines[0] = str(os.getpid()) if program == "another program" else "4194000"
    (place.data / "postmaster.pid").write_text("\n".join(lines) + "\n")

    postgres.ensure_running(FAST, checkout=checkout)

    assert ask(checkout, "SELECT 1") == 1


def test_many_starters_get_one_server(fresh: Path) -> None:
    failures: list[Exception] = []

    def start() -> None:
        try:
            postgres.ensure_running(FAST, checkout=fresh)
        except postgres.PostgresError as error:
            failures.append(error)

    starters = [threading.Thread(target=start) for _ in range(6)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()

    assert failures == []
    assert ask(fresh, "SELECT 1") == 1


def test_a_full_server_counts_as_running(fresh: Path) -> None:
    profile = postgres.Profile(FAST.name, FAST.initdb, {**FAST.settings, "max_connections": "4"})
    postgres.ensure_running(profile, checkout=fresh)
    address = postgres.url(profile, checkout=fresh)
    links: list[psycopg.Connection[Any]] = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            links.extend(psycopg.connect(address) for _ in range(9))
        assert len(links) < 9

        assert postgres.ensure_running(profile, checkout=fresh)["NAME"] == "seleto"
    finally:
        for link in links:
            link.close()


def test_a_copied_checkout_gets_a_server_of_its_own(fresh: Path) -> None:
    postgres.ensure_running(FAST, checkout=fresh)
    put_row(fresh)
    copy = Path(tempfile.mkdtemp(prefix="co-"))
    copy.chmod(0o755)
    try:
        subprocess.run(["cp", "-a", str(fresh / ".data"), str(copy)], check=True)

        postgres.ensure_running(FAST, checkout=copy)

        assert server_pid(copy) != server_pid(fresh)
        assert ask(fresh, "SELECT word FROM kept") == ask(copy, "SELECT word FROM kept")
    finally:
        postgres.remove(FAST, checkout=copy)
        shutil.rmtree(copy)


@pytest.mark.parametrize("name", ["é longo demais " + "x" * 90, "with space, comma"])
def test_an_awkward_path_gets_a_short_socket_elsewhere(fresh: Path, name: str) -> None:
    awkward = fresh / name
    awkward.mkdir()
    try:
        postgres.ensure_running(FAST, checkout=awkward)

        place = locate("postgres", awkward)
        assert len(os.fsencode(place.socket)) <= 100
        assert place.data.is_relative_to(awkward)
        assert ask(awkward, "SELECT 1") == 1
    finally:
        postgres.remove(FAST, checkout=awkward)
    assert not place.run.parent.exists()


def test_remove_leaves_nothing(fresh: Path) -> None:
    postgres.ensure_running(FAST, checkout=fresh)

    postgres.remove(FAST, checkout=fresh)

    assert sorted(path.name for path in (fresh / ".data").iterdir()) == ["postgres.lock"]


def test_without_the_wheel_it_says_what_to_do(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "wheel", lambda: None)

    with pytest.raises(postgres.PostgresError, match="DATABASE_URL is missing"):
        postgres.ensure_running(FAST, checkout=fresh)


def test_naming_the_database_starts_nothing(fresh: Path) -> None:
    entry = postgres.database(FAST, checkout=fresh)

    assert entry["HOST"] == str(locate("postgres", fresh).run)
    assert list(fresh.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
class TestAsRoot:
    def test_runs_as_the_unprivileged_account(self, checkout: Path) -> None:
        postgres.ensure_running(FAST, checkout=checkout)

        assert Path("/proc", str(server_pid(checkout))).stat().st_uid == 65534

    def test_changes_no_permission_outside_its_directory(self, fresh: Path) -> None:
        before = [path.stat().st_mode for path in (fresh, *fresh.parents)]

        postgres.ensure_running(FAST, checkout=fresh)

        assert [path.stat().st_mode for path in (fresh, *fresh.parents)] == before

    def test_a_closed_checkout_is_served_from_a_private_directory(self, fresh: Path) -> None:
        fresh.chmod(0o700)

        postgres.ensure_running(FAST, checkout=fresh)

        place = locate("postgres", fresh)
        assert place.private
        assert not place.home.is_relative_to(fresh)
        assert (fresh / ".data/postgres.place").read_text().strip() == str(place.home.parent)
        assert fresh.stat().st_mode & 0o777 == 0o700
        assert ask(fresh, "SELECT 1") == 1

        postgres.remove(FAST, checkout=fresh)
        assert not place.home.parent.exists()

    def test_a_squatted_private_directory_is_refused(self, fresh: Path) -> None:
        fresh.chmod(0o700)
        outside = locate("postgres", fresh).home.parent
        outside.mkdir()
        os.chown(outside, 65534, 65534)
        try:
            with pytest.raises(postgres.PostgresError, match="belongs to another account"):
                postgres.ensure_running(FAST, checkout=fresh)
        finally:
            shutil.rmtree(outside)

    def test_other_programs_of_that_account_are_kept_out(self, checkout: Path) -> None:
        postgres.ensure_running(FAST, checkout=checkout)
        place: Place = locate("postgres", checkout)
        psql = place.binaries / "bin" / "psql"
        asked: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run

        done = asked(
            [str(psql), "-h", str(place.run), "-U", "seleto", "-c", "SELECT 1", "seleto"],
            user=65534,
            group=65534,
            extra_groups=[],
            capture_output=True,
            cwd="/",
        )

        assert done.returncode != 0
        assert b"Peer authentication failed" in done.stderr


def test_socket_name_is_what_clients_expect() -> None:
    assert SOCKET_NAME == ".s.PGSQL.5432"
