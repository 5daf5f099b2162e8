"""Numbers said of products, held against the facts: production, contents, power, lengths, counts, warranty."""

from collections.abc import Iterator
from decimal import Decimal

from conversations.guardrails.claims import Claims, bounds, differs, has, within
from conversations.guardrails.sheet import Finding
from knowledge.catalogue import ProductFacts
from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.numbers import Quantity, convert

_NUMBER = "Dá um número diferente do que consta na ficha do produto."
_WARRANTY = "Diz uma garantia diferente da que vale para as máquinas."


def check(claims: Claims) -> Iterator[Finding]:
    for at, word in enumerate(claims.sheet.words):
        if at in claims.named or not (word.quantity is not None or word.text in ("um", "uma")):
            continue
        if not claims.stated(at):
            continue
        if word.quantity is not None:
            yield from _quantity(claims, at, word.quantity)
        else:
            yield from _single(claims, at)


def _quantity(claims: Claims, at: int, quantity: Quantity) -> Iterator[Finding]:
    reason = _NUMBER
    if quantity.kind is QuantityKind.TIME:
        wrong, reason = _wrong_warranty(claims, at, quantity), _WARRANTY
    elif quantity.kind is QuantityKind.POWER:
        wrong = _wrong_power(claims, at, quantity)
    elif quantity.period in ("hora", "minuto", "dia"):
        wrong = _wrong_rate(claims, at, quantity)
    elif quantity.kind in (QuantityKind.MASS, QuantityKind.VOLUME):
        wrong = _wrong_content(claims, at, quantity)
    elif quantity.kind is QuantityKind.LENGTH:
        wrong = _wrong_length(claims, at, quantity)
    else:
        wrong = _wrong_count(claims, at, quantity)
    if wrong:
        yield Finding(at, at + 1, reason)


def _single(claims: Claims, at: int) -> Iterator[Finding]:
    """ "só um bico": the article counts."""
    sheet = claims.sheet
    nouns = {"bico": "bicos", "velocidade": "velocidades", "molde": "moldes", "faca": "facas"}
    noun = sheet.words[at + 1].text if sheet.after(at, 1, *nouns) else ""
    if noun and sheet.before(at, 2, "so", "apenas", "somente"):
        one = Quantity(Decimal(1), Decimal(1), 0, 0, QuantityKind.PIECES, nouns[noun])
        if _wrong_count(claims, at, one):
            yield Finding(at, at + 2, _NUMBER)


def _wrong_warranty(claims: Claims, at: int, quantity: Quantity) -> bool:
    if not claims.near(at, "warranty", 8) or claims.sheet.before(at, 3, "nao", "nem"):
        return False
    if claims.sheet.clause_has(at, "devolucao", "dinheiro", "reembolso", "troca", "entrega", "resultado"):
        return False
    months = {"mes": 1, "ano": 12, "semestre": 6, "trimestre": 3}.get(quantity.unit)
    if quantity.unit == "dia":
        return not 178 <= quantity.high <= 186
    if months is None:
        return True
    value = quantity.high * months
    subjects = claims.subjects(at) or claims.everything
    return claims.refused(at, lambda product: not within(product, "garantia_meses", value, value), subjects)


def _wrong_rate(claims: Claims, at: int, quantity: Quantity) -> bool:
    sheet = claims.sheet
    if sheet.clause_has(at, "#time") or sheet.clause_has(at, "se", "lead", "meta", "demanda"):
        return False
    if _several_machines(claims, at) or (sheet.before(at, 5, "@lead") and not claims.near(at, "claims", 3)):
        return False
    easily = sheet.clause_has(
        at, "folga", "folgada", "folgado", "sobra", "tranquila", "tranquilo", "atende", "combina", "indicada", "basta"
    )
    if easily and claims.refused(at, lambda product: _within_reach(product, quantity)):
        return False
    if sheet.before(at, 6, "voce", "vc", "voces", "vcs", "faco", "seu", "sua", "precisa", "pra", "para"):
        return False
    return claims.refused(at, lambda product: _rate_conflict(product, quantity))


