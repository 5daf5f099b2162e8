"""Rows of the reply's path, read and written in SQL of our own.

The ORM compiles every query anew, which costs several times what the database takes to answer it: half of a turn's
processor time, measured (docs/measurements.md). The few statements of that path are text instead, which also lets the
server keep their plans. Everything else speaks through the ORM.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=models.Model)

Values = Sequence[object] | Mapping[str, object]


class _Cursor(psycopg.Cursor[Any]):
    """Values travel beside the statement, whose plan the server keeps; not behind a pooler in transaction mode, which
    lends every transaction another session (``prepare_threshold`` is None there)."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Cursor":
        return super().execute(query, params, prepare=True)


def fetch(statement: str, values: Values) -> list[tuple[Any, ...]]:
    """The rows that a statement gives; raises what Django raises (``django.db.Error``)."""
    with _cursor() as cursor:
        cursor.execute(statement, values)
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def change(statement: str, values: Values) -> int:
    """How many rows a statement changed."""
    with _cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _cursor() -> Any:
    own = _own()
    own.ensure_connection()
    return own._prepare_cursor(_Cursor(own.connection))  # type: ignore[attr-defined]


def _own() -> DatabaseWrapper:
    """This thread's connection itself: asked of ``django.db.connection``, each attribute costs a search for it."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])


class Table(Generic[M]):
    """A model's rows as instances, without compiling a query. Signals are not sent; defaults and conversions of the
    fields hold as ever."""

    def __init__(self, model: type[M]) -> None:
        self._model = model

    @functools.cached_property
    def _fields(self) -> "list[models.Field[Any, Any]]":
        return list(self._model._meta.concrete_fields)

    @functools.cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @functools.cached_property
    def _by_name(self) -> "dict[str, models.Field[Any, Any]]":
        return {field.name: field for field in self._fields}

    @functools.cached_property
    def width(self) -> int:
        """How many columns there are."""
        return len(self._fields)

    @functools.cached_property
    def _loaders(self) -> list[tuple[int, Callable[..., Any]]]:
        return [
            (place, field.from_db_value) for place, field in enumerate(self._fields) if hasattr(field, "from_db_value")
        ]

    @functools.cache  # noqa: B019 one instance per model, for the life of the process
    def columns(self, alias: str) -> str:
        """All columns, in the order that ``made`` expects."""
        return ", ".join(f'{alias}."{field.column}"' for field in self._fields)

    def made(self, row: Sequence[Any]) -> M:
        """The instance of a row of ``columns``."""
        values = list(row[: self.width])
        for place, load in self._loaders:
            values[place] = load(values[place], None, None)
        instance = self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)
        instance._state.as_read = values  # type: ignore[attr-defined]
        return instance

    def save(self, instance: M) -> None:
        """Write what differs from what was read; whole, when it did not come from ``made``."""
        read = getattr(instance._state, "as_read", None)
        if read is None:
            instance.save()
            return
        loaded = {place for place, _ in self._loaders}  # may have been changed in place
        now = [getattr(instance, name) for name in self._names]
        changed = [place for place, value in enumerate(now) if place in loaded or value != read[place]]
        if not changed:
            return
        names = ", ".join(f'"{self._fields[place].column}" = %s' for place in changed)
        own = _own()
        values = [self._fields[place].get_db_prep_save(now[place], own) for place in changed]
        change(f'UPDATE "{self._model._meta.db_table}" SET {names} WHERE id = %s', [*values, instance.pk])  # noqa: S608
        instance._state.as_read = now  # type: ignore[attr-defined]

    def change(self, where: str, which: Sequence[object], **values: object) -> int:
        """Set columns of the rows that a condition with its values chooses; returns how many."""
        names = ", ".join(f'"{self._by_name[name].column}" = %s' for name in values)
        own = _own()
        prepared = [self._by_name[name].get_db_prep_save(value, own) for name, value in values.items()]
        return change(f'UPDATE "{self._model._meta.db_table}" SET {names} WHERE {where}', [*prepared, *which])  # noqa: S608

    def insert(self, *instances: M) -> None:
        """Store new rows in one statement."""
        if not instances:
            return
        own, rows, values = _own(), [], []
        for instance in instances:
            given = [field.pre_save(instance, True) for field in self._fields]
            rows.append(", ".join("DEFAULT" if isinstance(value, DatabaseDefault) else "%s" for value in given))
            values += [
                field.get_db_prep_save(value, own)
                for field, value in zip(self._fields, given, strict=True)
                if not isinstance(value, DatabaseDefault)
            ]
        names = ", ".join(f'"{field.column}"' for field in self._fields)
        change(
            f'INSERT INTO "{self._model._meta.db_table}" ({names}) VALUES ({"), (".join(rows)})',  # noqa: S608
            values,
        )
        for instance in instances:
            instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
