"""Ways, conditions and schedules of payment (`eval/README.md`, 1.2 payment)."""

import re
from collections.abc import Iterator

from conversations.guardrails import amounts
from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_HOW = "Revela ou oferece uma forma ou condição de pagamento; isso é assunto do consultor."
_SPLIT = "Fala em parcelas, entrada ou prazo de pagamento; isso é assunto do consultor."

# Said as a fact or an offer: counts even when the consultant is named in the same breath.
_STATED = Matcher(
    rules(
        """
        parcelamos|parcelo|financiamos|financio|facilitamos|parcelando|parcelavel|parcelaveis|financiavel|faturamos
        @accept _2 parcel*|financia*|consorcio
        @accept _1 dolar|dolares|euro|euros
        nao _1 exigimos|exige|exigem|precisa|pedimos|pede|cobramos _2 entrada|sinal
        caber|cabe|cabendo no|dentro _2 mes
        caber|cabe|cabendo no|dentro _2 orcamento mensal
        primeira|primeiro so em|no|na|pra @when|@month
        @accept _3 formas|meios|opcoes|condicoes _2 pagamento
        todas|varias|diversas|qualquer as? formas|meios|forma|meio
        em|ate|por|de|com # vezes|parcelas|prestacoes|mensais
        vezes de #money
        quantas|varias|muitas vezes _3 quiser|precisar|cartao|sem|fica|fazer|parcelar
        em|faz quantas vezes|parcelas
        # parcelas|prestacoes|mensalidades
        parcel* _2 em|ate _2 #|varias|quantas|suaves
        sem|com|zero juros
        juros de|zero|baixo|baixos
        @pay _2 parcelado|aos|poucos|prestacoes|faturado
        aos pouquinhos|poucos
        @pay _3 mes a mes
        @pay _1 #rate
        @pay _2 todo|cada|por mes
        @pay _4 so? depois|daqui
        @pay _3 enquanto
        @pay _3 na|contra|no|a entrega|retirada|pedido|embarque|recebimento|chegada|instalacao
        @pay _2 antecipado|adiantado|antecipada|facilitado|flexivel|facil
        pagamento _2 em|com|pra|a #time
        pagar em|com #time
        prazo _1 pagamento|pagar
        @pay _2 com _2 producao|lucro|venda|vendas|faturamento
        @pay _2 quando _2 receber|chegar|instalar|quiser
        ir|indo|vai|vao|va pagando
        manda|mande|mandar|deposita|deposite|transfere|adianta|adiante|acerta _1 #percentage
        #percentage agora|adiantado|adiantada|antecipado|antecipada
        pagando _2 mes|mensal|mensalmente|pouco
        antecipado|antecipada|antecipadamente
        so|somente|apenas _1 a? vista|pix|dinheiro|boleto|transferencia
        a vista no|em|com pix|dinheiro|boleto
        entrada|sinal de|com|mais|minima|minimo #
        #|#money|#percentage de|como? _1 entrada|sinal
        entrada|sinal mais|e|de|o resto|restante|parcelas|#
        entrada|sinal mais|e o resto|restante
        @instalment de|em|por _1 #plain|#money|#rate
        dar|daa|dando metade
        @pay|dar|da|daa|dando|deixar|deixa um|uma|o|a|so sinal|entrada
        com|sem um|uma? sinal|entrada
        como|de|na entrada
        #plain na|no assinatura|pedido|entrega|embarque|retirada|fechamento _3 #plain|#percentage
        metade|#percentage _6 metade|resto|restante|#percentage
        metade _6 outra
        metade|#percentage agora|antes|no|na|antecipado _2 pedido|entrega|assinatura|retirada|embarque|fechamento
        primeira|primeiro so|daqui|depois _3 #time|depois
        #plain|#percentage agora|antes|ja _3 #|resto|restante
        resto|restante|saldo depois
        um valor|pouco|tanto agora|primeiro|antes
        resto|restante|saldo _2 na|no|em|depois|quando|parcelado \
            entrega|retirada|boleto|cartao|vezes|#|parcelas|receber
        condicao|condicoes|plano|planos _2 facilitada|facilitadas|flexivel|flexiveis
        facilita|facilitado|facilitada|facilitar|facilitamos _2 pagamento|condicoes|compra|pra
        linha|linhas de credito|financiamento
        pega|pegamos|aceita|aceitamos|recebe|recebemos|pego|aceito|dar|daa _5 \
            usado|usada|usadas|troca|carro|moto|terreno
        pega|pegamos|aceita|aceitamos|recebe|recebemos|pego|aceito _4 antiga|velha|seminova|antigo|velho|usado \
            _3 entrada|troca|parte|pagamento|negocio
        como|de parte _1 pagamento|negocio
        pega|pegamos|aceita|aceitamos|recebe|recebemos|pego|aceito|entra _3 @goods
        entra|entram|entrar _3 na|no|como troca|negocio|pagamento|parte|entrada
        #ratio _1 ta|fica|bom|pode|tranquilo|fechado
        faco|fazemos|faz|divido em|ate _1 #plain
        a gente|nos facilita
        primeira|1a parcela|prestacao
        comeca|comecar|comecando a @pay
        @accept _3 carencia
        carencia
        banco|bancos parceiro|parceiros|parceira
        cabe|cabem|caber _4 prestacao|parcela|parcelas|bolso _1 mes
        parcela|parcelas|prestacao|parcelinhas que cabe|cabem|leve|suave|suaves|fixas|pequenas
        dividir|divide|dividido|dividimos|divido _3 vezes|x|parcelas|cartao|boleto|quantas|suave|suaves|pagamento
        gente|nos divide|parcela|financia|fatura
        divide|dividimos|divido pra vc|vcs
        divide|dividir|dividido|parcela|parcelar em|no
        da|daa|pode|possivel|tem pra|como|de? _1 parcelar|financiar|dividir|fatiar|faturar
        passa|passar|passamos no|em|o cartao
        vezes|x no|sem|fixas|iguais cartao|boleto|juros|crediario|cheque
        a prazo
        fiado
        primeira|segunda|parcela|boleto|fatura|duplicata|prestacao _3 vence|vencem|vencendo|vencimento
        vence|vencem|vencimento _3 @when|@month|#time|#date
        quitacao
        com|dando|por #percentage _3 garante|reserva|segura|leva|fecha
        parcela|financia|fatura sim|tambem|normal|tranquilo|direto
        banco do nordeste|brasil|povo
        """,
        _SPLIT,
    )
    + rules(
        """
        @accept _3 @method
        @method _2 rola|pode|funciona|funcionam|aceito|aceitos|liberado|aprovado|parceiro|tambem|ok|tranquilo|sai
        nao _2 @method
        prefere|prefer* _3 @method _2 @method
        """,
        _HOW,
    )
)
# Words that are about payment unless the sentence only says whose subject it is.
_NAMED = Matcher(
    rules(
        """
        @method
        financiar|financia|financiam|financiado|financiada|parcelinha|carencia
        ato mais|e|#
        no|em ate? # vezes|x
        santander|bradesco|itau|caixa|sicredi|sicoob|caixa economica|mercado pago
        mercado pago|pagos
        parcelado|parcelada|parcelados|parcelamento|parcelamentos|parcelinha|parcelinhas|parcela|parcelas|prestacoes|parcelar
        a vista
        no|em dinheiro
        juros
        """,
        _HOW,
    )
)
# Any other talk of paying.
_PAID = Matcher(rules("@pay", _HOW))
_ANSWERS = Matcher(
    rules(
        """
        #ratio
        #plain
        @method
        vista
        vezes
        dividido
        sim|claro|pode|isso|exato|consegue|daa|da|certeza|opa|fazemos|faz|tem
        """
        "\nnao _1 pode|fazemos|aceitamos|aceita|consegue|tem|da|daa|precisa|exigimos|rola\ninfelizmente nao"
        "\naceita|aceitamos|rola|passa|trabalhamos|financia|financiamos",
        _HOW,
    )
)
# What follows the word when it has nothing to do with paying.
_OTHER_SENSES = {
    "consorcio": ("municipios", "empresas", "produtores", "prefeituras"),
    "prestacao": ("servico", "servicos", "contas"),
    "cartao": ("fidelidade", "postal", "amarelo", "vermelho", "ponto"),
    "deposito": ("carne", "carnes", "frio", "estoque", "materiais"),
    "credito": ("carbono", "merecido"),
    "transferencia": ("calor", "massa", "conversa", "atendimento"),
}
_SHARED = ("conversa", "assunto", "papo", "trabalho", "tarefa", "tarefas", "equipe", "turno", "turnos", "lote", "lotes")
_SHARE = ("parcela", "parcelas")
_NET_DAYS = frozenset({7, 10, 14, 15, 20, 21, 28, 30, 35, 40, 42, 45, 50, 56, 60, 75, 84, 90, 105, 120, 150, 180})
_SCHEDULE = re.compile(r"(?<![\d/.,])\d{1,3}(?:\s?/\s?\d{2,3}){1,6}(?![\d/])")
_DOWN_PLUS = re.compile(r"\b(?:entrada|sinal|ato)\s?\+\s?\d")
_ONE_PLUS = re.compile(r"(?<![\d+.,])1\s?\+\s?(\d{1,2})(?![\d.,]|\s?[a-z%])")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        if not sheet.declined(finding.first) and not _another_sense(sheet, finding):
            yield finding
    for finding in hits(sheet, _PAID, sure=False):
        if not sheet.handed_over(finding.first) and not _another_sense(sheet, finding):
            yield finding
    for finding in hits(sheet, _NAMED):
        if not sheet.handed_over(finding.first) and not _another_sense(sheet, finding):
            yield finding
    yield from _schedules(sheet)
    if "payment" in sheet.topics and not sheet.has("@hedge", "@refer"):
        for finding in hits(sheet, _ANSWERS):
            if finding.first <= 3 and not sheet.handed_over(finding.first) and not _another_sense(sheet, finding):
                yield finding


