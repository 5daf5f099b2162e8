"""What kind of business the lead has, from a statement or a plain word in the company name."""

import re
from collections.abc import Sequence

from leads.extraction.lexicon import COMPANY_TYPES
from leads.extraction.said import Item, Said
from seleto.lib.text.fold import fold

# Order matters where one phrase holds another.
_PHRASES: tuple[tuple[str, str], ...] = (
    ("dark_kitchen", r"dark ?kitchens?|ghost ?kitchen|cozinha (?:fantasma|escura)|cloud kitchen"),
    (
        "cozinha_industrial",
        r"cozinha industrial|refeicoes (?:coletivas|industriais)|refeitorio|restaurante industrial|catering",
    ),
    ("food_truck", (
        r"food ?-?trucks?|trailer de (?:lanches?|hamburguer\w*)|carrinho de (?:lanche|hamburguer)\w*"
        r"|kombi de lanche\w*"
    )),
    ("espetaria", (
        r"espetari\w+|espetinhari\w+|casa de espet\w+|barraca de espet\w+|espetinho\w* na (?:rua|praca)"
        r"|(?:vend[oe]\w*|trabalh\w+ com) (?:de )?(?:espet\w+|churrasquinhos?)"
    )),
    ("churrascaria", r"churrascari\w+|steak ?house|parrilla\w*|galeteri\w+"),
    ("hamburgueria", r"(?:h?am?burgu?eri|burgu?eri)\w+"),
    ("acougue", r"acougu\w+|casas? de carnes?|boutique de carnes?|emporio d[aeo]s? carnes?"),
    ("frigorifico", r"frigorific\w+|abatedour\w+|matadour\w+"),
    ("supermercado", (
        r"(?:super|hiper|mini|atac)[ -]?mercad\w+|mercadinhos?|mercearia\w*|redes? de mercados?|(?:tenho|temos"
        r"|meu|nosso|um|do|dono de) mercado\b(?! (?:de|livre|pago|externo|interno))"
    )),
    ("distribuidora", r"distribui(?:dora\w*|dor|cao)\b|atacadist\w+|atacado|atacarejo"),
    ("revenda", r"revend\w+|(?:sou |somos )?representantes? comercia\w+|loja de (?:maquinas|equipamentos)"),
    ("industria_alimentos", (
        r"industri\w+ (?:de|do|da) (?:alimentos?|hamburguer\w*|carnes?|embutidos?|congelados?|processados?)"
        r"|industria alimenticia|alimenticia|produz(?:o|imos) (?:embutidos|alimentos|congelados)"
        r"|fabrica de (?:hamburguer\w*|embutidos?|alimentos?|linguica\w*"
        r"|congelados?|espet\w+|salgad\w+|kibes?|almondegas?)|fabric(?:o|amos) (?:hamburguer\w*|alimentos?"
        r"|embutidos?|congelados?)|fabricante\w* de"
    )),
    ("padaria", r"padari\w+|panificador\w+|confeitari\w+"),
    ("lanchonete", r"lanchonet\w+|lancheri\w+|casa de lanches|pastelari\w+|pit ?dog"),
    ("restaurante", r"restaurant\w+|bistro|pizzari\w+|cantina|self ?-?service"),
    ("outro", (
        r"prefeitura|paroquia|batalhao|licitac\w+|escola\w*|hote(?:l|is)|pousada|hospital|igreja|buffet|bufe|faculdade"
        r"|universidade|clube|merenda|quartel|exercito|ong|creche|resort|evento\w* (?:corporativo\w*|e festas)"
        r"|conveniencia|posto de gasolina|cervejaria|bar\b"
    )),
)  # fmt: skip
# Words that tell a segment only as part of a company name.
_IN_NAMES = {
    "mercado": "supermercado",
    "pizzaria": "restaurante",
    "confeitaria": "padaria",
    "steakhouse": "churrascaria",
}
_OPENING = re.compile(r"\b(?:abr(?:ir|indo)|mont(?:ar|ando)|inaugurar)\b[^.;!?]{0,20}$")
_SEGMENTS = tuple((name, re.compile(rf"\b(?:{pattern})")) for name, pattern in _PHRASES)
_OTHERS = re.compile(
    r"\b(?:(?:vend|fornec|distribu|produz|entreg|fabric|faz|faco)\w*(?: \w+){0,2} (?:pra|para|a|pros|pras"
    r"|aos|as)|atend\w+|nada a ver com|fornec\w+|client\w+(?: sao| e)?|abastec\w+|entreg\w+ (?:pra|para|em|nas"
    r"|nos)|concorren\w+"
    r"|vizinh\w+|tipo|trabalh(?:ei|ava) (?:em|n[oa]|d[eo])|"
    r"amig[oa]\w* (?:d[eo]|tem|que tem)|ex|vi (?:em|n[oa]s?|um|uma)|fui (?:em|n[oa])|nao (?:e|sou|tenho"
    r"|temos|seria)|funcionari\w+ d[eao]|compr\w+ (?:\w+ )?(?:d[eo]|n[oa]|em)|(?:tia|tio|irma|irmao|prim[oa]"
    r"|cunhad[oa]|sogr[oa]|pai|mae) (?:tem|tinha|possui|abriu)|ao lado d[eao]|perto d[eao]"
    r"|frente (?:d[eao]|ao))"
    r"\s+(?:(?:um|uma|uns|umas|varios|varias|outros|outras|meu|minha|os|as|o|a|de|alguns|algumas|grandes?"
    r"|redes? de|muitos|muitas|pequen\w+)\s+){0,3}$"
)
_OWN = re.compile(
    r"\b(?:tenho|temos|sou|somos|minha|meu|nossa|nosso|don[oa]|propriet\w+|soci[oa]|abr(?:ir|i|imos|indo)"
    r"|mont(?:ar|ando|ei)|trabalh\w+|aqui (?:e|na|no)|ger(?:ente|encio)|toco|administro|vou (?:abrir|montar)"
    r"|inaugur\w+|e (?:um|uma)|"
    r"(?:pra|para|pro) (?:a |o )?(?:minha|meu|nossa|nosso)|da|do|na|no)\b[^.;!?]{0,25}$"
)
_FORMER = re.compile(r"\b(?:tinha|tive|fechei|vendi|era|fui|trabalhei|antes)\b[^,.;!?]{0,25}$")
_FAMILY = re.compile(r"\b(?:carne|hamburguer|produto|molho|queijo)s? (?:de |do |da )?$")


