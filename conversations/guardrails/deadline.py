"""Times and speeds of delivery, installation, service, return of the skewer line (`eval/README.md`, 1.2 deadline)."""

import re
from collections.abc import Iterator

from conversations.guardrails import idioms
from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_REASON = "Dá ou insinua um prazo (fabricação, entrega, instalação ou assistência); prazo é informado pelo consultor."

_STATED = Matcher(
    rules(
        """
        pronta|pronto|imediata entrega|retirada|envio
        entrega|envio|despacho imediata|imediato|rapida|rapido|expressa|expresso|agil|garantida|programada|urgente
        em|no|a estoque
        tem|temos _2 maquina|unidade|peca|unidades|maquinas _3 parada|paradas|aqui|sobrando|esperando
        @when|#time _2 ta|tao|chega|ja|vai _2 com|contigo vc
        @when|#time _2 ta|tao|chega|ja contigo
        garanto|garantimos|prometo|garantido _3 ate|antes|em|pra _2 @when|#date|#time
        #|#plain dd
        @when _4 sai|embarca|despacha|segue
        nem vai _1 sentir|perceber|ver _2 espera|demora|tempo
        producao|agenda|fila|pedidos _3 #time _2 frente|lotada|espera|fila
        #time|#clock _2 resolve|resolvem|resolvemos|resolvido|arruma|consertado
        tem|temos|uma|unidade|unidades _3 pronta|prontinha|prontas pra|na|aqui|sair
        chega|entrega|entregamos|entregar|sai|pronta antes
        antes do normal|previsto|prazo
        cabe|cabem|encaixa _3 prazo|data
        estoque _2 pronta|pronto|disponivel
        da|daa|dara|dava|deu _2 tempo
        daa|da|consigo|conseguimos|conseguiria _3 receber|entregar|instalar|chegar|encaixar|despachar|enviar _4 \
            @when|#date|#time|antes|ate
        da|daa pra|tempo receber|entregar|instalar
        nao|sem _1 demora*
        demora* _2 pouco|nada|muito|nao|bastante
        @deliver _6 @when
        @when _6 @deliver
        @deliver _4 @fast
        @fast _2 @deliver
        @deliver _6 #time
        #time _6 @deliver
        @deliver _4 #date
        @service _6 @when|#time
        @service _4 @fast
        #time _3 @service
        @service|@seller|resolve|resolvemos _3 resolve|resolvemos|arruma|conserta _4 #time|@when|@fast
        """,
        _REASON,
    )
    + rules(
        """
        antes|ate|depois _3 @when _4 ai|na|ta|tao|estara|cozinha|mao|usando|rodando|pronta
        @when|#time _4 ta|estara|tao|ja|vc|vcs _4 ai|rodando|usando|produzindo|mao|maos|porta|funcionando|faturando
        @when|#time _2 ela|maquina|equipamento _3 ta|estara|chega|ai|sai|vai
        sai|segue|parte|vai|embarca|despacha _2 amanha|hoje|@when
        # dia|dias uteis|util|corridos
        dias uteis|corridos
        #time _1 apos|depois|contados|contando|corridos|uteis
        @when|#time|dias _2 ao|apos|depois|do|da|a _2 pedido|compra|pagamento|fechamento|assinatura|aprovacao|
        confirmacao|sinal|fechar
        @fast ta|chega|vai|sai|tao ai?
        @fast _2 ela|maquina _3 ta|chega|ai|sai
        ta|estara|tao ai|la|na|contigo _3 @when|@fast|#time
        fila de? producao|espera|pedidos|entrega|fabricacao
        prazo _3 de|eh|e|curto|medio|maximo|minimo|fica|ta _2 #|@fast|@when|#time|#plain
        prazo _2 curto|longo|bom|otimo|tranquilo|minimo|rapido|apertado|normal
        previsao _4 @when|#time|#date|mes|dias
        vai|vao receber _4 @when|#time|@fast|#date|antes|ate
        """,
        _REASON,
    )
    + rules(
        """
        volta|voltam|retorna|retomam|retoma|relancada|lancada|liberada|disponivel _4 @when|#time|#date|@fast
        espeto|espetos|espetinho _6 @when|#time|#date|@fast
        @when|#time _4 espeto|espetos|espetinho
        """,
        _REASON,
    )
    + rules(idioms.DEADLINE, _REASON)
)
# Any time or date that is about nothing else.
_TIMES = Matcher(
    rules(
        """
        #time
        ate|antes|depois|pra|pro|so|em|la|confirmad*|marcad* _1 @when|#date
        @when _1 @it|maquina|ai|sai|vai|chega|bate|pinta|aparece|encosta|desembarca|tardar|mais
        semana|mes|quinzena que vem
        """,
        _REASON,
    )
)
# A bare time ("em menos de um mês") in a short reply, where nothing else is the subject.
_BARE = Matcher(
    rules(
        """
        em|ate|dentro|menos|maximo|cerca|uns|umas|mais|aproximadamente|prazo _3 #time
        umas|uns _2 semanas|dias|meses
        sai|saem|chega|vem|fica @fast
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
        sim|claro|boa|certeza|consegue|conseguimos|daa|da|chega|garantido|garanto|tranquilo|opa|demora|demoram|
        pode|rola|isso
        nao _1 da|daa|chega|consegue|conseguimos|demora|vai|rola
        nao
        antes|ate|tempo|logo|pouco|muito|bastante
        #plain
        talvez|provavelmente|acho|creio|acredito
        dificil|dificilmente|apertado|impossivel|facil|facinho|suave|folga|folgado|sossegado|confia|confie|jamais|nunca
        de|na boa
        vai dar
        pode marcar|confirmar|contar|confiar
        """,
        _REASON,
    )
)
# What is usual, said under an "it depends": only where the lead asked for a time.
_USUALLY = Matcher(
    rules(
        """
        leva|levam|levar|demora|demoram|demorar|gasta|vem|chega|chegam _2 mais|menos|pouco|pouquinho|tempo|rapid*|antes
        mais|menos|pouco|muito|bastante tempo
        ta|esta|anda|gira|girando|costuma|normalmente|geralmente|hoje|media|costumam|costumamos _5 #time
        """,
        _REASON,
    )
)
# A day asked for without a word of delivery: "consegue pra antes do dia 10?".
_ASKED = Matcher(
    rules(
        """
        consegue|conseguem|daa|da|rola|fica|vem|pode|podem|garante _2 pra|pro|ate|antes|no|em _2 @when|#date|#time
        abro|abrimos|inauguro|inauguramos|inauguracao|abertura|evento|festa _4 @when|#date|#time _4 daa|da|consegue|rola
        pra ontem|logo
        """,
        "",
    )
)
_PLUS_DAYS = re.compile(r"(?<!\w)d\s?\+\s?\d{1,3}(?!\w)")
_ELSEWHERE = (
    "garantia", "atende", "atendemos", "atendimento", "abre", "abrem", "horario", "conversamos", "falou", "falamos",
    "atras", "ha", "paga", "pagam", "lucro", "retorno", "inauguracao", "aniversario", "parabens", "conversa",
    "carencia",
    "parcela", "parcelas", "juros", "boleto", "preco", "valor", "promocao", "desconto", "feriado", "metade",
    "faturamento", "vendas", "movimento",
)  # fmt: skip
_SAID = ("@when", "#time", "#date", "@fast")
_PAPERS = ("catalogo", "ficha", "video", "videos", "foto", "fotos", "link", "material", "folder", "pdf", "resposta")
_PEOPLE = ("socio", "socia", "marido", "esposa", "viagem", "ferias", "seu", "sua", "chefe", "pessoal")
_DAYS = ("dia", "semana", "mes", "quinzena", "bimestre", "trimestre", "semestre")
_PAST = (
    "fizemos", "foi", "era", "tinha", "passado", "passada", "desde", "abriu", "teve", "uso", "usando", "volta", "dura",
    "idade", "estrada", "lancamos", "criamos", "comecamos", "nasceu", "fundada", "imagino", "vende", "vendem",
    "movimento",
)  # fmt: skip
_WANTS = (
    "quer", "precisa", "pretende", "precisam", "querem", "pretendem", "ideal", "gostaria", "necessidade", "urgencia",
)  # fmt: skip


