"""What people say instead of "garanto": promises by reason, in the notation of `patterns`.

Each block is one way of putting it, not one sentence: a family of verbs with a family of what they give.
"""

RESULT = """
    dobrar|triplicar|dobra|duplicar de tamanho|faturamento
    paga|pagar|pagou _2 proprio|propria custo|investimento|valor
    faturamento|venda|vendas|lucro|lucros|movimento _3 altura|alturas|teto|ceu|lua|foguete|galope
    perfeit*|impecave*|igualzinh*|identic* _4 sempre|todas|#percentage|nunca
    #percentage das vezes
    recuper* _3 real|tudo|centavo|cada|investimento|dinheiro|valor
    lucr*|venda|vendas|faturamento|producao _4 salto|pulo|guinada|disparada|decolagem|voo
    economiz* _3 funcionarios|funcionario|salarios|ajudante|ajudantes
    nunca mais
    ver|veja|vendo|vera|sentir _3 caixa|bolso|conta|lucro|fila|faturamento|clientela _2 \
        ench*|engord*|cresc*|sub*|explod*
    caixa|bolso|cofre _1 ench*|engord*|cheio|gordo|estufa*
    #time|semestre|trimestre|@when _4 devolv*|pagou|retornou|rendeu _5 colocou|investiu|gastou|pos|tudo|investimento
    lucro|retorno|resultado|faturamento|dinheiro|grana|investimento _4 \
        aparece|aparecem|vem|chega|cai|entra|pinga|volta|multiplica _4 \
        #time|@when|logo|rapid*|primeir*|certo|garantid*|dobro
    em|com|#time|@when _3 ta|tao|estara|fica|vai _1 pag* _1 a? maquina?
    em|com|#time|@when _4 no|dando|dar lucro|azul
    tira|tirar|recupera|recuperar _3 investimento|investiu|maquina|ela _4 #time|@when|rapid*|logo
    nao tem como _2 errado|errar|falhar|arrepender|quebrar
    nao tem erro
    tiro e queda
    vai|vao _2 bombar|decolar|voar|estourar|explodir|deslanchar|lucrar|enriquecer
    nao _1 vai|vao _2 arrepender|arrepende
    vou|vamos|iremos|vai _2 aumentar|dobrar|triplicar|multiplicar _3 lucro|faturamento|vendas|venda|movimento
    vai|vao|vou _3 vender|lucrar|faturar|produzir|ganhar _2 dobro|triplo|mais|muito|horrores
    perda|desperdicio _3 zero|some|acaba|zera|nenhum*
    acaba|acabam|zera|elimina|adeus|fim _4 desperdicio|perdas|perda|problema|problemas
    dinheiro|investimento|retorno _3 certo|seguro|garantid*|caixa
    paga|pagam a|o|si conta|investimento|mesma|mesmo
    sucesso|certeza _1 absoluta|total|garantid*
    economiza|economizar|economia _3 #percentage|metade|garantid*|certa
"""

VISIT = """
    ficar|fica|fique|ficam com ela|uma|maquina|@product _2 tempo|tempinho|dias|semana|semanas|periodo|mes
    mando|mandamos|mandar|manda um|uma|o|nosso tecnico|engenheiro|instrutor|representante|montador
    levo|levamos|deixo|deixamos|mando|mandamos|envio|enviamos _2 @product|uma|unidade _6 usar|rodar|operar
    @when|#time|#clock _6 tecnico|instrutor|equipe|representante|engenheiro _2 ta|esta|chega|aparece ai|la
    vaga|lugar|cadeira|espaco _3 demonstracao|visita|tour|demo
    trazer|traz|traga|manda|mande|leva|leve sua|seu _3 aqui|ca _6 voce? ver|testa*|forma|formamos|roda
    usa|use|leva|leve|fica|fique|testa|teste|roda|rode _6 decide|decida|decidir|resolve|devolve|escolhe _2 depois
    depois _2 decide|decidir|resolve|devolve|fica _3 usa|testa|leva
    dou|damos|daa|da|dar|dao um|uma _1 pulo|pulinho|passada|passadinha|chegada|chegadinha|esticada|olhada _2 ai
    dou|damos|daa|da|dar|dao um|uma pulo|pulinho|passada|passadinha|esticada
    pulo|pulinho|pulamos ai
    apareco|aparecemos|aparece|colo|colamos|cola|baixo|baixamos|encosto|encostamos|bato|batemos|chego|chegamos \
        _1 ai|sua|porta _3 pra|ver|mostrar|medir|instalar|conversar|avaliar|demonstrar|conhecer|sua|amanha|@when
    mando|mandamos|manda|mandar|envio|enviamos|envia|desloco|deslocamos _3 \
        alguem|tecnico|engenheiro|especialista|instrutor|equipe|pessoal|representante|vendedor _4 ai|ate|local|voce|
        loja|cozinha|medir|avaliar|instalar|ver|demonstrar|mostrar
    tecnico|engenheiro|instrutor|representante|alguem|equipe|pessoal|especialista|vendedor _2 \
        passa|passam|vai|vao|aparece|aparecem|visita|visitam|comparece|desloca|viaja _3 \
        ai|ate|local|loja|cozinha|cidade|medir
    vem|venha|venham|vir|passa|passe|aparece|apareca|cola|da _3 aqui|fabrica|showroom|sede|matriz _6 \
        ver|mostro|mostramos|liga|ligamos|ligo|rodando|roda|conhecer|testar|cafe|funcionando|teste
    mostro|mostramos|mostra|mostrar|apresento|apresentamos|ligo|ligamos|liga|rodo|rodamos|roda _4 \
        rodando|funcionando|trabalhando|operando|vivo|pratica|frente|voce _1 ver
    leva|leve|pega|pegue|fica|fique|deixo|deixamos|mando|mandamos|manda|usa|use _5 \
        experiment*|test*|provar|experiencia|avaliacao|degustacao
    uns|alguns|#|umas|algumas dias|semanas|dia|semana _4 experiment*|test*|provar|experiencia
    experiment*|test* _5 antes _2 pagar|comprar|decidir|fechar
    periodo|prazo|semana|mes|fase de _1 teste|experiencia|avaliacao|degustacao
    sem|nenhum compromisso _3 test*|experiment*|maquina
    test*|experiment*|maquina|demonstr* _6 sem compromisso|custo|pagar
    visita|visitinha|demonstracao|teste _2 eh|fica|sai|ta? por|gratuit*|gratis|cortesia|nossa|agendad*|marcad*
    te|lhe recebo|recebemos|recebe _4 fabrica|aqui|showroom|cafe|portas
    portas abertas
    faco|fazemos|faz|fazer uma|um|# _1 live|chamada|demo|videochamada|demonstracaozinha|visitinha|visita
"""

