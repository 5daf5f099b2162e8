"""Anything the lead can learn a price from (`eval/README.md`, 1.2 price): hints, levels, comparisons, answers.

Amounts themselves are in `amounts`, the cold-lead exception in `cold_price`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from conversations.guardrails import amounts, cold_price, price_answers
from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_LEVEL = "Qualifica o preço (caro, barato, acessível)."
_PAYBACK = "Dá conta de retorno da qual se calcula o preço."

_HINTS = Matcher(
    rules(
        """
        # digitos|algarismos|zeros|casas
        digitos|algarismos
        # _1 antes|depois da virgula
        preco|valor|custo|investimento _3 comeca|termina|inicia
        dobro|metade|triplo|terco do|da|de|disso _1 preco|valor|#money
        dobro|metade|triplo do|da preco|valor
        dobro|metade|triplo _4 preco|valor
        quarto|terco|metade|meio de? milhao|milhoes
        vezes isso|disso|mais|o preco|valor
        # vezes _2 isso|disso|preco|valor
        #ratio _1 preco|valor|custo
        menos|custa|sai|equivale|fica|cerca _3 decimo|terco|quarto|quinto|metade|#percentage do|da|de _1 \
            faturamento|receita|lucro|renda|faturam|fatura
        @costs|sai|saem|fica|ficam _2 #ratio _1 @product|@it
        eh|sao|e #ratio menos
        # notas|notinhas|cedulas de #
        """,
        amounts.SIZE,
    )
    + rules(
        """
        @costs _6 @goods|@wages
        @goods _3 paga|cobre|compra|compram|pagam
        @wages _8 daa|dao|paga|compra|sobra|cobre
        eh|e|sai|fica|da|daa|vale|quase|menos|equivale|equivalente|preco|valor|igual|mesmo|metade|dobro \
            _4 um|uma|uns|umas|dois|duas|#|de|do|da _1 @goods
        mais|menos @dear que|do _5 @goods|@wages
        menos|mais que|do _3 @wages
        #|uns|umas|dois|tres|alguns _2 salario|salarios|alugueis|iphones|motos
        eh|sai|fica|custa _2 preco|valor|custo de um|uma|dois|duas|#
        imagina|imagine|pensa|pense|considera|tipo _3 @goods
        equivale|equivalente _4 @goods|@wages|#
        menos|mais do? que vc|vcs gasta|gastam|paga|pagam|ganha|ganham|fatura
        mais|menos _1 @dear
        @dear que|do
        maior|menor|mesmo|mesma|igual preco|valor|custo
        mesmo|mesma faixa|patamar|nivel|linha de preco|valor|custo|investimento
        quer|quiser|querendo|pretende pagar|gastar|investir menos|pouco
        em valor
        custa|custam|vale|valem # @product
        com _2 que vc|vcs _1 fatura|ganha|vende|tira|lucra
        quanto mais _3 mais custa
        @product|#model _2 paga|pagam _2 @product|#model
        preco|precos|valor|valores _1 bate|ganha|cobre|vence
        dobro|metade|triplo|terco|quarto do|da que _2 @costs
        custa|sai|fica|vale _2 que vc|vcs _1 fatura|ganha|vende|tira|gasta|paga|lucra
        #time de _1 @wages
        em|no termos|questao|materia|quesito de? preco|valor|custo|investimento
        nao|ninguem _2 acha|encontra|consegue _1 por menos
        sai|saem|fazemos|vendemos por menos
        investimento _2 maior|menor|parecido|semelhante
        preco|valor|custo _5 mesmo|igual|parecido|semelhante|maior|menor|superior|inferior|abaixo|acima|dobro|
        metade|perto
        custa|custam|vale|valem _2 mais|menos|igual|mesmo|dobro|metade|triplo|tanto|quase
        sai|fica _1 dobro|metade|triplo
        diferenca _2 preco|valor|custo _3 pequena|grande|pouca|minima|enorme|e|eh|ta|da
        abaixo|acima|menor|maior|melhor _2 mercado|concorrencia|concorrente|concorrentes
        preco|valor|custo _3 mercado|concorrencia|concorrente
        @rival _1 cobra|cobram|vende|vendem|pede|pedem _2 mais|menos|isso|tanto|igual|parecido
        acima|abaixo|mais|menos|maior|menor|superior|inferior|ganha|perde|empata _4 em|no valor|preco|custo|investimento
        gasta|gastar|gastaria|investe|investir|investiria|desembolsa|pagaria _1 mais|menos|pouco
        metade|dobro|triplo|terco|longe|perto do|da? que vc|vcs imagina|imaginava|pensa|espera|esperava
        comprar|compra|levar|leva _5 com|pelo o? que|preco|valor _2 custa|custam|vale|@product
        """,
        amounts.RANK,
    )
    + rules(
        """
        preco|precos|valor|valores|custo|investimento|orcamento _3 \
            @dear|bom|boa|justo|justos|otimo|excelente|alto|baixo
        investimento _2 consideravel|razoavel|significativo|relevante|alto|baixo
        investimento _2 pesado|robusto|leve|enxuto|modesto|tranquilo
        preco|precos|valor|valores|custo|investimento _3 competitivo|competitivos|bacana|popular|imbativel|camarada
        preco|precos|valor|valores|custo|investimento _3 baixinho|atrativo|convidativo|puxado|honesto|pequeno
        @dear
        bom|otimo|baixo|alto|excelente|justo preco|custo|investimento
        custa|sai|eh|e|por _1 mixaria|fortuna|bagatela|pechincha|ninharia
        custa|custam pouco|muito|nada|caro|bem
        mixaria|fortuna|bagatela|ninharia
        orcamento|bolso|verba|grana _1 apertado|apertada|curto|curta|folgado|enxuto|enxuta
        """,
        _LEVEL,
    )
    + rules(
        """
        daa|dava|cabe|alcanca|falta|basta|cobre|compra|leva|suficiente|chega|paga|atinge|encaixa|pega _5 @afford_money
        da pra|sim|com|certinho _5 @afford_money
        nao|que|ja da _4 @afford_money
        com|no|na|pelo|dentro|por _3 @afford_money _6 daa|da|leva|levar|compra|comprar|cabe|consegue|pega|alcanca|
        sobra
        com|por|pelo _2 @afford_money _4 acha|encontra|arruma|so
        com|no|na|pelo|dentro|por _3 @afford_money _6 falta|basta|rola|tranquilo|chega|folga
        @afford_money _5 daa|leva|compra|cabe|alcanca|sobra|falta|basta|rola|chega|suficiente|cobre|paga|pouca|
        curta|curto
        sobra|sobrar|faltar|falta|faltam _3 troco|grana|dinheiro|verba
        cabe|caber no|na bolso
        falta|faltam|sobra pouco|pouquinho|muito|um|so
        com folga
        acima|abaixo|dentro|longe|perto|fora _4 gastar|investir|pagar|bolso|@afford_money
        bolso mais? fundo|cheio|preparado
        se _1 tem|tiver #plain _2 guardado|guardados|separado|separados|juntado
        prepara|prepare|aperta|pesa|pesado _2 bolso|caixa
        fica|ficaria|eh dificil|apertado|curto|tranquilo _3 @afford_money|#money
        com #money|#plain _3 dificil|apertado|tranquilo|daa|da|leva|compra
        """,
        amounts.AFFORD,
    )
    + rules(
        """
        se paga|pagam|pagando _5 #pieces|#plain|#money
        #money|#rate|economiza|economizando|economia|lucrando _8 se? paga|pagam|quita|cobre
        se paga|pagam _3 vendendo|venda|vendas
        @costs|cobre|paga|pagar _5 com _3 #pieces
        #pieces _5 paga|pagam|cobre|cobrem|quita|vendidos
        #money _6 tira|quita|paga|cobre _1 @it
        em #time _8 tira|quita _1 @it
        paga|pagaria|pagam|quita _2 com _2 lucro|venda|vendas|economia|faturamento _2 #time|#
        paga|pagaria|pagam|quita _3 em #time _2 venda|vendas|lucro|movimento|faturamento
        vendendo _6 paga|recupera|tira|quita
        lucro|venda|vendas _6 paga|quita|cobre
        """,
        _PAYBACK,
    )
)
# Of a price only where prices are the subject: a machine may also be "above" another in output.
_THAN = Matcher(rules("menos|mais|abaixo|acima que|do|da _2 @product|#model", amounts.RANK))
# Any other statement about the price of something.
_NAMED = Matcher(
    rules(
        """
        preco|precos|valor|valores|investimento|custa|custam _6 \
            eh|sao|fica|ta|tem|cai|sobe|outro|muda|pode|vai|nao|em|cabe
        """,
        amounts.SIZE,
    )
    + rules("dobro|triplo|quadruplo|metade de #plain|#money", amounts.SIZE)
)
_ROMAN = re.compile(r"\b(?=[MDCLXVI]{2,15}\b)M{0,9}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")


def check(sheet: Sheet) -> Iterator[Finding]:
    yield from amounts.check(sheet)
    for finding in hits(sheet, _HINTS):
        if not _not_a_price(sheet, finding):
            # "um preço melhor" may be a favour: then it is a discount, not a price.
            yield replace(finding, sure=finding.reason != _LEVEL)
    yield from _beside_another(sheet)
    yield from _romans(sheet)
    for finding in hits(sheet, _NAMED, sure=False):
        at = finding.first
        own = _about_the_lead(sheet, at, amounts.OVERHEADS) or sheet.clause_has(at, "@lead")
        told = any(
            (quantity := sheet.words[index].quantity) is not None and cold_price.excepted(sheet, index, quantity)
            for index in sheet.clause(at)
        )
        told = told or sheet.after(at, 1, "nutricional", "energetico", "calorico", "agregado", "sentimental")
        told = told or (sheet.words[at].text == "investimento" and _put_elsewhere(sheet, at))
        told = told or _bare_refusal(sheet, at) or (sheet.clause_has(at, "@cannot") and not sheet.clause_has(at, "#"))
        told = told or (sheet.words[at].text == "valor" and sheet.before(at, 1, "de") and not sheet.after(at, 2, "#"))
        told = told or sheet.clause_has(at, "entendo", "importante", "fundamental", "duvida", "pergunta", "assunto")
        if not (told or own or sheet.asks(at) or sheet.words[at].quoted or sheet.handed_over(at)):
            yield finding
    if "price" in sheet.topics and "freight" not in sheet.topics:
        yield from price_answers.check(sheet)


def _beside_another(sheet: Sheet) -> Iterator[Finding]:
    """ "bem menos que a semi", where the talk is of prices."""
    for finding in hits(sheet, _THAN):
        at = finding.first
        priced = "price" in sheet.topics or sheet.sentence_has(at, "#money", "@price_noun")
        if priced and not _made_with(sheet, at) and not sheet.declined(at) and not sheet.asks(at):
            yield finding


def _bare_refusal(sheet: Sheet, at: int) -> bool:
    """ "Valores, não." """
    sentence = sheet.sentence(at)
    words = [word.text for word in sheet.words[sentence.first : sentence.end]]
    after = at + 1 - sentence.first
    ends = after == len(words) - 1 or (after + 1 < len(words) and sheet.words[at + 2].comma)
    if after < len(words) and words[after] == "nao" and ends:
        return True  # "o contato eu consigo, os valores não"
    return len(words) <= 4 and words[-1] in ("nao", "nunca", "jamais")


def _put_elsewhere(sheet: Sheet, at: int) -> bool:
    """ "O investimento em higiene é visível": not in a machine."""
    return sheet.after(at, 1, "em") and not sheet.after(at, 3, "@product", "#model", "#", "@it", "torno", "media")


def _made_with(sheet: Sheet, at: int) -> bool:
    return sheet.clause_has(at, "@make", "#rate", "#pieces", "#mass", "#length", "#volume", "#power")


def _romans(sheet: Sheet) -> Iterator[Finding]:
    """ "XVIII mil": a Roman numeral before a word of money."""
    starts = {match.start() for match in _ROMAN.finditer(sheet.reading.text)}
    for at, word in enumerate(sheet.words):
        if word.start in starts and sheet.after(at, 1, "mil", "reais", "conto", "contos", "pila", "k"):
            yield Finding(at, at + 2, amounts.AMOUNT)


def _not_a_price(sheet: Sheet, finding: Finding) -> bool:
    at = finding.first
    span = range(at, finding.end)
    if any(sheet.words[index].quoted for index in span) or sheet.declined(at):
        return True
    if any(sheet.is_any(index, "@refer") for index in span) and not any(
        sheet.is_any(index, "@dear", "#money", "@goods") for index in span
    ):
        return True  # "preço é com o consultor mesmo"
    if finding.reason == _LEVEL and sheet.words[at].text == "custa":
        following = sheet.words[finding.end].text if finding.end < sheet.clause(at).stop else ""
        if following.endswith(("ar", "er", "ir")):
            return True  # "não custa nada perguntar"
    if sheet.words[at].text in ("vale", "valem") and sheet.after(at, 3, "pena", "lembrar", "destacar", "conhecer"):
        return True
    known = sheet.clause_has(at, "entendo", "comum", "normal", "imagino", "compreendo")
    if finding.reason == _LEVEL and known and not sheet.clause_has(at, "@product", "@dear"):
        return True  # "orçamento apertado é comum"
    if finding.reason in (_LEVEL, amounts.RANK):
        dear = next((index for index in span if "@dear" in sheet.words[index].tags), None)
        if dear is not None and _dear_otherwise(sheet, dear):
            return True
        if _of_what_is_asked(sheet, at) or (finding.reason == amounts.RANK and sheet.after(at, 4, *_RUNNING)):
            return True  # "gasta menos energia"
        if finding.reason == amounts.RANK and discounted(sheet, at):
            return True
        if any(sheet.words[index].quantity for index in span) and sheet.clause_has(at, "#rate"):
            return True
        more = amounts.OVERHEADS if finding.reason == _LEVEL else frozenset[str]()
        return _about_the_lead(sheet, at, more) and not any(sheet.is_any(index, "@product") for index in span)
    if finding.reason == amounts.AFFORD:
        made = sheet.clause_has(at, "@make", "#rate", "#pieces", "#mass")
        made = made or ("price" not in sheet.topics and sheet.lead.has(*amounts.OUTPUT))
        if made and not any(sheet.is_any(index, "@afford_money", "bolso", "#money", "troco") for index in span):
            return True  # "faz com folga"
        if sheet.clause_has(at, "@instalment") and not sheet.clause_has(at, "#money", "@afford_money"):
            return True  # an instalment that fits is a condition of payment
        return sheet.asks(at) and not sheet.before(at, 1, "sim")
    return False


def _about_the_lead(sheet: Sheet, at: int, more: frozenset[str] = frozenset()) -> bool:
    """What is dear or cheap in the lead's own trade."""
    clause = sheet.clause(at)
    theirs = amounts.CATTLE | amounts.MENU | more
    if sheet.clause_has(at, "@rival"):
        return False
    return any(sheet.words[index].text in theirs for index in clause) and not any(
        sheet.is_any(index, "@product", "#model", "nossa", "nosso") for index in clause
    )


