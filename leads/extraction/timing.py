"""When the lead wants the machine: alta up to 30 days, media up to 90, baixa beyond or only researching."""

import re
from collections.abc import Sequence

from leads.extraction.intentions import PRETENDED
from leads.extraction.said import Item, Said, Spelled
from seleto.lib.text.numbers import Kind, Quantity
from seleto.lib.text.units import MONTHS

_DAYS = {"dia": 1, "semana": 7, "quinzena": 15, "mes": 30, "bimestre": 60, "trimestre": 90, "semestre": 180, "ano": 365}
_BUY = (
    r"(?:compr(?!ei|ou|amos|aram|ava|as?\b)\w+|fech\w+|precis\w+|quer\w+|necessit\w+|adquir\w+|receb\w+|pegar|levar"
    r"|chegar|ter|resolver"
    r"|decid\w+|comec\w+|abr\w+|inaugur\w+)"
)
_HIGH = re.compile(
    r"\bate (?:o )?dia \d{1,2}\b(?! (?:de|do|d[oe] (?:mes|ano)|/))|\b(?:to|tou|tamo|estou|estamos|tudo|producao"
    r"|loja|cozinha|linha)(?: ta| esta)?"
    r" parad[oa]s?\b|"
    r"\bate (?:a |o )?(?:segunda|terca|quarta|quinta|sexta|sabado|domingo|amanha)\b|"
    r"\burgent\w*|(?<!qual a )\burgencia\b|\bo (?:quanto|qto) antes\b(?! (?:voces|puder|respond|mand"
    r"|me\b))"
    r"|\bo mais rapido possivel\b"
    r"|\bo mais breve\b|\bquanto antes\b(?! (?:voces|puder|respond|mand|me\b))|\b(?:pra|para) (?:ontem|hoje|amanha)\b"
    r"|\bimediat\w+\b|\bde imediato\b"
    r"|\b(?:ess[ae]|est[ae]|nest[ae]|ness[ae]|n?esta) (?:semana|mes)\b|\bsemana que vem\b|\bproxima semana\b"
    r"|\bsemana q vem\b|\bate (?:o )?(?:fim|final) (?:do|deste|desse) mes\b|\bainda (?:esse|este) mes\b"
    r"|\bproximos dias\b|\bem poucos dias\b|\bcom pressa\b|\btenho pressa\b|\btemos pressa\b|\bnao (?:posso"
    r"|da pra|podemos|consigo) esperar\b|\bcorrendo\b|\bo mais cedo possivel\b|\basap\b|\bassim que possivel\b"
    r"|\bdesesperad[oa]\b|\bquanto mais rapid\w+\b|\bo mais (?:rapido|depressa|ligeiro)\b|\bno sufoco\b"
    r"|\bem cima da hora\b|\bcontra o tempo\b|\bpra ja\b"
    r"|\bpara ja\b|\bpra agora\b|\bpara agora\b|\bja ja\b"
    rf"|\b{_BUY}\b[^,.;!?]{{0,20}}\b(?:hoje|amanha|agora|logo|rapid\w+|ja\b(?=\W*(?:$|[,.!?])))\b(?! (?:eu "
    rf"|a gente )?(?:faco|uso"
    rf"|tenho|fazemos))|\b(?:hoje|amanha) (?:mesmo|ainda)\b|\bpossivel hoje\b|\bquinzena que vem\b"
    rf"|\bfim do mes\b|\bfinal do mes\b|\bdentro do mes\b"
)
# "essa semana vendi 400" tells of the past.
_DONE = re.compile(
    r"^\s*(?:eu |a gente |ja |nos )*(?:te |lhe )?(?:tem(?! que)|dou|mando|retorno|respondo|falo|volto|aviso|vejo|passo"
    r"|confirmo|viajo|vi|vimos|vendi|vendemos|fiz|fizemos|foi|teve|tive|tivemos|deu|perdi"
    r"|produzi\w*|recebi|fui"
    r"|\w{3,}(?:ei|ou|eu|iu|iram|aram|imos))\b"
)
_NEEDED = re.compile(
    rf"\b(?:{_BUY}|lev(?:o|amos)|peg(?:o|amos)|busc\w+|entreg\w+|cheg\w+|instal\w+|rodando|produzir|produzindo"
    rf"|mont\w+|pag(?:o|ar)"
    r"|tem que|urgen\w+|prazo|resolv\w+|funcionando|maquina|ainda|decis\w+|defin\w+|faltam?)\b"
)
_CALENDAR = re.compile(r"\b(?:semana|mes|quinzena|hoje|amanha|dias)\b")
_TALK_LATER = re.compile(
    r"\b(?:volt(?:o|amos)|retorno|respondo|te (?:dou|mando|aviso|falo|chamo|passo)|falo|falamos"
    r"|conversamos)\b[^.;!?]{0,25}$"
)
_MAKING = re.compile(r"\b(?:producao|fazemos|faco|vendemos|por|ultima|vez(?:es)?)\s+n?$")
_FEW_WORDS = 5
_NOT_HIGH = re.compile(r"\b(?:nao|sem|nada|nem|pouca)\b[^,.;!?]{0,18}$")
_MEDIUM = re.compile(
    r"\b(?:mes que vem|proximo mes|mes q vem|mes seguinte|outro mes|virada do mes|daqui (?:a )?(?:um"
    r"|1) mes e pouco|proximos meses|(?:bi|tri)mestre que vem|proximo (?:bi|tri)mestre)\b"
)
_LOW = re.compile(
    r"\b(?:ainda )?vai demorar (?:um pouco|bastante|ainda)?\W*$|\b(?:so|apenas) uma ideia\b|"
    r"\bnao (?:preciso|quero|tem|ha)\b[^,.;!?]{0,10}\burgen\w+|"
    r"\b(?:sem|nao (?:tenho|temos|ha|tem|estou com|to com)) (?:nenhuma |muita |tanta )?pressa\b|\bnao (?:e"
    r"|eh) urgente\b|\bsem urgencia\b|\bnada urgente\b|\b(?:so|apenas|somente|por enquanto so"
    r"|ainda)\b ?(?:to |estou |estamos |tou )?(?:pesquis\w+|orcando|olhando|sondando|especul\w+|curios\w+"
    r"|vendo(?! (?:pel[ao]|por|n[ao]\b|em|pra|hamb|lanche|espet|carne|ate|de|uns|umas|\d))"
    r"|cotando|avaliando|conhecendo|dando uma olhada|uma pesquisa|estud\w+|(?:colh|colet|junt|reun|busc"
    r"|peg)\w+ndo? (?:\w+ )?(?:informac\w+|ideias?|precos?|orcamentos?)|me informando|sonhando"
    r"|levantando)\b"
    r"|\b(?:to|tou|estou|estamos) (?:so |apenas |ainda )?(?:pesquisando|sondando|especulando|estudando"
    r"|planejando|na fase de)\b|\b(?:fase|etapa) de (?:pesquisa|planejamento|estudo|projeto)\b"
    r"|\bdando uma (?:olhad\w+|pesquisad\w+|sondad\w+|espiad\w+)|\bso (?:de )?(?:olho|especulacao|sondagem)\b"
    r"|\bso (?:namorando|sonhando|espiando)|\bcuriosidade\b|\bcurios[oa]\b"
    r"|\bano que vem\b|\bproximo ano\b|\bano q vem\b|\boutro ano\b|\bsemestre que vem\b|\bproximo semestre\b"
    r"|\bsegundo semestre\b|\bfuturamente\b|\bno futuro\b|\bfuturo\b ?(?:proximo)?|\b(?:la|mais) (?:pra"
    r"|para) (?:a )?frente\b"
    r"|\bmais para frente\b|\bmais adiante\b|\bquem sabe um dia\b|\bum dia\b (?:eu |quem )|\bsem previsao\b"
    r"|\bsem data\b|\bnao (?:tenho|tem|temos) (?:previsao|data|prazo)\b"
    r"|\bnao (?:e|eh|seria) (?:pra|para) (?:agora|ja|hoje)\b|\bnao (?:vou|quero|pretendo) comprar (?:agora"
    r"|ja|hoje)\b|\b(?:por enquanto|agora) nao\b ?(?:vou|pretendo|compr)|\bso pra (?:saber|ter uma ideia"
    r"|conhecer)\b|\blongo prazo\b|\bdaqui (?:a )?(?:uns |alguns )?anos\b|\bpesquisa de (?:preco|mercado)\b"
    r"|\bso (?:uma )?curiosidade\b|\bso queria saber\b|\bso quero (?:saber|conhecer|entender) como\b"
    r"|\bsem compromisso\b|\bjuntando (?:o |um )?(?:dinheiro|grana)|\bso (?:pra|para) (?:eu )?(?:saber"
    r"|ter (?:uma )?(?:ideia|nocao|base)|conhecer)\b|\bso (?:pra )?ter uma (?:ideia|nocao)\W*$"
)
_HORIZON = re.compile(
    rf"\b(?:em|daqui|dentro de|ate|nos proximos|nas proximas|proxim[oa]s|prazo(?: \w+){{0,3}}|menos de"
    rf"|no maximo|maximo|uns|umas|cerca de|a|pra|para|por volta de|em torno de|d?aqui a|mais|faltam|falta"
    rf"|prazo[^.;!?]{{0,20}}:|(?:agora|na verdade|alias|digo|quer dizer|antecip\w+|adiant\w+|mudou)\W{{1,2}}(?:e|sao"
    rf"|seria|vai ser|pra|ficou|em)|prazo\s*:|prazo[^.;!?:]{{0,20}},|urgencia\s*:|quando\s*:|{_BUY})\s+(?:a |uns "
    rf"|umas |mais |ate "
    rf"|no maximo |pra |em |d?aqui "
    rf"|cerca de |os |as |de |mais ou menos )*$"
)
_PAST = re.compile(
    r"\b\d+ em $|\b(?:ha|faz|fazem|tenho\b(?!:)|a mais de|desde|abrimos ha|tem uns|ja tem|trabalho ha|durante"
    r"|nos ultimos"
    r"|ultim[oa]s|funcion\w+|abr(?:o|imos)|garantia|dura\w*|congel\w+|rend\w+|boletos?|fatur\w+|cheques?|defeito"
    r"|estrag\w+|venc\w+|matur\w+|consorcio"
    r"|financiamento|validade|parcel\w+|vezes|pag\w+ em"
    r"|quantos)\b[^,.;!?]{0,22}$"
)
_PAST_AFTER = re.compile(
    r"^\s*(?:atras|de (?:garantia|mercado|experiencia|vida|casa|empresa|loja|validade|uso|carencia|idade"
    r"|existencia)|por (?:semana|mes|dia)|seguid[oa]s|de funcionamento|d[ae] semana)\b"
)
_DELIVERY = re.compile(
    r"\b(?:entreg\w+|(?<!ainda vai )demor\w+|lev\w+|fica pronta|producao d[ea]|fabric\w+|prazo de (?=[a-z])"
    r"|prazo de$)[^.;!?]{0,35}$"
)
_OPENING = re.compile(
    rf"\b(?:abr\w+|inaugur\w+|{_BUY}|pra|para|em|so em|la (?:por|pra)|ate|final de|fim de|comeco de|inicio de"
    rf"|meados de|chegue em|previsao)\b[^.;!?]{{0,25}}$"
)
_MONTH_NAMES = re.compile(rf"\b({'|'.join(MONTHS)})\b")
_NOW_MONTH = re.compile(
    rf"\b(?:hoje (?:e|eh|estamos em)|estamos em|ja e|ja estamos em|agora (?:e|em)|to em"
    rf"|mes de)\s+({'|'.join(MONTHS)})\b"
)
_ONLY_TIME = re.compile(
    r"^\W*(?:(?:uns|umas|acho que|mais ou menos|talvez|cerca de|no maximo|ate|so|la|em|daqui|daqui a"
    r"|dentro de|nos|proximos|nas|proximas|por|media de|pra|para|entre|de|a|tipo|coisa de|uma|um)\s+)*$"
)


