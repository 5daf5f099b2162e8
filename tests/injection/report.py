"""``python -m tests.injection.report`` writes the OWASP table of ``docs/security/injection.md`` from the cases."""

from collections import Counter
from pathlib import Path

from tests.injection.cases import OWASP, OWASP_2026, load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "injection.md"
BEGIN, END = "<!-- table -->", "<!-- /table -->"


def table() -> str:
    """A line for each place of the list."""
    cases = load()
    count = Counter(case.family.owasp for case in cases)
    families = Counter({case.family.id: case.family.owasp for case in cases}.values())
    head = ["| OWASP 2025 | 2026 | what | families | cases |", "|---|---|---|---|---|"]
    rows = [
        f"| {key} | {OWASP_2026[key]} | {name} | {families[key] or '–'} | {count[key] or '–'} |"
        for key, name in OWASP.items()
    ]
    return "\n".join([*head, *rows, f"| all | | | {sum(families.values())} | {len(cases)} |"])


def main() -> None:
    text = PAGE.read_text("utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
