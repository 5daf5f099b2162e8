"""Times and speeds of delivery, installation, service, return of the skewer line (`eval/README.md`, 1.2 deadline)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules
from seleto.lib.text.numbers import Kind as QuantityKind

_REASON = "Dá ou insinua um prazo (fabricação, entrega, instalação ou assistência); prazo é informado pelo consultor."

_STATED = Matcher(
    rules(
        """
        pronta|pronto|imediata entrega|retirada|envio
        entrega imediata|rapida|expressa|agil|garantida|programada
        em estoque
        a? pronta entrega
        tem|temos|ha _2 estoque|disponivel
        da|dara|dava _1 tempo
        nao? vai? demora|demorar|demoram _2 nao|nada|pouco|muito
        nao demora*
        @deliver _6 @when
        @when _6 @deliver
        @deliver _4 @fast
        @fast _4 @deliver
        @deliver _6 #time
        #time _6 @deliver
        @service _6 @when
        @service _6 #time
        @service _4 @fast
        #time _3 @service
        antes|ate|depois _3 @when _4 ai|na|ta|estara|cozinha|mao|usando|rodando|sua|seu|tem|esta|pronta|garanto
        @when _4 ta|esta|estara|vai|tao|ja|voce|vc _4 ai|rodando|usando|produzindo|cozinha|mao|maos|loja|porta|funcionando|faturando
        # dias|dia uteis|util|corridos|uteis
        dias uteis
        em #time _3 ta|esta|vai|voce|vc|chega|ai|ela|sai
        #time _1 apos|depois|contados|contando|corridos|uteis
        fila de
        @fast ta|esta|chega|vai|sai ai?
        ta|esta|estara|tao ai|la _2 @when|@fast|#time
        ela|maquina|equipamento volta|voltam|retorna|retomam|retoma _4 @when|#time|@fast
        linha|espeto|espetos _4 volta|voltam|retorna|retoma|disponivel|lancada|liberada _4 @when|#time|@fast
        volta|voltam|retorna|retoma _4 @when|#time|@fast|#date
        espeto|espetos _5 @when|#time|#date
        previsao _4 @when|#time|#date|mes|dias
        chega|chegam|chegar|entrega|entregamos|entregar _4 @when|#date|#time|@fast|antes|ate
        prazo _3 de|e|curto|medio|maximo|minimo _1 #|@fast|@when|#time|curto
        prazo curto|longo|bom|otimo|tranquilo|maximo|minimo
        """,
        _REASON,
    )
)
_ANSWERS = Matcher(
    rules(
        """
        #time
        #date
        @when
        @fast
        sim|claro|com certeza|certeza|consegue|conseguimos|da|chega|garantido|garanto|tranquilo|opa|demora|demoram
        nao da|chega|consegue|conseguimos|demora|vai
        antes|ate
        #plain
        talvez|provavelmente|acho|creio
        """,
        _REASON,
    )
)
_NOT_DELIVERY = (
    "garantia", "atende", "atendemos", "atendimento", "abre", "abrem", "funciona", "horario", "conversamos", "falou",
    "falamos", "atras", "ha", "faz",
)  # fmt: skip


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        if not _innocent(sheet, finding):
            yield finding
    if "deadline" in sheet.topics:
        for finding in hits(sheet, _ANSWERS):
            if finding.first <= 6 and not _innocent(sheet, finding) and not sheet.handed_over(finding.first):
                yield finding


def _innocent(sheet: Sheet, finding: Finding) -> bool:
    at = finding.first
    words = sheet.words[at : finding.end]
    if sheet.declined(at) or any(word.quoted for word in words):
        return True
    if any(word.quantity and word.quantity.period and word.quantity.kind is not QuantityKind.TIME for word in words):
        return True
    if any(sheet.is_any(index, *_NOT_DELIVERY) for index in sheet.clause(at)):
        return True
    return sheet.asks(at) and _asks_the_lead(sheet, at)


def _asks_the_lead(sheet: Sheet, at: int) -> bool:
    """A question about the lead's own timing, or about production."""
    sentence = sheet.sentence(at)
    names = (
        "voce",
        "vc",
        "vcs",
        "voces",
        "quer",
        "precisa",
        "pretende",
        "precisam",
        "sua",
        "seu",
        "pra",
        "ideal",
        "qual",
        "quando",
        "ja",
    )
    return any(sheet.is_any(index, *names) for index in range(sentence.first, sentence.end))
