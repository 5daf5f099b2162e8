"""What a lead means to do, read from their own words: what the class of a lead rests on besides the fifteen fields
(domain.md, "Temperature and score"). Only positive statements count; silence means nothing."""

import re
from collections.abc import Iterator, Sequence

from leads.extraction.said import Item, Said, prepare

MAX_CHARS = 4000

_PLACE = (
    r"(?:comercio|negocio|empresa|firma|loja|restaurante|lanchonete|hamburgueria|acougue|estabelecimento|padaria"
    r"|mercado|ponto comercial|cozinha industrial|frigorifico|food ?truck|distribuidora|churrascaria)"
)
_PLANS = re.compile(
    r"\b(?:vou|vamos|quero|queremos|pretendo|pretendemos|penso em|planej\w+|estou|estamos|to|sonho em)\b[^.!?;]{0,25}"
    r"\b(?:abr\w+|mont\w+|inaugur\w+|comec\w+|vend\w+)|\b(?:abrindo|montando|inaugurando)\b|\bpor enquanto\b|\bainda\b"
)
_NO_BUSINESS = re.compile(
    rf"\bn(?:ao|em) (?:tenho|temos|possuo|possuimos|sou don[oa] de) (?:nenhum[a]? |um[a]? )?{_PLACE}\b"
    r"|\bnao (?:e|eh) (?:pra|para) (?:negocio|empresa|comercio|vender|venda|revenda|comercializar)\b"
    r"|\bnao (?:vendo|trabalho com) (?:nada|comida|alimento\w*)\b|\bnao (?:pretendo|vou|quero|penso em) vender\b"
    r"|\b(?:uso (?:domestico|pessoal|caseiro)|consumo (?:proprio|pessoal))\b"
    r"|\b(?:pra|para|pro) (?:o )?(?:uso proprio|usar em casa|fazer em casa|(?:a )?minha casa\b(?! d[eoa]s? )|casa mesmo"
    r"|churrasco (?:em casa|d[aoe]s? \w+|com \w+))"
    r"|\b(?:trabalho|projeto|pesquisa) (?:d[aeo]|pra|para)(?: a| o)? (?:faculdade|escola|curso|universidade|tcc)\b"
    r"|\b(?:so|apenas|e|eh) (?:um |por |meu )?hobby\b"
)
_BUSINESS = re.compile(
    rf"\b(?:tenho|temos|sou (?:o |a )?(?:don[oa]|proprietari[oa]|soci[oa]) d[aeo]|minha|nossa|meu|nosso|abri|abrimos"
    rf"|somos)\b(?: uma?| duas| dois| tres| \d+)? {_PLACE}s?\b"
)
_DENIED = re.compile(r"\b(?:nao|nem|nunca|sem)\b[^,.;!?]{0,12}$")
_CURIOUS = re.compile(
    r"\b(?:so|apenas|somente|pura|mera|mais) (?:por |uma |de |pra |a )?curiosidade\b|\bcuriosidade (?:mesmo|minha|so)\b"
    r"|\b(?:so|apenas|somente) (?:por|pra|para) saber\b|\b(?:sou|so|to) (?:um |uma )?curios[oa]\b"
    r"|\bnao (?:vou|pretendo|quero|penso em|tenho (?:intencao|interesse) (?:de|em)) (?:comprar|adquirir)\b"
    r"(?! (?:agora|hoje|ja|ess[ae]|est[ae]|esse))"
    r"|\b(?:fico|gosto de|adoro|vivo) (?:so )?(?:vendo|ver|assistindo|assistir) (?:os |uns )?videos?\b"
)
# What somebody asks us to play along with is not what they are.
PRETENDED = re.compile(
    r"\b(?:finj\w+|fing\w+|(?:faz|faca|fazer) de conta|suponh\w+|supond\w+|imagin(?:a|e|em|ando|emos)|digamos|como se"
    r"|(?:me |nos )?(?:trat|consider|atend)\w+ (?:como|que))\b[^.!?;]{0,50}$"
)
_DOCUMENT = r"(?:propostas?|orcamentos?|cotac(?:ao|oes)|pro ?forma)"
_QUOTE = re.compile(
    r"\b(?:mand|envi|encaminh|pass|fa[cz]|prepar|mont|elabor|ger[ae]|emit|quer|queri|precis|solicit|gostaria|aguard"
    rf"|receb|pe[cd]|pod|consegu|ver)\w*\b[^.!?;\n]{{0,40}}\b{_DOCUMENT}\b"
    rf"|\b{_DOCUMENT} (?:formal|comercial|oficial|por escrito|em pdf|no (?:meu |nosso )?(?:cnpj|e ?-?mail))\b"
    rf"|\b(?:pra|para)(?: a| o| fazer)? {_DOCUMENT}\b|\b{_DOCUMENT}\b[^.!?;\n]{{0,40}}\b(?:me )?(?:mand|envi|pass)\w*"
    rf"|^\W*(?:uma? )?{_DOCUMENT}(?:,? por favor| pfv| pf)?\W*$"
)
# Money the lead has or lacks, or a quotation they already hold.
_NOT_QUOTE = re.compile(
    rf"\b(?:nao|nem|meu|nosso|tenho|temos|sem|outr[oa]s?|recebi|ja (?:tenho|recebi|fiz))\b[^,.;!?]{{0,18}}"
    rf"\b{_DOCUMENT}$"
    r"|\bnao (?:preciso|quero|precisa|manda|mande|envia|envie)\b"
)
_VISIT = re.compile(
    r"\b(?:quer\w*|gostaria|pod\w+|da pra|marc\w+|agend\w+|vou|consigo|tem como|fazer|solicit\w+)\b[^.!?;\n]{0,30}"
    r"\b(?:visit\w+|demonstrac\w+|show ?room|conhecer a (?:fabrica|maquina)|ver a maquina funcionando)\b"
)
_DECIDES = re.compile(
    r"\b(?:sou|somos) (?:o |a |os )?(?:don[oa]s?|proprietari[oa]s?|soci[oa]s?|diretor\w*|comprador\w*|empresari[oa]"
    r"|gerente (?:de|da) (?:compras|producao)|responsavel pel[ao]s? (?:compras?|producao))\b(?! (?:do|da) clube)"
    r"|\b(?:quem (?:decide|compra|resolve)) (?:sou eu|aqui sou eu)\b|\ba decisao e minha\b"
)
_GROWS = re.compile(
    r"\b(?:estamos|estou|to|vamos|vou|queremos|quero|precisamos|preciso|pretendo|pretendemos)\b[^.!?;]{0,25}"
    r"\b(?:ampli|expandi|cresc|aument|dobr|triplic|escal)\w+"
    r"|\b(?:nova|segunda|terceira|outra|mais uma) (?:loja|unidade|filial|cozinha)\b"
)


