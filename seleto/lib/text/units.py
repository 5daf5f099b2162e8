"""What a number may count: unit words of Brazilian messages, folded, with their canonical name and kind."""

from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a quantity counts. `RATE` is so much per period of something not named ("700 por hora")."""

    MONEY = "money"
    PIECES = "pieces"
    MASS = "mass"
    LENGTH = "length"
    VOLUME = "volume"
    POWER = "power"
    TIME = "time"
    PERCENTAGE = "percentage"
    MODEL = "model"
    PHONE = "phone"
    DOCUMENT = "document"
    DATE = "date"
    CLOCK = "clock"
    RATE = "rate"
    RATIO = "ratio"
    PLAIN = "plain"


def _table(kind: Kind, words: dict[str, str]) -> dict[str, tuple[Kind, str]]:
    return {word: (kind, unit) for unit, spelled in words.items() for word in spelled.split()}


UNITS: dict[str, tuple[Kind, str]] = {
    **_table(
        Kind.MASS,
        {
            "kg": "kg kgs kilo kilos quilo quilos kilograma kilogramas quilograma quilogramas klo kls",
            "g": "g gr grs grama gramas gramos",
            "mg": "mg",
            "tonelada": "tonelada toneladas ton tons tn t",
            "arroba": "arroba arrobas",
            "libra": "lb lbs",
        },
    ),
    **_table(
        Kind.LENGTH,
        {
            "mm": "mm milimetro milimetros",
            "cm": "cm cms centimetro centimetros",
            "m": "m metro metros mt mts",
            "km": "km kms quilometro quilometros",
            "polegada": "polegada polegadas pol",
            "m2": "m2 m²",
        },
    ),
    **_table(Kind.VOLUME, {"l": "l lt lts litro litros litrao", "ml": "ml mililitro mililitros", "m3": "m3 m³"}),
    **_table(
        Kind.POWER,
        {
            "cv": "cv cvs cavalo cavalos",
            "hp": "hp hps",
            "w": "w watt watts",
            "kw": "kw kilowatt kilowatts quilowatts kwh kva",
            "v": "v volt volts vts",
            "a": "ampere amperes amp",
            "hz": "hz hertz",
            "bar": "bar bars psi pcm",
        },
    ),
    **_table(
        Kind.TIME,
        {
            "segundo": "segundo segundos seg segs",
            "minuto": "minuto minutos min mins",
            "hora": "hora horas h hr hrs hs",
            "dia": "dia dias",
            "noite": "noite noites",
            "semana": "semana semanas",
            "quinzena": "quinzena quinzenas",
            "mes": "mes meses",
            "bimestre": "bimestre bimestres",
            "trimestre": "trimestre trimestres",
            "semestre": "semestre semestres",
            "ano": "ano anos",
        },
    ),
    **_table(
        Kind.PIECES,
        {
            "hamburgueres": "hamburguer hamburgueres hamburguers hamburgers hamburger hamburgue hamburgues "
            "hamb hambs hamburg hambuguer hamburguinhos hambugueres hambuguers hamburgeres "
            "hamburguere amburguer amburgueres burger burgers burguer "
            "burguers burgueres burgue burgues blend blends lanche lanches disco discos smash smashs smashes xis",
            "espetos": "espeto espetos espetinho espetinhos churrasquinho churrasquinhos",
            "unidades": "unidade unidades un uni und unds unid unids peca pecas pc pcs item itens",
            "almondegas": "almondega almondegas",
            "kibes": "kibe kibes quibe quibes",
            "coxinhas": "coxinha coxinhas salgado salgados croquete croquetes",
            "linguicas": "linguica linguicas gomo gomos embutido embutidos salsicha salsichas",
            "bifes": "bife bifes file files steak steaks",
            "pacotes": "pacote pacotes pct pcts",
            "bandejas": "bandeja bandejas caixa caixas porcao porcoes marmita marmitas",
            "refeicoes": "refeicao refeicoes almoco almocos pratos prato",
            "pedidos": "pedido pedidos venda vendas",
            "ciclos": "ciclo ciclos batida batidas golpe golpes",
            "moldes": "molde moldes forma formas",
            "facas": "faca facas lamina laminas",
            "bicos": "bico bicos funil funis",
            "velocidades": "velocidade velocidades",
            "maquinas": "maquina maquinas formadora formadoras equipamento equipamentos",
            "lojas": "loja lojas filial filiais",
            "pessoas": "pessoa pessoas funcionario funcionarios operador operadores cliente clientes gente "
            "aluno alunos crianca criancas",
            "chapas": "chapa chapas camada camadas",
        },
    ),
    **_table(Kind.RATIO, {"x": "x vezes vez"}),
}

# Currency words: canonical currency and whether a bare number may stand for thousands ("30 conto").
CURRENCY: dict[str, tuple[str, bool]] = {
    **dict.fromkeys("real reais reales reals reai reau reaiss brl centavo centavos".split(), ("BRL", False)),
    **dict.fromkeys(
        "conto contos pila pilas pilinha pilinhas mango mangos prata pratas merreis mirreis dinheiros lascas".split(),
        ("BRL", True),
    ),
    **dict.fromkeys("dolar dolares usd verdinha verdinhas".split(), ("USD", True)),
    **dict.fromkeys("euro euros eur".split(), ("EUR", True)),
}
# Slang for a thousand reais; the number may still be of single reais, which stays as the other reading.
THOUSAND_SLANG = frozenset("pau paus barao baroes milha milhas".split())
# Bank notes by the animal on them.
NOTES = {"onca": 50, "oncas": 50, "galo": 50, "galos": 50, "garoupa": 100, "garoupas": 100}

PERIODS: dict[str, str] = {
    **dict.fromkeys("segundo seg".split(), "segundo"),
    **dict.fromkeys("minuto minutos min".split(), "minuto"),
    **dict.fromkeys("hora horas h hr hrs hs".split(), "hora"),
    **dict.fromkeys("dia dias diario diaria diarios diarias diariamente noite noites turno expediente".split(), "dia"),
    **dict.fromkeys("semana semanas semanal semanais semanalmente findi fds sabado domingo".split(), "semana"),
    **dict.fromkeys("mes meses mensal mensais mensalmente".split(), "mes"),
    **dict.fromkeys("ano anos anual anuais".split(), "ano"),
}
# Words that are a period by themselves, with no "por" before them.
ADVERBIAL = frozenset(
    "diario diaria diarios diarias diariamente semanal semanais semanalmente mensal mensais mensalmente".split()
)
MONTHS = {
    name: number + 1
    for number, name in enumerate(
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro".split()
    )
}

_SCALE = {
    "mg": ("g", Decimal("0.001")),
    "g": ("g", Decimal(1)),
    "kg": ("g", Decimal(1000)),
    "arroba": ("g", Decimal(15000)),
    "tonelada": ("g", Decimal(10**6)),
    "mm": ("mm", Decimal(1)),
    "cm": ("mm", Decimal(10)),
    "m": ("mm", Decimal(1000)),
    "ml": ("ml", Decimal(1)),
    "l": ("ml", Decimal(1000)),
    "segundo": ("segundo", Decimal(1)),
    "minuto": ("segundo", Decimal(60)),
    "hora": ("segundo", Decimal(3600)),
}


def convert(value: Decimal, unit: str, target: str) -> Decimal | None:
    """`value` in `unit` said in `target` ("19", "cm", "mm" -> 190); None when the two do not measure the same."""
    if unit == target:
        return value
    if unit not in _SCALE or target not in _SCALE or _SCALE[unit][0] != _SCALE[target][0]:
        return None
    return value * _SCALE[unit][1] / _SCALE[target][1]