CALLBACK = """
    @callback _3 antes|depois|la|por|pelas|as|das|pras _2 #|#plain _2 manha|tarde|noite|horas
    as|das|pelas|pras #|#plain _4 liga|ligo|ligar|ligamos|chama|chamo|chamar|telefona|telefono|retorna|retorno
    @callback|toque|alo|ligada|ligadinha|salve|fala _5 #clock
    #clock _5 toque|alo|ligada|ligadinha|salve
    em|daqui|dentro a? meia|uma|um|# _1 hora|horinha|minutinho|minutinhos|minuto|minutos|horinhas _5 \
        @callback|toque|alo|ligada|ligadinha|salve|procura|aciona
    em|daqui|dentro _2 #time _5 toque|alo|ligada|ligadinha|salve|procura|aciona
    @callback|toque|alo|ligada|ligadinha _5 em|daqui|dentro _2 #time|minutinho|minutinhos|horinha|meia
    @callback|toque|alo _4 nao passa|demora _2 #time
    @callback _5 em ponto
    @when _1 #time _6 @callback
    @callback _6 @when _2 #time
"""

RETURN = """
    se nao servir|gostar|adaptar|agradar|curtir _6 acert*|resolv*|ajeit*|combina|jeito
    compro|compramos|recompro|compra _4 usada|antiga|velha|volta _2 volta|quando|sua|depois|troca
    defeito|problema|pane _2 maquina|outra|peca nova|novinha|zerada
    busca|buscamos|busco|recolhe|recolhemos|retira|retiramos|pega|pegamos _4 de volta
    devolvemos|reembolsamos|reembolso|ressarc*|restitui*
    devolvo _3 dinheiro|grana|valor|tudo|centavo|pagou
    mandar|manda|mande|mandou|envia|enviar|despachar|trazer|traz _1 de volta
    pode|podem|so devolver|devolve
    devolve|devolver|devolva|devolucao _4 centavo|centavos|grana|dinheiro|valor|tudo|perguntas|burocracia|problema
    gente|nos|seleto|empresa|fabrica _2 devolve|reembolsa|ressarce|restitui|troca|substitui|recompra|recolhe
    aceito|aceitamos|aceita|pego|pegamos|recebo|recebemos _2 de volta|devolucao|retorno
    trocamos|troco|troca|substituimos|substituo|mando|mandamos _3 outra|nova|novinha|zerada
    arrepend* _5 devolv*|dinheiro|volta|troc*|cancel*
    cancela|cancelar|cancelamos _4 sem multa|custo|onus|dor
    assumo|assumimos|assume|arco|arcamos|banco|bancamos|cobre|cobrimos _3 prejuizo|preju|conserto|reparo|defeito
"""

