"""Messages without words of the lead's own (files, places, cards, calls): which approved phrase answers them."""

import re

from conversations.agent.state import Line, TurnState
from knowledge.models import Situation
from leads import municipalities, nearby
from seleto.lib.text.fold import fold

# What WhatsApp writes for the lead: shown to people, no words of theirs.
CARDS = frozenset({"location", "contact", "call"})
CITY = "{cidade}"
# How often each is answered in a session: no loop with a machine, and no answer to every photo.
_MOST = {Situation.CONTATO_RECEBIDO: 1, Situation.CHAMADA_PERDIDA: 1}
_MOST_ELSE = 2
# Of what a message brings beside its words: its types, the phrase whose statement acknowledges it, and what a reply
# says that does so already.
_TAKEN = r"\b(?:recebi\w*|chegou|chegaram|received|got (?:it|your))\b"
RECEIPTS = {
    Situation.ARQUIVO_RECEBIDO: (
        frozenset({"image", "video", "document"}),
        re.compile(
            _TAKEN + r"|\b(?:arquiv\w+|fotos?|image\w+|documentos?|videos?|pdf|anexos?|photos?|pictures?|files?)\b"
        ),
    ),
    Situation.LOCALIZACAO_RECEBIDA: (
        frozenset({"location"}),
        re.compile(_TAKEN + r"|\b(?:localizac\w+|location|ubicacion|endereco|cidade|city|ciudad|fica em|fala de)\b"),
    ),
    Situation.CONTATO_RECEBIDO: (
        frozenset({"contact"}),
        re.compile(_TAKEN + r"|\b(?:contat\w+|contact\w*)\b"),
    ),
}
# As ``channels.fields.place`` ends a location.
_POINT = re.compile(r"\((-?\d{1,2}\.\d{6}), (-?\d{1,3}\.\d{6})\)$")
_CITY_AND_STATE = re.compile(r"(?:^|[,–\-] *)([^\d,–\-/()]{3,40}?) *[,/–\-] *([A-Z]{2})\b")


def has_words(line: Line) -> bool:
    """Whether there is something to read in a message."""
    return bool(line.attached or (line.text and line.type not in CARDS))


def situation(state: TurnState, known: dict[str, str]) -> Situation:
    """The phrase for messages without words; voice notes first, as they hide the most."""
    types = {line.type for line in state.pending}
    if "audio" in types:
        unheard = [line for line in state.pending if line.type == "audio"]
        longer = all(line.reading == "too_long" for line in unheard)
        return Situation.AUDIO_LONGO if longer else Situation.REPETIR_AUDIO
    if types & {"image", "video", "document"}:
        return Situation.ARQUIVO_RECEBIDO
    if "location" in types:
        if "cidade" in known:
            return Situation.GENERICA
        return Situation.LOCALIZACAO_CIDADE if city(state) else Situation.LOCALIZACAO_RECEBIDA
    if "contact" in types:
        return Situation.CONTATO_RECEBIDO
    return Situation.CHAMADA_PERDIDA if "call" in types else Situation.ARQUIVO_RECEBIDO


def unacknowledged(reply: str, state: TurnState) -> list[Situation]:
    """The phrases for what the lead sent beside words and the reply says nothing of, as often as it helps."""
    said, types = fold(reply), {line.type for line in state.pending}
    return [
        situation
        for situation, (kinds, told) in RECEIPTS.items()
        if types & kinds and not told.search(said) and not said_enough(state.memory.acknowledged, situation)
    ]


def said_enough(answered: tuple[str, ...], wanted: Situation) -> bool:
    """Whether this was answered as often as it helps."""
    return answered.count(wanted.value) >= _MOST.get(wanted, _MOST_ELSE)


def city(state: TurnState) -> str:
    """The city to be asked about of a shared place: the one it names with its state ("Itajaí/SC"), or next to it."""
    places = [line.text for line in reversed(state.pending) if line.type == "location"]
    for text in places:
        for name, uf in _CITY_AND_STATE.findall(text):
            place = municipalities.find(name.strip(), uf)
            if place is not None:
                return f"{place.name}/{uf}"
    for text in places:
        point = _POINT.search(text)
        near = nearby.city(float(point[1]), float(point[2])) if point else None
        if near is not None:
            return f"{near.name}/{near.uf}"
    return ""
