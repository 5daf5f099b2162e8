"""Quantities that Brazilian leads and the agent write: value, unit, period and what the number is."""

from decimal import Decimal

import pytest

from seleto.lib.text.numbers import Kind, Quantity, convert, find_quantities


def only(text: str) -> Quantity:
    (quantity,) = find_quantities(text)
    return quantity


WORDS = {
    "dois": 2, "vinte e cinco": 25, "vinte cinco": 25, "cem": 100, "cento e um": 101, "cento e vinte e três": 123,
    "duzentos e cinquenta": 250, "duzentas": 200, "trezentos e um": 301, "quatrocentos": 400, "QUINHENTOS": 500,
    "seiscentos e sessenta e seis": 666, "setecentos": 700, "oitocentos e oitenta": 880, "novecentos e noventa": 990,
    "mil": 1000, "mil e um": 1001, "mil e duzentos": 1200, "mil duzentos e cinquenta": 1250, "dois mil": 2000,
    "dois mil e quinhentos": 2500, "dois mil e meio": 2500, "três mil e duzentos e dez": 3210, "dez mil": 10000,
    "doze mil e quinhentos": 12500, "doze mil quinhentos e quarenta": 12540, "quinze mil, aliás": 15000,
    "dezoito mil e novecentos": 18900, "cento e vinte mil": 120000, "cem mil": 100000, "um milhão": 1_000_000,
    "um milhão e meio": 1_500_000, "dois milhões e trezentos mil": 2_300_000, "meio milhão": 500_000,
    "catorze": 14, "quatorze": 14, "dezesseis": 16, "cincoenta": 50, "treis mil": 3000, "hum mil": 1000,
    "oitosentos": 800, "trezento": 300, "sesenta": 60, "dezenove": 19, "noventa e nove": 99,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), WORDS.items())
def test_number_words(text: str, value: int) -> None:
    assert only(text).low == value


DIGITS = {
    "1500": "1500", "1.500": "1500", "12.990": "12990", "12.990,00": "12990.00", "1.234.567": "1234567", "0,75": "0.75",
    "1,5": "1.5", "1.5": "1.5", "18.9k": "18900", "12k": "12000", "12 k": "12000", "1,5k": "1500", "2 mil": "2000",
    "2mil": "2000", "12,5 mil": "12500", "12.5 mil": "12500", "12 mil e 500": "12500", "12 mil 990": "12990",
    "1 mil e 200": "1200", "12 mil e quinhentos": "12500", "2 milhões": "2000000", "1,2 mi": "1200000",
    "0,5": "0.5", "10⁴": "10000", "10³": "1000", "1½": "1.5", "3.000": "3000", "700": "700", "1,500": "1.500",
    "1,234.50": "1234.50", "12 e meio": "12.5", "12 e meio mil": "12500", "2 mil e 50": "2050", "0.750": "0.750",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DIGITS.items())
def test_digits(text: str, value: str) -> None:
    assert only(text).low == Decimal(value)


COLLECTIVES = {
    "uma dúzia": 12, "duas dúzias": 24, "meia dúzia": 6, "dez dúzias": 120, "2 dúzias e meia": 30, "uma dezena": 10,
    "três dezenas": 30, "uma centena": 100, "cinco centenas": 500, "meia centena": 50, "dois centos": 200,
    "meia centena de milhares": 50000, "dois milhares": 2000, "uma dúzia e meia": 18, "dezenas de milhares": 10000,
    "centenas": 100, "um milhar": 1000, "20 dúzias": 240,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), COLLECTIVES.items())
def test_collectives(text: str, value: int) -> None:
    assert only(text).low == value


ELIDED = {
    "doze e quinhentos": 12500, "dezoito e novecentos": 18900, "doze e novecentos e noventa": 12990,
    "vinte e três e duzentos": 23200, "um e quinhentos": 1500, "12 e 500": 12500, "dois e oitocentos": 2800,
    "fica em quinze e trezentos": 15300,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ELIDED.items())
