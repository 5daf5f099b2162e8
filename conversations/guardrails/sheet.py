"""A reply spread out for the rules: its reading, words with concepts, clauses, and what the lead asked before."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from conversations.guardrails.lexicon import LAYERS
from conversations.guardrails.patterns import Hit, Matcher, Owner, Tagged, phrases
from conversations.guardrails.products import Mention, names_of
from conversations.guardrails.verdict import Kind, ReviewContext, Span, Violation
from conversations.guardrails.words import Sentence, Word, split
from seleto.lib.text.foreign import in_portuguese
from seleto.lib.text.numbers import Kind as QuantityKind
from seleto.lib.text.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's claim about words [first, end).

    A guess (`sure` false) is what a word or number most likely means when nothing explains it; it gives way to a sure
    finding of another kind in the same clause.
    """

    first: int
    end: int
    reason: str
    sure: bool = True


class Sheet:
    """One text, analysed once for all rules."""

    def __init__(self, text: str, context: ReviewContext) -> None:
        self.context = context
        self.reading: Reading = in_portuguese(read(text))
        self.words, self.sentences = split(self.reading)
        self._tagged = Tagged(self.words)
        for layer in LAYERS:
            self._tagged.tag(layer)
        self._keys = self._tagged.clauses
        self._clauses: dict[int, tuple[int, int]] = {}
        for at, word in enumerate(self.words):
            first, _ = self._clauses.get(word.clause, (at, at))
            self._clauses[word.clause] = (first, at + 1)

    @cached_property
    def lead(self) -> "Sheet":
        """The lead's last message, analysed the same way."""
        return _sheet_of_lead(self.context.lead_last)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Where products of the catalogue are named, in order."""
        return names_of(self.context.products).find(self.words)

    @property
    def lead_values(self) -> frozenset[Decimal]:
        """Every number of the lead's last message, in every reading."""
        return self.lead.values

    @cached_property
    def topics(self) -> frozenset[str]:
        """What the lead's last message asks about, or the reply itself ("Frete? Já tá embutido."): price, deadline,
        payment, freight, discount."""
        return self.lead.subjects | self._own_questions

    @property
    def _own_questions(self) -> frozenset[str]:
        """Subjects of the questions of a word or two that the reply answers itself."""
        asked = {
            number
            for number, sentence in enumerate(self.sentences[:-1])
            if sentence.mark.startswith("?")
            and sentence.end - sentence.first <= 2
            and not self.sentences[number + 1].mark.startswith("?")
        }
        if not asked:
            return frozenset()
        return frozenset(hit.owner for hit in self.find(_TOPICS) if self.words[hit.first].sentence in asked)

    @cached_property
    def values(self) -> frozenset[Decimal]:
        return frozenset(value for word in self.words if word.quantity for value in word.quantity.values)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The commercial subjects this text, a lead's, asks about."""
        found = {hit.owner for hit in self.find(_TOPICS) if not self._asks_output(hit.first)}
        if self.has("#money") or any(self.asks_amount(at) for at in range(len(self.words))):
            found.add("price")
            if not self.has("@when", "#date", "#time", "prazo", "entrega", "entregam", "demora", "quando"):
                found.discard("deadline")  # "chega a 30 mil?"
        if "freight" in found and self.has("custo", "taxa", "cobra", "cobram"):
            found.discard("deadline")  # "tem taxa de entrega?"
        if self.has("devolv*", "reembols*"):
            found.discard("price")  # "devolvem o dinheiro?"
        if "discount" in found and not self.has("#money", "quanto", "qual", "quais", "custa", "sai", "fica"):
            found.discard("price")  # "melhora o preço?"
        if _NET_DAYS.search(self.reading.text):
            found.add("payment")  # "pode ser 30/60?"
        if self.has("mensagem", "mensagens", "msg", "msgs", "contato", "contatos"):
            found.discard("deadline")  # "quero parar de receber mensagem"
        return frozenset(found)

    def _asks_output(self, at: int) -> bool:
        """ "quanto faz por hora?": how much a machine makes."""
        if self.words[at].text != "quanto" or self.clause_has(at, "@price_noun", "custa", "custam", "sai", "fica"):
            return False
        return self.clause_has(at, *_OUTPUT)

    def asks_amount(self, at: int) -> bool:
        """ "quanto?", "uns 20 mil?": an amount asked or named with nothing that says it is not money."""
        word = self.words[at]
        plain = word.quantity is not None and word.quantity.kind is QuantityKind.PLAIN
        if word.text != "quanto" and (not plain or "/" in self.reading.text[word.start : word.end]):
            return False
        if word.quantity is not None and max(word.quantity.values) >= 1000 and self.before(at, 1, "por"):
            return True  # "faz por 15 mil?"
        if self.clause_has(at, "@make", "#time", "#date", "tempo", "pesa", "mede", "tamanho"):
            return False
        if word.quantity is None:
            return True
        if max(word.quantity.values) < 1000 and self.before(at, 1, "de") and self.before(at, 2, "@product"):
            return False  # "tem ensacadeira de 15?"
        return max(word.quantity.values) >= 1000 or (self.asks(at) and len(self.clause(at)) <= 6)

    def clause(self, at: int) -> range:
        """Indices of the words in the clause of word `at`."""
        return range(*self._clauses[self.words[at].clause])

    def words_within(self, start: int, end: int) -> tuple[int, int]:
        """Indices [first, end) of the words that touch [start, end) of the reading."""
        first = bisect_right(self.words, start, key=lambda word: word.end)
        return first, bisect_left(self.words, end, lo=first, key=lambda word: word.start)

    def sentence(self, at: int) -> Sentence:
        return self.sentences[self.words[at].sentence]

    def find(self, matcher: Matcher[Owner]) -> Sequence[Hit[Owner]]:
        return matcher.find(self._tagged)

    def clause_has(self, at: int, *names: str) -> bool:
        """Whether a word of the clause is one of the names or carries one of them as a tag."""
        return not self._keys[self.words[at].clause].isdisjoint(names)

    def says(self, clause: int, *names: str) -> bool:
        return not self._keys[clause].isdisjoint(names)

    def sentence_has(self, at: int, *names: str) -> bool:
        sentence = self.sentence(at)
        clauses = range(self.words[sentence.first].clause, self.words[sentence.end - 1].clause + 1)
        return any(not self._keys[clause].isdisjoint(names) for clause in clauses)

    def has(self, *names: str) -> bool:
        return any(not keys.isdisjoint(names) for keys in self._keys.values())

    def before(self, at: int, count: int, *tags: str) -> bool:
        """Whether one of the `count` words before `at`, in its clause, carries a tag or is that word."""
        first = max(self._clauses[self.words[at].clause][0], at - count)
        return any(_is_any(word, tags) for word in self.words[first:at])

    def after(self, at: int, count: int, *tags: str) -> bool:
        stop = min(self._clauses[self.words[at].clause][1], at + 1 + count)
        return any(_is_any(word, tags) for word in self.words[at + 1 : stop])

    def is_any(self, at: int, *names: str) -> bool:
        return _is_any(self.words[at], names)

    def asks(self, at: int) -> bool:
        """Whether the sentence is a question; a statement with a tag ("..., ok?") is not."""
        sentence = self.sentence(at)
        if "?" not in sentence.mark and "？" not in sentence.mark:
            return False
        last = self.words[sentence.end - 1]
        return not (last.comma and last.text in _TAGS and sentence.end - sentence.first > 3)

    def declined(self, at: int) -> bool:
        """The clause refuses to tell or does not know, so nothing in it is told."""
        return self.clause_has(at, "@hedge", "@unknown_if")

    def told_by_lead(self, at: int) -> bool:
        """ "você comentou que dá 10% de desconto": what follows is the lead's own."""
        before = range(max(self.clause(at).start, at - 9), at + 1)
        told = next((index for index in before if self.is_any(index, *_REPORTS)), None)
        if told is None or not self.after(told, 1, "que", "do", "da", "de", "sobre"):
            return False
        heard = self.is_any(told, *_HEARD) and self.after(told, 3, *_SPOKEN_TO, "seu", "sua")
        between = range(told + 1, at + 1)
        return (heard or self.before(told, 2, *_SPOKEN_TO)) and not any(
            self.words[index].comma or self.is_any(index, "nos", "gente", "seleto", "consultor") for index in between
        )

    def handed_over(self, at: int) -> bool:
        """The clause, or the sentence after a question, leaves the matter to a person."""
        if self.sentence_has(at, "@hedge", "@unknown_if", "@refer"):
            return True
        following = self.words[at].sentence + 1
        if following < len(self.sentences):
            # "Você prefere parcelar? / Anotei que prefere parcelar. O consultor vê isso."
            echoed = self.asks(at) or self.sentence_has(at, *_ECHOES)
            return echoed and self.sentence_has(self.sentences[following].first, "@hedge", "@refer")
        return False

    def handed_over_next(self, at: int) -> bool:
        """The same sentence refuses, or the next one does or leaves the matter to a person."""
        following = self.words[at].sentence + 1
        if self.declined(at):
            return True
        return following < len(self.sentences) and self.sentence_has(
            self.sentences[following].first, "@hedge", "@refer"
        )

    def violation(self, kind: Kind, findings: Iterable[Finding]) -> Violation | None:
        """One violation of the findings; the first one's reason stands for all."""
        found = sorted(findings, key=lambda finding: (finding.first, finding.end))
        if not found:
            return None
        spans = dict.fromkeys(self._span(kind, finding) for finding in found)
        return Violation(kind, tuple(spans), found[0].reason)

    def original_spans(self, findings: Iterable[Finding]) -> Iterator[tuple[int, int, str]]:
        """Findings as (start, end, reason) in the original text."""
        for finding in findings:
            start, end = self.words[finding.first].start, self.words[finding.end - 1].end
            yield (*self.reading.span(start, end), finding.reason)

    def reading_spans(self, found: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
        """(start, end, reason) in the reading, as offsets in the original."""
        for start, end, reason in found:
            yield (*self.reading.span(start, end), reason)

    def _span(self, kind: Kind, finding: Finding) -> Span:
        if not self.words:
            return Span(0, len(self.reading.original), kind)
        last = self.words[finding.end - 1]
        return Span(*self.reading.span(self.words[finding.first].start, last.end), kind)


def _is_any(word: Word, names: Sequence[str]) -> bool:
    return word.text in names or (bool(word.tags) and not word.tags.keys().isdisjoint(names))


@lru_cache(maxsize=16)
def _sheet_of_lead(text: str) -> Sheet:
    """A reply is reviewed whole and bubble by bubble, each time after the same message of the lead."""
    return Sheet(text, ReviewContext())


_NET_DAYS = re.compile(r"(?<![\d/])(?:15|20|21|28|30)\s?/\s?(?:30|35|40|42|45|56|60|90)(?!\d)")
_OUTPUT = ("#rate", "#pieces", "#mass", "hora", "dia", "produz", "produzem", "producao", "rende", "capacidade", "corta")
_ECHOES = ("anotei", "anotado", "registrei", "registrado", "entendi", "prefere", "quer", "gostaria")
_HEARD = ("anotei", "anotado", "entendi", "vi")
_REPORTS = (
    "comentou", "contou", "falou", "disse", "mencionou", "citou", "escreveu", "explicou", "comentaram", "contaram",
    "falaram", "disseram", *_HEARD,
)  # fmt: skip
_SPOKEN_TO = ("vc", "vcs", "senhor", "senhora")
_TAGS = frozenset(
    "ok ne viu ta certo beleza blz hein bem combinado fechado sim tranquilo bom joia entendeu show".split()
)


def rules(block: str, reason: str) -> list[tuple[str, str]]:
    """Phrases that all have the same reason."""
    return phrases(reason, block)


def hits(sheet: Sheet, matcher: Matcher[str], *, sure: bool = True) -> Iterator[Finding]:
    """Every hit of a matcher whose phrases are owned by their reason."""
    for hit in sheet.find(matcher):
        yield Finding(hit.first, hit.end, hit.owner, sure)


_TOPICS: Matcher[str] = Matcher(
    phrases(
        "price",
        "@price_ask\n@price_noun\n@dear\n@afford_money\ncusta|custam|custo|custar|custaria|custando|cobra|cobram|vale",
    )
    + phrases(
        "deadline",
        """
        prazo|prazos|demora|demoram|demorar|demorado|previsao|estoque
        entrega|entregam|entregar|entregue|chega|chegam|chegar|despacha|recebo|receber|instala|instalam|fica \
            pronta|pronto
        entrega|entregam|entregar|entregue|chega|chegam|chegar|despacha|recebo|receber|instala|instalam
        quando _4 @deliver|vem|sai|volta|fica|teria|consigo|tem
        quanto|quantos|quantas tempo|dias|semanas|meses
        da|daa tempo
        preciso|precisamos|quero|queria|necessito _4 @when|#date|ate|amanha
        volta|voltam _3 espeto|espetos|linha
        espeto|espetos _4 volta|voltam|quando
        """,
    )
    + phrases(
        "payment",
        """
        @method
        @instalment
        @pay
        entrada|sinal|vezes|financia|financiar|financiam|dividir|divide|dividem|parcelado|facilita
        a vista
        condicao|condicoes _1 pagamento
        #ratio
        """,
    )
    + phrases(
        "freight",
        "frete|fretes|carreto|transporte|transportadora|envio|cif|fob\ncusto|taxa|cobra|cobram _2 entrega|entregar",
    )
    + phrases(
        "discount",
        """
        @cut
        melhorar|abaixar|baixar|negociar|negocia|choro|chorinho|abaixa|baixa
        melhora|cai|diminui _3 preco|valor
        """,
    )
)
