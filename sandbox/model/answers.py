"""Choosing, among the articles that came with the request, those that answer what the lead asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model import products
from sandbox.model.brief import Article, Brief
from sandbox.model.text import fold, words

_MAX_ARTICLES = 3
_MAX_CHARS = 330
_COVERED = 0.6
_FOREIGN = 2  # this many words that neither the article nor the topic knows: another question
_NEUTRAL = words(
    """diferenca maximo minimo maxima minima favor maior menor kilo quilo litro hora numero modelo mesmo total cada
    fala diz informacao formadora hamburguer peca planta medida medidas capacidade acompanha vem incluso inclusos
    inclusa regula aguenta sai meses mes ano anos quantos moldar equipamento explica"""
)
_INSTRUCTION = re.compile(r"nao informar|encaminh|apresentar tambem|registrar interesse|\bconsultor\b")
_CODE_FIRST = re.compile(r"^(?:FB|SE|CT|FS|EPE|ENS|MIX)")
_SAME_SUBJECT = re.compile(r"^(A (?:SE )?[A-Z]\w+) ((?:é|produz|faz|tem|usa|corta|acompanha|trabalha) .+)$", re.S)
_SUBJECT = re.compile(r"^([^:]{2,40}):\s+(.+)$", re.S)

# topic: (what a question about it looks like, what an article about it looks like); folded text
_TOPICS: dict[str, tuple[str, str]] = {
    "producao": (
        r"\bproduz|producao|rendimento|\brende|por hora|por dia|num dia|horari[ao]|capacidade|ciclos|vazao"
        r"|\bfaz(?:em)? quant"
        r"|quant\w+ (?:\w+ )?(?:ela |ele )?(?:faz|por|na hora|hora)|soltar|velocidade maxima|em uma hora"
        r"|em 1 hora|por minuto",
        r"por hora|/h\b|por dia|ciclos|producao",
    ),
    "cuba": (r"\bcuba|reservatorio|cabe(?:m)?\b|\blitros\b|de uma vez", r"\bcuba|reservatorio"),
    "motor": (r"\bcv\b|\bmotor|potencia|cavalo", r"\bcv\b|\bmotor"),
    "velocidade": (r"velocidade", r"velocidade"),
    "facas": (r"\bfacas?\b|laminas?\b", r"\bfacas?\b"),
    "espessura": (r"espessura|milimetro|\bmm\b|\bfatia", r"espessura|\d+ a \d+ mm"),
    "diametro": (r"diametro|\bcm\b|gigante|\b1\d\d\s*mm\b|tamanho do (?:hamb|disco)|largura do", r"diametro"),
    "molde": (r"\bmoldes?\b|\bformas?\b|formato", r"\bmoldes?\b"),
    "garantia": (r"garantia", r"garantia"),
    "material": (r"\binox|\baco\b|material|\b304\b", r"inox|\baco\b"),
    "tipo": (
        r"\b(?:e|eh|sao|sera)\s+(?:\w+\s+)?(?:pneumatic|eletric|automatic|manual|semi)"
        r"|(?:pneumatic|eletric)\w*\s*(?:ou|ne\b|\?)|que tipo|como funciona|(?:eletric|pneumatic)\w*.*\btem\b",
        r"\.tipo|pneumatic|eletric|e formadora manual",
    ),
    "esteira": (r"esteira", r"esteira"),
    "empilha": (r"empilh", r"empilh"),
    "interplast": (r"interplast|filme|plastico", r"interplast"),
    "bicos": (r"\bbicos?\b|funil|funis", r"\bbicos?\b"),
    "tamanho": (r"tamanho|quantos (?:kg|kilos|quilos)|de (?:15|30)\b|por vez|aguenta", r"15 kg|30 kg|= 18 kg|massa"),
    "litragem": (r"maior misturador|menor misturador|misturador\w* de quant|volumes|litros", r"25, 70|volumes"),
    "variacao": (r"variacao|varia\b|gramas|padroniza", r"variacao"),
    "tensao": (
        r"voltagem|\btensao|\bvolts?\b|\b(?:110|127|220|380)\s*v?\b|trifasic|monofasic|bifasic",
        r"tensao|monofasic",
    ),
    "uso": (r"\bcorta (?:o que|frango|porco|suin|bacon|carne|salsicha)|\bserve para", r"\bcorta carne"),
    "opcional": (r"opciona|acessori|\bpedal\b", r"opciona|\bpedal\b"),
    "limpeza": (r"limpador", r"limpador"),
    "higiene": (r"higien|contamina|contato", r"contamina"),
    "portfolio": (
        r"o que (?:mais )?(?:voces|vcs) (?:tem|fazem|vendem)|quais (?:sao as )?(?:as )?maquinas|que maquinas"
        r"|trabalham com"
        r"|linha de produtos|o que mais|quem sao|quais produtos|portfolio|o que a seleto|vendem o que|fazem o que",
        r"portfolio|formadoras, cortadora",
    ),
}  # fmt: skip
_QUESTION = {name: re.compile(pattern) for name, (pattern, _) in _TOPICS.items()}
_EVIDENCE = {name: re.compile(pattern) for name, (_, pattern) in _TOPICS.items()}
_RATE = re.compile(
    r"(\d[\d.]*)(?:\s*(?:a|-)\s*(\d[\d.]*))?\s*(?:hamburgueres|ciclos|discos|pecas)?\s*(por hora|/h\b|/hora"
    r"|por dia|/dia)"
)


@dataclass(frozen=True)
class Answer:
    """``text`` to be said and the ids it rests on; ``gap`` is the question nothing here answers."""

    text: str = ""
    sources: tuple[str, ...] = ()
    gap: str | None = None


def sayable(brief: Brief) -> list[Article]:
    """Articles that state a fact; those that tell the assistant how to behave are not for the lead."""
    return [
        article
        for article in brief.articles
        if not article.id.startswith("com.") and not _INSTRUCTION.search(fold(article.text))
    ]


def to_questions(brief: Brief, questions: Sequence[str], *, context: str, need: str) -> Answer:
    """Answer technical questions; ``context`` is what was said so far, ``need`` the lead's part of it, folded."""
    asked = fold(" ".join(questions))
    topics = {name for name, pattern in _QUESTION.items() if pattern.search(asked)}
    codes = products.mentioned(asked) or products.mentioned(fold(brief.text))
    if not codes:  # "qual a cuba dela?": the machine the lead wants, or the last one spoken of
        wanted_code = brief.known.get("produto", "")
        codes = [wanted_code] if wanted_code else products.mentioned(need)[-1:] or products.mentioned(context)[-1:]
    if "portfolio" in topics:
        codes = []
    family = products.family(fold(brief.text)) or products.family(need)
    wanted = set(codes) or set(family[1] if family else ())
    scored = []
    for article in sayable(brief):
        score = _score(article, topics, asked, set(codes), wanted)
        if score > 0:
            scored.append((score, article))
    scored.sort(key=lambda pair: -pair[0])
    if scored:
        return _say([article for _, article in scored])
    return Answer(gap=questions[0]) if questions else Answer()


