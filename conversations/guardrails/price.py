"""Anything the lead can learn a price from (`eval/README.md`, 1.2 price), and the cold-lead exception."""

from collections.abc import Iterator
from decimal import Decimal

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules
from conversations.guardrails.words import Word
from seleto.lib.text.numbers import Kind as QuantityKind

_AMOUNT = "Informa um valor em dinheiro; preço só o consultor passa."
_SIZE = "Dá uma ideia do preço (faixa, limite, número de dígitos ou comparação)."
_RANK = "Compara preços entre máquinas, concorrentes ou outros bens."
_LEVEL = "Qualifica o preço (caro, barato, acessível)."
_AFFORD = "Diz se o dinheiro do lead dá ou não para comprar."
_ECHO = "Confirma, nega ou aproxima um valor citado pelo lead."
_PAYBACK = "Dá conta de retorno da qual se calcula o preço."

ELIGIBLE = frozenset({"FBM100", "FB300"})  # `domain.md`, hard rule 2

_HINTS = Matcher(
    rules(
        """
        # digitos|algarismos|zeros|casas
        digitos|algarismos
        passa|passou|ultrapassa|chega|fica|ta|e|esta _3 digitos|algarismos|casa
        seis|cinco|quatro|# digitos
        casa|faixa dos|das|de #
        preco|valor|custo|investimento _3 comeca|termina|inicia
        dobro|metade|triplo|terco do|da|de|disso preco|valor|que|#
        """,
        _SIZE,
    )
    + rules(
        """
        @costs|@sells _6 @thing_priced
        preco|valor _3 de _2 @thing_priced
        menos|mais|metade|dobro|mesmo|igual|equivale|parecido|tanto _5 @thing_priced
        #|@instalment _1 salario|salarios
        mais|menos _1 @dear
        @dear _1 que|do
        mais|menos em conta
        a|o mais|menos @dear
        mesmo|igual|mesma preco|valor|faixa|custo
        preco|valor|custo _2 mesmo|igual|parecido|semelhante|maior|menor|superior|inferior|abaixo|acima|dobro|metade
        custa|sai|fica|vale|e _2 mais|menos|igual|mesmo|dobro|metade|triplo|tanto
        diferenca _2 preco|valor
        abaixo|acima|menor|maior|melhor _2 mercado|concorrencia|concorrente|media
        preco|valor|custo _3 mercado|concorrencia|concorrente
        """,
        _RANK,
    )
    + rules(
        """
        preco|precos|valor|valores|custo|investimento _3 @dear|bom|boa|justo|justos|otimo|excelente|competitivo|competitivos|alto|baixo|bacana|legal|popular|salgado|em conta|imbativel|camarada|baixinho|atrativo|convidativo
        @dear
        bom|otimo|baixo|alto|excelente preco|custo|investimento
        precinho|precao
        custa|sai|e _1 pouco|muito|nada|uma|barato|pouquinho mixaria|fortuna|bagatela|pechincha|ninharia
        mixaria|fortuna|bagatela|ninharia|pechincha
        """,
        _LEVEL,
    )
    + rules(
        """
        da|dava|cabe|alcanca|sobra|falta|basta|cobre|compra|leva|suficiente|chega|paga|atinge|encaixa|resolve|pega _5 @afford_money
        com|no|na|pelo|dentro _3 @afford_money _6 da|leva|compra|cabe|consegue|pega|alcanca|sobra|falta|basta|rola|tranquilo|chega
        @afford_money _5 da|leva|compra|cabe|alcanca|sobra|falta|basta|rola|chega|suficiente|cobre|paga|pouca|pouco|curta|curto
        vai sobrar|faltar _3 troco|grana|dinheiro|verba|um
        sobra troco|grana|dinheiro
        cabe no bolso
        falta pouco|pouquinho|muito
        """,
        _AFFORD,
    )
    + rules(
        """
        se paga|pagam _5 #
        @costs|cobre|paga|pagar _5 com _2 #pieces
        #pieces _5 paga|pagam|cobre|cobrem|quita
        vendendo _6 se? paga|recupera|tira
        recupera|recuperar|tira|retorna _3 investimento|valor|preco _4 #|vendendo
        """,
        _PAYBACK,
    )
)
_NEAR = Matcher(
    rules(
        """
        sim|isso|exato|exatamente|isso mesmo|aham|uhum|certo|certinho|correto|positivo|confirmo|confirmado|perfeito|acertou
        nao|nada|negativo|errado|nem
        por ai
        perto|pertinho|proximo|longe|quase|quente|frio|morno|gelado|gelada|esquentou|esfriou|acertou|errou|passou|chutou|beirando
        mais|menos|abaixo|acima|menor|maior|metade|dobro|alem|bem
        pouco|pouquinho|tiquinho|bocado|tico
        vai|chega|passa|da|bate|fica|cabe|rola|consegue
        """,
        _ECHO,
    )
)
_STRONG_CUES = ("@costs", "@price_noun")
_MADE = ("@make", "#rate", "#mass", "#volume", "#power", "#length")
_PLACES = frozenset(
    "rua av avenida chacara sitio fazenda estrada travessa bairro rodovia km alameda praca numero n nº cep loja galpao sala lote".split()
)
_CATTLE = frozenset(
    "arroba boi boiada bois gado bezerro bezerros novilho novilha vaca vacas nelore boizinho pecuaria".split()
)
_MENU = frozenset(
    """
    combo combos lanche lanches burger hamburguer xis smash prato pratos cardapio ticket faturamento fatura faturam receita
    vende vendem vendendo vendido cobra cobram cliente clientes ifood delivery porcao mensal quilo kg
    """.split()
)
_TOLD = frozenset(
    "falaram falou disse disseram viu ouviu passaram mencionou citou comentou citado comentaram achou perguntou escreveu mandou pensou".split()
)


