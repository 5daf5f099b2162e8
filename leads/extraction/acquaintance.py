"""Whether the lead knows Seleto (eval rules, `conhece_seleto`).

Known: the lead or the family owns, bought, saw at a fair or dealt with us before. Unknown: never heard of or bought.
What friends, customers or rivals did tells nothing.
"""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said, Spelled, search_all

_US = r"(?:voces?|seleto|(?:essa|a|sua|tua|vossa) (?:empresa|marca|fabrica|firma|casa))"
_FROM_US = rf"(?:(?:de|com|por|pra|da|na|pela|a|d[ao]s) {_US}|seleto|dai\b)"
_FAMILY = (
    r"(?:(?:meu|minha|meus|minhas|nosso|nossa|o|a) (?:pai|mae|pais|irmao|irma|tio|tia|avo|vo|marido|esposo|esposa"
    r"|mulher|filho"
    r"|filha|sogr[oa]|cunhad[oa]|prim[oa]|sobrinh[oa]|genro|nora|familia|soci[oa])|a familia)"
)
_KIN = rf"(?:{_FAMILY}|pai|mae|irma|irmao|tia|tio|prim[oa]|cunhad[oa]|sogr[oa]|marido|esposa|avo|filh[oa])"
_BOUGHT = (
    r"(?:comprei|compramos|comprou|compraram|compro|comprava|adquiri|adquirimos|adquiriu|peguei|pegamos|pegou"
    r"|encomendei"
    r"|encomendamos|levei|levamos|fechei|fechamos|pedi|pedimos|paguei|pagamos|recebi|recebemos)"
)
_HAS = (
    r"(?:tenho|temos|tem|tinha|tinhamos|tive|teve|tivemos|possuo|possuimos|uso|usamos|usa|usava|usei|trabalh(?:o"
    r"|amos|a|ei|ava) com"
    r"|rodo|rodamos|opero|operamos|somos atendidos)"
)
_DEALT = (
    r"(?:falei|falamos|falava|conversei|conversamos|conversava|tratei|tratamos|negociei|negociamos|liguei|ligamos"
    r"|orcei|cotei"
    r"|cotamos|entrei em contato|entramos em contato|fui atendid[oa]|fomos atendid[oa]s|tinha (?:falado|conversado"
    r"|pedido|ligado)"
    r"|fiz (?:um |uma )?(?:orcamento|cotac\w+|contato|pedido|compra)|pedi (?:um |uma )?(?:orcamento|cotac\w+"
    r"|informac\w+)"
    r"|mandei (?:mensagem|e-?mail|zap|audio)|ja fiz|mandaram|visitei|conheci)"
)
_STAFF = (
    r"(?:vendedor\w*|consultor\w*|representantes?|atendentes?|tecnic[oa]s?|moc[oa]|rapaz|pessoal|gerente|gente"
    r"|menina|menino|cara"
    r"|equipe|time|suporte|comercial)"
)
_FAIR = (
    r"(?:feiras?|feirao|fispal|fipan|expo\w*|apas|estande|stand|tecnocarne|anufood|mercoagro|evento|congresso"
    r"|showroom|exposic\w+"
    r"|(?:fabrica|sede) d[ea] {_US}|agrishow|sial|superminas|exposuper)"
)
_SAW = (
    r"(?:vi|vimos|viu|visit\w+|encontr\w+|conheci|conhecemos|conheceu|estive|estivemos|passei|passamos|falei"
    r"|conversei|conhecemo"
    r"|peguei|pegamos|testei|experimentei|fui|vim)"
)
_KNOWN = re.compile(
    "|".join(
        (
            # Own it, bought it.
            rf"\b{_BOUGHT}\b(?:(?!\boutr)[^.!?;]){{0,45}}?\b(?:{_FROM_US}|ai\b(?! perto))",
            rf"\b{_HAS}\b(?:(?!\boutr)[^.!?;]){{0,45}}?\b{_FROM_US}",
            r"\b(?:\d+|um|uma|duas|dois|tres|quatro|cinco|varias|minha|nossa|outra) (?:maquinas? )?(?:da "
            r"|de )?seleto\b",
            r"\bmaquinas? (?:da |de )?seleto\b|\bseleto que (?:eu |a gente |nos )?(?:ja )?(?:tenho|temos|compr\w+"
            r"|us\w+)|\b(?:foi|era|usamos|uso|temos|tenho|comprei|compramos) (?:a |uma "
            r"|da )?seleto\b",
            rf"\b(?:maquina|equipamento|formadora|cortadora|ensacadeira|modeladora|misturador)\w* que (?:eu "
            rf"|a gente |nos )?"
            rf"(?:{_BOUGHT}|voces (?:\w+ )?(?:vender\w+|mandar\w+|entregar\w+|enviar\w+))",
            rf"\b{_US} (?:ja )?(?:(?:me|nos) )?vend(?:eram|eu)\b(?! (?:\w+ )?(?:pra|para) (?:alguem|outr|algum"
            rf"|gente d))|\b{_US} (?:ja )?(?:sao|e) (?:meus?|nossos?) fornecedor\w*",
            rf"\bja {_BOUGHT}\b(?=[^.!?]{{0,15}}\b(?:ai|antes|uma vez|outras? vez\w*|d[aeo] voces)\b)",
            r"\b(?:a |uma )?(?:segunda|outra|mais uma|terceira|quarta) (?:maquina|compra) (?:(?:de|da|com) (?:voces"
            r"|seleto)|ai\b)",
            r"\b(?:ja )?(?:paguei|quitei|pagamos) (?:o |a |meu |minha |os |as )?(?:boleto|pedido|parcela|sinal"
            r"|entrada|duplicata|fatura)",
            r"\b(?:d?o|cade o|sobre o|n?o|meu) (?:meu|nosso) pedido\b|\bpedido anterior\b|\bmeu pedido (?:numero"
            r"|n\b|\d|ta|esta|nao"
            r"|ainda|chegou|atras|veio|saiu)",
            # A customer, or the family of one.
            r"\b(?:sou|somos|fui|fomos|era|continuo|ja e) (?:um |uma |seu |de )?(?:ja )?(?:clientes?"
            r"|freg\w+)\b(?! (?:d[aeo]s? (?!voces|seleto|casa|voce)|em potencial))",
            r"\bja (?:e|sou|somos|fui) (?:clientes?|de casa)\b|\bclientes? (?:antig[oa]s?|de longa data)\b"
            r"|^\W*cliente de voces\b"
            r"|\bseguid\w+ da seleto\b",
            rf"\b{_KIN}\b[^.!?;]{{0,35}}\b(?:{_BOUGHT}|{_HAS}|cliente|compram?)\b[^.!?;]{{0,30}}\b{_FROM_US}",
            rf"\b{_KIN}\b[^.!?;]{{0,35}}\b(?:falou|conversou|tratou|negociou|ligou) (?:com|pra) {_US}\b",
            rf"\b{_KIN}\b[^.!?;]{{0,40}}\b(?:maquina\w* (?:(?:da|de) )?{_US}|cliente (?:de|da) {_US})",
            # Talked before.
            rf"\b{_DEALT}\b[^.!?;]{{0,40}}\b(?:{_US}|ai\b|dai\b|aqui (?:com|antes)|{_STAFF} d(?:e|a|ai)\b)",
            rf"\bja (?:{_DEALT})[^.!?;]{{0,20}}\b(?:um |uma |o |a )?{_STAFF}\b",
            rf"\b(?:o|a|um|uma|seu|sua) {_STAFF} (?:de |da |dai |ai )?{_US}\b[^.!?;]{{0,35}}\b(?:pediu|falou|passou"
            rf"|atendeu|mandou"
            rf"|ligou|ficou|visitou|veio|disse|me|fez|foi|\w{{3,}}(?:ou|eu|iu|eve))\b",
            rf"\b{_STAFF} (?:de|da) {_US}\b[^.!?;]{{0,25}}\b(?:veio|foi|fez|\w{{3,}}(?:ou|eu|iu))\b",
            rf"\b(?:o|a) [a-z]+ (?:d[ae]|ai d[ae]|dai) ?(?:{_US})? (?:me|ja|ficou|falou|passou|mandou|atendeu|pediu)\b",
            rf"\bme atendeu\b|\b(?:quem|{_STAFF} que) (?:sempre )?me atend(?:ia|iam)\b"
            rf"|\bsou [oa] (?:mesm[oa] )?que (?:falou|falei|conversou|conversei|ligou"
            r"|liguei|mandou|mandei)\b|\b(?:tava|estava|vinha|estavam) me atendendo\b|\bque (?:ia|ficou de"
            r"|prometeu) me (?:ligar|retornar|mandar)"
            r"|\bficou de (?:me )?(?:passar|mandar|retornar|ligar|enviar|ver)",
            rf"\bninguem (?:me )?(?:retornou|respondeu|ligou)|\bnao (?:me )?retornaram"
            rf"|\b{_US} (?:ja )?me (?:mandaram|passaram|atenderam"
            rf"|visitaram|ligaram|enviaram)",
            r"\bme (?:mandaram|passaram|enviaram) (?:um |uma |a |o )?(?:proposta|orcamento|cotac\w+)",
            r"\b(?:conforme|como) (?:falamos|conversamos|combinamos|falado|conversado|combinado)|\b(?:nossa"
            r"|aquela) conversa\b"
            r"|\bja (?:se fal\w+|nos fal\w+|nos conhec\w+)\b|\b(?:me|nos) conhecem?\b|\bestive (?:n[ao]"
            r"|em) (?:fabrica|sede)\b|\bretomando\b|\b(?:voltei|voltando|retornei) (?:a"
            r"|pra) (?:procurar|falar|conversar|chamar)\b|\bja (?:falei|conversei"
            r"|tratei) com o pessoal\b",
            rf"\b(?:receb\w+|ganhei|ganhamos|peguei)\b[^.!?;]{{0,30}}\b(?:orcamento|cotac\w+|proposta|visita"
            rf"|catalogo)\b"
            rf"[^.!?;]{{0,12}}\b(?:de|da|com) {_US}\b",
            # Saw us; knows the name.
            rf"\b{_SAW}\b[^.!?;]{{0,40}}\b{_FAIR}\b|\b{_FAIR}\b[^.!?;]{{0,35}}\b(?:vi|vimos|conheci|conhecemos"
            rf"|encontrei|encontramos)\b",
            rf"\bvoces (?:estavam|tavam|expuseram|foram) (?:n[ao]|em) [^.!?;]{{0,15}}\b{_FAIR}\b|\b(?:vi"
            rf"|vimos) voces (?:na|em) (?:uma )?expo",
            rf"\b(?:ja |eu |a gente |ja os |te )?(?:conhec(?:o|emos|ia|iamos|i)|conheci|conhecemos)\b ?(?:ja |bem "
            rf"|muito bem |sim )*"
            rf"(?:o trabalho d[ea] |a marca |as maquinas d[ea] |a empresa |as maquinas |a fabrica d[ea] "
            rf"|os equipamentos d[ea] "
            rf"|a qualidade d[ea] )?(?:a )?{_US}\b",
            r"\bconhec(?:o|emos) (?:bem )?a (?:marca|empresa|fabrica)\b|\bja conhec(?:o|emos|ia)\b(?! (?:outr"
            r"|uma?\b|algu|ess|o modelo|maquina|equipament|formadora|tod[ao]s|vari[ao]s|quem|gente))",
            r"^\W*(?:sim\W+)?(?:ja )?conhec(?:o|emos)(?: sim| ja)?\W*$",
        )
    )
)
_UNKNOWN = re.compile(
    "|".join(
        (
            rf"\bnunca (?:ouvi\w*|vi|compr\w+|conhec\w+|us\w+|trabalh\w+|tinha|tive|falei|negoci\w+|escut\w+|sab\w+"
            rf"|peguei)\b"
            rf"[^.!?;]{{0,35}}\b(?:{_US}|ai\b|marca|empresa|antes|nome)",
            r"\b(?:nunca|nao|nem) (?:ouvi|ouvimos|escutei|(?:tinha|havia) ouvido) falar\b|\bnunca (?:compramos"
            r"|comprei|compro)\b"
            r"(?![^.!?;]{0,25}\b(?:outra|formadora|maquina|equipamento|uma)\b)",
            rf"\b(?:nao|ainda nao|nem) (?:os |te |as |a |lhes )?conhec(?:o|ia|emos|iamos|i)\b(?: ainda| nao"
            rf"| direito| bem| muito| mesmo| nada)*"
            rf"(?:\W*(?:$|[,.!?;]|\b(?:mas|so|vi|achei|e|quero|queria|pode|porque)\b)"
            rf"|[^.!?;,]{{0,25}}?\b(?:{_US}|empresa|marca|nome|firma|seleto)\b(?! (?:pessoalmente|de perto)))",
            rf"\b(?:nao|nem) (?:sabia|fazia ideia)(?: de)? que (?:{_US} )?(?:existi\w+|faziam|vendiam)"
            rf"|\bnem sabia que (?:{_US}|existi\w+)",
            r"\b(?:primeiro contato|primeira compra)\b",
            r"\b(?:primeira vez|1a vez|1ª vez)(?=\W*(?:$|[,.!?])| (?:aqui|ai|com voces|falando)\b"
            r"| que (?:eu |a gente )?(?:ouc|ouv|vej|escut|fal|entr|conhe|fic|procur|cham|tenho contato|(?:compr"
            r"|peg)\w+ (?:com|de|ai)))",
            r"\b(?:conheci|descobri|achei|encontrei|ouvi falar|fiquei sabendo|soube|to conhecendo|estou conhecendo"
            r"|comecei a conhecer"
            r"|acabei de (?:conhecer|achar|descobrir|ver|encontrar))\b[^.!?;]{0,25}\b(?:agora|hoje|agorinha)\b",
            rf"\bacabei de (?:conhecer|descobrir|achar|encontrar) (?:a |o )?{_US}|\b(?:to|estou"
            rf"|estamos) conhecendo\b[^.!?;]{{0,25}}\bagora\b",
            rf"\b{_US} (?:e|eh|sao) (?:nov[oa]s?|novidade|desconhecid\w+) pra (?:mim|gente|nos)"
            rf"|\bpra mim (?:\w+ ){{0,3}}novidade|^\W*conhec(?:o|ia|emos) nao\b|\bdesconhec(?:o|ia"
            rf"|emos|iamos) (?:a |o )?{_US}",
        )
    )
)
_FRIEND = re.compile(
    r"\b(?:amig[oa]s?|conhecid[oa]s?|vizinh[oa]s?|colegas?|concorren\w+|client\w+|pessoal|patrao|chefe|compadre"
    r"|parceir[oa])\b[^,.;!?]{0,30}$"
)
_NEGATED = re.compile(r"\b(?:nao|nunca|nem)\b[^,.;!?]{0,18}$")
_OF_OURS = re.compile(
    rf"\b(?:{_KIN}|a gente|nos|minha|meu|nossa|nosso|empresa|rede|aqui|oi|ola|sim|dia|tarde|noite)\b|\b(?:ja|sempre"
    rf"|tambem)\s*$"
)
_THIRD_ACT = re.compile(r"(?:tem|tinha|teve|usa|usava|comprou|compraram|pegou|adquiriu|conheceu|viu)\b")
_OWNS_OURS = re.compile(
    rf"\b(?:(?:ja )?(?:tenho|temos|tive|tivemos|tinha|possuo|possuimos|comprei|compramos|uso|usamos|peguei|troc\w+"
    rf"|vend(?:i|er"
    rf"|o) (?:a )?)(?: aqui)?"
    rf"(?: (?:a|o|uma|um|duas|2|minha|nossa|ja))*|minha|nossa|meu|nosso|{_FAMILY} (?:ja )?(?:tem|tinha|usa|comprou"
    rf"|teve)"
    rf"(?: (?:a|o|uma|um|duas|2))*)\s+(?:maquina |velha |antiga )?(?:seleto |modelo )?$"
)
_OWNED_AFTER = re.compile(
    r"\s*,? ?que (?:eu |a gente |nos )?(?:ja )?(?:comprei|compramos|tenho|temos|peguei|pegamos|uso|adquiri\w*)\b"
)


