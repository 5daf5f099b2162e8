"""How the first page says figures: durations and money."""

from decimal import Decimal


def duration(seconds: float | None) -> str:
    """``8 s``, ``12 min``, ``2 h 05 min``, ``3 d 4 h``; "–" for None."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def minutes(count: float | None) -> str:
    """A length known to the minute: ``0 min``, ``2 h 05 min``; "–" for None."""
    return "0 min" if count == 0 else duration(count * 60 if count else None)


def money(amount: Decimal) -> str:
    """``US$ 1.234,50``; below ten cents with four places."""
    text = f"{amount:,.4f}" if 0 < amount < Decimal("0.1") else f"{amount:,.2f}"
    return "US$ " + text.replace(",", " ").replace(".", ",").replace(" ", ".")