def _greeted(sheet: Sheet, at: int) -> tuple[str, ...]:
    """ "Caro Marcelo,": the name after the word, if a name is there."""
    if at + 1 >= len(sheet.words) or sheet.is_any(at + 1, "@product", "#model", "#"):
        return ()
    following = sheet.words[at + 1]
    named = sheet.reading.text[following.start : following.start + 1].isupper()
    return (following.text,) if named or following.text in ("cliente", "amigo", "senhor", "senhora") else ()


def _dear_otherwise(sheet: Sheet, at: int) -> bool:
    """ "cara" as a guy, the price of transport, a lower price on a condition (a discount)."""
    word = sheet.words[at].text
    if sheet.clause_has(at, "@true_freight") or discounted(sheet, at):
        return True
    if word in ("cara", "caras") and sheet.before(at, 1, "que") and not sheet.clause_has(at, "@product", "@it"):
        return sheet.after(at, 1, "legal", "bacana", "massa", "incrivel", "gente", "bom", "simpatico", "trabalhador")
    if word in ("cara", "caras") and (
        at == 0 or sheet.before(at, 1, "meu", "o", "esse", "de", "um", "na", "com", "oi", "ei")
    ):
        return not sheet.before(at, 1, "mais", "menos")
    if (
        word in ("caro", "cara", "caros")
        and at == sheet.sentence(at).first
        and sheet.after(at, 1, *_greeted(sheet, at))
    ):
        return True
    if sheet.clause_has(at, "tudo", "terceirizar", "terceirizado") or (
        sheet.clause_has(at, "pronto") and sheet.clause_has(at, "comprar", "compra", "compram")
    ):
        return True  # what the lead pays today
    if word == "em" and sheet.before(at, 3, "leva", "levo", "levar", "levamos", "levando", "levou"):
        return not sheet.before(at, 1, "mais", "menos")  # "leva isso em conta"
    if sheet.after(at, 1, "amigo", "amiga", "cliente", "colega"):
        return True
    if word == "barato" and sheet.before(at, 1, "o") and sheet.after(at, 1, "da", "de", "do", "eh", "e"):
        return True  # "o barato da semi é o pedal"
    if sheet.before(at, 2, "mao", "obra", "operador"):
        return True
    return word in ("puxado", "puxada", "carinho", "economica") and not sheet.clause_has(at, "@price_noun", "@costs")