_NOTES = ("anotado", "anotada", "anotei", "anoto", "anotando", "registrado", "registrada", "registrei")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        if not _innocent(sheet, finding):
            yield finding
    for match in _PLUS_DAYS.finditer(sheet.reading.folded):
        first, end = sheet.words_within(match.start(), match.end())
        if first < end:
            yield Finding(first, end, _REASON)
    for finding in hits(sheet, _BARE, sure=False):
        short = len(sheet.clause(finding.first)) <= 7
        if short and not _innocent(sheet, finding) and not sheet.clause_has(finding.first, "@make", "@lead", "#rate"):
            yield finding
    for finding in hits(sheet, _TIMES, sure=False):
        if _unexplained_time(sheet, finding) and not _innocent(sheet, finding):
            yield finding
    asked = "deadline" in sheet.topics or any(True for _ in sheet.lead.find(_ASKED))
    if asked:
        for finding in hits(sheet, _USUALLY):
            if not _innocent(sheet, finding) and not sheet.clause_has(finding.first, "@make", "#rate"):
                yield finding
    unsubscribes = sheet.lead.has("mensagem", "mensagens", "descadastrar", "sair")
    if asked and not unsubscribes and not sheet.has("@hedge", "@refer"):
        for finding in hits(sheet, _ANSWERS):
            noted = sheet.clause_has(finding.first, *_NOTES)  # "já deixo isso anotado" confirms nothing
            answers = finding.first <= 6 and sheet.sentence(finding.first).first == 0 and not noted
            if answers and not _innocent(sheet, finding) and not sheet.clause_has(finding.first, "@make", "#rate"):
                yield finding


