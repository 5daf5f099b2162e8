"""Names, companies, places, machines and volumes that are the lead's, against those that only look so."""

import pytest

from knowledge.catalogue import shipped_products
from leads.extraction import extract


def _fact(field: str, *messages: str) -> str | None:
    item = extract(messages, products=shipped_products()).get(field)
    return None if item is None else item.stored


@pytest.mark.parametrize(
    "text",
    [
        "meu primo de Londrina tem uma dessas",
        "minha esposa nasceu em Caruaru",
        "a transportadora é de Guarulhos",
        "já morei em Recife",
        "a 40 km de Uberaba",
        "na saída pra Londrina",
        "vcs são de Chapecó?",
        "Av. Brasília 300",
    ],
)
def test_a_place_of_others_of_the_past_or_on_the_way_is_no_city_of_the_lead(text: str) -> None:
    assert _fact("cidade", text) is None
    assert _fact("uf", text) is None


@pytest.mark.parametrize(
    ("messages", "city"),
    [
        (("sou de Goiânia, aliás, Aparecida de Goiânia",), "Aparecida de Goiânia"),
        (("sou de Sorocaba", "digo, Votorantim"), "Votorantim"),
        (("não é Londrina é Cambé",), "Cambé"),
        (("meu pai é de Pelotas mas a loja é em Ijuí",), "Ijuí"),
        (("tenho loja em Tubarão, mas essa vai pra matriz em Criciúma",), "Criciúma"),
        (("MT - Sorriso",), "Sorriso"),
        (("S. J. do Rio Preto",), "São José do Rio Preto"),
        (("moro em riberao preto",), "Ribeirão Preto"),
        (("florianopoles sc",), "Florianópolis"),
    ],
)
def test_the_city_meant_is_read(messages: tuple[str, ...], city: str) -> None:
    assert _fact("cidade", *messages) == city


@pytest.mark.parametrize("text", ["moro em apartamento", "moro na capital", "sou da caseira"])
def test_no_city_is_guessed_from_a_word_near_to_its_name(text: str) -> None:
    assert _fact("cidade", text) is None


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("era Lanches do Zé, agora é Toca do Urso", "Toca do Urso"),
        ("o CNPJ é da Souza Prado ME mas a loja é a Toca do Urso", "Toca do Urso"),
        ("na fachada tá Toca do Urso", "Toca do Urso"),
        ("Geraldo, da Toca do Urso", "Toca do Urso"),
        ("o dono da Toca do Urso me indicou vocês", None),
        ("fornecemos pra Boi Feliz Burger", None),
        ("a Boi Feliz Burger é minha cliente", None),
    ],
)
def test_the_company_is_the_leads_own_and_present_one(text: str, company: str | None) -> None:
    assert _fact("empresa", text) == company


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pode me chamar de Tonho, mas no papel é Antônio Bispo", "Antônio Bispo"),
        ("opa, Robson na linha", "Robson"),
        ("Camila, bom dia! queria saber da máquina", None),
        ("Não me chamo Igor", None),
    ],
)
def test_the_name_is_the_writers(text: str, name: str | None) -> None:
    assert _fact("nome", text) == name


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("a do vizinho é SE3000, bonita demais", None),
        ("meu cunhado tem uma FB300, quero igual", "FB300"),
        ("a fb300 que eu tenho tá velha", None),
        ("entre FB300 e FB700 fico com a segunda", "FB700"),
        ("a que faz 6000 por hora", "SE6000"),
    ],
)
def test_the_machine_is_the_one_wanted(text: str, product: str | None) -> None:
    assert _fact("produto", text) == product


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("200 lanches por dia, dois hambúrgueres cada", "400 hamburgueres/dia"),
        ("antes fazia 300 por dia, agora 100", "100 hamburgueres/dia"),
        ("400 por semana, quer dizer, por mês", "400 hamburgueres/mes"),
        ("tenho 80 mesas e 3 garçons por noite", None),
        ("a diária do meu ajudante é 120", None),
    ],
)
def test_the_volume_is_what_the_machine_must_make(text: str, volume: str | None) -> None:
    assert _fact("volume", text) == volume


@pytest.mark.parametrize("item", ["brigadeiro", "pizza", "nugget", "bolo", "esfiha"])
def test_other_food_is_no_burger(item: str) -> None:
    volume = extract([f"faço {item}, uns 500 por dia"]).get("volume")

    assert volume is None or "hamburguer" not in volume.stored