def _another_sense(sheet: Sheet, finding: Finding) -> bool:
    """Shares of a production, inlets and signals, business cards, what the lead's customers pay."""
    span = range(finding.first, finding.end)
    words = [sheet.words[at] for at in span]
    texts = {word.text for word in words}
    at = finding.first
    if any(word.quoted for word in words):
        return True
    if any("@pay" in word.tags for word in words) and len(words) == 1:
        own = (
            "se",
            "clientes",
            "cliente",
            "frete",
            "lead",
            "funcionario",
            "funcionarios",
            "aluguel",
            "ela",
            "investimento",
        )
        if sheet.clause_has(at, *own) or sheet.clause_has(at, "#money", "#pieces", "@cut"):
            return True
        if sheet.asks(at) and not sheet.clause_has(at, "@method"):
            return True
    if "@pay" in words[0].tags and sheet.before(at, 1, "se"):
        return True
    if sheet.before(at, 2, "se") and sheet.handed_over(at) and not sheet.clause_has(at, "#ratio", "#money"):
        return True  # "perguntou se parcela, anotei pro consultor"
    carried = sheet.clause_has(at, "frete", "carreto", "transporte", "caminhao", "transportadora")
    if carried and not texts & {"entrada", "sinal", "vezes"} and not sheet.clause_has(at, "@method", "@instalment"):
        return True  # how the freight is paid is a freight condition
    if len(words) == 1 and texts & {"parcela", "parcelas"} and sheet.after(at, 1, "da", "do", "dos", "das", "de"):
        bought = ("compra", "maquina", "@product", "entrada", "pagamento", "credito", "financiamento", "#", "@method")
        return not sheet.after(at, 3, *bought)
    if texts & {"parcela", "parcelas"} and sheet.clause_has(at, "@make"):
        return not sheet.clause_has(at, "@pay", "#money", "@method")
    if texts & {"entrada", "sinal"} and not (texts & {"pagar", "resto", "restante"}):
        other = (
            "ar",
            "agua",
            "energia",
            "gas",
            "internet",
            "wifi",
            "celular",
            "telefone",
            "porta",
            "loja",
            "carne",
            "massa",
            "eletrica",
            "predio",
            "rua",
            "vida",
            "audio",
        )
        if sheet.clause_has(at, *other):
            return True
    card = next((index for index in span if sheet.words[index].text == "cartao"), None)
    if card is not None and sheet.after(
        card, 3, "cnpj", "visita", "visitas", "memoria", "postal", "socio", "telefone", "contato"
    ):
        return True
    if words[0].quantity is not None and sheet.clause_has(at, "@make") and sheet.before(at, 4, "@make"):
        return not sheet.clause_has(at, "@pay", "@method", "@instalment", "entrada", "sinal")
    if "metade" in texts and sheet.clause_has(at, "@make", "#mass"):
        return not sheet.clause_has(at, "@pay", "#money", "@method")
    if words[0].quantity is not None and sheet.clause_has(at, "era", "preco", "valor", "custava"):
        return not sheet.clause_has(at, "@method", "@instalment", "entrada", "sinal")
    if len(words) == 1 and sheet.after(at, 3, *_OTHER_SENSES.get(words[0].text, ())):
        return True
    if (
        words[0].text == "cheque"
        and at == sheet.sentence(at).first
        and sheet.after(at, 1, "se", "o", "os", "as", "seu")
    ):
        return True  # the verb
    if texts & {"acertar", "acerta"} and sheet.after(at, 1, "a", "o", "as", "os", "com"):
        return True  # "acertar a altura do disco"
    if texts & {"divide", "dividir", "dividido", "dividimos", "divido"} and sheet.after(at, 5, *_SHARED, "@make"):
        return True
    if texts & {"boleto", "boletos"} and sheet.after(at, 2, "energia", "luz", "aluguel", "agua", "fornecedor"):
        return True
    if "credito" in texts and sheet.before(at, 2, "merece", "dar", "da", "ganha", "ganham", "ganhar"):
        return True
    if "entrada" in texts and sheet.before(finding.end - 1, 2, "preco", "valor", "porta", "linha", "modelo"):
        return True
    if sheet.clause_has(at, "fornecedor", "fornecedores", "clientela"):
        return True
    return sheet.clause_has(at, "clientes", "cliente", "cardapio", "ifood") and sheet.clause_has(at, "@lead")


