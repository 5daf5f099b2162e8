"""Quantities in Brazilian Portuguese text: how much, of what, where.

`find_quantities` reads digits and words, ranges ("500 a 600"), approximations ("uns 20"), units, periods ("por hora")
and money slang, and tells apart the digits that are no amount: models, phones, documents, dates, clock times. It is
linear in the length of the text.
"""

from dataclasses import replace
from decimal import Decimal

from seleto.lib.text.cursor import Cursor
from seleto.lib.text.models import model_at
from seleto.lib.text.number_words import CARDINALS, MAGNITUDES
from seleto.lib.text.numerals import HALF, Numeral, Shape, Token, digits_value, parse
from seleto.lib.text.periods import SINGULAR, period_at
from seleto.lib.text.quantity import Quantity
from seleto.lib.text.shapes import shape_at
from seleto.lib.text.units import CURRENCY, MONTHS, NOTES, PERIODS, THOUSAND_SLANG, UNITS, Kind, convert

__all__ = ["Kind", "Quantity", "convert", "find_quantities"]


_APPROXIMATE_BEFORE = frozenset(
    "uns umas cerca aproximadamente aprox quase tipo media torno volta faixa casa coisa pelos pelas ~".split()
)
_APPROXIMATE_AFTER = frozenset(
    "pouco poucos pouca poucas pouquinho tanto tantos tantas tanta quebrados cacetada pedrada lascada".split()
)
# Words between a number and "por dia" that are no name of what is counted.
_FILLERS = frozenset(
    """
    de do da dos das a o as os e em por no na nos nas mais menos ou que para pra pro com sem tudo todo toda todos todas
    assim so ja mas entao isso cada se eu ele ela aos ate quando ne tipo la ai aqui hoje sendo cru crua pronto prontos
    assado fresco total geral ta esta sao
    """.split()
)
_BEFORE_DURATION = frozenset("em daqui ha faz dentro proximos prazo apos".split())
_NOUNS_TOO = frozenset({"real", "pau", "conto"})
_AFTER_MONEY = frozenset("cada porque sequer apenas somente quando sobre entre desde mesmo menos".split())
_CONNECTORS = frozenset("a ate as ou - – — ~ /".split())
_MAX_GAP = 4
_MAX_SPELLED = 40
_MAX_DIGITS = 24
_SPELLED = {word: value for word, value in CARDINALS.items() if value < 10} | {"meia": 6}


def find_quantities(text: str) -> list[Quantity]:
    """Every quantity of `text`, in order, not overlapping."""
    return _Scanner(text).scan()


