"""Concepts of commercial talk: what a word is about, never whether it is allowed. Folded, Brazilian usage.

Notation of `patterns`. A concept may hold phrases; a phrase tags its first word. Concepts of a later table may be
made of those of an earlier one.
"""

from conversations.guardrails.patterns import Matcher, phrases

_PLAIN: dict[str, str] = {
    "@seller": """
        consultor|consultora|consultores|vendedor|vendedora|vendedores|comercial|especialista|especialistas
        equipe|time|setor|atendente|humano|colega|representante|gerente|tecnico|suporte|pessoal
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
        equipamento*|modelo|modelos|manual|semi|semiautomatica|semiautomatico|automatica|automatico|pneumatica|eletrica
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
        divulgar|divulgo|saber|definir|defino|fechar|avaliar|avalio|orcar|falo|cuidar|cuido|compartilhar|entrar|mandar
        soltar|solto|assegurar|asseguro|bater|cito|citar|mencionar|cobrir|resolver|ver|tocar|palpitar
    """,
    "@handle": """
        passa|passam|passar|passara|informa|informam|informar|informara|explica|explicam|explicar|trata|tratam|tratar
        ve|veem|ver|veja|cuida|cuidam|cuidar|calcula|calculam|calcular|define|definem|definir|negocia|negociam|negociar
        resolve|resolver|responde|respondem|responder|confirma|confirmam|confirmar|fala|falam|falar|detalha|detalhar
        monta|montar|apresenta|apresentar|orienta|orientar|combina|combinar|verifica|verificar|avalia|avaliar|alinha
        alinhar|cota|cotar|orca|orcar|da|diz|dizer|sabe|retorna|retornar|tira|tirar|conversa|conversar|analisa|analisar
        esclarece|esclarecer|assume|manda|mandar|envia|enviar|mostra|mostrar
    """,
    "@price_noun": """
        preco|precos|precinho|precinhos|precao|valor|valores|valorzinho|investimento|custo|custos|orcamento|cotacao
        tabela|precificacao|price
    """,
    "@price_ask": """
        preco*|valor|valores|quanto|qto|qnto|qt|quantos custa|sai|fica|e|ta|tá|vale|cobra|pago
        preco*
        valor|valores
        custa|custam|custo|cobram|cobra|vale|investimento|orcamento|cotacao|tabela
        quanto|qto|qnto|qnt|quantu _4 @product|@it|sai|fica|custa|ta|e|vale|eh|seria|voces|vcs|pago|gasto|tiro|vai|pra|deu
        qto|quanto
    """,
    "@costs": """
        custa|custam|custou|custava|custaria|custar|custando|custara|valendo|vale|valem|valia|cobra|cobram|cobramos
        cobrava|paga|pagou|pagaram|pagar|investe|investir|desembolsa|desembolsar|gasta|gastar|preco|precos|precinho
        valor|valores|investimento|custo|orcado|orcada|tabela|etiqueta|saiu|saindo|saia
    """,
    "@sells": """
        sai|saem|fica|ficam|ficou|ficaria|ta|tah|esta|estao|tao|e|eh|sao|leva|levam|por|vai|da|uns|umas|faixa|casa
        torno|volta|media|base|partir|comeca|gira|girando|beira|beirando|bate|passa|passou|passam|ultrapassa|abaixo
        acima|menos|mais|entre|ate|tipo|coisa|pelos|quase|cerca|aproximadamente|minimo|maximo|chega|so|apenas|deu
    """,
    "@dear": """
        caro|cara|caros|caras|carinho|carinha|carissima|carissimo|salgado|salgada|salgadinha|salgadinho|puxado|puxadinho
        puxada|pesado|pesada|barato|barata|baratos|baratas|baratinho|baratinha|baratissima|baratinhas|economica
        acessivel|acessiveis|barateza
        em conta
        em contas
        custosa|custoso|onerosa
    """,
    "@thing_priced": """
        carro|carros|carrinho|moto|motos|motinha|motoca|gol|uno|fusca|celta|palio|corsa|onix|hb20|kombi|saveiro|strada
        hilux|fiorino|corolla|civic|bros|biz|titan|cg|pop|scooter|bicicleta|bike|caminhao|caminhonete|van|trator
        picape|veiculo|automovel|seminovo|popular
        salario|salarios|ordenado|aluguel|alugueis|iphone|iphones|celular|notebook|computador|geladeira|freezer|fogao
        televisao|tv|playstation|videogame|viagem|apartamento|apto|terreno|faculdade
        casa propria
        ar condicionado
        funcionario|funcionaria|ajudante|diarista|churrasqueira|sofa
    """,
    "@afford_money": """
        verba|grana|dinheiro|orcamento|budget|bolso|capital|caixa|poupanca|quantia|montante|reserva
        o que _1 tem|disse|falou|separou|juntou|guardou|reservou
        esse|este|seu|aquele valor
    """,
    "@method": """
        boleto|boletos|pix|cheque|cheques|finame|bndes|leasing|consorcio|financiamento|financiamentos|carne|crediario
        cartao|cartoes|cartaozinho|credito|debito|duplicata|duplicatas|promissoria|ted|fiado|permuta|prestacao|prestacoes
        faturado|faturada
        faturamento direto
        dinheiro vivo
        em especie
        transferencia|deposito
        proger|pronaf|sicredi|sicoob|cdc|mercadopago|paypal|picpay
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
    "@deliver": """
        entreg*
        cheg|chega|chegam|chegar|chegara|chegando|chegou|chegaria|despach*
        envia|enviamos|enviar|envio|enviado|enviada|mandamos|mando|mandar|manda|embarc*
        embarque|fabric*
        instal*
        montagem|monta|montamos|montada|expedicao|expedimos|remessa|postagem|postamos
        pronta|pronto|prontinha|recebe|receber|receberia|retira|retirar|retirada|disponivel|faturar|faturamento
        prazo|prazos|leadtime|demora|demoram|demorar|demorou|leva|levam|levar|levamos
        sai da fabrica
        liberada|liberado|aprontar|aprontamos|rodando|funcionando|produzindo|operando
    """,
    "@service": """
        conserto|consertar|consertamos|reparo|reparar|manutencao|assistencia|reposicao|treinamento|treino|treinar
        treinamos|revisao|instal*
        visita tecnica
        peca|pecas
    """,
    "@month": "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    "@fast": """
        rapido|rapida|rapidinho|rapidinha|rapidamente|rapidao|rapidissimo|ligeiro|ligeirinho|ligeira|voando|logo
        logo logo
        jaja|breve|brevemente|agil|agilidade|express|expressa|expresso|imediata|imediato|imediatamente|instante|pronto
        ja ja
        num|em um? instante|piscar|pulo
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
        envio|remessa|despacho|entrega
    """,
    "@free": """
        gratis|gratuito|gratuita|gratuitamente|free|incluso|inclusa|incluido|incluida|embutido|embutida|isento|zerado
        de graca
        sem custo|custos|cobrar|cobranca|onus|pagar
        cortesia|brinde|presente|zero|0800|bonificado
        na faixa
    """,
    "@cost_side": """
        por|pela|na|da|e|fica|sai|vai nossa|sua|minha|tua conta
        por nossa|sua|minha|tua conta
        por conta do|da|de|dele|nossa|sua|minha
        a gente|nos banca|paga|cobre|racha|assume|absorve
        bancamos|pagamos|cobrimos|rachamos|assumimos|absorvemos|dividimos|racha|rachado|dividido|meio|metade|meiado
        voce|vc|cliente|comprador|lead|senhor|tu paga|pagam|contrata|arca|banca|assume|providencia|retira|busca
        a cargo
        conosco
    """,
    "@make": """
        hamburguer|hamburgueres|burger|burgers|lanche|lanches|disco|discos|blend|producao|produz|produzem|produzir
        produzindo|produzimos|render|rende|rendem|rendimento|capacidade|forma|formam|formar|ciclo|ciclos|hora|hr
        carne|massa|linguica|linguicas|espeto|espetos|bife|bifes|file|files|kg|quilos|gramas|gramatura|diametro
        espessura|cuba|reservatorio|motor|velocidade|velocidades|porcao|porcoes|almondega|xis|smash|unidades
        pico|demanda|volume|fabricam|fabricar|vazao|ritmo
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
        so ele
    """,
    "@hedge": """
        @cannot _4 @inform
        nao _2 informo|digo|falo|passo|confirmo|afirmo|garanto|prometo|adianto|arrisco|chuto|trato|negocio|cuido|opino
        nao _2 informamos|passamos|falamos|estimo|cravo|comparo|nego|comento|revelo|asseguro|palpito|cito|calculo
        nao sei
        nao tenho _2 acesso|informacao|confirmacao|certeza|dado|dados|agenda|tabela|essa|esse|esses|essas|isso|valores
        nao tenho _2 valor|preco|precos|prazo|prazos|condicao|condicoes|numero|numeros|resposta|registro|ideia|previsao
        nao tenho|temos como
        nao temos _2 informacao|confirmacao|dado|previsao
        sem previsao
        nao faco ideia
        nao comprometo
        nao me comprometo
        nao fica|e comigo
        nao passa por mim
        nem confirmo|nego|digo|informo
        nada de|sobre
        prefiro|melhor nao
        deixo|deixa|deixar|deixando _3 pro|com|para|ao _1 @seller
        isso|essa|esse|este|esta|assunto _3 com|do|pro _1 @seller
        so|somente com|quem|o|pelo _1 @seller
        so|somente @seller
        depende|dependem|vai depender|varia|variam
        nao depende de mim
        nao fico
        sem compromisso|confirmar|chutar|prometer
    """,
    "@unknown_if": """
        nao sei|lembro|tenho certeza? se|quando|quanto|como|qual
        nao consigo _3 se|quando|quanto
        nao tenho como _3 se|quando|quanto
        @seller _4 @handle _2 se|quando|quanto|quais|qual|como
        vou|deixa|deixe|posso _2 confirmar|verificar|perguntar|checar|ver _2 se|quando|quanto|com
    """,
    "@when": """
        semana que vem
        mes que vem
        ano que vem
        proxima|proximo semana|mes|segunda|terca|quarta|quinta|sexta|quinzena
        semana|mes seguinte
        amanha|hoje|depois de amanha
        ainda hoje
        ainda esse|este|essa|esta|nesse|nessa|neste|nesta mes|semana|ano
        nesta|nessa|esta|essa|mesma|na semana
        neste|nesse|este|esse mes
        segunda|terca|quarta|quinta|sexta|sabado|domingo feira?
        janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro
        fim|final|inicio|comeco|meio|metade do|de|da mes|ano|semana|@month
        natal|pascoa|carnaval|reveillon|ano novo
        ano novo
        dia das|dos|de maes|pais|criancas|namorados|finados
        feriado|feriadao|copa|festa junina|inauguracao|evento|feira|ferias|virada|verao|inverno
        sao joao
        festas
        fim do ano
    """,
}

LAYERS: tuple[Matcher[str], ...] = tuple(
    Matcher([pair for concept, block in table.items() for pair in phrases(concept, block)])
    for table in (_PLAIN, _COMPOSED, _ATTITUDES)
)
