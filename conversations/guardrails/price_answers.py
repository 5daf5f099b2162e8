"""What a reply tells of a price by answering the lead: yes, no, nearly, more, "com esse valor, só a manual".

Only after a message that asks for a price or names an amount (`eval/README.md`, 1.2 price).
"""

from collections.abc import Iterator
from dataclasses import replace

from conversations.guardrails import amounts
from conversations.guardrails.patterns import Matcher
from conversations.guardrails.sheet import Finding, Sheet, hits, rules
from seleto.lib.text.numbers import Kind as QuantityKind

_ECHO = "Confirma, nega ou aproxima um valor citado pelo lead."

_NEAR = Matcher(
    rules(
        """
        sim|isso|exato|exatamente|aham|uhum|certo|certinho|certeza|correto|positivo|confirmo|confirmado|perfeito|
        acertou
        nao|nada|negativo|errado|nem|jamais|imagina|bingo|afirmativo|opa|claro|justamente|bem|yes
        por ai
        perto|pertinho|proximo|proxima|longe|quase|quente|frio|morno|gelado|gelada|esquentou|esfriou|errou|passou|
        chutou
        mais|menos|abaixo|acima|menor|maior|metade|dobro|alem|aquem|beirando|parecido|superior|inferior
        pouco|pouquinho|tiquinho|bocado|tico|tantinho
        quem me? dera
        ainda|continua|mantem|segue _2 esse|essa|isso|mesmo|mesma
        infelizmente? aumentou|subiu|baixou|caiu|mudou|reajustou|reajustaram|aumentaram
        primeira|segunda|terceira|primeiro|segundo|terceiro|ultimo|ultima _1 opcao|valor|alternativa|numero
        por fora
        mesmo|mesma|igual que|do|ao
        arredonda|arredondando
        esse|essa|este|esta mesmo|mesma|ai
        tanto|exagero|confere|certissimo
        na mosca
        sabia|adivinhou|chute|teto|limite|maximo|minimo
        aumenta|diminui|sobe|desce|soma|poe|bota|tira
        antes|quisera fosse|eu|deus
        sonha|sonhar|sonhe|desatualizado|desatualizada|antigo|velho|velha
        vai|chega|passa|daa|bate|fica|cabe|rola|consegue|da|leva|pode
        """,
        _ECHO,
    )
)
# Told of the price when the lead asked for it, whether or not he named an amount.
_BEYOND = Matcher(
    rules(
        """
        mais|menos|acima|abaixo|alem _2 que|do vc|vcs? imagina|pensa|espera|esperava|imaginava|pensava
        mais|menos|acima|abaixo|alem do? que vc|vcs imagina|pensa|espera|esperava|imaginava|pensava
        vai|vao _1 se? assustar|surpreender|espantar
        nao|sem _1 assusta|assustar|susto
        tranquilo|suave|salgadinho|salgado|pesadinho
        """,
        amounts.SIZE,
    )
)
_KNOWS = (
    "vi",
    "sei",
    "conheco",
    "conhecia",
    "recebi",
    "lembro",
    "entendi",
    "consta",
    "conheci",
    "tenho",
    "fui",
    "ouvi",
)


def _judged(sheet: Sheet) -> Iterator[Finding]:
    """ "o seu chute de 20 tá bom"."""
    for at, word in enumerate(sheet.words):
        said = word.quantity is not None and not sheet.lead_values.isdisjoint(word.quantity.values)
        if said and sheet.clause_has(at, *_VERDICTS) and not (sheet.asks(at) or sheet.handed_over(at)):
            yield Finding(at, at + 1, _ECHO)


_VERDICTS = ("bom", "perto", "longe", "correto", "errado", "otimo", "quase", "exato", "pouco", "muito")


def _says_no_answer(sheet: Sheet, at: int) -> bool:
    """ "isso ajuda bastante", "não vi": said of the talk, not of the amount."""
    if sheet.words[at].text == "bem" and sheet.before(at, 1, "tudo", "muito", "bem"):
        return True
    following = sheet.words[at + 1] if at + 1 < sheet.clause(at).stop else None
    if following is None or following.comma:
        return False
    if sheet.words[at].text == "isso":
        return following.text not in ("mesmo", "ai", "sim", "exato", "ne", "viu", "tudo", "e", "exatamente", "por")
    return sheet.words[at].text == "nao" and following.text in _KNOWS


