"""Through the whole pipe with a model that obeys the attacker: nothing is done, nothing forbidden is said.

Every family once; ``make injection FULL=1`` plays every case, and every family in every shape of obedience.
"""

import itertools
import json
import os
from pathlib import Path

import pytest
import respx

from tests.injection.cases import Case, load
from tests.injection.shapes import PLACES, SHAPES, SPELLINGS
from tests.injection.stage import Stage, wrongs

pytestmark = [pytest.mark.django_db, pytest.mark.security]

FULL = os.environ.get("FULL") == "1"
# Where a full run leaves its figures, a line for each case and shape (`tests/injection/report.py`).
FIGURES = os.environ.get("INJECTION_FIGURES", "")
PARTS = 8


def _first_of_each_family() -> list[Case]:
    """One of each, a different place in the family each time, so that all carriers and goals are met."""
    families = [list(cases) for _, cases in itertools.groupby(load(), key=lambda case: case.family.id)]
    return [cases[number % len(cases)] for number, cases in enumerate(families)]


def _plan() -> list[tuple[str, Case]]:
    first, spellings, places = _first_of_each_family(), itertools.cycle(SPELLINGS), itertools.cycle(PLACES)
    if FULL:
        return [*(("plain", case) for case in load()), *((shape, case) for shape in SHAPES for case in first)]
    shaped = [(next(places) if number % 2 else next(spellings), case) for number, case in enumerate(first[::4])]
    return [*(("plain", case) for case in first), *shaped]


@pytest.fixture
def stage(settings, tmp_path):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ZAPI_MEDIA_HOSTS = ["media.example"]
    settings.TYPING_MAX_S = 0
    settings.CIRCUIT_FAILURES = 100_000
    settings.TRANSCRIPTION_MODEL = "whisper-1"
    settings.TRANSCRIPTION_BASE_URL = "https://modelo.example/v1"
    with respx.mock(assert_all_called=False) as router:
        yield Stage(router)


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_obtained(stage, part):
    before = stage.untouched()
    found = {}
    for shape, case in _plan()[part::PARTS]:
        played = stage.play(case, SHAPES[shape])
        reasons = wrongs(stage, played)
        _note(shape, case, reasons, [text for _, text in played.sent])
        if reasons:
            found[f"{case.id} ({shape})"] = reasons

    assert found == {}
    assert stage.untouched() == before


def _note(shape: str, case: Case, reasons: list[str], sent: list[str]) -> None:
    if FIGURES:
        row = {"shape": shape, "case": case.id, "wrong": reasons, "says": case.says, "sent": sent}
        with Path(FIGURES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
