"""What a question is about: attributes the catalogue can answer and subjects it usually cannot.

The lists are about the trade, not about any question: an attribute counts as answered only when an article of the
product tells about it, and a usually unanswerable subject is answered as soon as an article holds its words.
"""

import re
from collections.abc import Iterable
from typing import Final

from knowledge.search.words import SILENT_WORDS, stem, words

CARGO: Final = frozenset({"cuba_kg", "cuba_l", "reservatorio_kg", "capacidade_kg", "massa_kg", "volume_l"})
OUTPUT: Final = frozenset({"producao_hora", "producao_dia", "producao_kg_hora"})
BURGER_LIKE = re.compile(r"\b(hambur\w*|burg\w*|lanch\w*|disc\w*|bolach\w*|xis|blend\w*)\b")

# What moves a machine: told only by a type that names it.
DRIVE: Final = "acionamento"
_BETWEEN_BURGERS = r"(plastic|plastiqu|film|folh|papel|papelz|separador|seda)\w*"
_REVERSES = (
    r"\breversao|\brevert|\breverso|\b(inver[st]|contrari|dois|ambos|outro)\w* (\w+ ){0,2}"
    r"(sentido|giro|rotac|lado)( d[aeo] (rotac|giro))?"
    r"|\b(sentido|giro|rotac\w*) (\w+ ){0,2}(inver|contrari|reves)"
)
_INTERLEAVES = rf"\binter ?plast|\b{_BETWEEN_BURGERS} (\w+ ){{0,2}}entre\b|\bentre (\w+ ){{1,3}}{_BETWEEN_BURGERS}"
_EXTRAS = {"incluso", "opcional"}
# Topic -> how it is asked, on folded text without product names and quantities; and the attributes that answer it.
_ASPECTS: Final = {
    "producao": (
        r"\bproduz|\bproduc|\bprodutiv|\bmais rapid|\brend[ei]|\bpor hora|\bhora\b|\bhorari[ao]\b|\bpor dia"
        r"|\bpor minuto"
        r"|\bdiari[ao]"
        r"|\bn[oua]m? dia\b|\bciclo|\bfaz(em)? quant"
        r"|\bquant[oa]s? (\w+ ){0,4}(faz(em)?|sai|saem|tira|corta|da pra fazer)\b"
        r"|\b(corta|faz|sai|tira|solta) (ate )?quant|\bvazao|\bvelocidade de producao"
        r"|\b(por|no|num|cada) (turno|jornada|expediente|semana|mes)\b"
        r"|\bquant[oa]s (hamb|burg|disc|lanch|espet|unid|pec)\w* (\w+ ){0,5}"
        r"(entreg|solt|larg|form|mold|rend|bat|consig|cheg|dao|da|tir|saem|sai|sair|faria|fazia)\w*",
        OUTPUT,
    ),
    "carga": (
        r"\bcub(a|inha|ona)s?\b|\breservatorio|\btanque|\bcabe[mr]?\b|\bcaber\b|\bquilos?\b|\bkilos?\b|\bkgs?\b"
        r"|\blitr|\bcomport"
        r"|\bpor vez\b|\bde uma vez|\bpor batida|\bmassa\b|\bquant[oa] (de )?(carne|massa|blend)|\bvolume|\babastec"
        r"|\bdeposito|\bbojo"
        r"|\btacho"
        r"|\bbacia|\bcilindro\b(?! de)|\bcarrega|\brecarreg|\brepor (a |o )?(carne|massa|blend)"
        r"|\b(aguenta|suporta|leva)\w* (\w+ ){0,2}peso",
        CARGO,
    ),
    "capacidade": (r"\bcapacidade", CARGO | OUTPUT),
    "tamanho": (r"\btamanho|\bversoes|\bversao|\bmodelos\b", {"volume_l", "capacidade_kg", "diametro_cm"}),
    "motor": (r"\bmotor|\bcvs?\b|\bcavalos?\b|\bcavalagem|\bhp\b|\bpotencia( instalad)?|\bpotente", {"motor_cv"}),
    "velocidade": (
        r"\bvelocidade|\bpotenciometro|\bmais (devagar|lent[ao])|\britmo|\bregula|\b(des)?aceler|\bmarchas?\b"
        r"|\b\w+[aei]r (a |o )?(velocidade|ritmo)"
        r"|\bcontrol\w* (a |de )?producao", {"velocidades"},
    ),
    "tipo": (
        r"\bautomatic|\bsemiautom|\bde que tipo|\bque tipo\b(?! de (?!acion|maquina|formadora))"
        r"|\b(anda|vai|trabalha) sozinh|\boperador (\w+ ){0,2}(faz|tem que|tem q|fica|precisa fazer)",
        {"tipo"},
    ),
    DRIVE: (
        r"\bmanua(l|is)\b|\beletric|\bpneumatic|\bpedal|\bar comprimido|\b(o que|que) move\b|\bmovid[ao]\b|\bar ou\b"
        r"|\bou ar\b|\bna mao\b|\btomada\b|\bacion|\bcompressor"
        r"|\benergia\b|\b(sem|com|usa|de) ar\b|\bmanivela|\balavanca"
        r"|\bforca d[oae]\b|\bmuque|\bjudia\b|\blig\w+ (\w+ )?(em algum|n[ao] (parede|luz|rede))|\bbraco|\ba ar\b"
        r"|\bbracal|\bpisa(r|da|ndo|das)?\b|\bhidraulic|\bempurra|\brodar? sozinh",
        {"tipo"},
    ),
    "molde": (r"\bmolde|\bforminha|\bformas\b|\bforma ((de|do|pra) (hamb|burg)|inclus|redond|junto|extra)|\bformato"
        r"|\bgabarito"
        r"|\bsob medida", {"moldes"}),
    "variacao": (
        r"\bvaria|\bquanto (\w+ ){0,3}diferenca\b(?! (d[ao]|entre))"
        r"|\b(mud|alter|fog|fug|erra|influ|afet|oscil|bat|sai)\w* (\w+ ){0,3}(peso|gramas?|gramagem|gramatura)\b"
        r"|\bpeso\b(?: +\w+){0,5} +(mud|alter|fog|fug|erra|oscil|diferent|crav|danc|mant[eh]|fix[oa]|constante)\w*"
        r"|\bentre quanto e quanto|\bde quanto a quanto"
        r"|\boscila"
        r"|\b(peso|grama|g)\w* (\w+ ){0,4}(cert|exat|igua|padr|uniform|precis|diferen)"
        r"|\bdiferenca de (peso|grama)|\bgramas? de diferenca|\bpadroni|\buniform"
        r"|\b(peso|gramatura|gramagem) do (hamb|burg|disc|lanc)"
        r"|\bgramatura|\btoleranci|\btodos? igua|\bsa(i|em) igua",
        {"peso_variacao_g"},
    ),
    "comprimento": (r"\bcompriment\w* d[aeo]s? (esteir|correi)|\besteira \w+ (de )?compriment", {"esteira_cm"}),
    "esteira": (r"\besteir|\bcorreias?\b|\btransportadora de saida", {"esteira_cm"}),
    "diametro": (
        r"\bdiametro|\bxis\b|\bgigante|\b(largura|medida) d[aeo]s? (hamb|burg|disc)"
        r"|\b(tamanho|maior|grande|largo) (?!maquin|formad|equip|linh)(\w+ )?(?!maquin|formad|equip|linh)(\w+ )?"
        r"(hamb|burg|disc|lanch)"
        r"|\b(hamb|burg|disc|lanch)\w* (\w+ ){0,2}(larg[ou]|grand|gigant|enorm)|\bpolegada|\bredondo",
        {"diametro_cm"},
    ),
    "espessura": (r"\bde quanto a quanto (\w+ ){0,2}(fatia|file|bife)|\b(regul|ajust)\w* (\w+ ){0,5}(fatia|file|bife)"
        r"|\bespessura|\bgrossura|\bgross[oa]|\bfin(o|a|inho|inha)\b|\bfinos?\b"
        r"|\baltura d[aeo] (fatia|file|bife)", {"espessura_mm"}),
    "medida": (r"\bquant[oa]s (mm|milimetro|cms?\b|centimetro|polegada)",
        {"espessura_mm", "diametro_cm", "facas_mm", "esteira_cm"}),
    "facas": (r"\b(largura|tamanho|medida|espessura)s? (d[eo]s? )?(corte|cubo|tira|bife|isca)|\bfacas?\b|\blaminas?\b"
        r"|\bnavalha|\bcub(o|inho)s?\b|\btir(as|inhas?)\b|\bem tira\b|\bcortes?\b", {"facas_mm"}),
    "bicos": (r"\bbicos?\b|\bbocal|\bbocais|\bfuni[ls]|\bcanudo", {"bicos"}),
    "material": (r"\boxida|\bde que (eh |sao |e )?feit|\bfeit[ao]s? de que|\binox|\baco\b|\bmaterial\b|\bmateriais\b"
        r"|\benferruj|\b304\b|\b316\b|\b430\b"
        r"|\bjatead|\b(eh|sao|feit[ao]s?|seriam?) (\w+ )?(de|em) (aluminio|ferro|plastico|lata|metal"
        r"|galvaniz\w+|madeira)",
        {"material"}),
    "garantia": (
        r"\bgaranti|\bgarant(e|em|ir)\b|\b(defeit|quebr|estrag|pifa|problema|pau\b|queim)\w* (\w+ ){0,6}"
        r"(cobr|cobert|mes\b|meses)",
        {"garantia_meses"},
    ),
    "empilha": (r"\b(sistema de )?empilh|\bpilha|\bamonto|\bem cima d[aeo]s? outr", {"empilha"}),
    "interplast": (_INTERLEAVES, _EXTRAS),
    "limpador": (r"\blimpador|\b(se )?(auto ?)?limpar? (sozinh|automatic)", _EXTRAS),
    "emergencia": (r"\bparada de emergencia|\bemergencia", _EXTRAS),
    "reversao": (_REVERSES, _EXTRAS),
    "opcional": (r"\bextra\b|\badicional|\bpedal|\bopcion|\bacessori", {"opcional"}),
    "tensao": (r"\bvoltage|\bvolts?\b|\bbivolt|\btensao|\bmonofas|\btrifas|\bbifas|\bmono\b|\btri\b"
        r"|\b(110|127|220|380)\b", {"tensao"}),
}  # fmt: skip
# What an article must say to answer a topic whose attribute holds several things.
TOLD_BY: Final = {
    DRIVE: re.compile(r"manual|eletric|pneumatic"),
    "interplast": re.compile("interplast"),
    "limpador": re.compile("limpador"),
    "emergencia": re.compile("emergencia"),
    "reversao": re.compile("revers"),
}
# To the end of the last word.
ASPECTS: Final = {
    name: (re.compile(rf"(?:{pattern})\w*"), frozenset(slugs)) for name, (pattern, slugs) in _ASPECTS.items()
}

