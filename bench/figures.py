"""The figures of a run by name, where each comes from, and its budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``path`` leads to the value inside ``parts[part]``. ``budget`` is a ceiling, or with ``least`` a floor."""

    name: str
    part: str
    path: Sequence[str]
    budget: float | None = None
    least: bool = False

    def of(self, parts: dict[str, Any]) -> float | None:
        found: Any = parts.get(self.part)
        for step in self.path:
            found = found.get(step) if isinstance(found, dict) else None
        return found if isinstance(found, int | float) else None

    def budgeted(self) -> str:
        return "" if self.budget is None else f"{'≥' if self.least else '≤'} {self.budget:g}"

    def used(self, value: float) -> float:
        """How much of the budget a value takes: 1 is all of it, less is better."""
        if self.budget is None:
            return 0.0
        return self.budget / max(value, 1e-9) if self.least else value / self.budget

    def keeps(self, value: float) -> bool:
        return self.used(value) <= 1


def _speed(name: str, leads: int, *path: str, budget: float | None = None, least: bool = False) -> Figure:
    return Figure(name, "conversations", (f"leads_{leads}", *path), budget, least)


FIGURES = (
    Figure("ack_throughput_ratio", "acknowledgements", ("throughput_ratio",), 0.6, least=True),
    Figure("ack_p99_ms", "acknowledgements", ("steady_50_per_s_ms", "product", "p99"), 100),
    Figure("ack_per_s", "acknowledgements", ("per_s", "product")),
    Figure("floor_django_insert_per_s", "acknowledgements", ("per_s", "django_insert")),
    Figure("floor_asgi_echo_per_s", "acknowledgements", ("per_s", "asgi_echo")),
    _speed("ack_busy_p95_ms", 100, "ack_ms", "p95", budget=150),
    _speed("overhead_1_p50_ms", 1, "overhead_ms", "p50", budget=40),
    _speed("overhead_1_p95_ms", 1, "overhead_ms", "p95", budget=60),
    _speed("overhead_20_p50_ms", 20, "overhead_ms", "p50", budget=60),
    _speed("overhead_20_p95_ms", 20, "overhead_ms", "p95", budget=150),
    _speed("turns_per_s_20", 20, "turns_per_s", budget=23.5, least=True),
    _speed("turns_per_s_50", 50, "turns_per_s", budget=50, least=True),
    _speed("turns_per_s_100", 100, "turns_per_s", budget=55, least=True),
    _speed("cpu_ms_per_turn", 50, "cpu_ms_per_turn", "all", budget=30),
    _speed("cpu_ms_per_turn_web", 50, "cpu_ms_per_turn", "web"),
    _speed("cpu_ms_per_turn_worker", 50, "cpu_ms_per_turn", "worker"),
    _speed("cpu_ms_per_turn_postgresql", 50, "cpu_ms_per_turn", "postgresql"),
    Figure("memory_mb_100", "memory", ("mb",), 600),
    _speed("model_calls_per_turn", 50, "model_calls_per_turn", budget=1.1),
    Figure("prompt_tokens_p95", "prompts", ("last_p95",), 6000),
    Figure("growth_history_10x", "history", ("ratio_10x",), 1.2),
    Figure("growth_history_100x", "history", ("ratio_100x",), 1.2),
    Figure("growth_rows_10x", "many_rows", ("ratio_10x",), 1.2),
    Figure("growth_rows_100x", "many_rows", ("ratio_100x",), 1.2),
    Figure("overhead_20_p50_ms_mirrored", "mirrored", ("leads_20", "overhead_ms", "p50"), 60),
    Figure("cpu_ms_per_turn_mirrored", "mirrored", ("leads_20", "cpu_ms_per_turn", "all")),
    Figure("duplicates_answered_once", "duplicates", ("answered_once",)),
    Figure("bursts_answered_once", "bursts", ("answered_once",)),
    Figure("order_kept", "order", ("in_order",)),
    Figure("kills_answered_once", "kills", ("answered_once",)),
    Figure("kills_seconds_max", "kills", ("seconds_max",)),
    Figure("review_p95_ms", "language", ("review_ms", "p95"), 3),
    Figure("extraction_p95_ms", "language", ("extract_ms", "p95"), 5),
    Figure("search_p95_ms", "language", ("search_ms", "p95"), 15),
)
