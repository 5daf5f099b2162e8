"""What products are said to be, be made of, come with or be available as, held against the facts."""

from bisect import bisect_left
from collections.abc import Iterator

from conversations.guardrails.claims import Claims
from conversations.guardrails.patterns import Matcher, phrases
from conversations.guardrails.sheet import Finding
from knowledge.catalogue import ProductFacts
from seleto.lib.text.fold import fold

_KIND = "Diz que o produto é de um tipo que ele não é."
_MATERIAL = "Diz um material diferente do aço inox 304."
_PARTS = "Diz que algo vem incluso (ou é opcional) ao contrário da ficha."
_OFFER = "Oferece como disponível um produto que está indisponível."
_WARRANTY = "Diz uma garantia diferente da que vale para as máquinas."
_UNKNOWN = "Afirma um dado técnico ou certificação que a base de conhecimento não tem."

_OFFERS: Matcher[str] = Matcher(
    phrases(
        "offer",
        """
        segue|continua|esta|ta _2 producao|linha|catalogo|venda|ativa
        contar|conte|conta com
        disponivel|disponiveis|venda|temos|vendemos|comprar|compra|encomendar|pedir|fechar|levar|adquirir|liberada|
        voltou|vendendo|fornecemos
        entregamos|oferecemos|indico|recomendo|sugiro|ideal|perfeita|atende|resolve
        tem|temos sim|a|essa|linha|maquina
        fazer|faz|faca|fecha|fechar|mandar|encaminh*|abro|abrir _2 pedido|encomenda|compra|proposta
        """,
    )
)
_UNAVAILABLE = (
    "indisponivel",
    "indisponiveis",
    "melhoria",
    "melhorada",
    "aprimorada",
    "interesse",
    "nao",
    "sem",
    "pausada",
    "quando",
    "voltar",
    "fora",
    "aviso",
    "avisar",
    "enquanto",
    "assim",
    "alternativa",
    "momento",
)

_AXES: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        "manual": ("manual", "manuais"),
        "semiautomatica": ("semiautomatica", "semiautomatico", "semi"),
        "automatica": ("automatica", "automatico", "automaticas", "automatizada"),
    },
    {
        "manual": ("manual", "manuais"),
        "pneumatica": ("pneumatica", "pneumatico", "pneumaticas"),
        "eletrica": ("eletrica", "eletrico", "eletricas"),
        "hidraulica": ("hidraulica", "hidraulico"),
        "gas": ("gasolina", "diesel"),
    },
)
# What a way of working says about the drive.
_WORKS: Matcher[str] = Matcher(
    phrases(
        "pneumatica",
        """
        precis*|necessit*|exig*|requer*|usa|funciona|trabalha|trabalham|movida|acionada|opera _3 \
            compressor|pneumatic*|ar
        """,
    )
    + phrases(
        "eletrica",
        """
        dispensa|dispensam|sem _2 energia|eletricidade|tomada|luz
        so|somente|basta|e|apenas? ligar|liga|plugar _2 tomada|energia|eletricidade
        funciona|trabalha|movida|ligada _2 tomada|eletricidade|energia|motor|eletric*
        """,
    )
    + phrases("manual", "eh|e|sao|gira de|a|na manivela|alavanca")
    + phrases("gas", "motor|movida|funciona|tocada|trabalha _2 gasolina|diesel|gas|glp")
    + phrases("manual", "funciona|trabalha|acionada|movida|opera _2 mao|manivela|alavanca|forca|manual|manualmente")
)
_COPULA = (
    "e",
    "eh",
    "sao",
    "sendo",
    "totalmente",
    "toda",
    "todo",
    "cem",
    "#",
    "uma",
    "um",
    "maquina",
    "modelo",
    "formadora",
    "bem",
    "mesmo",
    "sim",
    "tambem",
    "ja",
    "operacao",
    "funciona",
    "acionamento",
    "do",
    "tipo",
    "versao",
    "nao",
    "completamente",
    "100",
)