def about(brief: Brief, codes: Sequence[str]) -> Answer:
    """Two facts to present machines with: what they make, and of what kind they are."""
    chosen: list[Article] = []
    for code in codes:
        own = [article for article in sayable(brief) if _belongs(article, {code})]
        own.sort(key=lambda article: -_presents(article))
        chosen += [article for article in own if _presents(article)][: 2 if len(codes) == 1 else 1]
    return _say(list(dict.fromkeys(chosen)))


def for_sausage(brief: Brief) -> Answer:
    """The sausage fillers in the sizes an article names; empty when none does."""
    for article in sayable(brief):
        sizes = [size for size in ("15", "30") if re.search(rf"\b{size}\s*kg", fold(article.text))]
        if sizes and _belongs(article, {"ENS15", "ENS30"}):
            listed = " e ".join(f"de {size} kg (ENS{size})" for size in sizes)
            return Answer(text=f"Para linguiça temos ensacadeiras {listed}.", sources=(article.id,))
    return Answer()


def for_need(brief: Brief, per_hour: float) -> Answer:
    """The smallest machine that makes at least ``per_hour`` pieces."""
    fits = []
    for article in sayable(brief):
        capacity = _capacity(article)
        if capacity is not None and capacity >= per_hour:
            fits.append((capacity, article))
    if not fits:
        return Answer()
    article = min(fits, key=lambda pair: pair[0])[1]
    found = _SUBJECT.match(" ".join(article.text.split()).rstrip("."))
    if found is None:
        plain = article.text.rstrip(".")
        text = f"Para esse volume, uma boa opção: {plain[0].lower()}{plain[1:]}."
        return Answer(text=text, sources=(article.id,))
    return Answer(text=f"Para esse volume, uma boa opção é a {found[1]}: {found[2]}.", sources=(article.id,))


