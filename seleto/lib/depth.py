"""How deep a JSON value is nested. Strangers nest deeper than anybody reads, to exhaust whoever walks through it."""


def too_deep(value: object, most: int) -> bool:
    """Whether lists and objects lie more than ``most`` levels within each other. Level by level, without recursion."""
    level = [value]
    for _ in range(most + 1):
        level = [child for one in level if isinstance(one, dict | list) for child in _children(one)]
        if not level:
            return False
    return True


def _children(one: dict[object, object] | list[object]) -> list[object]:
    return [child for child in (one.values() if isinstance(one, dict) else one) if isinstance(child, dict | list)]