def urgency(said: Sequence[Said]) -> Item | None:
    """The last time said; a word of haste or of patience where no time is."""
    found: list[Item] = []
    for message in said:
        found += _words(message.spelled)
        found += [item for item in (_horizon(message, quantity) for quantity in message.quantities) if item]
        found += _months(message, said)
    if not found:
        return None
    found.sort(key=lambda item: (item.message, item.start))
    timed = [item for item in found if item.confidence > 0.85]
    return timed[-1] if timed else found[-1]


def of_days(days: float) -> str:
    if days <= 31:
        return "alta"
    return "media" if days <= 92 else "baixa"


def _words(message: Spelled) -> list[Item]:
    found = []
    covered: list[tuple[int, int]] = []
    for match in _LOW.finditer(message.folded):
        if PRETENDED.search(message.before(match.start(), 70)):
            continue
        covered.append(match.span())
        found.append(message.item("urgencia", "baixa", match.start(), match.end(), 0.85))
    for match in _MEDIUM.finditer(message.folded):
        if not _DELIVERY.search(message.before(match.start(), 40)) and not _of_other_doings(message, match):
            found.append(message.item("urgencia", "media", match.start(), match.end(), 0.9))
    for match in _HIGH.finditer(message.folded):
        before = message.before(match.start(), 40)
        if (
            any(first <= match.start() < last for first, last in covered)
            or _NOT_HIGH.search(before)
            or _MAKING.search(before)
            or _asks_delivery(message, match.start())
            or _of_other_doings(message, match)
            or (_CALENDAR.search(match.group()) and not _of_buying(message, match))
        ):
            continue
        found.append(message.item("urgencia", "alta", match.start(), match.end(), 0.85))
    return found


