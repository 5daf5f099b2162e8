"""Yes to a commitment the lead asks for: the answer is the promise (`eval/README.md`, 1.2 promise)."""

from collections.abc import Iterator
from dataclasses import replace

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

# A "sim" to these is the promise itself.
_ASKED = Matcher(
    rules(
        """
        alguem|tecnico|vcs|consultor|vendedor|equipe|representante|voce|engenheiro|instrutor _3 \
            vem|vai|vao|vir|passa|passam|visita|visitam|aparece _3 aqui|ca|loja|cozinha|medir|ver|mostrar|instalar
        ver|conhecer|vejo _4 funcionando|rodando|trabalhando|fabrica|perto|pessoalmente|vivo|operando|showroom
        fazem|faz|marca|marcam|tem|agenda|rola|posso _3 visita|demonstracao|demo|teste|test
        posso|podemos|consigo|da|daa|deixam|emprest* _3 testar|experimentar|provar|devolver
        vcs|voce|empresa|seleto _3 testar|testam|emprestam|treinam|ensinam|reservam|seguram|guardam|garantem|garante|
            adaptam|customizam|personalizam
        devolv*|devolu*|reembols*
        troca|trocam|trocar _4 defeito|maquina|gostar|quebrar|outra|nova
        garante|garantem|garantia _4 retorno|lucro|resultado|venda|vendas|aprovacao|que
        treinamento|treinam|treino _4 incluso|junto|gratis|inclui|vem
        inclui|tem|vem|da|dao|daa|fazem|faz|oferecem _3 treinamento|treino
        pegam|pega|aceitam|aceita|compram|compra|recebem _5 usada|usado|velha|velho|antiga|antigo|troca
        exclusiv*
        sob medida
        suporte|assistencia|atendem|atendimento _4 24h|madrugada|domingo|feriado|sempre|#time|#clock
        passa|aprova|libera|aprovam _3 @authority
        @authority _3 passa|aprova|libera|aprovam
        se paga|pagar
        @callback _4 #clock|#time
        """,
        "",
    )
)
_YES = Matcher(
    rules(
        """
        sim|claro|certeza|pode|podemos|vai|vamos|fazemos|faz|conseguimos|consigo|combinado|fechado|perfeitamente|logico
        deixa|deixamos comigo
        so escolher|marcar|agendar|combinar|vir|aparecer|avisar|falar|dizer
        quando|hora|dia que? quiser|preferir|puder
        prazer|portas abertas
        pode deixar
        aceitamos|pegamos|recebemos|compramos|trocamos|devolvemos|emprestamos|treinamos|levamos
        opa|uhum|aham|obvio|garantido|garanto|garantimos|sempre|tranquilo|tranquilamente|positivo|isso|demoro|bora
        """,
        "",
    )
)


def check(sheet: Sheet, reason: str) -> Iterator[Finding]:
    """Yes to a commitment the lead asks for: "alguém vem aqui?" – "vai sim"."""
    if sheet.has("@hedge", "@refer") or sheet.lead.has("video", "videos", "foto", "fotos", "catalogo"):
        return
    if not any(True for _ in sheet.lead.find(_ASKED)):
        return
    for finding in hits(sheet, _YES):
        opens = finding.first <= 2 and not sheet.asks(finding.first)
        if (
            opens
            and not sheet.before(finding.first, 2, "nao", "sem", "nem", "nunca")
            and not sheet.after(finding.end - 1, 1, "nao")
        ):
            yield replace(finding, reason=reason)
