"""Numbers said in Portuguese in the ways leads write them, to check that what is said is read back."""

_UNITS = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove"
).split()
_TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
_HUNDREDS = "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split()


def in_words(number: int) -> str:
    """The number in full, as schools teach it (0 to 999,999,999)."""
    if number < 1000:
        return _below_thousand(number)
    size, one, many = (10**6, "um milhão", "milhões") if number >= 10**6 else (1000, "mil", "mil")
    head, rest = divmod(number, size)
    said = one if head == 1 else f"{in_words(head)} {many}"
    if not rest:
        return said
    joined = " e " if rest < 100 or (rest < 1000 and rest % 100 == 0) else " "
    return said + joined + in_words(rest)


def without_joints(number: int) -> str:
    """The hurried way, no "e": "doze mil quinhentos quarenta três".

    Only before a last "um" it stays: "cem mil um kg" is as well a hundred thousand for one kilo.
    """
    words = in_words(number)
    return words if number % 1000 == 1 else words.replace(" e ", " ")


def all_joints(number: int) -> str:
    """The chatty way: "doze mil e quinhentos e quarenta"."""
    return in_words(number).replace("mil ", "mil e ").replace(" e e ", " e ")


def elided(number: int) -> str:
    """Thousands left unsaid: 12,500 as "doze e quinhentos" (1,000 to 99,999, remainder of at least a hundred)."""
    thousands, rest = divmod(number, 1000)
    return f"{in_words(thousands)} e {in_words(rest)}"


def with_mil(number: int) -> str:
    """Digits and "mil": 12,500 as "12 mil e 500"."""
    thousands, rest = divmod(number, 1000)
    return f"{thousands} mil e {rest}" if rest else f"{thousands} mil"


def dotted(number: int) -> str:
    """1234567 as "1.234.567"."""
    return f"{number:,}".replace(",", ".")


def with_k(number: int) -> str:
    """12,500 as "12,5k"."""
    return f"{number / 1000:g}k".replace(".", ",")


def spelled(number: int) -> str:
    """Digit by digit: "um dois nove zero zero"."""
    return " ".join(_UNITS[int(digit)] for digit in str(number))


def glued(number: int) -> str:
    """No spaces at all, as obfuscated words come after reading."""
    return in_words(number).replace(" ", "")


def _below_thousand(number: int) -> str:
    if number == 100:
        return "cem"
    parts = []
    hundreds, rest = divmod(number, 100)
    if hundreds:
        parts.append(_HUNDREDS[hundreds - 1])
    if rest >= 20:
        parts.append(_TENS[rest // 10 - 2])
        rest %= 10
    if rest or not parts:
        parts.append(_UNITS[rest])
    return " e ".join(parts)
