"""Loads the repository's source files into the tables, as often as one likes.

A row remembers the checksum of what the load wrote. A later load updates a row whose content still has that
checksum, and leaves one alone that somebody changed; rows that disappeared from the files stay. Nothing is deleted.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import models, transaction

from knowledge import catalogue, prompts, queries, sources
from knowledge.models import (
    Article,
    BusinessHours,
    CompanyProfile,
    Flag,
    Phrase,
    PricePolicy,
    Product,
    ProductAttribute,
    PromptVersion,
    SafetyRules,
    ScoreWeights,
    Synonym,
)
from knowledge.opening import DEFAULT_WEEK
from knowledge.services import editable_prompts, publish_prompt
from seleto.lib import clock
from seleto.lib.ids import new_id

F = TypeVar("F", catalogue.ProductFacts, catalogue.ArticleFacts)

# Obvious placeholders on a reserved domain: `doctor` flags them until the owner fills in the real ones.
PLACEHOLDER_PROFILE = {
    "name": "Seleto Industrial",
    "site": "https://site.seleto.example",
    "catalogue_url": "https://site.seleto.example/catalogo",
    "address": "Rua de Exemplo, 100 - Cidade de Exemplo/SP",
    "phone": "+55 11 90000-0000",
    "email": "contato@seleto.example",
    "hours": "segunda a sexta, das 8h às 18h",
}


@dataclass
class Outcome:
    """How many rows a load created, updated, found up to date, and left because a person had changed them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


@transaction.atomic
def load() -> Outcome:
    """Bring the tables up to the source files. Raises `CatalogueError` or `PromptError` on a bad source."""
    outcome = Outcome()
    _load_products(outcome)
    _load_articles(outcome)
    synonyms = {term: {"means": means} for term, means in sources.shipped_synonyms().items()}
    _sync(Synonym.objects.all(), "term", synonyms, outcome)
    phrases = {
        f"{situation}.{number}" if language == "pt" else f"{situation}.{language}.{number}": {
            "situation": situation,
            "language": language,
            "text": text,
        }
        for language in Phrase.Language.values
        for situation, texts in sources.shipped_phrases(language).items()
        for number, text in enumerate(texts, 1)
    }
    _sync(Phrase.objects.all(), "seed_key", phrases, outcome)
    PricePolicy.objects.get_or_create(id=1)
    SafetyRules.objects.get_or_create(id=1)
    Flag.objects.get_or_create(name=Flag.Name.AGENT_ENABLED, scope="global", defaults={"on": True})
    _sync(CompanyProfile.objects.all(), "id", {1: PLACEHOLDER_PROFILE}, outcome)
    _load_hours()
    if not ScoreWeights.objects.exists():
        ScoreWeights.objects.create(name="Padrão", active=True)
    _load_prompts(outcome)
    queries.clear_cache()
    return outcome


def is_seeded() -> bool:
    """Whether a load has ever run: commands seed an empty catalogue by themselves."""
    return Product.objects.exists()


def _load_products(outcome: Outcome) -> None:
    rows = {row.code: row for row in Product.objects.prefetch_related("attributes")}
    due = [
        facts
        for facts in catalogue.shipped_products()
        if _due(rows.get(facts.code), facts, _canonical_product, outcome)
    ]
    Product.objects.bulk_create(
        [
            Product(
                code=facts.code,
                name=facts.name,
                description=facts.description,
                aliases="\n".join(facts.aliases),
                available=facts.available,
                seed_checksum=checksum(_canonical_product(facts)),
            )
            for facts in due
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "description", "aliases", "available", "seed_checksum", "updated_at"],
    )
    ProductAttribute.objects.filter(product__in=[facts.code for facts in due]).delete()
    ProductAttribute.objects.bulk_create(
        ProductAttribute(
            product_id=facts.code,
            name=attribute.name,
            low=attribute.low,
            high=attribute.high,
            unit=attribute.unit,
            values=" ".join(str(value) for value in attribute.values),
            text=attribute.text,
        )
        for facts in due
        for attribute in facts.attributes
    )