def test_elided_thousands(text: str, value: int) -> None:
    assert only(text).low == value


def test_a_half_may_be_of_a_thousand() -> None:
    assert only("fica em quarenta e dois e meio").values == (Decimal("42.5"), Decimal("42500"))
    assert only("nove e meio").values == (Decimal("9.5"), Decimal("9500"))


def test_two_hundreds_are_not_an_elided_thousand() -> None:
    assert [quantity.low for quantity in find_quantities("duzentos e trezentos")] == [200, 300]
    assert [quantity.low for quantity in find_quantities("50 e 100 kg")] == [50, 100]


SPELLED = {
    "um dois três": 123, "um dois nove nove zero": 12990, "1 2 9 9 0": 12990, "nove mil": 9000, "meia meia zero": 660,
    "dois cinco zero zero reais": 2500,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SPELLED.items())
def test_spelled_digits(text: str, value: int) -> None:
    assert only(text).low == value


GLUED = {"dozemil": 12000, "dozemilequinhentos": 12500, "vinteecincomil": 25000, "doiseoitocentos": 2800}


@pytest.mark.parametrize(("text", "value"), GLUED.items())
def test_words_without_spaces(text: str, value: int) -> None:
    assert only(text).low == value


RANGES: dict[str, tuple[str, str]] = {
    "500 a 600": ("500", "600"), "de 500 a 600": ("500", "600"), "500 até 600": ("500", "600"),
    "500/600": ("500", "600"), "500-600": ("500", "600"), "500 – 600": ("500", "600"), "500 ou 600": ("500", "600"),
    "entre 500 e 600": ("500", "600"), "entre 50 e 500": ("50", "500"), "de 10 até 12": ("10", "12"),
    "300~350": ("300", "350"), "oito a nove mil": ("8000", "9000"), "8 a 9 mil": ("8000", "9000"),
    "10 ou 12 mil": ("10000", "12000"), "entre cinco e seis centenas": ("500", "600"),
    "de mil a mil e quinhentos": ("1000", "1500"), "12 a 15k": ("12000", "15000"), "uns 40 a 50": ("40", "50"),
    "2.500 a 3.000": ("2500", "3000"), "2500-3000": ("2500", "3000"), "10 a até 20": ("10", "20"),
    "dois três mil": ("2000", "3000"), "duas, três semanas": ("2", "3"), "oito, nove mil": ("8000", "9000"),
    "10 kg a 12 kg": ("10", "12"), "R$ 10 a R$ 12 mil": ("10000", "12000"), "de dez a uns doze": ("10", "12"),
    "trezentos e cinquenta a quatrocentos": ("350", "400"), "90 a 170 mm": ("90", "170"), "0,5 a 1 kg": ("0.5", "1"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "ends"), RANGES.items())
def test_ranges(text: str, ends: tuple[str, str]) -> None:
    quantity = only(text)
    assert (quantity.low, quantity.high) == (Decimal(ends[0]), Decimal(ends[1]))


@pytest.mark.parametrize(
    "text", ["de 30 a 25", "2 kg a 300 g", "12 reais a 15 kg", "FB300 ou FB700", "de 40 g até 2 litros"]
)
def test_what_only_looks_like_a_range(text: str) -> None:
    assert len(find_quantities(text)) == 2


def test_a_list_counts_in_the_unit_said_last() -> None:
    found = find_quantities("facas de 7, 15, 23, 31 e 47 mm; misturadores de 25, 70, 140 e 210 litros")
    assert [int(quantity.low) for quantity in found] == [7, 15, 23, 31, 47, 25, 70, 140, 210]
    assert [quantity.unit for quantity in found] == ["mm"] * 5 + ["l"] * 4


