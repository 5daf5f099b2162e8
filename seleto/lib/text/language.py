"""Which language a short message is in, by its commonest words: Portuguese, English, Spanish or another one.

Leads write two or three words at a time, so a language is named only where the words leave no doubt; everything else
is taken for Portuguese by whoever asks.
"""

import re
from typing import Final, Literal

from seleto.lib.text.fold import fold

Language = Literal["pt", "en", "es", "other"]

# Words that only one of these languages uses, folded. Shared ones ("de", "para", "me") say nothing and are left out.
_WORDS: Final[dict[Language, frozenset[str]]] = {
    "pt": frozenset(
        """voce voces vc vcs nao sim uma um com nos nosso nossa meu minha quero queria preciso gostaria tem tenho quanto
        qual quais ola oi bom dia boa tarde noite obrigado obrigada maquina sao do da dos das no na em ate pra pro isso
        esse essa aqui mas tambem muito fazer faco fica produzir hamburguer linguica preco valor orcamento eu ele ela
        que e foi estou ta tudo bem mais sou tchau ainda agora depois hoje amanha pode posso mandar falar""".split()
    ),
    "en": frozenset(
        """the you your yours do does did is are am was were what which how much many hello hi hey good morning
        afternoon evening thanks thank please i we they it this that with from need want would could can
        have has looking machine machines burger burgers price cost quote for of my our not yes and or about
        send sell make speak english where when""".split()
    ),
    "es": frozenset(
        """hola usted ustedes quiero quisiera necesito tengo tiene tienen cuanto cuesta cual cuales buenos buenas dias
        tardes noches gracias por favor el los las un una y pero muy con del al mi nuestra nuestro maquina hamburguesas
        hamburguesa precio soy estoy estamos somos para hacer puede pueden si donde cuando hablo espanol no mas que
        me nos ya escriban escriba envien manden mensajes mensaje borren quien hay hacen hace ahora lineas
        carne""".split()
    ),
    "other": frozenset(
        """bonjour salut merci je vous nous avez est une des pour voudrais machine combien
        ciao buongiorno grazie vorrei quanto costa sono abbiamo per della
        hallo guten danke ich wir sie haben brauche eine maschine und der die das wie""".split()
    ),
}
# Of the languages that are answered in.
WORDS: Final = _WORDS["pt"] | _WORDS["en"] | _WORDS["es"]
# What only one language uses tells more than what several share.
_OWN: Final[dict[Language, frozenset[str]]] = {
    name: words - frozenset().union(*(other for key, other in _WORDS.items() if key != name))
    for name, words in _WORDS.items()
}
_LETTERS = re.compile(r"[a-z]+")
# Scripts that none of the three languages is written in: Greek to Arabic, and from Devanagari to the Han characters.
_FOREIGN_SCRIPT = re.compile(r"[\u0370-\u06ff\u0900-\u0fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_MIN_WORDS = 2
_READ_CHARS = 600


def language(text: str) -> Language | None:
    """The language of ``text``, None when its words do not tell."""
    read = text[:_READ_CHARS]
    if len(_FOREIGN_SCRIPT.findall(read)) >= _MIN_WORDS:
        return "other"
    words = set(_LETTERS.findall(fold(read)))
    own = {name: len(words & vocabulary) for name, vocabulary in _OWN.items()}
    shared = {name: len(words & vocabulary) for name, vocabulary in _WORDS.items()}
    best = max(own, key=lambda name: (own[name], shared[name]))
    rest = max(shared[name] for name in own if name != best)
    if own[best] >= _MIN_WORDS and shared[best] > rest:
        return best
    return None
