"""Which of the facts told now take the place of those known: one rule for what is stored and for what is only tried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from leads import municipalities
from leads.models import Fact


class Told(Protocol):
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def evidence(self) -> str: ...


T = TypeVar("T", bound=Told)


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """``new``: the facts that count from now on, by field. ``outdated``: fields whose known value no longer does."""

    new: Mapping[str, T]
    outdated: tuple[str, ...]


def succeed(known: Mapping[str, Told], told: Iterable[T]) -> Change[T]:
    """Of several values of a field the last one counts; what is already known changes nothing."""
    newest = {fact.field: fact for fact in told}
    new = {field: fact for field, fact in newest.items() if _counts(fact, known.get(field))}
    return Change(new, (*new, *_left_behind(new, known)))


def _counts(new: Told, known: Told | None) -> bool:
    """The newer word counts, but what a rule derives never replaces what somebody said or gave."""
    if known is None:
        return True
    if new.evidence == Fact.Evidence.DERIVED and known.evidence != Fact.Evidence.DERIVED:
        return False
    return new.value != known.value


def _left_behind(new: Mapping[str, Told], known: Mapping[str, Told]) -> list[str]:
    """Fields whose value a change makes untrue: the state, when the new city is in another one."""
    city, state = new.get(Fact.Field.CIDADE), known.get(Fact.Field.UF)
    if city is None or state is None or Fact.Field.UF in new:
        return []
    return [] if municipalities.find(city.value, state.value) else [Fact.Field.UF]
