"""What other programs read and do through /api/v1."""

from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation, Handoff, Message, Outbox
from leads.models import Empresa, Fact, Lead, Orcamento
from leads.services import NewFact, reclassify, record_facts
from leads.temperature import Engagement
from seleto.lib import tokens
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, IdentityFactory, LeadFactory, MessageFactory, now

pytestmark = pytest.mark.django_db

ZERO = "01890000-0000-7000-8000-000000000000"


class Api:
    """A program with a token."""

    def __init__(self, client, *scopes: tokens.Scope, name: str = "painel") -> None:
        _, plain = tokens.create(name=name, now=now(), scopes=scopes)
        self._client, self._headers = client, {"Authorization": f"Bearer {plain}"}

    def get(self, path: str, **query):
        return self._client.get(f"/api/v1/{path}", query, headers=self._headers)

    def post(self, path: str, body: dict, **headers: str):
        said = {**self._headers, **headers}
        return self._client.post(f"/api/v1/{path}", body, content_type="application/json", headers=said)


@pytest.fixture
def api(client) -> Api:
    return Api(client, tokens.Scope.READ, tokens.Scope.OPERATE)


def known_lead(number: int = 1) -> Lead:
    lead = LeadFactory.create(origin="whatsapp")
    IdentityFactory.create(lead=lead, value=f"55119000{number:05d}")
    said = [(Fact.Field.NOME, "Marina Prado"), (Fact.Field.PRODUTO, "FB700"), (Fact.Field.EMPRESA, "Brasa Norte")]
    with transaction.atomic():
        record_facts(
            lead.pk,
            [NewFact(field, value, Fact.Evidence.SAID, "mensagem", uuid4(), quote=value) for field, value in said],
            now=now(),
        )
    reclassify(lead.pk, Engagement(messages=3), now())
    return Lead.objects.get(pk=lead.pk)


def talk() -> Conversation:
    conversation = ConversationFactory.create(lead=known_lead())
    MessageFactory.create(conversation=conversation, text="Quanto custa a FB700?")
    return conversation


def test_a_lead_is_told_with_what_is_known(api: Api) -> None:
    lead = known_lead()

    answer = api.get(f"leads/{lead.pk}").json()

    told = {fact["field"]: fact["value"] for fact in answer["facts"]}
    assert (told["nome"], told["produto"]) == ("Marina Prado", "FB700")
    assert answer["identities"] == [{"kind": "phone", "value": "5511900000001"}]
    assert (answer["temperature"], answer["score"] is not None) == (lead.temperature, True)


def test_lists_are_paged_by_cursor_and_cost_the_same_however_long(api: Api) -> None:
    for number in range(1, 4):
        known_lead(number)
    api.get("leads")
    with CaptureQueriesContext(connection) as few:
        first = api.get("leads", limit=1).json()
    with CaptureQueriesContext(connection) as many:
        everything = api.get("leads").json()

    seen, page = list(first["results"]), first
    while page["next"]:
        page = api.get("leads", **dict(parse_qsl(urlsplit(page["next"]).query))).json()
        seen += page["results"]
    assert seen == everything["results"] == sorted(seen, key=lambda row: row["id"], reverse=True)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("leads", {"temperature": "fervendo"}),
        ("leads", {"created_since": "ontem"}),
        ("leads", {"empresa": "x"}),
        ("empresas", {"uf": "sc"}),
        ("orcamentos", {"status": "meio"}),
        ("conversations", {"owner": "chefe"}),
        ("handoffs", {"open": "talvez"}),
        ("metrics/summary", {"days": "0"}),
    ],
)
def test_a_filter_nobody_understands_is_refused_by_name(api: Api, path: str, query: dict[str, str]) -> None:
    answer = api.get(path, **query)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert set(answer.json()["errors"]) == set(query)


def test_filters_narrow(api: Api) -> None:
    conversation = talk()
    ConversationFactory.create(owner=Conversation.Owner.HUMAN)
    empresa = Empresa.objects.create(nome="Brasa Norte", uf="SC", created_at=now())
    Orcamento.objects.create(lead=conversation.lead, produto="FB900", necessidade="corte", created_at=now())
    Handoff.objects.create(conversation=conversation, reason="lead_quente", queue="comercial", opened_at=now())

    def ids(path: str, **query: str) -> list[str]:
        return [row["id"] for row in api.get(path, **query).json()["results"]]

    assert ids("leads", temperature=conversation.lead.temperature, origin="whatsapp") == [str(conversation.lead_id)]
    assert ids("leads", created_since="2999-01-01T00:00:00Z") == []
    assert (ids("empresas", uf="SC"), ids("empresas", uf="SP")) == ([str(empresa.pk)], [])
    assert len(ids("orcamentos", produto="FB900", status="aberto")) == 1
    assert ids("conversations", owner="agent", open="true") == [str(conversation.pk)]
    assert len(ids("handoffs", open="true", queue="comercial")) == 1
    assert ids("handoffs", open="false") == []
    assert len(ids(f"conversations/{conversation.pk}/messages", author="lead")) == 1


