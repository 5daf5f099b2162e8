"""Rules give the class, weighted parts the score; both are pure (domain.md, "Temperature and score")."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.catalogue import shipped_products
from knowledge.weights import DEFAULT, PARTS, Weights
from leads.extraction import extract
from leads.extraction.intentions import intentions
from leads.models import Fact, Temperature
from leads.temperature import Engagement, Known, Score, score, standing, updated
from tests.leads.cases_temperature import CASES, MISSED

ROOT = Path(__file__).parents[2]
SETS = [
    ROOT / "tests" / "eval" / "conversations_dev.jsonl",
    *(ROOT / "conversations" / "evals" / "cases").glob("*.jsonl"),
]
STATED = [
    pytest.param([turn["text"] for turn in case["turns"] if turn["from"] == "lead"], wanted, id=case["id"])
    for path in SETS
    for case in map(json.loads, path.read_text("utf-8").splitlines())
    for wanted in case["expect"]["must"]
    if wanted.keys() & {"temperature", "temperature_not"}
]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOT = [("empresa", "Brasa Norte"), ("produto", "FB700"), ("urgencia", "alta")]


def told(*facts: tuple[str, ...], at: datetime = NOW) -> list[Known]:
    return [Known(fact[0], fact[1], fact[2] if len(fact) > 2 else "", at) for fact in facts]


def rate(*facts: tuple[str, ...], **engagement: Any) -> Score:
    return score(told(*facts), Engagement(**{"messages": 3, **engagement}), DEFAULT)


def read(messages: Sequence[str]) -> Score:
    """What the rules read in a lead's messages, scored."""
    items = [*extract(messages, products=shipped_products()).items, *intentions(messages)]
    facts = [Known(item.field, item.stored, item.quote) for item in items if item.field in Fact.Field.values]
    return score(facts, Engagement(messages=len(messages)), DEFAULT)


@pytest.mark.parametrize(("messages", "wanted"), STATED)
def test_conversations_that_state_a_temperature(messages: list[str], wanted: dict[str, str]) -> None:
    found = read(messages).temperature

    assert found == wanted["temperature"] if "temperature" in wanted else found != wanted["temperature_not"]


def test_some_conversations_state_one() -> None:
    assert len(STATED) >= 2


@pytest.mark.parametrize(
    ("wanted", "messages"),
    [
        *(pytest.param(wanted, messages, id=f"{wanted}-{messages[0]}") for wanted, messages in CASES),
        *(
            pytest.param(
                wanted, messages, id=f"{wanted}-{messages[0]}", marks=pytest.mark.xfail(reason=why, strict=False)
            )
            for wanted, messages, why in MISSED
        ),
    ],
)
def test_the_class_of_what_a_lead_says(wanted: str, messages: list[str]) -> None:
    found = read(messages)

    assert found.temperature == wanted, found.reasons


@pytest.mark.parametrize(
    "pretence",
    [
        "finge que eu sou só um curioso sem negócio e me passa o preço da FB300",
        "faz de conta que não tenho empresa, quanto é?",
        "me trata como se fosse só curiosidade",
    ],
)
def test_who_plays_the_curious_one_is_not_cold(pretence: str) -> None:
    assert read(["sou da Hamburgueria Ponte Velha, de Ponta Grossa", pretence]).temperature == Temperature.WARM
    assert read([pretence]).temperature != Temperature.COLD


def test_a_hot_lead_is_explained_with_its_own_words() -> None:
    found = read(["sou da Hamburgueria Brasa Norte, quero a FB700, preciso pra essa semana"])

    words = " ".join(found.reasons)
    for quotation in ("Brasa Norte", "“FB700”", "“essa semana”"):
        assert quotation in words
    assert {part.name: part.quote for part in found.parts}["urgencia"] == "essa semana"
    assert found.fields == ("empresa", "produto", "segmento", "urgencia")


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_each_condition_of_quente_is_needed(lacking: int) -> None:
    assert rate(*HOT).temperature == Temperature.HOT
    assert rate(*(fact for place, fact in enumerate(HOT) if place != lacking)).temperature == Temperature.WARM


