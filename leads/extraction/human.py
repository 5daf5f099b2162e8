"""Whether the lead asks for a person: somebody of Seleto to talk to, a call, a visit (eval rules, `pede_humano`).

A request is an act (to talk, to be put through, to want, to look for, to call, to visit) aimed at somebody of ours.
Set aside first: people of the lead's own, talks already had, help nobody needs, and whoever runs the machine.
"""

import re
from collections.abc import Sequence
from functools import cache

from leads.extraction.lexicon import first_names
from leads.extraction.said import Item, Said, first_unless

_ROLE = (
    r"(?:atendentes?|vendedor\w*|consultor\w*|representantes?|gerentes?|responsave(?:l|is)|especialistas?|tecnic[oa]s?"
    r"|supervisor\w*|diretor\w*|diretoria|gerencia|proprietari\w+|don[oa]s?|patrao|chef[ei]\w*|superior"
    r"|coordenador\w*|encarregad[oa]s?|engenheir[oa]s?|gestor\w*|funcionari[oa]s?|colegas?|mo[cs]a|moco|rapaz|cara"
    r"|assessor\w*|operador\w* de verdade)"
)
_AREA = (
    r"(?:comercial|vendas|financeiro|suporte|pos[- ]?vendas?|sac|fabrica|equipe|time"
    r"|setor(?! de (?:compras|producao|suprimentos|corte|cozinha))|departamento(?! de compras)|area|atendimento humano)"
)
_ANYBODY = (
    r"(?:alguem|pessoas?|(?:ser(?:es)? )?humanos?|gente (?:de verdade|de carne|real|viva|mesmo)"
    r"|quem (?:vend\w+|entend\w+|mand\w+|decid\w+|resolv\w+|cuid\w+|atend\w+|sab\w+|possa|pode|e d[aeo]))"
)
_SOMEBODY = rf"(?:{_ROLE}|{_AREA}|{_ANYBODY})"
_THE = (
    r"(?:(?:o|a|os|as|um|uma|algum|alguma|outr[oa]|esse|essa|aquel[ea]|seu|sua|teu|tua|pessoal|pessoal d[aeo]"
    r"|turma d[aeo]|galera d[aeo]|time d[aeo]|equipe d[aeo]|contato d[aeo]|contato|de|do|da|com|verdadeir[oa])\s+)*"
)
_TALK = (
    r"(?:falar|falando|conversa|conversar|conversando|tratar|negociar|resolver|discutir|reclamar|prosear|explicar"
    r"|fechar"
    r"|bater (?:um |aquele )?papo|trocar (?:uma )?(?:ideia|palavra)s?|ter uma conversa"
    r"|dar uma palavr\w+|tirar (?:uma? |umas |minhas? )?duvidas?|ser atendid[oa]|continuar|seguir|atendimento"
    r"|contato|em contato|reuniao|papo|linha direta)"
)
_WANT = (
    r"(?:quero|queria|queremos|queriamos|gostaria|gostariamos|precis(?:o|amos|ava|aria)|prefir\w+|prefer\w+|exijo"
    r"|desej\w+|solicit\w+|posso|poderia|podemos|consigo|da pra|da para|tem como|teria como|seria possivel|e possivel"
    r"|como (?:faco|fazemos|eu faco)|necessit\w+|favor|pode\w*|consegue\w*|conseguiria\w*|bora|vamos|aguard\w+|espero"
    r"|procuro|rola|aceito|topo|se der|se puder\w*)"
)
_PUT = (
    r"(?:pass(?:a|e|em|ar|aria)\b|transfer\w*|transfir\w*|encaminh(?:a|e|em|ar)\b|direcion\w+|redirecion\w+"
    r"|conect\w+|coloc(?:a|ar|am)\b|coloque\w*"
    r"|bot(?:a|e|em|ar)\b|poe|ponha\w*|cham(?:a|e|em|ar)\b|joga|jogue|repass\w+|vincul\w+|me da|me arruma|me ve"
    r"|arranj\w+"
    r"|indic\w+|mand[ae]m?|mandar|envi[ae]m?|enviar|libera)"
)
_MEETING = (
    r"(?:ligac(?:ao|oes)(?! eletric\w+| de (?:agua|gas|luz))|ligad(?:a|inha)|telefonema\w*|call|reuniao|reunioes"
    r"|visitas?|visitinha|video ?-?chamada|chamada(?: de (?:voz|video))?|video ?conferencia|meet|zoom|demonstrac\w+"
    r"|atendimento presencial|contato telefonico)"
)
_CALL = r"(?:lig(?:ar|arem|a|ue|uem|assem)|telefon(?:ar|arem|a|e|em)|retorn(?:ar|arem|a|e|em)|chamar? no telefone)"
_TO_ME = (
    r"(?:pra (?:mim|ca|gente|nos)|para (?:mim|nos)|comigo|(?:n?esse|n?este|no|pro) (?:meu )?(?:numero|telefone|zap"
    r"|fone|celular))"
)