def check(sheet: Sheet) -> Iterator[Finding]:
    for at, word in enumerate(sheet.words):
        if word.quantity is not None and _is_price(sheet, at, word) and not excepted(sheet, at, word):
            yield Finding(at, at + 1, _AMOUNT)
    for finding in hits(sheet, _HINTS):
        if not _not_a_price(sheet, finding):
            yield finding
    if "price" in sheet.topics:
        yield from _answers(sheet)


# --- amounts -----------------------------------------------------------------------------------------------------


def _is_price(sheet: Sheet, at: int, word: Word) -> bool:
    quantity = word.quantity
    assert quantity is not None
    if _echoed_in_refusal(sheet, at) or _place(sheet, at) or _lead_money(sheet, at) or _cattle(sheet, at):
        return False
    if quantity.kind is QuantityKind.MONEY:
        return True
    if quantity.kind is not QuantityKind.PLAIN or quantity.period:
        return False
    if _machine_figure(sheet, at):
        return False
    clause = sheet.clause(at)
    strong = any(sheet.is_any(index, *_STRONG_CUES) for index in clause if index != at)
    if strong and not _counts_things(sheet, at):
        return True
    big = max(quantity.values) >= 1000
    made = any(sheet.is_any(index, *_MADE) for index in clause if index != at)
    if big and not made and (sheet.before(at, 4, "@sells") or sheet.before(at, 3, "@product") or len(clause) <= 3):
        return not _counts_things(sheet, at)
    return "price" in sheet.topics and not made and not _counts_things(sheet, at)


def _counts_things(sheet: Sheet, at: int) -> bool:
    """A number before a noun it counts ("2 opções") is no amount; before money words or the end it may be."""
    clause = sheet.clause(at)
    if at + 1 >= clause.stop:
        return False
    following = sheet.words[at + 1]
    loose = "e em no na ou por mais pra para a o nela nele essa esse ela a com pouco poucos pouquinho tanto quebrados aproximadamente ja hoje mesmo assim viu ne que de do da kkk rs so cada reais e".split()
    return (
        following.text not in loose
        and not following.comma
        and not sheet.is_any(at + 1, "@product", "@it", "@we", "@lead")
    )


def _machine_figure(sheet: Sheet, at: int) -> bool:
    """A figure of the catalogue (3.000 of the SE3000) said with no unit."""
    quantity = sheet.words[at].quantity
    assert quantity is not None
    return any(
        value in (attribute.low, attribute.high, *attribute.values)
        for product in sheet.context.products
        for attribute in product.attributes
        for value in (quantity.low, quantity.high)
    ) and not sheet.clause_has(at, "@costs")