def _capacity(article: Article) -> float | None:
    """Pieces an hour; None for an article about something else."""
    text = fold(article.text)
    found = _RATE.search(text)
    if not found or "espet" in text or "kg" in text:
        return None
    amount = float((found[2] or found[1]).replace(".", ""))
    return amount / 8 if found[3].endswith("dia") else amount


def _score(article: Article, topics: set[str], asked: str, codes: set[str], wanted: set[str]) -> float:
    """0 when the article does not answer. Its topic must be asked for, or its words must cover the question."""
    text = fold(f"{article.id} {article.text}")
    if "espet" in text and "espet" not in asked:
        return 0
    own = _belongs(article, wanted)
    if codes and not own and not _general(article):
        return 0
    matched = sum(1 for name in topics if _EVIDENCE[name].search(text))
    shared = words(asked) & words(text)
    if len(_foreign(asked, topics) - shared) >= _FOREIGN:
        return 0
    if not matched:
        content = words(asked)
        return 1 + len(shared) if not topics and content and len(shared) / len(content) >= _COVERED else 0
    return 3 * matched + (2 if own else 0) + len(shared)


def _foreign(asked: str, topics: set[str]) -> set[str]:
    """Words of the question that are no number, no machine and not what its topic is recognised by."""
    rest = asked
    for name in topics:
        rest = _QUESTION[name].sub(" ", rest)
    return {
        word
        for word in words(rest) - _NEUTRAL
        if not word.isdigit() and not products.mentioned(word) and not products.family(word) and len(word) > 3
    }


def _belongs(article: Article, codes: set[str]) -> bool:
    if article.product:
        listed = set(re.split(r"[\s,;]+", article.product))
        if listed & codes:
            return True
    text = fold(article.text)
    named = set(products.mentioned(text))
    if "ensacadeira" in text:
        named |= {"ENS15", "ENS30"}
    if "misturador" in text:
        named |= {"MIX25", "MIX70", "MIX140", "MIX210"}
    return bool(named & codes)


def _general(article: Article) -> bool:
    return not article.product and not products.mentioned(fold(article.text))


def _presents(article: Article) -> int:
    text = fold(f"{article.id} {article.text}")
    return sum(
        weight
        for name, weight in (("producao", 3), ("tamanho", 3), ("tipo", 2), ("espessura", 2))
        if _EVIDENCE[name].search(text)
    )


def _say(articles: Sequence[Article]) -> Answer:
    parts: list[str] = []
    sources: list[str] = []
    for article in articles[:_MAX_ARTICLES]:
        sentence = _without_subject(render(article.text, first=not parts), parts)
        if parts and len(" ".join(parts)) + len(sentence) > _MAX_CHARS:
            break
        parts.append(sentence)
        sources.append(article.id)
    return Answer(text=" ".join(parts), sources=tuple(sources))


def _without_subject(sentence: str, before: Sequence[str]) -> str:
    """ "A FB300 produz ... A FB300 é ..." names the machine once."""
    found = _SAME_SUBJECT.match(sentence)
    if found is None or not before or not before[-1].startswith(f"{found[1]} "):
        return sentence
    return f"Ela {found[2]}"


def render(text: str, *, first: bool) -> str:
    """An article as a sentence of a chat: "FB300: 300 por hora" becomes "Sobre a FB300: 300 por hora."."""
    plain = " ".join(text.split()).rstrip(".")
    found = _SUBJECT.match(plain)
    if found and first and products.mentioned(fold(found[1])):
        plain = f"Sobre a {found[1]}: {found[2]}"
    elif not found and _CODE_FIRST.match(plain):
        plain = f"A {plain}"
    return f"{plain[0].upper()}{plain[1:]}." if plain else ""