_TALKING = (
    rf"\b{_TALK} com quem (?!eu\b|voce)\w+|\b(?:quero|queria|preciso|posso) falar (?:la|ai)\b",
    rf"\b{_TALK}(?:\s+(?!e\b|mas\b|que\b)\w+){{0,2}}?\s+(?:com|por)\s+{_THE}{_SOMEBODY}\b",
    rf"\b{_TALK}\s+(?:direto |so )?com (?:el[ea]s?\b|gente\b|voces (?:mesmos|por)|(?:a )?(?:fabrica|empresa|seleto))",
    rf"\b(?:so|somente|prefiro|apenas) (?:falo|converso|trato|negocio|resolvo) com\s+{_THE}(?:{_SOMEBODY}|gente)\b",
    rf"\b(?:contato|zap|whats\w*|numero|telefone|fone|ramal|celular)\s+(?:(?:d[aeo]s?|com)\s+{_THE}{_SOMEBODY}\b"
    rf"|dele\b|dela\b)",
    r"\b(?:falar|explic\w+|convers\w+|resolv\w+|atend\w+|tratar) (?:\w+ )?(?:por|pelo|no) (?:telefone|voz|ligac\w+"
    r"|chamada|video)\b",
    r"\bpor (?:ligac\w+|telefone|chamada)\b(?=\W*(?:$|[,.!?]))",
    r"\b(?:entr(?:ar?|e|em)|fa(?:z|zer|ca|cam)) (?:em )?contato (?:com(?:igo| a gente| nos)|por|pelo|no)\b",
    r"\bme contat\w+|\bme contact\w+|\b(?:convers|fal|reun)\w+ pessoalmente\b",
    r"\bcontato (?:humano|pessoal|telefonico|d[eo] (?:um|algum))\b",
    r"\b(?:numero|telefone|fone|ramal|fixo|horario|hora)\b[^.!?]{0,25}\b(?:pra|para) (?:eu )?(?:ligar|falar"
    r"|telefonar)\b",
)
_PASSING = (
    rf"\b{_WANT}\b[^.!?;]{{0,15}}\breceber (?:a visita de )?{_THE}{_SOMEBODY}\b",
    rf"\b(?:contatad|atendid|procurad|chamad)[oa] (?:por|com) {_THE}(?:{_SOMEBODY}|gente)\b",
    rf"\b(?:peca|pede|pedir|fala|fale|diz|diga|avis[ae]|solicit[ae]) (?:ai )?(?:pr[ao]|para|ao?)\s+{_THE}{_SOMEBODY}\b",
    r"\b(?:espera\w*|aguard\w+|cade) (?:a |o |um |uma |seu |sua )?(?:retorno|contato|ligac\w+)\b|\bfalar com quem\b",
    rf"\b(?:me )?{_PUT}\b(?:\s+(?:me|eu|isso|esse|essa|meu|contato|caso|atendimento|conversa|ligacao|logo|ja|ai|aqui|em"
    rf"|pra|para|pro|a|ao|com|falar|conversar|na|no|de|por favor))*\s+{_THE}{_SOMEBODY}\b",
    r"\b(?:me )?(?:transfer(?:e|ir|em)|transfira)\b(?! (?:o|a|essa|os|as)\b)",
    r"\b(?:coloc\w+|bot\w+|poe\w*|ponha\w*) (?:eu )?em contato\b",
    r"\b(?:conect|direcion|encaminh)\w+\s+(?:com|pra|para|pro|a|ao)\s+(?:o |a )?(?:time|pessoal|equipe|area) d[aeo]\b",
    rf"\b(?:mand|envi)\w+\s+{_THE}{_SOMEBODY}\s+(?:aqui|ate|ca|n[ao]s?|me|pra ca)\b",
)
_WANTING = (
    rf"\b{_WANT}\b(?:\s+(?:de|que|eu|a gente|me|nos|ser|ter|voces?|direto|so|antes|logo|ja|por favor|mais|atendid[oa]"
    rf"|um|uma|o|ajuda|assistencia|retorno|auxilio|apoio|orientacao|agora|urgente|ver|alem))*\s+(?:(?:de|por|com"
    rf"|d[aeo])\s+)?{_THE}{_SOMEBODY}\b",
    rf"\b(?:cade|onde (?:esta|ta|anda)|quando)\s+{_THE}{_SOMEBODY}\b",
    r"\bcade (?:o |a )?\w+ que (?:\w+ )?(?:me|tava|estava|ia|ficou|vinha|falava|atendia)\b",
    r"\b(?:marcar|combinar|agendar) (?:um |uma )?(?:horario|dia|hora|data|encontro) (?:pra|para) (?:\w+ )?(?:ver|ir"
    r"|conhecer|visitar|conversar|falar)\b",
    r"\b(?:quero|queria|quer|cade|prefiro|exijo) (?:atendimento )?(?:gente|humano)\b",
    r"\batendimento (?:mais |bem )?(?:humano|humanizado|personalizado|presencial|pessoal|de (?:verdade|gente"
    r"|pessoa)|por (?:pessoa"
    r"|gente))",
    r"\bquem (?:e|sao|seria|vende|atende|representa|cuida|responde)\b[^.!?]{0,20}\b(?:representante\w*|vendedor\w*"
    r"|consultor\w*|responsavel)\b(?=[^.!?]{0,40}(?:\?|$))",
    r"\bquem (?:cuida|responde|trata|atende) (?:d[aeo]s?|n[ao]s?|por) (?:vendas?|comercial|orcamentos?|atendimento"
    r"|pedidos)\b",
    r"\bquem (?:pode|poderia|consegue|vai) me (?:atend|ajud|lig)\w+|\balguem (?:entr[ea]\w*|me|pode|poderia"
    r"|consegue|respond[ae]\b)",
    r"\b(?:vendedor|consultor|representante)\w* (?:\w+ )?(?:pass|vem|visit)\w* (?:por )?(?:aqui|n[ao]\b|ca\b)"
    r"|\b(?:me )?(?:respond[ae]|atend[ae]) (?:por )?(?:uma pessoa|alguem|um humano)|\b(?:vendedor|consultor"
    r"|representante)\w* (?:pode|poderia|consegue|podia|me|entrar)\b",
)
_PRESENT = (
    rf"\b(?:tem|teria|existe|ha|haveria|sera que tem)\s+(?:\w+\s+)?{_THE}{_SOMEBODY}(?:\s+\w+)?\s+(?:ai\b"
    rf"|pra (?:me |eu )?(?:fal\w+"
    rf"|atend\w+|convers\w+|ajud\w+|explic\w+)|para (?:me |eu )?(?:fal|atend|convers|ajud|explic)\w+|disponivel"
    rf"|online|por ai|de plantao|que (?:possa"
    rf"|atenda|me|fale|entenda|saiba|resolva))",
    rf"\b(?:tem|teria|ha|existe)\s+(?:algum|alguma|um|uma|outr[oa])?\s*(?:{_SOMEBODY})(?:\s+(?:nao|ne|por favor"
    rf"|hoje|agora"
    rf"|nessa empresa))*\W*(?:\?|$)",
    r"\btem (?:algum |um )?(?:consultor|vendedor|representante)\b(?! em\b)",
    r"\b(?:humanos?|pessoas?|gente|alguem|atendente)(?: \w+)? (?:de verdade|real|de carne|viv[oa]\b|humano)"
    r"|\bgente mesmo\b",
    r"^\W*(?:oi\W+|ola\W+|ei\W+)?(?:tem )?alguem (?:ai|online|disponivel|na linha)?\W*$",
    r"\bvoces (?:tem|teriam) alguem que (?:fal|entend|atend|possa)\w+|\bvoces visitam\b",
)
_NO_ROBOT = (
    r"\b(?:nao|nem) (?:quero (?:falar|conversar|tratar|papo)|gosto de|vou (?:falar|conversar)|aguento|suporto|falo"
    r"|converso|me dou)\b[^.!?]{0,20}\b(?:robo|maquina|bot|ia"
    r"|inteligencia artificial)\b|\b(?:chega de|sem|odeio|detesto|cansei (?:de"
    r"|do)) (?:falar com )?(?:esse )?(?:robo|bot)\b"
    r"|\bchega de maquina\b|\brobo nao\b|\bnao consigo falar com ninguem\b|\bpor (?:pessoa|humano|gente)\b",
)
_CALLING = (
    rf"\b(?:me|nos) {_CALL}\b(?! (?:por aqui|aqui mesmo))",
    rf"\b{_CALL}\s+{_TO_ME}\b",
    rf"\b{_WANT}\b[^.!?;]{{0,25}}\b(?:ligar|liguem?|telefonar|telefonem|ligasse|ligassem)\b(?! (?:a|o|na|no|em|ela"
    rf"|essa|direto|duas)\b)",
    r"\b(?:me |nos )?(?:da|dar|de|deem) (?:um|uma) (?:toque|alo|retorno|oi|ligad\w+|chamad\w+|passad\w+ (?:aqui"
    r"|n[ao])|pulo aqui)\b",
    rf"\b(?:{_WANT}|agend\w+|marc\w+|fazer|fazem|faz|receber|combinar|aceit\w+"
    rf"|retorn\w+)\b[^.!?;]{{0,25}}\b{_MEETING}\b",
    rf"\b{_MEETING} (?:aqui|tecnica|de (?:um|voces|algum)|d[oa] (?:vendedor|consultor|representante|tecnico))\b",
    r"(?:^|[,.!;?]|\bfavor|\bentao)\s*(?:me )?(?:lig(?:a|ue|uem|ar)|telefon(?:a|em))\b"
    r"(?=\s*(?:$|[,.!(+\d]|n[oa]\b|pra|para|por|hoje|amanha|depois|quando|a tarde|de manha|assim|ne\b|aqui))",
    r"\bliga (?:aqui|pro|ai)\b|\bliguem\b",
)
_VISITING = (
    rf"\b{_WANT}\b[^.!?;]{{0,12}}\bver (?:\w+ ){{0,3}}?(?:de perto|pessoalmente|ao vivo)\b",
    r"\b(?:tem|qual|passa|quero) (?:\w+ ){0,2}?(?:telefone|numero|fone)(?: \w+)? (?:de|pra|para) contato\b"
    r"|\btem (?:um )?(?:telefone|fone|fixo)(?: ai)?\W*(?:\?|$)",
    r"\b(?:me|nos) visit\w+|\bvisit(?:ar|e|em) (?:a gente|aqui|voces|a fabrica|o showroom|(?:a )?(?:minha|nossa))",
    rf"\b{_WANT}\b(?:\s+\w+){{0,3}}?\s+(?:ir|passar|dar (?:um pulo|uma passada)|conhecer|visitar|ver)\s+(?:ai\b"
    rf"|la\b|na fabrica"
    r"|a fabrica|voces\b|na sede|o showroom|n[ao] loja)",
    rf"\b(?:vir|venha\w*|vem|passar|passe|aparec\w+|dar um pulo)\s+(?:{_THE}{_SOMEBODY} )?"
    r"(?:aqui|ca|me ver|me visitar|visitar|na (?:minha"
    r"|nossa)|no (?:meu|nosso))\b",
    r"\bpassa (?:aqui na|na minha|na nossa|aqui na minha) (?:loja|empresa|cozinha|fabrica|lanchonete)\b",
)
_ASKED = "|".join((*_TALKING, *_PASSING, *_WANTING, *_PRESENT, *_NO_ROBOT, *_CALLING, *_VISITING))
_ALONE = (
    rf"^\W*(?:quero |queria |um |uma |com |o |a )*(?:{_SOMEBODY}|gente)(?: por favor| pfv?| please| ai| urgente)*\W*$"
)
_OWN = r"(?:meus?|minhas?|nossos?|nossas?)"
_RUN = (
    r"(?:operar|opere\b|trabalhar|mexer|mexa\b|usar|tocar|montar|limpar|cuidar|rodar|manusear|instalar|produzir"
    r"|dar conta)"
)
_NOT_ASKED = (
    rf"\b{_OWN} (?:\w+ )?(?:atendentes?|gerentes?|funcionari\w+|tecnic[oa]|equipe|time|cara|don[oa]|chef[ei]\w*"
    rf"|soci[oa]s?"
    rf"|supervisor\w*|patrao|financeiro|colegas?|comercial|vendedor\w* de \w+|operador\w*|engenheir[oa]|pessoal)\b"
    rf"|\b{_SOMEBODY} (?:d[aeo]s?|n[ao]) (?:{_OWN}(?! regia| cidad| area| zona| estad)|loja|cozinha|lanchonete"
    rf"|restaurante|mercado|outra|outro|carne(?! e)|concorren\w+)\b"
    rf"|\b{_SOMEBODY}(?: \w+){{0,2}}? (?:pra|para|que|consegue|sabe|precisa)(?: \w+){{0,2}}? {_RUN}\b"
    rf"|\b(?:quantas?|quantos|\d+|duas|tres|quatro|so uma|uma unica|mais uma) (?:pessoas?|funcionari\w+|operador\w*)\b"
    rf"|\buma pessoa (?:so|sozinha|apenas)\b|\bninguem aqui\b"
    rf"|\b(?:vou|vamos|tenho que|temos que|deixa eu|tenho de) (?:\w+ )?{_TALK} com\b(?! voces| alguem"
    rf"| uma? (?:pessoa|ser|humano|atend)| quem)[^.!?;]{{0,25}}"
    rf"|\b(?:me chamo|meu nome|chamo)\b[^.!?,]{{0,20}}"
    rf"|\b(?:falei|conversei|tratei|negociei|fui atendid\w+|me atend(?:eu|eram)|falaram|falamos|conversamos|atendeu"
    rf"|ligou"
    rf"|recebi|ja (?:se|nos) fal\w+)\b[^.!?;,]{{0,30}}"
    rf"|\bvoce (?:e|eh|seria|ta|esta)\b[^.!?]{{0,40}}\?|\b(?:to|estou|e|isso e|aqui e|falo|falando) (?:falando "
    rf"|conversando )?"
    rf"(?:com )?(?:uma? )?(?:pessoa|humano|robo|bot|maquina|gente|atendente)\b[^.!?]{{0,25}}\?"
    rf"|\b(?:nao|nem) (?:precis\w+|quer\w+|carece|tem necessidade|gosto|e necessario|ha necessidade|faco questao|me"
    rf"|e pra"
    rf"|pode\w*|posso|consigo|da pra)(?:(?! quero|prefir| com (?:um |uma |esse )?(?:robo|maquina|bot|ia)\b"
    rf"| ninguem)[^.!?,;]){{0,25}}?"
    rf"\b(?:lig\w+|visit\w+|telefon\w+|vendedor\w*|consultor\w*|reuniao|chamad\w+|call|cont[ac]+t\w+"
    rf"|falar(?! com ninguem)|passar|conversar"
    rf"(?! por))\b(?! com (?:um |uma |esse )?(?:robo|maquina|bot|ia)\b)(?: (?:nem|e|ou) \w+)*"
    rf"|\blig\w* (?:direto |ela |so )?(?:n[ao]|em|a|o|essa|no)s? (?:maquina|equipamento|tomada|(?:110|127|220"
    rf"|380)(?: ?v)?\b|luz"
    rf"|energia|rede|motor|ela|gas|ar|compressor|disjuntor)\w*"
    rf"|\bcom quem (?:eu )?fal\w+\b|\bquem (?:esta |ta )?fala(?:ndo)?\b[^.!?]{{0,20}}"
    rf"|\b(?:pode|podem|podes?) (?:falar|tratar|conversar) com (?:o|a|el[ea]|{_OWN})\b"
    rf"|\b(?:sou|(?<!quem )e|fui|aqui e) (?:o |a |um |uma )?{_ROLE}\b|\bo vendedor de voces\b|\batendo\b[^.!?]{{0,25}}"
    rf"|\b(?:contrat|demit|trein)\w+ (?:\w+ )?{_SOMEBODY}\b"
)
_NAMED = re.compile(
    r"\b(?:cade|(?:quero|queria|preciso|posso|gostaria de|da pra) (?:falar|conversar) com|cham[ae]\w*"
    r"|pass[ae] pr[ao]|transfere pr[ao])"
    r"\s+(?:o |a |seu |dona |com )?([a-z]{3,})\b"
)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Compiled for the first message: they take longer than a command needs that reads none."""
    return re.compile(_ALONE), re.compile(_ASKED), re.compile(_NOT_ASKED)


def asks_person(said: Sequence[Said]) -> Item | None:
    alone, asked, not_asked = _patterns()
    for message in (one.spelled for one in said):
        if match := alone.match(message.folded):
            return message.item("pede_humano", True, match.start(), match.end())
        for match in _NAMED.finditer(message.folded):
            if match[1] in first_names() and not re.search(r"\b(?:me|nao|ja|se)\s+$", message.folded[: match.start()]):
                return message.item("pede_humano", True, match.start(), match.end(), 0.8)
    return first_unless(said, asked, not_asked, "pede_humano")
