"""The machine the lead wants: named by its model, or described so that exactly one fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.catalogue import ProductFacts
from leads.extraction.said import Item, Said, corrects
from seleto.lib.text.fold import fold
from seleto.lib.text.numbers import Kind, Quantity

_CODE_PARTS = re.compile(r"([A-Z]+)_?(\d+)")
_SIZED = {
    "MIX": re.compile(
        r"\b(?:mist[ui]rador\w*|misturadeira\w*|mis[tq]uradora\w*|homogen[ei]+[sz]ador\w*|mixer|masseira|batedeira"
        r"|(?:pra|para|de) (?:misturar|homogeneizar|bater massa))"
    ),
    "ENS": re.compile(r"\b(?:en[sc]acadeira\w*|embutideira\w*|linguiceira\w*|canhao|linguica|embutidora\w*)"),
}
_SPOKEN_NUMBERS = {
    "100": r"cem", "300": r"trezentos", "700": r"setecentos", "200": r"duzentos", "150": r"cento e cinquenta",
    "1200": r"mil e duzentos", "3000": r"tres mil|3 mil|3\.000|3k", "6000": r"seis mil|6 mil|6\.000|6k",
}  # fmt: skip

_MACHINE = (
    r"maquin\w+|formador\w+|modelador\w+|prensa\w*|hamburguer(?:eira|a)\w*|hamburgueira\w*|modelos?|versao"
    r"|opcao|equipamentos?|semi ?automatica|tipo"
)
# "a de 3 mil por hora", "aquela automática elétrica que faz mil e oitocentos": a machine told by what it makes
CHOSEN_BY_OUTPUT = re.compile(
    rf"\b(?:a|d?aquela|na|pela|essa)(?: (?:{_MACHINE}|automatica|eletrica|pneumatica|industrial|aquela|essa)\b)*"
    r" (?:de|das|que (?:faz|produz|tira|rende)) (?:ate )?$"
)
_CUT = r"cort\w+|picad?\w*|fati\w+"
# What is described, and the one product the catalogue has for it.
_DESCRIBED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "FB300",
        re.compile(
            r"\bsemi[- ]?auto\w*(?: pneumatica)?|\bpneumatica semi[- ]?auto\w*|\b(?:a|da|na|pra|uma"
            r"|formadora|maquina|modelo|ou) semi\b(?! ?pronto)"
            r"|\b(?:formadora|maquina|modelo|pneumatica|a|aquela|essa) (?:\w+ )?(?:de|com|a|do) pedal\b"
            r"|\b(?:apert|pis|acion)\w+ (?:no|com o) pe\b"
        ),
    ),
    (
        "FBM100",
        re.compile(
            rf"\b(?:{_MACHINE})(?: de (?:fazer )?hamburguer\w*)?(?: \w+){{0,3}} manua(?:l|is|lzinh[ao]s?)\b"
            rf"|\b(?:a|da|na|pra"
            rf"|pela|uma|essa|so a) "
            r"(?:mais )?manual\b(?! de (?!voces|vcs))|\bmanualzinh[ao]\b"
            r"|\b(?:hamburgueir\w+|maquin\w+|prensa|formadora) (?:de|a) mao\b"
        ),
    ),
    ("FB700", re.compile(r"\b(?<!semi )(?<!semi-)(?<!semi)automatica pneumatica\b|\bpneumatica automatica\b")),
    ("SMARTPRO", re.compile(r"\b(?<!semi )(?<!semi-)automatica (?:100 ?% )?eletrica\b")),
    (
        "CT200",
        re.compile(
            r"\bmaquin\w+ (?:de|pra|para) (?:cub(?:os?|inhos?)|tir(?:as|inhas))\b|"
            rf"\bcortador(?:a|eira)?s?\b(?! de (?:frios|legum|pao|grama|queijo))"
            rf"|\b(?:{_CUT})[^.,;!?]{{0,25}}?\b(?:em|de|os|n[oa]s?|faz)?"
            r" ?(?:cub(?:os?|inhos?)|tir(?:as?|inhas?)|iscas?)\b|\bmaquin\w+ (?:que|de|pra"
            r"|para) cort\w+ (?:carne|bife|frango)\w*"
            r"|\b(?:a|uma|aquela|essa|da|na|pela) (?:de|pra|para|que) cort(?:ar|a|e)\b(?! (?:\w+ )?(?:grama|cabelo"
            r"|custos?|despesas?|gastos?|caminho|legumes?|pao|queijo|frios|energia|luz)\b)"
            r"|\bem (?:cubos|cubinhos|tiras|tirinhas)\b"
            r"|\b(?:cubos?|cubinhos?|tiras|tirinhas)\b[^.,;!?]{0,12}\b(?:maquina|cortad\w+)"
            r"|\b(?:cort|pic)\w+ (?:\w+ ){0,3}?(?:pra|para|pro|de) (?:o |os |fazer )?"
            r"(?:espet\w+|churrasquinhos?|e?strogonof\w+)"
        ),
    ),
    ("SE6000", re.compile(r"\bque (?:ja )?empilh\w+")),
    (
        "FS150",
        re.compile(
            r"\bfileta\w*|\bfiletea\w*|\bfati\w+ [^.,;!?]{0,30}\bem fil(?:es?|ezinhos)\b"
            r"|\b(?:maquin\w+|a|aquela|essa) (?:de|pra|para) (?:fazer )?(?:files?|filezinhos?|filetar)\b"
        ),
    ),
    ("LINHA_FB700", re.compile(r"\blinha (?:automatica |de producao )?(?:de|pra|para) (?:fazer )?(?:o |os )?xis\b")),
    (
        "LINHA_ESPETO",
        re.compile(
            r"\b(?:maquin\w+|linha|equipamento|automatizar|automatica)\s(?:\w+\s){0,2}?(?:(?:de|pra|para|do"
            r"|da|faz|fazer|que faz|"
            r"monta|montar|que)\s)+(?:fazer |montar )?(?:espet\w+|churrasquinhos?)|\bespetadeira\w*"
            r"|\blinha (?:automatica )?(?:de )?espet\w+|(?<!de )\ba (?:de|do|dos) espet\w+\b"
        ),
    ),
)  # fmt: skip
_OWNED = re.compile(
    r"\b(?:(?:ja )?(?:tenho|temos|possuo|possuimos|tinha|uso|usamos|usar|usando|usei|utilizo|operei"
    r"|trabalhei com|faco (?:\w+ )?n[ao]|fazemos (?:\w+ )?n[ao]|comprei|compramos"
    r"|opero|trabalho com|trabalhamos com)"
    r"|minha|meu|nossa|nosso|troc\w+(?: (?:a|minha|d[ae]))?|vend(?:o|er) (?:a|minha)|peca\w* (?:d|pr)a)\b"
    r"(?! (?:interesse|vontade|duvida|uma duvida|pressa|que|curiosidade|preferencia|meta|lanchonete))[^,;]{0,22}$"
)
_OWNED_AFTER = re.compile(
    r"^[^.;!?]{0,12}?\b(?:que (?:eu |a gente |nos )?(?:ja )?(?:tenho|temos|comprei|compramos|tinha\w*"
    r"|uso|usamos|possu\w+)"
    r"|(?:aqui|la) ja)\b"
)
_REFUSED_AFTER = re.compile(r"^ nao(?=[,.;!]|\s*$)")
_OTHERS_MACHINE = re.compile(
    r"\b(?:meu|minha|uma?|[oa]|d[oa]|n[oa]) (?:vizinh[oa]|amig[oa]|cunhad[oa]|prim[oa]|conhecid[oa]|colega|concorrente"
    r"|compadre|irmao|sogr[oa]|ti[oa])\b[^.;!?]{0,30}$|\bque (?:ja )?(?:comprou|compraram)\b[^.;!?]{0,14}$"
    r"|\b(?:voces|vcs|vc) (?:compram|pegam|aceitam)\b[^.;!?]{0,12}$"
)
_SAME_WANTED = re.compile(
    r"\b(?:igual|mais (?:uma|duas|\d)|tambem quero|(?:quero|queria) (?:uma|tambem|dess[ae]|a mesma)|me interess\w+"
    r"|gostei)\b"
)
_ORDINAL = re.compile(r"\b(?:a|com a|pra|na|pela) (primeira|segunda|terceira|ultima)\b(?!-| (?:feira|vez|loja|semana))")
_PLACES = {"primeira": 0, "segunda": 1, "terceira": 2, "ultima": -1}
_SOLD = re.compile(r"\b(?:voces|vcs|seleto) (?:ja )?(?:me|nos) vend(?:eram|eu)\b[^;]{0,35}$")
_INTEREST = re.compile(
    r"\b(?:interess\w+|quero|queria|preciso|gostaria|penso|orcamento|cotacao|busco|procuro|compr(?:ar|aria)"
    r"|outra|mais uma|por uma?|pela)\b"
)
_SERVICE = re.compile(
    r"\b(?:defeito|quebr(?:ou|ada)|assistencia|manutencao|concert\w+|consert\w+|parou de|nao liga|vaza\w*|travando|"
    r"com problema|reposicao|pecas? (?:d[ae]|pra|para))\b"
)
_NEGATED = re.compile(
    r"\b(?:nao (?:quero|e|seria|preciso|precisa ser)|sem ser|nem|menos|em vez d[ae]|ao inves d[ae]"
    r"|desisti d[ae]|tir(?:a|ar|e|em)|exclu\w+|esquec\w+|desconsider\w+)\b[^,;]{0,14}$"
)
_RIVAL = re.compile(r"\b(?:concorren\w+|outra marca|de outra|da marca)\b")
_PREFERRED = re.compile(
    r"\b(?:prefir\w+|preferencia|fico com|ficar com|vou (?:de|querer|levar)|decidi\w*|escolhi|gostei mais"
    r"|na verdade|fechar (?:com|a)|"
    r"mais interess\w+|mais (?:pra|para|inclinad\w+|propens\w+|a fim)|tend\w+ (?:pra|para|a)|inclinad\w+"
    r"|puxand\w+ pra|principal\w*|sobretudo|pensando bem|melhor (?:a|pra mim)|optei|optar|quero mesmo"
    r"|no fim|acho que)\b[^.;!?]{0,35}$"
)
_WISHED = re.compile(r"\b(?:quero|queria|preciso|vou querer|melhor)\b[^,.;!?]{0,15}$")
_PREFERRED_AFTER = re.compile(
    r"^[^.,;!?]{0,15}\b(?:me interessa mais|e melhor pra mim|me (?:atende|serve|resolve)|ja"
    r" (?:serve|atende|resolve|da|basta|chega|ta bom)"
    r"|e a que eu quero|mesmo)\b"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A product spoken of; `named` when by its model, not only by a description."""

    item: Item
    named: bool