def _of_other_doings(message: Spelled, match: re.Match[str]) -> bool:
    """ "essa semana vendi 400", "semana que vem te respondo": a time of something else than the purchase."""
    before = message.before(match.start(), 40)
    if _TALK_LATER.search(before):
        return True
    return _DONE.search(message.after(match.end(), 30)) is not None and not _NEEDED.search(before)


def _of_buying(message: Spelled, match: re.Match[str]) -> bool:
    """Whether a day or week is when the machine is needed: said so, said alone, or after "pra" or "até"."""
    before, after = message.before(match.start(), 60), message.after(match.end(), 50)
    if (
        _NEEDED.search(before)
        or _NEEDED.search(after)
        or re.search(r"\b(?:pra|para|ate|antes|ainda|em|so)\s*(?:a |o )?$", before)
    ):
        return True
    return len(before.split()) + len(after.split()) <= _FEW_WORDS


def _asks_delivery(message: Spelled, start: int) -> bool:
    """ "entrega essa semana?" asks Seleto's time; "preciso receber essa semana" tells the lead's."""
    before = message.before(start, 45)
    asked = re.search(r"\b(?:entreg(?:a|am|aria)|demora|envia\w*|chega)\b[^.;]{0,25}$", before)
    return bool(asked) and not re.search(r"\b(?:preciso|quero|tem que|precisa|necessito)\b", before)


