"""What Seleto sells, as plain values: the shipped catalogue read from ``prompts/equipamentos/*.xml``.

The same values feed the search, the guardrails' contradiction rule and the seed of the tables, so that an answer
and its check never come from two places. Facts: ``domain.md``, "Catalogue"; ids: ``eval/README.md`` section 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.ElementTree import ParseError, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCES = Path(__file__).resolve().parent.parent / "prompts" / "equipamentos"

# Every slug an attribute may have, with its name for people; a list attribute (`incluso`, `opcional`) stands
# several times, once per item.
ATTRIBUTE_LABELS = {
    "producao_hora": "produção por hora",
    "producao_dia": "produção por dia",
    "producao_kg_hora": "produção em kg por hora",
    "cuba_kg": "cuba (kg)",
    "cuba_l": "cuba (L)",
    "reservatorio_kg": "reservatório (kg)",
    "capacidade_kg": "capacidade (kg)",
    "volume_l": "volume (L)",
    "massa_kg": "massa por batida (kg)",
    "motor_cv": "motor (cv)",
    "tensao": "tensão (V)",
    "moldes": "moldes que acompanham",
    "diametro_cm": "diâmetro (cm)",
    "espessura_mm": "espessura (mm)",
    "facas_mm": "facas (mm)",
    "velocidades": "velocidades",
    "bicos": "bicos",
    "esteira_cm": "esteira (cm)",
    "peso_variacao_g": "variação de peso (g)",
    "empilha": "empilhamento",
    "garantia_meses": "garantia (meses)",
    "tipo": "tipo",
    "material": "material",
    "incluso": "incluso",
    "opcional": "opcional",
}


class CatalogueError(ValueError):
    """A source file breaks the format; the message names the file and the element."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One fact in a form a rule can compare. A missing bound is open; ``values`` lists the only ones allowed."""

    name: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    values: tuple[Decimal, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One product. ``description`` and ``aliases`` are how people name it besides its code."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    available: bool = True
    attributes: tuple[Attribute, ...] = ()
    description: str = ""

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute of that slug, None when the product has none."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """One citable statement. ``products`` is empty for what holds for all machines or for the company.

    ``attributes`` are the slugs the text tells about. What is not ``sayable`` never reaches a brief or a result.
    """

    id: str
    title: str
    text: str
    products: tuple[str, ...] = ()
    sayable: bool = True
    attributes: tuple[str, ...] = ()
    owner: str = ""
    source: str = ""
    reviewed_on: date | None = None

    @property
    def product(self) -> str:
        """The first product's code, empty for a general article."""
        return self.products[0] if self.products else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    products: tuple[ProductFacts, ...]
    articles: tuple[ArticleFacts, ...]


@cache
def shipped() -> Catalogue:
    """The catalogue of the source files, read once per process. Raises `CatalogueError`."""
    return load(SOURCES)


def shipped_products() -> tuple[ProductFacts, ...]:
    return shipped().products


def shipped_articles() -> tuple[ArticleFacts, ...]:
    return shipped().articles


def load(folder: Path) -> Catalogue:
    """Read every family file of a folder, in order of file name. Raises `CatalogueError`."""
    products: dict[str, ProductFacts] = {}
    articles: dict[str, ArticleFacts] = {}
    for path in sorted(folder.glob("*.xml")):
        family = _root(path)
        for element in family.findall("produto"):
            product = _product(element, path)
            if product.code in products:
                raise CatalogueError(f"{path.name}: o produto {product.code} aparece duas vezes")
            products[product.code] = product
        for article in _articles(family, path):
            if article.id in articles:
                raise CatalogueError(f"{path.name}: o artigo {article.id} aparece duas vezes")
            articles[article.id] = article
    for article in articles.values():
        if unknown := set(article.products) - products.keys():
            raise CatalogueError(f"o artigo {article.id} cita produto desconhecido: {', '.join(sorted(unknown))}")
    return Catalogue(tuple(products.values()), tuple(articles.values()))


def _root(path: Path) -> "Element":
    try:
        root = parse(path).getroot()
    except ParseError as error:
        raise CatalogueError(f"{path.name}: XML malformado") from error
    if root is None or root.tag != "familia":
        raise CatalogueError(f"{path.name}: o elemento raiz deve ser <familia>")
    return root


def _product(element: "Element", path: Path) -> ProductFacts:
    available = _required(element, "disponivel", path)
    if available not in ("sim", "nao"):
        raise CatalogueError(f"{path.name}: disponivel deve ser sim ou nao")
    return ProductFacts(
        code=_required(element, "codigo", path),
        name=_required(element, "nome", path),
        aliases=tuple(_text(alias) for alias in element.findall("apelido")),
        available=available == "sim",
        attributes=tuple(_attribute(child, path) for child in element.findall("atributo")),
        description=_text(element.find("descricao")),
    )


def _attribute(element: "Element", path: Path) -> Attribute:
    name = _required(element, "nome", path)
    if name not in ATTRIBUTE_LABELS:
        raise CatalogueError(f"{path.name}: atributo desconhecido: {name}")
    return Attribute(
        name=name,
        low=_number(element.get("min"), path),
        high=_number(element.get("max"), path),
        unit=element.get("unidade", ""),
        values=tuple(
            value for item in element.get("valores", "").split() if (value := _number(item, path)) is not None
        ),
        text=_text(element),
    )


def _articles(family: "Element", path: Path) -> Iterator[ArticleFacts]:
    for parent in (*family.findall("produto"), family):
        for element in parent.findall("artigo"):
            use = element.get("uso", "dizer")
            if use not in ("dizer", "interno"):
                raise CatalogueError(f"{path.name}: uso deve ser dizer ou interno")
            text = _text(element)
            if not text:
                raise CatalogueError(f"{path.name}: artigo {element.get('id')} sem texto")
            own = parent.get("codigo")
            yield ArticleFacts(
                id=_required(element, "id", path),
                title=_required(element, "titulo", path),
                text=text,
                products=(own,) if own else tuple(element.get("produtos", "").split()),
                sayable=use == "dizer",
                attributes=tuple(element.get("atributos", "").split()),
                owner=family.get("dono", ""),
                source=family.get("fonte", ""),
                reviewed_on=date.fromisoformat(_required(family, "revisao", path)),
            )


def _required(element: "Element", name: str, path: Path) -> str:
    value = element.get(name, "").strip()
    if not value:
        raise CatalogueError(f"{path.name}: <{element.tag}> sem {name}")
    return value


def _number(raw: str | None, path: Path) -> Decimal | None:
    if raw is None:
        return None
    try:
        return Decimal(raw)
    except InvalidOperation as error:
        raise CatalogueError(f"{path.name}: número ilegível: {raw}") from error


def _text(element: "Element | None") -> str:
    return " ".join((element.text or "").split()) if element is not None else ""
