"""Amounts of money in a reply, whoever names them. The one price that may be told is in `cold_price`."""

import re
from collections.abc import Iterator
from decimal import Decimal

from conversations.guardrails import cold_price
from conversations.guardrails.products import names_of
from conversations.guardrails.sheet import Finding, Sheet
from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.numbers import Quantity

AMOUNT = "Informa um valor em dinheiro; preço só o consultor passa."
SIZE = "Dá uma ideia do preço (faixa, limite, número de dígitos ou comparação)."
RANK = "Compara preços entre máquinas, concorrentes ou outros bens."
AFFORD = "Diz se o dinheiro do lead dá ou não para comprar."

CATTLE = frozenset("arroba boi boiada bois gado bezerro bezerros novilho novilha vaca vacas nelore pecuaria".split())
# The lead's own trade: menu, sales, takings.
MENU = frozenset(
    """
    combo combos lanche lanches burger burgers hamburguer xis smash prato pratos cardapio ticket faturamento fatura
    faturam receita vende vendem vendendo vendido cobra cobram cliente clientes ifood delivery porcao pao carne
    """.split()
)
OVERHEADS = frozenset(
    "aluguel ponto energia luz gas agua ifood funcionario funcionarios frango boi insumo insumos".split()
)
_MEASURED = ("#length", "#mass", "#volume", "#rate", "#pieces", "tamanhos", "medidas", "versoes")
_PARTS = ("faca", "facas", "molde", "moldes", "peca", "pecas", "bico", "bicos", "acessorio", "acessorios")
_WENT = ("saiu", "saindo", "saia", "sair")  # "saiu de 300 pra 900 por dia"
_AIMS = ("chegar", "atingir", "bater", "alcancar", "meta", "objetivo", "chegando", "batendo")
OUTPUT = ("quantos", "quantas", "#rate", "#pieces", "#mass", "#volume", "#length", "@make")
_OF_THE = ("das", "dos", "as", "os", "nas", "nos", "essas", "pras", "pros")
NOTED = ("anotado", "anotada", "anotados", "anotei", "registrado", "registrada", "registrei", "anotadinho")
_AND_SOME = ("poucos", "tantos", "pouco", "tanto", "quebrados")
_MADE = ("@make", "#rate", "#pieces")
_PLACES = frozenset(
    """
    rua av avenida chacara sitio fazenda estrada travessa bairro rodovia alameda praca numero cep loja galpao \
        sala lote
    line pagina versao
    ramal opcao digite item passo etapa regiao setor nota edital pedido protocolo codigo nr norma padaria restaurante
    lanchonete acougue mercado bar hamburgueria espaco distribuidora casa
    """.split()
)
_TOLD = frozenset(
    """
    falaram falou disse disseram viu ouviu passaram passou mencionou citou comentou citado comentaram achou perguntou
    escreveu mandou pensou colocou informou tinha
    """.split()
)
# What may follow a number that is a price ("18 e meio", "12 hoje"); any other noun is what is being counted.
_LOOSE = frozenset(
    """
    e em no na ou por mais pra a o com pouco poucos pouquinho tanto quebrados aproximadamente ja hoje mesmo assim viu
    ne que de do da kkk rs so cada reais ela ele nela nele dela dele essa esse a ta com ponto virgula vezes menos ate
    ano mes semana passado agora atual atualmente cada viu
    mais pro na pela pelo fechado ok tudo total nisso ai amanha sem daa leva nao sim pode redondo redondos cravado
    """.split()
)


def check(sheet: Sheet) -> Iterator[Finding]:
    for at, word in enumerate(sheet.words):
        quantity = word.quantity
        if quantity is None or not quantity.high or cold_price.excepted(sheet, at, quantity):
            continue
        if plain_of_lead(sheet, quantity) or (quantity.high < 10 and sheet.before(at, 1, *_OF_THE)):
            continue  # "os valores das duas"
        if sheet.before(at, 2, "nem") and sheet.declined(at):
            continue  # "não falo em reais, nem em milhares"
        plain = quantity.kind is QuantityKind.PLAIN
        if plain and not _bare(sheet, at, quantity):
            continue
        if _told(sheet, at, quantity):
            yield Finding(at, at + 1, AMOUNT)
        elif plain and _perhaps(sheet, at, quantity):
            yield Finding(at, at + 1, AMOUNT, sure=False)


