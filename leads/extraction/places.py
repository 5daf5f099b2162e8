"""City and state: where the business is, else where the lead says to be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leads import municipalities
from leads.extraction.elsewhere import is_elsewhere
from leads.extraction.lexicon import common_cities, first_names, surnames
from leads.extraction.misspelt import nearest
from leads.extraction.said import Item, Said, Spans, Word, corrects, overlaps
from leads.extraction.states import WIDER, attached_state, leading_state, stated_state
from seleto.lib.text.fold import fold

_RISKY_PHRASES = frozenset(
    " ".join(
        """
    boa hora|boa nova|boa viagem|boa vista|boa esperanca|bom conselho|bom jardim|bom lugar|bom principio|bom
    progresso|bom repouso|bom retiro|bom sucesso|bela vista|alto alegre|agua boa|agua branca|agua clara|agua
    fria|agua limpa|agua nova|agua preta|arco iris|areia branca|barro preto|casa branca|casa grande|casa
    nova|costa rica|dois irmaos|espirito santo|feira nova|feira grande|feliz natal|mar vermelho|mundo novo|nova
    era|novo horizonte|novo mundo|novo progresso|ouro verde|ouro branco|ouro fino|ouro preto|ouro velho|passa
    tempo|passa e fica|pao de acucar|pedra branca|pedra grande|ponte nova|ponte preta|ponto novo|ponto
    chique|porto seguro|campo alegre|campo bom|sem peixe|sul brasil|terra boa|terra nova|terra rica|terra
    santa|vale verde|vale real|vera cruz|vila boa|vila rica|vila maria|vila nova|vista alegre|venha ver|nao me
    toque|nova vida|quatro irmaos|dois vizinhos|ponta grossa do norte|brasil novo|boi bravo|serra azul|serra
    grande|bela cruz|estrela velha|sede nova|novo brasil
        """.split()
    ).split("|")
)
_BUSINESS = (
    r"loja|empresa|fabrica|restaurante|hamburgueria|lanchonete|acougue|padaria|mercado|mercadinho"
    r"|supermercado|frigorifico|"
    r"negocio|comercio|firma|cozinha|ponto|unidade|matriz|sede|industria|distribuidora|churrascaria|espetaria|"
    r"food ?truck|trailer|casa de carnes?|producao|galpao|operacao|estabelecimento|deposito|franquia|cnpj|prefeitura|"
    r"dark kitchen|escola|pizzaria|bar|hotel|lanches|delivery"
)
_STRONG_BUSINESS = re.compile(
    rf"\b(?:{_BUSINESS})\b(?:\s+\w+){{0,4}}?\s+(?:e|eh|fica|vai ser|sera|esta|ta|localizad[ao]|situad[ao]"
    rf"|aqui|vai)?\s*(?:e[mn]|n[ao]s?|d[eao]|aqui em|fica em|pra|para)\s+$"
    r"|\b(?:maquina|equipamento)\s+(?:vai(?: ser| ficar)?|fica|sera|e|ficara)\s+(?:em|pra|para|n[ao])\s+$"
)
_DESTINED = re.compile(
    r"\b(?:ess[ae]|est[ae]|maquina|equipamento|compra|pedido)\b[^,.;!?]{0,20}\bvai (?:ficar |ser )?"
    r"(?:pra|para|n[ao]|em)\b[^,.;!?]{0,25}$"
)
_STRONG = re.compile(
    r"\b(?:cidade(?: (?:de|e))?|municipio(?: (?:de|e))?|endereco|localizacao|local|aqui(?: (?:e|em|na|no"
    r"|de))?|entreg\w+ (?:em|pra|para|aqui em|n[oa])|"
    r"atende\w* (?:em|a|aqui em|n[oa])|frete (?:pra|para|ate)(?: o| a)?|envi\w+ (?:pra|para)|mand\w+ (?:pra"
    r"|para)|cheg\w+ (?:em|ate)|"
    r"instal\w+ em|entrega (?:em|pra|para|n[oa])|fica(?:mos|m)? (?:em|n[oa])|localizad[ao]s? (?:em|n[oa])"
    r"|situad[ao]s? em)[\s:]*$"
)
_HOME = re.compile(
    r"\b(?:sou|somos|moro|moramos|estou|estamos|to|tou|resido|vivo|falo|falamos|falando|diretamente|vim"
    r"|mudei(?: de \w+(?: \w+)?)?|eu sou)\s+"
    r"(?:(?:aqui|la|ali)\s+)?(?:morando\s+)?(?:e[mn]|d[eao]s?|n[ao]|pra|para)\s+(?:cidade de\s+)?$"
)
_LOCATIVE = re.compile(r"\b(?:em|de|do|da|no|na|pra|para|p/|ate)\s+$")
_IN = re.compile(r"\b(?:em)\s+$")
_OPENING = re.compile(
    r"\b(?:abrindo|montando|abrir|montar|inaugur\w+|abri|montei|abrimos|construindo)(?:\s+\w+){0,4}?\s+(?:em|n[ao])\s+$"
)
_ADDRESS_BEFORE = re.compile(
    r"\b(?:rua|r\.|av\.?|avenida|br[- ]?\d+|rodovia|km|cep|bairro|centro|distrito industrial|estamos n[ao]"
    r"|ficamos n[ao]"
    r"|serra|litoral|regiao|zona rural)(?!\w)"
)
_CORRECTED = re.compile(
    r"(?:\b(?:na verdade|alias|quer dizer|digo|ops|opa|errei|minto|melhor dizendo|ou melhor|nao|perdao|desculpa)\b"
    r"[\s,:.!-]+(?:(?:e|eh|sou|fica|moro|agora|hoje|a loja e|la|aqui)\s+)?(?:(?:em|de|da|do|na|no)\s+)?"
    r"|\bmas (?:e|eh)\s+(?:em |de )?"
    r"|\bnao (?:e|eh|sou|fica|moro)\b[^.!?]{1,30}\b(?:e|eh|sou|fica|moro)(?: sim)?\s+(?:em |de )?)$"
)
_LEADING = frozenset("em de cidade municipio aqui para pra ate".split())  # few cities bear an article
# Large enough to be meant when a message is nothing but the name, though the name is an everyday word too.
_LARGE = frozenset("natal vitoria fortaleza salvador palmas santos serra franca contagem toledo tubarao".split())


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place as said. `strength`: 5 where the machine goes, 4 business, 3 stated, 2 home, 1 bare mention."""

    message: int
    start: int
    end: int
    name: str
    uf: str
    uf_end: int
    strength: int
    corrected: bool = False  # the words before it take an earlier place back