def _echoed_in_refusal(sheet: Sheet, at: int) -> bool:
    """The lead's own figure named while refusing, with nothing said about it."""
    quantity = sheet.words[at].quantity
    assert quantity is not None
    lead_values = {value for word in sheet.lead.words if word.quantity for value in word.quantity.values}
    around = range(max(sheet.clause(at).start, at - 5), min(sheet.clause(at).stop, at + 6))
    told = any(sheet.words[index].text in _TOLD for index in around)
    named = sheet.words[at].quoted or told or bool(lead_values & set(quantity.values))
    return named and sheet.has("@hedge")


def _place(sheet: Sheet, at: int) -> bool:
    return any(sheet.words[index].text in _PLACES for index in range(max(0, at - 4), at))


def _cattle(sheet: Sheet, at: int) -> bool:
    return any(sheet.words[index].text in _CATTLE for index in sheet.clause(at))


def _lead_money(sheet: Sheet, at: int) -> bool:
    """What the lead charges or takes in."""
    clause = sheet.clause(at)
    words = {sheet.words[index].text for index in clause}
    own = any(sheet.is_any(index, "@lead") for index in clause)
    return own and bool(words & _MENU) and not any(sheet.is_any(index, "@product") for index in clause)


def excepted(sheet: Sheet, at: int, word: Word) -> bool:
    """The configured price of FBM100 or FB300, told to a cold lead and tied to that product."""
    context = sheet.context
    if context.temperature != "frio" or word.quantity is None:
        return False
    quantity = word.quantity
    named = _product_of(sheet, at)
    if named not in ELIGIBLE or named not in context.price_exception:
        return False
    exact = quantity.low == quantity.high and Decimal(str(context.price_exception[named])) in quantity.values
    loose = quantity.approximate or sheet.before(
        at, 3, "partir", "uns", "cerca", "quase", "ate", "desde", "aproximadamente", "media"
    )
    return exact and not loose


def _product_of(sheet: Sheet, at: int) -> str:
    """The code of the product nearest before the amount in the text, else the first one after it."""
    codes = [
        (index, word.text.upper())
        for index, word in enumerate(sheet.words)
        if "#model" in word.tags or word.text in ("fbm100", "fb300")
    ]
    before = [code for index, code in codes if index < at]
    return before[-1] if before else codes[0][1] if codes else ""


# --- hints -------------------------------------------------------------------------------------------------------


def _not_a_price(sheet: Sheet, finding: Finding) -> bool:
    at = finding.first
    span = range(at, finding.end)
    if any(sheet.words[index].quoted for index in span) or sheet.declined(at):
        return True
    if finding.reason == _LEVEL or finding.reason == _RANK:
        dear = [index for index in span if "@dear" in sheet.words[index].tags]
        if dear and _dear_otherwise(sheet, dear[0]):
            return True
    return False


def _dear_otherwise(sheet: Sheet, at: int) -> bool:
    """ "cara" as a guy or a face, the carriage, what is dear for the lead."""
    word = sheet.words[at].text
    if sheet.clause_has(at, "@true_freight"):
        return True
    if word in ("cara", "caras") and (
        at == 0 or sheet.before(at, 1, "meu", "o", "esse", "de", "um", "na", "com", "ei", "oi")
    ):
        return not sheet.before(at, 1, "mais", "menos")
    return word in ("pesado", "pesada", "puxado", "puxada", "carinho", "economica") and not sheet.clause_has(
        at, *_STRONG_CUES
    )


def _answers(sheet: Sheet) -> Iterator[Finding]:
    """Yes, no, warmer or colder to an amount the lead named."""
    amount = any(
        word.quantity and word.quantity.kind in (QuantityKind.MONEY, QuantityKind.PLAIN) for word in sheet.lead.words
    )
    dear = sheet.lead.has("@dear", "@afford_money")
    if not (amount or dear):
        return
    for finding in hits(sheet, _NEAR):
        if finding.first <= 4 and not sheet.handed_over(finding.first) and not sheet.has("@hedge"):
            yield finding
