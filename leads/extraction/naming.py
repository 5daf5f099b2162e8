"""How a business name is written: where its words begin and end, and the shapes that show one by themselves."""

import re
from collections.abc import Iterator, Sequence

from leads import municipalities
from leads.extraction.lexicon import (
    COMPANY_TYPES,
    ENDINGS,
    NO_COMPANY,
    PLAIN_TYPES,
    PRODUCT_TYPES,
    WEAK_TYPES,
    common_cities,
    first_names,
)
from leads.extraction.said import Item, Said, Word
from seleto.lib.text.fold import fold

# What a lead calls the place of business.
PLACE = (
    r"empresa|loja|firma|negocio|hamburgueria|lanchonete|restaurante|acougue|padaria|mercado|supermercado|frigorifico|"
    r"food ?truck|trailer|casa|estabelecimento|marca|distribuidora|churrascaria|espetaria|dark kitchen"
    r"|industria|fabrica|pizzaria|comercio|mercadinho|bar|boteco|emporio|cozinha|quiosque|confeitaria|pastelaria"
    r"|atacado|hotel|buffet|mercearia|rede|grupo|cafe|bistro|cantina|steakhouse|granja|rotisserie|delivery|espaco|lugar"
)
PARTICLES = frozenset("de da do das dos e & of and the del la".split())
_INSIDE = frozenset(("na", "no"))  # "Boi na Linha"
_SHORTENED = frozenset(("co", "cia", "inc", "bros", "ltda"))
_INTRODUCED = re.compile(
    rf"\b(?:aqui e|sou|falo|fala|falando|somos|me chamo|meu nome e|a gente e)\b[^.!?\n,]{{0,40}}?\bd[ao] (?=(?P<kind>"
    rf"casa de carnes?|boutique de carnes?|{PLACE}|panificadora|espetinho|churrasquinho|lancheria) \w)"
)
_STOP = frozenset(
    """
    em no na nos nas aqui fica com que mas eu sou somos tem temos tenho quero queria preciso e eh ou para pra por ha
    desde
    cidade bairro cnpj email telefone meu minha nosso nossa nao sim ele ela isso esse essa um uma vou fazemos faco
    estou esta
    localizada localizado rua av avenida uns umas gostaria artesanal pequena pequeno grande nova novo propria
    proprio familia
    mudou mudei agora ainda era vai sera vamos familiar delivery chama chamada
    """.split()
)  # fmt: skip
_INTRODUCES = re.compile(r"\b(?:sou|aqui e|fala)\s+(?:[oa]\s+)?$")
_STATE_AFTER = re.compile(r"\s*[-/,]?\s*\(?([A-Z]{2})\b")
_COMPOUND = re.compile(
    r"\b(?:casas? de carnes?|boutique de carnes?|food ?truck|dark kitchen|rede de supermercados|casa do \w+)\s+$"
)
_NEVER_INSIDE = frozenset(
    "em no na nos nas que com mas eu sou somos tem temos tenho quero cnpj email telefone cidade".split()
)
_OWNERS = frozenset("nosso nossa novo nova grande".split())  # "Pão Nosso", "Vila Nova"
_OPENERS = frozenset(("nova", "novo", "familia", "grande"))
_ADJACENT = re.compile(r"[ ]|[ ]?[&+][ ]?|['’\-]|\. ?(?=[a-z])")
_ENDS = ENDINGS | COMPANY_TYPES.keys()  # "Distribuidora de Alimentos", "Comércio de Carnes"
MAX_WORDS = 7


def shaped(message: Said) -> Iterator[Item]:
    """Names that show by their shape alone."""
    yield from _typed(message)
    if message.text.islower() or message.spoken:
        yield from _small(message)
    yield from _ended(message)
    yield from _joined_by_and(message)
    if message.shouted:
        yield from _shouted(message)


def sequence(message: Said, words: Sequence[Word], *, free: bool, stated: bool = False) -> Item | None:
    """Words as long as they belong to a name; `free`: written small, but said to be the name."""
    taken: list[Word] = []
    for place, word in enumerate(words[:MAX_WORDS]):
        if taken and not _ADJACENT.fullmatch(message.folded[taken[-1].end : word.start]):
            break
        if taken and (word.text in PARTICLES or word.text in _INSIDE):
            following = words[place + 1] if place + 1 < len(words) else None
            if following is None or not _leads_on(word, following, free=free):
                break
        elif not _belongs(word, first=not taken, free=free):
            break
        taken.append(word)
    if not stated:
        taken = _without_place(message, taken)
    while taken and taken[-1].text in PARTICLES:
        taken.pop()
    if not taken:
        return None
    end = taken[-1].end
    if taken[-1].text in _SHORTENED and re.match(r"\.\s*[,;)(–-]", message.folded[end:]):
        end += 1
    return message.item("empresa", message.text[taken[0].start : end], taken[0].start, end, 0.9)