def _within_reach(product: ProductFacts, quantity: Quantity) -> bool:
    """A demand below what the product makes: it does it with room to spare."""
    makes = product.attribute({"hora": "producao_hora", "dia": "producao_dia"}.get(quantity.period, ""))
    return makes is not None and makes.high is not None and quantity.high <= makes.high


def _several_machines(claims: Claims, at: int) -> bool:
    mention = claims.mention_before(at)
    if mention is None:
        return False
    words = claims.sheet.words
    ahead = words[mention.first - 1] if mention.first else None
    many = ahead is not None and (ahead.quantity is not None or ahead.text in ("duas", "dois", "tres", "quatro"))
    return many or any(words[index].text in ("juntas", "somadas", "soma", "cada") for index in claims.sheet.clause(at))


def _wrong_content(claims: Claims, at: int, quantity: Quantity) -> bool:
    if quantity.unit not in ("kg", "l"):
        if quantity.unit == "g" and claims.sheet.clause_has(at, "variacao", "varia", "oscila"):
            return claims.refused(at, lambda product: differs(product, ("peso_variacao_g",), quantity))
        return False
    if claims.sheet.before(at, 6, "nao", "nem", "sem", "nenhum"):
        return False
    if claims.near(at, "weighs"):
        return True
    mixes = claims.near(at, "claims") and all(has(product, ("massa_kg",)) for product in claims.subjects(at))
    if not claims.near(at, "holds") and not _sized_family(claims, at) and not mixes:
        return False
    slugs = (
        ("cuba_kg", "reservatorio_kg", "capacidade_kg", "massa_kg") if quantity.unit == "kg" else ("cuba_l", "volume_l")
    )
    others = ("cuba_l", "volume_l") if quantity.unit == "kg" else ("cuba_kg", "reservatorio_kg", "capacidade_kg")

    def refuses(product: ProductFacts) -> bool:
        if not has(product, slugs):
            return has(product, others)
        return differs(product, slugs, quantity)

    return claims.refused(at, refuses)


def _sized_family(claims: Claims, at: int) -> bool:
    """ "ensacadeira de 20 kg": a size no member of the family has."""
    mention = claims.mention_before(at)
    return (
        mention is not None
        and len(mention.products) > 1
        and at - mention.end <= 4
        and claims.sheet.is_any(at - 1, "de")
        and all(claims.sheet.is_any(between, *_SIZED) for between in range(mention.end, at))
    )


_SIZED = ("de", "eh", "e", "maior", "menor", "grande", "pequeno", "pequena", "tem", "mais", "temos", "media", "medio")


def _wrong_power(claims: Claims, at: int, quantity: Quantity) -> bool:
    if quantity.unit in ("cv", "hp"):
        return claims.refused(
            at, lambda product: differs(product, ("motor_cv",), quantity) or not has(product, ("motor_cv",))
        )
    subjects = claims.subjects(at) or claims.everything
    if quantity.unit == "v":
        return claims.refused(
            at, lambda product: differs(product, ("tensao",), quantity) or not has(product, ("tensao",)), subjects
        )
    return True


def _wrong_length(claims: Claims, at: int, quantity: Quantity) -> bool:
    if claims.near(at, "size") and not claims.near(at, "belt"):
        return not _lead_size(claims, at)
    for role, slug, unit in (
        ("thickness", "espessura_mm", "mm"),
        ("knives", "facas_mm", "mm"),
        ("belt", "esteira_cm", "cm"),
        ("diameter", "diametro_cm", "cm"),
    ):
        low, high = convert(quantity.low, quantity.unit, unit), convert(quantity.high, quantity.unit, unit)
        subjects = claims.subjects(at)
        if not subjects and role in ("thickness", "knives"):
            subjects = tuple(product for product in claims.everything if has(product, (slug,)))
        known = any(has(product, (slug,)) for product in subjects)
        if known and claims.near(at, role) and low is not None and high is not None:
            return not _lead_size(claims, at) and claims.refused(
                at,
                lambda product: has(product, (slug,)) and not within(product, slug, low, high),  # noqa: B023
                subjects,
            )
    return _only_length(claims, at, quantity)


