"""What people say instead of "desconto" or "prazo": phrases by kind, in the notation of `patterns`.

Each block is one way of putting it, not one sentence: a family of verbs with a family of what they give.
"""

FAVOUR = """
    consigo|tenho|faco|monto|montamos|temos|fecho _3 combo|pacote|pacotinho|kit _3 \
        interessante|especial|bom|melhor|legal|bacana|vantajos*|imperdivel|exclusivo
    preco|valor|tabela _2 vira|virar|subir|aumentar
    condicao|condicoes|preco|valor|proposta _5 repet*|mesma|igual
    repet*|replic* _4 condicao|condicoes|preco|valor|proposta
    valor|preco _2 acompanha|varia|muda|proporcional _4 pedido|quantidade|volume|compra|tamanho|pacote
    @favour _4 investimento
    leva|levar|levando|pega|pegar|pegando|compra|comprando #|dois|duas|tres _3 compensa|vale|melhor|sai
    depend* _3 quantidade|volume|pedido|pacote _6 valor|valores|preco|condicao|condicoes
    reavali*|revis*|revej*|repens* _2 valor|valores|preco|proposta|condicao|condicoes
    merec* _4 condicao|condicoes|preco|valor|agrado|precinho
    condicao|condicoes diferenciad*|especiais|especial
    preco|valor|tabela unico|unica|igual
    preco|precos|valor|valores|valorzinho|tabela|tabelinha|orcamento|proposta|conta|custo|numero _4 @favour
    @favour _4 preco|precos|valor|valores|valorzinho|tabela|tabelinha|orcamento|proposta|conta|custo|numero
    preco|valor|condicao|condicoes _1 gente|nos _1 conversa|conversamos|negocia|acerta|combina|ve
    outro|outra preco|valor|tabela|condicao
    condicao|condicoes _3 melhor|boa|facilitada
    condicao|condicoes _3 em conta
    numero|valor|preco _4 bom|boa|ideal|justo _1 pra|pros
    acao|campanha _2 especial|comercial|rolando|valendo
    tratamento|atendimento|condicao|preco|cliente _2 vip|premium|diamante|ouro
    dia|semana|mes do|da cliente|consumidor
    vou|vamos|consigo|tentar|tento _3 tirar|cortar|arrancar pra|de voce
    preco|tabela|valor|condicao|condicoes _4 de pe
    preco|tabela|valor _3 gordura|folga|margem
    vale|valendo|mantida|mantido _2 tabela|preco velha|velho|antiga|antigo|anterior
"""