def _leads_on(joint: Word, following: Word, *, free: bool) -> bool:
    """Whether "da", "e" or "na" goes on inside the name: "Casa do Espeto", "Boi na Linha", not "Brasa em Itu"."""
    if not (following.capitalised or free) or (following.text in _STOP and not following.capitalised):
        return False
    return joint.text not in _INSIDE or (not free and _is_name_part(following))


def _belongs(word: Word, *, first: bool, free: bool) -> bool:
    if word.text in _STOP:
        return word.capitalised and not free and word.text not in _NEVER_INSIDE and (not first or word.text in _OPENERS)
    if free:
        return first or municipalities.state(word.text) is None
    return word.capitalised or word.text in COMPANY_TYPES or word.text.isdigit()


def _is_name_part(word: Word) -> bool:
    return municipalities.find(word.raw) is None and municipalities.state(word.raw) is None


def _without_place(message: Said, taken: list[Word]) -> list[Word]:
    """ "Padaria Pão Quente de Sorocaba": the place at the end is where, not what."""
    for size in (4, 3, 2, 1):
        if len(taken) - size < 2:
            continue
        joint = taken[-size - 1].text
        place = message.text[taken[-size].start : taken[-1].end]
        if joint in ("de", "do", "da") and municipalities.find(place) and fold(place) not in common_cities():
            kinds = {**COMPANY_TYPES, **dict.fromkeys(PLAIN_TYPES)}
            head = any(word.text not in kinds for word in taken[: -size - 1])
            return taken[: -size - 1] if head else []
    return taken


def _typed(message: Said) -> Iterator[Item]:
    """A business word and the capitalised words after it ("Açougue Boi Bravo", "casa de carnes Estância Velha")."""
    if message.shouted:
        return
    words = message.words
    for place, word in enumerate(words[:-1]):
        known = (word.text in COMPANY_TYPES or word.text in PLAIN_TYPES) and not _after_and(message, word)
        window = max(0, word.start - 14)
        compound = _COMPOUND.search(message.folded[window : words[place + 1].start])
        if not known and not compound:
            continue
        if (word.text in PRODUCT_TYPES or word.text in WEAK_TYPES) and not word.capitalised and not compound:
            continue
        rest = words[place + 1 : place + 1 + MAX_WORDS]
        gap = message.folded[word.end : rest[0].start]
        numbered = rest[0].raw.isdigit() and word.capitalised and len(rest) == 1
        if gap != " " or not (
            numbered
            or rest[0].capitalised
            or (rest[0].text in PARTICLES and len(rest) > 1 and rest[1].capitalised and word.capitalised)
        ):
            continue
        item = sequence(message, words[place : place + MAX_WORDS] if not compound else rest, free=False)
        start = window + compound.start() if compound else word.start
        if item is None or item.end <= word.end or _is_place(message, rest[0].start, item.end):
            continue
        text = message.text[start : item.end]
        yield message.item(
            "empresa", text[0].upper() + text[1:] if not compound else _titled(text), start, item.end, 0.9
        )


def _after_and(message: Said, word: Word) -> bool:
    """ "Carne & Cia Premium" begins before its business word."""
    return message.folded.endswith("& ", 0, word.start)


def _small(message: Said) -> Iterator[Item]:
    """All in lower case, as a transcript comes: "aqui é o dirceu da panificadora pão nosso a gente fica em ..."."""
    for match in _INTRODUCED.finditer(message.folded):
        words = [word for word in message.words if word.start >= match.end()]
        opening = len(match["kind"].split())
        taken = words[:opening]
        for word in words[opening : opening + 4]:
            gap = message.folded[taken[-1].end : word.start]
            if gap != " " or (word.text in _STOP and word.text not in _OWNERS) or word.text in ("a", "o", "de", "das"):
                break
            taken.append(word)
        while taken and taken[-1].text in PARTICLES:
            taken.pop()
        if len(taken) > opening and not any(word.capitalised for word in taken):
            yield message.item(
                "empresa", message.text[taken[0].start : taken[-1].end], taken[0].start, taken[-1].end, 0.8
            )


