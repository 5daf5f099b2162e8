"""Which files go with a reply. Code decides by what the lead asks for; the model is told and words the reply.

A wrong file is a nuisance and a missing one is asked for again, so only plain requests count (domain.md, "What the
agent does" and hard rule 6).
"""

import re
from collections.abc import Iterable, Sequence

from conversations.agent.schema import Answer
from conversations.agent.state import HandoutFacts, Line, Snapshot, TurnState
from conversations.agent.understanding import Heard
from conversations.guardrails import Kind, Span, Verdict, Violation
from conversations.models import Handoff, Handout
from conversations.speech import names_product
from leads.extraction import MAX_CHARS
from leads.models import Fact, Temperature
from seleto.lib.text.fold import fold
from seleto.lib.text.foreign import words_in_portuguese

# Files of one reply: photos come in sets, papers alone.
MOST_PHOTOS, MOST_PAPERS = 3, 2
# A handover after which the file still helps the sale.
_SALES = frozenset({Handoff.Reason.HOT, Handoff.Reason.FORMAL_QUOTE, Handoff.Reason.TECHNICAL_DOUBT})

_NAMES = {
    Handout.Kind.DATASHEET: r"(?:fichas? tecnicas?|fichas? d\w+ (?:maquina|equipamento|produto)|folhas? de dados"
    r"|data ?sheets?|manual tecnico)",
    Handout.Kind.PHOTO: r"(?:fot(?:o|os|inha|inhas)|imag(?:em|ens))",
    Handout.Kind.CATALOGUE: r"(?:cat[ao]logos?|catalogue?s?|folders?|folhetos?|portfolios?"
    r"|(?:material|pdf)(?: (?:de apresentacao|completo|digital|tecnico|explicativo|com (?:as|os) \w+))?)",
}
# Before the name: somebody asks us to send, or to show, or asks for what there is.
_ASKS = (
    r"(?:\b(?:me |nos )?(?:mand[ae]m?|envi[ae]m?|encaminh[ae]m?|pass[ae]m?|mostr[ae]m?|compartilh[ae]m?|manda(?: ai)?)"
    r"|\b(?:pod|poderi|consegu|da pr|daria pr|tem como|teria como|seria possivel)\w*(?: \w+){0,3}? "
    r"(?:mandar|enviar|encaminhar|passar|mostrar|compartilhar|ver|receber|ter)"
    r"|\b(?:quero|queria|gostaria(?: de)?|preciso(?: de| d[ao]s?)?|queremos|aceito|posso|podemos|adoraria)"
    r"(?: (?:de |muito )?(?:ver|receber|ter|olhar|conhecer|dar uma olhada em|uma?|alguma))*"
    r"|\b(?:tem|teria|tens|possu\w+|voces tem|vcs tem|existe|ha|cade|onde (?:vejo|encontro|acho|esta))"
    r"|\b(?:solicito|peco|aguardo))"
    r"(?: (?:pra mim|para mim|por favor|pfv|ai|o|a|os|as|um|uma|uns|umas|algum|alguma|algumas|alguns|seu|seus|sua|mais"
    r"|me|nos|de|do|da|teu|nosso|esse|essa|esses|essas|as|tambem|ja|so|ver|primeiro|logo)){0,5} "
)
_ALONE = r"^\W*(?:(?:e|oi|ola|bom dia|boa tarde|boa noite)\W+)?(?:(?:o|a|os|as|um|uma|algum|alguma) )?"
_WISHES = {
    kind: re.compile(rf"{_ASKS}(?:\w+ ){{0,2}}?{name}\b|{_ALONE}{name}\b[^.!\n]{{0,40}}$")
    for kind, name in _NAMES.items()
}
_BESIDE = {kind: re.compile(rf"(?:\b(?:e|ou|mais)|,) (?:\w+ ){{0,2}}?{name}\b") for kind, name in _NAMES.items()}
# The lead speaks of their own file, of one they have, or wants none.
_NOT_WANTED = re.compile(
    r"\b(?:nao|nem|n) (?:\w+ ){0,2}?(?:precis|quer|mand|envi|necessit)\w*"
    r"|\b(?:vou|irei|posso|vamos|deixa eu|quer que eu|ja|te|lhe) (?:te |lhe |ja |ai )?"
    r"(?:mand|envi|pass|mostr)(?:o|ar|ei|arei|amos)\b"
    r"|\b(?:ja|la|aqui) (?:\w+ )?(?:vi|tenho|recebi|olhei|baixei|li|chegou)\b"
    r"|\b(?:vi|olhei|li|peguei|baixei|recebi|achei|encontrei) (?:\w+ ){0,4}?"
    r"(?:n[oa]s?|pel[oa]s?|seus?|o|os|a|as|um|uma) "
    r"|\b(?:minha|meu|minhas|meus|nossa|nosso)\b"
)
_THING = r"(?:cat[áa]logo|folder|foto(?:s|grafia)?|imagens?|ficha\s+t[ée]cnica|pdf|material|arquivo|v[íi]deo)"
# What says that a file comes with these words.
_SENDING = re.compile(
    r"\b(?:(?:estou|tô|to)\s+(?:te\s+)?(?:enviando|mandando|encaminhando)"
    r"|(?:vou|irei)\s+(?:te\s+|lhe\s+)?(?:enviar|mandar|encaminhar)|te\s+(?:envio|mando|encaminho)"
    r"|(?:envio|mando|encaminho)\s+(?:agora|j[áa]|abaixo|aqui|em\s+anexo|para\s+você)|seguem?)"
    rf"\b[^.!?\n]{{0,30}}\b{_THING}\b|\b(?:em|no)\s+anexo\b"
    rf"|\baqui\s+est(?:á|ão)\s+(?:o|a|as|os)\s+(?:noss[oa]s?\s+)?{_THING}\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|\bwww\.|\blink\b", re.IGNORECASE)


