"""Places that are not where the lead is: of other people, of the past, on the way, in addresses and in names."""

import re

_REJECT = re.compile(
    r"\b(?:rua|r\.?|av\.?|avenida|bairro|praca|rod\.?|rodovia|travessa|alameda|jd|jardim|vila"
    r"|shopping)\s+(?:d[aeo]s?\s+)?$|\b(?:expo\w*|feira(?= d)|vale(?= d)|festa|linha|igreja|paroquia"
    r"|capela|colegio|hospital|posto|condominio|residencial|banco|time|"
    r"perto|pertinho|proxim[oa]s?|vizinh[oa]s?|regiao(?: metropolitana)?|metropolitana|lado|arredores|grande"
    r"|divisa|fronteira|entre|nasci\w*|natural|nascid[oa]s?|"
    r"origem|vem|vinham|mudei|sai|familia|veio|vieram|vim|criad[oa]|parentes?|evento|congresso|fornecedor\w*|clientes?"
    r"|concorren\w+|viagem|"
    r"curso|colonia|festival|queijo|estilo|carne|compro|comprei|carnes? d[eo]|assistencia(?: tecnica)? em|representante"
    r"|zona|estrada|"
    r"conhec\w+ (?:voces|vcs|a seleto))\s+(?:(?:de|da|do|das|dos|em|no|na|a|ao|o|e)\s+){0,2}$"
)
_REJECT_AFTER = re.compile(
    r"^\W*(?:e|eh|era|foi|fica)\s+(?:so\s+)?(?:[oa]\s+|onde\s+)?[^.,;!?]{0,20}\b(?:antig|velh|fechad|vendid"
    r"|outr|desativad)[oa]s?\b|"
    r"^\s*(?:na feira|fc|esporte|futebol|burger|lanches|grill|hotel|transportes|seguros?|alimentos|carnes)\b"
)
_SELETO_PLACE = re.compile(
    r"\b(?:vi|vimos|visit\w+|conheci|estive|fui|encontr\w+|conversei|falei|peguei|ganhei|recebi)\b[^,.]{0,60}\bfeira\b[^,.]{0,15}\b(?:em|de|d[oa]"
    r"|n[oa])\s+$|"
    r"\b(?:voces|vcs|vc|seleto|a fabrica de voces|fabrica de vcs)\s+(?:sao|ficam|estao|e|fica|tem (?:loja"
    r"|fabrica|filial|showroom|sede))\s+(?:aqui\s+)?"
    r"(?:em|de|d[oa]|n[oa])\s+$|\b(?:vi|visitei|encontrei|falei com|conheci) (?:voces|vcs|a seleto"
    r"|o estande)[^,.]{0,30}$"
)
_BETWEEN = re.compile(r"\bentre\s+\w+(?:\s\w+){0,3}\s+e\s+$")
_ABROAD = re.compile(
    r"^[\s,(/-]*(?:n[oa]|d[oa]|em)?\s*(?:paraguai|argentina|uruguai|bolivia|portugal|chile|peru|colombia"
    r"|venezuela|mexico|angola|"
    r"mocambique|espanha|italia|eua|usa|estados unidos|paraguay|py)\b"
)
_NEGATED = re.compile(
    r"\b(?:nao|era|fechei|tinha(?: loja)?|antes)\s+(?:e\s+)?(?:sou\s+)?(?:mais\s+)?(?:[oa]\s+)?(?:de|d[oa]"
    r"|em|n[oa])?\s*$"
)
_RELATIVES = (
    r"prim[oa]s?|amig[oa]s?|cunhad[oa]s?|vizinh[oa]s?|conhecid[oa]s?|clientes?|fornecedor\w*|parentes?|ti[oa]s?|sogr[oa]s?"
    r"|colegas?|compadre|comadre|irmaos?|irmas?|pais?|mae|avos?|filh[oa]s?|espos[oa]|marido|mulher|namorad[oa]|noiv[oa]"
    r"|familia|patrao|patroa|cara|pessoal|vendedor\w*|representante|entregador|motorista|concorrente"
    r"|transportadora|contador\w*|advogad[oa]|arquitet[oa]|despachante"
)
# "meu primo de Londrina tem uma", "minha esposa nasceu em Caruaru"
_OTHERS = re.compile(
    rf"\b(?:meus?|minhas?|nossos?|nossas?|um|uns|umas?|d?[oa]s?|tem|desse|dessa) (?:{_RELATIVES})\b(?! e eu\b)([^,;]*)$"
)
_FIRST_PERSON = re.compile(
    r"\b(?:sou|somos|moro|moramos|estou|estamos|to|tamo|fico|ficamos|tenho|temos|vou|vamos|abri|abrimos|minha loja"
    r"|nossa|quero|queremos|montamos|montei|aqui|me chamo|preciso|falo)\b"
)
_SAME_HOUSE = re.compile(
    r"\b(?:irmao|irma|pais?|mae|filh[oa]s?|espos[oa]|marido|mulher|noiv[oa]|familia|patrao|patroa|pessoal)\b"
    r"[^,;]*\b(?:tem|tinha|abriu|vai abrir|esta abrindo|ta abrindo|montou|vai montar|toca)\b"
)
_BYGONE = re.compile(
    r"\b(?:trabalhei|estudei|morei|morava|morou|vivi|vivia|nasceu|cresci|cresceu|trabalhava|servi|visitei|viajei|passei"
    r"|estive|ferias|(?:vou|vamos|indo|ia) (?:viajar|passar|passear|visitar)|passeio|passando|passou|viajando|viajo"
    r"|viagem|chegando|compro|compramos|trago|trazemos|busco|buscamos"
    r"|fui|fomos|vi|vimos|assisti|show|jogo)\b(?! (?:o anuncio|a propaganda|voces|que)\b)[^,;]{0,28}$"
)
_ON_THE_WAY = re.compile(
    r"\b(?:saida|caminho|sentido|rumo|direcao|colad\w+|grudad\w+|encostad\w+|pegad\w+|acesso|trevo|indo|vindo|antes"
    r"|depois|adiante|abaixo|acima|ao norte|ao sul|pra frente|pra la|afastad\w+|distante|longe)\s+"
    r"(?:(?:pra|para|a|ao|de|da|do|em|com|n[oa])\s+)?$"
    r"|(?:\bkm|\d ?km|quilometros?|minutos?|min|\bhoras?|\d ?h)\s+(?:d[aeo]|ate|antes|depois)\s+(?:d[aeo]\s+)?$"
)
_PERSON_BEFORE = re.compile(r"\b(?:sr|sra|srta|seu|dona|dr|dra|prof|pastor|padre)\.?\s+$")


def is_elsewhere(before: str, after: str) -> bool:
    """Whether a place between two folded stretches of the same thought is somebody else's, past or passed by.

    `after` may run on beyond the thought.
    """
    tail = before[-45:]
    if is_negated(tail) or _ABROAD.match(after[:30]) or _REJECT.search(tail) or _REJECT_AFTER.match(after):
        return True
    if _BETWEEN.search(before) or _SELETO_PLACE.search(before):
        return True
    return is_of_others(before)


def is_negated(before: str) -> bool:
    """Whether the place that follows is denied: "não sou mais de ...", "fechei a loja em ..."."""
    return _NEGATED.search(before) is not None


def is_of_others(before: str) -> bool:
    """Whether what leads to a place speaks of another person, of another time or of a way."""
    if _ON_THE_WAY.search(before) or _PERSON_BEFORE.search(before) or _BYGONE.search(before):
        return True
    others = _OTHERS.search(before)
    if others is None or _FIRST_PERSON.search(others[1]):
        return False
    return _SAME_HOUSE.search(others.group()) is None
