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
        r"cozinhas? industria\w+|refeic(?:oes|ao) (?:coletivas?|industria\w+|pra empresas?)|refeitorio"
        r"|restaurantes? industria\w+|catering",
    ),
    ("food_truck", (
        r"food ?-?(?:trucks?|track)|trucks? de \w+|trailer de (?:lanches?|hamburguer\w*|comida)|(?:tenho|temos|meu"
        r"|nosso) (?:um )?trailer\b"
        r"|kombi de lanche\w*"
        r"|(?:carrinho|carroca|van|onibus|kombi|motor ?home) de (?:lanche|hamburguer|burgu?er|comida|hot|cachorro)\w*"
    )),
    ("espetaria", (
        r"espetari\w+|espetinhari\w+|jantinha\w*|(?:ponto|loja|banca|negocio|quiosque) de espet\w+|casa de espet\w+"
        r"|barraca de espet\w+"
        r"|espetinho\w* na (?:rua|praca)"
        r"|(?:vend[oe]\w*|trabalh\w+ com) (?:de )?(?:espet\w+|churrasquinhos?)"
    )),
    ("churrascaria", r"churrascari\w+|steak ?house|parrilla\w*|galeteri\w+"),
    ("hamburgueria", (
        r"(?:h?am?burgu?eri|burgu?eri|smasheri)\w+"
        r"|(?:loja|casa|ponto|negocio|rede|franquia) de (?:hamburguer\w*|burgu?ers?|smash\w*)\b"
    )),
    ("acougue", r"acougu\w+|casas? de carnes?|lojas? de carnes?|balcao de carnes?|boutique de carnes?"
        r"|emporio d[aeo]s? carnes?"),
    ("frigorifico", r"frigorific\w+|abatedour\w+|matadour\w+|abat(?:o|emos) \w+"),
    ("supermercado", (
        r"(?:super|hiper|mini|atac)[ -]?mercad\w+|mercadinhos?|mercearia\w*|mercadao|emporio de bairro"
        r"|redes? de mercados?|(?:\d+|dois|tres|quatro|cinco|nossos|meus) mercados\b|mercado de bairro|(?:tenho|temos"
        r"|meu|nosso|um|do|dono de) mercado\b(?! (?:de|livre|pago|externo|interno))"
    )),
    ("distribuidora", r"distribui(?:dor(?:as?|es)?|cao)\b|distribu(?:o|imos)\b|atacadist\w+|atacado|atacarejo"),
    ("revenda", r"revend\w+|(?:sou |somos )?representantes? comercia\w+|loja de (?:maquinas|equipamentos)"),
    ("industria_alimentos", (
        r"industri\w+ (?:de|do|da) (?:alimentos?|hamburguer\w*|carnes?|embutidos?|congelados?|processados?)"
        r"|industria alimenticia|alimenticia|produz(?:o|imos) (?:embutidos|alimentos|congelados)"
        r"|fabrica de (?:hamburguer\w*|embutidos?|alimentos?|linguica\w*"
        r"|congelados?|espet\w+|salgad\w+|kibes?|almondegas?)|fabric(?:o|amos) (?:hamburguer\w*|alimentos?"
        r"|embutidos?|congelados?)|fabricante\w* de"
    )),
    ("padaria", r"padari\w+|padoca\w*|panific\w+|confeitari\w+"),
    ("lanchonete", r"lanchonet\w+|lancheri\w+|(?:casa|ponto|loja|barraca|banca|quiosque) de lanches?|pastelari\w+"
        r"|pit ?dog|dogueri\w+|hotdogueri\w+|dogao\b"
            r"|snack ?bar|cantina d[ae] (?:escola|faculdade|colegio)"),
    ("restaurante", r"restaurant\w+|bistro|pizzari\w+|cantina|self ?-?service|marmitari\w+|temakeri\w+"),
    ("outro", (
        r"prefeitura|paroquia|batalhao|licitac\w+|escola\w*|hote(?:l|is)|pousada|hospital|igreja|buffet|bufe|faculdade"
        r"|universidade|clube|merenda|quartel|exercito|ong|creche|resort|evento\w* (?:corporativo\w*|e festas)"
        r"|conveniencia|postos? de (?:gasolina|combustive\w+)|cervejaria|barzinho|cafeteria\w*|sorveteri\w+|pub\b"
        r"|peixari\w+|colegio|asilo|presidio|cooperativa|casa de (?:festas?|eventos?)"
        r"|(?<!em )(?<!\d )(?<!quantos )bar\b"
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
    r"\b(?:(?:vend|fornec|distribu|produz|entreg|fabric|faz|faco)\w*(?: \w+){0,2} (?:pra|para|a|pros|pras|aos|as)"
    r"|atend\w+|nada a ver com|gost\w+ de|pr[oa] don[oa] d[eao]|(?:feiras?|projetos?) de|participam? de|(?:nao"
    r"|nem) (?:sou|tenho|temos|somos|trabalho) mais(?: \w+){0,2}?|voces(?: (?:so|tambem|ja|fabricam ou so))?"
    r"|se (?:eu|a gente|um dia)"
    r"|(?:maquina|equipamento|versao|modelo|linha)\w*(?: \w+){0,5}? (?:pra|para)|fornec\w+(?: meu)?(?: e)?"
    r"|client\w+(?: sao| e)?|abastec\w+"
    r"|entreg\w+ (?:pra|para|em|nas|nos)"
    r"|concorren\w+"
    r"|vizinh\w+|tipo|trabalh(?:ei|ava) (?:em|n[oa]|d[eo])|amig[oa]\w* (?:d[eo]|tem|que tem)|ex|nao (?:e|sou|tenho"
    r"|temos"
    r"|seria)|trabalha (?:em|n[oa]|num|numa)|(?:serve|boa?|ideal|indicad[ao]|funciona|usad[ao]) (?:\w+ )?(?:pra"
    r"|para|em|n[oa])|(?:peg|busc|traz|receb)\w*(?: \w+){0,3}? (?:d[eoa]|n[oa])|vem d[eoa]|funcionari\w+ d[eao]"
    r"|compr\w+(?: \w+){0,3}? (?:d[eo]|n[oa]s?|em|num|numa)|ao lado d[eao]|perto d[eao]"
    r"|frente (?:d[eao]|ao)|(?:almoc|jant|comi|como|lanch|frequent|visit|passei|passo|fui|estive|vi|vimos|peguei)\w*"
    r"(?: \w+){0,2}? (?:em|n[oa]s?|num|numa|d[eoa]|um|uma)"
    r"|(?:ti[oa]|irmao?|prim[oa]|cunhad[oa]|sogr[oa]|pai|mae|filh[oa]|namorad[oa]|amig[oa]|conhecid[oa]|vizinh[oa]"
    r"|patrao|colega|cliente|el[ea]) (?:\w+ )?"
    r"(?:tem|tinha|possui|abriu|e don[oa] de|trabalha (?:em|n[oa])))"
    r"(?:\s+(?:um|uma|uns|umas|varios|varias|outros|outras|meu|minha|os|as|o|a|de|alguns|algumas|algum|alguma"
    r"|qualquer|grandes?"
    r"|redes? de|muitos|muitas|pequen\w+)){0,3}\s+$"
)
_ELSEWHERE = re.compile(
    r"\s*(?:aqui |ali |la )?(?:do lado|da esquina|da frente|em frente|vizinh[ao]|concorrente|ao lado"
    r"|d[oa]s? (?:meu |minha )?(?:vizinh|amig|prim|concorren|client|conhecid|ti[oa]\b|cunhad|sogr)\w*"
    r"|onde (?:eu )?(?:compro|almoc)|que (?:usa|tem|tinha|me|eu compro|fornec)|atras(?:ou|a)|nenhum\w*|e o que mais)"
)
_MINE = re.compile(r"\b(?:tenho|temos|sou|somos|minha|meu|nossa|nosso|don[oa] d)\b[^.;!?]{0,20}$")
_OWN = re.compile(
    r"\b(?:tenho|temos|sou|somos|minha|meu|nossa|nosso|don[oa]|propriet\w+|soci[oa]|abr(?:ir|i|imos|indo)"
    r"|mont(?:ar|ando|ei)|trabalh\w+|aqui (?:e|na|no)|ger(?:ente|encio)|toco|administro|vou (?:abrir|montar)"
    r"|inaugur\w+|e (?:um|uma)|"
    r"(?:pra|para|pro) (?:a |o )?(?:minha|meu|nossa|nosso)|da|do|na|no)\b[^.;!?]{0,25}$"
)
_PURPOSE = re.compile(
    r"\b(?:minha|meu|nossa|nosso|abrir|montar)\s+"
    r"(?:(?!prim|ti[oa]\b|irma|pai\b|mae\b|amig|cunhad|sogr|vizinh|client|fornec|concorr|patr|filh|namorad"
    r"|tem\b)\w+\s+){0,2}$"
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
                    or (_ELSEWHERE.match(message.folded, match.end()) and not _MINE.search(before))
                ):
                    continue
                item = message.item("segmento", name, match.start(), match.end(), 0.9)
                inside = company is not None and _within(item, company)
                strength = (
                    3
                    if _OPENING.search(before) or _own_purpose(before)
                    else 2
                    if _OWN.search(before) and not inside
                    else 1
                )
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
    return _PURPOSE.search(before) is not None


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
