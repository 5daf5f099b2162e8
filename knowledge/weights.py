"""How much each part of a lead's score counts, and where its classes begin (domain.md, "Temperature and score")."""

from dataclasses import dataclass

PARTS = ("engajamento", "completude", "volume", "urgencia", "fit", "intencao")


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each part, 100 in all. A score below `warm_from` is frio, one above `hot_above` quente."""

    engajamento: int = 10
    completude: int = 20
    volume: int = 20
    urgencia: int = 20
    fit: int = 15
    intencao: int = 15
    warm_from: int = 30
    hot_above: int = 60

    def of(self, part: str) -> int:
        """The points of one of `PARTS`."""
        return int(getattr(self, part))


DEFAULT = Weights()
