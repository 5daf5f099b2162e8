"""What the lead said about themselves: field, value, and the literal words it was said with."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.model import products
from sandbox.model.brief import Brief, Line
from sandbox.model.places import CITIES, STATES, UFS
from sandbox.model.text import fold
from sandbox.model.volume import find_volume

_UPPER = "A-ZÁÀÂÃÉÊÍÓÔÕÚÇ"
_WORD = rf"[{_UPPER}][\w'’.-]*"
_PROPER = rf"{_WORD}(?:\s+(?:d[aeo]s?\s+|e\s+|&\s*)?{_WORD}){{0,4}}"
_NAME_WORD = rf"[{_UPPER}][^\W\d_]*(?:['’][^\W\d_]+)?(?![\w])"
_NAME = rf"{_NAME_WORD}(?:\s+(?:d[aeo]s?\s+)?{_NAME_WORD}){{0,3}}"
_TRADE = (
    r"(?:restaurante|hamburgueria|casa de carnes?|a[cç]ougue|frigor[ií]fico|padaria|supermercado|mercado|mercadinho|"
    r"lanchonete|lanches|distribuidora|churrascaria|pizzaria|atacado|granja|fazenda|burger|burguer|espetaria|"
    r"cozinha|boutique de carnes?|empório|emporio|rede|grupo|ind[uú]stria|bar|cantina|food truck|doceria)"
)
_NOT_NAMES = frozenset(
    """dono dona de do da um uma o a socio socia gerente comprador compradora responsavel cliente aposentado aposentada
    estudante dev paulista mineiro carioca gaucho novo nova so aqui eu bom boa oi ola voces daqui proprietario
    proprietaria produtor empresario chef cozinheiro la ainda muito quem brasileiro""".split()
)
_COMMON = frozenset(
    """obrigado obrigada sim nao ok okay sair parar claro pode oi ola opa bom boa dia tarde noite blz beleza valeu vlw
    certo isso entendi qual quanto quem como onde quando que hamburguer linguica espeto carne preco valor maquina
    formadora cortadora manual automatica kkk kkkk rs alo hello aham talvez depois hoje amanha urgente perfeito top
    show legal tchau combinado desculpa ah hum so teste nada""".split()
)
# How somebody begins who does not say the name of their company.
_EVASIVE = frozenset(
    "ainda sem prefiro vou vamos quero queria deixa posso nunca vc voce voces e mas eu estou to".split()
)
# A bare answer to "which of these?", by the question that was asked.
_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "stuffer": ((r"\b15\b", "ENS15"), (r"\b30\b", "ENS30")),
    "former": ((r"semi\w*", "FB300"), (r"\bmanual\b", "FBM100")),
    "mixer": tuple((rf"\b{size}(?!\d)", f"MIX{size}") for size in (25, 70, 140, 210)),
}
_SEGMENTS: tuple[tuple[str, str], ...] = (
    ("hamburgueria", r"hamburgueria|\bburgu?er\b|smash"),
    ("espetaria", r"espetaria|espetinhos?\b(?=.*\b(?:vendo|tenho|barraca))"),
    ("food_truck", r"food\s*truck|trailer"),
    ("dark_kitchen", r"dark\s*kitchen|so delivery"),
    ("churrascaria", r"churrascaria"),
    ("lanchonete", r"lanchonete|\blanches\b"),
    ("restaurante", r"restaurante|pizzaria"),
    ("padaria", r"padaria|panificadora"),
    ("acougue", r"acougue|casa de carnes?|boutique de carnes?|acougueir"),
    ("supermercado", r"supermercado|mercadinho|\bmercado\b(?! livre)|mercearia"),
    ("frigorifico", r"frigorifico|abatedouro"),
    ("distribuidora", r"distribuidora|atacad"),
    ("cozinha_industrial", r"cozinha industrial|refeicoes coletivas|marmit"),
    ("industria_alimentos", r"industria|fabrica de (?:aliment|hambur|congel)"),
    ("revenda", r"\brevend"),
)
_SEGMENT_CUE = re.compile(
    r"\b(?:tenho|temos|sou|somos|abr\w+|montar|minha|meu|nossa|nosso|do|da|na|no|numa|num|uma?|pra|para)\b"
)
_URGENT: tuple[tuple[str, str], ...] = (
    (
        "baixa",
        r"ano que vem|proximo ano|sem pressa|so (?:pesquisando|cotando|olhando)|pesquisando"
        r"|daqui (?:a )?(?:uns |umas )?(?:[4-9]|1[0-2]|quatro|cinco|seis|sete|oito)\s*mes|semestre que vem"
        r"|sem data|mais pra frente",
    ),
    (
        "media",
        r"(?:mes|o mes) que vem|proximo mes|(?:2|3|dois|tres)\s*mes(?:es)?\b|(?:45|60|90)\s*dias"
        r"|uns dois meses",
    ),
    (
        "alta",
        r"urgen|(?:pra|para) ontem|o quanto antes|o mais rapido|imediat"
        r"|(?:pra|para|ainda|nesse|neste|desse|deste|esse|este)\s*(?:esse |este |n?esse |n?este )?\bmes\b(?! que vem)"
        r"|ess[ea] semana|est[ea] semana|semana que vem|proxima semana"
        r"|(?:\b(?:[1-9]|[12]\d|30)|quinze|dez|vinte|trinta|cinco)\s*dias|logo\b(?=.*precis)|ja\b(?=.*precis)"
        r"|precis\w*.*\b(?:logo|ja|hoje|amanha)\b|fim do mes|final do mes",
    ),
)
_KNOWS: tuple[tuple[str, str], ...] = (
    (
        "nao",
        r"nunca ouvi falar|nao conhec\w+|nunca (?:comprei|vi)|primeira vez (?:que|aqui)"
        r"|conheci (?:agora|hoje)",
    ),
    (
        "sim",
        r"\bja (?:conhec|comprei|compramos|sou cliente|fui|tenho|falei)"
        r"|conheco (?:voces|a seleto|vcs|a marca)|(?:minha|nossa) (?:fb|se|ct|fbm|ens)\s*-?\d"
        r"|vi (?:voces|vcs|a seleto) na feira|falei com (?:o|a) \w+ ai|vendedor de (?:vcs|voces)"
        r"|liguei (?:pra|para) (?:vcs|voces)",
    ),
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CNPJ = re.compile(r"(?<![\w.])[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?\d{2}(?!\w)")
_PHONE = re.compile(r"(?<!\d)(?:\+?55\s*)?\(?([1-9]\d)\)?\s*(9?\d{4})[\s-]?(\d{4})(?!\d)")


@dataclass(frozen=True)
class Found:
    field: str
    value: str
    quote: str
    message: str


@dataclass(frozen=True)
class _Hit:
    value: str
    start: int
    end: int


def extract(brief: Brief) -> list[Found]:
    """Facts of the messages to be answered; of several values for a field the last one counts."""
    asked = _asked_for(brief)
    latest: dict[str, Found] = {}
    for line in brief.asked:
        for name, find in _FINDERS.items():
            for hit in find(line, asked):
                quote = line.text[hit.start : hit.end].strip()
                if quote:
                    latest[name] = Found(name, hit.value, quote, line.id)
    if "cidade" in latest and "uf" not in latest:
        known = CITIES.get(fold(latest["cidade"].value))
        if known and known[1]:
            city = latest["cidade"]
            latest["uf"] = Found("uf", known[1], city.quote, city.message)
    return [found for found in latest.values() if brief.known.get(found.field) != found.value]


def _asked_for(brief: Brief) -> str:
    """The field the agent's last message asked for, so that a bare answer can be understood."""
    last = next((line.text for line in reversed(brief.talk) if line.who == "agente"), "")
    folded = fold(last)
    cues = {
        "nome": r"com quem (?:eu )?falo|posso te chamar|seu nome",
        "empresa": r"nome da (?:sua )?empresa|empresa.*como se chama|qual empresa",
        "cidade": r"cidade|de onde",
        "uf": r"qual estado",
        "stuffer": r"15 kg ou a de 30 kg",
        "former": r"manual, semiautomatica ou automatica",
        "mixer": r"25, 70, 140 ou 210",
    }
    hits = [(found.start(), name) for name, cue in cues.items() for found in re.finditer(cue, folded)]
    return max(hits)[1] if hits else ""