def product(said: Sequence[Said], mentioned: Sequence[Mention]) -> Item | None:
    """The stated preference, else the first mentioned; what the lead owns, services or refuses is no interest."""
    wanted = [mention for mention in mentioned if _is_wanted(said[mention.item.message], mention)]
    if not wanted:
        return None
    chosen = _by_place(said, wanted)
    if chosen:
        return chosen
    chosen = wanted[0].item
    for mention in wanted[1:]:
        item = mention.item
        if _liking(said, item) > _liking(said, chosen) or corrects(said, chosen, item):
            chosen = item
    return chosen


def _by_place(said: Sequence[Said], wanted: Sequence[Mention]) -> Item | None:
    """ "entre a manual e a semi, mais pra segunda"."""
    codes = {mention.item.value: mention.item for mention in reversed(wanted)}
    items = list(reversed(codes.values()))
    last = wanted[-1].item
    for message in said[last.message :]:
        start = last.end if message.index == last.message else 0
        found = _ORDINAL.search(message.folded, start)
        if found and len(items) > 1 and _PREFERRED.search(message.before(found.start(1), 60)):
            place = _PLACES[found[1]]
            return items[place] if place < len(items) else None
    return None


def _liking(said: Sequence[Said], item: Item) -> int:
    """2 for a stated preference, 1 for a wish ("quero a ..."), 0 for a mere mention."""
    message = said[item.message]
    if _PREFERRED.search(message.before(item.start, 60)) or _PREFERRED_AFTER.match(message.after(item.end, 40)):
        return 2
    return 1 if _WISHED.search(message.before(item.start, 30)) else 0