_OTHER_MATERIALS = frozenset(
    """
    aluminio ferro carbono galvanizado galvanizada plastico plastica polipropileno madeira latao bronze titanio
    cobre nylon aisi430 aisi316 esmaltado ferroso fibra polietileno acrilico cromado
    """.split()
)
_BODY = (
    "corpo",
    "estrutura",
    "chapa",
    "gabinete",
    "carcaca",
    "carenagem",
    "feita",
    "feito",
    "feitas",
    "fabricada",
    "fabricado",
    "fabricadas",
    "toda",
    "todo",
    "material",
    "acabamento",
    "maquina",
    "maquinas",
    "inteira",
    "construida",
    "base",
    "pintado",
    "pintada",
    "aco",
    "em",
    "revestimento",
)
_GRADES = ("201", "202", "316", "316l", "410", "420", "430", "439")
_CERTIFIED = Matcher(
    phrases(
        "certificate",
        """
        certific*
        inmetro|nr12|nr10|iso|iso9001|iso22000|nsf|haccp|ukca
        homologad*
        selo|marcacao|norma|normas inmetro|iso|nsf
        norma|normas nr|regulamentadora|regulamentadoras
        """,
    )
)
_EXTRAS = frozenset(
    """
    compressor mesa carrinho bancada rodizio rodizios estabilizador filtro balanca embaladora seladora maleta
    ferramentas limpador interplast pedal esteira
    """.split()
)
_ALL_KINDS = frozenset(form for axis in _AXES for forms in axis.values() for form in forms)


_WARRANTED: Matcher[str] = Matcher(
    phrases("other", "garantia _4 vitalici*|eterna|ilimitada|infinita|estendida|perpetua\ngarantia _3 pra sempre")
)


def check(claims: Claims) -> Iterator[Finding]:
    for hit in claims.sheet.find(_WARRANTED):
        if claims.stated(hit.first) and claims.sheet.clause_has(hit.first, "garantia"):
            yield Finding(hit.first, hit.end, _WARRANTY)
    yield from _kinds(claims)
    yield from _ways(claims)
    yield from _materials(claims)
    yield from _parts(claims)
    yield from _offers(claims)
    yield from _stacking(claims)
    yield from _certificates(claims)


def _kinds(claims: Claims) -> Iterator[Finding]:
    for at, word in enumerate(claims.sheet.words):
        if word.text not in _ALL_KINDS or at in claims.named or not claims.stated(at):
            continue
        for axis in _AXES:
            claimed = next((kind for kind, forms in axis.items() if word.text in forms), None)
            if claimed is None:
                continue
            link = _link(claims, at)
            if link is None:
                continue
            denied = link
            if claims.refused(at, lambda product: _kind_conflict(product, axis, claimed, denied)):  # noqa: B023
                yield Finding(at, at + 1, _KIND)


def _link(claims: Claims, at: int) -> bool | None:
    """Whether a type word is said of the product before it; True when denied ("não é"), None when it is not said."""
    sheet = claims.sheet
    start = claims.mention_before(at)
    begin = start.end if start is not None and start.end > sheet.clause(at).start else sheet.clause(at).start
    between = range(begin, at)
    if len(between) > 5 or (
        at and sheet.words[at - 1].text in ("pro", "pra", "ou", "mais", "menos", "da", "na", "a", "o")
    ):
        return None
    texts = [sheet.words[index].text for index in between]
    if any(
        text not in _COPULA and sheet.words[index].text not in _ALL_KINDS
        for text, index in zip(texts, between, strict=True)
    ):
        return None
    if start is None and not ({"e", "eh", "sao"} & set(texts)):
        return None
    listed = sheet.words[at].comma or (texts[-1:] == ["e"] and bool(_ALL_KINDS & set(texts)))
    copula = {"eh", "sao", "sendo"} & set(texts) or (texts[:1] == ["e"] and start is not None)
    if listed and not copula:
        return None  # "formadora manual, semiautomática e automática"
    # "não é pneumática, é elétrica": the second type is not denied.
    last = max((place for place, text in enumerate(texts) if text in _ALL_KINDS), default=-1)
    repeated = any(text in ("e", "eh", "sao") for text in texts[last + 1 :]) and last >= 0
    return "nao" in (texts[last + 1 :] if repeated else texts)


def _ways(claims: Claims) -> Iterator[Finding]:
    for hit in claims.sheet.find(_WORKS):
        if not claims.stated(hit.first):
            continue
        without = ("nao", "sem", "nem", "dispensa", "dispensam")
        denied = claims.sheet.before(hit.first, 2, *without) or claims.sheet.is_any(hit.first, *without)
        claimed = hit.owner
        if claims.refused(hit.first, lambda product: _kind_conflict(product, _AXES[1], claimed, denied)):  # noqa: B023
            yield Finding(hit.first, hit.end, _KIND)