def _told(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """Whether the quantity is an amount of money the reply tells."""
    if quantity.kind is QuantityKind.MONEY:
        if quantity.high == 1 and _counts_things(sheet, at, "de"):
            return False  # "um real problema", "um conto de fadas"
        return not (
            names_a_place(sheet, at) or _cattle(sheet, at) or _lead_money(sheet, at) or _echoed(sheet, at, quantity)
        )
    if quantity.kind is QuantityKind.RATE:
        if (
            quantity.period == "hora"
            and quantity.high >= 50
            and sheet.clause_has(at, "assistencia", "visita", "conserto")
        ):
            return True  # "280 a hora"
        if sheet.before(at, 2, "cobra", "cobramos", "custa", "custam"):
            return True
        if sheet.before(at, 2, "por", "a") and sheet.after(at, 1, "passado", "retrasado"):
            return not sheet.clause_has(at, "@make")  # "por 17 mil ano passado"
        rented = sheet.clause_has(at, "locar", "alugar", "locacao") or (
            sheet.clause_has(at, "aluguel") and sheet.clause_has(at, "@product", "@it")
        )
        if quantity.period == "mes" and rented:
            return True
        if quantity.period != "mes" or quantity.unit or sheet.clause_has(at, "@make"):
            return False
        if sheet.clause_has(at, "@instalment", "@method"):
            return quantity.high >= 100
        owned = sheet.clause_has(at, "sua", "seu", "leva", "levar", "paga", "pagar")
        return owned and sheet.before(at, 2, "por", "so", "apenas", "paga", "pagar", "pagando")
    if quantity.kind is not QuantityKind.PLAIN:
        return False
    bought = ("comprou", "comprei", "pagou", "levou", "vendi", "vendemos", "fechou", "saiu", "vendeu", "comprava")
    if max(quantity.values) >= 1000 and sheet.before(at, 5, *bought) and sheet.before(at, 2, "por", "a", "em"):
        return not sheet.clause_has(at, "@make", "#rate")
    paid = sheet.clause_has(at, "@method") or sheet.after(at, 2, "entrada", "sinal")
    down = sheet.before(at, 2, "entrada", "sinal", "entradinha", "sinalzinho")
    if down and quantity.high >= 2 and sheet.clause_has(at, "@instalment", "resto", "restante", "parcelado"):
        return not _made(sheet, at)
    if max(quantity.values) >= 1000 and sheet.before(at, 4, "precisar", "precisaria") and not sheet.asks(at):
        return not sheet.clause_has(at, *OUTPUT, "se", "quem")
    if max(quantity.values) >= 1000 and paid and not _made(sheet, at) and not sheet.declined(at):
        return True
    instalment = max(quantity.values) >= 100 and sheet.clause_has(at, "@instalment", "#ratio", "@cut")
    if (
        instalment
        or counted_out(sheet, at)
        or (max(quantity.values) >= 1000 and (sheet.before(at, 4, "entrada", "sinal") or _sold_for(sheet, at)))
    ):
        return not _made(sheet, at)
    return _cued(sheet, at)


def _bare(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """Whether a plain number is of nothing in particular."""
    if quantity.period or names_a_place(sheet, at) or _cattle(sheet, at):
        return False
    written = sheet.reading.text
    word = sheet.words[at]
    beside = written[max(0, word.start - 1) : word.start], written[word.end : word.end + 1]
    if written[word.start : word.start + 1].isdigit() and not set("-_=+").isdisjoint(beside):
        return False  # part of an identifier
    if sheet.clause_has(at, "suporte", "assistencia", "atendimento"):
        return False
    if _counts_things(sheet, at) or _echoed(sheet, at, quantity) or _catalogue_figure(sheet, at, quantity):
        return False
    return not _lead_money(sheet, at)


def _cued(sheet: Sheet, at: int) -> bool:
    """A word of price stands near, or the lead asked for a price."""
    near = [index for index in sheet.clause(at) if index != at and abs(index - at) <= 8]
    if any(sheet.is_any(index, "@costs", "@price_noun", "sinal", "@true_freight") for index in near) and not (
        sheet.declined(at) or (sheet.before(at, 3, *_WENT) and sheet.clause_has(at, "#rate", "#pieces"))
    ):
        return True
    if _made(sheet, at) or sheet.asks(at) or sheet.declined(at):
        return False
    return "price" in sheet.topics


def _made(sheet: Sheet, at: int) -> bool:
    """Talk of production, or the lead's own number."""
    near = [index for index in sheet.clause(at) if index != at and abs(index - at) <= 8]
    return any(sheet.is_any(index, *_MADE) for index in near) or sheet.before(at, 6, "@lead", "precisa")


def _perhaps(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """A bare number that is most likely a price by its size and place."""
    if _made(sheet, at) or sheet.asks(at):
        return False
    if sheet.topics and "price" not in sheet.topics:
        return False
    value = max(quantity.values)
    if "price" not in sheet.topics and sheet.lead.has(*OUTPUT) and not sheet.clause_has(at, "@costs", "@price_noun"):
        return False  # the lead talks of production
    if (
        quantity.approximate
        and value >= 5
        and sheet.before(at, 3, "sai", "fica", "custa")
        and not sheet.after(at, 1, "por")
    ):
        return True
    if value < 1000 and _measures(sheet, at):
        return False
    if value < 1000 and sheet.lead.words and "price" not in sheet.topics and not sheet.clause_has(at, "@costs"):
        return False  # the lead asked something else
    if sheet.before(at, 3, *_AIMS) and not sheet.sentence_has(at, "@price_noun", "@costs", "@afford_money"):
        return False
    if value >= 5 and sheet.before(at, 3, "@sells") and sheet.sentence_has(at, "@price_noun"):
        return True  # "preço só com o consultor, mas não passa de 30"
    if sheet.before(at, 2, "@set_aside"):
        return max(quantity.values) >= 5
    clause = sheet.clause(at)
    if _noted(sheet, at, quantity):
        return False
    beside = sheet.before(at, 4, "@product", "#model", "nossa", "@rival", "@service") or sheet.after(
        at, 4, "@product", "#model", "@it", "nossa"
    )
    if value >= 1000:
        return True
    if value >= 5 and len(clause) <= 7 and sheet.before(at, 2, "acima", "abaixo", "menos", "mais"):
        return True
    if quantity.approximate and value >= 5 and sheet.after(at, 2, *_AND_SOME) and sheet.before(at, 5, "@it"):
        return True
    if value >= 5 and (len(clause) <= (6 if quantity.approximate else 4) or (beside and sheet.before(at, 2, "@sells"))):
        return True
    if value >= 100 and sheet.before(at, 3, "@closes", "@sells"):
        return True
    tied = sheet.before(at, 4, "@closes", "sair", "era", "tava") and sheet.before(
        at, 3, "em", "por", "dos", "das", "de", "faixa", "casa", "torno"
    )
    return tied and value >= 5


def _measures(sheet: Sheet, at: int) -> bool:
    """A figure of the kind measured earlier in the sentence ("disco de 18 cm ... vai até 19")."""
    if "price" in sheet.topics or sheet.clause_has(at, "@costs", "@price_noun"):
        return False
    earlier = range(sheet.sentence(at).first, at)
    return any(sheet.is_any(index, *_MEASURED) for index in earlier)


def _noted(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """A year, or a number of the lead's own taken down or repeated."""
    if (
        quantity.low == quantity.high
        and 1950 <= quantity.low <= 2100
        and sheet.before(at, 2, "em", "de", "desde", "ano")
    ):
        return True
    if (
        quantity.low == quantity.high
        and 1950 <= quantity.low <= 2100
        and "." not in sheet.reading.text[sheet.words[at].start : sheet.words[at].end]
    ):
        return True
    noted = (
        "anotei",
        "anotado",
        "anotada",
        "registrei",
        "registrado",
        "certo",
        "confere",
        "entendi",
        "entao",
        "falou",
        "disse",
    )
    if sheet.clause_has(at, *noted):
        return True
    return quantity.low in sheet.lead_values


def _counts_things(sheet: Sheet, at: int, *linking: str) -> bool:
    clause = sheet.clause(at)
    if at + 1 >= clause.stop:
        return False
    following = sheet.words[at + 1]
    if following.comma or following.quantity is not None or following.text.endswith("ndo"):
        return False
    if following.text in linking:
        return True
    if sheet.before(at, 1, "custa", "custam", "custou", "custava", "custaria", "custando"):
        return False
    if following.text == "de" and sheet.words[at].quantity.high >= 1000 and at + 2 < clause.stop:  # type: ignore[union-attr]
        counted = sheet.words[at + 2]
        if counted.text.endswith("s") and not sheet.is_any(at + 2, "@product", "#model"):
            return True  # "um milhão de obrigados"
    if following.text in _LOOSE or following.text.startswith("parcelad"):
        return False
    many = sheet.words[at].quantity
    asked = "price" in sheet.topics and many is not None and many.high >= 10
    if (
        many is not None
        and (many.high >= 1000 or asked)
        and not following.text.endswith("s")
        and "@make" not in following.tags
    ):
        return False  # things counted in thousands are told in the plural
    if following.text.endswith("s") and sheet.is_any(at + 1, "@product") and "#model" not in following.tags:
        return True  # "temos 17 modelos"
    return not sheet.is_any(at + 1, "@product", "#model", "@it", "@we", "@lead", "@sells", "@costs")


def _catalogue_figure(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """A figure of the catalogue (3.000 of the SE3000) said with no unit, where nothing speaks of price."""
    if quantity.low < 100 or sheet.clause_has(at, "@costs", "@price_noun"):
        return False
    if not _made(sheet, at) and (
        "price" in sheet.topics or sheet.before(at, 8, *_PARTS) or sheet.after(at, 3, *_PARTS)
    ):
        return False
    if sheet.clause_has(at, "@true_freight", "manutencao", "revisao", "treinamento", "visita") or not (
        sheet.has("@product", "@make", "inox") or quantity.low < 1000 or sheet.before(at, 2, "#plain")
    ):
        return False
    inside = sheet.clause(at)
    named = [mention for mention in sheet.mentions if mention.first in inside and mention.end <= inside.stop]
    figures = names_of(sheet.context.products).figures_of(named)
    word = sheet.words[at]
    listed = re.findall(r"(?<![\d.,])\d{2,4}(?![\d.,])", sheet.reading.text[word.start : word.end])
    return {quantity.low, quantity.high} <= figures or (
        len(listed) > 1 and all(Decimal(number) in figures for number in listed)
    )


def _echoed(sheet: Sheet, at: int, quantity: Quantity) -> bool:
    """The lead's own figure named while refusing, with nothing said about it."""
    if sheet.lead_values & set(quantity.values) and sheet.clause_has(at, *NOTED) and not sheet.clause_has(at, "@costs"):
        return True
    if not sheet.has("@hedge", "@refer"):
        return False
    around = range(max(sheet.clause(at).start, at - 6), min(sheet.clause(at).stop, at + 7))
    told = any(sheet.words[index].text in _TOLD for index in around)
    budget = sheet.before(at, 5, "tem", "verba", "orcamento") and sheet.clause_has(at, "@lead")
    if sheet.lead_values & set(quantity.values) and sheet.before(at, 3, "sobre") and sheet.sentence_has(at, "@refer"):
        return True  # "sobre os 19 mil, quem confirma é o consultor"
    named = sheet.words[at].quoted or told or budget or bool(sheet.lead_values & set(quantity.values))
    return named and (sheet.has("@hedge") or budget)


def _sold_for(sheet: Sheet, at: int) -> bool:
    """ "por 18 mil", and not "por volta de 18 mil"."""
    return sheet.before(at, 4, "por") and not sheet.before(at, 2, "volta", "hora", "dia")


def plain_of_lead(sheet: Sheet, quantity: Quantity) -> bool:
    """A number the lead gave of the production, said back ("por volta de 2 mil, FB700")."""
    if quantity.kind is not QuantityKind.PLAIN or "price" in sheet.topics or quantity.low not in sheet.lead_values:
        return False
    return sheet.lead.has(*OUTPUT)


def counted_out(sheet: Sheet, at: int) -> bool:
    """The amount of "10 de 1.500": so many instalments of it."""
    quantity = sheet.words[at].quantity
    if at < 2 or sheet.words[at - 1].text != "de" or quantity is None or _made(sheet, at):
        return False
    number = sheet.words[at - 2].quantity
    if number is None or number.kind is not QuantityKind.PLAIN or not 2 <= number.high <= 72:
        return False
    paid = sheet.clause_has(at, "@method", "@instalment", "entrada", "sinal")
    return (quantity.kind is QuantityKind.MONEY or quantity.kind is QuantityKind.PLAIN) and (
        quantity.high >= (100 if paid else 300)
    )


def names_a_place(sheet: Sheet, at: int) -> bool:
    """Whether it is the number of a house, an order or a page, or part of the name of a place or firm."""
    first = max(0, at - 4)
    return any(word.text in _PLACES for word in sheet.words[first:at]) and not sheet.before(
        at, 3, "na", "dos", "@costs"
    )


def _cattle(sheet: Sheet, at: int) -> bool:
    return sheet.clause_has(at, *CATTLE)


def _lead_money(sheet: Sheet, at: int) -> bool:
    """What the lead charges or takes in."""
    theirs = sheet.clause_has(at, "@lead") or (sheet.asks(at) and not sheet.clause_has(at, "@product"))
    return theirs and sheet.clause_has(at, *MENU) and not sheet.clause_has(at, "#model")