def _titled(text: str) -> str:
    """ "casa de carnes Estância Velha" with its own type words capitalised too."""
    return " ".join(word if word in PARTICLES else word[:1].upper() + word[1:] for word in text.split(" "))


def _is_place(message: Said, start: int, end: int) -> bool:
    """ "padaria Sorocaba SP", "Hamburgueria Londrina - PR": a business word and only a city with its state."""
    name = message.text[start:end]
    parts = name.rsplit(" ", 1)
    if len(parts) == 2 and municipalities.state(parts[1]) and municipalities.find(parts[0]):
        return True
    follows = _STATE_AFTER.match(message.text, end)
    return bool(follows and municipalities.state(follows[1]) and municipalities.find(name))


def _ended(message: Said) -> Iterator[Item]:
    """Capitalised words closed by a business word ("Dani Furtado Lanches", "Granja Alvorada Alimentos Ltda")."""
    if message.shouted:
        return
    words = message.words
    for place, word in enumerate(words):
        if word.text not in ENDINGS or not word.capitalised or place == 0:
            continue
        start = place
        while start > 0 and place - start < MAX_WORDS and _joined(message, words[start - 1], words[start]):
            start -= 1
        for inner in range(start + 1, place + 1):  # "Rogério da Hamburgueria ...": the person stays out
            person = _INTRODUCES.search(message.before(words[start].start, 20))
            named = words[inner - 2].text in first_names() and words[inner].text in COMPANY_TYPES
            if words[inner - 1].text in ("da", "do") and (person or named):
                start = inner
        while start < place and (words[start].text in PARTICLES | _STOP or words[start].raw.isdigit()):
            start += 1
        last = place
        while (
            last + 1 < len(words)
            and words[last + 1].text in ENDINGS
            and message.folded[words[last].end : words[last + 1].start].strip(" .") == ""
        ):
            last += 1
        after = words[last + 1 : last + 3]
        goes_on = len(after) > 1 and after[0].text == "de" and after[1].capitalised and after[1].text in _ENDS
        if (
            start == place
            or goes_on
            or (
                after
                and after[0].capitalised
                and message.folded[words[last].end : after[0].start] == " "
                and after[0].text not in NO_COMPANY
            )
        ):
            item = sequence(message, words[start : start + MAX_WORDS], free=False) if start < place else None
            if item and item.end > word.end:
                yield item
            continue
        if start > 0 and _greeting(words[start]):
            start += 1
            while start < place and words[start].text in PARTICLES:
                start += 1
        if start < place:
            yield message.item(
                "empresa", message.text[words[start].start : words[last].end], words[start].start, words[last].end, 0.9
            )


def _joined_by_and(message: Said) -> Iterator[Item]:
    """ "Sabor & Cia", alone in its stretch; "Ana & Beto" are two people."""
    for start, end in message.segments:
        words = message.words_within(start, end)
        if not 2 <= len(words) <= MAX_WORDS or "&" not in message.folded[start:end]:
            continue
        if (
            all(word.capitalised or word.text in PARTICLES for word in words)
            and words[0].text not in first_names() | _STOP
        ):
            yield message.item(
                "empresa", message.text[words[0].start : words[-1].end], words[0].start, words[-1].end, 0.85
            )


def _greeting(word: Word) -> bool:
    return word.text in NO_COMPANY or word.text in ("sou", "aqui", "meu", "minha", "tenho", "quero")


def _joined(message: Said, left: Word, right: Word) -> bool:
    gap = message.folded[left.end : right.start]
    if gap not in (" ", " & ", "'", "’") or (left.text in _STOP and not (left.text == "e" and right.capitalised)):
        return False
    if left.text in ("da", "do") and not right.capitalised:
        return False
    return left.capitalised or left.text in PARTICLES or (left.raw.isdigit() and len(left.raw) < 4)


def _shouted(message: Said) -> Iterator[Item]:
    for start, end in message.segments:
        words = message.words_within(start, end)
        if len(words) < 2 or len(words) > MAX_WORDS:
            continue
        first, last = words[0].text, words[-1].text
        typed = first in COMPANY_TYPES or first in PLAIN_TYPES
        if (
            (typed or last in ENDINGS)
            and first not in first_names() | _STOP
            and not any(word.text in _STOP for word in words)
        ):
            yield message.item(
                "empresa", _calm(message.text[words[0].start : words[-1].end]), words[0].start, words[-1].end, 0.85
            )


def _calm(text: str) -> str:
    """Title case of a name written in capitals, particles in lower case."""
    return " ".join(word.lower() if fold(word) in PARTICLES else word.capitalize() for word in text.split())
