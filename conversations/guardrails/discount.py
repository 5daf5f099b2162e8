"""Discounts, promotions, gifts, haggling (`eval/README.md`, 1.2 discount)."""

from collections.abc import Iterator

from conversations.guardrails import idioms
from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules

_REASON = "Oferece, insinua ou nega desconto, promoção ou condição especial; isso é negociado pelo consultor."

_STATED = Matcher(
    rules(
        """
        temos|tem|ha|rola|rolando|consigo|conseguimos|dou|damos|daa|faco|fazemos|ganha|ganham|aplico|libero _4 @cut
        @cut _3 especial|garantido|garantida|imperdivel|exclusivo|exclusiva|hoje|ate|rolando|ativa|valida|vigente
        #percentage _3 @cut
        @cut _2 #percentage|#money|#
        #money _2 de|a @cut
        #percentage _1 a? menos|off|abaixo
        #percentage _1 mais barato
        tirar|tiro|abater|abato|reduzir|reduzo|baixar|descontar _2 #percentage|#money
        #percentage _3 a? vista|pix|dinheiro|especie
        #percentage se|pra|por|caso _3 fechar|fechando|pagar|for|levar|comprar|hoje|vc
        tiro|tiramos|abato|abatemos|desconto #|#percentage|#money
        baixo|baixamos|abaixamos|reduzo|reduzimos _1 #money|#percentage
        de #|#money por #|#money
        baixo|baixamos|abaixamos um pouco|pouquinho|cadinho|tiquinho|tico|bocado|tantinho
        @method|vista|dinheiro|especie _3 cai|baixa|abaixa|melhora|reduz|diminui|alivia|desce|abate
        cai|baixa|abaixa|desce|diminui|economiza _2 #percentage
        """,
        _REASON,
    )
    + rules(
        """
        gerente|diretor|dono|chefe|comercial|fabrica|gente|pessoal|ele|ela|eles|sempre|costuma* _4 \
            baixa|baixam|baixar|abaixa|abaixam|abate|abatem|abater|alivia|aliviam|afrouxa|afrouxar|ajeita|ajeitam \
            _1 pouco|pouquinho|tantinho|bocado|algo|alguma|coisa|coisinha|bem|preco|valor|pra
        abater|abato|abatemos|abate|tiro|tirar|tiramos|tira|diminuo|diminuimos|alivio|aliviar|aliviamos _2 \
            casquinha|pouquinho|coisinha|diferenca|beirada|beiradinha|lasquinha
        tratamento|conversa|negocio|papo|historia|tabela|condicao|condicoes|proposta _1 eh|fica|sao|vira|muda \
            outro|outra|outros|outras|diferente|melhor|especial|diferenciad*
        levando|pegando|comprando|fechando|levar|pegar|comprar|fechar _4 dois|duas|tres|#|par|lote|conjunto|kit|mais|
            junto|juntos|juntas|quantidade|volume _6 \
            tratamento|compensa|vantag*|vantajos*|melhor*|facilita|ajud*|mimo|desce|cai|alivia|conversa
        estamos|temos|tem|ta|rolando|nossa|nosso|comecou|vem|vai|teremos _3 \
            campanha|feirao|liquida|outlet|queimao|torra
        campanha|feirao de|da|do _2 lancamento|feira|verao|inverno|natal|aniversario|@when|seleto|fabrica
        programa|clube|cartao|pontos de? fidelidade|indicacao|vantagens|pontos
        indicou|indicar|indique|indica|indicando|traz|trouxer|trazer _7 \
            ganha|ganhe|credito|bonus|premio|pontos|comissao|recompensa|desconto|leva
        condicao|condicoes|oferta|preco|valor|tabela|proposta|precinho _3 so|vale|valida|valido|vai|termina|acaba|
            encerra|expira|dura|vence _3 @when|#date|#time
        leve|leva|levar|levou #|dois|duas|tres pague|paga|pagar|pagou #|um|uma|dois|duas
        coloco|colocamos|boto|botamos|incluo|incluimos|acrescento|ponho|jogo|encaixo|mando|mandamos|damos|dou _5 \
            gratis|brinde|cortesia|lambuja|brindezinho|presente
        de lambuja|quebra|lambujem
        por minha|nossa conta _2 molde|moldes|faca|facas|jogo|kit|acessorio*
        molde|moldes|faca|facas|jogo|kit|acessorio* _5 por minha|nossa conta
        senta|sentar|sentamos|sento _3 conversa|conversar|conversamos|negocia|negociar
        da|daa pra|para _1 conversar|negociar|ajeitar|apertar _2 preco|valor|isso|condicao|numero
        dou|damos|daa|dar|faco _1 arredondada|ajeitada|caprichada|melhorada|enxugada|apertada
        gente|nos|eu|fechando|pagando|levando _1 melhora|melhoro|melhoramos
        somos|sou|gente|pessoal|gerente|comercial|bem _2 flexiv*|maleav*
        flexiv*|maleav*|flexibiliz* _3 preco|valor|condicao|condicoes|tabela
        gerente|pessoal|comercial|gente|fabrica|diretoria|consultor _3 ceder|cede|cedem
        acha|acho|arruma|arrumo|arranja|arranjo|tem|existe|encontra* _2 jeitinho
        liberar|libero|oferecer|ofereco|arrumar|arrumo|dar|dou|incluir _2 \
            algo|alguma|coisinha|extrinha|plus _2 mais|extra|especial|coisa|pra
        quanto maior|mais _3 pedido|compra|quantidade|unidades|lote|maquinas _3 melhor|menor|mais|barato
        valor|preco eh valor|preco
        regalia*|mordomia*|privilegio|privilegios|recompens*
        oferecer|oferecemos|ofereco|conceder|concedo|concedemos|aplicar|aplico|liberar|autorizad* _3 #percentage
        proposta|oferta|orcamento|preco|valor _6 bato|batemos|cubro|cobrimos|igualo|igualamos|supero|superamos
        achar|achou|encontrar|encontrou|viu|acha _4 barato|menor|menos|abaixo _4 \
            cobre|cobrimos|cubro|igual*|bato|batemos|bate
        vem|tera|havera|preve*|sofre|proximo|novo _2 reajust*
        gente|nos|eu conversa|conversamos|converso|ve|vemos|negocia|negocio|acerta|combina _3 \
            preco|valor|valores|condicao|condicoes
        faco|fazemos diferente|diferenciado|melhor
        valorzinho
        preco|valor|condicao|condicoes|tabela _5 vantajos*|atrativ*|convidativ*
        consigo|conseguimos|posso|podemos tirar|abater pra vc|vcs
        preco|tabela|pagar|paga|pagando|valor _1 cheio|cheia
        esquece|esqueca|ignora _1 tabela|preco|valor
        brincar|brinca|brincamos|trabalhar|trabalhamos no|com valor|preco
        brincar|brinca|brincamos|trabalhar|trabalhamos no|com o|esse|nosso valor|preco
        agradinho|agradinhos
        eu|gente|nos ajeito|ajeita|ajeitamos
        mexer|mexo|mexemos|mexe _2 valor|preco|tabela
        queimando|queimar|torrando|torrar|desovando|desovar|liquidando|liquidar _2 estoque|preco|@product
        existe|tem|temos|ha|damos|rola _2 incentivo|incentivos|subsidio
        kit|presente|surpresa de? boas vindas
        orcamento|proposta|preco|valor _2 @rival|outro|outra|outros _5 \
            conversa|conversamos|ve|vemos|negoci*|estud*
        temos|tenho|existe|sempre|ainda _2 margem|margenzinha|brecha
        preco|valor|condicao|tabela de feira|evento|abertura|estreia|showroom
        preco|valor|condicao|condicoes|tabela|oferta _4 continua|segue|permanece|ainda valendo|valido|valida|vale
        preco|valor|condicao|tabela|oferta _2 congelo|congelamos|mantenho|mantemos|travo|travamos|seguro|seguramos
        cliente|clientes|quem|parceiro|parceiros|revenda|associado _3 paga|pagam|leva|desembolsa menos
        unitario _1 menor|melhor|cai|baixa|desce|diminui
        sobe|sobem|aumenta|aumentam|reajusta de? preco|valor|tabela
        peco|pedir|intercedo|interceder|brigo|brigar _1 por voce
        aperto|apertar|apertamos|pressiono|brigo|brigar|converso _2 comercial|gerente|chefe|diretoria|financeiro
        sai|sair|saia|fica|ficar|fazer _1 mais? em conta _1 pra|se|levando|fechando
        """,
        _REASON,
    )
    + rules(
        """
        posso|consigo|vou|tento|vejo|podemos|conseguimos|arranjo|arrumo|peco _3 @cut
        preco|precos|valor|valores|tabela _3 cai|abaixa|diminui|reduz|melhora|despenca
        preco|precos|valor|tabela _1 sobe|aumenta|muda|vira|reajusta _4 fecha|feche|aproveita|corre|garante|logo
        preco|valor|tabela eh|fica|sai outro|outra|diferente|melhor
        dou|damos|daa|faco|fazemos|tem|temos|ofereco|rola _3 especial|agrado|forca|mimo|moral|colher|carta
        carta na manga
        capricho|caprichamos|caprichar|caprichada
        tem|temos|dou|consigo|ganha|ganho _1 #percentage te|pra|se|hoje|fechando|esperando
        @rival _4 menos|menor|abaixo|igual|fizer|fazem|cobrir
        aproveita|aproveite|corre|corra _5 sobe|subir|aumenta|vira|acaba
        abaixo da tabela
        arredond* _2 baixo
        menos #|#money se
        segunda|terceira|outra|proxima|quarta _2 sai|fica|vem|eh _2 metade|gratis|menos|#percentage|graca|preco
        preco|precinho|precao|valor|tabela|proposta|condicao|condicoes _2 especial|especiais|diferenciad*|promocional
        preco|precinho|valor|condicao|condicoes _2 bacana|camarada|amigo|amiga|negociavel|imperdivel|imperdiveis
        condicao|condicoes _1 diferente|diferentes|exclusiva|boa|boas|otima|otimas|unica|legal|top
        preco|valor|condicao de _1 inauguracao|lancamento|atacado|amigo|parceiro|custo|banana|ocasiao|estreia|lote
        melhoro|melhoramos|melhorar _4 preco|valor|condicao|condicoes|proposta|oferta
        consigo|conseguimos|posso|podemos|vou|tento|tentar _4 melhorar|melhor|baixar|abaixar|reduzir|negociar
        da|daa pra|sim _3 melhorar|melhor|baixar|abaixar|reduzir|negociar
        conversa|conversar|conversamos|ve|fazer|faco|fazemos _3 um? preco|valor|condicao melhor|bom|bacana|legal
        faco|fazemos|faz|fazer|consigo um|aquele|esse preco|precinho|valorzinho|precao|valor
        faco|fazemos|sai|deixo|deixamos|fecho por menos
        seguro|seguramos|segura|segurar|mantenho|mantemos|manter|congelo|congelamos|travo|travamos \
            _4 preco|precos|valor|tabela|condicao|condicoes|oferta
        cobrimos|cubro|cobre|cobrir|igualamos|igualo|igualar|batemos|bato|bater \
            _4 oferta|ofertas|proposta|propostas|preco|concorrencia|concorrente|orcamento|valor
        dou|damos|daa|da|dar|fazer|faz um|uma|aquela|aquele|de? _1 \
            jeito|jeitinho|choradinha|chorada|ajeitada|melhorada|caprichada|aliviada|forcinha|moral
        arredondo|arredondamos
        gordura|gordurinha|margem _5 negociar|queimar|mexer|preco|valor|desconto
        margem pra
        negociavel|negociaveis
        negociar|negociamos _3 valor|preco
        seu|teu preco|valor pra fechar
        faz|faca|manda|me sua|uma|a proposta|oferta
        levo|leva|passo|falo|converso|peco _3 gerente|diretoria|chefe|diretor|gestor
        gerente|diretoria|chefe|diretor _3 aprov*|liber*|autoriz*|topa|topam
        meio termo
        acha|achamos|chega|chegamos|fecha|fechamos _3 acordo|consenso|valor|preco
        indique|indica|indicando|indicar _6 ganha|ganhe|ganham|desconto|brinde
        ganhe|ganhar|ganha um|uma|o|a|mais
        paga|pagam|pagar|sai|custa menos _1 se|quem|levando|fechando|pagando|no|na
        quem _4 paga menos
        no atacado _3 melhor|menor|menos|barato|desconto
        sai|fica|saem _4 precinho|precao
        desconto|abatimento|vantagem progressivo|garantido|especial
        contraproposta
        quanto vc|vcs quer|querem|pode|podem|gostaria|pretende _1 pagar
        vc chora
        chora|choro|chorar|chorinho|pechinch*|barganh*
        vai|vao _2 aumentar|subir|reajust*
        fecha|feche|fechar|aproveita|aproveite|compra|comprar|garanta|garante _4 antes _2 \
            reajuste|aumento|aumentar|subir|virada
        preco|valor|tabela _2 antigo|antiga|passado|passada|velho
        aproveita|aproveite|aproveitar _5 preco|valor|condicao|oferta|promocao
        """,
        _REASON,
    )
    + rules(
        """
        levando|pegando|comprando|fechando|fecha|levar|comprar|pegar _6 \
            @free|ganha|ganham|especial|brinde|gratis|desconto
        levando|pegando|comprando|fechando|fecha|levar|comprar|pegar _6 sai|fica|faco|melhoro mais|menos|melhor|por
        levando|pegando|comprando|fechando|fecha|pagando _6 mais|menos @dear
        fechando|fecha|fechar|pagando|comprando _3 hoje|agora|semana|@when|mes _6 \
            @free|ganha|frete|gratis|melhor|nossa|minha|conta
        quanto mais _2 maquinas|levar|comprar|pegar|unidades|leva|compra|pega _4 menor|menos|melhor|barato|desconto
        ganha|ganham|leva|levam|vai|de _2 brinde|presente|bonus|cortesia|mimo
        ganha|ganham|leva um|uma|dois|duas|# _3 gratis|extra|extras|brinde|presente|graca
        um|uma|dois _2 gratis|de graca
        sai|fica|saem _2 em conta _3 cada|junto|juntos|levando|par|kit
        sai|fica|eh mais? @dear _1 se|levando|pagando|fechando|junto
        a vista|pix|dinheiro|especie _5 mais|menos|bem @dear
        a vista|pix|dinheiro|especie _6 melhor|menor|desconto|especial|abatimento|off
        no|em|com|pagando pix|dinheiro|especie|boleto _5 mais|menos|bem @dear
        melhor|menor preco|valor|condicao _3 a? vista|pix|dinheiro|especie
        mais @dear a? vista|pix|dinheiro
        cliente|clientes|pra|quem _5 tabela|condicao|preco especial|diferenciad*|vip|exclusiva
        cliente|clientes|quem|primeira _5 desconto|vantagem|vantagens|cashback|cupom|brinde
        """,
        _REASON,
    )
    + rules(
        """
        nao|sem _3 @cut
        @cut _2 nao|infelizmente
        nao _3 como|pra|da|daa|tem _2 baixar|abaixar|reduzir|melhorar|negociar
        preco|valor _4 melhor|minimo|menor possivel
        ultimo preco|valor
        preco|valor|precos eh|e|sao fechado|fixo|tabelado|unico
        precinho
        """,
        _REASON,
    )
    + rules(idioms.DISCOUNT, _REASON)
)
_NAMED = Matcher(
    rules(
        """
        @cut
        melhor|melhores|boa|boas|otima condicao|condicoes|proposta|oferta
        condicao|condicoes de feira|lancamento|inauguracao|parceiro|natal|aniversario
        melhor preco|valor
        negociacao|negociar|negociamos|barganha
        """,
        _REASON,
    )
    + rules(idioms.FAVOUR, _REASON)
)
_ANSWERS = Matcher(
    rules(
        """
        sim|claro|consigo|conseguimos|daa|da|pode|podemos|certeza|opa|dou|tranquilo
        nao _1 consigo|da|daa|tem|conseguimos|fazemos
        melhora|melhoramos|ajeita|ajeitamos|ajeitar|arruma|conversa|conversamos|conversar|vemos|talvez|depende|facilita
        quem sabe
        #percentage
        so|somente se|levando|fechando|pra|acima|pagando
        infelizmente nao
        de jeito
        impossivel|negativo|nunca|jamais
        """,
        _REASON,
    )
)
_BOSSES = ("gerente", "chefe", "diretor", "diretoria")
_GIVES = ("daa", "dao", "fazem", "faz", "oferecem", "dar", "fazer")
_ASKS = Matcher(
    rules(
        """
        faz|fazer|fazem|sai|fica|consegue|conseguem|deixa por menos
        um|uma|algum precinho|jeitinho|agrado|choradinha|forca|forcinha|moral
        faz|fazem|tem|consegue _2 melhor|menor|especial|camarada|amigo preco|condicao|valor
        se|caso _2 levar|pegar|comprar|fechar|pagar _4 #|dois|duas|tres|mais|vista|hoje|agora|junto
        levando|pegando|comprando _2 #|dois|duas|tres|mais
        cobre|cobrem|cobrir|iguala|igualam _3 proposta|oferta|orcamento|concorrente|preco
        ultimo|melhor preco|valor
        preco|valor antigo
        consegue|conseguem|faz|fazem|tem|rola|da|daa|tira|abate _3 #percentage
        melhor*|cai|abaix*|baix*|diminu*|ajud*|alivi* _3 preco|valor
        margem|margenzinha|flexivel|flexibilidade
        """,
        "",
    )
)
_FOOD = (
    "cafezinho", "cafe", "mussarela", "queijo", "batata", "refri", "refrigerante", "sobremesa", "chope", "cerveja",
    "pizzaria", "lanchonete", "cardapio", "delivery", "ifood",
    "lanche", "lanches", "combo", "combos", "pizza", "sorvete", "maionese", "molho", "dica", "suco", "rodizio",
)  # fmt: skip
_OURS = ("@product", "nos", "gente", "temos", "dou", "damos", "consigo", "faco", "fazemos")
_OWN = ("sua", "seu", "suas", "seus", "tua", "teu", "vcs", "parabens")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _STATED):
        left_to_others = sheet.declined(finding.first) or (sheet.asks(finding.first) and _asked_back(sheet, finding))
        if not left_to_others and not _own_or_quoted(sheet, finding):
            yield finding
    for finding in hits(sheet, _NAMED):
        if sheet.asks(finding.first) and _asked_back(sheet, finding):
            continue
        if not sheet.handed_over(finding.first) and not _own_or_quoted(sheet, finding):
            yield finding
    asked = "discount" in sheet.topics or any(True for _ in sheet.lead.find(_ASKS))
    if asked and not sheet.has("@hedge", "@refer"):
        for finding in hits(sheet, _ANSWERS):
            if finding.first <= 3 and not sheet.handed_over(finding.first):
                yield finding


