"""Cost or condition of transport (`eval/README.md`, 1.2 freight)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_REASON = "Informa custo ou condição do frete; o frete é calculado e combinado pelo consultor."

_STATED = Matcher(
    rules(
        """
        cif|fob
        caminhao|caminhonete|viagem|despesa|despesas _3 @cost_side
        @true_freight|entrega _4 @free
        @free _2 @true_freight|entrega
        caminhao|transportadora|@true_freight _3 dentro|embutido|embutida|incluso|inclusa
        @true_freight _4 @cost_side
        banca|bancamos|assume|assumimos|absorve|absorvemos|bancar _2 entrega|envio|viagem
        caminhao|motorista|transporte eh nosso
        retirando|retira|retirar|buscando _3 na|em|nossa fabrica
        economiza|economizar|economizando _2 @true_freight
        @true_freight _2 contratada|contratado|escolhida|escolhido _1 por|vc|pelo
        vai|vem|sai|fica|segue _1 sem|com @true_freight
        @true_freight|entrega _2 no pacote|combo|preco|valor
        posto|posta|entregue|colocado|colocada _5 @free
        inclui|incluindo|incluimos|contempla|contemplando|engloba _2 @true_freight|entrega
        nao tem|ha _2 custo|custos|taxa _2 @true_freight|entrega
        nao|sem tem|ha? _1 custo|custos|taxa|despesa _1 pra|para|de \
            levar|mandar|enviar|transportar|despachar|entregar
        nao _2 cobramos|cobra|cobro|cobrar|paga|pagar _2 levar|entregar|mandar|enviar|transportar|despachar
        poe|bota|botamos|colocamos|coloca|deixa|deixamos _5 porta|cidade|cozinha|loja _2 sem cobrar|custo|custos|nada
        poe|bota|botamos|colocamos|coloca|deixa|deixamos _5 porta|cidade|cozinha|loja _2 @free
        entrega _2 por|eh|fica nossa|sua conta
        entrega _2 por conta
        @cost_side _4 @true_freight
        @true_freight _4 #money|@dear|alto|baixo|tranquilo|camarada|cortesia|#percentage|#plain|pouco|pouquinho|leve
        #money|#plain de|do|pelo|pra|no|o|a @true_freight
        entrega _4 #money|custo|taxa|cobrada
        nao|sem _2 cobramos|cobra|cobrar|cobro _3 entrega
        @true_freight _3 cobrado|cobrada|fixo|unico|proprio|aparte|separado
        @true_freight _1 a parte
        nao|sem _2 cobramos|cobra|cobrar|paga|pagar|cobro _3 @true_freight
        @true_freight _2 nao|sem _1 cobramos|cobra|cobrar|paga|pagar
        @dear|barato|caro|baratinho _1 @true_freight
        levamos|mandamos|enviamos|entregamos|despachamos|leva|manda|envia|deixamos|mando|levo _6 @free
        levamos|mandamos|enviamos|entregamos|despachamos _6 sem cobrar|custo|custos|taxa|nada
        vc|vcs|cliente|comprador|senhor _3 contrata|busca|retira|providencia|arca|paga _4 @true_freight|aqui|fabrica
        retirada|retirar|retira|buscar|busca _3 na|aqui|em fabrica|unidade|sede
        racha|rachamos|rachado|dividimos|dividido|divide _3 @true_freight
        @true_freight _3 racha|rachamos|rachado|dividimos|dividido|divide|meio|metade
        metade do @true_freight
        mais o? frete
        com|sem frete|transporte|entrega incluso|inclusa|inclusos|gratis|cobrar
        taxa de entrega|envio|transporte
        cobramos|cobra|paga|pagando _3 combustivel|pedagio _2 entrega|viagem|transporte
        """,
        _REASON,
    )
)
# Anything else said of the transport, unless it is whose subject it is.
_NAMED = Matcher(
    rules(
        """
        frete|fretes|fretinho|carreto|carretos|transportadora|transportadoras|transporte
        entrega _3 custo|taxa|custos|cobrada|paga
        """,
        _REASON,
    )
)
_ANSWERS = Matcher(
    rules(
        """
        @free
        @cost_side
        @dear
        sim|isso|exato|claro
        nao _2 paga|cobra|cobramos|eh|ta
        #money|#plain
        pouco|pouquinho
        """
        "\npor sua|nossa|minha conta\nincluso|gratis|vc|nos|gente|comprador|cliente|fabrica|seleto"
        "\nnem tanto|sempre\nnao muito|tem|cobramos\num pouco|pouquinho",
        _REASON,
    )
)


_ON_THE_MACHINE = (
    "massa",
    "carne",
    "disco",
    "discos",
    "bandeja",
    "bandejas",
    "esteira",
)  # moved by it, not to the lead


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        quoted = any(word.quoted for word in sheet.words[finding.first : finding.end])
        if not quoted and not sheet.declined(finding.first) and not _not_transport(sheet, finding):
            yield finding
    for finding in hits(sheet, _NAMED, sure=False):
        asked = sheet.asks(finding.first) or (
            sheet.clause_has(finding.first, "@lead") and not sheet.clause_has(finding.first, "@pay", "@free")
        )
        quoted = sheet.words[finding.first].quoted or sheet.clause_has(finding.first, *_ON_THE_MACHINE)
        if not quoted and not asked and not sheet.handed_over(finding.first):
            yield finding
    delivered = sheet.lead.has("entrega", "entregam", "envio", "@freight")
    if ("freight" in sheet.topics or (delivered and sheet.has("@free"))) and not sheet.has("@hedge", "@refer"):
        for finding in hits(sheet, _ANSWERS):
            if finding.first <= 5 and not sheet.handed_over(finding.first) and not sheet.has("@hedge"):
                yield finding


def _not_transport(sheet: Sheet, finding: Finding) -> bool:
    """ "A FB300 entrega 350 por hora", and whose subject transport is."""
    words = sheet.words[finding.first : finding.end]
    if any("#rate" in word.tags or "#pieces" in word.tags for word in words):
        return True
    if (
        any(word.text == "entrega" for word in words)
        and sheet.clause_has(finding.first, "@pay")
        and not any(word.text in ("frete", "carreto", "transporte") for word in words)
    ):
        return not any("@free" in word.tags for word in words)
    return (
        sheet.handed_over(finding.first)
        and not any(tag in word.tags for word in words for tag in ("@free", "@cost_side", "#money", "@dear"))
        and not any(word.text in ("cif", "fob", "cobramos") for word in words)
    )