def intentions(messages: Sequence[str]) -> tuple[Item, ...]:
    """At most one item per field (`negocio`, `intencao`, `visita`, `decisor`, `crescimento`), the last word of each.

    Reads the lead's own messages, oldest first; `Item.message` is the index in `messages`.
    """
    latest: dict[str, Item] = {}
    for said in prepare([message[:MAX_CHARS] for message in messages]):
        for item in sorted(_read(said), key=lambda item: item.start):
            latest[item.field] = item
    return tuple(latest.values())


def _read(said: Said) -> Iterator[Item]:
    yield from _no_business(said)
    yield from _found(said, _BUSINESS, "negocio", "sim", unless=_DENIED)
    yield from _found(said, _CURIOUS, "intencao", "curiosidade", unless=PRETENDED)
    for match in _QUOTE.finditer(said.folded):
        if not _NOT_QUOTE.search(said.folded[max(0, match.start() - 20) : match.end()]):
            yield said.item("intencao", "proposta", match.start(), match.end())
    for field, pattern in (("visita", _VISIT), ("decisor", _DECIDES), ("crescimento", _GROWS)):
        yield from _found(said, pattern, field, "sim", unless=_DENIED)


def _no_business(said: Said) -> Iterator[Item]:
    """Who has none yet but is about to open one is a buyer."""
    if not _PLANS.search(said.folded):
        yield from _found(said, _NO_BUSINESS, "negocio", "nao", unless=PRETENDED)


def _found(
    said: Said, pattern: re.Pattern[str], field: str, value: str, *, unless: re.Pattern[str] | None = None
) -> Iterator[Item]:
    for match in pattern.finditer(said.folded):
        if unless is None or not unless.search(said.before(match.start(), 70)):
            yield said.item(field, value, match.start(), match.end())
