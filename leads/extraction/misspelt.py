"""City names with one letter wrong, missing, doubled or swapped: only where a city is sure to be named."""

from collections import defaultdict
from functools import cache, lru_cache

from leads import municipalities

_LEAST = 7  # shorter names are too near to ordinary words and to each other


@lru_cache(maxsize=512)
def nearest(name: str) -> str | None:
    """Key of the only municipality one slip away from `name`; None when there is none or more than one."""
    said = municipalities.key(name)
    if len(said) < _LEAST:
        return None
    found = {key for size in (-1, 0, 1) for key in _by_shape()[said[0], len(said) + size] if _one_slip(said, key)}
    return found.pop() if len(found) == 1 else None


@cache
def _by_shape() -> defaultdict[tuple[str, int], list[str]]:
    """Keys of the table by first letter and length: slips in the first letter are not looked for."""
    shapes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for key in municipalities.table():
        if len(key) >= _LEAST:
            shapes[key[0], len(key)].append(key)
    return shapes


def _one_slip(said: str, key: str) -> bool:
    """Whether one letter put in, left out, changed or swapped with its neighbour makes one of the other."""
    start = next((i for i, (left, right) in enumerate(zip(said, key, strict=False)) if left != right), None)
    if start is None:
        return len(said) != len(key)
    left, right = said[start:], key[start:]
    if len(left) != len(right):
        longer, shorter = (left, right) if len(left) > len(right) else (right, left)
        return longer[1:] == shorter
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
