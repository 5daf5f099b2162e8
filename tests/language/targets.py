"""What each figure must reach on texts the rules have not seen; judged without debatable items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.language.scoring import Score
from tests.language.sets import ANY, EXACT, GAP, PRODUCT, REFUSED

_SHORT = {"precision": "P", "recall": "R", "f1": "F1", "false_positives": "FP"}
LOWER_IS_BETTER = "false_positives"


@dataclass(frozen=True, slots=True)
class Target:
    figure: str
    bound: float

    def met(self, score: Score) -> bool:
        """A figure of nothing meets every target."""
        value = score.as_dict()[self.figure]
        if value is None:
            return True
        return value <= self.bound if self.figure == LOWER_IS_BETTER else value >= self.bound

    def __str__(self) -> str:
        sign = "≤" if self.figure == LOWER_IS_BETTER else "≥"
        return f"{_SHORT[self.figure]}{sign}{self.bound:.2f}".replace("0.", ".")


def _reach(precision: float, recall: float) -> tuple[Target, ...]:
    return Target("precision", precision), Target("recall", recall)


_F1 = (Target("f1", 0.92),)

TARGETS: Mapping[str, Mapping[str, Sequence[Target]]] = {
    "guardrails": {
        ANY: (Target("recall", 0.97), Target("false_positives", 0.03)),
        EXACT: (Target("recall", 0.90),),
        "price": (Target("recall", 0.98),),
    },
    "extraction": {
        **dict.fromkeys(("nome", "empresa"), _reach(0.95, 0.80)),
        **dict.fromkeys(("cidade", "uf"), _reach(0.99, 0.95)),
        **dict.fromkeys(("produto", "volume"), _reach(0.97, 0.92)),
        **dict.fromkeys(("cnpj", "email", "telefone", "opt_out"), _reach(0.99, 0.99)),
        **dict.fromkeys(("urgencia", "conhece_seleto", "segmento", "pede_humano", "pede_preco"), _F1),
    },
    "knowledge": {
        PRODUCT: (Target("recall", 0.95),),
        GAP: (Target("recall", 0.85),),
        REFUSED: (Target("false_positives", 0.05),),
    },
}