def _names(line: Line, asked: str) -> Iterator[_Hit]:
    text = line.text
    cues = (
        (
            rf"(?i:me chamo|meu nome (?:é|e|eh)|nome (?:é|e)|aqui (?:é|e|eh) (?:o|a)|quem fala (?:é|e) (?:o"
            rf"|a)?)\s+({_NAME})"
        ),
        rf"(?i:\bsou (?:o|a)|\baqui é|(?<!você )(?<!voce )(?<!vc )\bé (?:o|a))\s+({_NAME})",
        rf"(?i:\bsou)\s+({_NAME})(?=[\s,.!]|$)",
        rf"^({_NAME})\s+(?i:aqui|falando)\b",
        rf"(?i:anotou \w+ mas (?:é|e))\s+({_NAME})",
        rf"({_NAME})\s+(?i:aqui d[aeo])\b",
    )
    for cue in cues:
        for found in re.finditer(cue, text):
            if _is_name(found[1]):
                yield _Hit(_trim_name(found[1]), found.start(), found.start(1) + len(_trim_name(found[1])))
                return
    lower = re.search(r"(?i)(?:me chamo|meu nome (?:é|e|eh))\s+([^\W\d_]{2,20})", text)
    if lower and _is_name(lower[1]):
        yield _Hit(lower[1].capitalize(), lower.start(), lower.end())
        return
    bare = re.sub(r"(?i)[\s,.!…]*(?:\bk{2,}|\brs+|\b(?:ha){2,})?[^\w)]*$", "", text).strip(" .!,")
    if asked == "nome" and _bare_name(bare):
        start = text.index(bare)
        yield _Hit(
            " ".join(part.capitalize() if part.islower() else part for part in bare.split()), start, start + len(bare)
        )