class _Scanner(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.found: list[Quantity] = []

    def scan(self) -> list[Quantity]:
        index = 0
        while index < len(self):
            index = index + 1 if self.begins_nothing(index) else self._step(index)
        return self.found

    def _step(self, index: int) -> int:
        """Reads what starts at token `index`; the index to go on from."""
        token = self.tokens[index]
        shape = shape_at(self.folded, token.start) if self._may_be_shape(index) else None
        if shape:
            return self._keep_shape(index, *shape)
        if token.shape is Shape.DIGITS:
            model = model_at(self, index)
            if model:
                return self._keep_model(index, *model)
            if len(token.text) > _MAX_DIGITS:
                self._add(Decimal(0), Decimal(0), token.start, token.end, Kind.DOCUMENT)
                return index + 1
        elif token.shape is Shape.SIGN and token.text not in "½¼¾":
            return index + 1
        numeral = self._spelled(index) or parse(self.tokens, index)
        if numeral is None or (token.text == "cento" and self.word(index - 1) == "por"):
            return index + 1
        return self._keep_amount(index, numeral)

    def _may_be_shape(self, index: int) -> bool:
        token = self.tokens[index]
        if self.glued(index) and self.tokens[index - 1].shape is not Shape.SIGN:
            return False
        if token.shape is Shape.WORD:  # an alphanumeric CNPJ: "zx.12q.w34/..." or "m3.n8p..."
            return len(token.text) <= 2 and self.glued(index + 1) and self.word(index + 1) == ""
        return token.shape is Shape.DIGITS or token.text in "(+"

    def _keep_shape(self, index: int, kind: Kind, unit: str, end: int) -> int:
        start = self.tokens[index].start
        said = self.folded[start:end]
        parts = said.split("/") if unit == "/" else ["".join(char for char in said if char.isdecimal())]
        values = [Decimal(part) for part in parts if part]
        self._add(min(values), max(values), start, end, kind, unit)
        return self.at(end, index)

    def _keep_model(self, index: int, first: int, after: int) -> int:
        value, _ = digits_value(self.tokens[index].text[:_MAX_DIGITS])
        unit = self.word(first)
        self._add(value, value, self.tokens[first].start, self.tokens[after - 1].end, Kind.MODEL, unit)
        return after

    def _spelled(self, index: int) -> Numeral | None:
        """ "um dois nove zero": three or more single digits in a row are one number."""
        digits: list[str] = []
        after = index
        while after < len(self) and len(digits) < _MAX_SPELLED:
            digit = _single_digit(self.tokens[after])
            if digits and digit is None and self.sign(after) == "," and self.tokens[after - 1].shape is Shape.WORD:
                after += 1  # "dois, um, três, cinco"
                continue
            if digit is None or (after > index and self.tokens[after].start - self.tokens[after - 1].end > 3):
                break
            digits.append(digit)
            after += 1
        if len(digits) < 3 or self.word(after) in MAGNITUDES or self.word(after) == "e":
            return None
        return Numeral(Decimal("".join(digits[:_MAX_DIGITS])), after, in_words=True)

    # --- amounts ----------------------------------------------------------------------------------------------------

    def _keep_amount(self, index: int, numeral: Numeral) -> int:
        first = self._measure(index, numeral)
        if first is None:
            return index + 1
        measure, after = self._range(index, first[0], numeral, first[1]) or first
        measure, after = self._with_period(index, measure, after)
        measure = self._dated(index, measure, after)
        if measure.kind is Kind.DATE:
            after = self.at(measure.end, after)
        elif measure.kind is Kind.PLAIN and numeral.magnitude == 1 and numeral.in_words and measure.low >= 10**7:
            measure = replace(measure, kind=Kind.PHONE)
        if self._approximate(index, after):
            measure = replace(measure, approximate=True)
        if measure.unit:
            self._share_unit(measure)
        self.found.append(measure)
        return after

    def _measure(self, index: int, numeral: Numeral) -> tuple[Quantity, int] | None:
        """The number with its unit or currency; None for an article that no unit makes a number."""
        start, money = self._currency_before(index)
        kind, unit, after = self._unit(numeral.next, numeral)
        money = money or numeral.money
        if numeral.loose and not money and kind in (Kind.PLAIN, Kind.PIECES, Kind.RATIO):
            return None
        split = numeral.parts and not numeral.in_words and not money and kind not in (Kind.PLAIN, Kind.MONEY)
        if numeral.parts and split and not self._after_entre(index):
            return self._split_pair(index, numeral.parts, kind, unit, after)
        value, others = self._slang(numeral, unit, after)
        low = value
        if numeral.parts and self._after_entre(index) and numeral.parts[0] < numeral.parts[1]:
            low, value = numeral.parts
        if money:
            kind, unit = Kind.MONEY, unit if kind is Kind.MONEY else "BRL"
        end = self.tokens[after - 1].end
        measure = Quantity(low, value, start, end, kind, unit, others=others, approximate=numeral.vague)
        return self._half_after(measure, after)

    def _slang(self, numeral: Numeral, unit: str, after: int) -> tuple[Decimal, tuple[Decimal, ...]]:
        """The value and other readings under the currency word said: "15 pau" is fifteen thousand, or fifteen."""
        value, others = numeral.value, numeral.others
        word = self.word(after - 1) if after > numeral.next else ""
        if word in NOTES:
            return value * NOTES[word], ()
        if value >= 1000:
            return value, others
        if word in THOUSAND_SLANG:
            return value * 1000, (value, *others)
        thousands = (word in CURRENCY and CURRENCY[word][1]) or (word == unit == "m" and self.glued(numeral.next))
        return value, (*others, value * 1000) if thousands else others

    def _split_pair(
        self, index: int, parts: tuple[Decimal, Decimal], kind: Kind, unit: str, after: int
    ) -> tuple[Quantity, int]:
        """ "50 e 100 kg": with a unit that is not money a pair of digits is two amounts of it."""
        first, second = self.tokens[index], self.tokens[index + 2]
        measure = Quantity(parts[0], parts[0], first.start, first.end, kind, unit)
        self._share_unit(measure, linked=True)
        self.found.append(measure)
        return Quantity(parts[1], parts[1], second.start, self.tokens[after - 1].end, kind, unit), after

    def _currency_before(self, index: int) -> tuple[int, bool]:
        start = self.tokens[index].start
        if self.sign(index - 1) in ("$", "€"):
            glued = self.glued(index - 1) and self.word(index - 2) in ("r", "us", "u", "rs")
            return self.tokens[index - 2 if glued else index - 1].start, True
        if self.word(index - 1) in ("rs", "brl", "usd", "eur", "us") and self.tokens[index].shape is Shape.DIGITS:
            return self.tokens[index - 1].start, True
        return start, False

    def _unit(self, index: int, numeral: Numeral) -> tuple[Kind, str, int]:
        """Kind, canonical unit and the index after the unit; (PLAIN, "", index) when no unit follows."""
        text = self.sign(index)
        if text in ("%", "porcento"):
            return Kind.PERCENTAGE, "%", index + 1
        if text == "por" and self.word(index + 1) == "cento":
            return Kind.PERCENTAGE, "%", index + 2
        if text in ("$", "€"):
            return Kind.MONEY, "EUR" if text == "€" else "BRL", index + 1
        if text == "r" and self.sign(index + 1) == "$":
            return Kind.MONEY, "BRL", index + 2
        skipped = text == "mini" or (text == "de" and numeral.magnitude > 1)
        named = index + 1 if skipped else index
        word = self.word(named)
        if word in CURRENCY and not (word in _NOUNS_TOO and numeral.loose and self._named_after(named)):
            return Kind.MONEY, CURRENCY[word][0], named + 1
        slang = word in THOUSAND_SLANG or word in NOTES
        if slang and not (word in _NOUNS_TOO and numeral.loose and self._named_after(named)):
            return Kind.MONEY, "BRL", named + 1
        if word in UNITS:
            return *UNITS[word], named + 1
        return Kind.PLAIN, "", index

    def _named_after(self, index: int) -> bool:
        """ "um real problema": an adjective of the noun that follows."""
        following = self.word(index + 1)
        return len(following) > 4 and following not in _AFTER_MONEY and following not in PERIODS

    def _half_after(self, measure: Quantity, index: int) -> tuple[Quantity, int]:
        """ "dois quilos e meio", "doze reais e cinquenta centavos"."""
        if measure.unit == "" or self.word(index) != "e" or index + 1 >= len(self):
            return measure, index
        if self.word(index + 1) in ("meio", "meia") and self.word(index + 2) not in UNITS:
            value = measure.low + (500 if self.word(index - 1) in THOUSAND_SLANG else HALF)
            return replace(measure, low=value, high=value, end=self.tokens[index + 1].end), index + 2
        cents = parse(self.tokens, index + 1) if measure.kind is Kind.MONEY else None
        if cents and cents.value < 100 and self.word(cents.next) in ("centavo", "centavos"):
            value = measure.low + cents.value / 100
            return replace(measure, low=value, high=value, end=self.tokens[cents.next].end), cents.next + 1
        return measure, index

    def _share_unit(self, measure: Quantity, *, linked: bool = False) -> None:
        """ "facas de 7, 15, 23 e 47 mm": a list ended by "e" or "ou" counts in the unit said last."""
        links = ("e", "ou", ",") if linked else ("e", "ou", ", e")
        start = measure.start
        for place in range(len(self.found) - 1, -1, -1):
            earlier = self.found[place]
            if earlier.kind is not Kind.PLAIN or self.folded[earlier.end : start].strip() not in links:
                return
            period = earlier.period or measure.period
            self.found[place] = replace(earlier, kind=measure.kind, unit=measure.unit, period=period)
            start = earlier.start
            links = ("e", "ou", ",")

    # --- ranges -----------------------------------------------------------------------------------------------------

    def _range(self, index: int, low: Quantity, first: Numeral, after: int) -> tuple[Quantity, int] | None:
        start = self._second(index, first, after)
        second = parse(self.tokens, start) if start is not None else None
        if start is None or second is None or second.loose or model_at(self, start):
            return None
        kept = len(self.found)
        measured = self._measure(start, second)
        if measured is None or len(self.found) > kept:
            del self.found[kept:]
            return None
        high, end = measured
        shared = low.low
        if second.magnitude > first.magnitude and shared * second.magnitude < high.low:
            shared *= second.magnitude
        if not shared < high.low or (low.unit and high.unit and low.unit != high.unit):
            return None
        said = self.sign(after) in _CONNECTORS or self.sign(after) == "e"
        if not said and not self._neighbours(first, second, end):
            return None
        kind, unit = (high.kind, high.unit) if high.unit else (low.kind, low.unit)
        if unit == "hora" and self.word(after) == "as":
            kind = Kind.CLOCK
        return replace(high, low=shared, start=low.start, kind=kind, unit=unit), end

    def _second(self, index: int, first: Numeral, after: int) -> int | None:
        """Index of the token that may start the second number of a range."""
        text = self.sign(after)
        if first.vague:
            return None
        if text in _CONNECTORS or (text == "e" and self._after_entre(index)):
            step = after + 1
            if text in ("a", "ou") and self.word(step) == "ate":
                step += 1
            if self.word(step) in ("uns", "umas", "as"):
                step += 1
            while self.sign(step) in ("r", "$", "rs"):
                step += 1
        elif text == "," and first.magnitude == 1:
            step = after + 1
        elif first.in_words and first.magnitude == 1 and first.value < 10:
            step = after
        else:
            return None
        return step if step < len(self) else None

    def _neighbours(self, first: Numeral, second: Numeral, after: int) -> bool:
        """ "dois três dias", "2, 3 semanas", "dez, doze mil": close numbers are one guess, unless a list goes on."""
        base = second.value / second.magnitude
        close = first.value < base <= max(first.value + 1, first.value * Decimal("1.5"))
        followed = self.sign(after) in (",", "e") and after + 1 < len(self)
        listed = followed and parse(self.tokens, after + 1) is not None
        return close and not listed and (first.in_words == second.in_words)

    def _after_entre(self, index: int) -> bool:
        return any(self.word(place) == "entre" for place in range(max(0, index - 3), index))

    # --- periods, dates, approximation ------------------------------------------------------------------------------

    def _with_period(self, index: int, measure: Quantity, after: int) -> tuple[Quantity, int]:
        if measure.kind in (Kind.PERCENTAGE, Kind.CLOCK):
            return measure, after
        if measure.kind is Kind.TIME:
            return self._unplural(index, measure, after), after
        period, end = period_at(self, after, has_unit=measure.unit != "")
        if period:
            kind = Kind.RATE if measure.kind is Kind.PLAIN else measure.kind
            return replace(measure, kind=kind, period=period, end=self.tokens[end - 1].end), end
        if measure.kind in (Kind.PIECES, Kind.MASS, Kind.PLAIN):
            return self._distant_period(measure, after)
        return measure, after

    def _distant_period(self, measure: Quantity, index: int) -> tuple[Quantity, int]:
        """ "300 kg de carne por dia": a few words may stand between; an unknown noun right after is the unit."""
        for step in range(index + 1, index + 1 + _MAX_GAP):
            between = self.word(step - 1)
            if not between or between in CARDINALS or between in MAGNITUDES:
                break
            period, _ = period_at(self, step, has_unit=False)
            if not period:
                continue
            if measure.kind is not Kind.PLAIN:
                return replace(measure, period=period), index
            noun = self.word(index)
            if noun in _FILLERS or len(noun) < 3:
                return replace(measure, kind=Kind.RATE, period=period), index
            end = self.tokens[index].end
            return replace(measure, kind=Kind.PIECES, unit=noun, period=period, end=end), index + 1
        return measure, index

    def _unplural(self, index: int, measure: Quantity, after: int) -> Quantity:
        """ "uns 40 dia", "350 hora": so many per period, said without "por"; a duration that long has its plural."""
        said = self.word(after - 1)
        if measure.low < 32 or said not in SINGULAR or self.word(index - 1) in _BEFORE_DURATION:
            return measure
        return replace(measure, kind=Kind.RATE, unit="", period=PERIODS[said])

    def _dated(self, index: int, measure: Quantity, after: int) -> Quantity:
        """Turns a number into a day, a year or a time of day when its neighbours say so."""
        before = self.word(index - 1)
        if measure.kind is Kind.TIME and measure.unit == "hora" and measure.high <= 24:
            clock = before in ("as", "das", "pelas") or (before == "ate" and self.sign(after - 1) == "h")
            return replace(measure, kind=Kind.CLOCK) if clock else measure
        if measure.kind is not Kind.PLAIN:
            return measure
        if measure.high <= 31 and self.word(after) == "de" and self.word(after + 1) in MONTHS:
            return replace(measure, kind=Kind.DATE, end=self.tokens[after + 1].end)
        if measure.high <= 31 and before == "dia":
            return replace(measure, kind=Kind.DATE)
        year = 1950 <= measure.high <= 2050 and len(self.tokens[index].text) == 4
        if year and (before in ("em", "desde", "ano") or self.word(index - 2) in MONTHS):
            return replace(measure, kind=Kind.DATE, unit="ano")
        return measure

    def _approximate(self, index: int, after: int) -> bool:
        if self.sign(index - 1) in _APPROXIMATE_BEFORE or self.word(index - 2) in _APPROXIMATE_BEFORE:
            return True
        if [self.word(place) for place in range(index - 3, index)] == ["mais", "ou", "menos"]:
            return True
        if self.sign(after) == ",":
            after += 1
        following = [self.word(place) for place in range(after, after + 3)]
        if following[0] == "e" and following[1] in _APPROXIMATE_AFTER:
            return True
        said = following == ["mais", "ou", "menos"] or following[:2] in (["por", "ai"], ["ou", "mais"])
        return said or following[0] in ("aproximadamente", "aprox")

    def _add(self, low: Decimal, high: Decimal, start: int, end: int, kind: Kind, unit: str = "") -> None:
        self.found.append(Quantity(low, high, start, end, kind, unit))


def _single_digit(token: Token) -> str | None:
    if token.shape is Shape.DIGITS:
        return token.text if len(token.text) == 1 and token.text.isdecimal() else None
    value = _SPELLED.get(token.text) if token.shape is Shape.WORD else None
    return None if value is None else str(value)