DISCOUNT = """
    abro|abrimos|abrir|faco|fazemos _1 excecao _4 preco|valor|condicao|voce|pra
    bat* _1 meta|metas
    carta|cartinha|cartada na manga
    #percentage de volta
    aproveit* _9 preco|valor|dolar|condicao
    vem|tera|vai|ter|sofre|sem _3 aumento|reajuste
    aumento|reajuste _3 @when
    banco|bancamos|banca|damos|dou|mando|mandamos|coloco|ponho _4 extra|adicional|reserva|sobressalente
    tirar|tiro|baixar|baixo|abater|abato ate #percentage
    quem|se|caso|quando|levando|pegando|fechando|comprando _2 leva|levar|fecha|fechar|compra|comprar|pega|pegar|# \
        _5 @favour
    @favour _3 com|pra|quem|se|caso|quando _2 quem? leva|levar|fecha|fechar|compra|comprar|pega|pegar|pede
    segunda|proxima|outra|terceira _1 maquina|unidade|compra _5 @favour
    chora|chorar|chorando|chore|pede|pedir|insist* _5 @favour
    abaixo de|do|da|deles|dele _2 @rival|outro|outros|orcamento|proposta
    ficar|fico|ficamos abaixo
    depende|conforme|dependendo _2 quanto|quantas|quantidade _2 voce? leva|levar|compra|comprar|pega|pegar|fecha|fechar
    faco|fazemos|faz|fazer|rola|sai|vai|dou|damos|fecho|fechamos|deixo|deixamos|consigo|tem|temos|quebro|quebramos \
        _2 camaradagem|brodagem|consideracao|galho|amizade|gentileza
    na|por|pela|de camaradagem|brodagem|amizade|consideracao
    quebro|quebramos|quebra|quebrar _2 galho
    colher de cha
    pego|pegamos|pega|pegar leve
    maneir*|alivi* _4 lado|preco|valor|conta|pra|bolso
    preco|precinho|valor|tabela de _2 pai|mae|irmao|irma|compadre|comadre|vizinho|chegado|custo|fabrica|atacado|
        revenda|lojista|expositor|estreante|lancamento|ocasiao|banana
    consigo|tiro|tirar|tiramos|corto|cortar|cortamos|apar*|raspo|raspar|lasco|espremo|espremer|esprememos|enxug*|
        lapid*|desbast* _3 pouco|pouquinho|lasca|lasquinha|casca|casquinha|ponta|pontinha|coisinha|gordura|
        gordurinha|beirada|beiradinha|zero|centavos|preco|valor|conta|numero
    chego|chega|chegamos|chegar _3 valor|numero|preco|proposta _3 melhor|bom|boa|legal|bacana|justo|confortavel|
        bacaninha|interessante|menor
    numero|valor|preco _1 melhor|camarada|amigo|especial|menor|bacana|legal|justo _2 pra|se|caso|quando|pro
    convenc*|dobro|dobrar|amans*|choramos|choro|imploro|negoci* _3 @seller|chefe|patrao|dono|diretor _5 \
        baixar|baixa|abaixar|abater|melhorar|reduzir|aliviar|liberar|fazer
    espaco|espacinho|margem|brecha|folga|folguinha|gordura|gordurinha pra|para _2 \
        negociar|baixar|conversar|mexer|abater|reduzir|ajustar|trabalhar
    tem|temos|sobra|existe _2 gordura|gordurinha|margenzinha|folguinha _2 ali|ai|no|nesse|pra|preco|valor
    gente se acerta|ajeita|entende
    brig*|perc*|perd*|perder|deixo|deixamos|deixar _4 por|causa _3 preco|valor|dinheiro
    nao _4 por _2 preco|valor|dinheiro _4 brigar|perder|fechar|deixar
    leve|leva|levar|levou|levando mais _4 pague|paga|pagar menos
    quanto mais|maior _2 voce|maquina|maquinas|leva|levar|compra|comprar|pega|pedido|quantidade|unidades|peca|pecas \
        _4 menor|menos|melhor|desce|cai|abaixa|barat*
    condicao|condicoes|preco|valor|proposta|tabela _2 exclusiv*|diferenciad*|facilitad*|imperdive*|imbativ*
    vale|compensa esperar|aguardar|segurar _6 @cut|campanha|liquidacao|novembro
    espera|aguarda|segura|aguarde|espere _6 @cut|campanha|liquidacao|saldao|feirao
    leva|levam|ganha|ganham|pega|pegam|garante|garantem condicao|condicoes
    recebe|recebem|ganha|ganham|vem|vai|leva|levam|sai|fica _4 mimo|mimos|agrado|agradinho|lembrancinha|lembranca|
        presentinho|regalo|brindinho|surpresa|surpresinha
    recebe|recebem|ganha|ganham um|uma|dois|duas|# @product
    extra|adicional _3 por nossa|conta
    @product _3 na faixa
    @product _4 de graca|brinde|bonus
    compro|comprou|comprar|comprando|pedido|cliente _5 \
        proxima|segunda|recorrente|fiel|antigo _4 menos|melhor|desconto|credito|vantagem
    credito|creditos _3 proxima|segunda compra
    abat* _3 valor|preco|total|conta|pedido|proxima
    bem|muito|mais _1 em conta _4 se|levando|levar|fechando|pedindo|comprando
    ultim*|menor|melhor oferta|lance
    oportunidade|chance|hora|momento _3 unica|imperdivel|ouro _6 preco|valor|comprar|fechar|levar
    sai|saindo|fica|ficando _2 mais|menos _1 @dear|leve _6 se|levando|junto|juntas|juntos|comprando|fechando
    reducao|deducao|rebaixa|desagio|isencao _3 valor|preco|custo|total
    mantenho|mantemos|manter|mantido|mantida|honro|honramos|honrar|sustento|sustentamos _4 \
        preco|valor|proposta|condicao|condicoes|tabela|orcamento
    orcamento|proposta|preco|valor|tabela antiga|antigo|anterior|passada|passado _4 vale|valendo|mantid*|honr*
    fidelidade|fidelizar _4 ganha|desconto|pontos|vantag*|melhor
    sorteio|sorteamos|sorteando|concorre _4 @product|brinde|premio|maquina
    paga|pagam|pague|sai|leva _2 metade|menos _3 segunda|outra|se|na|no
    levo|leva|levar|pego|pega _4 cento|porcento a? menos
    olhar|olhamos|olho|ve|vemos|ver|vejo com carinho _4 preco|valor|proposta|condicao
    preco|valor|proposta|condicao _3 com carinho
    fazer|faco|fazemos|faz|tem|damos|dou|cavar|cavo|cavamos|arrancar|arranco _3 \
        esforco|esforcinho|milagre _4 preco|valor|fechar|pra
    condicao|condicoes de _1 amigo|feira|fabrica|parceiro|expositor|funcionario|lancamento|inauguracao|pai
    valor|preco _2 baixa|abaixa|desce|cai|despenca|encolhe|diminui|melhora _6 levar|levando|se|fechar|fechando|
        quantidade|junto
"""

