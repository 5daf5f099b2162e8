"""Ways, conditions and schedules of payment (`eval/README.md`, 1.2 payment)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_HOW = "Revela ou oferece uma forma ou condição de pagamento; isso é assunto do consultor."
_SPLIT = "Fala em parcelas ou prazo de pagamento; isso é assunto do consultor."

# Said as a fact or an offer: counts even when the consultant is named in the same breath.
_STATED = Matcher(
    rules(
        """
        parcelamos|parcelo|financiamos|financio|dividimos|facilitamos|parcelando|parcelavel|parcelaveis|financiavel
        @accept _3 @method
        @accept _2 parcel*|financia*|dividir|consorcio
        @method _2 @accept
        em|ate|por|de # vezes|parcelas|prestacoes|x|mensais
        # parcelas|prestacoes|mensalidades
        parcel* _2 em|ate _2 #|varias|quantas
        sem|com juros
        @pay _2 parcelado|aos pouquinhos|poucos|prestacoes|faturado
        @pay _3 mes a mes
        @pay _2 todo|cada|por mes
        @pay _3 so? depois|daqui
        @pay _3 enquanto
        @pay _3 na|contra|no entrega|retirada|pedido|embarque|recebimento
        @pay so? antecipado|adiantado|antecipada
        antecipado|antecipada
        so|somente|apenas a? vista|pix|dinheiro|boleto|transferencia
        a vista no|em|com pix|dinheiro|boleto
        entrada de|com #
        de entrada
        entrada|sinal mais|e|de|+ o|resto|restante|parcelas|#
        #percentage de|como? entrada|sinal
        sinal de #
        @pay|dar|da|dando|deixar|deixa um|uma|o|a|so sinal|entrada
        metade|meio|#percentage _6 metade|resto|restante|outra|#percentage
        metade agora|antes|no|na
        resto|restante _2 na|no|em|depois|quando|parcelado|com|vai
        facilita|facilitado|facilitada|facilitar|facilitamos _2 pagamento|condicoes|compra
        condicao|condicoes|plano|planos|formas|opcoes _2 facilitada|facilitadas|flexivel|flexiveis|de pagamento _2 temos
        pagamento _2 facilitado|flexivel|facil|parcelado|antecipado
        pega|pegamos|aceita|aceitamos|recebe|recebemos|pego _4 usado|usada|usadas|antiga|velha|troca|carro|moto|terreno
        como|de parte _1 pagamento
        entra|entram|entrar _3 na|no|como troca|negocio|pagamento
        primeira|1a parcela|prestacao
        comeca|comecar|comecando a? @pay
        @pay _2 carencia
        carencia
        banco|bancos parceiro|parceiros|parceira
        cabe|caber _4 prestacao|parcela|parcelas
        vai|vao pagando
        pagando _2 mes|mensal|mensalmente
        dividir|divide|dividido|dividimos|divido _3 vezes|x|parcelas|cartao|boleto|quantas|suave|suaves
        quantas|varias vezes _3 quiser|precisar|cartao
        divide|dividir|dividido|parcela|parcelar em|no
        da|pode|consegue|possivel|tem pra|para|como|de? _1 parcelar|financiar|dividir|fatiar
        passa|passar|passamos no|em cartao
        vezes|x no|sem cartao|boleto|juros|carne|cheque
        a prazo
        trinta sessenta|e
        fiado
        """,
        _SPLIT,
    )
)
# Words that are about payment unless the sentence only says whose subject it is.
_NAMED = Matcher(
    rules(
        """
        @method
        parcelad*|parcelament*|parcelinha*|parcelas|prestacoes
        a vista
        juros
        """,
        _HOW,
    )
)
_ANSWERS = Matcher(rules("#ratio\n@method\nvista\nvezes\ndividido\nsim|claro|pode|isso|exato|consegue|da", _HOW))
_SHARE = ("parcela", "parcelas")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        if not sheet.declined(finding.first) and not _another_sense(sheet, finding):
            yield finding
    for finding in hits(sheet, _NAMED):
        if not sheet.handed_over(finding.first) and not _another_sense(sheet, finding):
            yield finding
    yield from _schedules(sheet)
    if "payment" in sheet.topics and "price" not in sheet.topics:
        for finding in hits(sheet, _ANSWERS):
            if finding.first <= 3 and not sheet.handed_over(finding.first):
                yield finding


def _another_sense(sheet: Sheet, finding: Finding) -> bool:
    """Shares of a production, inlets and signals, the card of a shop, what the lead's customers pay."""
    words = sheet.words[finding.first : finding.end]
    if any(word.quoted for word in words):
        return True
    if any(word.text in _SHARE for word in words):
        return sheet.clause_has(finding.first, "@make") and not sheet.clause_has(finding.first, "@pay", "#money")
    if any(word.text == "credito" for word in words) and sheet.before(finding.first, 2, "da", "dar", "merece"):
        return True
    return any(
        sheet.is_any(at, "clientes", "cliente", "cardapio", "delivery", "ifood") for at in sheet.clause(finding.first)
    )


def _schedules(sheet: Sheet) -> Iterator[Finding]:
    """ "10x", "30/60/90", "28, 56 e 84 dias"."""
    for at, word in enumerate(sheet.words):
        quantity = word.quantity
        if quantity is None or sheet.declined(at):
            continue
        days = [quantity.low, quantity.high]
        if quantity.unit == "/" or "/" in sheet.reading.text[word.start : word.end]:
            if len(days) > 1 and all(day in (7, 14, 15, 21, 28, 30, 42, 45, 56, 60, 84, 90, 120) for day in days):
                yield Finding(at, at + 1, _SPLIT)
        elif quantity.unit == "x" and 2 <= quantity.high <= 72 and _is_instalments(sheet, at):
            yield Finding(at, at + 1, _SPLIT)


def _is_instalments(sheet: Sheet, at: int) -> bool:
    if sheet.after(
        at, 2, "semana", "dia", "mes", "mais", "menos", "maior", "melhor", "rapido", "rapida", "#", "ao", "por"
    ):
        return sheet.after(at, 2, "#money")
    if sheet.clause_has(at, "@method", "@instalment", "@pay", "#money"):
        return True
    return (
        "payment" in sheet.topics
        or (sheet.before(at, 2, "em", "ate", "faz", "fazemos", "de")
        and not sheet.clause_has(at, "@make"))
    )