@pytest.mark.parametrize("path", ["leads", "empresas", "orcamentos", "conversations", "handoffs"])
def test_what_is_not_there_is_a_404(api: Api, path: str) -> None:
    assert api.get(f"{path}/{ZERO}").status_code == 404


def test_a_message_is_written_once_by_key_and_a_person_is_in_charge(api: Api) -> None:
    conversation = talk()
    path, body = f"conversations/{conversation.pk}/messages", {"text": "Olá, Marina! *Aqui* é a Rute."}

    first = api.post(path, body, **{"Idempotency-Key": "pedido 1"})
    again = api.post(path, body, **{"Idempotency-Key": "pedido 1"})
    other = api.post(path, {"text": "Outra coisa"}, **{"Idempotency-Key": "pedido 1"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json()["id"] == again.json()["id"]
    assert Outbox.objects.filter(origin="person").count() == 1
    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN
    assert AuditEntry.objects.filter(action="conversation.say", actor="api:painel").count() == 1


def test_two_programs_may_use_the_same_key(api: Api, client) -> None:
    conversation, other = talk(), Api(client, tokens.Scope.OPERATE, name="outro")
    for program in (api, other):
        body, key = {"text": f"De {id(program)}"}, {"Idempotency-Key": "1"}
        assert program.post(f"conversations/{conversation.pk}/messages", body, **key).status_code == 201

    assert Message.objects.filter(author="person").count() == 2


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "x" * 201}])
def test_without_a_key_nothing_is_written(api: Api, headers: dict[str, str]) -> None:
    conversation = talk()

    answer = api.post(f"conversations/{conversation.pk}/messages", {"text": "Olá"}, **headers)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert not Outbox.objects.exists()


def test_where_nobody_may_write_the_reason_is_told(api: Api) -> None:
    conversation = talk()
    Lead.objects.filter(pk=conversation.lead_id).update(opted_out_at=now())

    answer = api.post(f"conversations/{conversation.pk}/messages", {"text": "Olá"}, **{"Idempotency-Key": "1"})

    assert (answer.status_code, answer.json()["detail"]) == (409, "o lead pediu para não receber mensagens")
    assert not Outbox.objects.exists()


def test_handing_over_is_one_act_and_done_once(api: Api, seeded: None) -> None:
    conversation = talk()

    first = api.post(f"conversations/{conversation.pk}/handoff", {"reason": "pediu_humano"})
    again = api.post(f"conversations/{conversation.pk}/handoff", {"reason": "pediu_humano"})

    assert (first.status_code, first.json()["queue"], again.status_code) == (201, "comercial", 409)
    assert Handoff.objects.count() == 1
    assert Outbox.objects.count() == 1  # the notice to the lead


def test_a_handover_repeated_under_its_key_is_the_same_one(api: Api, seeded: None) -> None:
    conversation = talk()
    path, key = f"conversations/{conversation.pk}/handoff", {"Idempotency-Key": "pedido 7"}

    first = api.post(path, {"reason": "pediu_humano"}, **key)
    again = api.post(path, {"reason": "pediu_humano"}, **key)
    other = api.post(path, {"reason": "suporte_tecnico"}, **key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json() == again.json()
    assert (Handoff.objects.count(), Outbox.objects.count()) == (1, 1)


def test_a_key_of_a_message_is_none_of_a_handover(api: Api, seeded: None) -> None:
    path, key = f"conversations/{talk().pk}", {"Idempotency-Key": "1"}

    assert api.post(f"{path}/messages", {"text": "Olá"}, **key).status_code == 201
    assert api.post(f"{path}/handoff", {"reason": "pediu_humano"}, **key).status_code == 201


def test_reading_is_not_doing(client) -> None:
    reader, conversation = Api(client, tokens.Scope.READ), talk()

    said = reader.post(f"conversations/{conversation.pk}/messages", {"text": "Olá"}, **{"Idempotency-Key": "1"})
    handed = reader.post(f"conversations/{conversation.pk}/handoff", {"reason": "pediu_humano"})

    assert (said.status_code, handed.status_code) == (403, 403)
    assert not Outbox.objects.exists()


def test_knowledge_is_searched_as_the_agent_does(api: Api, seeded: None) -> None:
    fact = api.post("knowledge/search", {"question": "quantos hambúrgueres por hora faz a FB300?"}).json()
    price = api.post("knowledge/search", {"question": "quanto custa a FB300?"}).json()

    assert (fact["kind"], fact["results"][0]["product"]) == ("fact", "FB300")
    assert fact["results"][0]["text"]
    assert price["kind"] == "commercial"


def test_the_figures_of_the_first_page(api: Api) -> None:
    talk()

    answer = api.get("metrics/summary", days="7").json()

    assert answer["funnel"][0]["count"] == 1
    assert set(answer) == {
        "since", "funnel", "first_answer_s", "hot_waiting", "open_questions", "stuck", "spent_usd",
    }  # fmt: skip