def knows_us(said: Sequence[Said], owned: Sequence[tuple[int, int]] = ()) -> Item | None:
    """True or false as said; a machine of ours that the lead owns (`owned`: message and start) tells it too."""
    for message, match in search_all(said, _UNKNOWN):
        return message.item("conhece_seleto", False, match.start(), match.end(), 0.9)
    for message, match in search_all(said, _KNOWN):
        if not _of_another(message, match):
            return message.item("conhece_seleto", True, match.start(), match.end(), 0.9)
    for index, start in owned:
        before = said[index].before(start, 40)
        if cue := _OWNS_OURS.search(before):
            return said[index].item("conhece_seleto", True, start - len(before) + cue.start(), start, 0.8)
        if after := _OWNED_AFTER.match(re.sub(r"^\w+", "", said[index].after(start))):
            return said[index].item("conhece_seleto", True, start, start + len(after.group()), 0.8)
    return None


def _of_another(message: Spelled, match: re.Match[str]) -> bool:
    """Said of somebody else than the lead and the family, or denied."""
    before = message.before(match.start(), 40)
    if _NEGATED.search(before) or re.match(r"(?:nao|nunca)\b(?! (?:me )?retornaram)", match.group()):
        return True
    third = _THIRD_ACT.match(match.group()) and before.strip() and not _OF_OURS.search(before)
    return bool(third or _FRIEND.search(before))
