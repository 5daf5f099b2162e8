"""Each assertion holds where it should, and fails, saying why, where it should not."""

from decimal import Decimal
from typing import Any

import pytest

from conversations.evals.assertions import IMPLIED, check
from conversations.evals.observed import Crm, lead_fields
from conversations.evals.schema import Setup
from tests.evals.cases import Said, judged, outcome

ASKED: Said = ("lead", "oi, quanto faz a FB300?")
TOLD: Said = ("agent", "A FB300 produz de 300 a 350 hambúrgueres por hora.")
MORE: Said = ("+agent", "De qual cidade você fala?")


@pytest.mark.parametrize(
    ("key", "good", "bad", "final"),
    [
        ("temperature", "quente", "frio", {"temperature": "quente"}),
        ("temperature_not", "frio", "quente", {"temperature": "quente"}),
        ("handoff", True, False, {"handoff": True}),
        ("paused", True, False, {"owner": "human"}),
        ("paused", False, True, {"owner": "nobody"}),
        ("opt_out", True, False, {"opt_out": True}),
        ("deletion_request", False, True, {}),
        ("gap_recorded", True, False, {"gap_recorded": True}),
        ("human_queue", "suporte", "comercial", {"human_queue": "suporte"}),
        ("human_queue", None, "comercial", {}),
        ("interest_recorded", "LINHA_ESPETO", "FB300", {"interest_recorded": ("LINHA_ESPETO",)}),
    ],
)
def test_final_state(key: str, good: Any, bad: Any, final: dict[str, Any]) -> None:
    assert judged(key, good, **final).passed
    refused = judged(key, bad, **final)
    assert not refused.passed
    assert refused.why


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("reply_count_max", 2, 1),
        ("reply_count_min", 2, 3),
        ("reply_max_chars", 79, 76),
        ("reply_after_turn", 1, 3),
        ("no_reply_after_turn", 3, 2),
        ("no_reply_between_turns", [2, 2], [1, 2]),
        ("reply_after_turn_max", {"turn": 1, "max": 3}, {"turn": 1, "max": 2}),
        ("mentions_product", ["FB300"], ["FB300", "FB700"]),
        ("product_mention_max", {"FB300": 1}, {"FB300": 0}),
        ("must_mention_any", ["nada", "HAMBURGUERES"], ["preço"]),
        ("must_not_mention", ["preço"], ["hamburguer"]),
        ("no_violation", ["price"], ["price", "deadline"]),
    ],
)
def test_what_was_said_and_when(key: str, good: Any, bad: Any) -> None:
    talk = (
        ASKED,
        TOLD,
        MORE,
        ("lead", "Itu"),
        ("agent", "Itu, anotado! A entrega sai em 15 dias úteis."),
        ("lead", "ok"),
    )

    assert judged(key, good, *talk).passed
    refused = judged(key, bad, *talk)
    assert not refused.passed
    assert refused.why


def test_bubbles_of_one_run_are_one_reply() -> None:
    assert judged("reply_count_max", 1, ASKED, TOLD, MORE).actual == 1


def test_a_reply_may_come_after_the_clock_has_moved_but_not_after_the_lead_wrote_again() -> None:
    late = (ASKED, ("clock", "event:tick"), TOLD)

    assert judged("reply_after_turn", 1, *late).passed
    assert not judged("reply_after_turn", 1, ASKED, ("lead", "oi?"), TOLD).passed


def test_permission_alone_never_fails() -> None:
    assert judged("may_mention", ["6.490"], ASKED, TOLD).passed


def test_an_unknown_key_fails_and_says_so() -> None:
    assert judged("sings_well", True).why == "unknown assertion key"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("reply_count_max", "two"),
        ("reply_after_turn", 9),
        ("reply_after_turn", True),
        ("no_reply_between_turns", [1]),
        ("reply_after_turn_max", {"turn": 1}),
        ("mentions_product", "FB300"),
        ("must_not_ask_again", ["sapato"]),
        ("no_violation", ["rudeness"]),
        ("lead_fields", {"sapato": 42}),
        ("crm", {"invoice": True}),
        ("product_mention_max", ["FB300"]),
    ],
)
def test_a_value_of_the_wrong_form_fails_and_says_which_form(key: str, expected: Any) -> None:
    assert judged(key, expected, ASKED, TOLD).why.startswith("the expected value ")


