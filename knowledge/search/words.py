"""Words of a question: folding, tokens, a light stemmer, likeness of spellings, and what carries no topic."""

import re
from collections.abc import Mapping
from functools import lru_cache

from seleto.lib.text.fold import fold_aligned

_WORD = re.compile(r"[a-z0-9]+")
_SEMI = re.compile(r"\bsemi[ -]?(?=automat)")
_PLURALS = (
    ("oes", "ao"),
    ("aes", "ao"),
    ("ais", "al"),
    ("eis", "el"),
    ("res", "r"),
    ("zes", "z"),
    ("ns", "m"),
    ("s", ""),
)
_SUFFIXES = (
    "amentos amento imento adoras adora adores ador acao ando endo indo aram avam aria ava ada ado ida ido mente ar er "
    "ir am em ou"
).split()

# Words whose stem would meet another word's: a bowl (cuba) is no cube (cubo).
_KEPT = {"cuba": "cuba", "cubas": "cuba", "alta": "alta", "altas": "alta"}

# Words that say nothing about the topic of a question: function words, courtesy, talk about oneself, generic nouns
# and verbs of trade. Only words outside this list, the catalogue and the known topics can make a question unknown.
_FILLER = """
a o as os um uma uns umas de do da dos das em no na nos nas num numa por pelo pela pelos pelas para pra pro pras pros
p com sem sob sobre ate e ou mas que se quando como onde qual quais quem quanto quanta quantos quantas porque porq pq
q oq eu tu voce voces vc vcs vcis ele ela eles elas gente me te lhe mim meu minha meus minhas teu tua seu sua seus
suas nosso nossa nossos nossas este esta estes estas esse essa esses essas isso isto aquele aquela aqueles aquelas
aquilo outro outra outros outras mesmo mesma mesmos mesmas tal tais cada todo toda todos todas tudo nada algum alguma
alguns algumas nenhum nenhuma muito muita muitos muitas pouco pouca poucos poucas mais menos bem mal so somente apenas
ja ainda tambem tbm tb sempre nunca aqui ai la ali ca agora hoje amanha ontem depois antes logo entao assim ne neh
tipo pois sim nao n nem talvez acho achei acha sei sabe saber saberia sabem queria quero quer querer querendo quis
preciso precisa precisam precisando precisaria precisar gostaria gosto gostei procuro procurando procura busco
buscando interesse interessado interessada interessa interessou pretendo penso pensando pensei vou vai vao vamos ir
indo iria fui foi era eram sou es somos sao ser seja sendo sera seria estao estou to ta tao tava estava estamos estar
esteja tem tenho temos ter teria tinha tiver tendo ha houver haver existe existem possui possuem pode podem posso
poder poderia podia consigo consegue conseguem conseguir dao dar deu daria dava faz fazem fazer faco faria feito feita
feitos fazendo fica ficam ficar deixa deixar passa passar passe manda mandar mande envia diz dizer diga fala falar
fale falou explica explicar conta contar mostra mostrar ver veja viu vi olha olhar entende entender entendi usar usa
usam uso usando usado serve servem servir atende atendem atender indica indicam indicar recomenda recomendam
recomendar sugere aconselha compensa vale pena melhor melhores pior bom boa bons boas legal otimo otima certo certa
certinho certinha correto exato exatamente confirma confirmar verdade real realmente duvida pergunta perguntar favor
obrigado obrigada obg oi ola opa eai dia tarde noite blz beleza tranquilo amigo amiga moco moca cara mano parca senhor
senhora dona gentileza ajuda ajudar ajude maquina maquinas maquinario equipamento equipamentos aparelho aparelhos
modelo modelos produto produtos coisa coisas empresa empresas fabricante marca negocio loja cliente clientes casa
planta fabrica producao seleto industrial comprar compro compra vender vendem vende vendo trabalha trabalham trabalho
trabalhar trabalhamos opcao opcoes alternativa informacao informacoes info detalhe detalhes especificacao
especificacoes tecnica tecnico dado dados ficha caracteristica caracteristicas funciona funcionam funcionar
funcionamento conheco conhecer conhecem tirar trocar comecar comecando comeco abrir abrindo montar montando novo nova
novos novas pequeno pequena pequenos grande grandes maior menor maximo maxima minimo minima medio media total ideal
certeza diferenca diferencas comparar comparacao comparado versus vs x entre contra igual parecido parecida junto
junta juntos acompanha acompanham vem vinha inclui incluso inclusa inclusos inclusas incluido hora horas dias semana
mes meses ano anos vez vezes unidade unidades peca pecas pecinha quantidade numero medida medidas valor tamanho
tamanhos capacidade kg quilo quilos kilo kilos g grama gramas mm cm litro litros l cv tonelada cerca aproximadamente
aprox volta faixa torno acima abaixo alem chega chegar sai saem sair solta soltar bota colocar coloca poe aguenta
aguentam aguentar suporta suportam rola necessidade necessario necessaria obrigatorio sozinho sozinha direto direta
facil rapido rapida simples pronto pronta pessoal galera povo ae ein hein hem ah eh uai tche bah oxe vixe porfavor pfv
pf pfvr alo bommdia caso ok okay referente respeito assunto relacao ligado ligada duas dois tres quatro cinco dez cem
mil primeiro primeira segundo ultima ultimo carne carnes hamburguer hamburgueres lanche lanches comida alimento
alimentos hamburgueria lanchonete restaurante acougue frigorifico mercado supermercado padaria churrascaria cozinha
food truck rede distribuidora cidade estado regiao tanto tanta tantos tantas enquanto lugar inves parte demais
bastante mto mt mta td tds hj dps msm tmb oque porem contudo embora desde durante padrao normal geral inteiro inteira
completo completa alguem ninguem tempo inter plast bate bater batem qto qtos qta qtas qnto qntos hr hrs mao maos
comprimido mexe mexem unico unica lista peito coxa file bife fatia fatias patinho acem costela moida moido picanha
bovina bovino suina suino boi porco frango grandao grandona pequenininho enorme gigante gaucho mineiro baiano cobre
cobrem previsao voltou voltar continua sobe pintado puro pura macico milimetro milimetros centimetro centimetros
cozinheiro chef socio socia marido esposa pai mae filho filha irmao irma familia semanal diario diaria mensal turno
jornada feriado sabado domingo segunda terca quarta quinta sexta janeiro fevereiro marco abril maio junho julho agosto
setembro outubro novembro dezembro natal verao inverno produzo produzimos fazemos vendemos atendo entrego preparo
monto montamos cresceu crescendo crescer aumentar aumento aumentou dobrar expandir ampliar melhorar mudar trocaria
pensava ouvi falaram disseram disse escutei site anuncio instagram facebook internet google indicou indicacao recebi
catalogo folheto mensagem audio atencao retorno bairro centro interior capital norte sul leste oeste brasil rua podiam
oferece oferecem oferecer parou pararam proximo proxima passo segura seguram existir oferta curioso curiosidade
pesquisando pesquisar pesquisa orcando avaliando analisando decidir escolher escolha escolho qualquer diferente
diferentes iguais identico especifico especifica basico basica profissional artesanal caseiro industria industrias
semi linha linhas automacao manualmente saindo mandam aproveitar aproveitando respondi responde responder pergunto
perguntei adquirir aquisicao investir atual atualmente momento pegar pego pega peguei levar levo leva levando
comprando comprado montei tentar tento tentando achar lembrar esqueci acredito imagino sinto espero esperar aguardo
aguardar chamar chama ligar ligo escrever escrevi mandei enviar enviei receber pedir pedi pediu peço gastar perder
perdi ganhar vir venho veio vieram trazer trago traz ficaria deixo deixei entrar entro sairia parece parecem pareceu
acontece aconteceu mostrou conversar conversei tratar trato seguir sigo passou passei usei crescimento demanda pedido
pedidos movimento movimentada agente nois nós inicio final fim metade dobro triplo ambos ambas primeiras segundas
seguinte seguintes anterior ultimas ultimos cima baixo frente atras dentro fora perto longe aproximado importante
principal principais forte fraco alto alta baixa rapidinho devagar sobra falta faltando suficiente necessita necessito
requer exige depende dependendo conforme acordo inclusive especialmente principalmente geralmente normalmente costumam
costuma costumo pensar pensamos decidi decidimos escolhemos quiser quiserem poderiam deveria devo deve devem motivo
razao objetivo projeto ideia plano planos futuro futuramente breve mandou ajudou esclarecer tirem tira tiro tire
duvidas responsa esclarecimento curiosa sincero sinceramente honestamente obrigadao agradeço agradeco valeu abraço
abraco desculpa desculpe licenca perdao vendas vendedor consultor atendente encher enche enchem cheia cheio resolve
resolvem resolver nome nomes possivel viavel provavel ponho poem boto botamos jogo jogar meto meter enfio apresenta
apresentar apresente apresentem informar informe informa informem detalha detalhar descreve descreva lembra lembro
diria diriam falava falam comentou comentaram soube vira viram viramos assisti assistir li leio leia encontrei
encontrar encontro procurei olhei estudando estudo estudar avalio pensado planejo planejando esperando torcendo adoro
amei amo gostamos adorei top show bacana dito dita afirmou garantiu prometeu procede acompanhar acompanhe topa topam
encara encaram seguraria contas dou damos demos dei intermediaria intermediario equivale equivalente combina combinam
substituir substitui confere entregue desse dessa desses dessas deste desta destes destas nesse nessa nesses nessas
neste nesta daquele daquela daqueles daquelas naquele naquela dele dela deles delas nele nela neles nelas disso nisso
daquilo aonde dum duma comigo conosco contigo cujo cuja algo praquela praquele prum pruma vossa quaisquer roda rodam
aceita aceitam processa processam mantem mantenha alcanca alcancam atinge atingem opera operam termina terminam
alimenticio alimenticia muda mudam tecnicos tecnicas
"""
# The same, rarer: no slip of spelling is mended towards these, or "repolho" would be heard as "reponho".
_CHATTER = """
comprador compradora compradores teto milanesa
picada picado picadas picados fatiada fatiado cortada cortado cubada cubado
dificil dificuldade complicado complicada
periodo contemplada contemplado contempla contemplam abrange abrangem abrangido compreende compreendido disponibiliza
disponibilizam disponiveis disponivel requerida requerido referida referido mencionado citado presente integral
integralmente totalmente parcialmente inteiramente exclusivamente construidos construido construida construidas
confeccionado fabricado fabricados fabricada fabricadas composto constituido dotado equipado fornecido fornecida
solicitar solicito solicitamos prezado prezados prezada cordialmente atenciosamente contratual oficial nominal efetivo
efetiva util parede leigo integra respectivamente multiplica multiplicar pino comercializam atuam trabalhariam
maquinarios aisi
muque base bases
compras trampa trampar tanka tankar mini minis pisada pisadas judia
aprender aprende aprendem aprendendo
subir subo descer desce ensinar repor reponho contratar contratei apertar aperto aperta fugir foge influenciar
influencia alterar altera afetar afeta diminuir diminui reduzir reduz aumenta aumentando controlar controla ajustar
larga largar larguei puxar puxa sofrer sofro sofrendo apanhando apanhar ralar ralando suar suando penar sufoco gargalo
aperreio correria dor cabeca fecha fechar fechando batendo cair caindo girar girando virar acontecer ocorrer dividir
divide somar soma juntar juntando separar combinar confundir confuso confusa tirei achando vendi olhando lendo ouvindo
falando dizendo contando mostrando comecei comecamos parei parar continuar continuo terminar termino acabar acabei
acabo acabou inaugurar inauguro inaugurando inauguracao reformar reforma reformando investindo pretende pretendemos
planejamos queremos precisamos procuramos buscamos necessitamos desejo deseja desejamos prefiro prefere preferem optar
opto optei consigam rendam facam facamos sirva tenha tenham venha venham precise precisem caiba fosse forem houvesse
pudesse puder der estiver estivesse quisesse soubesse fizer fizesse trabalhasse colocasse bote botar botando meteria
enfiar jogando lanca lancar largo pegando segurar segurando aguentando valer valeria compensar compensaria justifica
justificar suprir supre cobrir bancar encaixa encaixar adequada adequado adequa apropriado apropriada recomendado
recomendada recomendavel indicado indicada aconselhavel vantagem vantagens desvantagem beneficio beneficios ponto
pontos contras pratica pratico praticas praticos prioridade urgente urgencia economica robusta robusto confiavel
eficiente eficiencia veloz ligeiro ligeira lento lenta constante ininterrupto sossegado tranquila tranquilamente folga
folgado folgada sobrando apertado apertada puxado puxada pesadao bruto corrido corrida cheios cheias vazio rapaz
rapazes moleque menino menina garoto garota guri guria pia senhores sobrinho sobrinha cunhado cunhada genro sogra
sogro tio tia primo prima avo vo vovo neto amizade colega colegas vizinho vizinha patrao patroa chefe gerente
funcionario funcionaria funcionarios empregado ajudante ajudantes auxiliar operador operadora operadores operario
operaria equipe time turma pessoas encarregado encarregada supervisor nutricionista consultora arquiteto autonomo mei
microempreendedor empreendedor empreendedora empreender iniciante aposentado aposentada estudante administrador
delivery lojinha lojas barraca barraquinha trailer quiosque boteco bistro pub cantina buffet hotel pousada hospital
escola escolas escolar merenda creche presidio quartel prefeitura licitacao contrato contratos evento eventos festa
festas casamento feirinha quermesse rodeio exposicao temporada franqueado filial filiais matriz sede galpao salao
fundos garagem shopping praca rodovia sitio fazenda chacara interiorzao entreposto abatedouro charcutaria boutique
emporio hortifruti atacado atacarejo varejo varejista atacadista distribuidor casas hamburguerias lanchonetes acougues
restaurantes padarias mercados redes fds semanas quinzena quinzenal bimestre semestre trimestre tardes noites manha
manhas madrugada almoco janta jantar pico picos rush expediente turnos minutos minuto segundos temporadas sextas
sabados domingos feriadao ferias copa contratado freguesia fregues clientela publico consumidor consumidores freguesa
duzia duzias centena centenas milhar milhares milheiro porcao porcoes remessa lote lotes batelada fornada rodada
turnao encomendas vendidos vendida vendidas entregues feitinho prontinho prontos olhadinha perguntinha duvidinha
rapidao bora vamo vamu bele fechou joia suave firmeza firme mds kkk kkkk rs rsrs haha aff caramba poxa puts putz eita
oxente visse arre barbaridade trem negocinho trocinho coisinha bichinha bicha danada maquininha maquinona maquinao
maquinazinha brinquedo parada geringonca trambolho supostamente teoricamente basicamente praticamente mensalmente
semanalmente atualizado confirmada confirmado conferir confira consta constou catalogos panfleto revista propaganda
reels stories tiktok youtube zap whatsapp grupo post postagem comentario comentarios influencer influenciador meta
metas objetivos alvo estimativa estimado calculo calculos logica gosta gostando amando adorando achamos pensam acham
disserem falem explique explicou expliquei ajudem ajudando orientar orienta oriente orientacao instruir direcionar
sana sanar esclareca ilustrar resumir resumo resume resumindo tintim
"""


