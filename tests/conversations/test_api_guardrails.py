"""/api/v1/guardrails/review: any text against the rules, for whoever holds a token."""

import json

import pytest

from conversations.api.guardrails import MAX_CHARS
from knowledge import loader, queries
from knowledge.models import Product, ProductAttribute
from seleto.lib import tokens
from tests.factories import now

pytestmark = pytest.mark.django_db

URL = "/api/v1/guardrails/review"


@pytest.fixture
def post(client):
    _, plain = tokens.create(name="teste", now=now())

    def call(body):
        raw = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return client.post(URL, raw, content_type="application/json", headers={"Authorization": f"Bearer {plain}"})

    return call


def kinds(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [violation["kind"] for violation in answer.json()["violations"]]


def test_a_clean_text_passes(post):
    answer = post({"text": "A FB700 faz 700 hambúrgueres por hora."})

    assert (answer.status_code, answer.json()) == (200, {"ok": True, "violations": []})


def test_a_violation_has_its_kind_reason_and_place(post):
    text = "  Olá 😀! A FB300 custa R$ 18.900,00.\n"

    answer = post({"text": text, "context": {"lead_last": "quanto custa?", "temperature": "morno"}}).json()

    (violation,) = answer["violations"]
    ((start, end),) = violation["spans"]
    assert answer["ok"] is False
    assert violation["kind"] == "price"
    assert "preço" in violation["reason"]
    assert "18.900" in text[start:end]


def test_the_cold_lead_exception_reaches_the_rules(post):
    text = "A FBM100 sai por R$ 9.850,00."
    prices = {"FBM100": 9850}

    assert kinds(post({"text": text, "context": {"temperature": "frio", "price_exception": prices}})) == []
    assert kinds(post({"text": text, "context": {"temperature": "quente", "price_exception": prices}})) == ["price"]
    assert kinds(post({"text": text, "context": {"temperature": "frio", "price_exception": {"FBM100": 9851}}})) == [
        "price"
    ]


def test_the_leads_last_words_reach_the_rules(post):
    assert kinds(post({"text": "vinte e quatro", "context": {"lead_last": "e a FB700, qual o valor?"}})) == ["price"]


def test_statements_are_held_against_the_shipped_catalogue_before_the_first_seed(post):
    assert not Product.objects.exists()

    assert kinds(post({"text": "A FB700 faz 900 hambúrgueres por hora."})) == ["contradiction"]


def test_statements_are_held_against_what_the_managers_wrote(post):
    loader.load()
    ProductAttribute.objects.filter(product_id="FB700", name="producao_hora").update(low=900, high=900)
    queries.clear_cache()

    assert kinds(post({"text": "A FB700 faz 900 hambúrgueres por hora."})) == []
    assert kinds(post({"text": "A FB700 faz 700 hambúrgueres por hora."})) == ["contradiction"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "é" * MAX_CHARS, "😀" * MAX_CHARS, "\u202e\u200b"])
def test_any_text_up_to_the_limit_is_reviewed(post, text):
    assert post({"text": text}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 18900}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "a" * (MAX_CHARS + 1)}, "text"),
        ({"text": "\ud83d"}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a", "context": []}, "context"),
        ({"text": "a", "context": {"lead_last": "\udc00"}}, "context"),
        ({"text": "a", "context": {"lead_last": "a" * (MAX_CHARS + 1)}}, "context"),
        ({"text": "a", "context": {"temperature": "gelado"}}, "context"),
        ({"text": "a", "context": {"temperature": "\ud800"}}, "context"),
        ({"text": "a", "context": {"price_exception": {"\ud800": "caro"}}}, "context"),
        ({"text": "a", "context": {"price_exception": {"FB300": "caro"}}}, "context"),
        ({"text": "a", "context": {"price_exception": {"FB300": None}}}, "context"),
        ({"text": "a", "context": {"price_exception": {"FB300": -1}}}, "context"),
        ('{"text": "a", "context": {"price_exception": {"FB300": 1e999}}}', "context"),
        ([], "non_field_errors"),
    ],
)
def test_bad_input_is_a_problem_named_by_its_field(post, body, field):
    answer = post(body)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_a_refusal_repeats_nothing_that_was_sent(post):
    answer = post({"text": "a", "context": {"temperature": "Marina", "price_exception": {"Marina": 1}}})

    assert answer.status_code == 400
    assert "Marina" not in answer.content.decode()


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"text": NaN}', b"[" * 200_000, b'{"text": "\xed\xa0\x80"}'])
def test_what_is_no_json_is_a_problem(post, raw):
    answer = post(raw)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_without_a_token_nothing_is_reviewed(client, db):
    answer = client.post(URL, json.dumps({"text": "oi"}), content_type="application/json")

    assert answer.status_code == 401


def test_the_schema_shows_an_example_that_is_true(client, post):
    operation = json.loads(client.get("/api/schema/?format=json").content)["paths"][URL]["post"]
    (asked,) = operation["requestBody"]["content"]["application/json"]["examples"].values()
    (answered,) = operation["responses"]["200"]["content"]["application/json"]["examples"].values()

    assert post(asked["value"]).json() == answered["value"]
