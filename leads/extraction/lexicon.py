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
# What stands where a name should, and is none.
JOKES = frozenset(
    "teste testando test fulano beltrano sicrano ciclano batman ninguem alguem superman admin null none robo "
    "bot cliente seleto nome papai mamae deus jesus pele neymar anonimo xuxa "
    "godzilla goku voce eu anonima humano vendedor desconhecido aqui mim mesmo apenas so".split()
)
# Words that open no name.
NOT_FIRST = frozenset(
    """
    dono dona proprietario proprietaria gerente comprador compradora cliente socio socia chef chefe responsavel de
    da do das dos em na no novo nova aqui um uma o a os as que quem vou quero
    queria preciso tenho temos interessado interessada bom boa muito mais so eu ele ela isso esse essa este esta meu
    minha nosso nossa sua seu pra para por com sem mesmo tudo nada tambem nao sim
    hamburgueria restaurante empresa loja formadora maquina manual automatica mae pai filho filha esposa marido sou
    sao estou estamos gaucho paulista mineiro carioca baiano representante
    revendedor distribuidor empresario empresaria autonomo autonoma cozinheiro acougueiro padeiro produtor produtora
    tecnico engenheiro engenheira nutricionista consultor vendedor
    vendedora comerciante empreendedor empreendedora iniciante leigo fa grande pequeno pequena daqui dai como onde
    qual quanto quantos urgente obrigado obrigada certo beleza ok tipo
    ainda hoje amanha agora legal otimo possivel verdade assim isto aquilo algo alguem outra outro todo toda cada
    dificil facil complicado preco valor loja fabrica industria
    mercado cidade estado rua bairro telefone email cnpj pessoa juridica fisica contato nome e eh ou mas se ja la ca
    eles elas nos voces vcs vc voce gente galera pessoal amigo amiga
    """.split()
)  # fmt: skip
# First names that are everyday words: written small and alone they tell nothing.
ORDINARY = frozenset(
    "rosa linda bela clara branca mel margarida violeta celeste iris domingos augusto justo fiel".split()
)
