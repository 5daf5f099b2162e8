"""Make the database usable before anything asks it: every command works straight after ``make setup``.

With ``DATABASE_URL`` unset the embedded server is started, missing migrations are applied, an empty catalogue is
seeded, and so is the first channel when the environment names one. With ``DATABASE_URL`` set the server belongs to
an operator: nothing is changed, and what is missing is said in one sentence. Whatever this prints goes to standard
error: standard output belongs to the command.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import django

from seleto.lib import ownership, postgres

# These neither need a database nor should start one.
_WITHOUT_DATABASE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "extract_facts",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "startapp",
        "startproject",
        "version",
    }
)
# These read what is shipped, unless asked for what the managers wrote.
_SHIPPED_UNLESS_LIVE = frozenset({"review_replies", "search_knowledge"})
# These prepare the database themselves, or look at one that is not prepared.
_SERVER_ONLY = frozenset(
    {
        "create_database_roles",
        "createcachetable",
        "dbshell",
        "flush",
        "inspectdb",
        "makemigrations",
        "migrate",
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "test",
    }
)

# These make or change tables, or empty them: they speak as the owner.
_OWNERS = frozenset({"createcachetable", "embed_articles", "flush", "migrate", "seed_busy_month"})

# These say themselves what an operator's database lacks.
_JUDGES = frozenset({"doctor"})

# Any number that no other advisory lock of ours uses.
_LOCK = 7_305_261


class NotReady(RuntimeError):
    """The database cannot be used as it is; the text is one sentence for the person at the terminal."""


def prepare_for(arguments: Sequence[str]) -> None:
    """Prepare the database as far as the command line ``arguments`` (as in ``sys.argv``) needs it.

    Raises NotReady.
    """
    if len(arguments) < 2 or {"-h", "--help", "--version"} & set(arguments):
        return
    command = arguments[1]
    if command in _WITHOUT_DATABASE or (command in _SHIPPED_UNLESS_LIVE and "--live" not in arguments):
        return
    # Before the first look at the commands: Django remembers the list it finds then.
    django.setup()
    from django.conf import settings

    if not _exists(command):
        return
    if command in _SERVER_ONLY or (command in _JUDGES and settings.DATABASE_URL):
        start_server()
    else:
        prepare_database()
    if command in _OWNERS:
        ownership.become()


def start_server() -> None:
    """Start the embedded server when it is the one in use. Raises NotReady."""
    from django.conf import settings

    if settings.DATABASE_URL:
        return
    try:
        postgres.ensure_running()
    except postgres.PostgresError as error:
        raise NotReady(str(error)) from error


def prepare_database() -> None:
    """Server, migrations and catalogue: see the module's text. Safe to call from several processes at once.

    Django must be set up. Raises NotReady.
    """
    from django.conf import settings
    from django.db import OperationalError, connection
    from django.db.backends.postgresql.base import DatabaseWrapper

    start_server()
    # A pool would answer for a server that is not there only after its time-out, and its threads do not survive a
    # fork: nothing of it must be left for the command.
    options = cast(DatabaseWrapper, connection).settings_dict["OPTIONS"]
    pool = options.pop("pool", None)
    try:
        if settings.DATABASE_URL:
            _require_ready()
        elif _missing_migrations() or _catalogue_is_empty() or _first_channel_is_missing():
            with ownership.owning(), _alone():
                _migrate_and_seed()
    except OperationalError as error:
        raise NotReady(
            "The database of DATABASE_URL cannot be reached: check the address and that the server runs."
        ) from error
    finally:
        connection.close()
        if pool:
            options["pool"] = pool


def _require_ready() -> None:
    if missing := _missing_migrations():
        raise NotReady(f"The database lacks {missing} migrations: run `python manage.py migrate`.")
    if _catalogue_is_empty():
        print("The catalogue is empty: run `python manage.py seed`.", file=sys.stderr)


def _migrate_and_seed() -> None:
    from django.core.management import call_command

    # Another process may have done it while this one waited for the lock.
    if _missing_migrations():
        call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    if _catalogue_is_empty():
        call_command("seed", verbosity=0, stdout=io.StringIO())
    if _first_channel_is_missing():
        call_command("seed_channel", verbosity=0, stdout=io.StringIO())


def _missing_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _catalogue_is_empty() -> bool:
    from knowledge.models import Product

    return _exists("seed") and not Product.objects.exists()


def _first_channel_is_missing() -> bool:
    from conversations.models import Channel
    from seleto import first_channel

    return bool(first_channel.named()) and not Channel.objects.exists()


def _exists(command: str) -> bool:
    from django.core.management import get_commands

    return command in get_commands()


@contextmanager
def _alone() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
