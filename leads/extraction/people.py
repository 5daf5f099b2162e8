"""The writer's own name, as given: precision before recall."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leads import municipalities
from leads.extraction.lexicon import (
    COMPANY_TYPES,
    ENDINGS,
    JOKES,
    NOT_FIRST,
    ORDINARY,
    PLAIN_TYPES,
    TREATMENTS,
    first_names,
    surnames,
)
from leads.extraction.said import Item, Said, Word, corrects
from seleto.lib.text.fold import fold

_RELATION = (
    r"esposa|marido|filh[oa]|mulher|irma|irmao|pai|mae|soci[oa]|gerente|secretaria|cunhad[oa]|sogr[oa]"
    r"|noiv[oa]|namorad[oa]|comprador\w*|espos[oa]|prim[oa]|ti[oa]|"
    r"encarregad[oa]|funcionari[oa]|chef|cozinheir[oa]|dono|dona|responsavel|administrador\w*|sobrinh[oa]"
    r"|diretor\w*|assistente|nutricionista|engenheir[oa]|supervisor\w*|coordenador\w*|estagiari[oa]"
)
_STRONG = re.compile(
    rf"\b(?:o (?:meu )?nome (?:mesmo|real|verdadeiro|de verdade|de batismo|completo|todo)(?: e| eh)"
    rf"|me chamo|chamo-me|(?:^|[,;.\n])\s*chamo(?= )"
    rf"|meu nome(?: completo)?(?: e| eh|:|\?)?|(?:quem (?:esta "
    rf"|ta )?fal(?:a"
    rf"|ando)(?: aqui)?|aqui quem fala|quem escreve)(?: e| eh)? (?:(?:o|a) (?:{_RELATION})\b(?: d[oae] \w+)?,? ?)?|"
    rf"(?:^|[\n,;.])\s*nome(?: completo)?\s*(?::|-|e|eh)|att\.?,?|atenciosamente,?|ass[.:]|assinado:?(?= )"
    rf"|(?:resp\.?|responsavel|contato|comprador|proprietari[oa]|solicitante)\s*:)\s*[-:]?\s*(?:o |a )?"
)
_HERE = re.compile(
    rf"(?:(?:^|[,;.\n])\s*nome\s+(?=\w))|\b(?:a(?:qu|k)i (?:e|eh|fala)|eu sou|sou|quem fala e|e|eh"
    rf"|fala(?:ndo)?(?: aqui)?|eu(?: mesm[oa])?,)\s+(?:eu(?: mesm[oa])?,?\s*)?(?:(?:o"
    rf"|a)\s+)?(?:(?:{_RELATION})\b,?\s+)?(?=\w)"
)
_CONTACT = re.compile(
    rf"\b(?:(?:pode|podem|podes|favor|melhor|so|deve\w*|^|[,;.\n]) ?(?:falar|tratar|conversar|chamar|procurar"
    rf"|ligar)(?: direto)? ?(?:com|por|pra|para|pro)?|fal(?:a|e|em) com|trat(?:a|e|em) com|procur(?:a|e|em"
    rf"|ar)(?: por| pel[oa])?|(?:agora )?quem (?:decide|compra|cuida|resolve|manda|vai (?:tratar|falar"
    rf"|responder|atender|conversar|assumir|cuidar"
    rf"|resolver|ver)|responde|trata)(?: \w+){{0,3}}? e|"
    rf"o responsavel(?: pel[oa]s? compras?)? e|a responsavel(?: pel[oa]s? compras?)? e|contato(?: e|:)?"
    rf"|o contato (?:certo )?e|agora (?:quem (?:ta |esta )?fala(?:ndo)? )?e|assumindo (?:aqui)?"
    rf"|(?:vai|vao|quem) (?:falar|conversar|tratar|resolver|comprar|chamar)[^.!?\n]{{0,40}}nome del[ea] e"
    rf"|chama(?= [oa] ))\s+(?:com\s+)?(?:(?:o|a)\s+)?(?:(?:minha|meu|nosso"
    rf"|nossa)\s+)?(?:(?:{_RELATION})\b[,:]?\s+)?(?:(?:o|a)\s+)?"
)
_OF_RELATIVE = re.compile(
    rf"\b(?:aqui|quem (?:escreve|fala)|e|eh|sou)(?: (?:e|eh|fala))? (?:a"
    rf"|o) (?:{_RELATION})\b d[oae]s? (?:\w+\.? )?[a-z]+[,:]\s+(?:(?:me chamo|meu nome e|a|o|sou a"
    rf"|sou o)\s+)?"
)
_RECORDED = re.compile(
    r"\b(?:(?:poe|bot\w+|coloc\w+|emit\w+|fatur\w+|faz\w*)(?: ai)? n?o nome d[aeo](?: (?:minha|meu) \w+,)?"
    r"|(?:no |meu )?(?:cadastro|registro|contrato|nota|ficha|papel|documento|rg|identidade|certidao"
    r"|batismo)\s+(?:\w+\s+)?(?:poe|bota|coloc\w+|fica|sai|esta|ta|e)"
    r"|(?:poe|bota|coloc\w+|registr\w+|cadastr\w+|anot\w+|salv\w+)(?:\s+(?:ai|no cadastro|no sistema|como|meu"
    r"|em|o|no))*\s+nome(?: completo)?|(?:anot|escrev|registr|cadastr)\w+(?: ai)?(?=:)"
    r"|ja (?:falei|disse|passei|informei|mandei)(?=:))"
    r"\s*:?\s+(?:(?:como|o|a|em|no|nome|de|e|eh)\s+)*(?=\w)"
)
_TOLD_TO_NOTE = re.compile(
    r"\b(?:o )?meu (?:e|eh) (?=\w)|\bmas (?:e|eh) (?=\w+(?: \w+){1,3}\W*$)"
    r"|\b(?:na verdade|alias|corrigindo|quer dizer),? (?=\w+(?: \w+){0,3}\W*$)"
    r"|\b(?:anot|registr|cadastr|salv)(?:a|ar|e|em)(?: ai| o nome| como| meu nome)*\s+(?=\w)"
)
_SPELLED = re.compile(
    r"^\W*(?:(?:e|eh|sou|meu nome e|me chamo|(?:se )?escrev\w+|anota|poe)\s+(?:[oa]\s+)?)?"
    r"(?=[a-z]+(?: [a-z]+)?,? (?:com|sem|c/|s/) (?:(?:o )?(?:dois|duas|\d) [a-z]\b(?! \w)|acento|til|th\b|ph\b|aga\b"
    r"|ipsilon|[chywkznltsg]\b))"
)
_NICKNAMED = re.compile(r"(?<!nao )\b(?:me cham\w+ de|pode\w* chamar de|conhecid[oa] (?:como|por))\s+(?:o |a )?(?=\w)")
_RENAMED = re.compile(
    r"\b(?:(?:meu nome e|me chamo|sou (?:o |a )?)\s*[a-z]+,? nao,? (?=[a-z])|n(?:ao)? (?:e|sou|me chamo) (?:o "
    r"|a )?[a-z]+(?: [a-z]+)?\W+(?:e sim|e|eh|sou|meu nome e) (?:o |a )?"
    r"|(?:anotou|escreveu|chamou|botou|colocou|salvou)[^.!?\n]{0,30}\bmas (?:o certo |o correto )?(?:e|eh"
    r"|sou|meu nome e) (?:o |a )?|"
    r"(?:nome certo|nome correto|o certo|na verdade (?:me chamo|sou|e|meu nome e)) ?(?:e|eh|:)? (?:o |a )?)"
)
_THIRD = re.compile(
    rf"\b(?:vendedor\w*|consultor\w*|atendente|tecnic[oa]|representante|cliente|amig[oa]|vizinh[oa]"
    rf"|indicac\w+|{_RELATION}|conhecid[oa]|funcionari[oa]|entregador|rapaz|moca|pessoal"
    rf"|equipe)\b[^.!?\n]{{0,25}}$|"
    r"\b(?:falei|falamos|conversei|falar|com o|com a|pelo|pela|do|da|dos|pro|pra|ao|obrigad[oa]|valeu|oi|ola"
    r"|bom dia|boa tarde|boa noite|e ai|fala)\s*,?\s*$"
)
_GREETED = re.compile(r"\W*(?:(?:oi+e?|ola|opa|bom dia|boa tarde|boa noite|e ai|tudo bem)\W+)+")
_SENT = re.compile(
    r"\b(?:abs|abraco\w*|grat[oa]|at\.?te|att|atenciosamente|cordialmente|prazer|forte abraco)[\s,.!:-]+$"
)
_PRESENT = re.compile(
    r"(?<!\bto)(?<!\bta)(?<!\bestou)(?<!\bestamos)(?<!\bquem)\s+(?:falando|a(?:qu|k)i(?: d[eoa]s?\b.*| em\b.*)?"
    r"|mesm[oa]|por aqui|n[ao] (?:linha|escuta|area|voz|telefone|zap|comando))$"
)
_PRESENT_REACH = 80  # characters; looking through all that was said before would be work for each stretch
_ROLE = re.compile(rf"\W*(?:sou )?(?:[oa] )?(?:{_RELATION}|proprietari[oa]|compras|vendas|d[oa] (?!outro|resto))\b")
_CALLED_TO = re.compile(r"\W*(?:bom dia|boa (?:tarde|noite)|oi\b|ola\b|tudo (?:bem|bom)|tudo certo|obrigad|por favor)")
_ADDRESSED = re.compile(
    r"\b(?:bom dia|boa (?:tarde|noite)|tudo|voces?|vcs?|pode\w*|me|qual|quant\w+|obrigad[oa]|blz|beleza|como"
    r"|quero|queria|preciso|tem|sim|nao|ok)\b|\?"
)
_INJECTED = re.compile(
    r"\bignore\b|\bignora\b|\binstruc\w+\b|\bsystem\b|\bprompt\b|</|<\w|\{\{|\}\}|\[\[|\bjson\b"
    r"|\bset \w+\s*=|\bdrop table\b"
)
_TREATED = re.compile(rf"\b(?:{'|'.join(sorted(TREATMENTS))})\.?\s+$")
_DENIED = re.compile(r"\bn(?:ao)?\s+$")
_MISTAKEN = re.compile(r"\b(?:err\w+|engan\w+|trocou|confundiu)\W*$")
_ONLY_NAME = re.compile(r"\W*eh?\s+\w+(?: \w+)?\W*")
_ASKED_BACK = re.compile(r"\b(?:qual (?:e )?o seu|e o seu|com quem (?:eu )?falo|e voce|e vc)\b")
_LAUGH = re.compile(r"k{2,}|(?:ha){2,}h?|(?:rs)+|(?:he){2,}")
_PARTICLES = frozenset("de da do das dos".split())
_AFTER_PARTICLE = frozenset("dores gloria graca luz silva".split())
_SUFFIXES = frozenset("filho neto junior sobrinho".split())
_MAX_WORDS = 6


@dataclass(frozen=True, slots=True)
class _Candidate:
    item: Item
    rank: int  # 4 corrected or the contact, 3 stated, 2 "sou o ...", 1 stands alone in a list
    words: int


def name(said: Sequence[Said], taken: Sequence[tuple[int, int, int]]) -> Item | None:
    """The longest form given; a correction, the contact named or who takes over comes first."""
    found: list[_Candidate] = []
    for message in said:
        if not _INJECTED.search(message.folded):
            found += [candidate for candidate in _in_message(message, len(said)) if not _inside(candidate.item, taken)]
    if not found:
        return None
    chosen = found[0]
    for candidate in found[1:]:
        if _better(said, chosen, candidate):
            chosen = candidate
    return _longest(said, chosen)


def _longest(said: Sequence[Said], chosen: _Candidate) -> Item:
    """The name as a lead says it again with more of it: "sou o Ugo ... Ugo Bellini"."""
    if chosen.words > 1:
        return chosen.item
    first = fold(str(chosen.item.value))
    for message in said:
        for place, word in enumerate(message.words):
            read = _extend(message, message.words[place:]) if word.capitalised and not message.shouted else None
            if (
                read
                and read[1] > 1
                and (
                    word.text == first
                    or (
                        word.text in first_names()
                        and first in _SUFFIXES
                        and fold(str(read[0].value)).endswith(f" {first}")
                    )
                )
            ):
                return read[0]
    return chosen.item


def _inside(item: Item, taken: Sequence[tuple[int, int, int]]) -> bool:
    return any(message == item.message and start <= item.start < end for message, start, end in taken)


def _better(said: Sequence[Said], chosen: _Candidate, candidate: _Candidate) -> bool:
    mine, theirs = (fold(str(each.item.value)).split() for each in (chosen, candidate))
    related = mine[0][:3] == theirs[0][:3]
    if related and chosen.rank < 4:
        return candidate.words > chosen.words
    if candidate.rank != chosen.rank:
        return candidate.rank > chosen.rank and not (candidate.rank == 3 and chosen.rank == 4)
    if candidate.rank == 3 and chosen.words == 1 < candidate.words and candidate.item.message == chosen.item.message:
        return True  # "meu nome é Zé, mas na nota é José Carlos Brandão"
    return corrects(said, chosen.item, candidate.item)


def _in_message(message: Said, messages: int) -> Iterator[_Candidate]:
    for pattern, rank, strong in (
        (_RENAMED, 4, False), (_OF_RELATIVE, 4, True), (_CONTACT, 4, False), (_STRONG, 3, True),
        (_RECORDED, 3, False), (_TOLD_TO_NOTE, 2, False), (_SPELLED, 2, False), (_NICKNAMED, 0, False),
        (_HERE, 2, False),
    ):  # fmt: skip
        for match in pattern.finditer(message.folded):
            if pattern is _HERE and not _introduces(message, match):
                continue
            if pattern is _STRONG and _DENIED.search(message.before(match.start(), 12)):
                continue
            if pattern is _TOLD_TO_NOTE and not _opens_with_name(message, match.end()):
                continue
            if (
                rank == 4
                and pattern is _CONTACT
                and re.search(
                    r"\b(?:quero|queria|gostaria|posso|preciso|poderia|falei|ja|ficou de|como|eu)\s+(?:de\s+)?$",
                    message.before(match.start(), 20),
                )
            ):
                continue
            read = _read(message, match.end(), strong=strong)
            if read and not _at_seleto(message, read[0].end):
                yield _Candidate(read[0], rank, read[1])
    yield from _in_segments(message, messages)


def _opens_with_name(message: Said, position: int) -> bool:
    """Whether a known first name stands there, and not a city ("aliás, Aparecida de Goiânia")."""
    words = message.words_from(position, 1)
    rest = message.text[words[0].start :].strip(" .!") if words else ""
    return bool(words) and words[0].text in first_names() and municipalities.find(rest) is None


def _at_seleto(message: Said, end: int) -> bool:
    return (
        re.match(r"\s*(?:,\s*)?(?:(?:a[ií]|daqui)\s*)?(?:d[aeo]\s+)?(?:seleto|voces|vcs|vc|ai\b)", message.folded[end:])
        is not None
    )


def _introduces(message: Said, match: re.Match[str]) -> bool:
    """ "é o Rogério" introduces at the start of a thought; elsewhere "é" joins anything."""
    if match.group().startswith("aqui") and re.search(r"\b[oa] \w+ $", message.before(match.start(), 30)):
        return False
    itself = re.match(r"eh?\s+eu\b", match.group()) is not None
    if itself or match.group().split()[0] not in ("e", "eh", "fala", "falando"):
        return not re.search(r"\b(?:nao|nem|que|quem|se|quando)\s+(?:eu\s+)?$", message.before(match.start(), 15))
    before = message.folded[: match.start()].strip()
    if match.group().split()[0] in ("fala", "falando"):
        return (before == "" or before[-1] in ".!?\n,") and re.match(
            r"fala(?:ndo)?(?: aqui)?\s+(?:o|a)\s", match.group()
        ) is not None
    if message.words[1:] and message.words[1].text in first_names() and _ONLY_NAME.fullmatch(message.folded):
        return True
    if _MISTAKEN.search(before):
        return True
    starts = re.search(r"(?:^|[,.!?\n]|\b(?:oi|ola|opa|bom dia|boa tarde|boa noite|aqui))$", before) is not None
    return starts and re.match(r"eh?\s+(?:o|a)\s", match.group()) is not None


def _read(message: Said, position: int, *, strong: bool) -> tuple[Item, int] | None:
    """The name that starts at a position, treatments skipped; None when the words there are no name."""
    words = message.words_from(position, 2 * _MAX_WORDS)
    place = 0
    while place < len(words) and (words[place].text in TREATMENTS or words[place].text in ("o", "a")):
        place += 1
        if place >= 3:
            return None
    if place >= len(words) or message.folded[position : words[0].start].strip(" \"'*_“-"):
        return None
    first = words[place]
    if place and message.folded[words[place - 1].end : first.start].strip(" ."):
        return None
    treated = place > 0 and words[place - 1].text in TREATMENTS
    if not _is_first(message, first, strong=strong or treated):
        return None
    return _extend(message, words[place:])


def _is_first(message: Said, word: Word, *, strong: bool) -> bool:
    text = word.text
    if (
        (not text.isalpha() and "'" not in text)
        or text in JOKES
        or text in NOT_FIRST
        or len(text) < 2
        or _LAUGH.fullmatch(text)
    ):
        return False
    if text in COMPANY_TYPES or text in PLAIN_TYPES or text in ENDINGS:
        return False
    if text in first_names():
        return True
    if municipalities.state(text) or (municipalities.find(word.raw) and not strong):
        return False
    capital = word.capitalised and not message.shouted
    return (strong and len(text) > 2) or (
        capital and len(text) > 2 and text not in surnames() and not word.raw.isupper()
    )


def _extend(message: Said, words: Sequence[Word]) -> tuple[Item, int] | None:
    taken = [words[0]]
    for place, word in enumerate(words[1:_MAX_WORDS], start=1):
        if message.folded[taken[-1].end : word.start] != " ":
            break
        if word.text in _PARTICLES or (word.text == "e" and taken[-1].text in surnames()):
            following = words[place + 1] if place + 1 < len(words) else None
            if following is None or not (following.text in surnames() or following.text in _AFTER_PARTICLE):
                break
            if message.folded[word.end : following.start] != " ":
                break
        elif not _continues(message, word):
            break
        taken.append(word)
    value = message.text[taken[0].start : taken[-1].end]
    if message.shouted or value.islower():
        value = " ".join(part.lower() if fold(part) in _PARTICLES else part.capitalize() for part in value.split())
    count = sum(word.text not in _PARTICLES for word in taken)
    return message.item("nome", value, taken[0].start, taken[-1].end, 0.9), count


def _continues(message: Said, word: Word) -> bool:
    text = word.text
    if text in _SUFFIXES and word.capitalised:
        return True
    if text in COMPANY_TYPES or text in PLAIN_TYPES or text in ENDINGS or text in NOT_FIRST or not text.isalpha():
        return False
    if word.capitalised and not message.shouted:
        return not word.raw.isupper() or len(text) > 3
    return text in surnames() or text in first_names()


def _in_segments(message: Said, messages: int) -> Iterator[_Candidate]:
    """A stretch of a list that is nothing but a name, "Seu Antônio falando", a signature."""
    segments = message.segments
    for start, end in segments:
        words = message.words_within(start, end)
        presence = _PRESENT.search(message.folded, max(0, end - _PRESENT_REACH), end)
        announced = presence is not None and presence.start() > start
        if announced and presence:
            words = [word for word in words if word.start < presence.start()]
        treated = False
        while words and (words[0].text in TREATMENTS or (announced and words[0].text in ("o", "a", "e"))):
            treated = words[0].text in TREATMENTS
            words = words[1:]
        if start == segments[0][0] or _GREETED.fullmatch(message.folded[:start]):
            shortened = _before_company(words)
            announced = announced or len(shortened) < len(words)
            words = shortened
        if not words or not _is_listed_name(message, words, announced=announced or treated):
            continue
        before = message.folded[:start]
        if _CALLED_TO.match(message.folded, end) and not announced:
            continue
        role = len(words) > 1 and _ROLE.match(message.folded, end) is not None
        if not (announced or role) and _THIRD.search(before[-60:]) and not _SENT.search(before):
            continue
        read = _extend(message, words)
        if read is None or read[0].end != words[-1].end:
            continue
        alone = len(segments) == 1 and not before.strip()
        opens = start == segments[0][0] and len(segments) == 2 and not _ADDRESSED.search(message.folded[end:])
        single_ok = (
            opens
            or announced
            or treated
            or (alone and messages > 1)
            or _SENT.search(before)
            or (alone and messages == 1)
            or len(segments) > 2
            or (start == segments[0][0] and _ASKED_BACK.search(message.folded[end:]))
            or (end == segments[-1][1] and re.search(r"\d{4}[-. ]?\d{4}|@", before))
        )
        if read[1] > 1 or single_ok:
            yield _Candidate(read[0], 3 if role else 2 if announced else 1, read[1])


def _before_company(words: list[Word]) -> list[Word]:
    """ "José do Açougue Central", "Rogério da Brasa Viva": the person in front of the company."""
    for place, word in enumerate(words[1:-1], start=1):
        following = words[place + 1]
        if word.text == "de" and municipalities.find(" ".join(each.raw for each in words[place + 1 :])):
            return words if municipalities.find(" ".join(each.raw for each in words)) else words[:place]
        if word.text not in ("da", "do") or following.text in surnames() or following.text in JOKES:
            continue
        if following.text in COMPANY_TYPES or following.text in PLAIN_TYPES or following.capitalised:
            return words[:place]
    return words


def _is_listed_name(message: Said, words: Sequence[Word], *, announced: bool) -> bool:
    first = words[0]
    if announced and len(words) == 1 and first.capitalised and first.text in surnames():
        return True
    treated = (
        announced
        and first.capitalised
        and _TREATED.search(message.folded[max(0, first.start - 20) : first.start]) is not None
    )
    if not (first.text in first_names() or treated) or first.text in NOT_FIRST or first.text in JOKES:
        return False
    text = message.text[first.start : words[-1].end]
    if municipalities.find(text) or municipalities.state(text):
        return announced and len(words) == 1
    if any(word.text in COMPANY_TYPES or word.text in ENDINGS or word.text in PLAIN_TYPES for word in words):
        return False
    alone = message.folded.strip(" .!") == first.text and len(first.text) > 3 and first.text not in ORDINARY
    return len(words) > 1 or announced or first.capitalised or alone