_RUNNING = ("energia", "luz", "ar", "agua", "tempo", "massa", "carne", "mao", "gente", "esforco", "eletricidade")


def _of_what_is_asked(sheet: Sheet, at: int) -> bool:
    """ "você perguntou se é caro", where the answer is left to the consultant."""
    reported = sheet.before(at, 6, "perguntou", "perguntar", "pergunta", "saber", "duvida")
    return reported and sheet.before(at, 5, "se") and sheet.handed_over_next(at)


_CONDITIONS = frozenset(
    """
    levando leva levar pegando comprando fechando fechar vista pix pagando quanto cada juntas junto atacado quantidade
    dinheiro especie
    segunda terceira
    """.split()
)


def discounted(sheet: Sheet, at: int) -> bool:
    """Cheaper on a condition (several units, cash, haste): that is `discount`, not a price."""
    more = at if sheet.words[at].text in ("mais", "menos") else at - 1
    if more > 0 and sheet.words[more].text in ("mais", "menos") and sheet.before(more, 1, "segunda", "terceira"):
        return False  # a rank: "a segunda mais cara"
    if sheet.clause_has(at, "quanto") and sheet.clause_has(at, "maior", "menor"):
        return False  # "quanto maior, mais caro"
    conditional = sheet.clause_has(at, *_CONDITIONS)
    return conditional and (
        sheet.words[at].text in ("sai", "fica", "segunda", "mais", "menos")
        or sheet.before(at, 1, "mais", "menos", "em")
    )
