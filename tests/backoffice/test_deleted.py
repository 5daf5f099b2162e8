"""What was deleted from the knowledge is found again and comes back."""

import pytest
from django.contrib.auth.models import Permission, User

from knowledge import loader
from knowledge.models import Article, Product, Synonym

pytestmark = pytest.mark.django_db

PAGE = "/admin/backoffice/bulkrun/excluidos/"


@pytest.fixture
def gestora(client):
    loader.load()
    client.force_login(User.objects.create_superuser("gestora", first_name="Rute"))
    return client


def test_a_deleted_article_is_listed_and_comes_back_with_its_products(gestora):
    row = Article.objects.filter(products="FB300").order_by("code").first()
    gestora.post(f"/admin/knowledge/article/{row.pk}/delete/", {"post": "yes"})

    (found,) = gestora.get(PAGE).context["rows"]
    assert (found.kind, found.who) == ("artigo", "Rute")
    assert row.title in found.name
    gestora.post(found.back)

    back = Article.objects.get(code=row.code)
    assert (back.text, back.products.filter(pk="FB300").exists()) == (row.text, True)
    assert not gestora.get(PAGE).context["rows"]


def test_an_attribute_comes_back_while_its_product_is_there(gestora):
    part = Product.objects.get(pk="FB300").attributes.order_by("pk").first()
    part.delete()

    (found,) = gestora.get(PAGE).context["rows"]
    assert gestora.get(found.back).status_code == 200
    gestora.post(found.back)

    assert Product.objects.get(pk="FB300").attributes.filter(text=part.text).exists()


def test_each_sees_what_they_could_bring_back(client, gestora):
    for row in (Synonym.objects.first(), Article.objects.filter(products=None).first()):
        row.delete()
    user = User.objects.create_user("redatora", is_staff=True)
    client.force_login(user)
    assert client.get(PAGE).status_code == 403

    user.user_permissions.set(Permission.objects.filter(codename__in=["view_synonym", "change_synonym"]))

    assert [row.kind for row in client.get(PAGE).context["rows"]] == ["sinônimo"]


def test_markup_in_a_name_stays_text(gestora):
    row = Synonym.objects.create(term="<script>alert(1)</script>", means="hamburguer")
    row.delete()

    assert "<script>alert(1)" not in gestora.get(PAGE).content.decode()