def _schedules(sheet: Sheet) -> Iterator[Finding]:
    """ "10x", "30/60/90", "28, 56 e 84 dias", "1 + 11"."""
    text = sheet.reading.text
    for match in _SCHEDULE.finditer(text) if "/" in text else ():
        days = [int(part) for part in match[0].replace(" ", "").split("/")]
        first, _ = sheet.words_within(match.start(), match.end())
        if first < len(sheet.words) and sheet.clause_has(first, "fornecedor", "fornecedores"):
            continue
        if all(day in _NET_DAYS for day in days) and days == sorted(set(days)) and (len(days) > 2 or days[-1] > 31):
            yield from _at(sheet, match)
    for match in _DOWN_PLUS.finditer(sheet.reading.folded) if "+" in text else ():
        yield from _at(sheet, match)
    for match in _ONE_PLUS.finditer(text) if "+" in text else ():
        if 1 <= int(match[1]) <= 36:
            yield from _at(sheet, match)
    for at, word in enumerate(sheet.words):
        quantity = word.quantity
        if quantity is None or word.quoted or sheet.declined(at):
            continue
        if quantity.unit == "x" and 2 <= quantity.high <= 72 and _is_instalments(sheet, at):
            yield Finding(at, at + 1, _SPLIT)
        if amounts.counted_out(sheet, at):
            yield Finding(at, at + 1, _SPLIT)
        listed = [sheet.words[index].quantity for index in range(at, min(at + 5, len(sheet.words)))]
        days = [int(item.low) for item in listed if item is not None and item.low == int(item.low)]
        if (
            len(days) >= 3
            and days == sorted(days)
            and set(days) <= _NET_DAYS
            and days[0] >= 14
            and not _measured(sheet, at)
        ):
            yield Finding(at, at + 1, _SPLIT)