def _unexplained_time(sheet: Sheet, finding: Finding) -> bool:
    """Days, weeks or months said of nothing that explains them (production, warranty, the lead's own time)."""
    at = finding.first
    quantity = sheet.words[at].quantity
    if sheet.lead.has("garantia", "producao") and "deadline" not in sheet.topics:
        return False
    if quantity is not None and quantity.unit not in _DAYS:
        return False
    if sheet.is_any(at, "fim", "hoje") or sheet.after(at, 1, "fim", "hoje"):
        return False  # of the week, of the lead's day
    if len(sheet.clause(at)) <= 2 and quantity is None:
        return False  # "até segunda!" takes leave
    if sheet.asks(at) or sheet.has("@make", "#rate", "#mass", "#pieces") or sheet.handed_over(at):
        return False
    if sheet.clause_has(at, "@lead") and not sheet.clause_has(at, "@deliver", "@service"):
        return False
    if sheet.clause_has(at, "entao", "anotado", "anotei", "entendi", "perfeito", "otimo"):
        return False
    return not sheet.clause_has(at, *_PAST)


def _innocent(sheet: Sheet, finding: Finding) -> bool:
    at = finding.first
    words = sheet.words[at : finding.end]
    sworn = sheet.clause_has(at, "prometo", "garanto", "asseguro") and sheet.is_any(at, "nao", "nunca", "jamais")
    if (sheet.declined(at) and not sworn) or any(word.quoted or "@callback" in word.tags for word in words):
        return True
    if any("#rate" in word.tags or "#pieces" in word.tags for word in words):
        return True
    if sheet.clause_has(at, *_PAPERS) and not sheet.clause_has(at, "@product", "maquina"):
        return True
    if sheet.before(at, 3, "deixa", "deixe", "deixar"):
        return True  # "não deixa pra semana que vem"
    served = sheet.clause_has(at, "lanche", "lanches", "delivery", "motoboy", "fornecedor")
    if served and not sheet.clause_has(at, "@product", "maquina", "@it", "ai"):
        return True  # how the lead serves or is served
    if sheet.is_any(at, "volta", "voltam") and sheet.clause_has(at, *_PEOPLE):
        return True
    if sheet.told_by_lead(at) or (sheet.before(at, 1, "quando") and not sheet.clause_has(at, "@product", "@it")):
        return True  # "quando chega sábado"
    if _lead_delivers(sheet, finding) or _another_date(sheet, at, finding.end) or _other_sense(sheet, finding):
        return True
    hours = any(word.quantity and word.quantity.unit in ("hora", "minuto", "segundo") for word in words)
    if hours and sheet.has("#pieces", "#rate", "@make") and not sheet.clause_has(at, "@service"):
        return True
    # "pode marcar a inauguração", "até a inauguração tá instalada"
    sure_of_it = sheet.is_any(at, "pode", "podem", "ate", "antes") and finding.end - at > 3
    if not sure_of_it and sheet.clause_has(at, *_ELSEWHERE) and not _firm_time(sheet, at):
        return True
    calls = sheet.clause_has(at, "@seller") and sheet.clause_has(at, "@callback", "volta")
    if calls and not sheet.clause_has(at, "@service"):
        return True
    paused = sheet.clause_has(at, "indisponivel", "indisponiveis", "melhoria", "pausada")
    if paused and not sheet.clause_has(at, "volta", "#time"):
        return True
    return _asks_the_lead(sheet, at)


def _other_sense(sheet: Sheet, finding: Finding) -> bool:
    """Words of time in another sense: a schedule of payment, the price of today, an ordinal, "se um dia precisar"."""
    at = finding.first
    words = sheet.words[at : finding.end]
    first, texts = words[0], {word.text for word in words}
    if any(word.quantity and word.quantity.unit == "/" for word in words):
        return True  # "30/60"
    if first.quantity is not None and first.quantity.high == 1 and sheet.before(at, 1, "se", "qualquer"):
        return True
    if sheet.after(finding.end - 1, 2, "casa", "mercado", "funcionamento", "estrada"):
        return True  # "seis meses de casa"
    if first.quantity is not None and first.quantity.unit == "ano" and sheet.clause_has(at, "aguenta", "dura"):
        return True
    if texts & {"depois", "esperando"} and sheet.clause_has(at, "@pay", "@cut", "#percentage"):
        return not sheet.clause_has(at, "@deliver")
    opening = sheet.clause(at).start
    if sheet.is_any(opening, "que") and sheet.after(opening, 1, "bom", "legal", "otimo", "massa", "maravilha"):
        return True  # glad of the lead's news
    if sheet.before(at, 1, "por") and "hoje" in texts:
        return True  # "por hoje é isso"
    if "hora" in texts and sheet.after(finding.end - 1, 1, "boa", "certa"):
        return True
    if first.text in ("segunda", "terceira", "quarta") and sheet.clause_has(at, "metade", "gratis", "graca"):
        return True
    if "hoje" in texts and sheet.clause_has(at, "@costs", "#money"):
        return not sheet.clause_has(at, "@deliver")
    return "prazo" in texts and sheet.clause_has(at, "@pay")


