"""How leads spell on WhatsApp, written out: "ñ qro + msg" is read as "nao quero mais mensagem".

The rules of requests are written against this plain spelling alone. Three things are undone: abbreviations, letters
held down ("queroooo") and one wrong letter in a long word that a rule turns on ("atendnte").
"""

import re

_ABBREVIATIONS = {
    "vc": "voce", "vcs": "voces", "vcz": "voces", "ce": "voce", "ces": "voces", "ceis": "voces", "oces": "voces",
    "oce": "voce", "vosmice": "voces", "n": "nao", "nn": "nao", "naum": "nao", "num": "nao", "q": "que",
    "ki": "que", "oq": "o que", "pq": "porque", "qto": "quanto", "qnto": "quanto", "qt": "quanto", "quantu": "quanto",
    "kto": "quanto", "qtos": "quantos", "qts": "quantas", "qro": "quero", "qero": "quero", "kero": "quero",
    "kro": "quero", "qria": "queria", "queru": "quero", "cm": "com", "c": "com", "cmg": "comigo", "p": "pra",
    "msg": "mensagem", "msgs": "mensagens", "mensag": "mensagem", "msn": "mensagem", "hj": "hoje", "amnh": "amanha",
    "td": "tudo", "tds": "todos", "mto": "muito", "tb": "tambem", "tbm": "tambem", "vlr": "valor",
    "vlrs": "valores", "valo": "valor", "valro": "valor", "flar": "falar",
    "flr": "falar", "pf": "por favor", "pfv": "por favor", "pfvr": "por favor", "dps": "depois",
    "qnd": "quando", "qdo": "quando", "ngm": "ninguem", "alg": "alguem", "algm": "alguem", "kd": "cade", "qd": "quando",
    "vdd": "verdade", "tel": "telefone", "cel": "celular", "orc": "orcamento", "qq": "qualquer",
    "bjs": "beijos", "add": "adiciona", "tlgd": "ligado", "agr": "agora", "nd": "nada", "fzr": "fazer",
    "fz": "faz", "dq": "de que", "eh": "e", "neh": "ne", "tah": "ta", "gnt": "gente", "pssoa": "pessoa",
    "atend": "atendimento", "pgto": "pagamento", "pagto": "pagamento",
    "finan": "financiamento", "fds": "fim de semana", "mkt": "marketing", "dnv": "de novo",
    "smn": "semana", "prox": "proxima", "aki": "aqui", "tou": "to", "tamo": "estamos", "tamos": "estamos",
    "conhesso": "conheco", "presiso": "preciso", "voceis": "voces",
    "vcis": "voces", "pessual": "pessoal", "moss": "moco", "oxi": "oxe",
}  # fmt: skip
# "num" and "c" are also "em um" and a grade; "p" and "n" stand for letters of a list.
_BEFORE_VERB = re.compile(
    r"\s+(?:me|te|se|lhe|vou|va|sei|e|ta|to|tem|tenho|tinha|quer\w*|precis\w+|conhec\w+|gost\w+|mand\w+|envi\w+"
    r"|consig\w+"
    r"|entend\w+|da|pode\w*|posso|aguent\w+|autoriz\w+|aceit\w+|receb\w+|cham\w+|compr\w+|foi|era|sou|lig\w+)\b"
)
# Long words that rules turn on: one wrong, missing, doubled or swapped letter in them is put right.
_KEY_WORDS = frozenset(
    """
    atendente atendimento vendedor vendedora consultor consultora representante responsavel gerente pessoa humano
    telefone ligacao orcamento cotacao proposta desconto parcelamento parcela financiamento pagamento mensagem mensagens
    propaganda promocao promocoes cadastro contato descadastrar urgente urgencia pressa semana hamburgueria lanchonete
    restaurante acougue padaria supermercado frigorifico churrascaria distribuidora espetaria industria conheco comprei
    cliente preciso receber exclusao pesquisando curiosidade comercial inscricao autorizo quanto custa frete valores
    """.split()
)
# Words in their own right that lie one letter from a key word.
_RIGHT = frozenset({"hamburgueira", "hamburgueiras"})
_SHORTEST = 6
_TOKEN = re.compile(r"[a-z]+|\+(?=\s*[a-z])")
_HELD = re.compile(r"([a-z])\1{2,}")


def _without_one(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


_NEAR: dict[str, str] = {}
for _word in sorted(_KEY_WORDS):
    if len(_word) > _SHORTEST:
        for _variant in _without_one(_word):
            _NEAR.setdefault(_variant, _word)


def spell_out(folded: str) -> tuple[str, list[int]]:
    """The folded text in plain spelling, and for each of its characters (and its end) the offset in `folded`."""
    pieces: list[str] = []
    at: list[int] = []
    done = 0
    for match in _TOKEN.finditer(folded):
        plain = _plain(match.group(), folded, match.end())
        if plain == match.group():
            continue
        pieces += [folded[done : match.start()], plain]
        at += range(done, match.start())
        last = match.end() - match.start() - 1
        at += [match.start() + min(place, last) for place in range(len(plain))]
        done = match.end() + (folded[match.end() : match.end() + 1] == "/" and len(match.group()) == 1)
    pieces.append(folded[done:])
    at += range(done, len(folded) + 1)
    return "".join(pieces), at


def _plain(word: str, text: str, end: int) -> str:
    if word == "+":
        return "mais"
    if word == "num" and not _BEFORE_VERB.match(text, end):
        return word
    if word in ("c", "p", "n") and not (text[end : end + 1] == "/" or re.match(r"\s+[a-z]{2}", text[end : end + 4])):
        return word
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    word = _HELD.sub(r"\1", word)
    if len(word) < _SHORTEST or word in _KEY_WORDS or word in _RIGHT:
        return word
    return _put_right(word)


def _put_right(word: str) -> str:
    """The key word one letter away; inflections (a longer ending) stay as they are."""
    for variant in (word, *_without_one(word)):
        near = _NEAR.get(variant) or (variant if variant in _KEY_WORDS and len(variant) >= _SHORTEST else None)
        if near and abs(len(near) - len(word)) <= 1 and near[0] == word[0] and near[-1] == word[-1]:
            return near
    return word
