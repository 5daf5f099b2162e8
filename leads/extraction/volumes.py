"""What the machine must make: amount, unit, period (eval rules, `volume`)."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from leads.extraction.multiples import COUNT_OF, multiplied
from leads.extraction.products import CHOSEN_BY_OUTPUT
from leads.extraction.said import Item, Said, Volume
from seleto.lib.text.numbers import Kind, Quantity

_BURGER = re.compile(r"\b(?:h?am?bur?gu?er\w*|burg\w+|lanches?|discos?|blends?|smash\w*|xis)\b")
_SPIT = re.compile(r"\b(?:espet\w+|churrasquinhos?)\b")
_OTHER_ITEM = re.compile(
    r"\b(?:almondegas?|kibes?|quibes?|coxinhas?|croquetes?|paes|pao|bifes?|salgados|steaks?|empanad\w+"
    r"|medalh\w+|pasteis|pastel|brigadeir\w+|docinhos?|doces|bol[oi]s?|bolinhos?|esfi(?:h|rr)as?|pizzas?|nuggets?"
    r"|polpetones?|churros|risoles?|empadas?|tapiocas?|beirutes?|cookies?|biscoitos?)\b"
)
_OTHER_PIECES = frozenset({"almondegas", "kibes", "coxinhas", "bifes", "unidades", "linguicas"})
# What people count that a machine does not make.
_NOT_MADE = frozenset(
    """
    refeicoes pedidos ciclos moldes facas bicos velocidades maquinas lojas pessoas chapas pacotes bandejas turnos
    garcons funcionarios colaboradores ajudantes cozinheiros chapeiros atendentes motoboys entregas vendas atendimentos
    clientes mesas comandas alunos criancas eventos festas bois vacas porcos animais cabecas carros viagens visitas
    horas dias almocos jantas jantares marmitas pratos cafes reais contos fardos sacos latas cervejas litros metros
    seguidores curtidas mensagens anos meses semanas minutos graus moveis caminhoes cargas
    """.split()
)
_MONEY_BEFORE = re.compile(
    r"\b(?:diarias? d[aeo]s?|mensalidade|fatur\w+|receita|lucr\w+|ganh\w+|gast\w+|pag\w+|cust\w+|aluguel|orcamento"
    r"|invest\w+|salario|vend\w+ uns r|renda|caixa|ticket|preco|valor|verba|budget|r\$|capital)\b[^,;]{0,30}$"
)
_PURCHASE = re.compile(
    r"^\s*(?:d[aeo]s?\s+)?(?:essas?\s+|dess[ae]s?\s+)?(?:maquin\w+|formador\w+|equipament\w+|fb|fbm"
    r"|se ?smart|smart|se\d|ct|modelo|mold\w+|d[ae]l[ae]s)\b"
)
_SPEC_BEFORE = re.compile(
    r"\b(?:mist\w+dor\w*|misturadeira|homogen\w+|mixer|ensacadeira|embutideira|canhao|cuba|reservatorio"
    r"|capacidade d[aeo]|motor|fb ?-?\d+|fbm ?\d*|se ?\d{4}|smart ?pro|ct ?200|epe\w*|a de|modelo de|pesa\w*"
    r"|peso|blend de|hamburguer\w* de|burger\w* de|discos? de|bife\w* de|pedaco\w* de)\b[^,;.]{0,20}$"
)
# "rende 300 por hora?"
_SPEC_ASKED = re.compile(r"^\W*(?:ela |essa |isso )?(?:rende|faz|produz|aguenta|chega a) (?:mesmo |uns |umas |ate )*$")
_SPEC_QUESTION = re.compile(
    r"\b(?:ela|essa|esta|a (?:manual|semi|automatica)|maquina de voces|maquina d[ea] vcs|fb ?-?\d+|fbm\w*"
    r"|se ?\d{4}|smart ?pro|ct ?200|epe\w*) (?:mesmo )?(?:faz|produz|rende|corta|aguenta"
    r"|da conta)\b[^,;]{0,15}$"
)
_TARGET = re.compile(
    r"\b(?:meta|objetivo|quer(?:o|ia|emos|endo)|precis\w+|pretend\w+|vou (?:fazer|produzir|precisar|passar"
    r"|chegar)|vamos (?:fazer|produzir|passar)|cheg(?:ar|ue)|aument\w+|expandi\w+|passar (?:pra|para|a)"
    r"|subir|atingir|ampliar|dobrar|ideal|gostaria|planej\w+|que faca|que produza|necessit\w+|projec\w+"
    r"|produza|faca)\b"
)
_CURRENT = re.compile(
    r"\b(?:hoje|atualmente|agora|no momento|por enquanto|faco|fazemos|produzo|produzimos|vendo|vendemos|sai"
    r"|saem|estou fazendo|to fazendo|estamos)\b"
)
_BYGONE = re.compile(
    r"\b(?:comec\w+ (?:com|fazendo|vendendo)|antes|antigamente|fazia\w*|vendia\w*|eram?|ano passado"
    r"|no (?:inicio|comeco)|ja fiz(?:emos)?)\b[^,;]*$"
)
_PERIOD_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "semana",
        re.compile(
            r"\b(?:por semana|na semana toda|toda semana|semanal\w*|na semana|fim de semana|final de semana"
            r"|fds|findi|sabado e (?:no )?domingo|a semana|cada semana)\b"
        ),
    ),
    ("mes", re.compile(r"\b(?:por mes|ao mes|mensa\w+|no mes|todo mes|cada mes)\b")),
    ("hora", re.compile(r"\b(?:por hora|a hora|na hora|/h|cada hora|hora)\b")),
    (
        "dia",
        re.compile(
            r"\b(?:por dia|ao dia|diari\w+|todo (?:santo )?dia|todos os dias|no dia|por noite|a noite"
            r"|cada dia|/dia|(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)s?|outros dias|dias"
            r"|dia de pico|no pico|dia|n[oa] (?:almoco|janta|jantar)|por turno)\b"
        ),
    ),
)
_NOT_PERIOD_SEMANA = re.compile(r"durante a semana|dia de semana|dias de semana|de semana")
_ANOTHER_DAY = re.compile(
    r"(?:(?!\b(?:da|dao|rende\w*|sai\w*|vira\w*)\b)[^.;!?])*\b(?:segunda|terca|quarta|quinta|sexta|sabado|domingo"
    r"|feriado|pico|fim de semana|final de semana|verao|natal)s?\b(?: (?:uns|umas|faco|fazemos|e|sao"
    r"|chega\w* a|vai a|ate|ja))*\W*$"
)
_WEEKEND_DAY = re.compile(r"\b(sabado|domingo)s?\b")
_ONLY_PERIOD = re.compile(
    r"^\W*(?:(?:quer dizer|digo|alias|na verdade|ops|nao|isso e|melhor|ou melhor|errei|pera|e|eh|isso"
    r"|desculp\w+|perdao|minto|errado|corrigindo|por enquanto)[\s,]*)*"
    r"(?:por|ao|a|/|p/?|no|na|cada)\s*(hora|dia|semana|mes|noite"
    r"|fim de semana"
    r"|final de semana)\W*$|^\W*(diario|diaria|mensal|semanal)\W*$"
)
_PERIOD_CORRECTED = re.compile(
    r"^\W*(?:quer dizer|digo|alias|na verdade|ops|nao|ou melhor|melhor dizendo|errei|pera|desculp\w+|perdao|minto)\W+"
    r"(?:e |eh )?(?:por|ao|a|/|p/?|no|na|cada)\s*(hora|dia|semana|mes|noite|fim de semana|final de semana)\b"
)
_BARE_NUMBER = re.compile(
    r"^\W*(?:(?:nao|digo|quer dizer|alias|na verdade|ops|errei)[\s,]+)?(?:(?:uns|umas|cerca de|mais ou menos"
    r"|aproximadamente|acho que|em media|media de|tipo)\s+)?\W*$"
)
_PERIOD_NAMES = {
    "diario": "dia",
    "diaria": "dia",
    "mensal": "mes",
    "semanal": "semana",
    "noite": "dia",
    "fim de semana": "semana",
    "final de semana": "semana",
}
_CORRECTION = re.compile(
    r"\b(?:na verdade|alias|quer dizer|digo|ops|errei|corrig\w+|pera|perai|espera|ou melhor|melhor dizendo"
    r"|minto|me enganei|enganei|desculpa)\b|\bnao\b\W+(?:pera|e\b|sao|,)|(?:^|,)\s*nao,"
)


_LEAST = 10  # a bare "quero 2" is machines
_MODEL_BEFORE = re.compile(r"\b(?:fb|fbm|ct|se|fs|epe|efe be|modelo)\s?$")


@dataclass(frozen=True, slots=True)
class _Made:
    message: int
    start: int
    end: int
    amount: Decimal
    unit: str  # "" until a unit is known
    period: str  # "" until a period is known
    target: bool
    corrected: bool
    past: bool


def volume(said: Sequence[Said]) -> Item | None:
    """The last correction, else a target, else the current figure; pieces before kilos, the busiest day."""
    everything = " \n ".join(message.folded for message in said)
    found: list[_Made] = []
    for message in said:
        found += _in_message(message)
    found = _across_messages(said, found)
    found = _sharing_unit(said, _sharing_period(found))
    found = [made for made in found if not made.past] or found
    if not found:
        return None
    made = _choose(said, _weekend(said, found))
    unit = made.unit or _default_unit(said[made.message], everything)
    amount = made.amount
    period = made.period
    if period == "minuto":
        amount, period = amount * 60, "hora"
    if period not in ("hora", "dia", "semana", "mes") or amount <= 0:
        return None
    value = Volume(float(amount) if amount != int(amount) else int(amount), unit, period)
    return said[made.message].item("volume", value, made.start, made.end, 0.9)


def parse(text: str) -> Volume | None:
    """A volume written by itself ("1500 hamburgueres/dia"), as a model proposes it."""
    item = volume([Said(text)])
    return item.value if item and isinstance(item.value, Volume) else None


def _in_message(message: Said) -> list[_Made]:
    found = []
    for quantity in message.quantities:
        made = _made(message, quantity)
        if made:
            found.append(made)
    return found


def _made(message: Said, quantity: Quantity) -> _Made | None:
    unit = _unit(quantity)
    if quantity.unit == "unidades" and (_BURGER.search(message.folded) or _SPIT.search(message.folded)):
        unit = ""  # "300 unidades de hambúrguer"
    if unit is None or _is_not_volume(message, quantity):
        return None
    period = quantity.period or _period_around(message, quantity)
    retold = _PERIOD_CORRECTED.match(message.folded[quantity.end :])
    if period and retold:
        period = _PERIOD_NAMES.get(retold[1], retold[1])
    amount = quantity.high
    if quantity.unit == "tonelada":
        amount *= 1000
    elif quantity.unit == "arroba":
        amount *= 15
    amount, period = multiplied(message, quantity, amount, period)
    clause = message.before(quantity.start, 70)
    comma = clause.rfind(",")
    near = clause[comma + 1 :] if comma >= 0 and _CURRENT.search(clause[comma + 1 :]) else clause
    current = [match.start() for match in _CURRENT.finditer(near)]
    targets = [match.start() for match in _TARGET.finditer(near)]
    target = bool(targets) and (not current or max(targets) > max(current))
    if (
        quantity.kind is Kind.PLAIN
        and not period
        and not ((target or current) and amount >= _LEAST)
        and not _is_bare(message, quantity)
    ):
        return None
    corrected = _CORRECTION.search(message.folded, max(0, quantity.start - 30), quantity.start) is not None
    past = not target and _BYGONE.search(clause[clause.rfind(",") + 1 :]) is not None
    return _Made(message.index, quantity.start, quantity.end, amount, unit, period, target, corrected, past)


def _is_bare(message: Said, quantity: Quantity) -> bool:
    """Whether the message is nothing but the number: a later message may say its period."""
    return _BARE_NUMBER.match(message.folded[: quantity.start] + message.folded[quantity.end :]) is not None


def _unit(quantity: Quantity) -> str | None:
    """Unit of the answer, "" when none was said, None when what is counted is not made by a machine."""
    if quantity.kind is Kind.MASS:
        return "kg" if quantity.unit in ("kg", "tonelada", "arroba") else None
    if quantity.kind in (Kind.RATE, Kind.PLAIN):
        return ""
    if quantity.kind is not Kind.PIECES or quantity.unit in _NOT_MADE:
        return None
    if quantity.unit in ("hamburgueres", "espetos"):
        return quantity.unit
    if quantity.unit in _OTHER_PIECES:
        return "unidades"
    # an unknown noun before "por dia": "300 pães por dia" counts, "1 boi por semana" does not
    if not quantity.period:
        return None
    return "unidades" if quantity.unit.endswith("s") else "" if quantity.high >= _LEAST else None


def _is_not_volume(message: Said, quantity: Quantity) -> bool:
    before, after = message.before(quantity.start, 60), message.after(quantity.end, 30)
    if _MONEY_BEFORE.search(before) or re.match(r"\s*(?:reais|conto|mil reais|r\$|limpos?\b|livres?\b)", after):
        return True
    if quantity.kind is Kind.PIECES and (
        _PURCHASE.match(after) or (quantity.unit == "unidades" and not quantity.period and not message.first(_BURGER))
    ):
        return True
    counted = message.first(COUNT_OF)
    if counted and counted.start() == quantity.start and quantity.kind is Kind.PLAIN and quantity.high < _LEAST:
        return True
    if _SPEC_QUESTION.search(before) or _MODEL_BEFORE.search(before) or CHOSEN_BY_OUTPUT.search(before):
        return True
    if _SPEC_ASKED.match(before) and "?" in message.folded[quantity.end : quantity.end + 30]:
        return True
    spec = _SPEC_BEFORE.search(before)
    return bool(spec) and (not quantity.period or quantity.kind is Kind.MASS) and not quantity.period


def _period_around(message: Said, quantity: Quantity) -> str:
    """The period said elsewhere in the same thought: right after first, then before the number."""
    after = message.after(quantity.end, 45)
    others = message.quantities
    place = bisect_right(others, quantity.end, key=lambda other: other.start)
    size = others[place] if place < len(others) else None
    if size and size.kind in (Kind.MASS, Kind.LENGTH) and message.folded[quantity.end : size.start].strip() == "de":
        if size.period:  # "500 discos de 120 g por dia": the period was read with the size
            return size.period
        after = message.after(size.end, 45)
    if size:
        after = after[: max(0, size.start - quantity.end)]
    before = message.before(quantity.start, 45)
    place = bisect_right(others, quantity.start, key=lambda other: other.end)
    if place:
        gap = quantity.start - others[place - 1].end
        before = before[-gap:] if gap else ""
    for window in (after, before):
        if re.search(r"\bquant[oa]s?\b", window):
            continue
        nearest = _nearest_period(window, from_end=window is before)
        if nearest:
            return nearest
    return ""


def _nearest_period(window: str, *, from_end: bool) -> str:
    cleaned = _NOT_PERIOD_SEMANA.sub(
        lambda match: "por dia" if "durante" in match.group() or "dia" in match.group() else match.group(), window
    )
    best: tuple[int, str] | None = None
    for name, pattern in _PERIOD_WORDS:
        for match in pattern.finditer(cleaned):
            distance = len(cleaned) - match.end() if from_end else match.start()
            if best is None or distance < best[0]:
                best = (distance, name)
    return best[1] if best else ""


def _across_messages(said: Sequence[Said], found: list[_Made]) -> list[_Made]:
    """A message that only says a period belongs to the amount before it."""
    result = list(found)
    for message in said:
        match = _ONLY_PERIOD.match(message.folded)
        if not match:
            continue
        word = match[1] or match[2]
        earlier = [place for place, made in enumerate(result) if made.message < message.index]
        if earlier:
            result[earlier[-1]] = replace(result[earlier[-1]], period=_PERIOD_NAMES.get(word, word))
    return result


def _sharing_period(found: list[_Made]) -> list[_Made]:
    """What has no period of its own takes the one said with another amount of the same message; a correction
    takes the one said before."""
    last = {made.message: made.period for made in found if made.period}
    shared = []
    for made in found:
        earlier = next((last[message] for message in reversed(last) if message < made.message), "")
        period = made.period or last.get(made.message) or (earlier if made.corrected else "")
        if period:
            shared.append(replace(made, period=period))
    return shared


def _sharing_unit(said: Sequence[Said], found: list[_Made]) -> list[_Made]:
    """ "120 quilos por dia e no sábado uns 200": an amount for another day is of what was counted before."""
    shared: list[_Made] = []
    for made in found:
        last = shared[-1] if shared else None
        bare = last is not None and last.message == made.message and last.unit and not made.unit
        if last and bare and _ANOTHER_DAY.match(said[made.message].folded, last.end, made.start):
            made = replace(made, unit=last.unit)
        shared.append(made)
    return shared


def _weekend(said: Sequence[Said], found: list[_Made]) -> list[_Made]:
    """So many on Saturday and so many on Sunday are the week's, when no other day is spoken of."""
    days: dict[str, _Made] = {}
    for made, following in zip_longest(found, found[1:]):
        here = following is not None and following.message == made.message
        window = said[made.message].folded[made.end : min(made.end + 30, following.start) if here else made.end + 30]
        day = _WEEKEND_DAY.search(window)
        if day:
            days[day[1]] = made
    if len(days) < 2 or len(found) > 2:
        return found
    first, second = days["sabado"], days["domingo"]
    unit = first.unit or second.unit
    return [replace(first, amount=first.amount + second.amount, unit=unit, period="semana")]


def _choose(said: Sequence[Said], found: list[_Made]) -> _Made:
    corrected = [made for made in found if made.corrected and made is not found[0]]
    if corrected:
        last = corrected[-1]
        first = found[0]
        return replace(last, unit=last.unit or first.unit, period=last.period or first.period)
    with_period = [made for made in found if made.period] or found
    targets = [made for made in with_period if made.target]
    pool = targets if targets and len(targets) < len(with_period) else with_period
    pieces = [made for made in pool if made.unit != "kg"]
    pool = pieces or pool
    unit = next((made.unit for made in found if made.unit and made.unit != "kg"), "")
    days = [made for made in pool if made.period == pool[0].period]
    chosen = max(days, key=lambda made: made.amount) if len(days) > 1 else pool[0]
    return chosen if chosen.unit else replace(chosen, unit=unit)


def _default_unit(message: Said, everything: str) -> str:
    for text in (message.folded, everything):
        if _BURGER.search(text):
            return "hamburgueres"
        if _SPIT.search(text):
            return "espetos"
        if _OTHER_ITEM.search(text):
            return "unidades"
    return "hamburgueres"
