"""What knowledge said before: who changed what, and the way back."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge import loader
from knowledge.models import Article, Holiday, Phrase, PricePolicy, Product, ProductAttribute, Synonym
from knowledge.models.history import LOADED
from seleto.lib.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def gestora(seeded, client) -> User:
    user = User.objects.create_superuser("gestora", first_name="Rute", last_name="Prado")
    client.force_login(user)
    return user


def phrase_form(phrase, text):
    return {"situation": phrase.situation, "language": phrase.language, "text": text, "active": "on"}


def change(client, row, data):
    opts = row._meta
    said = client.post(f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/change/", data)
    assert said.status_code == 302, said.context["errors"]


def history(client, row) -> str:
    opts = row._meta
    return client.get(f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/history/").content.decode()


def test_a_load_leaves_no_records_and_the_first_change_keeps_what_was_loaded(client, gestora):
    assert Phrase.history.count() == Article.history.count() == ProductAttribute.history.count() == 0
    phrase = Phrase.objects.filter(situation="espera").first()
    former = phrase.text

    change(client, phrase, phrase_form(phrase, "Um instante, por favor."))

    newest, loaded = phrase.history.all()
    assert (newest.text, newest.history_user) == ("Um instante, por favor.", gestora)
    assert (loaded.text, loaded.history_user, loaded.history_change_reason) == (former, None, LOADED)
    shown = history(client, phrase)
    assert "Rute Prado" in shown
    assert "o sistema" in shown
    assert "<mark>Um instante, por favor.</mark>" in shown or "<mark>Um " in shown


def test_a_load_after_a_change_by_hand_is_caught_up_before_the_next(client, gestora):
    phrase = Phrase.objects.filter(situation="espera").first()
    change(client, phrase, phrase_form(phrase, "Um instante."))
    Phrase.objects.filter(pk=phrase.pk).update(text="Carregada de novo.")

    change(client, phrase, phrase_form(phrase, "Só um instante."))

    assert [row.text for row in phrase.history.all()][:3] == ["Só um instante.", "Carregada de novo.", "Um instante."]


def test_a_former_version_is_seen_and_brought_back(client, gestora):
    phrase = Phrase.objects.filter(situation="espera").first()
    former = phrase.text
    change(client, phrase, phrase_form(phrase, "Um instante."))
    version = phrase.history.last()
    address = f"/admin/knowledge/phrase/{phrase.pk}/history/{version.pk}/"
    assert former in client.get(address).content.decode()

    client.post(address)

    phrase.refresh_from_db()
    assert phrase.text == former
    assert phrase.history.first().history_user == gestora
    assert AuditEntry.objects.filter(action="restore", subject_kind="phrase").count() == 1


def test_what_was_deleted_comes_back_as_it_was(client, gestora):
    synonym = Synonym.objects.first()
    key, term = synonym.pk, synonym.term
    client.post(f"/admin/knowledge/synonym/{key}/delete/", {"post": "yes"})
    assert not Synonym.objects.filter(pk=key).exists()

    gone = Synonym.history.filter(id=key).first()
    assert (gone.history_type, gone.history_user) == ("-", gestora)
    client.post(f"/admin/knowledge/synonym/{key}/history/{gone.pk}/")

    assert Synonym.objects.get(pk=key).term == term


def test_the_products_of_an_article_come_back_with_it(client, gestora):
    article = Article.objects.get(code="fb300.producao")
    data = {
        "code": article.code, "title": article.title, "text": "Outro texto.", "attributes": article.attributes,
        "use": "sayable", "active": "on", "owner": "", "source": "", "products": ["FB700"],
    }  # fmt: skip
    change(client, article, data)
    assert [one.pk for one in article.products.all()] == ["FB700"]
    loaded = article.history.last()

    client.post(f"/admin/knowledge/article/{article.pk}/history/{loaded.pk}/")

    assert [one.pk for one in article.products.all()] == ["FB300"]
    assert Article.objects.get(pk=article.pk).text != "Outro texto."


def test_attributes_stand_in_their_products_history_and_come_back_alone(client, gestora):
    product = Product.objects.get(pk="FB300")
    attribute = product.attributes.exclude(low=None).order_by("pk").first()
    former = attribute.text
    attribute.text = "999 por hora"
    attribute.low = attribute.high = Decimal(999)
    attribute.save()

    shown = history(client, product)
    assert "<mark>999 </mark>" in shown
    loaded = attribute.history.last()
    address = f"/admin/knowledge/product/FB300/history/productattribute/{loaded.pk}/"
    assert address in shown
    client.post(address)

    attribute.refresh_from_db()
    assert attribute.text == former


def test_another_products_attribute_is_not_found_under_this_one(client, gestora):
    attribute = ProductAttribute.objects.filter(product="FB700").first()
    attribute.text = "outro"
    attribute.save()

    record = attribute.history.first()

    assert client.get(f"/admin/knowledge/product/FB300/history/productattribute/{record.pk}/").status_code == 404
    assert client.get(f"/admin/knowledge/product/FB300/history/article/{record.pk}/").status_code == 404


def test_a_version_that_breaks_a_rule_of_today_is_refused_in_words(client, gestora):
    holiday = Holiday.objects.create(name="Férias", kind="closed", start_date="2026-12-20", end_date="2026-12-31")
    record = holiday.history.first()
    type(record).objects.filter(pk=record.pk).update(end_date="2026-12-01")

    said = client.post(f"/admin/knowledge/holiday/{holiday.pk}/history/{record.pk}/", follow=True)

    assert "não pode voltar" in said.content.decode()
    assert str(Holiday.objects.get().end_date) == "2026-12-31"


def test_who_may_only_look_sees_versions_and_brings_none_back(client, gestora):
    phrase = Phrase.objects.filter(situation="espera").first()
    change(client, phrase, phrase_form(phrase, "Um instante."))
    user = User.objects.create_user("leitor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_phrase"))
    client.force_login(user)
    address = f"/admin/knowledge/phrase/{phrase.pk}/history/{phrase.history.last().pk}/"

    assert "Voltar a esta versão" not in client.get(address).content.decode()
    assert client.post(address).status_code == 403
    assert client.get("/admin/knowledge/synonym/1/history/1/").status_code in (403, 404)
    phrase.refresh_from_db()
    assert phrase.text == "Um instante."


def test_nobody_gets_permissions_on_records():
    assert not Permission.objects.filter(codename__contains="historical").exists()


def test_loading_again_asks_no_more_than_before(seeded):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        loader.load()

    assert not [one for one in asked.captured_queries if "historical" in one["sql"]]


def test_the_price_policy_has_its_history(client, gestora):
    change(client, PricePolicy.objects.get(), {"cold_lead_exception": "on", "confirm": "on"})

    assert "exceção do lead frio" in history(client, PricePolicy.objects.get())