def mentions(said: Sequence[Said], products: Sequence[ProductFacts]) -> list[Mention]:
    """Every product named or uniquely described, in order, not overlapping."""
    patterns = _patterns(
        tuple((product.code, product.name, product.aliases, product.description) for product in products)
    )
    codes = {product.code for product in products}
    everything = " ".join(message.folded for message in said)
    found: list[Mention] = []
    for message in said:
        here: list[tuple[int, int, str, bool]] = []
        for code, pattern in patterns:
            here += [(match.start(), match.end(), code, True) for match in pattern.finditer(message.folded)]
        here += _sized(message, everything, products)
        here += _by_output(message, products)
        for code, pattern in _DESCRIBED:
            if code in codes:
                here += [(match.start(), match.end(), code, False) for match in pattern.finditer(message.folded)]
        here.sort(key=lambda hit: (hit[0], -(hit[1] - hit[0]), not hit[3]))
        end = -1
        for start, stop, code, named in here:
            if start >= end:
                found.append(Mention(message.item("produto", code, start, stop, 1.0 if named else 0.9), named))
                end = stop
    return found


def _is_wanted(message: Said, mention: Mention) -> bool:
    item = mention.item
    before = message.before(item.start, 70)
    if _NEGATED.search(before) or _SOLD.search(before) or _SERVICE.search(message.folded):
        return False
    after = message.folded[item.end : item.end + 120]
    if _REFUSED_AFTER.match(after):
        return False
    owned = _OWNED.search(before)
    owned_now = (owned and not _INTEREST.search(before, owned.start())) or _OWNED_AFTER.match(after)
    if (owned_now or _OTHERS_MACHINE.search(before)) and not _SAME_WANTED.search(after):
        return False
    return not (_RIVAL.search(message.after(item.end, 25)) and not mention.named)


