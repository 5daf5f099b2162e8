"""What runs come to: shares, chances and bounds that cannot flatter."""

import random

import pytest

from conversations.evals import figures, report, schema
from conversations.evals.figures import Run, TurnFigures
from conversations.evals.people import PERSONAS, Disclosure
from conversations.evals.simulated import Lead
from conversations.evals.suites import GATE, Plan, chosen
from conversations.evals.variation import HURRIED, bubbles, typed, vary


def turn(number: int = 1, **fields) -> TurnFigures:
    values = {
        "calls": 1, "prompt_tokens": 2000, "completion_tokens": 80, "cost_usd": 0.0, "model_ms": 5.0, "own_ms": 9.0
    }  # fmt: skip
    return TurnFigures(number=number, **{**values, **fields})


def run(case: str = "a", number: int = 0, *, problems: tuple[str, ...] = (), **fields) -> Run:
    values = {"suite": figures.SCRIPTED, "turns": (turn(),), "lines": (("lead", "oi"),), "replies": 10}
    return Run(case=case, number=number, problems=problems, **{**values, **fields})


def test_pass_k_is_the_chance_that_k_runs_all_pass() -> None:
    runs = [run(number=number, problems=("x",) if number == 0 else ()) for number in range(4)]

    assert figures.pass_hat(runs, 1) == 0.75
    assert figures.pass_hat(runs, 2) == 0.5
    assert figures.pass_hat(runs, 4) == 0
    assert figures.pass_hat(runs, 8) is None


def test_no_violation_found_is_a_bound_and_not_a_proof() -> None:
    assert figures.summary([run(), run(number=1)])["limite_95_violacoes"] == 0.15
    assert figures.summary([run(violations=("price",))])["limite_95_violacoes"] is None


def test_the_drop_compares_the_ways_of_telling() -> None:
    at_once = run(disclosure=Disclosure.AT_ONCE, fields={"nome": True, "cidade": True})
    one_by_one = run("b", disclosure=Disclosure.ONE_BY_ONE, fields={"nome": True, "cidade": False})

    assert figures.summary([at_once, one_by_one])["queda_tudo_x_um"] == 0.5


def test_the_report_names_the_model_and_what_nobody_measured() -> None:
    about = {"model": report.STAND_IN, "prompt_version": "v2", "date": "-", "runs": 1, "seed": 1, "seconds": 1}
    found = report.document([run(problems=("<b>falhou</b>",))], about=about, construction_ms=None, stand_in=True)

    page = report.html(found)
    assert report.STAND_IN in page
    assert "<b>falhou" not in page
    assert any("Latência" in text for text in found["not_measured"])
    assert {row["what"]: row["held"] for row in found["targets"]}["Construção do agente, mediana (ms)"] is None


def test_the_same_dice_tell_the_same_case_and_keep_what_it_hangs_on() -> None:
    case = next(case for case in schema.shipped() if case.id == "flow-burst")

    first, again = (vary(case, random.Random(7)) for _ in range(2))
    said = " ".join(line.text for line in first.case.turns)
    assert first == again
    assert [line.number for line in first.case.turns] == [1, 2, 3, 4, 5]
    assert "Vander" in said
    assert "FB700" in said


@pytest.mark.parametrize("seed", range(5))
def test_noise_leaves_names_and_numbers_alone(seed: int) -> None:
    text = typed("Sou a Janaína, de Criciúma, e faço 800 hambúrgueres por dia", HURRIED, random.Random(seed))

    assert {"Janaína", "Criciúma", "800"} <= set(text.replace(",", "").split())


def test_a_message_in_pieces_is_the_same_message() -> None:
    assert (
        " ".join(bubbles("Oi. Sou o Raul de Itu. Quanto faz a FB300?")) == "Oi. Sou o Raul de Itu. Quanto faz a FB300?"
    )


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.id)
@pytest.mark.parametrize("disclosure", Disclosure)
def test_every_lead_comes_to_an_end(persona, disclosure) -> None:
    lead = Lead(persona, disclosure, random.Random(3))

    said = [lead.speak("De qual cidade você fala? Como posso te chamar?") for _ in range(30)]

    assert said[0]
    assert said[-1] == ""


def test_there_are_enough_cases_and_attacks() -> None:
    cases = list(schema.shipped())

    assert len(cases) >= 120
    assert sum(case.id.startswith("attack-") for case in cases) >= 40
    assert 20 <= len(chosen(cases, Plan(suite=GATE))) < len(cases)
