"""Discounts, promotions, gifts, haggling (`eval/README.md`, 1.2 discount)."""

from collections.abc import Iterator

from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_REASON = "Oferece, insinua ou nega desconto, promoção ou condição especial; isso é negociado pelo consultor."

_STATED = Matcher(
    rules(
        """
        temos|tem|ha|rola|rolando|consigo|conseguimos|dou|damos|da|faco|fazemos|ganha|ganham|aplico|libero _4 @cut
        @cut _3 de|especial|garantido|garantida|imperdivel|exclusivo|exclusiva|hoje|pra|para|ate|nessa|neste|no|na|se|so
        @cut ativa|rolando|valida|vigente|relampago
        #percentage _3 @cut
        @cut _2 #percentage|#money|#
        #money _2 de|a @cut
        #percentage|# _2 a? menos|off|abaixo
        preco|precinho|precao|valor|condicao|condicoes|tabela|proposta _2 especial|especiais|diferenciad*|melhor|melhores
        preco|precinho|valor|condicao _2 bacana|camarada|amigo|amiga|promocional|negociavel|antigo|antiga|imperdivel
        condicao|condicoes _1 especial|especiais|diferenciad*|exclusiva|imperdivel|imperdiveis|boa|otima|unica|legal
        melhor|melhores|bom|boa|otimo preco|precinho|condicao|condicoes|valor|oferta|proposta
        melhorar|melhora|melhoro|melhoramos _3 preco|valor|condicao|condicoes|proposta|oferta
        faco|fazemos|faz|fazer|consigo um|aquele|esse preco|precinho|valorzinho|precao|valor
        seguro|seguramos|segura|segurar|mantenho|mantemos|manter|congelo|congelamos|garanto|travo|travamos _3 preco|valor|tabela|condicao
        cobrimos|cubro|cobre|igualamos|igualo|batemos|bato _4 oferta|proposta|preco|concorrencia|concorrente|orcamento|valor
        baixo|baixa|baixamos|baixar|abaixo|abaixa|abaixamos|abaixar|reduzo|reduzimos|reduz|tiro _3 preco|valor|um|pouco|pouquinho
        da|dou|damos|consigo|conseguimos|tem|dar _2 pra|para|uma|um? baixar|abaixar|negociar|melhorar|choradinha|chorada|arredondar|tirar|aliviada
        arredondo|arredondamos
        gordura|gordurinha|margem _4 negociar|queimar|mexer|preco|valor
        margem pra|para
        negociavel|negociaveis|flexivel
        negociar|negociamos|negocio _3 valor|preco|um|melhor
        levando|leva|levar|pegando|comprando|compra|compre|fechando|fecha|fechar _4 ganha|ganham|leva|desconto|mais|melhor|menos|especial|brinde|sai
        levando|pegando|comprando|fechando|fecha _3 duas|dois|#|hoje|agora|semana|kit|combo|conjunto _6 @free|ganha|ganham|mais|melhor|menos|especial|brinde|sai|fica|frete|gratis
        quanto mais _3 menos|mais|menor|melhor
        mais _1 levar|comprar|pegar _5 @dear|menor|melhor|menos
        ganha|ganham|leva|levam|vai|de _2 brinde|presente|bonus|cortesia|mimo|gratis
        de presente|brinde|bonus|cortesia
        ganha|ganham|leva um|uma|dois|duas|# _3 gratis|extra|extras|brinde|presente
        sai|fica|saem _2 mais em conta _3 cada|junto|juntos|levando|par|kit
        chora|choro|chorar|chorinho|pechinch*|barganh*
        vai|fica|sai mais? @dear _1 se|levando|pagando|fechando
        desconto
        @cut _1 infelizmente
        nao _3 @cut
        nao _3 como|pra|para|da|tem _1 baixar|abaixar|reduzir|melhorar
        ja|valor|preco _4 melhor|minimo|menor possivel
        ultimo|fechado preco|valor
        preco fechado|fixo|tabelado
        cliente|clientes|pra|para|quem _4 especial|tabela diferenciad*|desconto|vantagem|vantagens
        tabela especial|diferenciad*|promocional|vip|antiga
        dou|damos|da um|uma|aquela jeito|jeitinho|forca|forcinha|moral|ajeitada|melhorada|caprichada
        precinho
        #percentage _3 a? vista|pix|dinheiro
        #percentage se|pra|para|por|caso _3 fechar|fechando|pagar|for|levar|comprar|hoje
        aproveita|aproveite|aproveitar _5 preco|valor|condicao|oferta|promocao|mes|semana|hoje|agora
        vai|antes aumentar|subir|reajust*
        antes do|de reajuste|aumento|aumentar|subir
        preco|valor|tabela _1 antigo|antiga|passado|passada|velho
        """,
        _REASON,
    )
)
_NAMED = Matcher(rules("@cut", _REASON))
_NEVER = ("numero", "conta", "calculo", "resultado", "horario", "opcao", "nome")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        if not sheet.declined(finding.first) and not _own_or_quoted(sheet, finding):
            yield finding
    for finding in hits(sheet, _NAMED):
        if not sheet.handed_over(finding.first) and not _own_or_quoted(sheet, finding):
            yield finding


def _own_or_quoted(sheet: Sheet, finding: Finding) -> bool:
    """The lead's own promotion, or words quoted back."""
    if any(word.quoted for word in sheet.words[finding.first : finding.end]):
        return True
    own = range(max(sheet.clause(finding.first).start, finding.first - 3), finding.end)
    return any(sheet.is_any(at, "sua", "seu", "suas", "seus", "tua", "teu", "voces", "vcs") for at in own) and not any(
        sheet.is_any(at, "@we", "pra", "para", "@product") for at in own
    )
