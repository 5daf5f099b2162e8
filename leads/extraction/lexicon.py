"""Word lists of the rules that read names: first names, surnames, cities that are everyday words."""

from functools import cache
from pathlib import Path

from seleto.lib.text.fold import fold

_WORDS = Path(__file__).resolve().parent.parent / "data" / "words"


@cache
def first_names() -> frozenset[str]:
    return _read("first_names.txt")


@cache
def surnames() -> frozenset[str]:
    return _read("surnames.txt")


@cache
def common_cities() -> frozenset[str]:
    """One-word municipalities whose name is an everyday word or a person's name."""
    return _read("common_cities.txt")


def _read(name: str) -> frozenset[str]:
    return frozenset(fold((_WORDS / name).read_text(encoding="utf-8")).split())


# Type words of businesses, with the segment each one tells. A company name often starts with one.
COMPANY_TYPES: dict[str, str] = {
    "hamburgueria": "hamburgueria", "hamburgeria": "hamburgueria", "hamburguer": "hamburgueria",
    "hamburgueres": "hamburgueria", "burger": "hamburgueria", "burguer": "hamburgueria", "burgers": "hamburgueria",
    "burguers": "hamburgueria", "burgueria": "hamburgueria", "burgeria": "hamburgueria", "smash": "hamburgueria",
    "smashburger": "hamburgueria", "lanchonete": "lanchonete", "lanches": "lanchonete", "lancheria": "lanchonete",
    "pastelaria": "lanchonete", "restaurante": "restaurante", "bistro": "restaurante", "cantina": "restaurante",
    "churrascaria": "churrascaria", "espetaria": "espetaria", "espetinhos": "espetaria", "espetos": "espetaria",
    "espetinho": "espetaria",
    "espeto": "espetaria", "padaria": "padaria", "panificadora": "padaria", "panificacao": "padaria",
    "acougue": "acougue", "acougues": "acougue", "supermercado": "supermercado", "supermercados": "supermercado",
    "mercadinho": "supermercado", "minimercado": "supermercado", "mercearia": "supermercado",
    "hipermercado": "supermercado", "frigorifico": "frigorifico", "abatedouro": "frigorifico",
    "matadouro": "frigorifico", "distribuidora": "distribuidora", "atacado": "distribuidora",
    "atacadista": "distribuidora", "alimentos": "industria_alimentos", "embutidos": "industria_alimentos",
}  # fmt: skip
# Type words that tell no segment, or tell it only with another word.
PLAIN_TYPES = frozenset(
    "pizzaria bar boteco emporio mercado casa boutique grupo rede grill cia loja fazenda sitio granja buffet "
    "hotel pousada "
    "food foods parrilla steakhouse industria fabrica comercio comercial frigo confeitaria cafe rotisserie cozinha "
    "cooperativa sorveteria delicatessen doceria quiosque trailer".split()
)
ENDINGS = frozenset(
    "lanches burger burguer burgers burguers grill alimentos carnes foods food ltda me epp eireli sa "
    "embutidos congelados "
    "frios distribuidora atacado hamburgueria hamburgueres espetos espetinhos espetaria delivery beef steak meat smash "
    "restaurante churrascaria acougue supermercado supermercados mercado frigorifico gourmet house bbq churrasco "
    "artesanal artesanais truck kitchen salgados pizzaria lanchonete padaria".split()
)
TREATMENTS = frozenset(
    "seu dona dr dra doutor doutora sr sra srta senhor senhora padre pe pastor pastora sgt sargento cabo cap "
    "capitao major "
    "coronel cel chef chefe prof profa professor professora eng engenheiro engenheira irmao irma frei tio tia mestre "
    "comandante tenente ten vereador prefeito bispo diacono".split()
)
# Words that no company of a lead bears: ourselves, fairs, rivals, channels, machines, placeholders.
NO_COMPANY = frozenset(
    "seleto fispal fipan anufood apas jarvis hollymatic bermar skymsen gpaniz beccaro picelli provisur formax "
    "marel weg siemens ifood "
    "instagram facebook google whatsapp sebrae senai shopee youtube tiktok oi ola deus natal internet "
    "olx formadora "
    "teste testando fulano exemplo prefeitura secretaria mcdonalds "
    "fb300 fb700 fbm100 smartpro ct200 fs150 se3000 se6000 epe1200 cnpj cpf email mecanico".split()
)
# Type words that name what is made, and those too plain to open a name in lower case.
PRODUCT_TYPES = frozenset(
    """
    hamburguer hamburgueres burger burguer burgers burguers smash espetos espetinho espetinhos lanches alimentos
    embutidos
    """.split()
)
WEAK_TYPES = frozenset(
    """
    casa bar mercado loja fabrica industria comercio cozinha grupo rede sitio fazenda hotel cafe food foods
    comercial cia trailer quiosque
    """.split()
)
