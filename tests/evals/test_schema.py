"""Lines that are cases are read, lines that are not are refused by number and key."""

import json
from typing import Any

import pytest

from conversations.evals import schema
from conversations.evals.schema import BadCase, Case, parse, read_lines


def line(**changes: Any) -> str:
    case: dict[str, Any] = {
        "id": "c1",
        "start": "2026-12-01T10:00:00-03:00",
        "turns": [{"at": "+0s", "from": "lead", "type": "text", "text": "oi"}],
        "expect": {"must": [{"reply_after_turn": 1}]},
    }
    return json.dumps(case | changes)


def turn(**changes: Any) -> dict[str, Any]:
    return {"at": "+0s", "from": "lead", "type": "text", "text": "oi"} | changes


def test_a_case_is_read_with_what_it_leaves_out() -> None:
    case = parse(line(turns=[turn(at="+2.5s", type="audio", media={"duration_s": 12, "corrupt": True})], notes="x"))

    assert (case.id, case.channel, case.must) == ("c1", "whatsapp_direct", (("reply_after_turn", 1),))
    assert (case.turns[0].number, case.turns[0].at_s, case.turns[0].duration_s) == (1, 2.5, 12)
    assert case.turns[0].corrupt


def test_a_start_without_offset_is_the_business_local_time() -> None:
    assert parse(line(start="2026-12-01T10:00:00")).start == parse(line()).start


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"start": "soon"}, "start"),
        ({"channel": "email"}, "channel"),
        ({"turns": []}, "turns"),
        ({"turns": "oi"}, "turns"),
        ({"turns": ["oi"]}, "turns[1]"),
        ({"turns": [turn(at="5s")]}, "turns[1].at"),
        ({"turns": [turn(at="+9s"), turn(at="+5s")]}, "turns[2].at"),
        ({"turns": [turn(**{"from": "cat"})]}, "turns[1].from"),
        ({"turns": [turn(type="hologram")]}, "turns[1].type"),
        ({"turns": [turn(text=3)]}, "turns[1].text"),
        ({"turns": [turn(media="loud")]}, "turns[1].media"),
        ({"turns": [turn(**{"from": "clock", "text": "event:eclipse"})]}, "turns[1].text"),
        ({"turns": [turn(type="edit", of=1)]}, "turns[1].of"),
        ({"setup": []}, "setup"),
        ({"setup": {"price_exception": 3}}, "setup.price_exception"),
        ({"setup": {"price_exception": {"FB300": "free"}}}, "setup.price_exception"),
        ({"expect": {"must": [{"handoff": True, "paused": True}]}}, "expect.must[1]"),
        ({"expect": {"must": {}}}, "expect.must"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadCase, match=problem.replace("[", r"\[").replace("]", r"\]")) as refused:
        parse(line(**changes))
    assert refused.value.case_id == "c1"


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"title": "no id"}', "[" * 5000])
def test_what_is_no_case_has_no_id(text: str) -> None:
    with pytest.raises(BadCase) as refused:
        parse(text)
    assert refused.value.case_id == ""


def test_lines_keep_their_number_and_an_id_counts_once() -> None:
    found = list(read_lines([line(), "", "nonsense", line()]))

    assert [number for number, _ in found] == [1, 3, 4]
    assert isinstance(found[0][1], Case)
    assert "earlier line" in str(found[2][1])


def test_the_shipped_cases_are_all_readable_and_expect_something() -> None:
    cases = list(schema.shipped())

    assert len(cases) >= 30
    assert len({case.id for case in cases}) == len(cases)
    assert all(case.must for case in cases)


@pytest.mark.parametrize(
    ("setup", "idle"),
    [
        ({}, {}),
        ({"resume_idle_min_off_hours": 0}, {"off_hours": 0}),
        ({"resume_idle_min_business": 60, "resume_idle_min_off_hours": None}, {"off_hours": None, "business": 60}),
    ],
)
def test_the_silence_of_a_person_can_be_set(setup: dict[str, object], idle: dict[str, int | None]) -> None:
    parsed = parse(line(setup=setup))

    assert (parsed.setup.idle_min, parsed.setup.other) == (idle, {})


@pytest.mark.parametrize("minutes", [-1, True, "30", 1.5])
def test_a_silence_that_is_no_number_is_refused(minutes: object) -> None:
    with pytest.raises(BadCase, match="resume_idle_min_business"):
        parse(line(setup={"resume_idle_min_business": minutes}))


def test_companies_the_crm_holds_from_the_start() -> None:
    given = ["47.081.823/0001-52", "Frigorífico Fictício", {"nome": "Outra Fictícia", "cnpj": "K7M2R9TX000173"}]

    assert parse(line(setup={"crm_companies": given})).setup.crm_companies == (
        {"name": "Empresa 47.081.823/0001-52", "cnpj": "47.081.823/0001-52"},
        {"name": "Frigorífico Fictício"},
        {"name": "Outra Fictícia", "cnpj": "K7M2R9TX000173"},
    )
    with pytest.raises(BadCase, match=r"setup\.crm_companies"):
        parse(line(setup={"crm_companies": [{"cidade": "Itu"}]}))
