"""Long words that rules turn on, put right when one letter is wrong: "desocnto", "entrga", "garatia".

Only a word no rule and no list knows is looked at, and only long words are mended, so that ordinary words that happen
to be near ("visto", "entrego") keep their meaning.
"""

from functools import lru_cache

from seleto.lib.text.vocabulary import COMMON_WORDS, VOCABULARY

_MENDED = frozenset(
    """
    desconto descontos descontinho promocao promocoes condicao condicoes abatimento cortesia brindes cashback
    parcela parcelas parcelado parcelamos parcelamento pagamento financiamento entrega entregas entregamos entregar
    despacha despachamos imediata estoque semana semanas amanha quinzena sexta segunda janeiro fevereiro setembro
    outubro novembro dezembro garantia garantido garantida garantimos garanto prometo promete reembolso devolvemos
    devolver devolucao treinamento instalacao instalamos exclusividade demonstracao transporte transportadora
    instrucoes instrucao consultor consultora consultores vendedor comercial informar informacao encaminhar encaminho
    hamburguer hamburgueres producao reservatorio disponivel indisponivel fabricacao assistencia resultado lucro
    dinheiro orcamento negociar negociacao especial gratuito gratuita chega demora prazo rapido rapida rapidinho
    """.split()
)
# Words of their own, one letter away.
_OTHERS = frozenset("semanais projeto projetos consultar espacial special commercial conversor lucra prometi".split())
_SHORTEST = 6  # a wrong letter in a shorter word makes another word
_VOWELS = frozenset("aeiou")


def _without_one(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


_NEAR: dict[str, set[str]] = {}
for _word in _MENDED:
    if len(_word) >= _SHORTEST:
        for _shape in _without_one(_word):
            _NEAR.setdefault(_shape, set()).add(_word)
# Short words and abbreviations lose vowels only ("chga", "dscto").
_BARE: dict[str, str] = {}
for _word in sorted(_MENDED, key=len, reverse=True):
    for _place in range(1, len(_word)):
        if len(_word) >= 5 and _word[_place] in _VOWELS:
            _BARE[_word[:_place] + _word[_place + 1 :]] = _word
    _BARE[_word[0] + "".join(letter for letter in _word[1:-1] if letter not in _VOWELS) + _word[-1]] = _word


@lru_cache(maxsize=8192)
def mended(word: str) -> str:
    """The word meant by a folded word that means nothing as it is written; the word itself when in doubt."""
    if len(word) < 4 or not word.isalpha() or word in _OTHERS or word in COMMON_WORDS or word in VOCABULARY:
        return word
    if word in _BARE:
        return _BARE[word]
    if len(word) < _SHORTEST - 1:
        return word
    near = {known for known in _NEAR.get(word, ()) if known[0] == word[0]}
    for shape in _without_one(word):
        near |= {known for known in _NEAR.get(shape, ()) if _one_slip(word, known)}
        if shape in _MENDED and len(shape) >= _SHORTEST and _doubled(word, shape):
            near.add(shape)
    return near.pop() if len(near) == 1 else word


def _doubled(word: str, known: str) -> bool:
    """One letter too many, held down twice or hit next to the right one; a plural or a prefix is another word."""
    return word[0] == known[0] and word[-1] == known[-1]


def _one_slip(word: str, known: str) -> bool:
    """Same length: two letters swapped, or one wrong inside a word of seven letters or more."""
    if len(word) != len(known) or word[0] != known[0] or word[-1] != known[-1]:
        return False
    wrong = [place for place, letter in enumerate(word) if letter != known[place]]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and word[first] == known[second] and word[second] == known[first]
    return len(wrong) == 1 and len(word) >= 7