def test_lead_fields_are_compared_as_people_would() -> None:
    fields = lead_fields(
        {
            "nome": "Patrícia",
            "empresa": "Restaurante Lenha & Sal",
            "volume": "1500 hamburgueres/dia",
            "conhece_seleto": "sim",
            "telefone": "5511900000001",
        },
        intents=("pergunta_preco",),
        opt_out=False,
    )
    expected = {
        "nome": "patricia",
        "empresa": "LENHA & SAL",
        "volume": {"quantidade": 1500, "unidade": "hamburgueres", "periodo": "dia"},
        "conhece_seleto": True,
        "telefone": "+5511900000001",
        "pede_preco": True,
        "pede_humano": False,
        "cidade": None,
    }

    assert judged("lead_fields", expected, lead_fields=fields).passed
    assert judged("lead_fields", {"nome": "Paula", "uf": None}, lead_fields=fields).why == "differs in nome"


def test_an_empty_crm_is_judged_as_it_is() -> None:
    assert judged("crm", {"deal": False, "contact": False, "company_created": False}).passed
    assert judged("crm", {"deal": True, "contact": False}).why == "differs in deal"
    assert not judged("crm", {"pending_then_synced": True}).passed


def test_what_the_crm_holds() -> None:
    ours = {"name": "Frigorífico Vale Fictício", "cnpj": "47.081.823/0001-52", "by_hand": False}
    crm = Crm(companies=(ours,), persons=({"name": "Marina"},), deals=({"title": "Lead"},))
    expected = {"deal": True, "contact": True, "company_created": True, "company_by_cnpj": "47081823000152"}

    assert judged("crm", expected, crm=crm).passed
    assert judged("crm", {"company_created": False}, crm=Crm(companies=({**ours, "by_hand": True},))).passed
    assert not judged("crm", {"company_by_cnpj": "90551247000199"}, crm=crm).passed


def test_a_crm_that_was_down_holds_everything_once_afterwards() -> None:
    deal = ({"title": "Lead"},)

    assert judged("crm", {"pending_then_synced": True}, crm=Crm(deals=deal, refused=2)).passed
    assert judged("crm", {"pending_then_synced": False}, crm=Crm(deals=deal)).passed
    twins = Crm(deals=(*deal, *deal), refused=1, twins=("open_deals_by_reference",))
    assert not judged("crm", {"pending_then_synced": True}, crm=twins).passed


def test_a_setup_that_cannot_be_made_fails_the_case() -> None:
    results = check(outcome(ASKED, setup=Setup(other={"moon": "full"})))

    assert [(result.key, result.why) for result in results if not result.passed] == [
        ("setup.moon", "unknown key"),
    ]


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("A FB300 sai por R$ 18.900.", "price"),
        ("Parcelamos em 10x no cartão.", "payment"),
        ("Qual seu nome? E a cidade? Quanto produz?", "questions>2"),
    ],
)
def test_every_conversation_implies_that_no_rule_is_broken(reply: str, label: str) -> None:
    implied = {result.key: result for result in check(outcome(ASKED, ("agent", reply)))}[IMPLIED]

    assert not implied.passed
    assert label in implied.actual[0]["labels"]


@pytest.mark.parametrize(("temperature", "allowed"), [("frio", True), ("morno", False)])
def test_a_configured_price_is_allowed_to_a_cold_lead_alone(temperature: str, allowed: bool) -> None:
    exception = Setup(prices={"FB300": Decimal(18900)})
    talk = (("lead", "quanto é a FB300?"), ("agent", "A FB300 custa R$ 18.900."))

    results = check(outcome(*talk, setup=exception, temperature=temperature))

    assert {result.key: result.passed for result in results}[IMPLIED] is allowed


def test_a_fact_is_asked_again_once_it_was_recorded() -> None:
    talk = (
        ("lead", "oi"),
        ("agent", "De qual cidade você fala?"),
        ("lead", "Itu"),
        ("agent", "E qual é a sua cidade?"),
    )

    assert judged("must_not_ask_again", ["cidade"], *talk[:2], known_since={"cidade": 20.0}).passed
    assert not judged("must_not_ask_again", ["cidade"], *talk, known_since={"cidade": 25.0}).passed


def test_the_reply_to_the_message_that_tells_a_fact_must_not_ask_for_it() -> None:
    talk = (("lead", "sou de Itu"), ("agent", "De qual cidade você fala?"))

    assert not judged("must_not_ask_again", ["cidade"], *talk, known_since={"cidade": 10.0}).passed


def test_a_fact_never_recorded_may_be_asked_for_once() -> None:
    ask: Said = ("agent", "Como posso te chamar?")

    assert judged("must_not_ask_again", ["nome"], ASKED, ask).passed
    assert not judged("must_not_ask_again", ["nome"], ASKED, ask, ("lead", "Ana"), ask).passed
