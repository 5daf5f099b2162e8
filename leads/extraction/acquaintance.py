"""Whether the lead knows Seleto: owns, bought, saw at a fair or talked before, or never heard of it."""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said, search_all

_YOU = r"(?:voces|voce|vcs|vc|ces|ceis|seleto)"
_TRUE = re.compile(
    r"\bmaquinas? (?:da |de )?seleto\b|\b(?:foi|era|usamos|uso|temos|tenho|comprei|compramos) (?:a |uma |da )?seleto\b"
    r"|\bme (?:mandaram|passaram|enviaram) (?:um |uma |a |o )?(?:proposta|orcamento|cotac\w+)|\bconhec(?:o"
    r"|emos) (?:bem )?a (?:marca|empresa)\b"
    r"|\bfeira\b[^.!?;]{0,35}\b(?:vi|vimos|conheci|conhecemos|encontrei) (?:o estande d[ae] |a )?(?:voces|vcs|seleto)\b"
    r"|\b(?:vi|vimos) (?:voces|vcs) (?:na|em) (?:uma )?expo\b|\bja (?:falei|conversei|tratei) com o pessoal dai\b|"
    r"\bja (?:se fal\w+|nos fal\w+|nos conhec\w+)\b|"
    rf"\b(?:comprei|compramos|comprou|pegamos|peguei)\b[^.!?;]{{0,35}}\bai\b(?! perto)"
    rf"|\b{_YOU} (?:ja )?(?:sao|e) (?:meus?|nossos?) fornecedor\w*|"
    rf"\b(?:receb\w+|ganhei|ganhamos|peguei)\b[^.!?;]{{0,30}}\b(?:orcamento|cotac\w+|proposta|visita"
    rf"|catalogo)\b[^.!?;]{{0,12}}\b(?:de|da|com) {_YOU}\b"
    rf"|\b(?:vendedor\w*|consultor\w*|representante|tecnico) (?:de|da) {_YOU}\b[^.!?;]{{0,25}}\b(?:veio|foi"
    rf"|fez|\w{{3,}}(?:ou|eu|iu))\b"
    rf"|\b(?:tia|tio|cunhad[oa]|prim[oa]|sogr[oa]|irma|irmao|pai|mae|filh[oa]|marido|esposa"
    rf"|avo)\b[^.!?;]{{0,40}}\bmaquina\w* (?:(?:da|de) )?{_YOU}\b"
    rf"|\b(?:conhec(?:eu|emos|i)|conhecemo)\b[^.!?;]{{0,10}}\bna feira\b|"
    rf"\b(?:ja|sempre|tambem)? ?(?:comprei|compramos|comprou|compraram|compro|tenho|temos|tem|possuo"
    rf"|possuimos|usamos|uso|trabalho com|trabalhamos com|adquiri|adquirimos|peguei)\b[^.!?;]{{0,45}}\b(?:de"
    rf"|da|com|na|d[ao]s) {_YOU}\b"
    rf"|\b(?:sou|somos|fui|era|ja sou|ja somos) (?:um |uma )?(?:clientes?"
    rf"|freg\w+)(?: antig\w+)?(?: d[ea] {_YOU}| voces)?\b(?! d[aeo]s? (?:outr|concorr))"
    rf"|\b(?:ja |eu |a gente |ja os |te )?(?:conhec(?:o|emos|ia|iamos|i)|conheci|conhecemos)\b ?(?:ja |bem "
    rf"|o trabalho d[ea] |a marca |as maquinas d[ea] |a empresa |as maquinas |a fabrica d[ea] "
    rf"|os equipamentos d[ea] )?(?:a )?{_YOU}\b"
    rf"|\b(?:vi|vimos|visit\w+|encontr\w+|conheci|estive|passei)\b[^.!?;]{{0,40}}\b(?:feira\w*|fispal|fipan"
    rf"|expo\w+|apas|estande|stand|tecnocarne|anufood|mercoagro|evento|congresso|showroom)\b"
    rf"|\b(?:falei|falamos|conversei|conversamos|tratei|negociei|fiz (?:um )?(?:orcamento|cotacao)"
    rf"|pedi (?:um )?(?:orcamento|cotacao)|liguei|ligamos|mandei (?:mensagem|email|e-mail|zap)"
    rf"|entrei em contato|fui atendid[oa]|tinha (?:falado|conversado|pedido)|cotei|ja fiz"
    rf"|orcei)\b[^.!?;]{{0,40}}\b(?:{_YOU}|ai\b|aqui (?:com|antes)|vendedor\w* d)"
    rf"|\b(?:o|a|um|uma|seu|sua) (?:vendedor|vendedora|consultor|consultora|representante|atendente|tecnico"
    rf"|moca|rapaz|pessoal|gerente) (?:de |da |d[ae]i |ai )?(?:{_YOU})\b[^.!?;]{{0,35}}\b(?:pediu|falou"
    rf"|passou|atendeu|mandou|ligou|ficou|visitou|veio|disse|me)\b"
    rf"|\b(?:me atendeu|ficou de (?:me )?(?:passar|mandar|retornar|ligar|enviar|ver)"
    rf"|ninguem (?:me )?(?:retornou|respondeu|ligou)|nao (?:me )?retornaram|{_YOU} (?:ja )?me (?:mandaram"
    rf"|passaram|atenderam|visitaram|ligaram|venderam|enviaram))\b"
    rf"|\b(?:o|a) [a-z]+ (?:d[ae]|ai d[ae]) {_YOU} (?:me|ja|ficou|falou|passou|mandou|atendeu|pediu)\b"
    rf"|\b(?:minha|nossa|meu pai|meu irmao|minha mae|meu tio|meu sogro|meu marido|minha esposa|familia"
    rf"|meu avo|meu primo|minha irma)\b[^.!?;]{{0,35}}\b(?:compr\w+|tem|tinha|usa"
    rf"|teve)\b[^.!?;]{{0,30}}\b(?:de|da|com) {_YOU}"
    rf"|\bja (?:falei|conversei|tratei|fui atendid[oa]) (?:com|por) (?:um |uma |o |a )?(?:vendedor|consultor"
    rf"|atendente|representante|{_YOU})\w*|\bja (?:e|sou|somos|fui) (?:clientes?|de casa)\b"
    rf"|\bcliente antig[oa]\b|\b{_YOU} (?:ja )?(?:me )?venderam\b|\bseguid\w+ da seleto\b|\bja conhec(?:o"
    rf"|emos|ia)\b(?! (?:outr|uma|algu))"
    r"|\bja (?:comprei|compramos)\b(?=[^.!?]{0,15}\b(?:ai|antes|uma vez|outras? vez\w*)\b)"
    r"|^\W*(?:sim\W+)?(?:ja )?conhec(?:o|emos)(?: sim| ja)?\W*$"
    r"|\b(?:a |uma )?(?:segunda|outra|mais uma|terceira) (?:maquina|compra) (?:de|da|com) (?:voces|vcs|seleto)"
)
_THIRD = re.compile(
    r"\b(?:amig[oa]s?|conhecid[oa]s?|vizinh[oa]s?|colegas?|concorren\w+|client\w+|pessoal)\b[^,.;!?]{0,30}$"
)
_OWNS_OURS = re.compile(
    r"\b(?:(?:ja )?(?:tenho|temos|possuo|possuimos|comprei|compramos|uso|usamos)(?: aqui)?(?: (?:a|o|uma|um"
    r"|duas|2|minha|ja))*|minha|nossa|meu|nosso)\s+(?:maquina )?(?:seleto |modelo )?$"
)
_FALSE = re.compile(
    rf"\b(?:to|tou|estou|estamos|comecei a) conhece(?:ndo|r)\b[^.!?;]{{0,25}}\b(?:agora|hoje)\b|"
    rf"\bnunca (?:ouvi\w*|vi|compr\w+|conhec\w+|us\w+|trabalh\w+|tinha|tive|falei"
    rf"|negoci\w+)\b[^.!?;]{{0,35}}\b(?:{_YOU}|ai\b|marca|empresa|antes)"
    rf"|\bnunca (?:ouvi falar|compramos|comprei|compro)\b(?![^.!?;]{{0,25}}\b(?:outra|formadora|maquina dess)\b)"
    rf"|\b(?:nao|n|num|ainda nao|nem) (?:os |te |te |a )?(?:conhec(?:o|ia|emos|iamos|ia)|sabia que (?:voces"
    rf"|vcs)? ?existi\w+)\b(?: ?(?:ainda|nao|direito|bem|muito))?(?: ?(?:a |o |trabalho d[ea] "
    rf"|as maquinas d[ea] |os produtos d[ea] )*(?:{_YOU}|empresa|marca|fabrica|trabalho))?\W*(?:$|[,.!?;]"
    rf"|\b(?:mas|so|vi|achei|ainda|nao|e|quero|queria|pode)\b)"
    rf"|\b(?:primeira vez|1a vez|1ª vez|primeiro contato|primeira compra)\b(?! que (?:vou )?(?:abr"
    rf"|compr\w+ (?:maquina|formadora)))"
    rf"|\b(?:conheci|descobri|achei|encontrei|fiquei sabendo|soube|acabei de (?:conhecer|achar|descobrir"
    rf"|ver))\b[^.!?;]{{0,25}}\b(?:agora|hoje|agorinha)\b|\bacabei de (?:conhecer|descobrir|achar"
    rf"|encontrar) (?:a |o )?{_YOU}"
    rf"|\bnem sabia que (?:voces|vcs|existi\w+)"
)


def knows_us(said: Sequence[Said], owned: Sequence[tuple[int, int]] = ()) -> Item | None:
    """True or false as said; a machine of ours that the lead owns (`owned`: message and start) tells it too."""
    for message, match in search_all(said, _FALSE):
        return message.item("conhece_seleto", False, match.start(), match.end(), 0.9)
    for message, match in search_all(said, _TRUE):
        if _THIRD.search(message.before(match.start(), 40)):
            continue
        if not re.search(r"\b(?:nao|nunca|nem)\b[^,.;!?]{0,12}$", message.before(match.start(), 20)) and not re.match(
            r"(?:nao|nunca)\b", match.group().strip()
        ):
            return message.item("conhece_seleto", True, match.start(), match.end(), 0.9)
    for index, start in owned:
        before = said[index].before(start, 40)
        cue = _OWNS_OURS.search(before)
        if cue:
            return said[index].item("conhece_seleto", True, start - len(before) + cue.start(), start, 0.8)
    return None
