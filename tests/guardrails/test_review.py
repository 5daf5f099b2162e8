"""What `review` promises its callers, whatever the rules."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.guardrails import Kind, ReviewContext, review
from knowledge.catalogue import ProductFacts, shipped_products


def kinds(text: str, **context: object) -> set[str]:
    context.setdefault("products", shipped_products())
    return {kind.value for kind in review(text, ReviewContext(**context)).kinds}  # type: ignore[arg-type]


def test_a_clean_reply_is_ok() -> None:
    verdict = review("A FB700 forma 700 hambúrgueres por hora.")

    assert verdict.ok
    assert verdict.kinds == ()
    assert verdict.spans == ()


def test_spans_point_into_the_text_as_written() -> None:
    text = "😀 A FB300 sai por d\u200bo\u200bz\u200be m1l rеаıs, viu?"

    (violation,) = review(text).violations

    assert violation.kind is Kind.PRICE
    assert any("m1l" in text[span.start : span.end] for span in violation.spans)
    assert all(0 <= span.start < span.end <= len(text) for span in violation.spans)


def test_a_reason_is_a_sentence_in_portuguese() -> None:
    (violation,) = review("parcelamos em 10x sem juros").violations

    assert violation.reason.endswith(".")
    assert "consultor" in violation.reason


def test_several_rules_may_be_broken_at_once() -> None:
    assert kinds("R$ 5.000 de entrada e o frete é por nossa conta") == {"price", "payment", "freight"}


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\ud83d", "?", "\u200b", "a" * 600])
def test_any_string_is_accepted(text: str) -> None:
    assert review(text, ReviewContext(lead_last=text)).ok


@given(st.text(max_size=300), st.text(max_size=60))
def test_spans_stay_inside_any_text(text: str, lead_last: str) -> None:
    verdict = review(text, ReviewContext(lead_last=lead_last, products=shipped_products()))

    assert all(0 <= span.start <= span.end <= len(text) for span in verdict.spans)


class TestColdLeadException:
    PRICES = {"FBM100": Decimal("6490"), "FB300": Decimal("18900"), "FB700": Decimal("31000")}

    def told(self, text: str, temperature: str = "frio") -> set[str]:
        return kinds(text, temperature=temperature, price_exception=self.PRICES)

    def test_the_configured_price_of_the_named_product_passes(self) -> None:
        assert self.told("A FBM100 custa R$ 6.490,00.") == set()

    @pytest.mark.parametrize(
        "text",
        [
            "A FBM100 custa R$ 6.500.",
            "A FBM100 custa R$ 18.900.",
            "A FBM100 custa a partir de R$ 6.490.",
            "A FB700 custa R$ 31.000.",
            "Duas FBM100 custam R$ 12.980.",
            "Custa R$ 6.490.",
        ],
    )
    def test_any_other_amount_or_product_does_not(self, text: str) -> None:
        assert self.told(text) == {"price"}

    @pytest.mark.parametrize("temperature", ["morno", "quente", ""])
    def test_only_a_cold_lead_may_hear_it(self, temperature: str) -> None:
        assert self.told("A FBM100 custa R$ 6.490,00.", temperature) == {"price"}

    def test_it_covers_no_other_label(self) -> None:
        assert self.told("A FBM100 custa R$ 6.490,00 em 10x.") == {"payment"}


class TestContradiction:
    def test_the_facts_passed_in_decide(self) -> None:
        text = "A FB700 faz 900 por hora."
        (faster,) = [product for product in shipped_products() if product.code == "FB700"]
        attributes = tuple(
            type(fact)(fact.name, Decimal(900), Decimal(900), fact.unit) if fact.name == "producao_hora" else fact
            for fact in faster.attributes
        )
        changed = ProductFacts(faster.code, faster.name, faster.aliases, True, attributes, faster.description)

        assert kinds(text) == {"contradiction"}
        assert kinds(text, products=(changed,)) == set()

    def test_without_facts_nothing_is_checked(self) -> None:
        assert kinds("A FB700 faz 900 por hora.", products=()) == set()


class TestPacing:
    def test_a_third_unanswered_question_reply_is_stopped(self) -> None:
        assert kinds("Qual a sua cidade?", unanswered_question_replies=2) == {"pacing"}

    def test_a_reply_without_a_question_is_not(self) -> None:
        assert kinds("Fico à disposição.", unanswered_question_replies=2) == set()

    def test_a_second_question_reply_is_not(self) -> None:
        assert kinds("Qual a sua cidade?", unanswered_question_replies=1) == set()


class TestQuestions:
    @pytest.mark.parametrize(
        ("text", "stopped"),
        [
            ("Qual a cidade? E a empresa?", False),
            ("Qual a cidade? E a empresa? E o volume?", True),
            ("qual a cidade, quantos por dia e pra quando?", True),
            ("vc é de onde, faz quantos por dia, qual carne usa", True),
            ("Me passa nome, cidade e CNPJ. Quando quiser, claro.", False),
            ('Você perguntou "quanto custa? parcela? entrega?" e isso é com o consultor, tá?', False),
            ("Veja https://seleto.example/a?b=1?c=2 e me diz: qual? Manual ou automática?", False),
        ],
    )
    def test_more_than_two_direct_questions_are_too_many(self, text: str, stopped: bool) -> None:
        assert ("questions>2" in kinds(text)) is stopped


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("a" * 600, False),
        ("a" * 601, True),
        ("*negrito* _itálico_ ~risco~\n- item\n• item\n1. item\n> citação", False),
        ("**negrito**", True),
        ("# título", True),
        ("#partiu", False),
        ("a | b", False),
        ("| a | b |\n|---|---|\n| 1 | 2 |", True),
        ("[site](https://seleto.example)", True),
        ("- [ ] cidade", True),
        ("2 < 3 e 4 > 1", False),
        ("<b>oi</b>", True),
        ("```\noi\n```", True),
    ],
)
def test_only_whatsapp_formatting_passes(text: str, stopped: bool) -> None:
    assert ("format" in kinds(text)) is stopped