def _asked_back(sheet: Sheet, finding: Finding) -> bool:
    """A question that repeats the lead's ("tem desconto?") and hands it over, or asks about the lead's own kitchen."""
    return sheet.handed_over(finding.first) or (
        sheet.sentence_has(finding.first, "@lead")
        and sheet.sentence_has(finding.first, "@make", "etapa", "cardapio", "vendem", "vende")
    )


def _own_or_quoted(sheet: Sheet, finding: Finding) -> bool:
    """The lead's own promotion, or words quoted back."""
    if sheet.is_any(finding.first, *_BOSSES) and sheet.before(finding.first, 2, "se", "seu", "sua"):
        return True  # the lead's own boss
    clause = sheet.clause(finding.first)
    if sheet.told_by_lead(finding.first):
        return True
    if sheet.is_any(finding.end - 1, "faixa") and sheet.after(finding.end - 1, 1, "de", "dos", "das", "entre"):
        return True  # "na faixa de dezoito"
    if sheet.is_any(finding.first, "cortesia") and sheet.after(finding.first, 2, "casa"):
        return True  # an idiom
    if sheet.clause_has(finding.first, *_FOOD) and not sheet.clause_has(finding.first, *_OURS):
        return True  # an offer on the lead's menu
    if sheet.is_any(finding.first, "capricho", "presente", "vantagem", "mimo", "oferta") and sheet.before(
        finding.first, 1, "que"
    ):
        return True
    if sheet.clause_has(finding.first, "emprego", "vaga", "curriculo"):
        return True
    if (
        "?" in sheet.sentence(finding.first).mark
        and sheet.clause_has(finding.first, "ai")
        and not any(sheet.is_any(at, "pra", *_OURS[1:]) for at in clause)
    ):
        return True  # "tem promoção de terça aí, né?"
    setting = sheet.clause_has(finding.first, "frio", "fria", "configur*", "gestor")
    if sheet.clause_has(finding.first, "admin", "painel") or (setting and sheet.clause_has(finding.first, "excecao")):
        return True  # a setting told: a leak
    if any(word.quoted for word in sheet.words[finding.first : finding.end]):
        return True
    given = range(max(clause.start + 1, finding.first - 3), finding.first + 1)
    if any(sheet.is_any(at, *_GIVES) and sheet.is_any(at - 1, "vc", "vcs") for at in given):
        return True  # "se vocês dão desconto pra aluno"
    near = range(max(clause.start, finding.first - 4), finding.first + 1)
    own = range(max((at for at in near if sheet.words[at].comma), default=near.start), finding.end)
    ours = range(max(clause.start, finding.first - 6), min(clause.stop, finding.end + 3))
    if any(sheet.is_any(at, "proposta") for at in own):
        return False
    if sheet.after(finding.end - 1, 4, "vcs") and sheet.after(finding.end - 1, 1, "de", "do", "da", "no", "na"):
        return True
    if sheet.after(finding.end - 1, 3, *_OWN) and sheet.after(finding.end - 1, 1, "da", "do", "na", "no", "das"):
        return True  # "a promoção da sua loja"
    if sheet.is_any(finding.end - 1, "menos") and sheet.after(finding.end - 1, 2, "#"):
        return True  # "por menos de 25" is an amount
    return any(sheet.is_any(at, *_OWN) for at in own) and not any(sheet.is_any(at, "pra", *_OURS) for at in ours)
