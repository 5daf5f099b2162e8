"""Which words of a question ask: its clauses, what follows an asking word, what is said of a part, alternatives.

People tell about themselves beside asking, so an unknown word makes a question unanswerable only where it is asked.
All texts are folded, without product names and quantities.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from knowledge.search import topics
from knowledge.search.words import is_filler, words

_INTERROGATIVE = r"qual|quais|quant[oa]s?|quem|como|onde"
_ASKING = re.compile(
    rf"\b({_INTERROGATIVE}|tem|possui|existe|aceita|conversa|roda|precisa de|liga|vem com|usa"
    r"|serve[mr]? (?:pra|para)|da (?:pra|para)|pode|consigo|faz(?:em)?|corta[mr]?|fatia[mr]?|molda[mr]?|mistura[mr]?"
    r"|bate[mr]?|ensaca[mr]?|vende[mr]?|fabrica[mr]?|trabalham? com|forma[mr]?|moer|processa[mr]?|cobre[m]?)\b"
    r"|(?:^|[,;.!?:]) *(?:(?:de|com|em|por|para|pra) )?(?:que|q)\b|\b(?:de|com|em) que\b"
)
_MUST = re.compile(r"\b(tem|tenho|temos|teria) (que|q|de)\b")
_CLAUSE = re.compile(r"[^,;.?!\n]+[?]?")
_BUT = re.compile(r" (?=(?:mas|porem|so que) )")
# A name ends it too: "quantos a FB300 crava".
_FOCUS_END = re.compile(r"[,;.?!\n]| {4,}")
_INTERROGATIVES = re.compile(rf"(?<!\bpra )(?<!\bpara )\b({_INTERROGATIVE})\b")
# Somebody speaks of their own business, not of a machine.
_ABOUT_ME = re.compile(
    r"\b(meus?|minhas?|nossos?|nossas?|sou|somos|represento|tenho|temos|trabalho|trabalhamos|faco|fazemos|produzo"
    r"|produzimos|vendo|vendemos|uso|usamos|moro|moramos|abri|abrimos|estou|estamos|to|comprei|compramos|montei"
    r"|fabrico|fabricamos|atendo|atendemos|toco|tocamos|opero|operamos|falo|aqui"
    r"|recebi|vi|li|achei|ganhei|herdei|fui|pra quem|para quem|falando|misturo|misturamos|bato|batemos|corto|cortamos"
    r"|moldo|moldamos|preparo|preparamos|entrego|entregamos|atuo|vivo|cozinho|toca|conheci|fechei|fechamos)\b"
    r"|\b(odeio|detesto|prefiro|cansei|nao quero)\b"
    r"|\beu (?!quer|precis|poss|consig|dev|gost)\w+o\b"
)
# What a machine is to work on is asked about, whoever owns it.
_MY_GOODS = re.compile(r"\b(minha|meu|nossa|nosso) (carne|massa|blend|hamburguer|burger|linguica|produto|receita)\b")
_FAMILY = re.compile(r"\b(misturador|misturadeira|ensacadeira|embutideira|formadora|cortadora|filetadora)")
# What somebody wants to know follows; what led there stands before.
_WANTS = re.compile(
    r"\b(saber|confirmar|perguntar|entender|tirar (?:a |uma )?duvida|me (?:diz|diga|fala|explica|informa))"
    r"(?: (?:ai|uma coisa|por favor|so))*,? (?=\w)"
    r"|\b(?:disse|disseram|falou|falaram|contou|contaram|comentou|comentaram|jurou|garantiu|li|vi|ouvi|escutei)\b"
    r"(?: \w+){0,3} que (?=\w)"
)
_EITHER = re.compile(r"\b([a-z]+) ou ((?:[a-z]+ ?){1,4})")
_SAID_OF = re.compile(r"\b(?:eh|sao|seria[m]?|ser) ([a-z ]+)")
_IF = re.compile(r" *(?:e |mas )?(?:caso|se) (?!(?:ela|ele|a maquina)\b)\w+")
# Names stand blanked: what follows one tells what it is asked to do ("a cuba da SmartPro gira?").
_BLANK = "   "
# Plain words of a machine or a person, not of a part of it.
_MOVES = re.compile(r"(dobr|sob|desc|solt|vir|gir|abr|fech|saem|cai|caem|mex|desliz|trav|incl)")
_OF_NAME = re.compile(r"\bd[aeo]s?$")
# What is done so many times is no matter: "engole quantos quilos".
_STRAIGHT = re.compile(r"\b(?:qual|quais|quant[oa]s?) (?:(?:eh|sao|o|a|os|as|de|maxim\w+|minim\w+) +)*(\w+)")
_BEFORE_COUNT = re.compile(r"\b[a-z]+(?= (?:ate |uns |umas |em )?quant[oa]s?\b)")
_AFTER_NAME = re.compile(r" {3,}([a-z]{3,})")
# "Rodando direto" tells how, not what.
_GERUND = re.compile(r"\w{2}[aei]ndo$")
_FOCUS_WORDS = 4
_OF = frozenset({"de", "do", "da", "dos", "das", "com", "em"})

Knows = Callable[[str], bool]


def asking_part(rest: str) -> str:
    """The text without the clauses about its writer, when another clause asks for something known."""
    for match in _WANTS.finditer(rest):
        if topics.aspects(rest[match.end() :]):
            return asking_part(rest[match.end() :])
    clauses = [match.group() for match in _CLAUSE.finditer(_BUT.sub(",", rest)) if match.group().strip()]
    asking = [clause for clause in clauses if not _tells(clause)]
    # "Recebi o folder mas não achei a produção": where nothing else asks, a topic told of is what is asked.
    for kept in (asking, [clause for clause in clauses if clause in asking or topics.aspects(clause)]):
        if len(kept) < len(clauses) and any(_is_about_machines(clause) for clause in kept):
            return ", ".join(kept)
    return rest


def excused(rest: str, knows: Knows) -> frozenset[str]:
    """Unknown words offered as the alternative of a known one: "na bandeja ou na esteira"."""
    return frozenset(
        word for pair in _alternatives(rest) if any(knows(word) for word in pair) for word in pair if not knows(word)
    )


def unknown(rest: str, knows: Knows, *, whole: bool, figured: bool) -> list[str]:
    """Telling words that are asked and not known.

    All of them when nothing known was asked (`whole`); else what directly follows an asking word, what a machine or
    part is asked to be, and alternatives of which neither is known. A question about a figure (`figured`) is answered
    by it, whatever words it is asked with.
    """
    rest = _MUST.sub(" ", rest)
    if whole:
        return [word for word in _telling(words(rest)) if not knows(word)]
    if figured:
        return []
    rest = ", ".join(clause for clause in _CLAUSE.findall(rest) if not _measures(clause))
    rest = _BEFORE_COUNT.sub(_blanked, rest)
    asked = [word for match in _ASKING.finditer(rest) for word in _focus(rest[match.end() :])]
    asked += [word for match in _SAID_OF.finditer(rest) for word in _telling(words(match[1])[:3])]
    asked += [word for clause in _CLAUSE.findall(rest) for word in _predicates(clause)]
    asked += [word for pair in _alternatives(rest) for word in pair]
    return [word for word in asked if not knows(word)]


def _predicates(clause: str) -> Iterator[str]:
    """What machines are said to do where nothing else is asked of them, and whatever their parts are."""
    for match in _AFTER_NAME.finditer(clause):
        before, verb = clause[: match.start()], match[1]
        if _OF_NAME.search(before) and topics.aspects(before):
            yield from (word for word in (verb,) if _MOVES.match(word) or not is_filler(word))
        elif not topics.aspects(f"{before} {clause[match.end() :]}"):
            yield from _telling([verb])


def _measures(clause: str) -> bool:
    """Whether a clause asks straight for a topic ("qual a espessura", "quantos kg"): nothing else in it matters."""
    match = _STRAIGHT.search(clause)
    return match is not None and bool(topics.aspects(match[1]))


def _blanked(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _tells(clause: str) -> bool:
    """Whether a clause only says who writes, or under which condition something is asked."""
    about_me = _ABOUT_ME.search(clause) is not None and not _MY_GOODS.search(clause)
    return (about_me and not _asks(clause)) or _IF.match(clause) is not None


def _is_about_machines(clause: str) -> bool:
    """Whether a clause names a topic, a machine or a figure (the latter two stand blanked)."""
    said = (topics.PORTFOLIO, _FAMILY)
    return bool(topics.aspects(clause)) or _BLANK in clause or any(way.search(clause) for way in said)


def _asks(clause: str) -> bool:
    return clause.endswith("?") or _INTERROGATIVES.search(clause) is not None


def _alternatives(rest: str) -> list[tuple[str, str]]:
    """The telling words on both sides of each "ou"; none where one side holds no such word."""
    found = []
    for match in _EITHER.finditer(rest):
        right = _telling(words(match[2]))
        if right and _telling([match[1]]):
            found.append((match[1], right[0]))
    return found


def _telling(plain: Iterable[str]) -> list[str]:
    return [word for word in plain if len(word) > 2 and not word[0].isdigit() and not is_filler(word)]


def _focus(span: str) -> list[str]:
    """The first telling word of a span and the noun that completes it ("massa de pizza")."""
    focus: list[str] = []
    near = words(_FOCUS_END.split(span)[0])[:_FOCUS_WORDS]
    for at, word in enumerate(near):
        if _GERUND.search(word):
            break
        if is_filler(word) or word[0].isdigit() or len(word) < 3 or (at and near[at - 1] == "eu"):
            continue
        if not focus or near[at - 1] in _OF or near[at - 1] == focus[-1]:
            focus.append(word)
    return focus[:2]