# Parts of a machine: "what is it made of" asked about one is not answered by what the machine is made of.
PARTS: Final = frozenset({"esteira", "molde", "facas", "bicos", "motor"})
# Parts whose own measures are told nowhere else: the thickness of a nozzle is not that of a fillet.
MEASURED_PARTS: Final = frozenset({"esteira", "bicos", "motor"})
MEASURES: Final = frozenset({"espessura", "diametro", "tamanho", "medida", "comprimento"})

INTEREST = re.compile(
    r"\bquero|\bqueria|\bprecis|\bprocur|\binteress|\bindica|\brecomend|\bsuger|\baconselh|\batend|\bserv[ei]"
    r"|\bmelhor"
    r"|\bcomec|\babrindo|\bmontando|\bbusc|\bideal\b|\bcompens|\bvale a pena|\bfal[ae] (mais )?(d|sobre)|\bsobre a"
    r"|\bqual (a |o )?(maquina|modelo|equipamento|linha|formadora)"
)
DIFFERENCE = re.compile(r"\bdiferenc|\bcompar|\bmuda\b|\bversus\b|\bvs\b|\bou a\b|\bentre a")
PORTFOLIO = re.compile(
    r"\b(o que|oq|oque|q|quais|que|qual) (\w+ ){0,6}(fabrica|produzem|vend|equipament|maquin|produt"
    r"|modelo|trabalh|mexe|faz|oferec|tem\b|linha)"
    r"|\b(faz|fazem|fabricam?|produzem|vendem|oferecem) o q(ue)?\b"
    r"|\btrabalham? com|\bmexem? com|\bportfolio|\blinha (completa|de produtos)|\bo que mais|\bfabricam? o que"
    r"|\btudo (o )?que|\bso (fazem|fabricam|vendem|trabalham|tem)\b|\boutr[oa]s (maquina|equipamento|produto)"
    r"|\blista d|\b(tipos?|lista) de (maquina|equipamento)|\btem (de|pra) (maquina|equipamento)|\bramo"
    r"|\b(fal|mostr|mand|apresent|cont|sab|list|ve[rj])\w* (\w+ ){0,3}(produtos|maquinas|equipamentos|modelos)\b"
    r"|\bconhecer (os |as )?(equipament|maquin|produt|modelo)|\bmaquinas? (pra|para) (que|o que)\b|\balem d[aeo]\b"
)
# "Is there a machine for ...": the range answers when what it is for is nothing unknown.
MACHINE_FOR: Final = re.compile(r"\b(maquinas?|equipamentos?|algo|alguma coisa) (pra|para|de)\b")
MOST = re.compile(
    r"\bmaior|\b(grand|gigant)(ao|ona|oes|onas)\b|\bmais (produz|rapid|potente|forte|capacidade|producao|larg|grande)"
    r"|\b(produz|rende|cabe|faz) mais\b"
    r"|\bmaxim"
)
LEAST = re.compile(r"\bmenor|\bpequen\w*inh[ao]s?\b|\bmais (simples|basic|pequen)|\bde entrada\b|\bminim")