# How people shorten words on a phone.
ABBREVIATIONS = {
    "qto": "quanto", "qnto": "quanto", "qt": "quanto", "qtos": "quantos", "qts": "quantos", "qta": "quanta",
    "qnts": "quantos", "qntas": "quantas", "qtas": "quantas", "hambu": "hamburguer", "cubim": "cubinho",
    "inoks": "inox",
    "fais": "faz", "ltrs": "litros", "lts": "litros", "veis": "vezes",
    "hr": "hora", "hrs": "horas", "hamb": "hamburguer", "burg": "burger", "maq": "maquina", "prod": "producao",
    "cap": "capacidade", "diam": "diametro", "pgto": "pagamento", "pagto": "pagamento", "orc": "orcamento",
}  # fmt: skip


def normalise(text: str) -> str:
    """Folded text of the same length, so that offsets of the original stay valid."""
    return fold_aligned(text)


def words(folded: str) -> list[str]:
    """The words of a folded text; "semi automatica" is one word, unlike "automatica"."""
    return _WORD.findall(_SEMI.sub("semi", folded))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light stem: plural, frequent verb and noun endings, last vowel. Numbers stay as they are."""
    if len(word) < 4 or word[0].isdigit():
        return word
    if word in _KEPT:
        return _KEPT[word]
    for ending, kept in _PLURALS:
        if word.endswith(ending):
            word = word[: len(word) - len(ending)] + kept
            break
    if word.endswith(("quinho", "quinha")):
        return f"{word[:-6]}c"
    if word.endswith(("inho", "inha")) and len(word) >= 8:
        word = word[:-5] if word[-5] == "z" else word[:-4]
    for ending in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: len(word) - len(ending)]
            break
    return word[:-1] if len(word) >= 4 and word[-1] in "aeo" else word


FILLER_WORDS = frozenset(_FILLER.split())
SILENT_WORDS = FILLER_WORDS | frozenset(_CHATTER.split())
# Short words are compared whole: the stem of "pelo" is the stem of "pele".
FILLER = frozenset(stem(word) for word in SILENT_WORDS if len(word) >= 5) | {w for w in SILENT_WORDS if len(w) < 5}


def is_filler(word: str) -> bool:
    """Whether a folded word says nothing about a topic."""
    return word in SILENT_WORDS or (len(word) >= 5 and stem(word) in FILLER)


_ARTICLES = frozenset({"na", "da", "pra", "essa"})
_SPELLED_NUMBERS = {
    "cem": "100", "duzentos": "200", "trezentos": "300", "setecentos": "700", "cento e cinquenta": "150",
    "tres mil": "3000", "seis mil": "6000", "mil e duzentos": "1200",
}  # fmt: skip
_SPELLED = re.compile(rf"(?<![a-z0-9])([a-z]{{2,4}}) ({'|'.join(_SPELLED_NUMBERS)})\b")


def in_digits(folded: str, known: Mapping[str, tuple[str, str]]) -> str:
    """Names with a spelled number written as usual, as long as before: "fb trezentos", "na setecentos".

    `known` maps a number to the letters before it and the code; what names no machine stays.
    """

    def written(match: re.Match[str]) -> str:
        said, digits = match[1], _SPELLED_NUMBERS[match[2]]
        letters = known.get(digits, ("", ""))[0]
        if said in _ARTICLES and letters and len(digits) == 3:
            return f"{said} {digits}".ljust(len(match.group()))
        return f"{letters}{digits}".ljust(len(match.group())) if letters and letters == said else match.group()

    return _SPELLED.sub(written, folded)


_SOUNDS = tuple(
    (re.compile(said), heard)
    for said, heard in (
        (r"ph", "f"), (r"ch", "x"), (r"lh|li(?=[aeo])", "l"), (r"nh", "n"), (r"h", ""),
        (r"qu(?=[ei])|c(?=[aourltn]|$)|q", "k"),
        (r"ks|cs", "x"), (r"s?[cs](?=[ei])|s+|z", "s"), (r"g(?=[ei])", "j"), (r"gu(?=[ei])", "g"),
        (r"y", "i"), (r"w", "v"),
        (r"m(?=[^aeiou]|$)", "n"), (r"l(?=[^aeiou]|$)|o", "u"), (r"e", "i"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """What a folded word sounds like: "impilha" as "empilha", "presso" as "preco"."""
    for said, heard in _SOUNDS:
        word = said.sub(heard, word)
    return word


def trigrams(word: str) -> frozenset[str]:
    """Trigrams of a word with its edges marked, as PostgreSQL's pg_trgm cuts them."""
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def likeness(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared part of two trigram sets, 0 to 1."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def distance(left: str, right: str, limit: int) -> int:
    """Edits between two words, a swap of neighbours counting one; stops counting above `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def allowed_edits(word: str) -> int:
    """How many slips a word of that length may hold and still be recognised."""
    return 0 if len(word) < 6 else 1 if len(word) < 9 else 2
