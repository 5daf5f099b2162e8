"""What the papers on security claim can be looked up."""

import ast
import csv
import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs/security/asvs.csv"
ANSWERS = list(csv.DictReader(PAPER.open(encoding="utf-8", newline="")))
# Requirements of levels 1 and 2 in each section of OWASP ASVS 5.0.
SECTIONS = {
    "V1.1": 2,
    "V1.2": 9,
    "V1.3": 11,
    "V1.4": 3,
    "V1.5": 2,
    "V2.1": 3,
    "V2.2": 3,
    "V2.3": 4,
    "V2.4": 1,
    "V3.2": 2,
    "V3.3": 4,
    "V3.4": 6,
    "V3.5": 5,
    "V3.7": 2,
    "V4.1": 3,
    "V4.2": 1,
    "V4.3": 2,
    "V4.4": 4,
    "V5.1": 1,
    "V5.2": 3,
    "V5.3": 2,
    "V5.4": 3,
    "V6.1": 3,
    "V6.2": 12,
    "V6.3": 4,
    "V6.4": 4,
    "V6.5": 5,
    "V6.6": 3,
    "V6.8": 4,
    "V7.1": 3,
    "V7.2": 4,
    "V7.3": 2,
    "V7.4": 5,
    "V7.5": 2,
    "V7.6": 2,
    "V8.1": 2,
    "V8.2": 3,
    "V8.3": 1,
    "V8.4": 1,
    "V9.1": 3,
    "V9.2": 4,
    "V10.1": 2,
    "V10.2": 2,
    "V10.3": 4,
    "V10.4": 11,
    "V10.5": 5,
    "V10.6": 2,
    "V10.7": 3,
    "V11.1": 2,
    "V11.2": 3,
    "V11.3": 3,
    "V11.4": 4,
    "V11.5": 1,
    "V11.6": 1,
    "V12.1": 3,
    "V12.2": 2,
    "V12.3": 4,
    "V13.1": 1,
    "V13.2": 5,
    "V13.3": 2,
    "V13.4": 5,
    "V14.1": 2,
    "V14.2": 4,
    "V14.3": 3,
    "V15.1": 3,
    "V15.2": 3,
    "V15.3": 7,
    "V16.1": 1,
    "V16.2": 5,
    "V16.3": 4,
    "V16.4": 3,
    "V16.5": 3,
    "V17.1": 1,
    "V17.2": 4,
    "V17.3": 2,
}


def cited(place: str) -> str:
    """Why a citation, a path or ``path::test``, leads nowhere; empty when it does not."""
    path, _, test = place.partition("::")
    if not (ROOT / path).exists():
        return f"{path} is not there"
    if test:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        if test not in names:
            return f"{path} has no {test}"
    return ""


def test_every_requirement_of_levels_one_and_two_is_answered_once():
    ids = [row["id"] for row in ANSWERS]
    counts: dict[str, int] = {}
    for one in ids:
        section = one.rpartition(".")[0]
        counts[section] = counts.get(section, 0) + 1

    assert len(ids) == len(set(ids)) == 253
    assert counts == SECTIONS
    assert {row["level"] for row in ANSWERS} == {"1", "2"}
    assert all(row["requirement"] for row in ANSWERS)


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row["id"])
def test_an_answer_has_what_it_needs(row):
    match row["answer"]:
        case "pass":
            faults = [cited(place) for place in row["evidence"].split("; ")]
            assert not any(faults), faults
        case "n/a":
            assert len(row["evidence"]) > 15, "a reason"
        case "open":
            assert row["evidence"].startswith("Risk: ")
            until = re.search(r"Until (\d{4}-\d\d-\d\d)\.$", row["evidence"])
            assert until
            assert date.fromisoformat(until[1]) > date(2026, 11, 22)
        case other:
            pytest.fail(f"{other} is no answer")


def test_what_the_threat_model_cites_is_there():
    text = (ROOT / "docs/security/threat-model.md").read_text(encoding="utf-8")
    places = re.findall(r"`((?:tests|\.github)/[^`]+)`", text)

    assert len(places) > 20
    assert [place for place in places if cited(place)] == []
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / "docs/security" / link).exists(), link


def test_a_citation_that_leads_nowhere_is_found():
    assert cited("tests/nowhere.py")
    assert cited("tests/repo/test_security_papers.py::test_nothing")
    assert not cited("tests/repo/test_security_papers.py::cited")
