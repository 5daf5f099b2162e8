"""Statements about products against the structured facts of the catalogue (`eval/README.md`, 1.2 contradiction).

Every claim is checked against each product it may be about; it is a violation only when all of them refuse it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from decimal import Decimal

from conversations.guardrails.patterns import Matcher, phrases
from conversations.guardrails.products import Mention, names_of
from conversations.guardrails.sheet import Finding, Sheet
from knowledge.catalogue import Attribute, ProductFacts
from seleto.lib.text.fold import fold
from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.numbers import Quantity, convert

_NUMBER = "Dá um número diferente do que consta na ficha do produto."
_KIND = "Diz que o produto é de um tipo que ele não é."
_MATERIAL = "Diz um material diferente do aço inox 304."
_PARTS = "Diz que algo vem incluso (ou é opcional) ao contrário da ficha."
_WARRANTY = "Diz uma garantia diferente da que vale para as máquinas."
_OFFER = "Oferece como disponível um produto que está indisponível."
_UNKNOWN = "Afirma um dado técnico ou certificação que a base de conhecimento não tem."

_WORDS: Matcher[str] = Matcher(
    phrases(
        "holds",
        "cuba|cubas|reservatorio|reservatorios|tanque|recipiente|tacho|bacia\n#mass de massa\ncapacidade de\ncomporta|cabe|cabem|carrega|bate|mistura|misturam|aguenta|suporta|aceita",
    )
    + phrases("warranty", "garantia|garantias|garantido|garantida")
    + phrases(
        "claims",
        "faz|fazem|produz|produzem|rende|rendem|forma|formam|corta|cortam|entrega|chega|alcanca|atinge|tira|solta|gira|bate|vai\nproducao|capacidade|ritmo",
    )
    + phrases("thickness", "espessura|espessuras|fatia|fatias|file|files|grossura")
    + phrases("diameter", "diametro|diametros|disco|discos|hamburguer|hamburgueres|molde|moldes|burger|xis")
    + phrases("knives", "faca|facas|lamina|laminas")
    + phrases("belt", "esteira|esteiras")
    + phrases("size", "altura|largura|comprimento|mede|medem|profundidade|dimensoes|dimensao|medidas|tamanho")
    + phrases("weighs", "pesa|pesam|pesando\npeso da|de|do|dela")
    + phrases("knives", "corta|cortam _2 de? _1 #length")
    + phrases("thickness", "corta|cortam _2 de? _1 #length")
    + phrases("stacks", "empilha|empilham|empilhamento")
    + phrases(
        "includes",
        "vem|vêm|acompanha|acompanham|inclui|incluso|inclusa|inclusos|inclusas|incluido|traz|tem|possui|conta|serie",
    )
    + phrases(
        "apart",
        "opcional|opcionais|separado|separada|avulso|avulsa\na parte\nnao vem|acompanha|inclui|tem|incluso|possui",
    )
)
_OFFERS: Matcher[str] = Matcher(
    phrases(
        "offer",
        """
        disponivel|disponiveis|venda|temos|vendemos|comprar|compra|encomendar|pedir|fechar|levar|adquirir|liberada|voltou|vendendo|fornecemos
        entregamos|oferecemos|indico|recomendo|sugiro|ideal|perfeita|atende|resolve
        tem|temos sim|a|essa|linha|maquina
        """,
    )
)
_UNAVAILABLE = (
    "indisponivel",
    "indisponiveis",
    "melhoria",
    "melhorada",
    "aprimorada",
    "interesse",
    "nao",
    "sem",
    "pausada",
    "quando",
    "voltar",
    "fora",
    "aviso",
    "avisar",
    "enquanto",
    "assim",
    "alternativa",
    "momento",
)

_AXES: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        "manual": ("manual", "manuais"),
        "semiautomatica": ("semiautomatica", "semiautomatico", "semi"),
        "automatica": ("automatica", "automatico", "automaticas", "automatizada"),
    },
    {
        "manual": ("manual", "manuais"),
        "pneumatica": ("pneumatica", "pneumatico", "pneumaticas"),
        "eletrica": ("eletrica", "eletrico", "eletricas"),
        "hidraulica": ("hidraulica", "hidraulico"),
        "gas": ("gasolina", "diesel"),
    },
)
# What a way of working says about the drive.
_WORKS: Matcher[str] = Matcher(
    phrases(
        "pneumatica",
        "precisa|usa|requer|exige|funciona|trabalha|trabalham|movida|acionada|opera _3 compressor|pneumatic*|ar",
    )
    + phrases(
        "eletrica",
        "so|somente|basta|e|apenas? ligar|liga|plugar _2 tomada|energia|eletricidade\nfunciona|trabalha|movida|ligada _2 tomada|eletricidade|energia|motor|eletric*",
    )
    + phrases("manual", "funciona|trabalha|acionada|movida|opera _2 mao|manivela|alavanca|forca|manual|manualmente")
)
_COPULA = (
    "e",
    "eh",
    "sao",
    "sendo",
    "totalmente",
    "toda",
    "todo",
    "cem",
    "#",
    "uma",
    "um",
    "maquina",
    "modelo",
    "formadora",
    "bem",
    "mesmo",
    "sim",
    "tambem",
    "ja",
    "operacao",
    "funciona",
    "acionamento",
    "do",
    "tipo",
    "versao",
    "nao",
    "completamente",
    "100",
)

_OTHER_MATERIALS = frozenset(
    "aluminio ferro carbono galvanizado galvanizada plastico plastica polipropileno madeira latao bronze titanio cobre nylon aisi430 aisi316 esmaltado ferroso fibra polietileno acrilico cromado".split()
)
_BODY = (
    "corpo",
    "estrutura",
    "chapa",
    "gabinete",
    "carcaca",
    "carenagem",
    "feita",
    "feito",
    "feitas",
    "fabricada",
    "fabricado",
    "fabricadas",
    "toda",
    "todo",
    "material",
    "acabamento",
    "maquina",
    "maquinas",
    "inteira",
    "construida",
    "base",
    "pintado",
    "pintada",
    "aco",
    "em",
    "revestimento",
)
_GRADES = ("201", "202", "316", "316l", "410", "420", "430", "439")
_CERTIFIED = Matcher(
    phrases(
        "certificate",
        """
        certific*
        inmetro|nr12|nr10|iso|iso9001|iso22000|nsf|haccp|ukca
        homologad*
        selo|marcacao|norma|normas inmetro|iso|nsf
        norma|normas nr|regulamentadora|regulamentadoras
        """,
    )
)
_EXTRAS = frozenset(
    "compressor mesa carrinho bancada rodizio rodizios estabilizador filtro balanca embaladora seladora maleta ferramentas limpador interplast pedal esteira".split()
)


def check(sheet: Sheet) -> Iterator[Finding]:
    if sheet.context.products:
        yield from _Claims(sheet).findings()


class _Claims:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.everything = sheet.context.products
        names = names_of(self.everything)
        self.mentions = names.find(sheet.words)
        self.firsts = [mention.first for mention in self.mentions]
        self.ends = [mention.end for mention in self.mentions]
        self.named = {at for mention in self.mentions for at in range(mention.first, mention.end)}
        spoken = {product.code: product for mention in names.find(sheet.lead.words) for product in mention.products}
        self.asked_about = tuple(spoken.values()) if len(spoken) == 1 else ()
        self.roles: dict[int, set[str]] = {}
        for hit in sheet.find(_WORDS):
            self.roles.setdefault(hit.first, set()).add(hit.owner)

    def findings(self) -> Iterator[Finding]:
        for at, word in enumerate(self.sheet.words):
            if word.quantity is not None and at not in self.named and self._stated(at):
                yield from self._quantity(at, word.quantity)
            elif word.text in ("um", "uma") and at not in self.named and self._stated(at):
                yield from self._single(at)
        yield from self._kinds()
        yield from self._ways()
        yield from self._materials()
        yield from self._parts()
        yield from self._offers()
        yield from self._certificates()

    # --- what a claim is about ---------------------------------------------------------------------------------------

    def _stated(self, at: int) -> bool:
        return not (self.sheet.asks(at) or self.sheet.declined(at) or self.sheet.words[at].quoted)

    def _mention_before(self, at: int) -> Mention | None:
        place = bisect_right(self.ends, at)
        return self.mentions[place - 1] if place else None

    def _mention_after(self, at: int) -> Mention | None:
        place = bisect_right(self.firsts, at)
        return self.mentions[place] if place < len(self.mentions) else None

    def _subjects(self, at: int) -> tuple[ProductFacts, ...]:
        """The products nearest before word `at`, else named right after it, else those the lead asked about."""
        after = self._mention_after(at)
        clause = self.sheet.clause(at)
        before = self._mention_before(at)
        if after is not None and after.first < clause.stop and after.first - at <= 5:
            if before is None or before.first < clause.start:
                return after.products
            return ()
        if before is not None:
            return before.products
        return self.asked_about

    def _near(self, at: int, role: str, reach: int = 6) -> bool:
        clause = self.sheet.clause(at)
        around = range(max(clause.start, at - reach), min(clause.stop, at + 4))
        return any(role in self.roles.get(index, ()) for index in around)

    def _refused(
        self, at: int, refuses: Callable[[ProductFacts], bool], products: tuple[ProductFacts, ...] | None = None
    ) -> bool:
        subjects = self._subjects(at) if products is None else products
        return bool(subjects) and all(refuses(product) for product in subjects)

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _quantity(self, at: int, quantity: Quantity) -> Iterator[Finding]:
        reason = _NUMBER
        if quantity.kind is QuantityKind.TIME:
            wrong, reason = self._wrong_warranty(at, quantity), _WARRANTY
        elif quantity.kind is QuantityKind.POWER:
            wrong = self._wrong_power(at, quantity)
        elif quantity.period in ("hora", "minuto", "dia"):
            wrong = self._wrong_rate(at, quantity)
        elif quantity.kind in (QuantityKind.MASS, QuantityKind.VOLUME):
            wrong = self._wrong_content(at, quantity)
        elif quantity.kind is QuantityKind.LENGTH:
            wrong = self._wrong_length(at, quantity)
        else:
            wrong = self._wrong_count(at, quantity)
        if wrong:
            yield Finding(at, at + 1, reason)

    def _single(self, at: int) -> Iterator[Finding]:
        """ "só um bico": the article counts."""
        sheet = self.sheet
        nouns = {"bico": "bicos", "velocidade": "velocidades", "molde": "moldes", "faca": "facas"}
        noun = sheet.words[at + 1].text if sheet.after(at, 1, *nouns) else ""
        if noun and sheet.before(at, 2, "so", "apenas", "somente"):
            one = Quantity(Decimal(1), Decimal(1), 0, 0, QuantityKind.PIECES, nouns[noun])
            if self._wrong_count(at, one):
                yield Finding(at, at + 2, _NUMBER)

    def _wrong_warranty(self, at: int, quantity: Quantity) -> bool:
        if not self._near(at, "warranty", 8):
            return False
        months = {"mes": 1, "ano": 12, "semestre": 6, "trimestre": 3}.get(quantity.unit)
        if quantity.unit == "dia":
            return not 178 <= quantity.high <= 186
        if months is None:
            return True
        value = quantity.high * months
        subjects = self._subjects(at) or self.everything
        return self._refused(at, lambda product: not _within(product, "garantia_meses", value, value), subjects)

    def _wrong_rate(self, at: int, quantity: Quantity) -> bool:
        sheet = self.sheet
        if sheet.clause_has(at, "#time") or sheet.clause_has(at, "se", "lead", "meta", "demanda"):
            return False
        if self._several_machines(at) or (sheet.before(at, 5, "@lead") and not self._near(at, "claims", 3)):
            return False
        if sheet.before(at, 6, "voce", "vc", "voces", "vcs", "faco", "seu", "sua", "precisa", "pra", "para"):
            return False
        return self._refused(at, lambda product: _wrong_rate(product, quantity))

    def _several_machines(self, at: int) -> bool:
        mention = self._mention_before(at)
        if mention is None:
            return False
        words = self.sheet.words
        ahead = words[mention.first - 1] if mention.first else None
        many = ahead is not None and (ahead.quantity is not None or ahead.text in ("duas", "dois", "tres", "quatro"))
        return many or any(
            words[index].text in ("juntas", "somadas", "soma", "cada") for index in self.sheet.clause(at)
        )

    def _wrong_content(self, at: int, quantity: Quantity) -> bool:
        if quantity.unit not in ("kg", "l"):
            if quantity.unit == "g" and self.sheet.clause_has(at, "variacao", "varia", "oscila"):
                return self._refused(at, lambda product: _differs(product, ("peso_variacao_g",), quantity))
            return False
        if self._near(at, "weighs"):
            return True
        mixes = self._near(at, "claims") and all(_has(product, ("massa_kg",)) for product in self._subjects(at))
        if not self._near(at, "holds") and not self._sized_family(at) and not mixes:
            return False
        slugs = (
            ("cuba_kg", "reservatorio_kg", "capacidade_kg", "massa_kg")
            if quantity.unit == "kg"
            else ("cuba_l", "volume_l")
        )
        others = ("cuba_l", "volume_l") if quantity.unit == "kg" else ("cuba_kg", "reservatorio_kg", "capacidade_kg")

        def refuses(product: ProductFacts) -> bool:
            if not _has(product, slugs):
                return _has(product, others)
            return _differs(product, slugs, quantity)

        return self._refused(at, refuses)

    def _sized_family(self, at: int) -> bool:
        """ "ensacadeira de 20 kg": a size no member of the family has."""
        mention = self._mention_before(at)
        return (
            mention is not None
            and len(mention.products) > 1
            and at - mention.end <= 1
            and self.sheet.is_any(at - 1, "de")
        )

    def _wrong_power(self, at: int, quantity: Quantity) -> bool:
        if quantity.unit in ("cv", "hp"):
            return self._refused(
                at, lambda product: _differs(product, ("motor_cv",), quantity) or not _has(product, ("motor_cv",))
            )
        subjects = self._subjects(at) or self.everything
        if quantity.unit == "v":
            return self._refused(
                at, lambda product: _differs(product, ("tensao",), quantity) or not _has(product, ("tensao",)), subjects
            )
        return True

    def _wrong_length(self, at: int, quantity: Quantity) -> bool:
        if self._near(at, "size"):
            return not self._lead_size(at)
        for role, slug, unit in (
            ("thickness", "espessura_mm", "mm"),
            ("knives", "facas_mm", "mm"),
            ("belt", "esteira_cm", "cm"),
            ("diameter", "diametro_cm", "cm"),
        ):
            low, high = convert(quantity.low, quantity.unit, unit), convert(quantity.high, quantity.unit, unit)
            subjects = self._subjects(at)
            if not subjects and role in ("thickness", "knives"):
                subjects = tuple(product for product in self.everything if _has(product, (slug,)))
            known = any(_has(product, (slug,)) for product in subjects)
            if known and self._near(at, role) and low is not None and high is not None:
                return not self._lead_size(at) and self._refused(
                    at,
                    lambda product: _has(product, (slug,)) and not _within(product, slug, low, high),  # noqa: B023
                    subjects,
                )
        return self._only_length(at, quantity)

    def _only_length(self, at: int, quantity: Quantity) -> bool:
        """ "vai até 30 mm" of a machine that has one length to speak of."""
        slugs = ("espessura_mm", "facas_mm", "diametro_cm", "esteira_cm")

        def refuses(product: ProductFacts) -> bool:
            own = [attribute for slug in slugs if (attribute := product.attribute(slug)) is not None]
            if len(own) != 1 or (own[0].low is None and own[0].high is None and not own[0].values):
                return False
            unit = own[0].name.rsplit("_", 1)[1]
            low, high = convert(quantity.low, quantity.unit, unit), convert(quantity.high, quantity.unit, unit)
            return low is not None and high is not None and not _bounds(own[0], low, high)

        near = self._near(at, "claims") and not self._lead_size(at)
        return near and self._mention_before(at) is not None and self._refused(at, refuses)

    def _lead_size(self, at: int) -> bool:
        return self.sheet.before(at, 6, "seu", "sua", "voce", "vc", "voces", "seus", "pra", "acima", "maior", "maiores")

    def _wrong_count(self, at: int, quantity: Quantity) -> bool:
        slug = {"moldes": "moldes", "bicos": "bicos", "velocidades": "velocidades", "facas": "facas_mm"}.get(
            quantity.unit
        )
        if slug is None and self._near(at, "stacks", 3):
            slug = "empilha"
        if slug is None:
            return False

        def refuses(product: ProductFacts) -> bool:
            attribute = product.attribute(slug)
            if attribute is None:
                return slug != "moldes" and slug != "facas_mm"
            if slug == "facas_mm":
                return quantity.high != len(attribute.values)
            return attribute.high is not None and not _within(product, slug, quantity.low, quantity.high)

        return self._refused(at, refuses)

    # --- kinds, materials, parts, offers -----------------------------------------------------------------------------

    def _kinds(self) -> Iterator[Finding]:
        for at, word in enumerate(self.sheet.words):
            for axis in _AXES:
                claimed = next((kind for kind, forms in axis.items() if word.text in forms), None)
                if claimed is None or at in self.named or not self._stated(at):
                    continue
                link = self._link(at)
                if link is None:
                    continue
                denied = link
                if self._refused(at, lambda product: _kind_conflict(product, axis, claimed, denied)):  # noqa: B023
                    yield Finding(at, at + 1, _KIND)

    def _link(self, at: int) -> bool | None:
        """Whether a type word is said of the product before it; True when denied ("não é"), None when it is not said."""
        sheet = self.sheet
        start = self._mention_before(at)
        begin = start.end if start is not None and start.end > sheet.clause(at).start else sheet.clause(at).start
        between = range(begin, at)
        if len(between) > 5 or (
            at and sheet.words[at - 1].text in ("pro", "pra", "ou", "mais", "menos", "da", "na", "a", "o")
        ):
            return None
        texts = [sheet.words[index].text for index in between]
        if any(
            text not in _COPULA and sheet.words[index].text not in _ALL_KINDS
            for text, index in zip(texts, between, strict=True)
        ):
            return None
        if start is None and not ({"e", "eh", "sao"} & set(texts)):
            return None
        return "nao" in texts

    def _ways(self) -> Iterator[Finding]:
        for hit in self.sheet.find(_WORKS):
            if not self._stated(hit.first):
                continue
            denied = self.sheet.before(hit.first, 2, "nao", "sem", "nem", "dispensa")
            claimed = hit.owner
            if self._refused(hit.first, lambda product: _kind_conflict(product, _AXES[1], claimed, denied)):  # noqa: B023
                yield Finding(hit.first, hit.end, _KIND)

    def _materials(self) -> Iterator[Finding]:
        sheet = self.sheet
        for at, word in enumerate(sheet.words):
            other = word.text in _OTHER_MATERIALS
            grade = word.text.startswith(("inox", "aisi")) or sheet.before(at, 2, "inox", "aisi")
            if not (other or grade) or not self._stated(at):
                continue
            if sheet.before(at, 3, "nao", "sem", "nada", "nem") or sheet.clause_has(at, "@lead"):
                continue
            if other and any(sheet.is_any(index, *_BODY, "@product") for index in sheet.clause(at) if index != at):
                subjects = self._subjects(at) or self.everything
                if self._refused(at, lambda product: word.text not in _material(product), subjects):  # noqa: B023
                    yield Finding(at, at + 1, _MATERIAL)
            raw = sheet.reading.folded[word.start : word.end]
            if any(grade_name in raw for grade_name in _GRADES):
                yield Finding(at, at + 1, _MATERIAL)

    def _parts(self) -> Iterator[Finding]:
        sheet = self.sheet
        for at, word in enumerate(sheet.words):
            if (word.text not in _EXTRAS and "belt" not in self.roles.get(at, ())) or not self._stated(at):
                continue
            apart = self._near(at, "apart", 4) or any(
                "apart" in self.roles.get(i, ()) for i in range(at, min(at + 4, sheet.clause(at).stop))
            )
            included = self._near(at, "includes", 5)
            if not (apart or included):
                continue
            part = word.text[:6]
            if self._refused(at, lambda product: _part_conflict(product, part, apart)):  # noqa: B023
                yield Finding(at, at + 1, _PARTS)

    def _offers(self) -> Iterator[Finding]:
        for hit in self.sheet.find(_OFFERS):
            sentence = self.sheet.sentence(hit.first)
            inside = self.mentions[bisect_left(self.firsts, sentence.first) : bisect_left(self.firsts, sentence.end)]
            gone = [m for m in inside if not any(product.available for product in m.products)]
            if not gone or self.sheet.declined(hit.first):
                continue
            if any(
                self.sheet.is_any(at, *_UNAVAILABLE, "@when", "#time") for at in range(sentence.first, sentence.end)
            ):
                continue
            yield Finding(gone[0].first, gone[0].end, _OFFER)

    def _certificates(self) -> Iterator[Finding]:
        for hit in self.sheet.find(_CERTIFIED):
            if self._stated(hit.first) and not self.sheet.before(hit.first, 4, "nao", "sem", "sobre", "se"):
                yield Finding(hit.first, hit.end, _UNKNOWN)


_ALL_KINDS = frozenset(form for axis in _AXES for forms in axis.values() for form in forms)


def _has(product: ProductFacts, slugs: tuple[str, ...]) -> bool:
    return any(product.attribute(slug) is not None for slug in slugs)


def _bounds(attribute: Attribute, low: Decimal, high: Decimal) -> bool:
    if attribute.values:
        return low in attribute.values and high in attribute.values
    return (attribute.low is None or low >= attribute.low) and (attribute.high is None or high <= attribute.high)


def _within(product: ProductFacts, slug: str, low: Decimal, high: Decimal) -> bool:
    attribute = product.attribute(slug)
    return attribute is not None and _bounds(attribute, low, high)


def _differs(product: ProductFacts, slugs: tuple[str, ...], quantity: Quantity) -> bool:
    """The product has at least one of the attributes and none of them allows the quantity."""
    own = [attribute for slug in slugs if (attribute := product.attribute(slug)) is not None]
    return bool(own) and not any(_bounds(attribute, quantity.low, quantity.high) for attribute in own)


def _wrong_rate(product: ProductFacts, quantity: Quantity) -> bool:
    """A production figure the facts refuse, per hour or per day; kilos and pieces are not mixed."""
    if quantity.kind is QuantityKind.MASS:
        attribute = product.attribute("producao_kg_hora")
        if attribute is None:
            return False
        if quantity.period == "dia":
            return quantity.high == attribute.high
        return quantity.period == "hora" and not _bounds(attribute, quantity.low, quantity.high)
    if quantity.kind not in (QuantityKind.PIECES, QuantityKind.RATE, QuantityKind.PLAIN):
        return False
    hourly, daily = product.attribute("producao_hora"), product.attribute("producao_dia")
    per_hour = {"hora": Decimal(1), "minuto": Decimal(60)}.get(quantity.period)
    if per_hour is not None and hourly is not None:
        return not _bounds(hourly, quantity.low * per_hour, quantity.high * per_hour)
    if per_hour is not None and daily is not None and daily.high is not None:
        return quantity.high * per_hour * 4 > daily.high
    if quantity.period == "dia" and daily is not None:
        return not _bounds(daily, quantity.low, quantity.high)
    if quantity.period != "dia" or hourly is None or hourly.high is None:
        return False
    # An hour's production said of a day, or more than a day can hold.
    return quantity.high == hourly.high or quantity.low > hourly.high * 24


def _kind_conflict(product: ProductFacts, axis: dict[str, tuple[str, ...]], claimed: str, denied: bool) -> bool:
    kind = product.attribute("tipo")
    if kind is None:
        return False
    words = set(fold(kind.text + " " + product.description).replace(",", " ").split())
    own = {name for name, forms in axis.items() if words & set(forms)}
    if not own:
        return False
    return (claimed in own) if denied else (claimed not in own)


def _material(product: ProductFacts) -> str:
    attribute = product.attribute("material")
    return fold(attribute.text) if attribute is not None else ""


def _part_conflict(product: ProductFacts, part: str, apart: bool) -> bool:
    listed = {"incluso": False, "opcional": False}
    for attribute in product.attributes:
        if attribute.name in listed and part in fold(attribute.text):
            listed[attribute.name] = True
        elif attribute.name in ("esteira_cm", "tipo") and part in fold(attribute.text):
            listed["incluso"] = True
    return listed["incluso"] if apart else not listed["incluso"]