DEADLINE = """
    nao|nunca|jamais passa|ultrapassa|estoura|vira _2 @when|#date|#time
    pedido|compra|fechamento|confirmacao|aprovacao|assinatura _7 #time|@when
    sai|sobe|desce|parte|segue|temos|tem caminhao|carga|carreta|transportadora
    quase|perto|prestes|beira _2 volt*|liberad*|pront*
    espeto|espetos|linha _4 voltando|voltara|voltaria
    chega|recebe|recebem|entreg*|instal* _6 @fast|depressa
    dou|damos|ganha|tem|tera|com|coloco prioridade _5 sai|passa|frente|fila|sua|seu|entrega|producao
    ate|antes|pra|pro _2 aniversario|inauguracao|abertura|festa|casamento|evento|estreia _6 \
        instalad*|pronta|pronto|chega|funcionando|rodando|operando|entregue
    saida|liberacao|disponibilidade|despacho|partida imediata|imediato
    gente|nos|eu|comercial|fabrica agiliz*|aceler*|adiant*|prioriz*|apress*
    ta|esta|tao|ja na|a|pra estrada|caminho
    tempo de _3 molde|fabricar|montar|fazer|produzir|embalar
    fila|agenda|encomenda _6 #time
    demora* _1 mais|menos|bem|demais|horrores|tanto|bocado
    nao|nunca|jamais|sem _1 atras*
    cumpr* _3 prazo|prazos|data|datas|combinado
    entrega|entregas|entregamos _2 no prazo|em dia
    pontual|pontuais|pontualidade
    temos|tem|ha|sobrou|sobraram|restam|resta|ficou|ficaram _5 \
        prontinha|prontinhas|prontas|pronta|prontinho|prontos|embalada|embaladas|galpao|estoque|deposito|encaixotada
    @when|#time|@fast _4 carreg*|caminhao|estrada|rota|transportadora|rua|encaixotad*|embalad*
    carreg*|caminhao|estrada|rota|transportadora|encaixotad*|embalad* _4 @when|#time|@fast
    estar|esteja|estando|estaria|estara|ficar|aparece|pinta|baixa|desembarca|bate _1 \
        ai|la|contigo|porta|mao|cozinha|cidade _4 @when|#time|@fast|#date
    ai|contigo|porta|mao|cozinha _2 em|ate|dentro _2 @when|#time|#date
    treinamento|treino|instalacao|montagem|ajuste|conserto|reparo|revisao|capacitacao|implantacao _3 \
        dura|duram|leva|levam|gasta|toma|eh|fica|ficam|sai|faz|fazemos|termina|acaba _4 \
        #time|@when|@fast|periodo|expediente|turno|meio|dia|tarde|manha
    numa|duma _1 @service|instalacao|montagem|treinamento _2 tarde|manha|dia|piscar
    esper* _3 pouco|pouca|curta|longa|quase|nada|minima|pequena|grande|muito|muita|bastante
    furar|fura|furo|furamos|pular|passar|passo|boto|colocar|coloco _4 fila|frente|prioridade
    adiant*|antecip*|agiliz*|aceler*|prioriz* _4 \
        entrega|producao|pedido|envio|fabricacao|fila|maquina|montagem|despacho|instalacao
    quanto antes fechar|pedir|comprar|pagar _4 antes|chega|recebe
    coisa|questao|assunto de _1 dias|semanas|#time
    sai|saem|sobe|embarca|parte _1 @fast _1 da|pra|de|ai|linha|forno
    tem|temos|tenho _2 uma|duas|um|@product _2 montada|montadas|embalada|embaladas|encaixotada
    so embarcar|despachar|enviar|carregar|retirar|buscar
    nao _3 ficar esperando
    producao|fabrica|fabricacao _3 todo vapor
    contar|conta|conte|contem com _2 @it|maquina|@product _2 pra|pro|no|na|ate|antes _2 @when|#date|#time
    demora* _2 dias|semanas|meses|tempinho
    @when|#time _5 ta|estara|tera|estar com|na|em _1 @it|maquina|cozinha|maos|mao
    logo|assim que _3 pagar|cair|fechar|aprovar|confirmar|assinar|compensar|pagamento _4 \
        despach*|embarc*|entreg*|envi*|segue|sobe|sai|mandamos|carreg*|produz*|fabric*|vai
    aprovou|pagou|fechou|confirmou|assinou _2 despach*|embarc*|entreg*|envi*|segue|sobe|sai|mandamos|carreg*
    separad*|pront*|liberad*|disponivel|disponiveis _2 embarque|despacho|envio|retirada|expedicao|coleta|retirar
    leva|levar|toma|demanda _2 tempinho|tempo|bocado|dias|semanas|meses _3 \
        fabric*|produz*|cheg*|entreg*|montar|instal*|pronta
    @service _5 no|mesmo|proprio|outro dia
    ja ta|tao|tem embalad*|encaixotad*|pronta|prontinha|montada
    recebe|recebem|recebera _2 antes|ate _2 @when
    ate|antes _3 @when _2 voce? ja _2 forma|produz|usa|roda|trabalha|fatura|vende|ta|tem
    so fechar|pedir|pagar|aprovar|confirmar|assinar|chamar _3 \
        embarca*|sai|segue|despach*|chega|mando|mandamos|enviamos|entreg*
    menor|melhor prazo
    corre|corremos|corro|apressa* _6 @when|antes
    voce _2 ter|tenha|receba|receber _3 antes|ate _2 @when
    aprovou|pagou|fechou|confirmou|assinou _4 despach*|embarc*|sobe|mandamos|carreg*
    dentro do|desse|deste|dessa|da mesmo|mesma|proximo|proxima mes|semana|ano
    so depois|apos|la|mes _2 @when|#date|#time
    @when _2 esquece|esqueca|impossivel|dificil|complicado|apertado|chance|lotado|cheio
    sobra|sobrando|folga _1 tempo
    tempo sobrando|sobra|folgado
    te|lhe|prateleira|galpao|deposito _1 esperando
    esperando por? vc
    piscou
    @when|#time _3 ela|linha|espeto|espetos _1 volta|voltar|retorna
    instalador|montador|instaladores _5 @when|#time|@fast
    a jato|galope
    feito foguete|relampago|raio
    logistica|expedicao|frota _3 @fast|eficiente|turbinad*|veloz
    entrega|entregamos|entregam _2 na|no data|dia
    maximo|tardar|estourando|arrastando _1 @when|#time
    demora|demoram|demorar|leva|levam um|uns|umas _1 tantinho|bocadinho|tiquinho|cadinho|tempao|tempinho
    carga|caminhao|remessa|lote|leva|fornada|rota _6 @when|#date|#time
    @when|#time|#date _4 carga|caminhao|remessa|lote|fornada|rota
    @when|#date|#time _5 @it|maquina|@product _3 funcionando|rodando|produzindo|trabalhando|operando|pronta|montada|ai
    @it|maquina|@product _5 funcionando|rodando|produzindo|operando|pronta|montada|ai _3 @when|#date
    @it|maquina|@product _3 na|no|em prateleira|galpao|patio|deposito|showroom|barracao
    pode|podem _2 marcar|agendar|anunciar|divulgar|confirmar|programar _4 inauguracao|abertura|festa|evento|estreia
    @service|facas|moldes|bicos|avulsa|avulsas|avulso _5 dia|semana|mes seguinte
    manda|mandamos|mando|envia|enviamos|segue|vai _3 dia|semana|mes seguinte
    entreg*|cheg*|despach*|fica|fazemos|produzimos _2 no|dentro|antes do? _1 prazo|combinado|previsto
    ddl|ddls|d+
    mais cedo|rapido _8 mais cedo|rapido
    quanto antes|mais _6 antes|cedo|rapido
    #time _3 voce? tem|recebe|pega|usa|busca @it
    so|coisa|questao de _1 fechar|pedir|assinar|confirmar|pagar _4 ja|pronto|receber|chega|preparando|preparar
    nesta|nessa|neste|nesse|esta|essa|dentro|ainda|nessa _3 quinzena
    num|em|de tapa|toque|zas|instantinho|jiffy|estalar|rapidex|supetao
    sai|chega|vai|fica|ta|vem|monta|entrega|faz|resolve _3 num|dum _1 \
        tapa|pulo|piscar|estalo|instante|instantinho|zas|vapt|segundo
    toque de caixa
    pa pum
    jajazinho|rapidex|rapidim|ligeirim
    quando _2 menos esperar|imaginar|perceber|ver
    antes _1 que _1 vc|voce _2 imagina|imagine|pensa|espera|perceba|pisque
    de um dia pro|para outro
    do dia pra noite
    de hoje pra amanha
    a|em tempo _3 inauguracao|abertura|festa|evento|feira|natal|carnaval|pascoa|estreia
    a tempo
    tempo de sobra
    pode|podem _2 marcar|agendar|anunciar|divulgar|confirmar _2 inauguracao|abertura|festa|evento|estreia
    ta|esta|fica garantid* pra|pro|ate|antes _3 @when|#date|#time|inauguracao|abertura
    sem|nao|nem _2 fila
    fila _2 zerada|vazia|curta|curtinha|pequena|andando|rapida|longa|enorme|grande|cheia|comprida
    fura _1 fila
    agenda|producao|fabrica|patio _3 lotad*|cheia|cheio|tomad*|folgad*|tranquil*|livre|aberta|apertad*|corrida
    so|somente _1 depois|la _3 @when|#date
    chega|sai|entreg*|embarc*|pronta _4 so|somente _2 @when|#date
    so|somente _2 @when|#date _3 chega|sai|entreg*|embarc*|pronta|consigo|temos
    tem|temos|tenho|ha|sobrou|restou|restam _3 prontinh*|montadinh*|embaladinh*|acabad* _3 \
        aqui|pavilhao|galpao|barracao|fabrica|patio|loja|prateleira|deposito|esperando|pra
    ta|tao|esta|temos|tem|tenho na|no prateleira|galpao|pavilhao|barracao|patio|deposito|showroom|estoquinho
    pode|podem|so _1 vir|mandar _1 buscar|retirar|pegar|carregar
    mes e|y pouco|pouquinho|meio
    mesinho|semaninha|diazinhos|mesinhos
    menos de uma|um|duas|dois _1 semana|semanas|mes|meses|quinzena
    chega|chegam|chegar|chegara|chegaria rapid*|ligeir*|logo|ja|jaja|depressa|correndo
    entreg*|despach*|embarc*|expedi*|postamos|posto|envi* _4 @when|#date|#time|@fast
    @when _4 despach*|embarc*|entregaria|entregar*
    pra semana _4 recebe*|chega|sai|ta|instal*|mand*|despach*
    receb*|cheg* _3 pra semana
    tu|voce|vc|vcs _1 ja _1 recebe|recebem|pega|busca|retira
    @when|#time _4 voce? ja _2 recebe|recebem|pega|busca|retira
    demora|demoram nada|nadinha|pouco|pouquinho|tiquinho|bocado|bastante
    nao|nem _2 demora|demoram|tarda|atrasa
    @service|instalacao|montagem|treinamento _6 mesma|proprio|propria|outro|proxima|seguinte dia|semana|mes
    atendimento|chamado|tecnico|assistencia|suporte _5 em|ate _1 #time
    nunca|jamais|nem _3 passa|ultrapassa|estoura|leva _3 #time|@when|semana|mes
    ate|antes|no|em|la|depois _3 @when _4 voce|vc|vcs _1 ja? ta|esta|tao|vai|tera|estara
    vira|virar _1 mes|ano|semana _5 chega|recebe|sai|ta|instal*|entreg*
    entre|de|dos #plain|# e|a #plain|# dias|semanas
    consegu* _3 @when|#date
"""