# Subjects buyers of machines ask about and a catalogue of ours seldom answers.
_OUTSIDE = """
voltagem volts volt bivolt tensao monofasico trifasico bifasico amperagem ampere disjuntor watt kw kwh luz largura
peso pesos porta altura comprimento profundidade dimensao dimensoes metragem espaco ocupa bancada mesa piso pe pes
rodinha rodas rodizio pesa pesam pesado pesada ruido barulho barulhenta barulhento decibel decibeis silenciosa limpeza
limpar limpa lavar lava lavavel lavagem higienizar higienizacao desmonta desmontar desmontagem sanitizar esteriliza
certificado certificacao nr12 nr inmetro anvisa sif ce laudo norma art selo iso alvara pressao bar psi pcm consumo
consome gasta assistencia manutencao conserto consertar reposicao suporte treinamento treina instalacao instalar
instala tecnico mecanico devolucao troca trocar trocam licenca aprovada aprovado cnpj video foto fotos imagem pdf
apostila folder tutorial curso alugar aluga alugam aluguel locacao usada usado usadas usados seminova seminovo
recondicionada exportar exporta exportam importada importado visitar visita showroom demonstracao teste testar feira
revenda representante franquia endereco localizada telefone dono proprietario engenheiro responsavel fundada fundacao
historia mercado concorrente concorrencia soja peixe salmao tilapia camarao atum batata queijo mussarela coxinha kibe
quibe almondega croquete pao massa-de-pao vegetal vegano vegana vegetariano plantbased legume legumes verdura fruta
mandioca tofu cogumelo falafel grao grao-de-bico ovo congelado congelada gelada gelado osso ossos cartilagem pele
recheado recheada recheio temperatura temperado tempero cordeiro carneiro pato javali aplicativo app wifi internet
bluetooth sensor touch tela painel display ihm clp plc software sistema erp memoria programavel contador usb remoto
celular inversor iot robo rolamento borracha plastico pintura cor preta branca vermelha polimento aluminio teflon
nylon polietileno alarme bandeja silicone vedacao oleo lubrificar lubrificacao graxa durabilidade dura desgaste
correia peca-de-reposicao nuggets pizza pastel salame morcela mortadela presunto bacalhau nugget esfiha empada risole
salgado salgados doce doces brigadeiro pamonha tapioca racao pet cerveja sorvete moedor serra seladora embaladora
fritadeira camara freezer forno chapa balanca etiquetadora vacuo embalagem fogao liquidificador tumbler injetora
amaciador defumador estufa chapeira cutter grelha fixar fixa parafusar chao resfria refrigeracao refrigerada aquece
aquecimento camisa quadrado quadrada logo triangular oval estrela coracao logotipo logomarca personalizado origem
nacional china chinesa patente sustentavel seguida seguidas seguido reciclavel quebra quebrar quebram racha trinca
entope entopem emperra trava travar gruda grudando grudar vaza vazamento vibra treme esfria esquenta esquentar queima
queimar gerador maresia chuva garoa ergonomica ergonomico receita receitas calorias nutricional borda bordas liso lisa
lacre etiqueta rotulo rastreabilidade auditoria consultoria treinar portatil dobravel compacta compacto
bonita design blindado blindada reforcado reforcada estendida estendido protecao tampa trava-de-seguranca ruidosa
geladeira microondas balcao bobina bobinas refil consumivel rolo rolos filme gordura rotacoes rpm balde
girofreezer afiar afia afiacao tunel detector plaina moinho ventosa grampo gaveta carrinho paletizadora paleteira
vibracao potavel esgoto ralo aterramento fusivel cabo fiacao plugue extensao amperes watts calor umidade vapor
configuracao
"""
OUTSIDE_WORDS: Final = frozenset(word for word in _OUTSIDE.split() if "-" not in word)
OUTSIDE: Final = frozenset(stem(word) for word in OUTSIDE_WORDS if len(word) >= 5)
# Kinds of meat: chatter beside a figure, the very question where nothing else was asked.
MEATS: Final = frozenset(
    map(stem, "frango galinha peru porco suino suina bovino bovina costela picanha bacon salsicha linguica".split())
)
_OUTSIDE_PHRASES = re.compile(
    r"\bpeso (total|liquido|bruto|com |d[aeo]s? (?!massa|carne|hamb|burg|disc|lanch|bol))"
    r"|\bpesa[m]? (ela|a maquina|o equipamento)"
    r"|\bquant[oa]s? (quilos |kg )?(ela |elas )?pesa[m]?\b(?! a massa)"
    r"|\b(quantos )?quilos (ela |a maquina )?tem\b|\bhoras (seguidas|diret|ligad|sem)|\bhorario de"
    r"|\b(qual|seu|vosso|horario do) expediente"
    r"|\bque horas"
    r"|\b(manual|catalogo) (em pdf|de instruc|de uso|do usuario|tecnico|de operacao)|\bmao de obra"
    r"|\bpecas? de reposicao"
    r"|\bvida util|\bem energia|\boutras? marcas?\b|\bpecas? d[ae] (maquina|outra)"
    r"|\b(vazao|tamanho|potencia|litros|pes|hps?|cvs?|cavalos|bar|capacidade|modelo|tipo|que|q|qual|quantos) "
    r"(d[eo] |o )?compressor|\b(vazao|consumo|gasto|pressao) de ar\b"
    r"|\bcompressor (de|com) (quant|que|qual)|\bar por minuto|\bquanto (de )?ar\b"
    r"|\b(vem|acompanha|inclui|incluso|inclusa)\w* (\w+ ){0,2}compressor"
    r"|\bcompressor (\w+ )?(junto|inclus|incluid|separad|a parte)"
    r"|\b(espessura|grossura|bitola|milimetros?) d[aeo] (inox|aco|chapa|material)"
    r"|\b(inox|aco|chapa) (\w+ ){0,5}(milimetros?|mm|espessura|grossura)\b"
    r"|\b(falta|queda) de (energia|luz)|\bfalta(r)? (luz|energia)|\b(cai|cair|acaba|acabar) a (energia|luz)"
    r"|\bcomo (eu |se |que )?(limp|lav|troc|mont|desmont|oper|instal|config|lubrific|afi|higieniz)\w+"
    r"|\bcomo (eu |se |que )?(regul|ajust)\w+ (?!(a )?(velocidade|espessura))"
    r"|\b(onde|cidade|estado|lugar|endereco) (\w+ )?(fica|ficam)\b|\bmarca d[aeo]s?\b"
    r"|\bque marca|\bquantos anos|\btempo de mercado|\bnota fiscal"
    r"|\bquem (e|sao|fez|faz(?! *(por|[?.!]|$))|fabrica|fornece|criou)\b"
    r"|\b(quant[oa]s|precisa\w*|exige\w*|necessit\w+|opera\w*|toca\w*) (de )?(\w+ )?"
    r"(pessoa|operador|funcionario|ajudante)"
    r"|\b(uma?|so|apenas) (so )?(pessoa|operador|funcionario) (so )?(opera|toca|da conta|consegue)"
    r"|\b(que|quanta|quanto de|qual (a )?|muita) forca\b|\bpercentu|\b(por ?cento|quant[oa]s?) (de )?gordura"
    r"|\bpesa quanto|\bquant[oa] (de |que )?(energia|luz)\b|\b(cabe|passa|entra)m? (em|num|numa|n[oa]|pel[oa]) (\w+ )?"
    r"(porta|cozinha|sala|container|carro|caminhao|caminhonete|food|trailer|corredor|elevador|espaco|mesa|bancada|balcao|galpao"
    r"|loja|area)\b|\bmetros? quadrado|\bm2\b"
    r"|\bgarantia (\w+ ){0,3}(fora|exterior|outro)|\btransfer\w+ (a )?garantia"
    r"|\bsem (fio|internet)|\bsegunda mao|\bno chao|\bdo chao"
    r"|\b(faz(er|em)?|sai|moer|moe[m]?) (a |uma )?carne moida"
)

