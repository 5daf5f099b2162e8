"""The tools: typed, counted, repeatable, and without effect until the turn commits (domain.md, legacy contracts)."""

import json
from typing import Any

import httpx
import pytest
import respx

from conversations.agent.state import Snapshot
from conversations.agent.tools import TOOLS, ToolBox, definitions
from conversations.agent.understanding import listen
from conversations.models import Handoff, Turn
from knowledge import loader
from knowledge.catalogue import shipped_products
from leads.models import Fact, Interest
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import answer, completion
from tests.conversations.test_brief import line, state
from tests.factories import waiting

PRODUCTS = shipped_products()


def box(text: str, **snapshot: Any) -> ToolBox:
    the_state = state(pending=(line(text),))
    values = Snapshot(prompt="", prompt_version="v1", products=PRODUCTS, articles=(), **snapshot)
    return ToolBox(the_state, values, listen(the_state, PRODUCTS))


def call(tools: ToolBox, name: str, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(tools.call(name, arguments))
    return result


SAID = {"mensagem": "m1"}


def test_a_fact_is_proposed_with_the_leads_words():
    tools = box("sou a Marina, de Itajaí")

    told = call(tools, "atualizar_lead", campo="nome", valor="Marina", citacao="sou a Marina", **SAID)
    invented = call(tools, "atualizar_lead", campo="nome", valor="Paulo", citacao="sou o Paulo", **SAID)

    assert (told, invented) == ({"aceitos": ["nome"], "recusados": []}, {"aceitos": [], "recusados": ["nome"]})
    assert [fact.value for fact in tools.effects().facts] == ["Marina"]


def test_company_and_need_are_proposed_field_by_field():
    tools = box("somos o Restaurante Lenha, cnpj 69.882.044/0077-97, queremos a FB300 pra 500 hambúrgueres por dia")
    text = tools.state.pending[0].text

    company = call(tools, "registrar_empresa", nome="Restaurante Lenha", cnpj="69882044007798", citacao=text, **SAID)
    need = call(tools, "registrar_orcamento", produto="FB300", volume="500 hamburgueres/dia", citacao=text, **SAID)

    assert company == {"aceitos": ["empresa"], "recusados": ["cnpj"]}
    assert need == {"aceitos": ["produto", "volume"], "recusados": []}


def test_the_same_call_twice_is_one():
    tools = box("quero a linha de espetos")

    first = call(tools, "registrar_interesse", produto="LINHA_ESPETO")
    second = call(tools, "registrar_interesse", produto="LINHA_ESPETO")

    assert first == second == {"registrado": True, "disponivel": False}
    assert tools.effects().interests == ("LINHA_ESPETO",)


def test_there_is_no_waiting_list_for_what_can_be_had():
    assert call(box("oi"), "registrar_interesse", produto="FB300") == {"registrado": False, "disponivel": True}
    assert call(box("oi"), "registrar_interesse", produto="XYZ") == {"erro": "produto_desconhecido"}


def test_calls_of_a_turn_are_counted(settings):
    settings.TOOL_CALLS_PER_TURN = 2
    tools = box("oi")

    results = [call(tools, "registrar_interesse", produto=code) for code in ("A", "B", "C", "A")]

    assert [row["erro"] for row in results] == [
        "produto_desconhecido", "produto_desconhecido", "limite_de_chamadas", "produto_desconhecido",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("atualizar_lead", {"campo": "senha", "valor": "x", "citacao": "x", "mensagem": "m1"}, "campo"),
        ("consultar_catalogo", {}, "pergunta"),
        ("encaminhar_para_humano", {"motivo": "porque sim"}, "motivo"),
        ("classificar_temperatura", {"telefone": "5511900000001"}, "telefone"),
    ],
)
def test_a_wrong_argument_is_named_and_changes_nothing(name, arguments, field):
    tools = box("oi")

    result = call(tools, name, **arguments)

    assert (result["erro"], result["campo"]) == ("argumento_invalido", field)
    assert tools.effects() == box("oi").effects()


def test_an_unknown_tool_is_said_to_be_unknown():
    assert call(box("oi"), "apagar_tudo") == {"erro": "ferramenta_desconhecida"}


def test_only_the_cnpj_that_this_lead_gave_is_looked_up():
    tools = box("meu cnpj é 69.882.044/0077-97", company_known=True)

    assert call(tools, "consultar_empresa", cnpj="69.882.044/0077-97") == {"cadastrada": True}
    assert call(tools, "consultar_empresa", cnpj="11.222.333/0001-81") == {"erro": "cnpj_nao_informado_pelo_lead"}


def test_an_opportunity_is_told_of_without_its_number():
    assert call(box("oi", opportunity_open=True), "obter_oportunidade") == {"aberta": True}


def test_a_handover_is_proposed_to_the_queue_of_its_reason():
    tools = box("oi")

    assert call(tools, "encaminhar_para_humano", motivo="suporte_tecnico") == {"proposto": True, "fila": "suporte"}
    assert tools.effects().handoff == Handoff.Reason.SUPPORT