@lru_cache(maxsize=8)
def _patterns(
    products: tuple[tuple[str, str, tuple[str, ...], str], ...],
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """One pattern per product from its code, name and longer aliases; an alias that fits several names none."""
    texts = {
        code: [fold(text) for text in (name, *aliases, description)] for code, name, aliases, description in products
    }
    patterns = []
    for code, name, aliases, _ in products:
        forms = [_code_form(code)] if "_" not in code else []
        for alias in (name, *aliases):
            folded = fold(alias)
            shared = any(folded in text for other, said in texts.items() if other != code for text in said)
            if not shared and (" " in folded or any(char.isdigit() for char in folded)) and not _is_family(folded):
                forms.append(re.escape(folded).replace(r"\ ", r"[\s+-]+"))
        forms += _EXTRA_FORMS.get(code, ())
        forms = [form for form in forms if form]
        if forms:
            patterns.append((code, re.compile(rf"(?<![\w])(?:{'|'.join(forms)})(?!\w)")))
    return tuple(patterns)


# "quero a 700", "gostei da 300": the number of a model after an article, nothing counted by it.
_BY_NUMBER = (
    r"(?:(?<=\bda )|(?<=\bna )|(?<=\bpela )|(?<=\bessa )|(?<=\be a )|(?<=\bou a )|"
    r"(?<=\bque a )|(?<=quero a )|(?<=levar a )|(?<=^a ))"
)
_ALONE = r"(?=\W*(?:$|[,.;!?\n]|me\b|mesm[oa]|serve|atende|ja\b|por favor|pf|entao))"
_EXTRA_FORMS: dict[str, tuple[str, ...]] = {
    "LINHA_FB700": (
        r"linha (?:automatica )?(?:completa )?(?:de hamburguer\w* )?(?:com |mais |\+ ?|da |de |e )?(?:a |o )?fb ?-?700",
        r"fb ?-?700 (?:com|e|mais|\+) ?(?:a )?linha(?: automatica)?",
    ),
    "SMARTPRO": (
        r"(?:se ?)?smart ?-?pro",
        r"esmart ?pro",
        r"se smart",
        r"(?:(?<=\ba )|(?<=\bda )|(?<=\bna )|(?<=\bpra ))smart",
    ),
    "EPE1200": (r"epe",),
    "FBM100": (r"fbm", r"f ?b ?m ?-?100"),
    "FB300": (r"efe ?be ?(?:300|trezentos)", rf"{_BY_NUMBER}(?:300|trezentos){_ALONE}"),
    "SE3000": (rf"{_BY_NUMBER}3[. ]?000{_ALONE}",),
    "SE6000": (rf"{_BY_NUMBER}6[. ]?000{_ALONE}",),
    "FB700": (r"efe ?be ?(?:700|setecentos)", rf"{_BY_NUMBER}(?:700|setecentos){_ALONE}"),
}


def _is_family(alias: str) -> bool:
    """Aliases of one word or of a common phrase that our own descriptions judge with more care."""
    return bool(
        re.fullmatch(
            r"(?:semi automatica|maquina de espeto|linha para xis|prensa .*|formadora (?:manual|de pedal))", alias
        )
    )


def _code_form(code: str) -> str:
    parts = _CODE_PARTS.fullmatch(code)
    if parts is None or code.startswith(("ENS", "MIX")):
        return re.escape(code.lower()) if parts else ""
    letters, number = parts[1].lower(), parts[2]
    spaced = r"[ .]?".join(letters)
    spoken = _SPOKEN_NUMBERS.get(number, "")
    numbers = "|".join(filter(None, [number, spoken]))
    if letters == "se":  # "se 3000 por hora" may be the conjunction: apart it needs an article or the digits alone
        return (
            rf"se-?{number}|se{number[0]} mil|(?:(?<=\ba )|(?<=da )|(?<=na )|(?<=pra ))se[ -](?:{numbers})"
            rf"|\Ase[ -](?:{numbers})(?=\W*\Z)|se[ -]{number}(?! ?(?:por|hamb|unid|pecas|/|kg|reais))"
        )
    return rf"{spaced}[ -]?(?:{numbers})"


def _sized(message: Said, everything: str, products: Sequence[ProductFacts]) -> list[tuple[int, int, str, bool]]:
    """Mixers by litres or by kilos of mass, stuffers by kilos: the family word and a size that is one product's."""
    found = []
    for prefix, family in _SIZED.items():
        own = [product for product in products if product.code.startswith(prefix)]
        spoken_of = family.search(everything) is not None
        for quantity in message.quantities if own else ():
            if quantity.low != quantity.high or quantity.period:
                continue
            if not spoken_of and not _size_tells(message, quantity, products):
                continue
            code = _of_size(own, quantity.kind, int(quantity.low), quantity.unit)
            word = _nearest(family, message, quantity.start, quantity.end)
            if (
                code
                and (word is not None or not family.search(message.folded))
                and _is_size(message, quantity.start, word)
            ):
                start = min(quantity.start, word[0]) if word and word[0] < quantity.start else quantity.start
                found.append((start, quantity.end, code, True))
    return found


def _size_tells(message: Said, quantity: Quantity, products: Sequence[ProductFacts]) -> bool:
    """ "a de 140 litros": litres that only one product has, with an article for the machine."""
    bearers = {
        product.code
        for product in products
        for attribute in product.attributes
        if attribute.unit.lower() == "l" and attribute.low == quantity.low
    }
    return (
        quantity.unit == "l"
        and len(bearers) == 1
        and CHOSEN_BY_OUTPUT.search(message.before(quantity.start)) is not None
    )


def _by_output(message: Said, products: Sequence[ProductFacts]) -> list[tuple[int, int, str, bool]]:
    """A machine told by the most it makes in an hour."""
    found = []
    for quantity in message.quantities:
        chosen = CHOSEN_BY_OUTPUT.search(message.before(quantity.start)) if quantity.period == "hora" else None
        if chosen is None:
            continue
        codes = [
            product.code
            for product in products
            if (made := product.attribute("producao_hora")) and made.high == quantity.high
            if not (product.code.startswith("LINHA") and "formador" in chosen.group())
        ]
        if len(codes) == 1:
            found.append((quantity.start, quantity.end, codes[0], False))
    return found


def _nearest(family: re.Pattern[str], message: Said, start: int, end: int) -> tuple[int, int] | None:
    """The family word within reach of a size in its message."""
    for match in family.finditer(message.folded):
        if -45 <= match.start() - end <= 30 or 0 <= start - match.end() <= 45:
            return match.start(), match.end()
    return None


def _is_size(message: Said, start: int, word: tuple[int, int] | None) -> bool:
    """A size stands right by the family word or after "de"/"a de"; "faço 15 kg de linguiça" is a volume."""
    before = message.before(start, 12)
    near = word is not None and 0 <= start - word[1] <= 30
    return near or re.search(r"\b(?:[ao]s? )?d[aeo] $|\b(?:a|o|uma?) $|^$", before) is not None


def _of_size(products: Sequence[ProductFacts], kind: Kind, size: int, unit: str) -> str | None:
    for product in products:
        for attribute in product.attributes:
            litres = attribute.name == "volume_l" and (unit == "l" or kind is Kind.PLAIN)
            kilos = attribute.name in ("massa_kg", "capacidade_kg") and (unit == "kg" or kind is Kind.PLAIN)
            if attribute.name == "capacidade_kg" and unit == "l":
                kilos = True
            if (
                litres or (kilos and not (kind is Kind.PLAIN and attribute.name == "massa_kg"))
            ) and attribute.low == size:
                return product.code
    return None


def named_in(text: str, products: Sequence[ProductFacts]) -> set[str]:
    """Codes of the products a text names or describes, wanted or not."""
    return {str(mention.item.value) for mention in mentions([Said(text)], products)}


def starts(mentioned: Sequence[Mention]) -> list[tuple[int, int]]:
    """Where models are named: message and offset."""
    return [(mention.item.message, mention.item.start) for mention in mentioned if mention.named]