# Which nozzles there are, not how wide one is.
_NOZZLES = re.compile(r"\bbicos? (fin|gross)[oa]s?( (e|ou) (fin|gross)[oa]s?)?")
_BONELESS = re.compile(r"\bsem (osso|pele|cartilagem|gordura|nervo|espinha)s?\b")
_KILOS_PER_TIME = re.compile(
    r"\b(quilo|kilo|kg|litro)\w*(?= (\w+ ){0,4}(por|em uma|numa|na|cada|ao) (hora|dia|minuto|turno)\b)"
    r"|(?<=hora)(?: \w+){0,4} quantos (quilo|kilo|kg|litro)\w*"
)
_HOW_LONG = re.compile(
    r"\b(quanto|qual (eh )?o) tempo\b(?! d[ea] garantia)(?!.*\b(faz|fac|produz|prep))|\bquant[oa]s (minuto|segundo)"
)
_MANUAL_BOOK = re.compile(
    r"\b(vem|acompanha\w*|inclui\w*) (com )?(o |um )?manual\b"
    r"|\b(o|um|do|no|tem|em|mand\w+|baixar) manual (d[aeo]|em|pdf|tecnico|completo"
    r"|(para|pra) (baixar|download|ler|imprimir))\b"
    r"|\bmanual (em pdf|de instruc|de uso|do usuario|tecnico|de operacao)"
)