def _load_articles(outcome: Outcome) -> None:
    rows = {row.code: row for row in Article.objects.prefetch_related("products")}
    due = [
        facts for facts in catalogue.shipped_articles() if _due(rows.get(facts.id), facts, _canonical_article, outcome)
    ]
    written = Article.objects.bulk_create(
        [
            Article(
                id=rows[facts.id].pk if facts.id in rows else new_id(),
                code=facts.id,
                title=facts.title,
                text=facts.text,
                attributes=" ".join(facts.attributes),
                use=Article.Use.SAYABLE if facts.sayable else Article.Use.INTERNAL,
                owner=facts.owner,
                source=facts.source,
                reviewed_on=facts.reviewed_on,
                seed_checksum=checksum(_canonical_article(facts)),
            )
            for facts in due
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "title", "text", "attributes", "use", "owner", "source", "reviewed_on", "seed_checksum", "updated_at",
        ],
    )  # fmt: skip
    link = Article.products.through
    link._default_manager.filter(article__in=written).delete()
    link._default_manager.bulk_create(
        link(article_id=row.pk, product_id=code)
        for row, facts in zip(written, due, strict=True)
        for code in facts.products
    )


def _load_hours() -> None:
    """Into an empty table only: a weekday that a manager took out must not come back."""
    if not BusinessHours.objects.exists():
        BusinessHours.objects.bulk_create(
            BusinessHours(weekday=weekday, opens=shift.opening_time(), closes=shift.closing_time())
            for weekday, shifts in enumerate(DEFAULT_WEEK)
            for shift in shifts
        )


def _load_prompts(outcome: Outcome) -> None:
    """New versions arrive as drafts, to be published by a manager; only a role that has no prompt at all gets its
    newest one published. What turns ran with stays as it was, whatever the files say now."""
    for role in PromptVersion.Role.values:
        shipped = prompts.shipped(role)
        of_role = PromptVersion.objects.filter(role=role)
        settled = dict(of_role.exclude(pk__in=editable_prompts()).values_list("version", "text"))
        for version, text in shipped:
            if version in settled:
                same = settled[version] == text
                outcome.unchanged, outcome.kept = outcome.unchanged + same, outcome.kept + (not same)
        drafts = {
            version: {"role": role, "text": text, "checksum": hashlib.sha256(text.encode()).hexdigest()}
            for version, text in shipped
            if version not in settled
        }
        _sync(of_role, "version", drafts, outcome)
        if shipped and not of_role.filter(status=PromptVersion.Status.PUBLISHED).exists():
            publish_prompt(of_role.get(version=shipped[-1][0]), now=clock.now())


def _sync(
    rows: "models.QuerySet[Any]", key: str, entries: Mapping[Any, Mapping[str, object]], outcome: Outcome
) -> None:
    """Plain rows, told apart by one field: the content of each is the fields of its entry."""
    known = {getattr(row, key): row for row in rows}
    fresh = []
    for name, values in entries.items():
        row = known.get(name)
        if row is None:
            fresh.append(rows.model(**{key: name}, **values, seed_checksum=checksum(values)))
            outcome.created += 1
        elif _decide(
            checksum({field: getattr(row, field) for field in values}), row.seed_checksum, checksum(values), outcome
        ):
            for field, value in values.items():
                setattr(row, field, value)
            row.seed_checksum = checksum(values)
            row.save()
    rows.model._default_manager.bulk_create(fresh)


def _due(row: Any, facts: F, canonical: Callable[[F], object], outcome: Outcome) -> bool:
    if row is None:
        outcome.created += 1
        return True
    return _decide(checksum(canonical(row.facts())), row.seed_checksum, checksum(canonical(facts)), outcome)


def _decide(current: str, loaded: str, wanted: str, outcome: Outcome) -> bool:
    """Whether to overwrite: only what still is as it was loaded, and differs from the source."""
    if current == wanted:
        outcome.unchanged += 1
        return False
    if current != loaded:
        outcome.kept += 1
        return False
    outcome.updated += 1
    return True


def _canonical_product(facts: catalogue.ProductFacts) -> object:
    return {**asdict(facts), "attributes": sorted(_canonical(asdict(item)) for item in facts.attributes)}


def _canonical_article(facts: catalogue.ArticleFacts) -> object:
    return {**asdict(facts), "products": sorted(facts.products)}


def checksum(content: object) -> str:
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: object) -> str:
    """JSON with sorted keys; a number reads the same whether it came from a file or from a column (1.5 = 1.500)."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return format(value.normalize(), "f") if hasattr(value, "normalize") else str(value)
