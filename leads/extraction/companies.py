"""The lead's company, as written: precision before recall."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leads import municipalities
from leads.extraction.lexicon import (
    COMPANY_TYPES,
    ENDINGS,
    NO_COMPANY,
    PLAIN_TYPES,
    PRODUCT_TYPES,
    TREATMENTS,
    first_names,
    surnames,
)
from leads.extraction.naming import MAX_WORDS, PARTICLES, PLACE, sequence, shaped
from leads.extraction.said import Item, Said, corrects
from seleto.lib.text.fold import fold

_NAMED = re.compile(
    rf"\b(?:nome (?:certo |correto |fantasia |novo )?(?:d[aoe] |d[ae] minha |d[oe] meu )?(?:{PLACE})(?: (?:e"
    rf"|eh|se chama|certo e))?|nome fantasia(?: e)?|fantasia|"
    rf"(?:{PLACE}) ?(?:que )?(?:se )?(?:chama(?:-se)?|chamada?|e conhecid[oa] como|com o nome(?: de)?"
    rf"|de nome)|(?:a |minha |nossa |nosso |o |meu )(?:{PLACE})(?: d[aoe] (?:meu|minha) \w+)? e(?: a| o)?|(?:^"
    rf"|[\n,;.])[^\S\n]*(?:empresa|loja|firma|negocio))\s*[:\-–]?\s*(?:e |eh )?(?:a |o )?[\"“']?"
)
_CALLED = re.compile(rf"\b(?:{PLACE})\b[^.!?\n]{{0,40}}?[\s,](?:que )?(?:se )?chama(?:-se|d[ao])?\s+(?:a |o )?[\"“']?")
_APPOSED = re.compile(
    rf"\b(?:minha|meu|nossa|nosso|(?:tenho|temos|e|abri|montei) (?:uma?|a|o)|[dn][ao])"
    rf" (?:{PLACE})(?: de \w+)?,\s+(?:a |o )?(?=\w)"
)
_FIELD = re.compile(rf"(?:^|[\n,;.])[^\S\n]*(?:{PLACE})\s*[:\-–]\s*[\"“']?")
_LEGAL = re.compile(r"\brazao social\s*(?:e|eh|:|-)?\s*(?:a |o )?[\"“']?")
_OF = re.compile(
    r"\b(?:(?:aqui|quem fala|falo|falando|fala|sou|somos|me chamo|meu nome)\b[^.!?\n]{0,50}?|(?:soci[oa]"
    r"|don[oa]|propriet\w+|gerente|comprador\w*|diretor\w*|responsavel|chef|administrador\w*|representante"
    r"|encarregad[oa]|a gente e|nos somos|compras)\s+|(?:ops|alias|digo"
    r"|quer dizer),?\s+)\b(?:d|pel)[ao]\s+(?:empresa |rede "
    r"|loja |grupo )?[\"“']?"
)
_AT = re.compile(
    r"\b(?:soci[oa]|gerente|comprador\w*|diretor\w*|administrador\w*|encarregad[oa])\s+n[ao]\s+(?=\w)"
    r"|\brepresento\s+[ao]\s+(?=\w)"
)
_REJECT_BEFORE = re.compile(
    r"\b(?:compr(?!ador|as\b)\w+|fornec\w+)\s+\w+\s+d[aoe]\s+$|\b(?:espos[oa]|marido|mulher|filh[oa]|irma|irmao|pai"
    r"|mae|cunhad[oa]"
    r"|sogr[oa]|noiv[oa]|namorad[oa]|secretari[oa]|prim[oa]|ti[oa]|sobrinh[oa])\s+d[ao]\s+$|"
    r"\b(?:maquin\w+|equipament\w+|formador\w+|(?:d[ae]|outra|uma|essa) marca|concorren\w+|feira|insta\w*|facebook|face"
    r"|site|pagina|video|post|propaganda|modelo|trabalh(?:ei|ava) (?:n[oa]"
    r"|para|pra|em)|cliente\w*|fornecedor\w*|perto|vizinh\w+|conheci|indicac\w+|indicou|amig\w+|vi"
    r"|sair|sai|deixei|compr(?!ador|as\b)\w+|igual|tipo|ex|lado|frente|fornec\w+|entregamos|entrego|vendemos|"
    r"empregad\w+|emprego|funcionari\w+)\s+(?:(?:d[aoe]|n[oa]|a|o|ao|em|pela|pelo|e|eh|pra|pro|para)\s+){0,2}$"
)
_LEGAL_FORM = re.compile(r"\b(?:ltda|me|epp|eireli|sa|s/a)\.?$")
_KNOWN_AS = re.compile(
    r"\b(?:conhec\w+ (?:a gente |a loja |la )?(?:como|por|pelo nome(?: de)?)|atend\w+ (?:por|pelo nome(?: de)?)"
    r"|n[ao] (?:fachada|placa|letreiro) (?:ta|esta|e|diz|vai|fica)(?: escrito)?"
    r"|na rua (?:e|eh|chamam de)|(?:pela|sob a|nossa|minha|a) marca(?: e| eh)?"
    r"|leva o nome d[aoe](?: (?:minha|meu) (?:\w+ )?\w+)?),?\s+(?:[ao] |de )?[\"“']?(?=\w)"
)
_KEEPING = re.compile(
    r"\b(?:tenho|temos|abri|abrimos|abrir|abrindo|montei|montamos|montar|montando|inaugur\w+|toco|tocamos|administro"
    r"|gerencio|comando|(?:a gente|marido|espos[oa]|mulher|pai|mae|soci[oa]|patrao|patroa|chefe|familia|filh[oa]"
    rf"|noiv[oa]) (?:tem|abriu|montou|vai abrir|toca|ta abrindo|esta abrindo))\s+(?:a|o)\s+(?:(?:{PLACE}) )?(?=\w)"
)
_SELVES = re.compile(
    rf"\b(?:somos|aqui (?:e|eh|fala)|falando|quem fala e|trabalh(?:o|amos) (?=n[ao]|pr[ao]))\s*"
    rf"(?:a|o|n[ao]|pr[ao])\s+(?:(?:{PLACE}) )?(?=\w)"
)
_EMPLOYED = re.compile(r"\btrabalh(?:o|amos) (?:n[ao]|pr[ao]|para [ao]|com)\s+(?:[ao]\s+)?$")
_OWN_PURCHASE = re.compile(r"\bmas\b|\bpor conta\b|\b(?:pra|para) mim\b|\bminh[ao]\b|\bmeu\b|\babr(?:ir|indo)\b")
_RENAMED = re.compile(
    r"\b(?:agora|hoje|atualmente) (?:e|eh|se chama|chama|virou|tenho|temos|estou com|to com) (?:a |o )?(?=\w)"
    r"|\b(?:mud(?:ou|amos|ei)|troc(?:ou|amos|ei))(?: o nome| de nome)? (?:pra|para|por) (?:a |o )?(?=\w)"
    r"|\b(?:virou|passou a (?:ser|se chamar)) (?:a |o )?(?=\w)"
)
_PAST = re.compile(
    r"\b(?:antes|nao (?:e|eh|chama|se chama)(?: mais)?|eram?|eramos|tinha(?:mos)?|tive(?:mos)?"
    r"|fechei|fechamos|vendi|vendemos|antig[oa]|ex|se chamava|chamava"
    r"|trabalhava n?)\s*-?(?:[ao] |um |uma |n[ao] |meu |minha )?$"
)
_OF_OTHERS_AFTER = re.compile(
    r"\s+(?:e|eh) (?:minh[ao]|meu|noss[ao]|uma?) (?:client|concorren|fornecedor|vizinh|amig)\w+"
)
_OTHERS_PLACE = re.compile(r"\b(?:[oa]|d[oa]|pel[oa]|um|uma)\s+$")
_OTHERS_DOING = re.compile(
    r"\s*,?\s*(?:que )?(?:me|nos|ja|tambem)?\s*\b(?:me|indic\w+|fal(?:ou|a)|disse\w*|compr(?:ou|a)|tem|usa|pass(?:ou|a)"
    r"|recomend\w+|mandou|e (?:meu|minha|nosso|nossa)|trabalha)\b"
)
_PERSON_OF = re.compile(r"\W*(?:(?:oi+e?|ola|opa|bom dia|boa tarde|boa noite|e ai|sou [oa]|aqui e [oa]|[oa])\W+)*")
_DIRECTIONS = frozenset("sul norte leste oeste nordeste sudeste interior capital regiao zona centro grande".split())
_FROM_TYPE = re.compile(
    rf"^\W*(?:(?:oi|ola|opa)\W+)?(?:(?:sou|aqui e|falo"
    rf"|e)\s+)?(?:d[ao])\s+(?=(?:{'|'.join(sorted(COMPANY_TYPES))})\s+\w)"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    item: Item
    rank: int  # 3 the lead names it, 2 a business word leads or ends it, 1 "sou da ..."; legal names rank lowest


def company(said: Sequence[Said]) -> tuple[Item | None, list[tuple[int, int, int]]]:
    """The company: trade name before legal name, the last correction before both.

    With it, message, start and end of every company name, chosen or not: words inside one are no city, no person.
    """
    found = [candidate for message in said for candidate in _in_message(message)]
    spans = [(candidate.item.message, candidate.item.start, candidate.item.end) for candidate in found]
    return (_choose(said, found).item if found else None), spans


def _choose(said: Sequence[Said], found: list[_Candidate]) -> _Candidate:
    trade = [candidate for candidate in found if candidate.rank > 0] or found
    chosen = trade[0]
    for candidate in trade[1:]:
        same = fold(str(chosen.item.value)) in fold(str(candidate.item.value))
        if (
            candidate.rank > chosen.rank
            or (same and candidate.rank >= chosen.rank)
            or corrects(said, chosen.item, candidate.item)
        ):
            chosen = candidate
    return chosen


def _in_message(message: Said) -> list[_Candidate]:
    found: list[_Candidate] = []
    for pattern, rank, lower in (
        (_NAMED, 3, True),
        (_CALLED, 3, True),
        (_FIELD, 3, True),
        (_APPOSED, 2, False),
        (_KNOWN_AS, 2, False),
        (_LEGAL, 0, True),
        (_OF, 1, False),
        (_AT, 1, False),
    ):
        for match in pattern.finditer(message.folded):
            stated = lower and (pattern is not _NAMED or re.search(r"nome|chama|fantasia", match.group()) is not None)
            candidate = _read(message, match.end(), lower=stated)
            if candidate and not (
                (pattern is _OF and _of_another(message, match.start(), candidate))
                or (pattern is _KNOWN_AS and _of_a_person(message, match.start()))
            ):
                found.append(_Candidate(candidate, rank))
    found += _named_plainly(message)
    from_type = _FROM_TYPE.match(message.folded)
    if from_type and len(message.words) <= MAX_WORDS and message.text[from_type.end() :].islower():
        item = _read(message, from_type.end(), lower=True)
        if item and item.end >= len(message.folded.rstrip(" .!")):
            found.append(_Candidate(item, 2))
    found += [_Candidate(item, 2) for item in shaped(message)]
    found = [replace(each, rank=0) if _LEGAL_FORM.search(fold(str(each.item.value))) else each for each in found]
    kept = [
        candidate
        for candidate in found
        if _acceptable(message, candidate.item)
        and (candidate.rank not in (1, 2) or fold(str(candidate.item.value)) not in first_names())
    ]
    return sorted(kept, key=lambda candidate: candidate.item.start)


def _named_plainly(message: Said) -> Iterator[_Candidate]:
    """Capitalised words after "tenho a", "somos a", "agora é a", "José da": a name of two words at least."""
    for pattern, rank in ((_KEEPING, 1), (_SELVES, 1), (_RENAMED, 3)):
        for match in pattern.finditer(message.folded):
            item = _read(message, match.end(), lower=False)
            if item and _is_business(str(item.value)):
                yield _Candidate(item, rank)
    opening = _PERSON_OF.match(message.folded)
    words = [word for word in message.words if opening is None or word.start >= opening.end()]
    for place, word in enumerate(words[1:4], start=1):
        if words[0].text not in first_names() or message.folded[words[0].end : word.start].strip(" ,") not in (
            "",
            *(each.text for each in words[1:place]),
        ):
            break
        if word.text in ("da", "do") and place + 1 < len(words):
            item = _read(message, words[place + 1].start, lower=False)
            if item and words[place + 1].text not in surnames() and _is_business(str(item.value)):
                yield _Candidate(item, 1)
            break


def _is_business(name: str) -> bool:
    """Whether capitalised words are a business rather than a person: "Toca do Urso", not "Ana da Silva"."""
    words = fold(name).split()
    if words[0] in first_names() or (len(words) > 1 and words[1] in surnames() and "&" not in words):
        return False
    if any(word in COMPANY_TYPES or word in ENDINGS or word == "&" for word in words):
        return True
    return len(words) > 1 and words[0] not in TREATMENTS and words[-1] not in surnames()


def _of_a_person(message: Said, start: int) -> bool:
    """ "Francisca Nobre, conhecida como Chica"."""
    return any(word in first_names() for word in message.before(start, 80).split()[:1])


def _of_another(message: Said, start: int, item: Item) -> bool:
    """ "o dono da Toca do Urso me indicou vocês"."""
    return (
        _OTHERS_PLACE.search(message.before(start, 8)) is not None
        and _OTHERS_DOING.match(message.folded, item.end) is not None
    )


def _acceptable(message: Said, item: Item) -> bool:
    words = fold(str(item.value)).replace("'", " ").split()
    if (
        any(word in NO_COMPANY for word in words)
        or (len(words) == 1 and words[0] in _DIRECTIONS)
        or not any(len(word) > 1 and word not in PARTICLES for word in words)
    ):
        return False
    if len(words) == 1 and words[0] in TREATMENTS:
        return False
    plain = [word for word in words if word not in COMPANY_TYPES and word not in PLAIN_TYPES and word not in PARTICLES]
    if not plain and len(words) < 2:
        return False
    before = message.before(item.start, 45)
    if _REJECT_BEFORE.search(before) or _PAST.search(before):
        return False
    if _OF_OTHERS_AFTER.match(message.folded, item.end):
        return False
    if _EMPLOYED.search(before) and _OWN_PURCHASE.search(message.folded, item.end):
        return False
    if re.match(r"(?:bom dia|boa (?:tarde|noite))\b", fold(str(item.value))):
        return False
    head, _, last = str(item.value).rpartition(" ")
    placed = municipalities.state(last) is not None and municipalities.find(head) is not None
    return not placed and municipalities.find(str(item.value)) is None and municipalities.state(str(item.value)) is None


def _read(message: Said, position: int, *, lower: bool) -> Item | None:
    """The name that starts at a position: capitalised words and what joins them; any words when `lower`."""
    words = message.words_from(position, MAX_WORDS + 2)
    if not words or message.folded[position : words[0].start].strip(" \"“'&"):
        return None
    capital = not message.shouted and words[0].capitalised
    if not capital and not lower:
        kind = words[0].text in COMPANY_TYPES and words[0].text not in PRODUCT_TYPES
        if not (kind and len(words) > 1 and words[1].capitalised and not message.shouted):
            return None
    return sequence(message, words, free=not capital and lower, stated=lower)
