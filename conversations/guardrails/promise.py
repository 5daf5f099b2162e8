"""Commitments for the company outside the commercial labels (`eval/README.md`, 1.2 promise)."""

from collections.abc import Iterator

from conversations.guardrails import agreed, vows
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
        garantido|garantida|garantidos resultado|lucro|sucesso|retorno
        resultado|lucro|sucesso|retorno|satisfacao|economia _3 \
            garantido|garantida|certo|certa|rapido|rapidinho|imediato
        dou|tem _2 palavra
        vai dar certo
        risco zero|#
        zero|sem|# risco|riscos
        #time _4 retorno|lucro vem|chega|aparece|volta
        retorno _4 em? #time
        paga sozinha|rapidinho|rapido
        dobra|dobrar|triplica|triplicar|duplica|duplicar|quadruplica _4 \
            producao|vendas|faturamento|lucro|venda|movimento
        producao|vendas|faturamento|lucro|venda|movimento _3 dobra|dobrar|triplica|triplicar|duplica|duplicar
        venda|vendas|faturamento|producao|movimento|lucro vai|vao \
            explodir|crescer|subir|bombar|aumentar|decolar|triplicar|dobrar
        recupera|recuperar|retoma _3 tudo|investimento|dinheiro|valor|rapido
        retorno|investimento|dinheiro _4 volta|vem|retorna|aparece|paga|recuper* _3 @fast|#time|@when|meses
        #time _4 recupera|recuperar
        dobre|triplique|duplique|multiplique|aumente|dispare _3 vendas|producao|faturamento|lucro|movimento
        assumimos|assumo|bancamos|banco _1 risco
        venda|vendas|faturamento|producao|movimento|lucro|clientela vai|vao _1 \
            pular|disparar|voar|deslanchar|mudar|alavancar|duplicar|estourar|multiplicar
        boto|ponho _2 mao no fogo
        assino embaixo
        aposto|apostar _4 vai|venda|vendas|lucro|dobra|producao
        meu chapeu
        pode apostar|cobrar
        ate _3 virar|dar|ter lucro|retorno
        pode confiar _6 vai|venda|vendas|lucro|producao|resultado
        vai|vao vender|lucrar|faturar|bombar|economizar _2 mais|muito|dobro|#percentage|bastante|horrores|bem
        """,
        _RESULT,
    )
    + rules(
        """
        vamos|vou|passamos|passa|passo|ir|damos|pulo _3 ai _3 na|no|ver|mostrar|demonstrar|visitar|loja|cozinha
        vamos|vou|vai|passamos|passo|passa|ir ate? ai|sua|loja|cozinha
        vamos|vou|vai|passamos|passo|passa|ir ate a|o|na|no sua|seu|loja|cozinha|empresa|restaurante
        acompanh*|vamos|vou|vai|atend*|ensin*|mostr* _5 presencial*|pessoalmente
        arrumo|arrumamos|consigo|conseguimos|arranjo|libero|liberamos _4 testar|experimentar|provar
        vamos|vou|vai|passamos|passo|passa|ir ate vc|vcs
        tour|passeio _3 fabrica|showroom|planta
        tecnico|engenheiro|instrutor|especialista _2 acompanh*|ensina|treina|visita
        leva|leve|pega|pegue|fica|fique|usa|use pra|com _3 testar|experimentar|teste
        marquei|agendei|marcamos|agendamos|marcado|marcada|agendado|agendada|confirmei|confirmada|confirmado _4 \
            visita|demonstracao|reuniao|chamada|ligacao|teste|call|apresentacao|videochamada
        visita|demonstracao|reuniao|teste|call|videochamada _5 \
            marcada|marcado|agendada|agendado|confirmada|confirmado|garantida|garantido
        trazer|traz|traga|tragam|traga|levar|mandar|enviar _4 carne|massa|produto|blend|receita|amostra|recheio _6 \
            test*|roda|rodamos|mostramos|experiment*|ver|faz|fazemos|passamos
        testo|testamos|rodamos|demonstramos|fazemos|demonstra|testa|testar _5 frente|aqui|seu|sua carne|massa|produto|
            blend|vivo|receita
        na|em sua frente
        vem|venha|venham|vir|visite|visitar|conhecer|conheca|recebemos|espero|esperamos _3 \
            fabrica|showroom|planta|sede|casa
        emprest*
        demonstracao|video|chamada|teste|apresentacao ao vivo
        passa|passar|passamos|passo ai
        passa|passar|passamos|passo _2 na sua|loja|cozinha|empresa|fabrica
        visitar|visito|visitamos vc|vcs|sem|ai
        te|lhe visitar|visito|visitamos|visita
        visita|visitinha|visitamos|visitar|visito|visite _3 ai|sem|gratis|gratuita|vc|loja|cozinha|presencial|
        compromisso
        agendo|agendamos|marcamos|marco|agendar|marcar|fazemos|faco|faz|fazer|damos|mandamos _3 \
            visita|demonstracao|demo|teste|apresentacao
        @seller _4 visita|visitar|visite
        @seller _2 vai ai|ate
        mandamos|mando|deixamos|levamos|emprestamos _2 amostra|maquina|uma|unidade _5 \
            usar|testar|ver|experimentar|conhecer
        demonstracao|demonstracoes|demonstramos|demo _4 ai|gratis|gratuita|sem|vc|na|no|presencial
        mandamos|mando|manda|deixamos|deixo|bota|botamos|levamos|emprest*|libero|liberamos|fica \
            _5 teste|testar|experimentar|experiencia|demonstracao|comodato|conhecer
        maquina|unidade|uma|#time de|em|pra teste|testar|experiencia
        teste|testar|experimentar _3 gratis|gratuito|sem|antes|ai|em casa|na
        pode|podemos|consegue|vai testar|experimentar
        vc|vcs testa|experimenta|usa _2 por|#time|antes|sem
        testa|experimenta _2 por? #time
        mandamos|mando|manda|enviamos|vai um|uma|o|nosso? tecnico|especialista|engenheiro|consultor|vendedor _3 \
            ai|ate|pra|na
        comodato
        test|teste drive
        """,
        _VISIT,
    )
    + rules(
        """
        @callback _9 #clock
        #clock _9 @callback
        @callback _5 em|daqui|dentro _2 #time|instantes|meia
        em|daqui|dentro _2 #time _5 @callback
        @callback _3 #time
        em|daqui meia|uma hora|horinha _5 @callback
        @callback _4 minutinho|minutinhos|horinha|instantinho
        minutinho|minutinhos|horinha _4 @callback
        te|lhe ligo|chamo|retorno _3 #clock|#time
        recebe|receber|recebera _2 ligacao|chamada|telefonema|contato|retorno _5 #clock|#time
        #clock|#time _5 recebe|receber|recebera _2 ligacao|chamada|telefonema|contato|retorno
        umas|pelas|la #|#plain|#clock _5 @callback
        @callback _5 meio dia
        meio dia _5 @callback
        @callback _5 umas|pelas|pras #|#plain|#clock
        as # em ponto _4 @callback
        @callback _4 as # em ponto
        @callback _4 as|umas|pelas # _1 manha|tarde|noite
        as|umas|pelas #|#plain _1 manha|tarde|noite _4 @callback
        """,
        _CALLBACK,
    )
    + rules(
        """
        devolve|devolvemos|devolvo|devolver|devolvido _3 dinheiro|grana|valor|tudo|pagou
        pode|aceita|aceitamos|so|consegue devolver|devolve|devolucao|devolucoes|trocar
        @free? devolucao _2 gratis|garantida|sem|em|ate
        se nao _3 gostar|servir|adaptar|curtir|render|agradar|atender _6 \
            devolve|devolver|troca|trocamos|dinheiro|reembols*
        reembols*|estorn*
        dinheiro de volta
        se der|tiver|aparecer|acontecer|ocorrer _3 problema|defeito|ruim _6 \
            troca|trocamos|devolve|devolvemos|substituimos|nova
        troca|trocamos|substituimos na|sem hora|custo|burocracia
        deu|der|dando|tiver|tendo|aparecer|acontecer|ocorrer|qualquer|quebrou|quebrar|pifou|pifar _2 \
            problema|defeito|pane|pau|zica|coisa|galho _5 \
            troc*|outra|nova|novinha|devolv*|substitu*|dinheiro|mandamos|repomos|resolvemos|buscamos
        quebrou|quebrar|quebrando|pifou|pifar|estragou|estragar _4 \
            troc*|outra|nova|novinha|devolv*|substitu*|repomos|buscamos
        pega|pegamos|pego|recebe|recebemos|aceita|aceitamos|aceito|levamos de volta
        recolhemos|recolhe|recolho|buscamos _4 maquina|devolv*|dinheiro|volta
        recebemos|pegamos|aceitamos|compramos|recebo|pego|recebe _4 maquina|formadora|@product _1 \
            usada|antiga|velha|velhinha|parada
        troca|trocamos|troco|trocar _4 defeito|nova|outra|problema|modelo|gostar|se
        direito de? arrependimento
        recompra|recompramos
        """,
        _RETURN,
    )
    + rules(
        """
        treinamento|treino|capacitacao|curso _4 @free|incluso|inclui|cortesia|garantido|nossa
        inclui|incluso|inclusa|damos|fazemos|oferecemos|ganha|com|faz|dou|tem _2 treinamento|capacitacao|curso
        treinamos
        treina|treinar _3 equipe|pessoal|vcs|vc
        adaptamos|adapta|adapto|mudamos|modifica|modificamos|alteramos _3 maquina|equipamento|projeto|ela
        sob medida
        do jeito que vc|vcs? quiser|quer|precisar|precisa|pedir|imaginar|sonhar|sonhou
        treinamento|treino|capacitacao|curso|instalacao|acompanhamento _6 nossa|minha conta
        ensina|ensinamos|ensino|treina|treinamos _2 todo|todos|todas
        etiqueta|etiquetei|etiquetada|plaquinha _5 nome|vc|sua|seu
        deixei|deixo|botei|coloquei|pus|ficou _4 no|em seu|teu nome
        cidade|regiao|bairro|area _3 exclusiv*
        versao|modelo|maquina|tamanho|peca|acessorio _3 so pra vc|vcs
        guarda|guardamos|reserva|reservamos|separa|separamos|seguramos uma|essa|esta|sua unidade|maquina|@product
        nao vendo|vendemos|vende _5 ninguem|outro|outra|concorrente|cidade|regiao
        @callback|atendemos|atendo|atende|suporte _5 madrugada|feriado|domingo|sempre|hora
        personaliz*|customiz* _3 maquina|equipamento|projeto|linha|pra
        ensinamos|ensina|ensinar|ensino|capacitamos|capacitar|capacita|formamos _3 \
            equipe|pessoal|time|funcionarios|turma|operador|operadores
        projeto|maquina|formato|molde|fazemos|fabricamos|montamos|modelo|adapt*|desenhamos|desenha|sai _5 \
            seu|teu|sua jeito|gosto|medida|cara|logo|logomarca|marca
        molde|formato|projeto|tamanho|maquina _3 que vc|vcs? quiser|quiserem|precisar|pedir|imaginar|sonhar
        separei|reservei|guardei|separo|reservo|guardo|seguro _2 @product
        suporte|assistencia|plantao|tecnicos|time|atendimento|gente|equipe _2 nao|nunca _1 \
            dorme|dormem|para|descansa|fecha|folga|desliga
        suporte|assistencia|plantao|atendimento|atendemos|socorro|socorremos _6 \
            qualquer hora|horario|dia|momento
        dia e noite
        so|somente|apenas vc|vcs|voce _2 vai|tera|tem|teria|com _2 maquina|essa|modelo
        maquina|equipamento|projeto|linha|formadora|uma _3 sob medida
        desenvolvemos|projetamos|adaptamos|fabricamos|fazemos|criamos|desenvolve|faz _5 \
            medida|especial|exclusiv*|personaliz*|projeto|formato
        reservar|reservei|reservamos|reservo|reservada|reservado|reserva _4 \
            unidade|maquina|uma|ultima|nome|lugar|vaga|vc
        segurar|seguro|separar|separei|separada|separamos|guardei|guardo|guardar|separo _4 unidade|maquina|nome|vc|uma
        maquina|equipamento|modelo|projeto so|exclusivo|exclusiva pra vc|vcs
        assistencia|suporte|atendimento|acompanhamento pra _2 vida|sempre
        uma|unidade|maquina _2 separada|reservada|guardada
        exclusividade
        so|somente|apenas vc|vcs _5 regiao|cidade|bairro|ter
        unico|unica|unicos _4 regiao|cidade|bairro
        suporte|assistencia|atendimento|plantao|manutencao _5 \
            vitalicio|vitalicia|24h|24x7|eterno|feriado|madrugada|sempre
        suporte|assistencia|plantao _4 #clock|#time|todos
        #clock|#time _2 suporte|assistencia|plantao
        atende|atendemos|atendem _3 #clock|#time _4 todos|feriado|semana|noite|inclusive|domingo
        24h
        suporte|assistencia|plantao|atendimento _2 #|#time|#clock
        versao|peca|modelo|receita so pra vc|vcs
        ninguem mais|outro _2 vai|tem|tera
        vitalici*
        pra o resto da vida
        """,
        _EXTRA,
    )
    + rules(
        """
        nunca|jamais _4 quebra|trava|falha|para|estraga|enguica|enferruja|desregula|problema|defeito|manutencao
        nao _1 deixa _2 mao
        nunca|jamais _3 deixa _2 mao
        nao _2 quebra|trava|falha|estraga|enguica|enferruja|desregula
        zero|# defeito|defeitos|problema|problemas|manutencao|falha|falhas|dor
        sem dor de cabeca
        a? prova de
        nunca|jamais|nao _3 ficar|fica na mao
        @authority _4 nao|nunca|nem _5 falar|reclamar|pegar|barrar|implicar|reprov*
        @authority _5 palma|palmas|adora*|aplaud*|elogi*
        inquebravel|indestrutivel|eterna|infalivel|blindada
        nao para|falha|trava|quebra _2 nunca|jamais
        @authority _1 sai|passa|vem|libera
        cem|#percentage seguro|confiavel|garantido|garantida|segura
        dura|durar|durara|aguenta|serve|servir _3 vida|#time|eternamente|sempre|decadas
        a|pra vida toda|inteira
        @passes _5 @authority
        @authority _5 @passes
        """,
        _SURE,
    )
    + rules(vows.RESULT, _RESULT)
    + rules(vows.VISIT, _VISIT)
    + rules(vows.CALLBACK, _CALLBACK)
    + rules(vows.RETURN, _RETURN)
    + rules(vows.EXTRA, _EXTRA)
    + rules(vows.SURE, _SURE)
)
# Words of commitment: whose commitment it is, another label of the clause says better.
_PAYS_ITSELF = Matcher(
    rules(
        """
        garanto|garantimos|prometo|prometemos|asseguro|asseguramos|comprometo|comprometemos
        garantido|garantida
        se paga|pagam|pagar
        paga a? si|sozinha
        """,
        _RESULT,
    )
)
_REFUSED = ("nao", "sem", "nem", "nunca")


def check(sheet: Sheet) -> Iterator[Finding]:
    for finding in hits(sheet, _RULES):
        if not _innocent(sheet, finding):
            yield finding
    for finding in hits(sheet, _PAYS_ITSELF, sure=False):
        if not _innocent(sheet, finding):
            yield finding
    yield from agreed.check(sheet, _EXTRA)


def _innocent(sheet: Sheet, finding: Finding) -> bool:
    at = finding.first
    words = sheet.words[at : finding.end]
    if sheet.declined(at) or sheet.told_by_lead(at) or any(word.quoted for word in words):
        return True
    on_condition = sheet.before(at, 6, "se", "caso")  # "se você não gostar, devolvemos"
    if _refused(sheet, at) and not (on_condition and finding.reason == _RETURN):
        return True
    if sheet.before(at, 4, "existe", "existem") and sheet.before(at, 5, "nao"):
        return True
    if sheet.before(at, 2, "quer", "querem", "pretende", "pretendem", "pensa", "meta", "sonha"):
        return True  # the lead's wish
    texts = {word.text for word in words}
    if "certo" in texts and "deadline" in sheet.topics:
        return True  # the answer to a date
    if _other_sense(sheet, at, texts):
        return True
    if finding.reason == _RETURN:
        given_back = any(text.startswith(("devol", "reembols", "estorn")) for text in texts)
        return not given_back and sheet.clause_has(at, "@pay", "entrada", "parte")  # goods in payment
    if finding.reason == _VISIT and sheet.before(at, 6, "se", "caso", "quando") and sheet.clause_has(at, "@seller"):
        return True
    if finding.reason == _CALLBACK:
        return _business_hours(sheet, at) or sheet.asks(at)
    if finding.reason == _VISIT and sheet.clause_has(at, "video", "videos", "site"):
        return not sheet.clause_has(at, "vivo")
    if finding.reason == _EXTRA and _ships_or_opens(sheet, at):
        return True
    if finding.reason in (_VISIT, _EXTRA) and sheet.asks(at) and sheet.sentence_has(at, "@lead"):
        return not texts & {"testar", "visita", "visitar", "demonstracao", "passa"}
    if finding.reason == _RESULT and any("@make" in word.tags for word in words) and sheet.clause_has(at, "#model"):
        return not texts & {"garanto", "garantimos"}
    if finding.reason == _RESULT and not sheet.clause_has(at, "@product", "@it", "#model", "garanto", "garantimos"):
        trade = texts & {"movimento", "venda", "vendas", "producao", "faturamento"}
        busy = trade and sheet.clause_has(
            at, "fim", "sabado", "domingo", "sexta", "feriado", "ferias", "verao", "natal"
        )
        if busy or (trade and "?" in sheet.sentence(at).mark):
            return True  # how the lead's own trade goes
    return "sua" in texts and finding.reason == _EXTRA and "garantia" in texts


def _refused(sheet: Sheet, at: int) -> bool:
    """A "não" or "sem" within three words, with no comma in between."""
    for index in range(at - 1, max(sheet.clause(at).start, at - 3) - 1, -1):
        if sheet.words[index + 1].comma:
            return False
        if sheet.is_any(index, *_REFUSED):
            return True
    return False


def _other_sense(sheet: Sheet, at: int, texts: set[str]) -> bool:
    """Words of commitment said of something else: "cartão de visita", "trocar de ideia", "testar outra forma"."""
    senses: tuple[tuple[set[str], tuple[str, ...]], ...] = (
        ({"visita"}, ("cartao",)),
        ({"vitalicia", "vitalicio"}, ("garantia",)),  # another warranty than that of the facts
        ({"minutinho", "minutinhos"}, ("so",)),  # "só um minutinho": the chat goes on
        ({"nunca"}, ("vi", "falei", "falamos", "soube", "ouvi", "conversamos", "incomodo", "mensagem", "mensagens")),
        ({"prometo", "garanto"}, ("leio", "volto", "aviso", "conto", "explico", "anoto", "pergunto", "atencao")),
        ({"medida"}, ("molde", "moldes", "acompanha", "incluso", "vem")),  # part of the machine
        (
            {"trocar", "troca", "trocamos"},
            ("ideia", "assunto", "mensagem", "mensagens", "molde", "moldes", "faca", "facas"),
        ),
        ({"testar"}, ("escrever", "forma", "jeito", "audio", "link", "mandar")),
    )
    return any(texts & said and sheet.clause_has(at, *about) for said, about in senses)


def _ships_or_opens(sheet: Sheet, at: int) -> bool:
    """A unit ready to ship, a time of repair are deadlines; "o atendimento vai até 18h" tells the opening hours."""
    if sheet.clause_has(at, "embarque", "despacho", "envio", "retirada", "resolve", "resolvem", "conserta", "arruma"):
        return True
    if sheet.clause_has(at, "respondo") and sheet.clause_has(at, "aqui"):
        return True
    always = ("24h", "natal", "madrugada", "domingo", "domingos", "feriado", "feriados", "todos", "sempre", "noite")
    opens = sheet.clause_has(at, "atendimento", "suporte", "atende") and sheet.clause_has(at, "ate", "das", "horario")
    return opens and not sheet.clause_has(at, *always)


def _business_hours(sheet: Sheet, at: int) -> bool:
    hours = ("horario", "segunda", "comercial", "das", "util", "uteis")
    open_at = sheet.clause_has(at, "atende", "atendemos", "atendimento", "funciona", "abre", "volta")
    return (open_at and not sheet.clause_has(at, "#time")) or (sheet.clause_has(at, *hours) and open_at)