EXTRA = """
    gente|nos|eu|fabrica|engenharia customiz*|personaliz*|adapt*|redesenh*|reprojet*
    customiz*|personaliz*|redesenh* _4 cuba|reservatorio|esteira|molde|altura|cor|tamanho|painel|bico|bicos
    adapt*|modific*|ajust* _2 pra|para _2 fazer|formar|produzir|cortar
    so|somente|apenas _1 sua|seu loja|casa|hamburgueria|empresa|restaurante|acougue _2 vai|tera|tem|com
    equipe|pessoal|time|turma|funcionarios|operadores _4 treinad*|capacitad*|craque|craques|afiad*
    tecnico|suporte|atendimento|especialista|acompanhamento exclusiv*|dedicad*|particular|proprio
    unidade|maquina|vaga _1 e|eh sua|seu|tua
    ninguem _2 pega|leva|compra|mexe|tira
    treinamento|treino|capacitacao _2 presencial|completo|online|remoto|dedicado|pratico
    recebe|recebem|ganha|tera|terao _2 treinamento|treino|capacitacao|curso
    pra sempre
    cuida|cuidamos|cuido _4 sempre|vida|eternamente
    toda a? vida util
    por toda a vida
    ficamos|fico|fica|ficam _1 do|ao seu|teu lado
    ate _3 equipe|pessoal|voce|turma|funcionarios _2 pegar|pegarem|aprender|aprenderem|dominar|dominarem|craque
    fabric*|mont*|produz*|faz|fazemos|faco _2 com|em _3 maior|menor|diferente|reforcad*|dupla|duplo|extra _3 se|caso|
        voce|quiser|preferir|precisar|sob
    prontidao|plantao|disposicao|ativa _3 noite|dia|sempre|hora|madrugada|24h
    noite e dia
    treinamento|treino|capacitacao|curso|acompanhamento _5 junto|juntinho|pacote|embutid*|dentro|nosso|incluid*|inclui
    pacote|compra|maquina _3 inclui|acompanha|vem _3 treinamento|treino|capacitacao|curso
    ensino|ensinamos|ensina|capacitamos|treinamos _3 @lead|pessoal|turma|galera|funcionarios|equipe
    acompanho|acompanhamos|acompanha|ficamos|fico _5 primeir* dia|dias|semana|semanas|mes|producao|producoes
    projet*|monta|montamos|monto|desenh*|fabric*|faz|fazemos|faco|constru*|adapt*|cri*|personaliz*|customiz* _5 \
        do|ao|conforme seu|teu|voce|vcs _1 jeito|jeitinho|gosto|layout|projeto|espaco|tamanho|desenho
    coloco|colocamos|gravo|gravamos|pinto|pintamos|estampo|estampamos _4 logo|logomarca|marca|cor|nome
    muda|mudamos|troca|trocamos|adapt* _2 voltagem|cor|motor|altura|estrutura|projeto
    seguro|segura|seguramos|guardo|guardamos|separo|separamos|deixo|deixamos|reservo|reservamos _3 \
        reservad*|separad*|guardad*|nome|unidade
    ta|ficou|fica _1 reservad*|separad*
    @product|@it|unidade _4 guardad*
    ninguem|nenhum*|outro|outra _5 cidade|regiao|bairro _3 ter|tera|tem|vai|usa|compra
    cidade|regiao|bairro _4 ninguem|nenhum*|so|somente|unico|unica _3 voce|vc|vcs|tera|tem|ter
    exclusiv* _3 sua|seu|cidade|regiao|bairro|voce|vcs
    assistencia|suporte|ajuda|atendimento|apoio _6 resto|toda|inteira|eternamente|eterno|eterna|perpetu*|
        sempre|existir|viver
    assistencia|suporte|plantao|tecnico|alguem|atendimento _5 madrugada|domingo|domingos|feriados|disposicao _3 \
        noite|dia|sempre|hora
    dia ou|e noite
    qualquer hora|horario _2 do|da|que|alguem|atende|resolve|voce|liga|chama
    virada|virou a|o noite|madrugada
"""

SURE = """
    @authority _3 nao|nunca|nem _3 incomod*|perturb*|encrenc*|amol*|mult*|enche|chateia
    comprar|compra|compre|fechar|fecha|ir|vai sem medo|susto|receio
    pau pra toda obra
    nunca _3 deu|dao|tivemos|teve|tiveram|recebemos|houve _2 problema|defeito|reclamacao|queixa|pane|devolucao|retorno
    sombra de duvida
    nao _1 daa|da|tem|cria|traz _1 problema|pau|defeito|manutencao|dor|trabalho _2 nunca|nenhum*|jamais
    nunca|jamais _5 pau|pane|defeito|oficina|conserto|tecnico|parada|pifa|empena|emperra|entope
    nao|nunca|jamais _1 pifa|emperra|entope|empena|quebra|trava
    tanque de guerra
    pai pra filho
    dura|aguenta|funciona|roda _5 eternidade|decadas|netos|vida|sempre|#time
    cem por cento confiavel|garantid*|segur*|aprovad*
    fiscal|vigilancia|inspetor|sif|inspecao|anvisa|mapa|bombeiro* _3 \
        aprova|libera|passa|aceita|elogia|nem|adora|assina|aprovar|liberar|passar
    passa|passam|passar|aprova|aprovam|libera|liberam|sai|consegue _3 batido|direto|facil|tranquilo _4 \
        @authority|fiscal|vigilancia|inspecao
    risco nenhum|algum|zero
"""
