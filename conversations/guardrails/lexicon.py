"""Concepts of commercial talk: what a word is about, never whether it is allowed. Folded, Brazilian usage.

Notation of `patterns`. A concept may hold phrases; a phrase tags its first word. Concepts of a later table may be
made of those of an earlier one.
"""

from conversations.guardrails.patterns import Layer, phrases

_PLAIN: dict[str, str] = {
    "@authority": """
        sif|sie|sisbi|anvisa|vigilancia|inspecao|selo|fiscal|fiscais|fiscalizacao|alvara|mapa|sanitaria|bombeiros
        inmetro|licenca|auditoria|prefeitura
    """,
    "@passes": """
        aprova|aprovam|aprovado|aprovada|aprovacao|passa|passam|libera|liberam|liberado|liberada|garantido|garantida
        sai|tira|consegue facil|certo|tranquilo|facilmente|rapido
        aprova|aprovam|aprovado|aprovada|aprovacao|passa|libera|liberado|garantido|garantida|tira
    """,
    "@callback": """
        telefona|telefono|telefonar|telefonamos|contacta|disca|aciona
        chama|chamar|chamo|chamamos|chamam|liga|ligar|ligo|ligamos|ligam|retorna|retornar|retorno|retornamos|
        retornam|responde
        responder|respondo|respondemos|contata|contatar|contato
        fala contigo|com
        fala|falar|falam|conversa|conversar _2 contigo|vc|vcs
        atende|atender|avisa|avisar|avisamos|aviso|procura
    """,
    "@wages": """
        salario|salarios|ordenado|aluguel|alugueis|funcionario|funcionaria|funcionarios|ajudante|diarista|folha|
        holerite
        mesada|aposentadoria|diaria|diarias
    """,
    "@goods": """
        carro|carros|carrinho|moto|motos|motinha|motoca|gol|uno|fusca|celta|palio|corsa|onix|hb20|kombi|saveiro|
        strada|hilux
        fiorino|corolla|civic|bros|biz|titan|scooter|bicicleta|bike|caminhao|caminhonete|trator|picape|veiculo|
        automovel
        seminovo|opala|chevette|fiat|honda|popular|iphone|iphones|celular|notebook|computador|geladeira|freezer|fogao
        televisao|televisor|tv|playstation|videogame|viagem|apartamento|apto|terreno|faculdade|sofa|jetski|van
        fusquinha|golzinho|celtinha|unozinho|motoneta
        casa propria
        ar condicionado
    """,
    "@closes": """
        fechou|fecha|fecho|saiu|sai|fica|ficou|ficam|saem|pagou|casa|faixa|torno|levou|leva|reserve|reserva|
        considera|planilha
        custa|gira|girando|beira|beirando|paga
    """,
    "@seller": """
        consultor|consultora|consultores|vendedor|vendedora|vendedores|comercial|especialista|especialistas
        equipe|time|setor|atendente|humano|colega|representante|gerente|tecnico|suporte|pessoal|financeiro
    """,
    "@lead": """
        voce|vc|vcs|voces|ce|ces|tu|contigo|senhor|senhora|sr|sra|seu|sua|seus|suas|teu|tua|teus|tuas
    """,
    "@we": """
        nos|gente|seleto|empresa|fabrica|loja|nosso|nossa|nossos|nossas|eu
    """,
    "@product": """
        fbm100|fb300|fb700|smartpro|se3000|se6000|ct200|fs150|ens15|ens30|epe1200|mix25|mix70|mix140|mix210
        fbm|smart|fb|formadora*|cortadora*|filetadora*|ensacadeira*|misturador*|homogeneizador*|maquina*|maquininha*
        equipamento*|modelo|modelos|manual|manuais|semi|semis|automaticas|semiautomatica|semiautomatico|automatica|automatico|pneumatica|
        eletrica
        molde|moldes|faca|facas|peca|pecas|acessorio*|interplast|pedal|esteira|linha|bico|bicos|kit|cuba
    """,
    "@it": """
        ela|ele|elas|eles|essa|esse|esta|este|isso|dela|dele|nela|nele|essazinha|bichinha|brinquedo|bicha
    """,
    "@inform": """
        informar|informo|informamos|dizer|digo|falar|falo|passar|passo|passamos|confirmar|confirmo|afirmar|afirmo
        garantir|garanto|prometer|prometo|adiantar|adianto|cravar|cravo|precisar|validar|valido|comparar|comparo|negar
        nego|opinar|opino|responder|respondo|dar|dou|cotar|estimar|estimo|chutar|chuto|abrir|revelar|revelo|comentar
        comento|discutir|discuto|negociar|negocio|negociamos|tratar|trato|mexer|calcular|calculo|arriscar|arrisco
        divulgar|divulgo|saber|definir|defino|fechar|avaliar|avalio|orcar|falo|cuidar|cuido|compartilhar|contar|
        conto|explicar|detalhar|entrar|mandar
        soltar|solto|assegurar|asseguro|bater|cito|citar|mencionar|cobrir|ajudar|interferir|mandar|resolver|ver|
        tocar|palpitar
    """,
    "@handle": """
        passa|passam|passar|passara|informa|informam|informar|informara|explica|explicam|explicar|trata|tratam|tratar
        ve|veem|ver|veja|cuida|cuidam|cuidar|calcula|calculam|calcular|define|definem|definir|negocia|negociam|
        negociar
        resolve|resolver|responde|respondem|responder|confirma|confirmam|confirmar|fala|falam|falar|detalha|detalhar
        monta|montar|apresenta|apresentar|orienta|orientar|combina|combinar|verifica|verificar|avalia|avaliar|alinha
        alinhar|cota|cotar|orca|orcar|da|diz|dizer|sabe|retorna|retornar|tira|tirar|conversa|conversar|analisa|
        analisar
        esclarece|esclarecer|assume|manda|mandar|envia|enviar|mostra|mostrar
    """,
    "@price_noun": """
        preco|precos|precinho|precinhos|precao|valor|valores|valorzinho|investimento|custo|custos|orcamento|cotacao
        tabela|tabelinha|precificacao|price
    """,
    "@price_ask": """
        preco*|valor|valores|quanto|qto|qnto|qt|quantos custa|sai|fica|e|ta|tá|vale|cobra|pago
        preco*
        valor|valores
        custa|custam|custo|cobram|cobra|vale|investimento|orcamento|cotacao|tabela
        quanto|qto|qnto|qnt|quantu _4 @product|@it|sai|fica|custa|ta|e|vale|eh|seria|voces|vcs|pago|gasto|tiro|vai|
        pra|deu
        qto|quanto
    """,
    "@rival": "concorrente|concorrentes|concorrencia|parecida|similar|importada|outra marca?",
    "@set_aside": """
        separa|separe|separar|reserva|reserve|reservar|prepara|prepare|preparar|junta|junte|juntar|guarda|guarde|guardar
        investe|invista|investir|desembolsa|desembolsar|gasta|gastar
    """,
    "@costs": """
        cobro|cobrou|custa|custam|custou|custava|custaria|custar|custando|custara|custo|custos|valendo|vale|vales|
        valem|valia
        cobra|cobram|cobramos|cobrava|cobrada|cobrado|pagou|pagaram|paguei|investe|investir|desembolsa|desembolsar|
        gasta
        gastar|preco|precos|precinho|valor|valores|investimento|orcado|orcada|orcamento|tabela|etiqueta|saiu|
        saindo|saia
        verba|planilha|tabelado|precificado|vendemos|vendida|vendido|vende|vendia|vendeu
    """,
    "@sells": """
        sai|saem|fica|ficam|ficou|ficaria|ficar|ta|tao|eh|e|sao|era|leva|levam|por|vai|uns|umas|faixa|casa|torno|volta
        media|base|partir|parte|comeca|gira|girando|beira|beirando|bate|passa|passou|passam|ultrapassa|abaixo|
        acima|menos
        entre|ate|tipo|coisa|pelos|quase|cerca|aproximadamente|minimo|maximo|chega|so|apenas|deu|fechou|fecha|
        reserve|reserva
        separa|separe|considera|considerar|prepara|prepare|tira|soma|somar|multiplica|multiplicar|pega|beirada|
        encosta|perto|foge
    """,
    "@dear": """
        caro|cara|caros|caras|carinho|carinha|carissima|carissimo|carinhos|salgado|salgada|salgadinha|salgadinho|
        puxado
        puxadinho|puxada|barato|barata|baratos|baratas|baratinho|baratinha|baratissima|baratinhas|economica|acessivel
        acessiveis|custosa|custoso|onerosa|proibitivo|proibitiva|exorbitante|inacessivel
        em conta
    """,
    "@afford_money": """
        o? que vc|vcs quer|queria|pretende|pensa|pensou|planejou gastar|investir|pagar
        verba|grana|dinheiro|orcamento|budget|bolso|poupanca|quantia|montante|teto|capital|economias
        o|no|do que vc|vcs? tem|disse|falou|separou|juntou|guardou|reservou
        esse|este|seu|aquele|desse|nesse|neste|deste|com valor
        isso|esse|essa ai? que vc tem
    """,
    "@method": """
        boleto|boletos|pix|cheque|cheques|finame|bndes|leasing|consorcio|financiamento|financiamentos|crediario|
        carnezinho
        cartao|cartoes|cartaozinho|credito|debito|duplicata|duplicatas|promissoria|ted|fiado|permuta|prestacao|
        prestacoes
        faturado|faturada
        faturamento direto
        dinheiro vivo
        em especie
        transferencia|deposito
        visa|master|mastercard|elo|amex|hipercard|fgi|fampe
        proger|pronaf|fco|fno|fne|sicredi|sicoob|cdc|mercadopago|paypal|picpay
        maquininha
    """,
    "@instalment": """
        parcel*
        prestacao|prestacoes|prestacaozinha|mensalidade|mensalidades|parcelinha
        juros|carencia
        a? prazo
    """,
    "@pay": """
        pagar|paga|pagam|pagando|pagamento|pagamentos|pago|pague|paguem|quitar|quita|quitando|acertar|acerta
    """,
    "@accept": """
        aceitamos|aceita|aceito|aceitam|trabalhamos|trabalha|trabalho|fazemos|faz|fazem|facilitamos|facilita|facilito
        temos|tem|recebemos|recebe|pegamos|pega|oferecemos|oferece|rola|vale|pode|da|liberamos|libera|aprova|aprovamos
        usamos|usa|consegue|conseguimos|rolam|dividimos|divide|parcelamos|financiamos|so|somente|apenas|preferimos
    """,
    "@cut": """
        desconto|descontos|descontinho|descontao|descontaco|descontinhos|abatimento|abatimentos|promocao|promocoes
        promo|promos|promocional|oferta|ofertas|ofertao|liquidacao|queima|brinde|brindes|brindezinho|mimo|mimos|cupom
        cupons|cashback|bonificacao|bonus|vantagem|voucher|off|barganha|pechincha|saldao|bonificado
        black friday|november
        presente|presentinho|cortesia
    """,
    "@favour": """
        generos*|empurr*|bonzinh*|bondos*|maleav*|cede|cedem|ceder|afroux*|encolh*|mingu*|derret*|despenc*|desinch*|amolec*
        cai|caem|cair|caindo|desce|descem|descer|descendo|baixa|baixam|baixar|baixando|baixo|abaix*|reduz*|diminu*|abat*
        melhora|melhoram|melhorar|melhorando|melhorada|melhorzinh*|ajeit*|ajuda|ajudam|ajudar|ajudinha|agrad*|caprich*
        camarad*|amig*|carinho|especial|especiais|diferente|diferentes|diferenciad*|apertadinh*|enxut*|esperto|esperta
        festa|presente|mel|moleza|moral|forca|forcinha|alivi*|compens*|vantag*|vantaj*|surpreend*|surpresa
        bacana|bacanas|legal|legais|gostoso|gostosinh*|redond*|justinh*|doce|docinho|irrecusav*|imbativ*|milagre|magica
        jeito|jeitinho
        carta branca
        vai gostar|amar|sorrir|adorar
        a parte
    """,
    "@deliver": """
        entrega|entregas|entregamos|entregam|entregar|entregue|entregues|entregando|entregaremos|entregaria
        chega|chegam|chegar|chegara|chegando|chegaria|chegou|despacha|despachamos|despachar|despacho|despachada|
        despachado
        envia|enviamos|enviar|envio|enviado|enviada|mandamos|embarca|embarcamos|embarcar|embarque|fabricamos|
        fabricacao
        fabricar|fabrica|instala|instalamos|instalar|instalacao|instalada|montagem|montamos|montada|expedicao|
        expedimos
        remessa|postagem|postamos|pronta|pronto|prontinha|aprontamos|aprontar|recebe|receber|receberia|recebem|
        retirar|retirada
        retira|faturamento|prazo|prazos|leadtime|demora|demoram|demorar|demorou|demorado|libera|liberada|encaixar|
        encaixo
        sai|saem da|de fabrica|linha|producao
        fica|ficam|sai pronta|pronto
        mando|mandar|espera|aguardar|esperar
        separacao|coleta|transito
        fila de? producao|espera|pedidos|entrega|fabricacao
        leva|levam|levamos
    """,
    "@service": """
        conserto|consertar|consertamos|reparo|reparar|manutencao|assistencia|reposicao|treinamento|treinar|
        treinamos|revisao
        instalacao|instala|instalamos
        visita tecnica
        peca|pecas
        tecnico
    """,
    "@month": "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    "@fast": """
        rapidissima|rapido|rapida|rapidinho|rapidinha|rapidamente|rapidao|rapidissimo|ligeiro|ligeirinho|ligeira|
        voando|logo|relampago|turbo|veloz|depressa|correndo|instantanea|instantaneo
        logo logo
        jaja|breve|brevemente|agil|agilidade|express|expressa|expresso|imediata|imediato|imediatamente|instante|pronto
        ja ja
        num|em um? instante|piscar|pulo|estalo|zas
        coisa|questao|assunto de dias|semanas|horas|dia
        piscar de olhos
        na mesma? hora
        dois|dos palito|palitos
        pouquinho|pouco tempo
        pouco|poucos|poucas|alguns|algumas dias|semanas|tempo
        sem demora|enrolacao
        curto|curtinho|curtissimo|prioritaria
        vapt vupt
    """,
    "@freight": """
        frete|fretes|fretinho|carreto|carretos|transporte|transportes|transportadora|transportadoras|cif|fob
        entrega|envio|logistica|caminhao|remessa|deslocamento|despacho
    """,
    "@true_freight": """
        frete|fretes|fretinho|carreto|carretos|transporte|transportes|transportadora|transportadoras|cif|fob
        envio|remessa|despacho
    """,
    "@free": """
        gratis|gratuito|gratuita|gratuitamente|free|incluso|inclusa|inclusos|incluido|incluida|embutido|embutida|
        isento
        de graca
        sem custo|custos|cobrar|cobranca|onus|pagar
        cortesia|brinde|presente|zero|0800|bonificado
        na faixa
    """,
    "@cost_side": """
        por|pela|na|eh|fica|sai nossa|sua|minha|tua conta
        por conta do|da|de|dele|nossa|sua|minha
        a gente|nos banca|paga|cobre|racha|assume|absorve
        bancamos|banco|pagamos|cobrimos|rachamos|assumimos|absorvemos|dividimos|racha|rachado|dividido|meio|metade|
        meiado
        vc|vcs|cliente|comprador|lead|senhor paga|pagam|contrata|arca|banca|assume|providencia|retira|busca
        com|do|pelo o? cliente|comprador
        a cargo
        conosco
        pago|paga|pagar _1 na|no|pelo chegada|destino|recebimento|retirada|entrega
    """,
    "@make": """
        hamburguer|hamburgueres|burger|burgers|lanche|lanches|disco|discos|blend|producao|produz|produzem|produzir|
        produzindo
        produzimos|render|rende|rendem|rendimento|capacidade|forma|formam|formar|ciclo|ciclos|carne|massa|linguica|
        linguicas
        espeto|espetos|bife|bifes|file|files|gramatura|diametro|espessura|cuba|reservatorio|motor|velocidade|
        velocidades|porcao
        empilha|empilham|mistura|misturam|processa|processam|comporta|porcoes|almondega|xis|fazia|faziam|produzia|produziam|smash|unidades|pico|demanda|volume|vazao|ritmo|faz|fazem|fazer|fazendo|fizer|fizerem|fizesse|atende|corta|
        cortam
    """,
}

_COMPOSED: dict[str, str] = {
    "@cannot": """
        nao consigo|posso|devo|vou|podemos|conseguimos|pretendo|quero|costumo|queremos|sei|saberia|poderia|conseguiria
        nao te|lhe|me consigo|posso|vou
        nao tenho|temos como|condicoes|autorizacao|autonomia|permissao|alcada
        nao ha|tem como
        nao da|daria pra|para
        nao cabe a? mim?
        nao eh? comigo
        nem consigo|posso|sei
        sem
        evito|prefiro
        impossivel|inviavel
        nao rola
        fora do meu alcance
    """,
}

_ATTITUDES: dict[str, str] = {
    "@refer": """
        @seller _4 @handle
        quem _4 @handle _4 @seller
        @handle _3 @seller
        com|pro|ao|do|pelo|da|para|pra o|a|um|nosso? @seller
        com|pro|ao|do|pelo|da @seller
        @seller
        encaminh*
        depende|dependem|varia|variam|depender
        so ele
    """,
    "@hedge": """
        @cannot _4 @inform
        nao _2 informo|digo|falo|passo|confirmo|afirmo|garanto|prometo|adianto|arrisco|chuto|trato|negocio|cuido|opino
        nao _2 informamos|passamos|falamos|estimo|cravo|comparo|nego|comento|revelo|asseguro|palpito|cito|calculo
        nao informar|passar|dizer|falar|prometer
        informar|confirmar|afirmar|garantir|prometer|adiantar|cravar|assegurar|marcar|fixar _5 nao|nem _1 \
            posso|consigo|da|daa|tenho|devo|podemos|conseguimos
        nao sei
        nao tenho _2 acesso|informacao|confirmacao|certeza|dado|dados|agenda|tabela|essa|esse|esses|essas|isso|valores
        nao tenho _2 valor|preco|precos|prazo|prazos|condicao|condicoes|numero|numeros|resposta|registro|ideia|
        previsao
        nao tenho|temos como
        nao temos _2 informacao|confirmacao|dado|previsao
        sem previsao
        nao faco a? menor|minima|mais? ideia
        @cannot _4 marcar|agendar|reservar|segurar|separar|visitar|oferecer|conceder
        nao comprometo
        nao me comprometo
        nao fica|e comigo
        nao|nem tem|traz|aparece|consta|ha nenhum|o|os? preco|precos|valor|valores|tabela
        sob consulta
        so|somente|apenas com ele|ela|eles
        nao|nem vejo|enxergo|acompanho|acesso|recebo _2 preco|precos|valor|valores|tabela|isso|custos
        nao passa por mim
        nem confirmo|nego|digo|informo
        nada de|sobre
        prefiro|melhor nao
        deixo|deixa|deixar|deixando _3 pro|com|para|ao _1 @seller
        isso|essa|esse|este|esta|assunto _3 com|do|pro _1 @seller
        so|somente com|quem|o|pelo _1 @seller
        so|somente @seller
        vai depender
        nao depende de mim
        nao fico
        sem confirmar|chutar|prometer
    """,
    "@unknown_if": """
        nao sei|lembro|tenho certeza? se|quando|quanto|como|qual
        nao consigo _3 se|quando|quanto
        nao tenho como _3 se|quando|quanto
        @seller _4 @handle _2 se|quando|quanto|quais|qual|como
        vou|deixa|deixe|posso _2 confirmar|verificar|perguntar|checar|ver _2 se|quando|quanto
    """,
    "@when": """
        semana que vem
        mes que vem
        ano que vem
        proxima|proximo semana|mes|segunda|terca|quarta|quinta|sexta|quinzena
        semana|mes seguinte
        amanha|hoje
        depois de amanha
        ainda hoje
        ainda esse|este|essa|esta|nesse|nessa|neste|nesta mes|semana|ano
        nesta|nessa|esta|essa|mesma|na semana
        neste|nesse|este|esse mes
        segunda|terca|quarta|quinta|sexta|sabado|domingo feira?
        janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro
        fim|final|comecinho|finalzinho|metade do|de|da quinzena|mes|ano|semana
        fim|final|inicio|comeco|meio|metade do|de|da mes|ano|semana|@month
        natal|pascoa|carnaval|reveillon
        ano novo
        dia das|dos|de maes|pais|criancas|namorados|finados
        feriado|feriadao|copa|inauguracao|evento|feira|ferias|virada|verao|inverno|recesso|temporada|safra|quaresma
        festa _2 peao|junina|padroeira|uva|cidade
        dia seguinte
        fds|findi
        semana santa
        corpus christi
        sao joao
        festas
        fim do ano
        primeiro|segundo|proximo semestre|trimestre|bimestre|lote
        uma|duas|tres|#|umas|poucas semaninha|semaninhas|semanas|diazinho|diazinhos|mesinho
        semaninha|semaninhas
        no|na mesmo|mesma dia|semana|hora|mes
        uma|duas|uns|umas tarde|tardes|manha|manhas|noite|dia
        dia #plain|#date|#
        questao de dias|semanas|horas
        em dias|semanas|horas
        inicio|fim|comeco|final de? #date
    """,
}

LAYERS: tuple[Layer, ...] = tuple(
    Layer([pair for concept, block in table.items() for pair in phrases(concept, block)])
    for table in (_PLAIN, _COMPOSED, _ATTITUDES)
)
