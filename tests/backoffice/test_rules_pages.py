"""Rules that only become stricter, any text put to the test, and stopped drafts judged by people."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission, User

from conversations import guardrails
from conversations.guardrails import Kind, ReviewContext
from conversations.models import GuardrailHit, Message, WrongReply
from knowledge import queries
from knowledge.models import PricePolicy, ProductPrice, SafetyRules
from knowledge.strictness import Strictness, loosened
from seleto.backoffice.models import HitReview
from seleto.lib.models import AuditEntry
from tests.admin.conftest import story

RULES = "/admin/knowledge/safetyrules/1/change/"
POLICY = "/admin/knowledge/pricepolicy/1/change/"
TESTER = "/admin/knowledge/safetyrules/testar/"


@pytest.fixture
def seeded(db):
    from knowledge import loader

    loader.load()


def person(client, *codenames) -> User:
    user = User.objects.create_user(f"rute{len(codenames)}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


CAREFUL = ("view_safetyrules", "change_safetyrules", "view_pricepolicy", "change_pricepolicy")


def test_forbidden_words_are_found_whatever_their_case_and_accents():
    strict = Strictness(forbidden=("frigideira mágica",))
    text = "Nossa FRIGIDEIRA  magica é ótima; frigideiras mágicas, não."

    verdict = guardrails.review(text, ReviewContext(strictness=strict))

    assert verdict.kinds == (Kind.FORMAT,)
    (span,) = verdict.spans
    assert text[span.start : span.end] == "FRIGIDEIRA  magica"
    assert guardrails.review(text).ok


def test_fewer_questions_may_be_allowed_never_more():
    two = "Qual é a sua cidade? E quantos hambúrgueres por dia?"

    assert guardrails.review(two, ReviewContext(strictness=Strictness(questions=1))).kinds == (Kind.QUESTIONS,)
    assert guardrails.review(two).ok
    three = f"{two} Qual é o nome da empresa?"
    assert guardrails.review(three, ReviewContext(strictness=Strictness(questions=9))).kinds == (Kind.QUESTIONS,)


def test_what_loosens_is_told():
    strict = Strictness(questions=1, forbidden=("concorrente",))

    assert loosened(Strictness(), strict) == []
    assert len(loosened(strict, Strictness())) == 2


@pytest.mark.django_db
def test_whoever_changes_rules_may_tighten_them(client, seeded):
    person(client, *CAREFUL)

    said = client.post(RULES, {"questions": "1", "forbidden": "concorrente\n  barato   demais "})

    assert said.status_code == 302
    assert queries.strictness() == Strictness(1, ("concorrente", "barato demais"))
    assert not AuditEntry.objects.filter(action="rule.loosen").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "before", "wanted"),
    [
        (RULES, {"questions": 1}, {"questions": "2", "forbidden": ""}),
        (RULES, {"forbidden": "concorrente"}, {"questions": "2", "forbidden": "outro"}),
        (POLICY, {}, {"cold_lead_exception": "on"}),
    ],
)
def test_loosening_needs_the_right_and_a_word_and_is_audited(client, seeded, page, before, wanted):
    model = SafetyRules if page == RULES else PricePolicy
    if before:
        model.objects.update(**before)
    former = model.objects.values("pk", *[name for name in ("questions", "forbidden") if model is SafetyRules]).get()
    person(client, *CAREFUL)

    refused = client.post(page, {**wanted, "confirm": "on"})
    assert "não afrouxá-las" in refused.content.decode()
    user = person(client, *CAREFUL, "loosen_rule")
    unsure = client.post(page, wanted)
    assert "Confirme para salvar" in unsure.content.decode()
    assert model.objects.values(*former).get() == former
    assert not PricePolicy.objects.get().cold_lead_exception

    assert client.post(page, {**wanted, "confirm": "on"}).status_code == 302

    entry = AuditEntry.objects.get(action="rule.loosen")
    assert entry.actor == f"usuário:{user.pk}"


@pytest.mark.django_db
def test_a_former_looser_version_needs_the_right_too(client, seeded):
    person(client, *CAREFUL, "loosen_rule")
    client.post(POLICY, {"cold_lead_exception": "on", "confirm": "on"})
    client.post(POLICY, {})
    assert not PricePolicy.objects.get().cold_lead_exception
    on = PricePolicy.history.filter(cold_lead_exception=True).first()
    person(client, *CAREFUL)

    said = client.post(f"/admin/knowledge/pricepolicy/1/history/{on.pk}/")

    assert said.status_code == 403
    assert not PricePolicy.objects.get().cold_lead_exception


@pytest.mark.django_db
def test_rules_that_would_stop_an_approved_phrase_are_refused(client, seeded):
    person(client, *CAREFUL)

    said = client.post(RULES, {"questions": "2", "forbidden": "consultor"})

    assert "frases aprovadas seriam barradas" in said.content.decode()
    assert queries.strictness() == Strictness()


@pytest.mark.django_db
def test_any_text_is_put_to_the_test_and_nothing_is_kept(client, seeded):
    person(client, "view_safetyrules")

    stopped = client.post(TESTER, {"text": "A FB300 custa R$ 18.900 <b>hoje</b>."}).content.decode()
    fine = client.post(TESTER, {"text": "A FB300 faz de 300 a 350 hambúrgueres por hora."}).content.decode()

    assert "Barrado" in stopped
    assert '<mark title="preço">' in stopped
    assert "&lt;b&gt;" in stopped
    assert "Este texto poderia ser enviado" in fine
    assert not AuditEntry.objects.exists()
    person(client)
    assert client.get(TESTER).status_code == 403


@pytest.mark.django_db
def test_the_tester_knows_the_exception_and_what_the_house_forbids(client, seeded):
    person(client, "view_safetyrules")
    ProductPrice.objects.create(product_id="FB300", amount=18900, valid_from_date=date(2026, 1, 1))
    asked = {"text": "A FB300 custa R$ 18.900,00.", "lead_last": "quanto custa a FB300?", "temperature": "frio"}

    assert "Barrado" in client.post(TESTER, asked).content.decode()
    assert "poderia ser enviado" in client.post(TESTER, {**asked, "prices": "on"}).content.decode()
    SafetyRules.objects.update(forbidden="hambúrgueres")
    queries.clear_cache()
    assert "regras da casa" in client.post(TESTER, {"text": "Olá, faz hamburgueres?"}).content.decode()


@pytest.mark.django_db
def test_a_right_stop_is_noted_and_a_wrong_one_leads_to_a_case(client):
    told = story()
    hit = told.guardrailhit
    user = person(client, "view_guardrailhit", "add_wrongreply", "view_wrongreply", "add_evalcase")
    judge = f"/admin/conversations/guardrailhit/{hit.pk}/avaliar/"

    client.post(judge, {"right": "yes"})
    assert HitReview.objects.get().right
    said = client.post(judge, {"right": "no"})

    report = WrongReply.objects.get()
    assert said["Location"] == f"/admin/conversations/wrongreply/{report.pk}/change/"
    assert report.message == Message.objects.get(author=Message.Author.AGENT)
    assert "Custa 10 mil" in report.words
    review = HitReview.objects.get()
    assert (review.right, review.by) == (False, f"usuário:{user.pk}")
    assert f"/admin/conversations/wrongreply/{report.pk}/caso/" in client.get(said["Location"]).content.decode()
    listed = client.get("/admin/conversations/guardrailhit/?avaliado=errado").content.decode()
    assert "bloqueio errado" in listed


@pytest.mark.django_db
def test_who_may_not_judge_does_not(client):
    hit = story().guardrailhit
    person(client, "view_guardrailhit")

    assert client.post(f"/admin/conversations/guardrailhit/{hit.pk}/avaliar/", {"right": "no"}).status_code == 403
    assert "bloqueio estava" not in client.get(f"/admin/conversations/guardrailhit/{hit.pk}/change/").content.decode()
    assert not HitReview.objects.exists()
    assert GuardrailHit.objects.count() == 1


PRICE = ("view_productprice", "add_productprice", "change_productprice")
A_PRICE = {"product": "FB300", "amount": "18900", "valid_from_date": "01/11/2026", "valid_until_date": "30/11/2026"}


@pytest.mark.django_db
def test_a_price_told_at_once_needs_what_the_exception_needs(client, seeded):
    PricePolicy.objects.update(cold_lead_exception=True)
    person(client, *PRICE)
    refused = client.post("/admin/knowledge/productprice/add/", {**A_PRICE, "confirm": "on"}).content.decode()
    assert "não afrouxá-las" in refused
    assert "R$ 18.900,00" in refused

    person(client, *PRICE, "loosen_rule")
    unsure = client.post("/admin/knowledge/productprice/add/", A_PRICE)
    assert "Confirme para salvar" in unsure.content.decode()
    assert not ProductPrice.objects.exists()
    assert client.post("/admin/knowledge/productprice/add/", {**A_PRICE, "confirm": "on"}).status_code == 302

    assert ProductPrice.objects.get().amount == 18900
    assert AuditEntry.objects.filter(action="rule.loosen", subject_kind="productprice").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "free"),
    [
        ({"valid_until_date": "20/11/2026"}, True),
        ({"valid_until_date": ""}, False),
        ({"valid_from_date": "01/10/2026"}, False),
        ({"amount": "17000"}, False),
    ],
)
def test_while_the_exception_is_on_a_price_may_only_hold_for_less(client, seeded, change, free):
    row = ProductPrice.objects.create(
        product_id="FB300", amount=18900, valid_from_date=date(2026, 11, 1), valid_until_date=date(2026, 11, 30)
    )
    PricePolicy.objects.update(cold_lead_exception=True)
    person(client, *PRICE)

    said = client.post(f"/admin/knowledge/productprice/{row.pk}/change/", A_PRICE | change)

    assert said.status_code == (302 if free else 200)


@pytest.mark.django_db
def test_while_the_exception_is_off_prices_are_kept_as_before(client, seeded):
    person(client, *PRICE)

    assert client.post("/admin/knowledge/productprice/add/", A_PRICE).status_code == 302


@pytest.mark.django_db
def test_a_former_price_comes_back_only_by_who_may_loosen(client, seeded):
    row = ProductPrice.objects.create(product_id="FB300", amount=18900, valid_from_date=date(2026, 11, 1))
    row.amount = 20000
    row.save()
    PricePolicy.objects.update(cold_lead_exception=True)
    former = ProductPrice.history.filter(amount=18900).last()
    person(client, *PRICE)

    said = client.post(f"/admin/knowledge/productprice/{row.pk}/history/{former.pk}/")

    assert said.status_code == 403
    assert ProductPrice.objects.get().amount == 20000