def _bare_name(value: str) -> bool:
    """An answer of nothing but a name: capitalised words, or one lower-case word that is no common reply."""
    if not re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+){0,3}", value) or not _is_name(value):
        return False
    parts = value.split()
    if {part.upper() for part in parts[1:]} & UFS or any(fold(part) in _COMMON for part in parts):
        return False
    return all(
        part[0].isupper() and not part.isupper() for part in parts if fold(part) not in ("de", "da", "do", "dos")
    ) or (len(parts) == 1 and len(value) > 2)


def _is_name(value: str) -> bool:
    first = fold(value).split()[0]
    return (
        first not in _NOT_NAMES
        and fold(value) not in CITIES
        and not re.match(_TRADE, fold(value))
        and not products.mentioned(fold(value))
    )


def _trim_name(value: str) -> str:
    """Stop where a company begins: "Patrícia do Restaurante X" is Patrícia."""
    return re.split(rf"\s+d[aeo]s?\s+(?=(?i:{_TRADE}))", value)[0].rstrip(".,")


def _companies(line: Line, asked: str) -> Iterator[_Hit]:
    text = line.text
    cues = (
        rf"\b((?i:{_TRADE})\s+(?:d[aeo]s?\s+)?{_PROPER})",
        rf"({_PROPER}\s+(?:Lanches|Burger|Burguer|Ltda|LTDA|Alimentos|Carnes|Foods?|Grill)\b(?:\s+(?:Ltda|LTDA|ME|SA))?)",
        rf"(?i:empresa|loja|estabelecimento)\s+(?i:é|e|se chama|chama)\s+(?:a |o )?({_PROPER})",
        rf"(?i:razão social|razao social|da empresa)\s*:?\s+({_PROPER})",
    )
    for cue in cues:
        if found := re.search(cue, text):
            value = re.split(r"\s+(?:de|em)\s+(?=[A-ZÁÉÍÓÚÂÊÔÃÕÇ][\w\s]*$)", found[1])
            name = found[1] if len(value) == 1 or fold(value[-1]) not in CITIES else value[0]
            yield _Hit(name.rstrip(".,"), found.start(1), found.start(1) + len(name))
            return
    bare = text.strip(" .!…")
    if asked == "empresa" and _bare_company(bare):
        yield _Hit(bare, text.index(bare), text.index(bare) + len(bare))


