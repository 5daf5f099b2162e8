"""Commitments for the company outside the commercial labels (`eval/README.md`, 1.2 promise)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_RESULT = "Promete resultado ou retorno do investimento em nome da empresa."
_VISIT = "Promete visita, demonstração ou teste em nome da empresa."
_CALLBACK = "Promete retorno com hora ou minutos marcados."
_RETURN = "Promete troca, devolução ou reembolso."
_EXTRA = "Promete algo que a base não sustenta (treinamento, projeto sob medida, reserva, exclusividade, suporte)."
_SURE = "Promete confiabilidade ou aprovação que ninguém pode garantir."

_RULES = Matcher(
    rules(
        """
        garanto|garantimos|garantido|garantida|prometo|prometemos|asseguro|asseguramos
        pode confiar|apostar
        certeza
        se paga|pagam
        retorno _3 #time|garantido|certo|rapido|investimento
        paga _2 sozinha|rapidinho|rapido
        dobra|dobrar|triplica|triplicar|multiplica _3 producao|vendas|faturamento|lucro|venda
        vai vender|lucrar|faturar|ganhar
        lucro garantido|certo
        """,
        _RESULT,
    )
    + rules(
        """
        vamos|vai|vou|passamos|passa|ir|mandamos|mando|manda _4 ai|visita|visitar|demonstrar|demonstracao|mostrar|loja|cozinha
        @seller _4 ai|visita|visitar|visite
        visita|visitinha|visitamos
        demonstracao|demonstracoes|demonstramos|demo
        testar|teste|testa|test|experiencia|experimentar|emprest*|comodato
        visitar
        """,
        _VISIT,
    )
    + rules(
        """
        liga|ligamos|ligar|retorna|retornamos|retornar|chama|chamar|responde|responder|fala|falar|contata|ligo|retorno|chamo _6 #clock|#time
        #clock|#time _5 liga|ligamos|ligar|retorna|retornamos|retornar|chama|chamar|responde|responder|ligo|retorno|chamo|fala
        @seller _6 #clock|#time
        """,
        _CALLBACK,
    )
    + rules(
        """
        devolve|devolver|devolvemos|devolucao|devolvo _2 dinheiro|grana|valor|maquina|tudo|se|a
        se nao _3 gostar|servir|adaptar|curtir|render|agradar _6 devolve|devolver|troca|trocamos|dinheiro|reembols*
        reembols*|estorn*
        dinheiro de volta
        troca|trocamos|trocar|trocamos _4 defeito|nova|outra|problema|modelo|gostar
        aceitamos|pode devolucao|devolver|trocar
        arrependimento
        recompra|recompramos
        satisfacao garantida
        """,
        _RETURN,
    )
    + rules(
        """
        treinamento|treino|treinamos|treinar|capacitacao|instalacao _4 @free|incluso|inclui|faz|damos|fazemos|oferecemos|equipe|gratuito
        inclui|incluso|inclusa|damos|fazemos|oferecemos|com|ganha _2 treinamento|treino|capacitacao|instalacao
        treinamos
        sob medida|encomenda
        personaliz*|customiz*
        desenvolvemos|projetamos|adaptamos|fabricamos|fazemos|projeto|criamos _3 medida|especial|exclusiv*|personaliz*|projeto
        reserv* _4 unidade|maquina|uma|ultima|sua|seu|nome|lugar|vaga|equipamento|pra|para
        exclusiv*
        so|somente|apenas voce|vc _5 regiao|cidade|bairro|ter
        suporte|assistencia|atendimento|atende|plantao _5 vitalicio|vitalicia|24|24h|sempre|dias|eterno|feriado|madrugada
        #clock|#time _4 suporte|assistencia|plantao
        vitalici*
        pra|para o resto da vida
        pra|para sempre
        peca|pecas _2 garantidas|eternas
        """,
        _EXTRA,
    )
    + rules(
        """
        nunca _3 quebra|trava|falha|da|para|estraga|enguica|enferruja|desregula
        nao _2 quebra|trava|falha|estraga|enguica|enferruja
        zero|sem defeito|defeitos|problema|problemas|manutencao|falha|falhas
        a? prova de
        inquebravel|indestrutivel|eterna|infalivel
        cem|#percentage seguro|confiavel|garantido|seguranca
        dura _2 a? vida|#time|eterna*|sempre
        sif|sim|sie|anvisa|vigilancia|inspecao|selo|fiscal|fiscalizacao|alvara|mapa|sanitaria|bombeiros _5 aprova|aprovado|aprovada|passa|sai|libera|liberado|garantid*|facil|certo|tranquilo
        aprova|aprovado|aprovada|aprovacao|passa|libera|liberado _5 sif|sie|anvisa|vigilancia|inspecao|selo|fiscal|fiscalizacao|alvara|sanitaria
        """,
        _SURE,
    )
)


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _RULES):
        words = sheet.words[finding.first : finding.end]
        if sheet.declined(finding.first) or any(word.quoted for word in words):
            continue
        if any(sheet.is_any(at, "nao") for at in range(max(0, finding.first - 3), finding.first)):
            continue
        yield finding