def _materials(claims: Claims) -> Iterator[Finding]:
    sheet = claims.sheet
    for at, word in enumerate(sheet.words):
        other = word.text in _OTHER_MATERIALS
        numbered = word.quantity is not None or word.text[-1:].isdigit()
        grade = word.text in ("inox", "aisi") or (
            numbered and (word.text.startswith(("inox", "aisi")) or sheet.before(at, 2, "inox", "aisi"))
        )
        if not (other or grade) or not claims.stated(at):
            continue
        if sheet.before(at, 3, "nao", "sem", "nada", "nem") or sheet.clause_has(at, "@lead"):
            continue
        if word.text == "cobre" and not sheet.before(at, 1, "de", "em"):
            continue  # the verb
        if other and any(sheet.is_any(index, *_BODY, "@product") for index in sheet.clause(at) if index != at):
            subjects = claims.subjects(at) or claims.everything
            if claims.refused(at, lambda product: word.text not in _material(product), subjects):  # noqa: B023
                yield Finding(at, at + 1, _MATERIAL)
        raw = sheet.reading.folded[word.start : word.end]
        if any(grade_name in raw for grade_name in _GRADES):
            yield Finding(at, at + 1, _MATERIAL)


def _parts(claims: Claims) -> Iterator[Finding]:
    sheet = claims.sheet
    for at, word in enumerate(sheet.words):
        if (word.text not in _EXTRAS and "belt" not in claims.roles.get(at, ())) or not claims.stated(at):
            continue
        if any(
            sheet.is_any(has, "tem", "possui") and sheet.before(has, 3, "vc", "vcs")
            for has in range(max(0, at - 4), at)
        ):
            continue  # what the lead has
        apart = claims.near(at, "apart", 4) or any(
            "apart" in claims.roles.get(i, ()) for i in range(at, min(at + 8, sheet.clause(at).stop))
        )
        included = claims.near(at, "includes", 5)
        if not (apart or included):
            continue
        part = word.text[:6]
        if claims.refused(at, lambda product: _part_conflict(product, part, apart)):  # noqa: B023
            yield Finding(at, at + 1, _PARTS)


def _offers(claims: Claims) -> Iterator[Finding]:
    for hit in claims.sheet.find(_OFFERS):
        sentence = claims.sheet.sentence(hit.first)
        inside = claims.mentions[bisect_left(claims.firsts, sentence.first) : bisect_left(claims.firsts, sentence.end)]
        gone = [m for m in inside if not any(product.available for product in m.products)]
        if not gone or claims.sheet.declined(hit.first):
            continue
        if any(claims.sheet.is_any(at, *_UNAVAILABLE, "@when", "#time") for at in range(sentence.first, sentence.end)):
            continue
        yield Finding(gone[0].first, gone[0].end, _OFFER)


def _stacking(claims: Claims) -> Iterator[Finding]:
    """ "não empilha" of a machine that does."""
    for at, roles in claims.roles.items():
        denied = "stacks" in roles and claims.stated(at) and claims.sheet.before(at, 1, "nao", "nem")
        if denied and claims.refused(at, lambda product: product.attribute("empilha") is not None):
            yield Finding(at, at + 1, _PARTS)


def _certificates(claims: Claims) -> Iterator[Finding]:
    for hit in claims.sheet.find(_CERTIFIED):
        if claims.stated(hit.first) and not claims.sheet.before(hit.first, 4, "nao", "sem", "sobre", "se"):
            yield Finding(hit.first, hit.end, _UNKNOWN)


def _kind_conflict(product: ProductFacts, axis: dict[str, tuple[str, ...]], claimed: str, denied: bool) -> bool:
    kind = product.attribute("tipo")
    if kind is None:
        return False
    words = set(fold(kind.text + " " + product.description).replace(",", " ").split())
    own = {name for name, forms in axis.items() if words & set(forms)}
    if not own:
        return False
    return (claimed in own) if denied else (claimed not in own)


def _material(product: ProductFacts) -> str:
    attribute = product.attribute("material")
    return fold(attribute.text) if attribute is not None else ""


def _part_conflict(product: ProductFacts, part: str, apart: bool) -> bool:
    listed = {"incluso": False, "opcional": False}
    for attribute in product.attributes:
        if attribute.name in listed and part in fold(attribute.text):
            listed[attribute.name] = True
        elif attribute.name in ("esteira_cm", "tipo") and part in fold(attribute.text):
            listed["incluso"] = True
    return listed["incluso"] if apart else not listed["incluso"]
