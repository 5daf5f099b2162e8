from decimal import Decimal
from pathlib import Path

import pytest

from knowledge import catalogue

FAMILY = '<familia id="x" nome="X" dono="Alguém" revisao="2026-01-31" fonte="Teste">{}</familia>'
PRODUCT = '<produto codigo="{code}" nome="N" disponivel="sim"><descricao>Máquina</descricao>{body}</produto>'


def write(folder: Path, body: str) -> Path:
    (folder / "x.xml").write_text(FAMILY.format(body), encoding="utf-8")
    return folder


def test_the_shipped_catalogue_holds_every_product_once() -> None:
    codes = [product.code for product in catalogue.shipped_products()]

    assert sorted(codes) == sorted(
        "FBM100 FB300 FB700 SMARTPRO SE3000 SE6000 CT200 FS150 ENS15 ENS30 EPE1200 LINHA_FB700 LINHA_ESPETO "
        "MIX25 MIX70 MIX140 MIX210".split()
    )


def test_every_machine_is_inox_304_with_six_months_of_warranty() -> None:
    for product in catalogue.shipped_products():
        material, warranty = product.attribute("material"), product.attribute("garantia_meses")
        assert material is not None
        assert "inox 304" in material.text
        assert warranty is not None
        assert warranty.low == warranty.high == 6


def test_only_the_skewer_line_is_unavailable() -> None:
    assert [product.code for product in catalogue.shipped_products() if not product.available] == ["LINHA_ESPETO"]


def test_commercial_conditions_are_internal() -> None:
    internal = [article for article in catalogue.shipped_articles() if not article.sayable]

    assert [article.id for article in internal] == ["linhafb700.condicoes"]


def test_bounds_and_values_are_numbers() -> None:
    products = {product.code: product for product in catalogue.shipped_products()}
    knives, motor = products["CT200"].attribute("facas_mm"), products["SMARTPRO"].attribute("motor_cv")

    assert knives is not None
    assert motor is not None
    assert knives.values == (Decimal(7), Decimal(15), Decimal(23), Decimal(31), Decimal(47))
    assert motor.high == Decimal("0.75")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (PRODUCT.format(code="A1", body="") * 2, "duas vezes"),
        (PRODUCT.format(code="A1", body='<atributo nome="sabor">doce</atributo>'), "atributo desconhecido"),
        (PRODUCT.format(code="A1", body='<atributo nome="motor_cv" max="um">1</atributo>'), "número ilegível"),
        (PRODUCT.format(code="A1", body='<artigo id="a.b" titulo="T"></artigo>'), "sem texto"),
        (PRODUCT.format(code="A1", body='<artigo titulo="T">Texto</artigo>'), "sem id"),
        ('<artigo id="a.b" titulo="T" produtos="ZZ9">Texto</artigo>', "produto desconhecido"),
        ('<artigo id="a.b" titulo="T" uso="talvez">Texto</artigo>', "uso deve ser"),
        ('<artigo id="a.b" titulo="T">Texto</artigo>' * 2, "duas vezes"),
        ("<produto", "malformado"),
        ('<produto codigo="A1" nome="N" disponivel="talvez"/>', "disponivel deve ser"),
    ],
)
def test_a_broken_source_is_refused_with_its_place(tmp_path: Path, body: str, says: str) -> None:
    with pytest.raises(catalogue.CatalogueError, match=says):
        catalogue.load(write(tmp_path, body))


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><familia>&e;</familia>')

    with pytest.raises(ValueError, match=r"(?i)entit"):
        catalogue.load(tmp_path)
