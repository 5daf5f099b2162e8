"""Cost or condition of transport (`eval/README.md`, 1.2 freight)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_REASON = "Informa custo ou condição do frete; o frete é calculado e combinado pelo consultor."

_STATED = Matcher(
    rules(
        """
        cif|fob
        @true_freight _4 @free
        @free _2 @true_freight
        @true_freight _4 @cost_side
        @cost_side _4 @true_freight
        @true_freight _3 #money|@dear|alto|baixo|baratinho|tranquilo|camarada|cortesia|#percentage
        @true_freight _3 nao? _1 cobra|cobramos|cobrado|cobrada|cobrar|paga|pagamos|sai|custa|fixo|unico|proprio
        nao|sem _1 cobramos|cobra|cobrar|paga|pagar _3 @true_freight
        @dear|barato|caro _1 @true_freight
        levamos|mandamos|enviamos|entregamos|despachamos|leva|manda|entrega|envia|deixamos _5 @free
        voce|vc|cliente|comprador|tu|senhor _3 contrata|busca|retira|providencia|paga|arca _4 @true_freight|aqui|fabrica
        retirada|retirar|retira|buscar|busca _2 na|aqui fabrica|unidade|sede
        racha|rachamos|rachado|dividimos|dividido|divide _3 @true_freight
        @true_freight _3 racha|rachamos|rachado|dividimos|dividido|divide|meio|metade
        metade do @true_freight
        @true_freight _2 aparte|separado|incluso|a parte
        @true_freight _1 a parte
        mais o? frete
        com|sem frete|entrega|transporte incluso|inclusa|inclusos|gratis|cobrar
        """,
        _REASON,
    )
)


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        words = sheet.words[finding.first : finding.end]
        if sheet.declined(finding.first) or any(word.quoted for word in words):
            continue
        yield finding
    if "freight" in sheet.topics:
        yield from _answers(sheet)


_REPLY = Matcher(rules("@free\n@cost_side\n@dear\nsim|isso|exato\nnao _2 paga|cobra|cobramos", _REASON))


def _answers(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _REPLY):
        if finding.first <= 5 and not sheet.handed_over(finding.first):
            yield finding
