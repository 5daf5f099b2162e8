import json
from io import StringIO

import pytest
from django.core.management import call_command

from knowledge import catalogue, flags, loader, queries
from knowledge.models import Article, CompanyProfile, Phrase, PricePolicy, Product, ProductAttribute, PromptVersion

pytestmark = pytest.mark.django_db


def test_the_rows_hold_what_the_files_say() -> None:
    loader.load()

    assert {p.code: p for p in queries.products()} == {p.code: p for p in catalogue.shipped_products()}
    shipped = {a.id: a for a in catalogue.shipped_articles()}
    assert {a.id: a.text for a in queries.articles()} == {a.id: a.text for a in shipped.values()}
    assert {a.id: set(a.products) for a in queries.articles()} == {a.id: set(a.products) for a in shipped.values()}


def test_a_second_load_changes_nothing() -> None:
    first = loader.load()

    second = loader.load()

    assert (second.created, second.updated, second.kept) == (0, 0, 0)
    assert second.unchanged == first.created


def test_what_a_manager_changed_stays() -> None:
    loader.load()
    Article.objects.filter(code="fb300.tipo").update(text="Texto do gestor.")
    Product.objects.filter(code="FB700").update(description="Descrição do gestor")
    ProductAttribute.objects.filter(product="SE3000", name="cuba_l").update(high=43, low=43)
    phrase = Phrase.objects.order_by("pk")[0]
    Phrase.objects.filter(pk=phrase.pk).update(text="Frase do gestor.")

    outcome = loader.load()

    assert outcome.kept == 4
    assert Article.objects.get(code="fb300.tipo").text == "Texto do gestor."
    assert Phrase.objects.get(pk=phrase.pk).text == "Frase do gestor."
    assert ProductAttribute.objects.get(product="SE3000", name="cuba_l").high == 43


def test_what_nobody_touched_follows_the_files() -> None:
    loader.load()
    row = Article.objects.get(code="fb300.tipo")
    wanted = row.text
    row.text = "Como era na versão anterior dos arquivos."
    row.seed_checksum = loader.checksum(loader._canonical_article(row.facts()))
    row.save()

    outcome = loader.load()

    assert outcome.updated == 1
    assert Article.objects.get(code="fb300.tipo").text == wanted


def test_a_new_installation_tells_no_price_answers_leads_and_knows_its_profile_is_a_placeholder() -> None:
    loader.load()

    assert PricePolicy.objects.get().cold_lead_exception is False
    assert flags.is_on("agent_enabled")
    assert CompanyProfile.objects.get().is_placeholder()
    published = PromptVersion.objects.filter(status="published")
    assert sorted(published.values_list("role", flat=True)) == ["agente", "juiz", "resumo", "temperatura"]


def test_the_command_reports_and_a_dry_run_writes_nothing() -> None:
    out = StringIO()

    call_command("seed", "--dry-run", "--json", stdout=out)

    assert json.loads(out.getvalue())["created"] > 200
    assert not loader.is_seeded()