def segment(said: Sequence[Said], company: Item | None) -> Item | None:
    """A statement of the lead's own, else the first business word, else a word of the company name."""
    found: list[tuple[int, Item]] = []
    for message in (one.spelled for one in said):
        taken: list[tuple[int, int]] = []
        for name, pattern in _SEGMENTS:
            for match in pattern.finditer(message.folded):
                if any(first < match.end() and match.start() < last for first, last in taken):
                    continue
                taken.append(match.span())
                before = message.before(match.start(), 60)
                many = match.group().endswith("s") and re.search(r"\b(?:pra|para|pros|pras)\s+$", before)
                if (
                    many
                    or (_OTHERS.search(before) and not _own_purpose(before))
                    or _FORMER.search(before)
                    or _FAMILY.search(before)
                ):
                    continue
                item = message.item("segmento", name, match.start(), match.end(), 0.9)
                inside = company is not None and _within(item, company)
                strength = 3 if _OPENING.search(before) else 2 if _OWN.search(before) and not inside else 1
                found.append((strength, item))
    if found:
        return min(found, key=lambda hit: (-hit[0], hit[1].value == "outro", hit[1].message, hit[1].start))[1]
    named = _of_company(said, company)
    if named:
        return named
    return _makes_spits(said)


def _within(item: Item, company: Item) -> bool:
    return item.message == company.message and company.start <= item.start < company.end


def _own_purpose(before: str) -> bool:
    """ "pra minha lanchonete" is the lead's own, "pra lanchonetes" is not."""
    return re.search(r"\b(?:minha|meu|nossa|nosso|abrir|montar)\s+(?:\w+\s+){0,2}$", before) is not None


def _of_company(said: Sequence[Said], company: Item | None) -> Item | None:
    if company is None:
        return None
    for word in fold(str(company.value)).replace("'", " ").split():
        if word in COMPANY_TYPES or word in _IN_NAMES:
            kind = COMPANY_TYPES.get(word) or _IN_NAMES[word]
            return said[company.message].item("segmento", kind, company.start, company.end, 0.8)
    return None


def _makes_spits(said: Sequence[Said]) -> Item | None:
    pattern = re.compile(
        r"\b(?:faco|fazemos|produzo|produzimos|vendo|vendemos)\b[^.;!?]{0,30}\bespet\w+|\b(?:meus?"
        r"|nossos?) espet\w+"
    )
    for message in said:
        match = pattern.search(message.folded)
        if match:
            return message.item("segmento", "espetaria", match.start(), match.end(), 0.7)
    return None