def _only_length(claims: Claims, at: int, quantity: Quantity) -> bool:
    """ "vai até 30 mm" of a machine that has one length to speak of."""
    slugs = ("espessura_mm", "facas_mm", "diametro_cm", "esteira_cm")

    def refuses(product: ProductFacts) -> bool:
        own = [attribute for slug in slugs if (attribute := product.attribute(slug)) is not None]
        if len(own) != 1 or (own[0].low is None and own[0].high is None and not own[0].values):
            return False
        unit = own[0].name.rsplit("_", 1)[1]
        low, high = convert(quantity.low, quantity.unit, unit), convert(quantity.high, quantity.unit, unit)
        return low is not None and high is not None and not bounds(own[0], low, high)

    named = claims.mention_before(at)
    said = claims.near(at, "claims") or (named is not None and 0 <= at - named.end <= 1)
    near = said and not _lead_size(claims, at)
    return near and claims.mention_before(at) is not None and claims.refused(at, refuses)


def _lead_size(claims: Claims, at: int) -> bool:
    sheet = claims.sheet
    if sheet.before(at, 6, "seu", "sua", "vc", "vcs", "seus", "acima", "maior", "maiores"):
        return True
    # "é pra fatias de até 25 mm" speaks of the machine, "pra disco de 18 cm" of what is wanted.
    wanted = range(max(sheet.clause(at).start, at - 6), at)
    return any(sheet.is_any(i, "pra") and not (i and sheet.is_any(i - 1, "eh", "e", "serve", "feita")) for i in wanted)


def _wrong_count(claims: Claims, at: int, quantity: Quantity) -> bool:
    slug = {"moldes": "moldes", "bicos": "bicos", "velocidades": "velocidades", "facas": "facas_mm"}.get(quantity.unit)
    if slug is None and claims.near(at, "stacks", 3):
        slug = "empilha"
    if slug is None:
        return False

    def refuses(product: ProductFacts) -> bool:
        attribute = product.attribute(slug)
        if attribute is None:
            return slug != "moldes" and slug != "facas_mm"
        if slug == "facas_mm":
            return quantity.high != len(attribute.values)
        return attribute.high is not None and not within(product, slug, quantity.low, quantity.high)

    return claims.refused(at, refuses)


def _rate_conflict(product: ProductFacts, quantity: Quantity) -> bool:
    """A production figure the facts refuse, per hour or per day; kilos and pieces are not mixed."""
    if quantity.kind is QuantityKind.MASS:
        attribute = product.attribute("producao_kg_hora")
        if attribute is None:
            return False
        low, high = convert(quantity.low, quantity.unit, "kg"), convert(quantity.high, quantity.unit, "kg")
        if low is None or high is None:
            return False
        if quantity.period == "dia":
            return high == attribute.high
        return quantity.period == "hora" and not bounds(attribute, low, high)
    if quantity.kind not in (QuantityKind.PIECES, QuantityKind.RATE, QuantityKind.PLAIN):
        return False
    hourly, daily = product.attribute("producao_hora"), product.attribute("producao_dia")
    per_hour = {"hora": Decimal(1), "minuto": Decimal(60)}.get(quantity.period)
    if per_hour is not None and hourly is not None:
        return not bounds(hourly, quantity.low * per_hour, quantity.high * per_hour)
    if per_hour is not None and daily is not None and daily.high is not None:
        return quantity.high * per_hour * 4 > daily.high
    if quantity.period == "dia" and daily is not None:
        return not bounds(daily, quantity.low, quantity.high)
    if quantity.period != "dia" or hourly is None or hourly.high is None:
        return False
    # An hour's production said of a day, or more than a day can hold.
    return quantity.high in (hourly.low, hourly.high) or quantity.low > hourly.high * 24