def city_and_state(said: Sequence[Said], taken: Spans) -> tuple[Item | None, Item | None, bool]:
    """The city, the state, and whether the state must be asked because several municipalities bear the name."""
    spots = [spot for message in said for spot in _spots(message, taken)]
    stated = stated_state(said, taken, [(spot.message, spot.start, spot.end) for spot in spots])
    if not spots:
        return None, stated, False
    chosen = _choose(said, spots)
    message = said[chosen.message]
    item = message.item("cidade", chosen.name, chosen.start, chosen.end, 0.7 + 0.075 * chosen.strength)
    uf = chosen.uf
    if not uf and stated is not None:
        place = municipalities.find(chosen.name, str(stated.value))
        if place:
            return item, stated, False
    if not uf:
        return item, None, True
    return item, message.item("uf", uf, chosen.start, max(chosen.end, chosen.uf_end), item.confidence), False


def _choose(said: Sequence[Said], spots: list[_Spot]) -> _Spot:
    chosen = spots[0]
    for spot in spots[1:]:
        if spot.name == chosen.name:
            if (spot.uf and not chosen.uf) or spot.strength > chosen.strength:
                chosen = replace(spot, uf=spot.uf or chosen.uf)
            continue
        earlier = said[chosen.message].item("cidade", chosen.name, chosen.start, chosen.end)
        later = said[spot.message].item("cidade", spot.name, spot.start, spot.end)
        if (
            spot.corrected
            or spot.strength > chosen.strength
            or (spot.strength >= min(chosen.strength, 2) and corrects(said, earlier, later))
        ):
            chosen = spot
    return chosen


def _spots(message: Said, taken: Spans) -> Iterator[_Spot]:
    words = message.words
    place = 0
    while place < len(words):
        spot, after = _spot_at(message, words, place, taken)
        if spot is None and after == place + 1 and len(words[place].text) > 3 and words[place].text.isalpha():
            spot = _misspelt_at(message, words, place)
        if spot:
            yield spot
        place = after


def _spot_at(message: Said, words: list[Word], place: int, taken: Spans) -> tuple[_Spot | None, int]:
    """The longest municipality name that starts at a word, judged by what stands around it."""
    if not _starts(words[place].text):
        return None, place + 1
    for size in range(min(municipalities.longest_name(), len(words) - place), 0, -1):
        first, last = words[place], words[place + size - 1]
        if any(char in ",;!?\n|:" for char in message.folded[first.start : last.end]):
            continue
        raw = message.text[first.start : last.end]
        if municipalities.find(raw) is None:
            continue
        if overlaps(taken, message.index, first.start, last.end):
            return None, place + 1
        uf, uf_end = attached_state(message, last.end)
        if not uf and (uf := leading_state(message, first.start)):
            uf_end = last.end
        found = municipalities.find(raw, uf) if uf else municipalities.find(raw)
        if found is None:
            found, uf, uf_end = municipalities.find(raw), "", last.end
        strength = _strength(message, first, last, size, uf_end if uf else 0, taken)
        if found is None or not strength:
            return None, place + size
        corrected = _CORRECTED.search(message.folded, max(0, first.start - 60), first.start) is not None
        spot = _Spot(message.index, first.start, last.end, found.name, found.uf, uf_end, strength, corrected)
        return spot, place + size
    return None, place + 1