def _bare_company(value: str) -> bool:
    """An answer of nothing but a company's name."""
    parts = fold(value).split()
    short = 2 <= len(value) <= 60 and len(parts) <= 5
    return short and parts[0] not in _COMMON | _EVASIVE and not re.search(r"[?\d]", value)


def _cities(line: Line, asked: str) -> Iterator[_Hit]:
    """A city after a preposition, with its state, or alone as the answer to a question."""
    text, folded = line.text, fold(line.text)
    company = next(iter(_companies(line, "")), None)
    outside = [hit for hit in _known_cities(folded) if company is None or not company.start <= hit.start < company.end]
    placed = [hit for hit in outside if _placed(folded, hit, asked)]
    if placed:
        lived = [hit for hit in placed if not re.search(r"\bmor(?:o|amos) (?:em|no|na) $", folded[: hit.start])]
        yield (lived or placed)[-1]
        return
    written = re.search(
        (
            rf"(?i:\bsou d[aeo]|\bfalo d[aeo]|\bem|\bcidade de"
            rf"|\bde)\s+({_WORD}(?:\s+(?:d[aeo]s?\s+)?{_WORD}){{0,3}})\s*(?:/|-|,)?\s*\b([A-Z]{{2}})\b"
        ),
        text,
    )
    if written and written[2] in UFS:
        yield _Hit(written[1], written.start(1), written.end(1))
        return
    alone = re.search(rf"(?i:\bsou d[aeo])\s+({_WORD}(?:\s+(?:d[aeo]s?\s+)?{_WORD}){{0,3}})", text)
    if alone and fold(alone[1]) not in STATES and not re.match(_TRADE, fold(alone[1])):
        yield _Hit(alone[1], alone.start(1), alone.end(1))


def _known_cities(folded: str) -> Iterator[_Hit]:
    """Known names, the longest at each place."""
    parts = [found.span() for found in re.finditer(r"[a-z][a-z'-]*", folded)]
    index = 0
    while index < len(parts):
        for size in range(min(5, len(parts) - index), 0, -1):
            left, right = parts[index][0], parts[index + size - 1][1]
            known = CITIES.get(folded[left:right])
            if known:
                yield _Hit(known[0], left, right)
                index += size - 1
                break
        index += 1


def _placed(folded: str, hit: _Hit, asked: str) -> bool:
    before, after = folded[: hit.start], folded[hit.end :]
    if re.search(
        r"(?:\bem|\bde|\bdo|\bda|\bno|\bna|\bpra|\bpara|cidade|aqui e|fica(?:mos)?(?: em)?|,|/|-|\()\s*$", before
    ):
        return not re.search(r"\b(?:rua|avenida|av|bairro|praca|nao a d[eo])\s+(?:d[aeo]\s+)?$|santa rita d$", before)
    if re.match(r"\s*[/,(-]?\s*(?:" + "|".join(UFS).lower() + r")\b", after):
        return True
    return asked in ("cidade", "uf") or (not before.strip(" \n") and len(folded.split()) <= 4)


def _states(line: Line, asked: str) -> Iterator[_Hit]:
    text, folded = line.text, fold(line.text)
    city = next(iter(_cities(line, asked)), None)
    if city is not None:
        near = re.match(r"\s*[/,(-]?\s*(?:no |em )?([A-Za-z]{2})\b(?!\w)", text[city.end :])
        if near and near[1].upper() in UFS and (near[1].isupper() or re.match(r"\s*[/(-]", text[city.end :])):
            yield _Hit(near[1].upper(), city.start, city.end + near.end())
            return
    for name in sorted(STATES, key=len, reverse=True):
        pattern = rf"\b(?:no|em|do|de|estado d[eo])\s+{name}\b"
        found = re.search(pattern, folded)
        if name not in ("para", "minas") and found and not re.search(r"\bnao (?:a|o) $", folded[: found.start()]):
            if name in CITIES and STATES[name] != "MT":
                continue
            yield _Hit(STATES[name], found.start(), found.end())
            return
    bare = text.strip(" .!")
    if bare.upper() in UFS and (asked in ("uf", "cidade") or bare.isupper()):
        yield _Hit(bare.upper(), text.index(bare), text.index(bare) + len(bare))


