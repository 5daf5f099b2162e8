"""What it means to be right, the same for every core: judged answers in, precision, recall, F1 and false positives out.

The rules of counting are those of the evaluation sets, sections 1.3, 2 and 4.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Judged:
    """One label or field of one item. None: nothing to be found in it, or nothing was found."""

    item: str
    label: str
    expected: Any
    got: Any
    right: bool
    debatable: bool
    text: str

    @property
    def is_wrong(self) -> bool:
        return not self.right and (self.expected is not None or self.got is not None)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over judged answers; a share of nothing is None.

    ``expected`` and ``empty`` are the items where something is there to find and where nothing is; ``invented`` the
    answers given on the empty ones.
    """

    right: int
    given: int
    expected: int
    invented: int
    empty: int

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.given) if self.expected else None

    @property
    def recall(self) -> float | None:
        return _share(self.right, self.expected)

    @property
    def f1(self) -> float | None:
        return _share(2 * self.right, self.given + self.expected) if self.expected else None

    @property
    def false_positives(self) -> float | None:
        return _share(self.invented, self.empty)

    @property
    def counts(self) -> list[int]:
        """The fields in order, as they are kept in files; `Score(*counts)` is the way back."""
        return [self.right, self.given, self.expected, self.invented, self.empty]

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "false_positives": self.false_positives,
            "expected": self.expected,
            "empty": self.empty,
        }


def score(judged: Iterable[Judged]) -> dict[str, Score]:
    """One score per label, in the order the labels first appear."""
    of_label: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        of_label[one.label].append(one)
    return {label: _score(many) for label, many in of_label.items()}


def _score(judged: Sequence[Judged]) -> Score:
    empty = [one for one in judged if one.expected is None]
    return Score(
        right=sum(one.right and one.expected is not None for one in judged),
        given=sum(one.got is not None for one in judged),
        expected=len(judged) - len(empty),
        invented=sum(one.got is not None for one in empty),
        empty=len(empty),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