def _misspelt_at(message: Said, words: list[Word], place: int) -> _Spot | None:
    """A city with a slip in it, after "moro em" or "cidade:", or before "- SP"."""
    first = words[place]
    cued = place > 0 and words[place - 1].text in _LEADING
    for size in range(min(4, len(words) - place), 0, -1):
        last = words[place + size - 1]
        raw = message.text[first.start : last.end]
        if len(raw) < 7 or any(not (char.isalpha() or char in " '-") for char in raw):
            continue
        uf, uf_end = attached_state(message, last.end)
        if not (uf or cued):
            continue
        key = None if municipalities.state(raw) or fold(raw) == "capital" else nearest(raw)
        found = municipalities.find(key, uf or None) if key else None
        if found is None or key in common_cities():
            continue
        before = message.before(first.start, 70)
        told = _STRONG_BUSINESS.search(before) or _STRONG.search(before) or _HOME.search(before)
        if (uf or told) and not is_elsewhere(before, message.folded[last.end : last.end + 60]):
            return _Spot(message.index, first.start, last.end, found.name, found.uf, uf_end, 2)
    return None


def _starts(word: str) -> bool:
    return word.partition("'")[0] in municipalities.first_words()


def _strength(message: Said, first: Word, last: Word, size: int, uf_end: int, taken: Spans) -> int:
    """How surely the words name the lead's city; 0 when they do not."""
    before = message.before(first.start, 70)
    tail = before[-45:]
    if is_elsewhere(before, message.folded[last.end : last.end + 60]):
        return 0
    name = municipalities.key(message.folded[first.start : last.end])
    state = municipalities.state(name)
    if re.match(r"[\s,-]*capital\b", message.folded[last.end :]):
        return 3
    if state in ("SP", "RJ") and re.search(r"\bzona (?:sul|norte|leste|oeste) d[eo] $", tail):
        return 2
    if state in ("SP", "RJ") and re.match(r"[\s,-]*interior\b", message.folded[last.end :]):
        return 0
    if state and not uf_end and (state not in ("SP", "RJ") or WIDER.search(tail)) and "cidade" not in tail:
        return 2 if name == "rio grande" and tail.endswith(" em ") else 0
    risky = _is_risky(name, size)
    if risky and size == 1 and not uf_end and re.search(r"\b(?:bar|lanches|cantinho|casa|espaco|ponto) d[oa] $", tail):
        return 0
    nickname = municipalities.is_nickname(name) and size == 1
    if _DESTINED.search(before):
        return 5 if not risky or first.capitalised or uf_end else 0
    if _STRONG_BUSINESS.search(before) or _OPENING.search(before):
        return 4 if not risky or first.capitalised or uf_end or message.spoken else 0
    if _STRONG.search(before):
        return 3 if not risky or first.capitalised or uf_end or "cidade" in tail else 0
    if _HOME.search(before):
        return (
            2 if not risky or first.capitalised or uf_end or tail.endswith(("sou de ", "moro em ", "somos de ")) else 0
        )
    if uf_end:
        return 3
    if _CORRECTED.search(message.folded, max(0, first.start - 60), first.start) and (not risky or first.capitalised):
        return 3
    alone = message.fills(first.start, last.end)
    if alone:
        placed = _ADDRESS_BEFORE.search(message.folded, 0, first.start) is not None or any(
            index == message.index and end <= first.start for index, _, end in taken
        )
        return _bare(message, name, first, risky, nickname, placed=placed)
    if risky or (nickname and name == "rio"):
        in_capitals = first.capitalised and not message.shouted and _IN.search(before) is not None
        return 1 if in_capitals and not nickname and size == 1 and name not in first_names() else 0
    if _LOCATIVE.search(before):
        return 1 if first.capitalised or size > 1 or len(name) > 4 or nickname else 0
    return 1 if first.capitalised and not message.shouted and (size > 1 or len(name) > 6) else 0


def _bare(message: Said, name: str, first: Word, risky: bool, nickname: bool, *, placed: bool) -> int:
    """A city that fills its stretch of a list, or a message of its own; `placed`: after an address or a company."""
    if nickname and name == "rio":
        return 0
    if not risky:
        return 1
    if placed and first.capitalised and not message.shouted and name not in first_names():
        return 1
    whole = message.folded.strip(" .!") == message.folded[first.start :].strip(" .!")
    return 1 if name in _LARGE and whole and first.capitalised else 0


def _is_risky(name: str, size: int) -> bool:
    if size == 1:
        return (
            name in common_cities()
            or name in first_names()
            or (len(name) <= 3 and not municipalities.is_nickname(name))
        )
    if name in _RISKY_PHRASES:
        return True
    words = name.split()
    person = words[0] in first_names() and (words[-1] in surnames() or words[-1] in first_names())
    return (
        person
        and name not in ("joao pessoa", "bento goncalves", "getulio vargas")
        and not {"de", "do", "da", "dos", "das"} & set(words)
    )
