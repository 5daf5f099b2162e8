"""Which products a question is about: by code, by name, by description, by number, by "the biggest".

Everything is derived from the catalogue's values: a family is the products whose description starts with the same
word, and what tells its members apart are their other words and their figures.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from knowledge.catalogue import ProductFacts
from knowledge.search.index import Synonyms
from knowledge.search.topics import BURGER_LIKE, LEAST, MOST, asks_for_a_book
from knowledge.search.words import distance, in_digits, is_filler, normalise, stem, words
from seleto.lib.text.numbers import Kind, Quantity, find_quantities

_CODE = re.compile(r"([a-z_]+?)_?(\d+)$")
_LOOSE = re.compile(r"(?<![a-z0-9])([a-z]{2,4})[ \-.]{0,2}(\d{2,3}(?:[.]?\d{3})?)(?![0-9])")
_BARE = re.compile(
    r"(?<![a-z0-9])(?:a|da|na|pra|e|ou|essa|dessa) (\d{3,4})(?![\d.,]|\w| ?(?:kg|g|mm|cm|l|por|hamb|burg"
    r"|lanch|pec|unid|espet|disc|/))"
)
# "210 é 2 cv" is two figures, "210 e 2" would be one.
_IS = re.compile(r"\b(?:é|eh)\b", re.IGNORECASE)
_HOURS_PER_DAY = 8
# "45 mil em 8 horas", "20 mil num turno".
_IN_HOURS = re.compile(
    r"\b(?:em|por|d[eo]) ([1-9]|1\d|2[0-4]) ?h(?:oras?|s|rs)?\b|\b(?:num|no|por|em um) (?:turno|jornada)\b"
)
_MORE_THAN = re.compile(r"\b(maior(es)?|superior(es)?|acima|mais larg[oa]) (do )?(que|de|a) (uns )?$")
_MORE = Decimal("0.01")
_WORK_DAYS = {"semana": 5, "mes": 22}
_VOLTS = frozenset({110, 127, 220, 380})
# Figures a bigger machine meets too; any other figure must be met exactly or lie in the stated range.
_REACHES = ("producao", "diametro")
_SIZES = ("volume", "massa", "capacidade")
# Of a burger's weight the catalogue tells only how it varies, by few grams; no attribute holds the weight itself.
_VARIES_TO_G = 20
_WEIGHT = "peso_hamburguer_g"
_WITHOUT_AIR = re.compile(
    r"\b(sem|nao (usa|precisa|depende|leva|tem|gasta|funciona com))( de| usar)? (ar|compressor|pneum\w*)\b"
)
_OF_AIR = frozenset(map(stem, ("ar", "comprimido", "compressor", "pneumatica", "pneumatico")))
# "Tira" cuts no strips here.
_YIELDS = re.compile(r"(?<!\bem )\btir(a|ar|am|o|amos|ando)\b(?! de\b)")
# Said of a line, "forma" is what it does, no former beside it.
_FORMS = re.compile(r"\bforma(r|m|ndo)?\b")
_FORMER = re.compile(r"\b(formador|modelador|moldador|hamburgueir)")
_WORK_HOUR = re.compile(r"\bhora\b")


@dataclass(frozen=True, slots=True)
class Found:
    """``named`` were said by code or name; ``family`` by description; ``fitting`` follow from a figure or superlative.

    ``rest`` is the folded question without product names and quantities; ``asked`` the attributes figures speak of.
    """

    named: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    fitting: tuple[str, ...] = ()
    rest: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def codes(self) -> tuple[str, ...]:
        """All products in order of certainty, the named ones first."""
        return tuple(dict.fromkeys((*self.named, *self.fitting, *self.family)))


@dataclass(slots=True)
class _Families:
    heads: dict[str, list[str]] = field(default_factory=dict)
    telling: dict[str, set[str]] = field(default_factory=dict)  # stem -> products whose words hold it
    own: dict[str, str] = field(default_factory=dict)  # stem that only one family uses -> its head


class ProductReader:
    """Reads questions against one catalogue; build once, use often."""

    def __init__(self, products: Sequence[ProductFacts], synonyms: Synonyms | None = None) -> None:
        self._synonyms = synonyms or Synonyms({})
        self._products = {product.code: product for product in products}
        self._codes = [(_code_pattern(code), code) for code in sorted(self._products, key=len, reverse=True)]
        self._names = sorted(
            (
                (re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"), product.code)
                for product in products
                for name in _names(product)
            ),
            key=lambda pair: len(pair[0].pattern),
            reverse=True,
        )
        numbers = Counter(match[2] for code in self._products if (match := _CODE.match(code.lower())))
        self._by_number = {
            match[2]: (match[1], code)
            for code in self._products
            if (match := _CODE.match(code.lower())) and numbers[match[2]] == 1 and len(match[2]) >= 3
        }
        # "FB700" and "LINHA_FB700": the bare number means the shorter code.
        for code in sorted(self._products, key=len, reverse=True):
            if (match := _CODE.match(code.lower())) and len(match[2]) >= 3:
                self._by_number[match[2]] = (match[1], code)
        self._families = _families(products)
        self.default_head = max(self._families.heads, key=lambda head: len(self._families.heads[head]), default="")

    def read(self, question: str) -> Found:
        """What `question` says about products; pure, in time linear to its length."""
        folded = normalise(question)
        named, rest = self._take_named(folded)
        quantities = [
            quantity
            for quantity in find_quantities(_IS.sub(lambda match: ",".ljust(len(match.group())), question))
            if quantity.kind is not Kind.MODEL and rest[quantity.start : quantity.end].strip()
        ]
        rest = _without(rest, quantities)
        plain = words(_YIELDS.sub(" ", rest))
        stems = {stem(word) for word in plain} | set(self._synonyms.stems(plain))
        sizes = [quantity for quantity in quantities if not _is_exceeded(folded, quantity)]
        family = self._family(rest, stems, sizes, set(named))
        scope = named or family
        fitting, asked = self._fitting(folded, rest, quantities, scope)
        if not fitting and (MOST.search(rest) or LEAST.search(rest)):
            fitting = self._extreme(rest, named or self._family(rest, stems, (), set()))
        return Found(tuple(named), tuple(family), tuple(fitting), rest, asked)

    def _take_named(self, folded: str) -> tuple[list[str], str]:
        """Products said by code or name, in order of appearance, and the text with them blanked."""
        found: list[tuple[int, str]] = []
        rest = in_digits(folded, self._by_number)
        for pattern, code in (*self._codes, *self._names):
            for match in pattern.finditer(rest):
                found.append((match.start(), code))
            rest = pattern.sub(lambda match: " " * len(match.group()), rest)
        for match in (*_LOOSE.finditer(rest), *_BARE.finditer(rest)):
            groups = match.groups()
            letters, number = ("", groups[0]) if len(groups) == 1 else groups
            known = self._by_number.get(number.replace(".", ""))
            if known and (not letters or distance(letters, known[0], 1) <= 1):
                found.append((match.start(), known[1]))
                rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]
        return list(dict.fromkeys(code for _, code in sorted(found))), rest

    def _family(self, rest: str, stems: set[str], quantities: Sequence[Quantity], named: set[str]) -> list[str]:
        """Products of the described families, narrowed by what tells the members apart."""
        known = self._families
        if _WITHOUT_AIR.search(rest):
            stems = (stems - _OF_AIR) | {stem("eletrica")}
        if asks_for_a_book(rest):
            stems = stems - {"manual"}
        heads = [head for head in known.heads if head in stems and not named & set(known.heads[head])]
        # "Linha de misturadores": a range, not a line.
        heads = [head for head in heads if not _is_range_of(rest, head, heads)]
        if len(heads) > 1 and _FORMS.search(rest) and not _FORMER.search(rest):
            heads = [head for head in heads if head != self.default_head]
        if not named:
            heads += [head for word in sorted(stems) if (head := known.own.get(word)) and head not in heads]
        default = set(known.heads.get(self.default_head, ()))
        if not heads and not named and any(known.telling.get(word, set()) & default for word in stems):
            heads = [self.default_head]
        found: list[str] = []
        for head in heads:
            members = known.heads[head]
            members = _told(members, [known.telling[word] for word in sorted(stems) if word in known.telling])
            members = self._of_size(members, quantities) or members
            found += [code for code in members if code not in found]
        return found

    def _of_size(self, members: Sequence[str], quantities: Sequence[Quantity]) -> list[str]:
        """Members with exactly a said size ("misturador de 70 litros", "ensacadeira de 30")."""
        found = []
        for quantity in quantities:
            slugs = {
                Kind.VOLUME: ("volume_l", "cuba_l"),
                Kind.MASS: ("massa_kg", "capacidade_kg"),
                Kind.PLAIN: ("volume_l", "capacidade_kg", "massa_kg"),
            }.get(quantity.kind, ())
            if quantity.period:
                continue
            for slug in slugs:
                exact = [code for code in members if self._matches(code, slug, quantity.high) == 2]
                if exact and len(exact) < len(members):
                    found += exact
                    break
        return found

    def _fitting(
        self, folded: str, rest: str, quantities: Sequence[Quantity], scope: Sequence[str]
    ) -> tuple[list[str], frozenset[str]]:
        """Products that meet a figure; within `scope` when it can be met there, else anywhere."""
        found: list[str] = []
        asked: set[str] = set()
        for quantity in quantities:
            slugs, value = self._meaning(folded, rest, quantity)
            daily_kilos = slugs == {"producao_kg_hora"} and quantity.period == "dia"
            if not slugs or (daily_kilos and not any(self._products[code].attribute(*slugs) for code in scope)):
                continue
            if _is_exceeded(folded, quantity):
                value += _MORE
            asked |= slugs
            inside = self._meet(slugs, value, scope, (*_REACHES, *_SIZES) if len(scope) > 1 else ())
            elsewhere = [code for code in self._products if code not in scope]
            free = not scope or any(slug.startswith(_REACHES) for slug in slugs)
            outside = self._meet(slugs, value, elsewhere, _REACHES) if free and not inside else []
            found += inside or outside
        return list(dict.fromkeys(found)), frozenset(asked)

    def _meet(self, slugs: Iterable[str], value: Decimal, codes: Sequence[str], reaches: tuple[str, ...]) -> list[str]:
        """Exact figures first, then ranges that hold the value, then the smallest maximum above it.

        `reaches` are the attributes of which a bigger one serves too; what no machine reaches gives the biggest.
        """
        graded = [(self._matches(code, slug, value), code, slug) for slug in sorted(slugs) for code in codes]
        for grade in (2, 1):
            if hits := [code for got, code, _ in graded if got == grade]:
                return hits
        above = [
            (attribute.high, code)
            for got, code, slug in graded
            if slug.startswith(reaches)
            and (attribute := self._products[code].attribute(slug))
            and attribute.high is not None
            and self._products[code].available
        ]
        enough = [pair for pair in above if pair[0] >= value]
        return [min(enough)[1]] if enough else [max(above)[1]] if above else []

    def _matches(self, code: str, slug: str, value: Decimal) -> int:
        """2 = this very figure, 1 = within the stated range, 0 = neither."""
        attribute = self._products[code].attribute(slug)
        if attribute is None:
            return 0
        if value in (attribute.low, attribute.high) or value in attribute.values:
            return 2
        inside = attribute.low is not None and attribute.high is not None and attribute.low <= value <= attribute.high
        return int(inside)

    def _meaning(self, folded: str, rest: str, quantity: Quantity) -> tuple[set[str], Decimal]:
        """Which attributes a figure may speak of, and its value in their unit; none when it tells nothing."""
        value, unit = quantity.high, quantity.unit
        hourly = quantity.period == "hora" or (not quantity.period and _WORK_HOUR.search(folded) is not None)
        if quantity.kind in (Kind.PIECES, Kind.RATE) and unit != "kg":
            if not quantity.period and (hours := _IN_HOURS.search(folded)):
                return {"producao_hora"}, value / (int(hours[1]) if hours[1] else _HOURS_PER_DAY)
            if days := _WORK_DAYS.get(quantity.period):
                return {"producao_hora"}, value / days / _HOURS_PER_DAY
            if quantity.period == "dia":
                top = max(
                    (a.high or Decimal(0) for p in self._products.values() if (a := p.attribute("producao_dia"))),
                    default=Decimal(0),
                )
                return ({"producao_dia"}, value) if value <= top else ({"producao_hora"}, value / _HOURS_PER_DAY)
            return ({"producao_hora"}, value) if hourly else (set(), value)
        if quantity.kind is Kind.MASS and unit in ("kg", "g"):
            if quantity.period:
                shift = {"hora": 1, "dia": _HOURS_PER_DAY}.get(quantity.period)
                return ({"producao_kg_hora"}, value / shift) if shift else (set(), value)
            cargo = {"massa_kg", "capacidade_kg", "reservatorio_kg", "cuba_kg"}
            return (
                (cargo, value) if unit == "kg" else ({"peso_variacao_g" if value <= _VARIES_TO_G else _WEIGHT}, value)
            )
        if quantity.kind is Kind.LENGTH and unit in ("mm", "cm"):
            return _length(rest, value, unit)
        if quantity.kind is Kind.VOLUME and unit == "l":
            return {"cuba_l", "volume_l"}, value
        if quantity.kind is Kind.POWER:
            return (
                ({"tensao"}, value)
                if unit == "v"
                else ({"motor_cv"}, value)
                if unit in ("cv", "hp")
                else (set(), value)
            )
        if quantity.kind is Kind.PLAIN and value in _VOLTS and not quantity.period:
            return {"tensao"}, value
        return set(), value

    def _extreme(self, rest: str, scope: Sequence[str]) -> list[str]:
        """The biggest or smallest of the scope (default: the largest family) in what the question measures."""
        codes = list(scope) if len(scope) > 1 else [] if scope else self._families.heads.get(self.default_head, [])
        slugs: tuple[str, ...] = ("producao_hora", "volume_l", "capacidade_kg", "producao_kg_hora")
        if not scope and re.search(
            r"\bdiametro|\blarg|\bxis\b|\b(tamanho|maior|grande) (?!maq|form|equip)(\w+ )?(hamb|burg|disc|lanch)", rest
        ):
            slugs, codes = ("diametro_cm",), list(self._products)
        elif re.search(r"\bcuba|\blitr", rest):
            slugs = ("cuba_l", *slugs)
        elif re.search(r"\bmotor|\bcv\b|\bpoten|\bforte", rest):
            slugs = ("motor_cv", *slugs)
        pick = max if MOST.search(rest) else min
        for slug in slugs:
            sized = [
                (attribute.high, code)
                for code in codes
                if (attribute := self._products[code].attribute(slug)) and attribute.high is not None
            ]
            if sized:
                return [pick(sized)[1]]
        return []


def _is_exceeded(folded: str, quantity: Quantity) -> bool:
    """Whether more than the figure is wanted: "maior que 140 litros"."""
    return _MORE_THAN.search(folded, max(quantity.start - 20, 0), quantity.start) is not None


def _is_range_of(rest: str, head: str, heads: Iterable[str]) -> bool:
    """Whether a family's word only introduces another family's: "a linha de misturadores"."""
    of = re.search(rf"\b{head}\w* d[eo]s? (\w+)", rest)
    return of is not None and (stem(of[1]) in heads or of[1].startswith(("equipament", "maquin", "produt")))


def _told(members: list[str], tellings: Iterable[set[str]]) -> list[str]:
    """The members every telling word fits; of words no one member fits together, those that fit any of them."""
    chosen = members
    for telling in tellings:
        fitting = [code for code in chosen if code in telling]
        other = [code for code in members if code in telling]
        if fitting:
            chosen = fitting
        elif len(other) < len(members):
            chosen = chosen + other
    return chosen


def _length(rest: str, value: Decimal, unit: str) -> tuple[set[str], Decimal]:
    in_mm = value * 10 if unit == "cm" else value
    if re.search(r"\besteira", rest):
        return {"esteira_cm"}, in_mm / 10
    if re.search(r"\bfaca|\blamin|\bcub(o|inho)|\btir(a|inha)|\bcort", rest) and in_mm < 80:
        return {"facas_mm"}, in_mm
    if in_mm < 50:
        file = re.search(r"\bfile|\bfati|\bespessur|\bgross|\bfin", rest) is not None
        return ({"espessura_mm"} if file else {"espessura_mm", "facas_mm"}), in_mm
    return {"diametro_cm"}, in_mm / 10


def _without(text: str, quantities: Iterable[Quantity]) -> str:
    """The text with every quantity blanked, its unit word kept: "quantos litros" and "25 litros" ask the same."""
    for quantity in quantities:
        span = text[quantity.start : quantity.end]
        kept = " ".join(word for word in words(span) if not word[0].isdigit() and stem(word) not in _NUMBER_WORDS)
        text = text[: quantity.start] + f"{kept[: len(span)]:<{len(span)}}" + text[quantity.end :]
    return text


_NUMBER_WORDS = frozenset(
    stem(word)
    for word in "uns umas cerca quase um uma dois duas tres quatro cinco seis sete oito nove dez cem cento duzentos "
    "trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos mil milhao meio meia".split()
)


def _code_pattern(code: str) -> re.Pattern[str]:
    """The code with any separators: "se 3.000", "fb-300", "linha automatica + fb700" for LINHA_FB700."""
    parts = []
    for part in re.findall(r"[a-z]+|\d+", code.lower()):
        if part.isdigit():
            parts.append(r"[.]?".join((part[:-3], part[-3:])) if len(part) > 3 else part)
        else:
            parts.append(
                {"linha": r"linha(?: (?:automatica|com a|com|da|de|\+|e|mais))*", "mix": r"(?:mix|mist)"}.get(
                    part, part
                )
            )
    return re.compile(r"(?<![a-z0-9])" + r"[ \-_.+]{0,3}".join(parts) + r"(?![0-9])")


def _names(product: ProductFacts) -> set[str]:
    """Names and aliases that name this product alone; single family words are left to the family reading."""
    names = {normalise(name) for name in (product.name, *product.aliases)}
    return {name for name in names if len(name) >= 3}


def _families(products: Sequence[ProductFacts]) -> _Families:
    families = _Families()
    use: dict[str, set[str]] = {}
    for product in products:
        described = [stem(word) for word in words(normalise(product.description))]
        if not described:
            continue
        head = described[0]
        families.heads.setdefault(head, []).append(product.code)
        kind = product.attribute("tipo")
        said = (product.description, kind.text if kind else "", *product.aliases)
        told = {stem(word): word for text in said for word in words(normalise(text))}
        for word, whole in told.items():
            if not is_filler(whole) or word == "manual":
                families.telling.setdefault(word, set()).add(product.code)
                use.setdefault(word, set()).add(head)
    heads = set(families.heads)
    families.own = {
        word: next(iter(users))
        for word, users in use.items()
        if len(users) == 1 and word not in heads and not BURGER_LIKE.match(word) and not word[0].isdigit()
    }
    return families