def wanted(lines: Iterable[Line]) -> frozenset[Handout.Kind]:
    """The kinds of file that the lead's own words ask us for."""
    found: set[Handout.Kind] = set()
    for line in lines:
        if line.author != "lead" or not line.own_words:
            continue
        for clause in re.split(r"[.!?;\n]+", fold(words_in_portuguese(line.text[:MAX_CHARS]))):
            if not _NOT_WANTED.search(clause):
                asked = {kind for kind, wish in _WISHES.items() if wish.search(clause)}
                found |= asked | {kind for kind, beside in _BESIDE.items() if asked and beside.search(clause)}
    return frozenset(found)


def requested(state: TurnState, snapshot: Snapshot, heard: Heard) -> tuple[HandoutFacts, ...]:
    """What answers the lead's request, of the product they speak of where there is such a file."""
    kinds = wanted(state.pending)
    offered = [row for row in snapshot.handouts if row.on_request]
    if not kinds or not offered:
        return ()
    codes = _products(state.pending, snapshot, heard)
    papers: list[HandoutFacts] = []
    if Handout.Kind.DATASHEET in kinds:
        papers += _of(offered, codes, Handout.Kind.DATASHEET) or _catalogue(offered, codes)
    if Handout.Kind.CATALOGUE in kinds:
        papers += _catalogue(offered, codes)
    photos = _of(offered, codes, Handout.Kind.PHOTO)[:MOST_PHOTOS] if Handout.Kind.PHOTO in kinds else []
    return tuple({row.sha256: row for row in [*papers[:MOST_PAPERS], *photos]}.values())


def on_leave(answer: Answer, state: TurnState, snapshot: Snapshot, heard: Heard) -> tuple[HandoutFacts, ...]:
    """What a cold lead is given on parting (domain.md, hard rule 6); nobody who asked for silence."""
    if answer.move != "encerrar" or heard.temperature != Temperature.COLD or state.opted_out:
        return ()
    codes = _products(state.pending, snapshot, heard)
    rows = [row for row in snapshot.handouts if row.on_farewell]
    return tuple((_of(rows, codes, Handout.Kind.CATALOGUE) or [row for row in rows if not row.product])[:1])


def helps_after(reason: Handoff.Reason | None) -> bool:
    """Whether what was asked for still goes when the conversation is handed over for ``reason``."""
    return reason in _SALES


def unkept(parts: Sequence[str], *, going: bool) -> Verdict:
    """A reply that says a file comes when none does. The guardrails cannot know; the turn does."""
    text = "\n\n".join(parts)
    if going or _LINK.search(text):
        return Verdict()
    spans = tuple(Span(found.start(), found.end(), Kind.PROMISE) for found in _SENDING.finditer(text))
    if not spans:
        return Verdict()
    return Verdict((Violation(Kind.PROMISE, spans, "Diz que envia um arquivo que não vai com a resposta."),))


def _products(lines: Sequence[Line], snapshot: Snapshot, heard: Heard) -> tuple[str, ...]:
    """The products spoken of in these messages, else the one the lead is interested in."""
    text = "\n".join(line.text[:MAX_CHARS] for line in lines if line.own_words)
    named = tuple(product.code for product in snapshot.products if names_product(product.code, text))
    known = heard.known.get(Fact.Field.PRODUTO, "")
    return named or ((known,) if known else ())


def _catalogue(rows: Sequence[HandoutFacts], codes: Sequence[str]) -> list[HandoutFacts]:
    """The product's own, else the company's."""
    return _of(rows, codes, Handout.Kind.CATALOGUE) or _of(rows, ("",), Handout.Kind.CATALOGUE)


def _of(rows: Sequence[HandoutFacts], codes: Sequence[str], kind: Handout.Kind) -> list[HandoutFacts]:
    return [row for row in rows if row.kind == kind and row.product in codes]
