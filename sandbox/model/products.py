"""Recognising machines in what people write. Patterns run over folded text."""

import re

NAMES = {
    "FBM100": "FBM100",
    "FB300": "FB300",
    "FB700": "FB700",
    "SMARTPRO": "SE SmartPro",
    "SE3000": "SE3000",
    "SE6000": "SE6000",
    "CT200": "CT200",
    "FS150": "FS150",
    "ENS15": "ensacadeira de 15 kg",
    "ENS30": "ensacadeira de 30 kg",
    "EPE1200": "EPE1200",
    "LINHA_FB700": "linha automática com a FB700",
    "LINHA_ESPETO": "linha de espetos",
    "MIX25": "misturador de 25 L",
    "MIX70": "misturador de 70 L",
    "MIX140": "misturador de 140 L",
    "MIX210": "misturador de 210 L",
}
_KG_OF_MIXER = {"18": "MIX25", "50": "MIX70", "100": "MIX140", "150": "MIX210"}

_MODELS: tuple[tuple[str, str], ...] = (
    ("LINHA_FB700", r"linha\s+automatica\s*(?:\+|com|da|e)?\s*(?:a\s+)?fb\s*-?\s*700"),
    ("FBM100", r"\bfbm\s*-?\s*100\b|\bfbm\b"),
    ("FB300", r"\bfb\s*-?\s*300\b"),
    ("FB700", r"\bfb\s*-?\s*700\b"),
    ("SMARTPRO", r"\bsmart\s*-?\s*pro\b"),
    ("SE3000", r"\bse\s*-?\s*3000\b"),
    ("SE6000", r"\bse\s*-?\s*6000\b"),
    ("CT200", r"\bct\s*-?\s*200\b"),
    ("FS150", r"\bfs\s*-?\s*150\b"),
    ("ENS15", r"\bens\s*-?\s*15\b"),
    ("ENS30", r"\bens\s*-?\s*30\b"),
    ("EPE1200", r"\bepe(?:\s*-?\s*1200)?\b"),
)
_DESCRIPTIONS: tuple[tuple[str, str], ...] = (
    ("FB300", r"semi\s*-?\s*automatica"),
    ("FBM100", r"\b(?:maquin\w+|formadora|hamburgueira|fabricadora|a|da|de)\s+(?:\w+\s+)?manual\b|\bpra\s+manual\b"),
    ("FS150", r"filetador\w*"),
    ("CT200", r"cortador\w*|cort\w+\s+(?:\w+\s+){0,3}(?:carne|cubo|cubinho|tira|bife)s?|maquina\s+de\s+cortar"),
    (
        "ENS15",
        r"(?:ensacadeira|linguica)\D{0,30}\b15\s*(?:kg|k|kilo|quilo)|\b15\s*(?:kg|kilos?|quilos?)\D{0,20}linguica",
    ),
    (
        "ENS30",
        r"(?:ensacadeira|linguica)\D{0,30}\b30\s*(?:kg|k|kilo|quilo)|\b30\s*(?:kg|kilos?|quilos?)\D{0,20}linguica",
    ),
)
_MIXER_LITRES = re.compile(r"(?:misturador|homogeneizador|batedor|mix)\w*\D{0,20}\b(25|70|140|210)(?!\d)")
_MIXER_KG = re.compile(r"(?:misturador|homogeneizador|batedor)\w*\D{0,20}\b(18|50|100|150)\s*(?:kg|k|kilos?|quilos?)")
_SKEWER = re.compile(r"\bespet(?:o|os|inho|inhos|aria)\b")
_SKEWER_MACHINE = re.compile(r"linha|maquin|montar|automatic|fabric|equipamento|espetadeira|espetar|faz\w*\s+espet")
_CUTTING = re.compile(r"\bcort|cub(?:o|inho)s?\b|fatiar")
_OWNED = re.compile(
    r"\b(?:minha|nossa)\s+(?:\w+\s+)?{model}|(?:tenho|temos|comprei|uso|usamos)\s+(?:uma?|a|o)\s+(?:\w+\s+)?{model}".replace(
        "{model}", r"(?:fb|fbm|se|ct|fs|ens|epe|smart|formadora|maquina|cortadora|ensacadeira)"
    )
)

FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "hambúrguer",
        r"hambur|burger|burguer|\blanche|\bdiscos?\b|smash|\bformadora",
        ("FBM100", "FB300", "FB700", "SMARTPRO", "SE3000"),
    ),
    ("linguiça", r"linguica|ensacadeira|embutid|salsicha", ("ENS15", "ENS30")),
    ("corte", r"cortador|\bcort\w+\s+(?:a\s+)?carne|cubinho|\btiras?\b", ("CT200",)),
    ("filé", r"filetador|filetar|\bfiles?\b", ("FS150",)),
    ("mistura", r"misturador|mistura\w*|homogeneiz|batedor", ("MIX25", "MIX70", "MIX140", "MIX210")),
)
_WIDE_CM = re.compile(r"\b(\d{2}(?:[.,]\d+)?)\s*(?:cm|centimetros?)\b")
_WIDE_MM = re.compile(r"\b(\d{3})\s*(?:mm|milimetros?)\b")
_XIS = re.compile(r"\bxis\b|\bx-?(?:salada|tudo|burger|burguer)\b")


def mentioned(folded: str) -> list[str]:
    """Codes of the machines named or described, in order of appearance."""
    hits = [
        (found.start(), code) for code, pattern in (*_MODELS, *_DESCRIPTIONS) for found in re.finditer(pattern, folded)
    ]
    hits += [(found.start(), f"MIX{found[1]}") for found in _MIXER_LITRES.finditer(folded)]
    hits += [(found.start(), _KG_OF_MIXER[found[1]]) for found in _MIXER_KG.finditer(folded)]
    if wants_skewer_line(folded):
        hits += [(found.start(), "LINHA_ESPETO") for found in list(_SKEWER.finditer(folded))[:1]]
    codes = [code for _, code in sorted(hits)]
    if "LINHA_FB700" in codes:
        codes = [code for code in codes if code != "FB700"]
    return list(dict.fromkeys(codes))


def span_of(folded: str, code: str) -> tuple[int, int] | None:
    """Where a machine is named or described."""
    for known, pattern in (*_MODELS, *_DESCRIPTIONS):
        if known == code and (found := re.search(pattern, folded)):
            return found.span()
    patterns = (_MIXER_LITRES, _MIXER_KG) if code.startswith("MIX") else (_SKEWER,)
    for compiled in patterns:
        if found := compiled.search(folded):
            return found.span()
    return None


def wants_skewer_line(folded: str) -> bool:
    """A machine for skewers, as opposed to cutting meat for them."""
    if not _SKEWER.search(folded) or _CUTTING.search(folded):
        return False
    return bool(_SKEWER_MACHINE.search(folded)) or len(folded.split()) <= 6


def wanted(folded: str) -> list[str]:
    """Machines mentioned, without those the lead already has."""
    found = _OWNED.search(folded)
    if found is None:
        return mentioned(folded)
    own = mentioned(folded[found.start() : found.end() + 14])
    return [code for code in mentioned(folded) if code not in own]


def family(folded: str) -> tuple[str, tuple[str, ...]] | None:
    """What the lead makes, and the machines for it."""
    for name, pattern, codes in FAMILIES:
        if re.search(pattern, folded):
            return name, codes
    return None


def wide_burger(folded: str) -> bool:
    """Wider than the 14 cm a mould of the FB700 reaches (domain.md, Commercial rules)."""
    if any(14 < float(found[1].replace(",", ".")) <= 25 for found in _WIDE_CM.finditer(folded)):
        return True
    if any(140 < int(found[1]) <= 250 for found in _WIDE_MM.finditer(folded)):
        return True
    return bool(_XIS.search(folded))
