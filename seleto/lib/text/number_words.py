"""The words of Brazilian numbers and what they are worth, common misspellings included (folded)."""

_UNITS = """
    zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete
    dezoito dezenove
    """.split()
_TENS = """
    vinte trinta quarenta cinquenta sessenta setenta oitenta noventa
    """.split()
_HUNDREDS = """
    cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos
    """.split()
_VARIANTS = {
    "uma": 1, "hum": 1, "duas": 2, "treis": 3, "quatru": 4, "sinco": 5, "catorze": 14, "quartoze": 14,
    "dezasseis": 16, "dezeseis": 16, "dezesete": 17, "dezassete": 17, "dezanove": 19, "dezenovi": 19,
    "cincoenta": 50, "cinqenta": 50, "sincuenta": 50, "secenta": 60, "sesenta": 60, "cento": 100, "duzento": 200,
    "trezento": 300, "trescentos": 300, "quatrocento": 400, "quinhento": 500, "quinhetos": 500, "quinentos": 500,
    "seicentos": 600, "seissentos": 600, "seiscento": 600, "setecento": 700, "oitocento": 800, "oitosentos": 800,
    "novecento": 900,
}  # fmt: skip
CARDINALS: dict[str, int] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 20 + 10 * index for index, word in enumerate(_TENS)},
    **{word: 100 * (index + 1) for index, word in enumerate(_HUNDREDS)},
    **{word[:-2] + "as": 100 * (index + 1) for index, word in enumerate(_HUNDREDS) if index},
    **_VARIANTS,
}
# "duzentão", "cinquentinha": an amount of money by its form alone.
AUGMENTED: dict[str, int] = {
    stem + ending: value
    for stem, value in {
        "vint": 20, "trint": 30, "quarent": 40, "cinquent": 50, "sessent": 60, "setent": 70, "oitent": 80,
        "novent": 90, "duzent": 200, "trezent": 300, "quatrocent": 400, "quinhent": 500, "seiscent": 600,
        "setecent": 700, "oitocent": 800, "novecent": 900, "mil": 1000, "milz": 1000, "cenz": 100,
    }.items()
    for ending in ("ao", "oes", "inho", "inha", "inhos")
    if stem + ending not in ("milinha", "milhao")
}  # fmt: skip
# "dezoitão": of a number below twenty only thousands are said so, when it is a price.
AUGMENTED |= {
    stem + "ao": value
    for value, stem in enumerate("dez onz doz trez quatorz quinz dezesseis dezesset dezoit dezenov".split(), 10)
}
MAGNITUDES: dict[str, int] = {
    "mil": 1000, "k": 1000, "milhar": 1000, "milhares": 1000, "milheiro": 1000, "milheiros": 1000,
    "milhao": 10**6, "milhoes": 10**6, "mi": 10**6,
    "bilhao": 10**9, "bilhoes": 10**9, "duzia": 12, "duzias": 12, "dezena": 10, "dezenas": 10, "centena": 100,
    "centenas": 100, "centos": 100,
}  # fmt: skip
MONEY_THOUSANDS = frozenset({"milzao", "milzoes", "milzinho", "milzinhos", "milzim"})