def _measured(sheet: Sheet, at: int) -> bool:
    return sheet.clause_has(at, "#length", "#mass", "#volume", "@make", "#rate")


def _at(sheet: Sheet, match: re.Match[str]) -> Iterator[Finding]:
    first, end = sheet.words_within(match.start(), match.end())
    if first < end and not sheet.declined(first):
        yield Finding(first, end, _SPLIT)


_NOT_MONEY = (
    "semana",
    "dia",
    "dias",
    "mes",
    "mais",
    "menos",
    "maior",
    "melhor",
    "rapido",
    "rapida",
    "ao",
    "por",
    "na",
    "o",
    "a",
)


def _is_instalments(sheet: Sheet, at: int) -> bool:
    """ "10x" of a price, and not "5x por semana", "2x mais", "10 x 100 g"."""
    following = sheet.words[at + 1] if at + 1 < sheet.clause(at).stop else None
    if following is not None and following.quantity is not None:
        doubled = sheet.words[at].quantity.high < 4  # type: ignore[union-attr]  # "2 x 9.450" is a sum
        return "#money" in following.tags or (
            "#plain" in following.tags and following.quantity.low >= 300 and not doubled
        )
    if sheet.after(at, 2, "#money") or (
        following is not None and following.text == "de" and sheet.after(at, 2, "#plain")
    ):
        return True
    if sheet.clause_has(at, "@instalment") and not sheet.clause_has(at, "@make", "#rate"):
        return True
    if following is not None and following.text in _NOT_MONEY:
        return False
    if sheet.clause_has(at, "@method", "@instalment", "@pay", "#money") or "payment" in sheet.topics:
        return True
    offered = sheet.before(at, 2, "em", "ate", "faz", "fazemos", "de", "faco")
    return offered and not sheet.clause_has(at, "#rate", "#pieces", "#mass")