KINDS: dict[str, tuple[Kind, str]] = {
    "R$ 12.990": (Kind.MONEY, "BRL"), "r$12990": (Kind.MONEY, "BRL"), "12 mil reais": (Kind.MONEY, "BRL"),
    "rs 500": (Kind.MONEY, "BRL"), "US$ 2.800": (Kind.MONEY, "BRL"), "2.800 dólares": (Kind.MONEY, "USD"),
    "3 mil euros": (Kind.MONEY, "EUR"), "30 conto": (Kind.MONEY, "BRL"), "15 mangos": (Kind.MONEY, "BRL"),
    "dezoito mil pila": (Kind.MONEY, "BRL"), "12 pau": (Kind.MONEY, "BRL"), "três barão": (Kind.MONEY, "BRL"),
    "10 milha": (Kind.MONEY, "BRL"), "vinte pratas": (Kind.MONEY, "BRL"), "duzentão": (Kind.MONEY, "BRL"),
    "cinquentão": (Kind.MONEY, "BRL"), "dez milzão": (Kind.MONEY, "BRL"), "um milhão de reais": (Kind.MONEY, "BRL"),
    "50 centavos": (Kind.MONEY, "BRL"), "mil real": (Kind.MONEY, "BRL"), "100$": (Kind.MONEY, "BRL"),
    "duas onças": (Kind.MONEY, "BRL"), "€ 300": (Kind.MONEY, "BRL"),
    "700 hambúrgueres": (Kind.PIECES, "hamburgueres"), "200 burgers": (Kind.PIECES, "hamburgueres"),
    "150 lanches": (Kind.PIECES, "hamburgueres"), "400 discos": (Kind.PIECES, "hamburgueres"),
    "800 espetos": (Kind.PIECES, "espetos"), "mil espetinhos": (Kind.PIECES, "espetos"),
    "2 unidades": (Kind.PIECES, "unidades"), "300 un": (Kind.PIECES, "unidades"),
    "1.800 ciclos": (Kind.PIECES, "ciclos"),
    "3 moldes": (Kind.PIECES, "moldes"), "3 velocidades": (Kind.PIECES, "velocidades"),
    "3 bicos": (Kind.PIECES, "bicos"),
    "duas dúzias de espetos": (Kind.PIECES, "espetos"), "500 mini hambúrgueres": (Kind.PIECES, "hamburgueres"),
    "30 kg": (Kind.MASS, "kg"), "30kg": (Kind.MASS, "kg"), "85 quilos": (Kind.MASS, "kg"), "100 g": (Kind.MASS, "g"),
    "180 gramas": (Kind.MASS, "g"), "2 toneladas": (Kind.MASS, "tonelada"), "meia tonelada": (Kind.MASS, "tonelada"),
    "3 arrobas": (Kind.MASS, "arroba"), "um quilo": (Kind.MASS, "kg"), "meio quilo": (Kind.MASS, "kg"),
    "12 cm": (Kind.LENGTH, "cm"), "7 mm": (Kind.LENGTH, "mm"), "19cm": (Kind.LENGTH, "cm"),
    "2 metros": (Kind.LENGTH, "m"),
    "25 L": (Kind.VOLUME, "l"), "140 litros": (Kind.VOLUME, "l"), "500 ml": (Kind.VOLUME, "ml"),
    "0,75 cv": (Kind.POWER, "cv"), "1,5 CV": (Kind.POWER, "cv"), "220V": (Kind.POWER, "v"),
    "220 volts": (Kind.POWER, "v"),
    "6 meses": (Kind.TIME, "mes"), "15 dias": (Kind.TIME, "dia"), "24 horas": (Kind.TIME, "hora"),
    "2h": (Kind.TIME, "hora"),
    "meia hora": (Kind.TIME, "hora"), "um mês e meio": (Kind.TIME, "mes"), "10 min": (Kind.TIME, "minuto"),
    "5%": (Kind.PERCENTAGE, "%"), "cinco por cento": (Kind.PERCENTAGE, "%"), "20 porcento": (Kind.PERCENTAGE, "%"),
    "FB300": (Kind.MODEL, "fb"), "fbm100": (Kind.MODEL, "fbm"), "CT 200": (Kind.MODEL, "ct"),
    "fb 700": (Kind.MODEL, "fb"),
    "FB-300": (Kind.MODEL, "fb"), "NR-12": (Kind.MODEL, "nr"), "NR12": (Kind.MODEL, "nr"),
    "inox 304": (Kind.MODEL, "inox"),
    "a se 3000": (Kind.MODEL, "se"), "Modelo SE 6000": (Kind.MODEL, "se"), "EPE1200": (Kind.MODEL, "epe"),
    "(54) 99611-2045": (Kind.PHONE, ""), "31 98400-1111": (Kind.PHONE, ""), "11999990001": (Kind.PHONE, ""),
    "+55 11 90000-0001": (Kind.PHONE, ""), "0800 123 4567": (Kind.PHONE, ""), "(11) 3000-0001": (Kind.PHONE, ""),
    "nove oito um dois dois sete zero sete": (Kind.PHONE, ""),
    "69.999.012/0055-60": (Kind.DOCUMENT, "cnpj"), "12.ABC.345/01DE-35": (Kind.DOCUMENT, "cnpj"),
    "ZX.12Q.W34/ER56-00": (Kind.DOCUMENT, "cnpj"), "69999012005560": (Kind.DOCUMENT, "cnpj"),
    "123.456.789-09": (Kind.DOCUMENT, "cpf"), "CEP 12990-000": (Kind.DOCUMENT, "cep"),
    "15/03": (Kind.DATE, ""), "15/03/2027": (Kind.DATE, ""), "2027-03-15": (Kind.DATE, ""),
    "15 de março": (Kind.DATE, ""),
    "dia 20": (Kind.DATE, ""), "em 2027": (Kind.DATE, "ano"), "03/2027": (Kind.DATE, ""),
    "10.12.2026": (Kind.DATE, ""),
    "18h30": (Kind.CLOCK, ""), "18:30": (Kind.CLOCK, ""), "às 18h": (Kind.CLOCK, "hora"),
    "8h às 18h": (Kind.CLOCK, "hora"),
    "das 9 às 17 horas": (Kind.CLOCK, "hora"), "até 18h": (Kind.CLOCK, "hora"),
    "10x": (Kind.RATIO, "x"), "3 vezes": (Kind.RATIO, "x"), "30/60/90": (Kind.RATIO, "/"),
    "700 por hora": (Kind.RATE, ""), "40 por dia": (Kind.RATE, ""), "mil por semana": (Kind.RATE, ""),
    "9.120": (Kind.PLAIN, ""), "quinhentos": (Kind.PLAIN, ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KINDS.items())
def test_what_the_number_counts(text: str, expected: tuple[Kind, str]) -> None:
    quantity = only(text)
    assert (quantity.kind, quantity.unit) == expected


PERIODS: dict[str, tuple[Kind, str, str]] = {
    "700 hambúrgueres por hora": (Kind.PIECES, "hamburgueres", "hora"), "300 kg/h": (Kind.MASS, "kg", "hora"),
    "300 kg/hora": (Kind.MASS, "kg", "hora"), "300/h": (Kind.RATE, "", "hora"), "500 por dia": (Kind.RATE, "", "dia"),
    "500/dia": (Kind.RATE, "", "dia"), "500 p/ dia": (Kind.RATE, "", "dia"), "500 ao dia": (Kind.RATE, "", "dia"),
    "500 ao mês": (Kind.RATE, "", "mes"), "500 a cada semana": (Kind.RATE, "", "semana"),
    "2 toneladas por mês": (Kind.MASS, "tonelada", "mes"), "85 quilos de acém por dia": (Kind.MASS, "kg", "dia"),
    "300 kg de carne moída por semana": (Kind.MASS, "kg", "semana"),
    "200 hambúrgueres diários": (Kind.PIECES, "hamburgueres", "dia"),
    "500 mensais": (Kind.RATE, "", "mes"), "uns 40 dia": (Kind.RATE, "", "dia"), "350 hora": (Kind.RATE, "", "hora"),
    "300 pães por dia": (Kind.PIECES, "paes", "dia"), "100 kg semanais": (Kind.MASS, "kg", "semana"),
    "150 lanches por noite": (Kind.PIECES, "hamburgueres", "dia"),
    "800 espetos no fim de semana": (Kind.PIECES, "espetos", "semana"),
    "85 kg dia": (Kind.MASS, "kg", "dia"), "300 todo dia": (Kind.RATE, "", "dia"),
    "80 kg na semana": (Kind.MASS, "kg", "semana"),
    "mil e duzentos burgers artesanais por semana": (Kind.PIECES, "hamburgueres", "semana"),
    "5x por semana": (Kind.RATIO, "x", "semana"), "dois mil por final de semana": (Kind.RATE, "", "semana"),
    "300 numa noite": (Kind.RATE, "", "dia"), "6.000 por hora": (Kind.RATE, "", "hora"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PERIODS.items())
def test_periods(text: str, expected: tuple[Kind, str, str]) -> None:
    quantity = only(text)
    assert (quantity.kind, quantity.unit, quantity.period) == expected


@pytest.mark.parametrize(
    "text",
    [
        "uns 20", "umas 30", "cerca de 40", "aproximadamente 50", "mais ou menos 60", "60 mais ou menos", "quase 70",
        "por volta de 80", "em torno de 90", "nove mil e pouco", "nove mil e pouquinho", "100 por aí", "tipo 110",
        "10 mil e tantos", "na faixa de 120", "130, mais ou menos",
    ],
)  # fmt: skip
def test_approximations(text: str) -> None:
    assert only(text).approximate


@pytest.mark.parametrize("text", ["500", "exatos 500", "500 e 10 kg"])
def test_plain_numbers_are_no_approximation(text: str) -> None:
    assert not any(quantity.approximate for quantity in find_quantities(text))


SLANG = {
    "15 pau": ("15000", "15"), "30 conto": ("30", "30000"), "3 barão": ("3000", "3"), "15 mangos": ("15", "15000"),
    "duas onças": ("100",), "cinco pau e meio": ("5500", "5"), "18 mil pila": ("18000",), "12m": ("12", "12000"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SLANG.items())
def test_slang_keeps_both_readings(text: str, values: tuple[str, ...]) -> None:
    assert only(text).values == tuple(map(Decimal, values))


def test_cents_belong_to_the_amount() -> None:
    text = "custa doze reais e cinquenta centavos"
    quantity = only(text)
    assert (quantity.low, text[quantity.start : quantity.end]) == (Decimal("12.50"), text[6:])


@pytest.mark.parametrize(
    "text",
    ["uma máquina", "um hambúrguer", "quero um", "meio caro", "mileide", "o conto do vigário", "e", "", "k",
     "por cento", "uma vez", "a meia da loja", "semente", "oitava"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert find_quantities(text) == []


def test_digits_of_other_things_are_not_amounts() -> None:
    found = find_quantities("7f3c1a9e e FB300 em https://seleto.example/ct200.jpg, NR-12")
    assert {quantity.kind for quantity in found} == {Kind.MODEL}


def test_offsets_are_those_of_the_text_given() -> None:
    text = "Ação! É ÚNICA: Três mil e DUZENTOS Hambúrgueres por mês"
    quantity = only(text)
    assert text[quantity.start : quantity.end] == "Três mil e DUZENTOS Hambúrgueres por mês"


def test_very_long_digits_are_an_identifier() -> None:
    assert only("9" * 5000).kind is Kind.DOCUMENT


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [("19", "cm", "mm", "190"), ("1.5", "tonelada", "kg", "1500"), ("500", "g", "kg", "0.5"), ("3", "kg", "kg", "3")],
)
def test_units_of_the_same_measure_convert(value: str, unit: str, target: str, expected: str) -> None:
    assert convert(Decimal(value), unit, target) == Decimal(expected)


def test_units_of_different_measures_do_not() -> None:
    assert convert(Decimal(3), "kg", "mm") is None
    assert convert(Decimal(3), "hamburgueres", "kg") is None
