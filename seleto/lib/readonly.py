"""Work that may look at the database and change nothing in it, by construction.

Inside ``read_only`` this thread speaks to the database by a connection of its own, whose every statement runs in a
transaction that PostgreSQL was told to be READ ONLY: the server itself refuses to write, whoever asks, by the ORM or in
SQL. Each statement is its own transaction unless the code opens one, so none spans a model call, and a connection given
back meanwhile is read only again when it is opened anew. The connection bears no session setting and comes from no
pool: nothing of it can reach other work, behind a pooler neither.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.utils import InternalError
from psycopg.errors import ReadOnlySqlTransaction

Execute = Callable[..., Any]


class _ReadOnly(DatabaseWrapper):
    def __init__(self, settings: dict[str, Any], alias: str) -> None:
        super().__init__(settings, alias)
        self.execute_wrappers.append(self._in_transaction)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.read_only = True  # the driver begins each of its transactions with BEGIN READ ONLY
        return connection

    def _in_transaction(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """A statement outside a transaction would be one the driver does not begin."""
        if self.in_atomic_block:
            return execute(sql, params, many, context)
        with transaction.atomic(using=self.alias):
            return execute(sql, params, many, context)


@contextmanager
def read_only() -> Iterator[None]:
    """This thread's database reads, and refuses writes with an ``InternalError`` (see ``refused``).

    Raises ``RuntimeError`` inside an open transaction, which the work would not see the rows of.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    if usual.in_atomic_block:
        raise RuntimeError("read-only work begins outside a transaction")
    usual.close()
    connections[DEFAULT_DB_ALIAS] = own = _ReadOnly(_settings(usual), DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        own.close()
        connections[DEFAULT_DB_ALIAS] = usual


def refused(error: BaseException) -> bool:
    """Whether this is the database refusing to write."""
    return isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction)


def _settings(usual: Any) -> dict[str, Any]:
    """No pool, which would lend the connection on; no cursor that outlives its statement's transaction."""
    settings: dict[str, Any] = deepcopy(usual.settings_dict)
    settings["OPTIONS"].pop("pool", None)
    settings["DISABLE_SERVER_SIDE_CURSORS"] = True
    return settings
