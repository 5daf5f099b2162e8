"""One database per test process, copied from a migrated template, and used as ``seleto_app`` as in production.

Only this is allowed to it here that it may not do there: to empty the tables between tests, to forget a migration, and
to make tables of its own in a schema beside ours.

Migrating takes seconds, copying a template a tenth of one. The template is named after the migrations it holds, so
it is made again exactly when they change. Database names carry the process id: several test runs may share the
server, and what a killed run left behind can be told from what is in use.
"""

import contextlib
import fcntl
import hashlib
import inspect
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from seleto import masked_views, row_security
from seleto.backoffice import roles as staff_roles
from seleto.lib import ownership, postgres, postgres_place, roles

_TEMPLATE = "seleto_template_"
_TEST = "seleto_test_"


def prepare() -> str:
    """Point Django at a fresh, migrated database of this process and return its name."""
    target = connections.settings["default"]
    # A pool keeps connections that would block dropping the database, and its threads hide who asked.
    target["OPTIONS"].pop("pool", None)
    if not settings.DATABASE_URL:
        target.update(postgres.ensure_running(postgres.TEST))
        settings.OWNER_DATABASE = postgres.database(postgres.TEST, user=roles.OWNER)
    name = f"{_TEST}{os.getpid()}"
    template = _TEMPLATE + _fingerprint()
    with _alone(), _maintenance() as server:
        if not settings.DATABASE_URL:
            _drop_leftovers(server)
        if not _exists(server, template):
            _make_template(server, target, template)
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    target["NAME"] = name
    return name


def drop(name: str) -> None:
    connections.close_all()
    with _maintenance() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def empty() -> None:
    """What a fresh database holds, in a tenth of the time that ``flush`` takes: of some 130 tables a test fills a few,
    and the permissions, which only models make, may stay. Unlike ``flush`` it gives back what migrations put in."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
    for migration in _FILLING:
        import_module(migration).begin(apps, None)
    staff_roles.bring_up()


_FILLING = ("knowledge.migrations.0009_follow_ups_begin", "conversations.migrations.0010_handoff_levels_begin")


_EMPTY = """
DO $$
DECLARE
    name text;
    filled boolean;
    names text[] := '{}';
BEGIN
    FOR name IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = 'public'
          AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
        IF filled THEN names := names || name; END IF;
    END LOOP;
    IF names <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(names, ', ') || ' CASCADE'; END IF;
END $$
"""


def url() -> str:
    """The address of this process's database, for programs a test starts."""
    return _address(connections.settings["default"])


def owner_url() -> str:
    """The same as the owner of the tables."""
    return _address(ownership.entry())


@contextlib.contextmanager
def administering() -> Iterator[None]:
    """As the embedded server's own superuser, for what an administrator does before Seleto is there."""
    before = settings.OWNER_DATABASE
    if before:
        settings.OWNER_DATABASE = postgres.database(postgres.TEST, user=postgres_place.USER)
    try:
        with ownership.owning():
            yield
    finally:
        settings.OWNER_DATABASE = before


def _address(target: dict[str, Any]) -> str:
    host, user = quote(str(target["HOST"]), safe=""), quote(str(target["USER"]), safe="")
    password = f":{quote(str(target['PASSWORD']), safe='')}" if target["PASSWORD"] else ""
    return f"postgres://{user}{password}@{host}:{target['PORT'] or 5432}/{target['NAME']}"


# What somebody else owns is somebody else's.
_OURS = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND pg_has_role(datdba, 'USAGE')"


def _make_template(server: psycopg.Connection[Any], target: dict[str, Any], template: str) -> None:
    for (old,) in server.execute(_OURS, [_TEMPLATE]):
        server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
    unfinished = template.replace("template", "unfinished")
    server.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{unfinished}"')
    target["NAME"] = unfinished
    with ownership.owning():
        call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
        _allow_for_tests()
    connection.close()
    server.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')


def _allow_for_tests() -> None:
    if not settings.OWNER_DATABASE:  # a server of somebody's, with a user of somebody's
        return
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {roles.APP}")
        cursor.execute(f"GRANT DELETE ON django_migrations TO {roles.APP}")
        cursor.execute(f"CREATE SCHEMA {roles.APP}")  # first in that role's search path
        cursor.execute(f"GRANT ALL ON SCHEMA {roles.APP} TO {roles.APP}")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update("/".join(key).encode())
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    for module in (roles, row_security, masked_views):
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:16]


def _drop_leftovers(server: psycopg.Connection[Any]) -> None:
    for (name,) in server.execute(_OURS, [_TEST]):
        owner = name.removeprefix(_TEST)
        if owner.isdigit() and not Path("/proc", owner).exists() and Path("/proc/self").exists():
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextlib.contextmanager
def _maintenance() -> Iterator[psycopg.Connection[Any]]:
    target = ownership.entry()
    with psycopg.connect(
        host=str(target["HOST"]),
        port=str(target["PORT"]),
        user=str(target["USER"]),
        password=str(target["PASSWORD"]),
        dbname="postgres",
        autocommit=True,
    ) as server:
        yield server


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    directory = settings.BASE_DIR / ".data"
    directory.mkdir(exist_ok=True)
    with (directory / "tests.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
