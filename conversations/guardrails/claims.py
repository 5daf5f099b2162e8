"""What a statement about a product is about: which products, and what the words near it speak of."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from decimal import Decimal

from conversations.guardrails.patterns import Matcher, phrases
from conversations.guardrails.products import Mention, names_of
from conversations.guardrails.sheet import Sheet
from knowledge.catalogue import Attribute, ProductFacts
from seleto.lib.text.numbers import Quantity

_WORDS: Matcher[str] = Matcher(
    phrases(
        "holds",
        """
        cuba|cubas|reservatorio|reservatorios|tanque|recipiente|tacho|bacia
        #mass de massa
        capacidade de
        comporta|cabe|cabem|carrega|bate|mistura|misturam|aguenta|leva|levam|suporta|aceita
        """,
    )
    + phrases("warranty", "garantia|garantias|garantido|garantida")
    + phrases(
        "claims",
        """
        faz|fazem|produz|produzem|rende|rendem|forma|formam|corta|cortam|entrega|chega|alcanca|atinge|tira|solta|
        gira|bate|vai
        producao|capacidade|ritmo
        """,
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
        "opcional|opcionais|separado|separada|avulso|avulsa|extra\na parte\npor fora\n"
        "nao _1 vem|acompanha|inclui|tem|incluso|possui|traz",
    )
)


_THE = frozenset("o os do no ao pro um nosso".split())


class Claims:
    """The products a reply names and the roles of its words; shared by all checks of one reply."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.everything = sheet.context.products
        self.mentions = sorted([*sheet.mentions, *self._sized()], key=lambda mention: mention.first)
        self.firsts = [mention.first for mention in self.mentions]
        self.ends = [mention.end for mention in self.mentions]
        self.named = {at for mention in self.mentions for at in range(mention.first, mention.end)}
        asked = names_of(self.everything).find(sheet.lead.words)
        spoken = {product.code: product for mention in asked for product in mention.products}
        self.asked_about = tuple(spoken.values()) if len(spoken) == 1 else ()
        self.roles: dict[int, set[str]] = {}
        for hit in sheet.find(_WORDS):
            self.roles.setdefault(hit.first, set()).add(hit.owner)

    def _sized(self) -> Iterator[Mention]:
        """ "o de 25 L": a machine that goes by its volume, when the family was not said just before."""
        words = self.sheet.words
        for at in range(2, len(words)):
            size = words[at].quantity
            if size is None or size.unit != "l" or words[at - 1].text != "de" or words[at - 2].text not in _THE:
                continue
            owners = tuple(product for product in self.everything if within(product, "volume_l", size.low, size.high))
            if owners:
                yield Mention(at - 1, at + 1, owners)

    def stated(self, at: int) -> bool:
        return not (self.sheet.asks(at) or self.sheet.declined(at) or self.sheet.words[at].quoted)

    def mention_before(self, at: int) -> Mention | None:
        place = bisect_right(self.ends, at)
        return self.mentions[place - 1] if place else None

    def mention_after(self, at: int) -> Mention | None:
        place = bisect_right(self.firsts, at)
        return self.mentions[place] if place < len(self.mentions) else None

    def subjects(self, at: int) -> tuple[ProductFacts, ...]:
        """The products nearest before word `at`, else named right after it, else those the lead asked about."""
        after = self.mention_after(at)
        clause = self.sheet.clause(at)
        before = self.mention_before(at)
        if after is not None and after.first < clause.stop and after.first - at <= 5:
            if before is None or before.first < clause.start:
                return after.products
            return ()
        if before is not None:
            return before.products + self._joined_to(before)
        return self.asked_about

    def _joined_to(self, mention: Mention) -> tuple[ProductFacts, ...]:
        """ "a linha automática com a FB700", "FB300 e FB700": what is said holds of the two together or of either."""
        other = self.mention_before(mention.first)
        if other is None or mention.first - other.end > 3:
            return ()
        joined = any(self.sheet.is_any(at, "com", "mais", "e", "ou") for at in range(other.end, mention.first))
        return other.products if joined else ()

    def near(self, at: int, role: str, reach: int = 6) -> bool:
        clause = self.sheet.clause(at)
        around = range(max(clause.start, at - reach), min(clause.stop, at + 4))
        return any(role in self.roles.get(index, ()) for index in around)

    def refused(
        self, at: int, refuses: Callable[[ProductFacts], bool], products: tuple[ProductFacts, ...] | None = None
    ) -> bool:
        subjects = self.subjects(at) if products is None else products
        return bool(subjects) and all(refuses(product) for product in subjects)


def has(product: ProductFacts, slugs: tuple[str, ...]) -> bool:
    return any(product.attribute(slug) is not None for slug in slugs)


def bounds(attribute: Attribute, low: Decimal, high: Decimal) -> bool:
    if attribute.values:
        return low in attribute.values and high in attribute.values
    return (attribute.low is None or low >= attribute.low) and (attribute.high is None or high <= attribute.high)


def within(product: ProductFacts, slug: str, low: Decimal, high: Decimal) -> bool:
    attribute = product.attribute(slug)
    return attribute is not None and bounds(attribute, low, high)


def differs(product: ProductFacts, slugs: tuple[str, ...], quantity: Quantity) -> bool:
    """The product has at least one of the attributes and none of them allows the quantity."""
    own = [attribute for slug in slugs if (attribute := product.attribute(slug)) is not None]
    return bool(own) and not any(bounds(attribute, quantity.low, quantity.high) for attribute in own)
