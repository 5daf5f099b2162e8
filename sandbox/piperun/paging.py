"""Cursor paging (contract, section 1): a cursor holds the sort key of the row it stands behind or before."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MAX_SHOW, DEFAULT_SHOW = 200, 15
Rows = Sequence[dict[str, Any]]


class BadCursor(ValueError):
    """The cursor is none of ours."""


def page(rows: Rows, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows to show and ``meta``. ``query`` holds show, cursor, sort and desc. Raises :class:`BadCursor`."""
    column, backwards = query.get("sort") or "id", query.get("desc", "").lower() in ("1", "true")
    key = _key(column)
    ordered = sorted(rows, key=key, reverse=backwards)
    show, cursor = _show(query.get("show")), query.get("cursor") or None
    first = 0
    if cursor is not None:
        mark = _read(cursor)
        there = (*_part(mark.get(column)), mark["id"])
        passed = sum((key(row) >= there) if backwards else (key(row) <= there) for row in ordered)
        before = sum((key(row) > there) if backwards else (key(row) < there) for row in ordered)
        first = passed if mark["_pointsToNextItems"] else max(0, before - show)
    shown = list(ordered[first : first + show])
    more = first + show < len(ordered)
    following = _write(shown[-1], column, onward=True) if shown and more else None
    previous = _write(shown[0], column, onward=False) if shown and first > 0 else None
    return shown, {"cursor": {"current": cursor, "prev": previous, "next": following, "count": None}}


def _show(text: str | None) -> int:
    number = int(text) if text and text.isdigit() else DEFAULT_SHOW
    return min(max(number, 1), MAX_SHOW)


def _key(column: str) -> Callable[[Mapping[str, Any]], tuple[bool, float, str, int]]:
    return lambda row: (*_part(row.get(column)), int(row["id"]))


def _part(value: object) -> tuple[bool, float, str]:
    """Comparable whatever the column holds; nothing comes first."""
    if isinstance(value, int | float):
        return True, float(value), ""
    return value is not None, 0.0, str(value or "")


def _write(row: Mapping[str, Any], column: str, *, onward: bool) -> str:
    mark = {column: row.get(column), "id": row["id"], "_pointsToNextItems": onward}
    return base64.urlsafe_b64encode(json.dumps(mark, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str) -> dict[str, Any]:
    try:
        mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(mark["_pointsToNextItems"], bool) or not isinstance(mark["id"], int):
            raise BadCursor(cursor)
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise BadCursor("not a cursor") from error
    found: dict[str, Any] = mark
    return found