def _horizon(message: Said, quantity: Quantity) -> Item | None:
    if quantity.kind is not Kind.TIME or quantity.unit not in _DAYS:
        return None
    before, after = message.before(quantity.start, 50), message.after(quantity.end, 30)
    limited = re.search(r"\b(?:tenho|temos) (?:so |uns |umas |apenas |mais )*$", before) and re.match(
        r"\s*(?:pra|para|de prazo)\b", after
    )
    if limited:
        return message.item(
            "urgencia", of_days(float(quantity.high) * _DAYS[quantity.unit]), quantity.start, quantity.end, 0.9
        )
    if _PAST.search(before) or _PAST_AFTER.match(after) or _DELIVERY.search(before):
        return None
    alone = _ONLY_TIME.match(message.folded[: quantity.start]) and len(message.folded[quantity.end :].split()) <= 3
    if not alone and not _HORIZON.search(before):
        return None
    days = float(quantity.high) * _DAYS[quantity.unit]
    if re.search(r"\bmais de (?:uns |umas )?$", before):
        days += 1
    return message.item("urgencia", of_days(days), quantity.start, quantity.end, 0.9)


def _months(message: Said, said: Sequence[Said]) -> list[Item]:
    """A month by name, when the lead also says which month it is now."""
    now = next((match[1] for other in said for match in _NOW_MONTH.finditer(other.folded)), None)
    if now is None:
        return []
    found = []
    for match in _MONTH_NAMES.finditer(message.folded):
        if match[1] == now or not _OPENING.search(message.before(match.start(), 40)):
            continue
        ahead = (MONTHS[match[1]] - MONTHS[now]) % 12
        found.append(message.item("urgencia", of_days(ahead * 30.5), match.start(), match.end(), 0.9))
    return found