# Words of the patterns above, for the mending of misspelt ones.
TOPIC_WORDS: Final = frozenset(
    """
        produz produzem produzir producao produtividade rende rendem rendimento ciclos cuba reservatorio tanque
    cabe cabem litros     quilos comporta capacidade volume batida motor cavalos potencia velocidade velocidades
    potenciometro regula regulagem     manual eletrica eletrico pneumatica pneumatico automatica automatico
    semiautomatica pedal tomada compressor molde moldes     variacao varia gramatura padronizado esteira diametro
    largura espessura grossura facas lamina laminas cubos tiras bicos     material inox enferruja garantia empilha
    empilhar interplast limpador reversao opcional opcionais acessorio voltagem     preco precos precinho custa
    custo custam orcamento cotacao desconto promocao barato barata caro cara reais valores     pagamento pagar
    parcela parcelar parcelam parcelado cartao boleto financiamento financiar financia entrada credito debito
    consorcio prazo entrega entregam entregar demora chegar estoque frete fretes transporte transportadora envio
    despacha     disponivel indisponivel alternativa substitui portfolio catalogo diferenca comparar
    """.split()
)


def aspects(rest: str) -> dict[str, frozenset[str]]:
    """Topics asked -> attribute slugs that answer each; `rest` is folded, without product names and quantities."""
    rest = _NOZZLES.sub("bicos", rest)
    asked = {name: slugs for name, (pattern, slugs) in ASPECTS.items() if pattern.search(rest)}
    # So many kilos in an hour are an output, no load.
    if "carga" in asked and "producao" in asked and not ASPECTS["carga"][0].search(_KILOS_PER_TIME.sub(" ", rest)):
        del asked["carga"]
    return asked


def covered(rest: str) -> frozenset[str]:
    """The words a topic said in several words starts and ends with: part of what is known, whatever they say alone."""
    found = {match[1] for match in _BONELESS.finditer(rest)}
    for pattern, _ in ASPECTS.values():
        for match in pattern.finditer(rest):
            said = words(match.group())
            found.update((said[0], said[-1]) if len(said) > 1 else ())
    return frozenset(found)


def outside(plain: Iterable[str]) -> list[str]:
    """Those of the folded words that belong to subjects a catalogue seldom answers."""
    return [
        word
        for word in plain
        if word in OUTSIDE_WORDS or (len(stem(word)) >= 5 and stem(word) in OUTSIDE and word not in SILENT_WORDS)
    ]


def outside_phrase(rest: str) -> bool:
    """Whether the question asks, in several words, for something a catalogue seldom answers."""
    return _OUTSIDE_PHRASES.search(rest) is not None


def asks_how_long(rest: str) -> bool:
    """Whether a time is asked that no output tells: of cleaning, of wear, of a batch."""
    return _HOW_LONG.search(rest) is not None


def asks_for_a_book(rest: str) -> bool:
    """Whether "manual" means the printed one."""
    return _MANUAL_BOOK.search(rest) is not None
