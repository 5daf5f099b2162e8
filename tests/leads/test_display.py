"""Stored facts as people read them."""

import pytest

from leads.display import fact_value


@pytest.mark.parametrize(
    ("field", "stored", "shown"),
    [
        ("volume", "1500 hamburgueres/dia", "1.500 hambúrgueres/dia"),
        ("volume", "800 kg/mes", "800 kg/mês"),
        ("segmento", "acougue", "açougue"),
        ("segmento", "industria_alimentos", "indústria de alimentos"),
        ("segmento", "food_truck", "food truck"),
        ("urgencia", "media", "média"),
        ("conhece_seleto", "nao", "não"),
        ("produto", "FB300", "FB300"),
        ("cnpj", "11222333000181", "11.222.333/0001-81"),
        ("cnpj", "123", "123"),
        ("nome", "nao_sei media", "nao_sei media"),
        ("volume", "", ""),
    ],
)
def test_a_value_is_shown_with_accents_and_punctuation(field: str, stored: str, shown: str) -> None:
    assert fact_value(field, stored) == shown