@pytest.mark.django_db
def test_the_catalogue_answers_with_its_articles_and_keeps_prices_to_itself():
    loader.load()

    found = call(box("oi"), "consultar_catalogo", pergunta="quantos hambúrgueres por hora faz a FB300?")
    commercial = call(box("oi"), "consultar_catalogo", pergunta="quanto custa a FB300?")

    assert "fb300.producao" in [row["id"] for row in found["artigos"]]
    assert commercial == {"respondivel": False, "assunto": "comercial", "artigos": []}


def test_every_tool_has_a_portuguese_description_and_a_closed_schema():
    assert set(definitions()) == set(TOOLS)
    for description, schema in definitions().values():
        assert description.endswith(".")
        assert schema["additionalProperties"] is False


# --- In a turn ---------------------------------------------------------------------------------------------------


def calls(*wanted: tuple[str, dict[str, Any]]) -> httpx.Response:
    """A model that calls tools instead of answering."""
    body = completion(None, finish_reason="tool_calls").json()
    body["choices"][0]["message"]["tool_calls"] = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, (name, arguments) in enumerate(wanted)
    ]
    return httpx.Response(200, json=body)


@pytest.fixture
def provider(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    loader.load()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-text$")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.sends = sends
        yield model


def sent(provider) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in provider.sends.calls]


@pytest.mark.django_db
def test_what_tools_propose_is_there_once_the_turn_commits(provider):
    waiting("sou a Marina e quero a linha de espetos")
    provider.side_effect = [
        calls(
            ("atualizar_lead", {"campo": "nome", "valor": "Marina", "citacao": "sou a Marina", "mensagem": "m1"}),
            ("registrar_interesse", {"produto": "LINHA_ESPETO"}),
        ),
        completion(answer("A linha de espetos está indisponível; para o corte temos a CT200.")),
    ]

    jobs.run_due()

    second = json.loads(provider.calls[1].request.content)["messages"]
    assert [message["role"] for message in second[-3:]] == ["assistant", "tool", "tool"]
    assert Fact.objects.get(field="nome").value == "Marina"
    assert Interest.objects.get().produto == "LINHA_ESPETO"
    turn = Turn.objects.get()
    assert (turn.model_calls, turn.tools) == (2, ["atualizar_lead", "registrar_interesse"])
    assert len(sent(provider)) == 1


@pytest.mark.django_db
def test_a_superseded_draft_leaves_no_trace_of_its_tools(provider):
    conversation = waiting("oi")
    proposals = calls(
        ("registrar_interesse", {"produto": "LINHA_ESPETO"}), ("encaminhar_para_humano", {"motivo": "duvida_tecnica"})
    )

    def while_the_lead_writes_on(request: httpx.Request) -> httpx.Response:
        type(conversation).objects.update(revision=9)
        return completion(answer("Anotado."))

    steps = iter([lambda _: proposals, while_the_lead_writes_on, lambda _: completion(answer("Olá!"))])
    provider.side_effect = lambda request: next(steps)(request)

    jobs.run_due()

    assert Turn.objects.filter(status=Turn.Status.SUPERSEDED).exists()
    assert (Interest.objects.count(), Handoff.objects.count(), sent(provider)) == (0, 0, ["Olá!"])


@pytest.mark.django_db
def test_a_model_that_only_calls_tools_is_stopped_and_the_lead_hears_of_us(provider):
    waiting("oi")
    provider.side_effect = lambda request: calls(("classificar_temperatura", {}))

    jobs.run_due()

    assert provider.call_count == 3
    assert sent(provider)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["schema", "json", "tool"])
def test_the_answer_takes_its_form_as_the_server_knows_it(provider, settings, mode):
    settings.LLM_ANSWER_MODE = mode
    waiting("vocês vendem formadora?")
    whole = answer("Vendemos sim!")
    provider.side_effect = [calls(("resposta", whole)) if mode == "tool" else completion(whole)]

    jobs.run_due()

    asked = json.loads(provider.calls[0].request.content)
    form = asked.get("response_format", {}).get("type")
    names = {tool["function"]["name"] for tool in asked["tools"]}
    assert sent(provider) == ["Vendemos sim!"]
    assert form == {"schema": "json_schema", "json": "json_object", "tool": None}[mode]
    assert ("resposta" in names) == (mode == "tool")
    assert ('"additionalProperties"' in asked["messages"][0]["content"]) == (mode == "json")


@pytest.mark.django_db
def test_a_server_without_tools_is_offered_none(provider, settings):
    settings.LLM_TOOLS = False
    waiting("vocês vendem formadora?")
    provider.side_effect = [completion(answer("Vendemos sim!"))]

    jobs.run_due()

    assert "tools" not in json.loads(provider.calls[0].request.content)
    assert sent(provider) == ["Vendemos sim!"]
