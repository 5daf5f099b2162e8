"""What falls due, what the agent would find and why, and how a phrase looks to a lead."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User

from knowledge import gaps
from knowledge.library_admin import as_seen
from knowledge.models import Article, Gap, Phrase
from knowledge.search.why import explain
from seleto.lib import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def gestora(seeded, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def listed(client, answer) -> set[str]:
    shown = client.get("/admin/knowledge/article/", {"vence": answer})
    return {row.code for row in shown.context["cl"].result_list}


def test_articles_fall_due_by_their_own_date_or_half_a_year_after_the_last_review(gestora):
    Article.objects.update(reviewed_on=TODAY, review_by=None)
    codes = list(Article.objects.order_by("code").values_list("code", flat=True)[:5])
    for code, values in zip(
        codes,
        [
            {"review_by": TODAY - timedelta(days=1)},
            {"reviewed_on": TODAY - timedelta(days=170)},
            {"review_by": TODAY + timedelta(days=60)},
            {"reviewed_on": None},
            {"review_by": TODAY - timedelta(days=1), "active": False},
        ],
        strict=True,
    ):
        Article.objects.filter(code=code).update(**values)

    assert listed(gestora, "vencido") == {codes[0]}
    assert listed(gestora, "30") == set(codes[:2])
    assert listed(gestora, "90") == set(codes[:3])
    assert listed(gestora, "nunca") == {codes[3]}
    assert "Vencem em 30 dias: 2" in gestora.get("/admin/knowledge/article/").content.decode()


def test_marking_as_reviewed_moves_the_date_on_and_keeps_the_history(gestora):
    row = Article.objects.order_by("code").first()
    Article.objects.filter(pk=row.pk).update(review_by=TODAY - timedelta(days=1))

    gestora.post("/admin/knowledge/article/", {"action": "reviewed", "_selected_action": [str(row.pk)]})

    row.refresh_from_db()
    assert (row.reviewed_on, row.review_by) == (TODAY, None)
    assert row.history.first().history_user.username == "gestora"


def test_the_search_tells_what_it_understood_and_why(seeded):
    told = explain("qnto a fb300 faz por hora")

    assert told.found.answerable
    assert told.products == ("FB300",)
    assert "produção por hora" in told.topics
    assert told.hits[0].article.id == "fb300.producao"
    assert any("FB300" in reason for reason in told.hits[0].reasons)
    assert len({hit.article.id for hit in told.hits}) == len(told.hits)


def test_the_search_page_shows_articles_scores_and_commercial_matters(gestora):
    fact = gestora.post("/admin/knowledge/article/busca/", {"question": "quantos hamburgueres por hora faz a FB300?"})
    price = gestora.post("/admin/knowledge/article/busca/", {"question": "quanto custa a FB300?"})

    assert "é do produto perguntado (FB300)" in fact.content.decode()
    assert "300 a 350" in fact.content.decode()
    assert "é do consultor" in price.content.decode()


def test_the_question_of_a_gap_is_tried_by_its_id(gestora):
    gap = gaps.record("A FB300 pode ser lavada com mangueira de alta pressão?", now=NOW)

    page = gestora.get(f"/admin/knowledge/article/busca/?gap={gap.pk}").content.decode()

    assert "mangueira de alta pressão" in page
    assert "O que foi entendido" in page
    assert f"gap={gap.pk}" in gestora.get(f"/admin/knowledge/gap/{gap.pk}/change/").content.decode()
    assert gestora.get("/admin/knowledge/article/busca/?gap=1' OR").status_code == 200


def test_an_answer_written_in_the_inbox_is_an_article_that_the_search_finds(gestora):
    gap = gaps.record("A FB300 pode ser lavada com mangueira?", now=NOW)

    gestora.post(f"/admin/knowledge/gap/{gap.pk}/change/", {"product": "FB300", "answer": "Sim, com baixa pressão."})

    article = Gap.objects.get().article
    assert article.text == "Sim, com baixa pressão."
    assert explain("a fb300 pode ser lavada com mangueira?").hits[0].article.id == article.code


def test_a_phrase_is_shown_as_whatsapp_shows_it(gestora):
    assert as_seen("*Oi* <b> 2*3*4 ~não~") == "<strong>Oi</strong> &lt;b&gt; 2*3*4 <s>não</s>"
    phrase = Phrase.objects.first()
    Phrase.objects.filter(pk=phrase.pk).update(text="*Um instante*, por favor.")

    page = gestora.get(f"/admin/knowledge/phrase/{phrase.pk}/change/").content.decode()

    assert "<strong>Um instante</strong>, por favor." in page


def test_who_may_not_see_articles_may_not_search_them(seeded, client):
    user = User.objects.create_user("outro", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_lead"))
    client.force_login(user)

    assert client.get("/admin/knowledge/article/busca/").status_code == 403


def test_the_list_asks_the_same_however_many_articles_there_are(gestora, django_assert_max_num_queries):
    with django_assert_max_num_queries(17):
        gestora.get("/admin/knowledge/article/")
