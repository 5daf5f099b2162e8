"""The report over the language core, and the check that keeps its figures."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conversations.guardrails import Kind
from tests.language import figures, report, speed
from tests.language.scoring import Judged
from tests.language.sets import EXACT, FACTS, PARTS, PRODUCT, Part, read

REPLY = {"id": "a", "text": "A FB300 custa R$ 18.900,00.", "context": {}, "debatable": False}
CASES = [("Itu", "Itu", False), ("Itu", None, False), (None, "Itu", True), (None, None, False)]


def judge(item: dict[str, Any]) -> Iterator[Judged]:
    right = item["expected"] is not None and item["expected"] == item["got"]
    yield Judged(item["id"], "cidade", item["expected"], item["got"], right, item["debatable"], "sou de lá\n" * 40)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[tuple[Any, Any, bool]]], None]:
    """A core of one label whose answers the test decides, with files of its own."""
    paths = {"dev": tmp_path / "dev.jsonl", "unseen": tmp_path / "unseen.jsonl"}
    monkeypatch.setitem(PARTS, "tiny", Part(paths, frozenset(), judge))
    monkeypatch.setitem(report.TARGETS, "tiny", {"cidade": report.TARGETS["extraction"]["cidade"]})
    monkeypatch.setattr(figures, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(figures, "FIRST_SIGHT", tmp_path / "first_sight.json")
    monkeypatch.setattr(report, "LATEST", tmp_path / "evals" / "latest.json")
    monkeypatch.setattr(speed, "measure", lambda: {"review p99": 99.0})

    def answers(cases: list[tuple[Any, Any, bool]]) -> None:
        lines = [
            json.dumps({"id": f"t-{number}", "expected": expected, "got": got, "debatable": debatable})
            for number, (expected, got, debatable) in enumerate(cases)
        ]
        for path in paths.values():
            path.write_text("\n".join(lines), encoding="utf-8")

    answers(CASES)
    return answers


def test_no_figure_of_the_language_core_is_below_the_baseline() -> None:
    baseline = figures.read(figures.BASELINE)

    assert {part: set(sets) for part, sets in baseline.items()} == {
        name: set(part.sets) for name, part in PARTS.items()
    }
    assert figures.worse(figures.held(figures.run()), baseline) == []


@pytest.mark.parametrize("part", sorted(PARTS))
def test_the_example_set_is_judged_under_every_label(part: str) -> None:
    views = figures.Views.of(PARTS[part].judged("dev"))

    assert set(report.TARGETS[part]) <= set(views.firm)
    assert all(views.all[label].expected >= got.expected for label, got in views.firm.items())


@pytest.mark.parametrize("part", sorted(PARTS))
def test_no_two_items_of_a_set_have_one_id(part: str) -> None:
    ids = {name: [item["id"] for item in read(path)] for name, path in PARTS[part].sets.items()}

    assert [name for name, listed in ids.items() if len(set(listed)) < len(listed)] == []


def test_every_label_of_a_reply_is_one_the_review_has() -> None:
    labels = {
        label for path in PARTS["guardrails"].sets.values() for item in read(path) for label in item["violations"]
    }

    assert labels <= set(Kind)


def test_a_set_is_never_counted_as_seen_and_unseen() -> None:
    assert [part for part in PARTS.values() if not part.own <= part.sets.keys()] == []


def test_a_reply_is_right_when_its_labels_are_exactly_the_expected_ones() -> None:
    def right(violations: list[str]) -> list[bool]:
        judged = PARTS["guardrails"].judge({**REPLY, "violations": violations})
        return [one.right for one in judged if one.label == EXACT]

    assert (right(["price"]), right([]), right(["price", "discount"])) == ([True], [False], [False])


def test_a_question_is_right_when_its_articles_are_among_the_results() -> None:
    item = read(PARTS["knowledge"].sets["dev"])[0]

    def right(item: dict[str, Any]) -> list[bool]:
        return [one.right for one in PARTS["knowledge"].judge(item) if one.label in (PRODUCT, FACTS)]

    assert right(item) == [True, True]
    assert right(item | {"expected_facts": ["se6000.cuba"], "expected_products": ["CT200"]}) == [False, False]


def test_the_table_shows_firm_and_all_items_and_whether_a_target_is_met(tiny, capsys) -> None:
    assert report.main(["--part", "tiny"]) == 0

    shown = capsys.readouterr().out
    firm, everything = (line for line in shown.splitlines() if line.startswith(("cidade", "  with debatable")))
    assert firm.split()[1:6] == ["1.00", ".500", ".667", ".000", "2"]
    assert everything.split()[2:7] == [".500", ".500", ".500", ".500", "2"]
    assert "missed: dev, blind" in firm
    assert "review p99" in shown
    assert "missed" in shown


def test_wrong_answers_are_listed_firm_ones_first_and_shortened(tiny, capsys) -> None:
    report.main(["--part", "tiny", "--worst", "3"])

    listed = capsys.readouterr().out.split("TINY: 4 wrong, the first 3")[1].splitlines()
    heads = [line for line in listed if "expected" in line]
    assert heads[0] == "  dev t-1 cidade: expected Itu, got nothing"
    assert [line[1] for line in heads] == [" ", " ", "~"]
    assert max(map(len, listed)) < 130


def test_the_next_run_marks_what_changed(tiny, capsys, tmp_path) -> None:
    report.main(["--part", "tiny"])
    tiny([("Itu", "Itu", False), ("Itu", "Itu", False), (None, "Itu", True), (None, "Itu", False)])
    capsys.readouterr()

    report.main(["--part", "tiny", "--output", str(tmp_path / "copy.json")])

    shown = capsys.readouterr().out
    assert " + tiny dev cidade recall: .500 -> 1.00" in shown
    assert " - tiny dev cidade false_positives: .500 -> 1.00" in shown
    (firm,) = (line for line in shown.splitlines() if line.startswith("cidade"))
    assert firm.split()[2] == "1.00+"
    kept = json.loads((tmp_path / "copy.json").read_text())
    assert kept["parts"]["tiny"]["sets"]["dev"]["all"]["cidade"]["recall"] == 1
    assert json.loads((tmp_path / "evals" / "latest.json").read_text()) == kept


def test_the_check_fails_when_a_figure_falls(tiny, capsys) -> None:
    assert report.main(["--part", "tiny", "--update-baseline", "--check"]) == 0
    tiny([("Itu", None, False), *CASES[1:]])

    assert report.main(["--part", "tiny", "--check"]) == 1
    assert "tiny dev (firm) cidade recall: 0.5 -> 0.0" in capsys.readouterr().out


def test_the_first_figures_of_a_set_are_kept_for_good(tiny, capsys) -> None:
    report.main(["--part", "tiny", "--update-baseline"])
    kept = figures.read(figures.FIRST_SIGHT)
    tiny([("Itu", "Itu", False)])
    report.main(["--part", "tiny", "--update-baseline"])

    assert figures.read(figures.FIRST_SIGHT) == kept
    assert kept["tiny"].keys() == {"unseen"}


def test_what_is_no_longer_measured_is_below_the_baseline_and_what_is_new_is_not() -> None:
    baseline = {"a": {"dev": {"firm": {"price": [1.0, 1.0, 0.0]}}}}
    more = copy.deepcopy(baseline)
    more["a"]["new"] = {"firm": {"price": [0.1, 0.1, 0.9]}}

    assert figures.worse(more, baseline) == []
    assert figures.worse({"a": {}}, baseline) == ["a dev (firm) price: no longer measured"]