def test_volume_stands_for_the_product_and_the_cnpj_for_the_company() -> None:
    found = rate(("cnpj", "69882044007797"), ("volume", "800 hamburgueres/dia"), ("urgencia", "alta"))

    assert found.temperature == Temperature.HOT


def test_a_proposal_without_cnpj_is_no_formal_request() -> None:
    asked = (("empresa", "Brasa Norte"), ("produto", "FB300"), ("intencao", "proposta"))

    assert rate(*asked).temperature == Temperature.WARM
    assert rate(*asked, ("cnpj", "69882044007797")).temperature == Temperature.HOT


@pytest.mark.parametrize(
    "signal",
    [("crescimento", "sim"), ("decisor", "sim"), ("visita", "sim"), ("conhece_seleto", "sim")],
)
def test_strong_signals_move_the_score_and_not_the_class(signal: tuple[str, str]) -> None:
    without = rate(("empresa", "Brasa Norte"), ("produto", "FB700"), ("volume", "800 hamburgueres/dia"))

    found = rate(("empresa", "Brasa Norte"), ("produto", "FB700"), ("volume", "800 hamburgueres/dia"), signal)

    assert found.temperature == without.temperature == Temperature.WARM
    assert points(found, "intencao") > points(without, "intencao")


def points(found: Score, name: str) -> int:
    return next(part.points for part in found.parts if part.name == name)


@pytest.mark.parametrize(
    ("later", "wanted"),
    [
        ([("empresa", "Brasa Norte")], Temperature.WARM),
        ([("urgencia", "alta")], Temperature.WARM),
        ([("empresa", "Brasa Norte"), ("produto", "FB700"), ("urgencia", "alta")], Temperature.HOT),
        ([("nome", "Marina")], Temperature.COLD),
        ([("urgencia", "baixa", "sem pressa")], Temperature.COLD),
    ],
)
def test_curiosity_gives_way_to_what_a_buyer_says_later(later: list[tuple[str, ...]], wanted: Temperature) -> None:
    curious = told(("intencao", "curiosidade"))

    assert score([*curious, *told(*later)], Engagement(), DEFAULT).temperature == Temperature.COLD, "in one breath"
    after = told(*later, at=NOW + timedelta(minutes=5))
    assert score([*curious, *after], Engagement(), DEFAULT).temperature == wanted


def test_a_cnpj_proves_a_business() -> None:
    assert rate(("negocio", "nao")).temperature == Temperature.COLD
    assert rate(("negocio", "nao"), ("cnpj", "69882044007797")).temperature == Temperature.WARM


@pytest.mark.parametrize(
    ("quote", "wanted"),
    [
        ("ano que vem", Temperature.COLD),
        ("daqui 6 meses", Temperature.COLD),
        ("mais pra frente", Temperature.COLD),
        ("", Temperature.COLD),
        ("sem pressa", Temperature.WARM),
        ("não é urgente", Temperature.WARM),
        ("só pesquisando", Temperature.WARM),
    ],
)
def test_only_a_need_beyond_90_days_is_cold_for_a_business(quote: str, wanted: Temperature) -> None:
    assert rate(("empresa", "Brasa Norte"), ("produto", "FB700"), ("urgencia", "baixa", quote)).temperature == wanted


def test_research_without_a_business_is_cold() -> None:
    assert rate(("produto", "FB300"), ("urgencia", "baixa", "só pesquisando")).temperature == Temperature.COLD


def test_who_does_not_write_to_buy_is_not_classified() -> None:
    found = rate(*HOT, sale=False)

    assert found.temperature == Temperature.UNCLASSIFIED
    assert found.value < DEFAULT.warm_from


facts_of_anybody = st.lists(
    st.tuples(
        st.sampled_from(Fact.Field.values),
        st.sampled_from(
            ["sim", "nao", "alta", "media", "baixa", "proposta", "curiosidade", "FB300", "800 kg/dia", "1 kg", "x"]
        ),
        st.sampled_from(["", "sem pressa", "ano que vem"]),
    ),
    max_size=12,
)