def _first_answer(sheet: Sheet) -> int:
    """Where the first sentence ends, or the second when the first only says the lead's amount back ("15? quase")."""
    first = sheet.sentences[0]
    echoed = sheet.asks(0) and len(sheet.sentences) > 1 and any(word.quantity for word in sheet.words[: first.end])
    return sheet.sentences[1].end if echoed else first.end


_TAKEN_NOTE = ("isso", "perfeito", "certo", "claro", "opa", "exato", "ok")
_FITS = Matcher(
    rules(
        "com|pra|por|no|nesse|dentro|pelo|esse _2 @afford_money _8 @product|#model\n@product|#model _6 @afford_money",
        amounts.AFFORD,
    )
)


def _budget(lead: Sheet) -> bool:
    """The lead says what can be spent; "um orçamento" is a quotation he asks for."""
    own = ("meu", "nosso", "no", "do", "pelo", "esse", "este")
    return any(
        "@afford_money" in word.tags and (word.text != "orcamento" or lead.before(at, 1, *own))
        for at, word in enumerate(lead.words)
    ) or lead.has("tenho", "temos", "pago", "gastar", "investir", "guardei", "juntei", "reservei", "separei")


_LIKE = Matcher(rules("@goods", amounts.RANK))
_LEAST = 5  # a smaller number of the lead's counts things
_SHORT = 7  # words; an answer that short names a thing for its price: "uma viagem pra Europa"


def check(sheet: Sheet) -> Iterator[Finding]:
    """Yes, no, warmer or colder to an amount or a level the lead named."""
    for finding in hits(sheet, _BEYOND):
        if not sheet.handed_over(finding.first) and not sheet.asks(finding.first):
            yield replace(finding, sure=False)
    for finding in hits(sheet, _LIKE):
        if finding.end <= sheet.sentences[0].end <= _SHORT and not sheet.asks(0) and not sheet.handed_over(0):
            yield finding
    counted = (QuantityKind.MONEY, QuantityKind.PLAIN)
    amount = any(
        word.quantity
        and word.quantity.kind in counted
        and word.quantity.high >= _LEAST
        and not sheet.lead.after(at, 1, "@product", "#model")
        for at, word in enumerate(sheet.lead.words)
    )
    if (
        not (amount or sheet.lead.has("@dear", "@goods") or _budget(sheet.lead))
        or sheet.has("@hedge")
        or not sheet.words
    ):
        return
    if amount:
        yield from _judged(sheet)
        for finding in hits(sheet, _FITS):
            if not sheet.asks(finding.first) and not sheet.handed_over(finding.first):
                yield finding
    if sheet.lead.has("qual", "quais") and not sheet.asks(0):
        # "qual a mais barata?" - "a manual"; "com 10 mil levo qual?" - "a FBM100"
        named = [at for at in range(sheet.sentences[0].end) if sheet.is_any(at, "@product", "#model")]
        if named and sheet.sentences[0].end <= 5:
            yield Finding(named[0], named[0] + 1, amounts.RANK)
    measured = ("#length", "#mass", "#volume", "#power", "#rate", "#pieces")
    for finding in hits(sheet, _NEAR):
        if _says_no_answer(sheet, finding.first) or sheet.clause_has(finding.first, *amounts.NOTED):
            continue
        if sheet.clause_has(finding.first, *measured) and not sheet.clause_has(finding.first, "#money"):
            continue  # "isso, 14 cm"
        if sheet.words[finding.first].text in _TAKEN_NOTE and amount and _budget(sheet.lead) and not sheet.lead.asks(0):
            continue  # "perfeito, anotei" to what the lead has to spend
        if finding.first <= 4 and finding.first < _first_answer(sheet) and not sheet.handed_over(finding.first):
            yield finding