def _machines(line: Line, asked: str) -> Iterator[_Hit]:
    folded = fold(line.text)
    codes = products.wanted(folded)
    for pattern, meaning in _CHOICES.get(asked, ()):
        if not codes and (chosen := re.search(pattern, folded)):
            yield _Hit(meaning, *chosen.span())
            return
    wanted = re.search(r"(?:prefiro|quero|fico com|melhor)\s+(?:mesmo\s+)?(?:a|o)\b", folded)
    if wanted:
        later = [code for code in codes if (span := products.span_of(folded, code)) and span[0] >= wanted.start()]
        codes = later or codes
    for code in codes[:1]:
        if span := products.span_of(folded, code):
            yield _Hit(code, *span)


def _volumes(line: Line, asked: str) -> Iterator[_Hit]:
    if found := find_volume(line.text):
        value, start, end = found
        yield _Hit(value, start, end)


def _by_pattern(table: tuple[tuple[str, str], ...]) -> Callable[[Line, str], Iterator[_Hit]]:
    compiled = [(value, re.compile(pattern)) for value, pattern in table]

    def find(line: Line, asked: str) -> Iterator[_Hit]:
        folded = fold(line.text)
        for value, pattern in compiled:
            if found := pattern.search(folded):
                yield _Hit(value, found.start(), found.end())
                return

    return find


def _segments(line: Line, asked: str) -> Iterator[_Hit]:
    folded = fold(line.text)
    for hit in _by_pattern(_SEGMENTS)(line, asked):
        if _SEGMENT_CUE.search(folded[: hit.start]) or asked == "segmento" or next(iter(_companies(line, "")), None):
            yield hit


def _emails(line: Line, asked: str) -> Iterator[_Hit]:
    if found := _EMAIL.search(line.text):
        yield _Hit(found[0].lower().rstrip("."), found.start(), found.end())


def _cnpjs(line: Line, asked: str) -> Iterator[_Hit]:
    for found in _CNPJ.finditer(line.text):
        plain = re.sub(r"[./-]", "", found[0]).upper()
        others = re.search(r"(?i)cnpj (?:d[ao] (?!empresa|firma|loja|minha)\w+|antigo)\s*$", line.text[: found.start()])
        if _valid_cnpj(plain) and not others:
            yield _Hit(plain, found.start(), found.end())


def _valid_cnpj(plain: str) -> bool:
    """Check digits over ASCII code minus 48 (domain.md, Identifiers)."""
    if len(set(plain)) == 1:
        return False
    for size in (12, 13):
        weights = [2 + (size - 1 - index) % 8 for index in range(size)]
        rest = sum((ord(letter) - 48) * weight for letter, weight in zip(plain, weights, strict=False)) % 11
        if plain[size] != str(0 if rest < 2 else 11 - rest):
            return False
    return True


def _phones(line: Line, asked: str) -> Iterator[_Hit]:
    spans = [found.span() for found in _CNPJ.finditer(line.text)]
    for found in _PHONE.finditer(line.text):
        if not any(start <= found.start() < end for start, end in spans):
            yield _Hit(f"+55{found[1]}{found[2]}{found[3]}", found.start(), found.end())


_FINDERS: dict[str, Callable[[Line, str], Iterator[_Hit]]] = {
    "nome": _names,
    "empresa": _companies,
    "cidade": _cities,
    "uf": _states,
    "produto": _machines,
    "volume": _volumes,
    "urgencia": _by_pattern(_URGENT),
    "cnpj": _cnpjs,
    "email": _emails,
    "telefone": _phones,
    "conhece_seleto": _by_pattern(_KNOWS),
    "segmento": _segments,
}