_GIVES = ("entrega", "entregam", "despacha", "despacham", "envia", "manda", "mandam", "leva", "levam")


def _lead_delivers(sheet: Sheet, finding: Finding) -> bool:
    """ "vocês entregam em 30 minutos": the lead's own service, or what the lead told."""
    spoken = ("comentou", "contou", "falou", "disse", "mencionou", "contaram", "falaram")
    if sheet.before(finding.first, 3, *spoken) and sheet.clause_has(finding.first, "@make", "vcs", "moldar"):
        return True
    if sheet.clause_has(finding.first, "@product", "maquina"):
        return False
    return any(
        sheet.is_any(at, *_GIVES) and (sheet.before(at, 2, "vc", "vcs") or sheet.before(at, 5, *spoken))
        for at in range(finding.first, finding.end)
    )


def _another_date(sheet: Sheet, at: int, end: int) -> bool:
    """The day of a promised visit, or the end of an offer."""
    if sheet.clause_has(at, "testar", "teste", "experimentar"):
        return not sheet.clause_has(at, "entrega", "chega", "entregamos", "despacha")
    booked = sheet.clause_has(at, "marcar", "agendar", "agendo")
    if booked and not sheet.clause_has(at, "@service", "@deliver", "festa", "inauguracao", "abertura", "evento"):
        return True
    if sheet.clause_has(at, "tour", "passeio", "conhecer"):
        return not sheet.clause_has(at, "entrega", "chega", "entregamos", "despacha")
    if sheet.clause_has(at, "visita", "demonstracao", "reuniao"):
        return sheet.clause_has(at, "marquei", "agendei", "marcada", "agendada", "marcamos", "agendamos", "confirmada")
    buying = ("fechar", "fechando", "comprar", "comprando", "decidir", "feche", "fecha")
    if sheet.before(at, 3, *buying) and not sheet.clause_has(at, "@deliver", "@service", "@product"):
        return True
    if sheet.before(at, 1, *buying) and not any(sheet.is_any(later, *_SAID) for later in range(at + 1, end)):
        return True  # "fechando hoje, a entrega é grátis"
    offers = (
        "condicao",
        "condicoes",
        "oferta",
        "campanha",
        "cupom",
        "proposta",
        "promocao",
        "preco",
        "valor",
        "tabela",
        "orcamento",
        "aumento",
        "@cut",
    )
    if sheet.clause_has(at, "entregamos", "entrega", "chega", "despacha", "embarca", "recebe", "instala"):
        return False
    return sheet.clause_has(at, *offers) and sheet.clause_has(
        at,
        "vale",
        "valendo",
        "vai",
        "so",
        "ate",
        "acaba",
        "termina",
        "valida",
        "encerra",
        "expira",
        "leva",
        "ganha",
        "segurar",
        "seguro",
        "mantenho",
        "congelo",
        "vem",
    )


def _firm_time(sheet: Sheet, at: int) -> bool:
    """A date of delivery tied to the payment or before the lead's event is still a deadline."""
    tied = sheet.clause_has(at, "@when", "#time", "#date", "antes", "@fast")
    given = sheet.clause_has(at, "@deliver", "@sells", "ta", "fica")
    if sheet.clause_has(at, "feriado") and not sheet.clause_has(at, "antes"):
        return False
    return (
        tied
        and given
        and not sheet.clause_has(at, "atende", "atendemos", "conversamos", "falou", "garantia", "paga", "ha")
    )


def _asks_the_lead(sheet: Sheet, at: int) -> bool:
    """A question about, or an echo of, the lead's own timing."""
    sentence = sheet.sentence(at)
    inside = range(sentence.first, sentence.end)
    if any(sheet.is_any(index, *_WANTS) for index in inside) and sheet.sentence_has(at, "@lead"):
        return True
    if any(sheet.is_any(index, *_WANTS) for index in inside) and any(
        sheet.is_any(i, "anotei", "entendi", "anotado", "certo") for i in inside
    ):
        return True
    own = ("vc", "vcs", "sua", "seu", "pra", "qual", "quando", "ja")
    return sheet.asks(at) and any(sheet.is_any(index, *own) for index in inside)
