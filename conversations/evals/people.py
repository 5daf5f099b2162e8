"""Who writes to us, in the simulated conversations: persona, goal, what they know and how they give it away.

All people, companies and numbers are fictional; the CNPJs have right check digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Disclosure(StrEnum):
    """When a lead tells what they know."""

    AT_ONCE = "tudo_de_uma_vez"
    ONE_BY_ONE = "um_por_mensagem"
    WHEN_ASKED = "quando_perguntam"
    LATE = "depois_de_perguntar"


class Goal(StrEnum):
    BUY = "comprar"
    COMPARE = "comparar"
    PRICE = "saber_o_preco"
    SKEWERS = "espetos"
    CURIOUS = "curiosidade"
    SUPPORT = "assistencia"
    PERSON = "falar_com_gente"
    SILENCE = "parar_de_receber"


@dataclass(frozen=True, slots=True)
class Persona:
    """``facts``: field -> the value we should end up with; ``said``: field -> how this person names it, where that
    differs. ``temperature``: the class once everything was told."""

    id: str
    goal: Goal
    style: str
    temperature: str
    facts: Mapping[str, object]
    said: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    handoff: str = ""
    ad: bool = False


def volume(amount: int, unit: str = "hamburgueres", period: str = "dia") -> dict[str, object]:
    return {"quantidade": amount, "unidade": unit, "periodo": period}


PERSONAS = (
    Persona(
        "hamburgueria-quente", Goal.BUY, "apressado", "quente",
        {
            "nome": "Talita", "empresa": "Hamburgueria Pedra Alta", "cidade": "Londrina", "uf": "PR",
            "produto": "FB300", "volume": volume(900), "urgencia": "alta",
        },
        {"urgencia": "preciso pra este mês"},
        ("ela é elétrica ou pneumática?", "vem com molde?"),
        handoff="comercial",
    ),
    Persona(
        "frigorifico-proposta", Goal.BUY, "cuidadoso", "quente",
        {
            "nome": "Osvaldo", "empresa": "Frigorífico Serra do Sino", "cidade": "Chapecó", "uf": "SC",
            "produto": "SE6000", "volume": volume(30000), "urgencia": "alta", "cnpj": "55821039074106",
        },
        {"urgencia": "é urgente, preciso em no máximo 20 dias"},
        ("a SE6000 empilha quantos?",),
        handoff="comercial",
    ),
    Persona(
        "padaria-morna", Goal.BUY, "falante", "morno",
        {"nome": "Rosângela", "cidade": "Joinville", "uf": "SC", "produto": "FBM100", "urgencia": "media"},
        {"urgencia": "pensei em uns dois meses", "produto": "manual"},
        ("quantos hambúrgueres ela faz por dia?",),
    ),
    Persona(
        "acougue-linguica", Goal.BUY, "desajeitado", "morno",
        {
            "nome": "Nivaldo", "empresa": "Açougue Boi Manso", "cidade": "Uberaba", "uf": "MG",
            "volume": volume(80, "kg"), "urgencia": "media",
        },
        {"volume": "faço 80 kg de linguiça por dia", "urgencia": "pra daqui a uns 60 dias"},
        ("a ensacadeira é elétrica?", "quantos bicos vêm?"),
    ),
    Persona(
        "rede-compara", Goal.COMPARE, "cuidadoso", "morno",
        {
            "nome": "Marcelo", "empresa": "Rede Brasa & Pão", "cidade": "Goiânia", "uf": "GO",
            "produto": "SE3000", "volume": volume(8000), "urgencia": "media",
        },
        {"urgencia": "temos uns dois meses pra decidir"},
        ("quantas velocidades tem a SE3000?", "e a SmartPro, faz quantos ciclos por hora?", "qual a garantia?"),
    ),
    Persona(
        "cliente-do-preco", Goal.PRICE, "apressado", "morno",
        {"nome": "Jefferson", "cidade": "Sorocaba", "uf": "SP", "produto": "FB700"},
        {},
        ("quanto custa a FB700?", "me dá só uma faixa de preço", "é mais de 20 mil?"),
        handoff="comercial",
    ),
    Persona(
        "espetaria", Goal.SKEWERS, "falante", "morno",
        {"nome": "Edna", "cidade": "Feira de Santana", "uf": "BA"},
        {"produto": "máquina de espeto"},
        ("e pra cortar a carne em cubos, vocês têm o quê?",),
    ),
    Persona(
        "aposentado-curioso", Goal.CURIOUS, "desajeitado", "frio",
        {"nome": "Valdir", "cidade": "Pelotas", "uf": "RS"},
        {"negocio": "não tenho negócio nenhum, é só curiosidade"},
        ("essa FB300 faz quantos por hora?",),
        ad=True,
    ),
    Persona(
        "so-no-ano-que-vem", Goal.BUY, "falante", "frio",
        {"nome": "Cecília", "cidade": "Caruaru", "uf": "PE", "produto": "FB300", "urgencia": "baixa"},
        {"urgencia": "só vou comprar no ano que vem"},
        ("o reservatório dela é de quantos quilos?",),
    ),
    Persona(
        "dona-por-audio", Goal.BUY, "por voz", "quente",
        {
            "nome": "Ivone", "empresa": "Lanchonete Ponto Doce", "cidade": "Maringá", "uf": "PR",
            "produto": "SMARTPRO", "volume": volume(1500), "urgencia": "alta",
        },
        {"urgencia": "preciso dela em quinze dias", "produto": "smart pro"},
        ("ela precisa de ar comprimido?",),
        handoff="comercial",
    ),
    Persona(
        "cliente-com-defeito", Goal.SUPPORT, "apressado", "nao_classificado",
        {},
        {"problema": "minha FB300 parou de funcionar hoje cedo"},
        (),
        handoff="suporte",
    ),
    Persona(
        "prefere-gente", Goal.PERSON, "desajeitado", "morno",
        {"nome": "Genésio", "cidade": "Sinop", "uf": "MT"},
        {"pedido": "quero falar com um vendedor"},
        (),
        handoff="comercial",
    ),
    Persona(
        "nao-quer-mais", Goal.SILENCE, "apressado", "nao_classificado",
        {},
        {"pedido": "não me mandem mais mensagens, por favor"},
        ("vocês são de onde?",),
    ),
)  # fmt: skip

# Ways to give a fact of one's own accord; ``{}`` is how the person names the value.
TELLS = {
    "nome": ("sou {}", "meu nome é {}", "aqui é {}", "me chamo {}"),
    "empresa": ("minha empresa é {}", "é para {}", "tenho {}"),
    "cidade": ("sou de {}", "fico em {}", "falo de {}"),
    "produto": ("tenho interesse na {}", "queria saber da {}", "estou procurando a {}"),
    "volume": ("hoje faço {}", "minha produção é de {}", "preciso fazer {}"),
    "urgencia": ("{}",),
    "cnpj": ("o CNPJ é {}", "cnpj {}"),
    "negocio": ("{}",),
}
# What people write when they were just asked.
ANSWERS = {
    "nome": ("{}", "é {}", "sou {}"),
    "empresa": ("{}", "é {}"),
    "cidade": ("{}", "sou de {}", "em {}"),
    "volume": ("{}", "uns {}"),
    "cnpj": ("{}",),
}
OPENINGS = ("oi", "olá, tudo bem?", "bom dia", "boa tarde", "oi, vi o anúncio de vocês", "opa")
DUNNO = ("isso eu ainda não sei", "não sei te dizer agora", "prefiro ver isso depois")
CLOSINGS = ("obrigado, por enquanto é isso", "beleza, obrigado pelas informações", "valeu, vou pensar")