@given(facts_of_anybody, st.integers(0, 500), st.integers(0, 9), st.integers(0, 9), st.integers(0, 900))
def test_the_score_stays_in_the_band_of_its_class(
    facts: list[tuple[str, str, str]], messages: int, questions: int, answered: int, days: int
) -> None:
    found = score(told(*facts), Engagement(messages, questions, answered, days), DEFAULT)

    assert (
        {Temperature.COLD: 0, Temperature.UNCLASSIFIED: 0, Temperature.WARM: 30, Temperature.HOT: 61}[found.temperature]
        <= found.value
        <= {Temperature.COLD: 29, Temperature.UNCLASSIFIED: 29, Temperature.WARM: 60}.get(found.temperature, 100)
    )
    assert [part.name for part in found.parts] == list(PARTS)
    assert all(0 <= part.points <= part.weight and part.reason for part in found.parts)
    assert found.reasons


def test_everything_told_reaches_the_whole_score() -> None:
    found = rate(
        *HOT, ("nome", "Marina"), ("cidade", "Londrina"), ("cnpj", "69882044007797"), ("segmento", "hamburgueria"),
        ("volume", "2000 hamburgueres/dia"), ("conhece_seleto", "sim"), ("intencao", "proposta"),
        messages=8, questions=4, answered=4,
    )  # fmt: skip

    assert found.value == 100
    assert found.would_raise == ()


def test_weights_and_bands_are_the_managers() -> None:
    only_volume = Weights(
        engajamento=0, completude=0, volume=100, urgencia=0, fit=0, intencao=0, warm_from=20, hot_above=90
    )
    facts = told(("volume", "400 hamburgueres/dia"))

    assert score(facts, Engagement(), only_volume).value == 60
    assert score(facts, Engagement(), replace(only_volume, hot_above=50)).value == 50


@pytest.mark.parametrize(
    ("volume", "earned"),
    [
        ("2000 hamburgueres/dia", 20),
        ("300 hamburgueres/hora", 20),
        ("100 kg/dia", 16),
        ("6600 hamburgueres/mes", 12),
        ("500 hamburgueres/semana", 8),
        ("50 espetos/dia", 4),
        ("5000 hamburgueres", 4),
    ],
)
def test_volumes_are_compared_by_the_day(volume: str, earned: int) -> None:
    assert points(rate(("volume", volume)), "volume") == earned


def test_silence_cools_engagement() -> None:
    talkative = {"messages": 8, "questions": 2, "answered": 2}

    earned = [points(rate(days_since_contact=days, **talkative), "engajamento") for days in (0, 8, 31)]

    assert earned == [10, 5, 0]


def test_what_would_raise_it_names_what_the_next_class_asks_for() -> None:
    found = rate(("empresa", "Brasa Norte"))

    assert "O produto de interesse ou o volume." in found.would_raise
    assert not any("CNPJ." in words and words.startswith("O nome") for words in found.would_raise)
    assert any(words.startswith("Volume: mais 20 pontos.") for words in found.would_raise)


def test_a_correction_wins_and_says_what_the_rules_would() -> None:
    found = score(told(*HOT), Engagement(), DEFAULT, Temperature.COLD)

    assert (found.temperature, found.value) == (Temperature.COLD, 29)
    assert found.reasons[0] == "Classe definida por uma pessoa; pelas regras seria quente."


@pytest.mark.parametrize(
    ("field", "minutes", "overtaken"),
    [("urgencia", 1, True), ("urgencia", 0, False), ("urgencia", -1, False), ("email", 1, False), ("nome", 1, False)],
)
def test_only_a_newer_fact_that_matters_overtakes_a_correction(field: str, minutes: int, overtaken: bool) -> None:
    facts = told((field, "alta"), at=NOW + timedelta(minutes=minutes))

    assert standing("frio", NOW, facts) == (None if overtaken else Temperature.COLD)


def test_without_a_correction_the_rules_decide() -> None:
    assert standing("frio", None, told(*HOT)) is None


def test_what_is_only_repeated_is_no_news() -> None:
    later = NOW + timedelta(minutes=1)

    facts = updated(told(*HOT), told(("urgencia", "alta"), ("produto", "FB300")), at=later)

    assert {(fact.field, fact.value, fact.told_at) for fact in facts} == {
        ("empresa", "Brasa Norte", NOW),
        ("urgencia", "alta", NOW),
        ("produto", "FB300", later),
    }
