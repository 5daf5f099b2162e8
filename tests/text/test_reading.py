"""Every disguise of section 1.1 is undone, ordinary writing is left alone, and offsets lead back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seleto.lib.text.fold import fold, fold_aligned
from seleto.lib.text.reading import read


@pytest.mark.parametrize(
    ("written", "as_read"),
    [
        ("Ｒ＄ １２", "R$ 12"),
        ("①②.⑨⑨⓪", "12.990"),
        ("❶❷ mil", "12 mil"),
        ("𝟏𝟐.𝟗𝟗𝟎 𝐫𝐞𝐚𝐢𝐬", "12.990 reais"),
        ("¹²·⁹⁹⁰", "12·990"),
        ("10⁴ reais", "10000 reais"),
        ("10^4 reais", "10000 reais"),
        ("p\u200bre\u200dço", "preço"),
        ("pre\u00adço", "preço"),
        ("p\u0336r\u0336e\u0336c\u0336o\u0336", "preco"),
        ("1️⃣2️⃣ mil 🔟", "12 mil 10"),
        ("9.500 rеаıs", "9.500 reais"),
        ("ρix", "pix"),
        ("🅿🅸🆇", "PIX"),
        ("R&#36; 12", "R$ 12"),
        ("&amp;#82;$ 5", "R$ 5"),
        ("p4rc3l4m0s", "parcelamos"),
        ("d3z m1l r3a!s", "dez mil reais"),
        ("b0l3t0 à v1sta", "boleto à vista"),
        ("l2.9OO", "12.900"),
        ("R $ 12 . 990", "R$ 12.990"),
        ("12 990 reais", "12990 reais"),
        ("18'900", "18900"),
        ("1 2 . 9 9 0", "12.990"),
        ("1-2-9-9-0", "12990"),
        ("d o z e m i l", "doze mil"),
        ("d.o.z.e m_i_l", "doze mil"),
        ("d\no\nz\ne mil", "doze mil"),
        ("f r e t e   f r e e", "frete   free"),
        ("fre-te gra.tis", "frete gratis"),
        ("des conto", "desconto"),
        ("do ze mi l", "doze mil"),
        ("gratiiiis", "gratis"),
        ("R$\n12.990", "R$ 12.990"),
        ("12.\n990", "12.990"),
        ("doze\nmil\nreais", "doze mil reais"),
        ("UiQgMTIuOTkw", "R$ 12.990"),
        ("c3VhIGVudHJhZGE=", "sua entrada"),
    ],
)
def test_a_disguise_reads_as_what_it_says(written: str, as_read: str) -> None:
    assert read(written).text == as_read


@pytest.mark.parametrize(
    "text",
    [
        "FB300 e SE3000: 300 a 350/h, cuba de 25l, 1,5 CV, 10x100 g",
        "facas de 7, 15, 23, 31 e 47 mm",
        "SmartPro com InterPlast, inox 304, NR-12",
        "CNPJ 11.222.333/0001-81, CEP 12990-000, fone 11 90000-0001",
        "2 x 1 e 3 a 4",
        "kkkkk 12kkk",
        "1. Nome\n2. Cidade\n3. Produto",
        "https://seleto.example/fb700?x=1 contato@seleto.example",
        "a FB700\n700 por hora",
        "vou te passar pro consultor da sua região",
        "São José dos Pinhais, coração, pôr-do-sol, bem-te-vi",
        "R$ 12.990,00",
    ],
)
def test_ordinary_writing_is_left_as_it_is(text: str) -> None:
    assert read(text).text == text


def test_offsets_lead_back_to_the_original() -> None:
    text = "x 1️⃣2️⃣ mil"
    reading = read(text)

    at = reading.text.index("12")

    assert text[slice(*reading.span(at, at + 2))] == "1️⃣2️⃣"


def test_a_joined_word_covers_all_its_pieces() -> None:
    text = "é d o z e, viu"
    reading = read(text)

    at = reading.text.index("doze")

    assert text[slice(*reading.span(at, at + 4))] == "d o z e"


def test_an_empty_range_gives_an_empty_span() -> None:
    assert read("abc").span(1, 1) == (1, 1)
    assert read("").span(0, 0) == (0, 0)


@given(st.text(max_size=200))
def test_reading_any_text_keeps_its_map(text: str) -> None:
    reading = read(text)

    assert len(reading.text) == len(reading.starts) == len(reading.ends) == len(reading.folded)
    assert all(0 <= start < end <= len(text) for start, end in zip(reading.starts, reading.ends, strict=True))
    assert list(reading.starts) == sorted(reading.starts)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ABC,.", max_size=80))
def test_lower_case_words_longer_than_their_pieces_are_not_invented(text: str) -> None:
    assert len(read(text).text) <= len(text)


@pytest.mark.parametrize(("text", "folded"), [("Preço À VISTA", "preco a vista"), ("ÇÑß", "cnss"), ("", "")])
def test_fold_drops_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=100))
def test_aligned_folding_keeps_every_offset(text: str) -> None:
    assert len(fold_aligned(text)) == len(text)
