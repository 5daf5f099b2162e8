"""Loads the repository's source files into the tables, as often as one likes.

A row remembers the checksum of what the load wrote. A later load updates a row whose content still has that
checksum, and leaves one alone that somebody changed; rows that disappeared from the files stay. Nothing is deleted.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import transaction

from knowledge import catalogue, prompts, sources
from knowledge.models import (
    Article,
    CompanyProfile,
    Flag,
    Phrase,
    PricePolicy,
    Product,
    ProductAttribute,
    PromptVersion,
    Synonym,
)
from knowledge.models.base import Seeded
from knowledge.services import publish_prompt
from seleto.lib import clock

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
    for key, term, means in _synonyms():
        _upsert(Synonym, {"term": term}, {"means": means}, outcome, key)
    for situation, texts in sources.shipped_phrases().items():
        for number, text in enumerate(texts, 1):
            key = f"{situation}.{number}"
            _upsert(Phrase, {"seed_key": key}, {"situation": situation, "text": text}, outcome, key)
    PricePolicy.objects.get_or_create(id=1)
    _upsert(Flag, {"name": Flag.Name.AGENT_ENABLED, "scope": "global"}, {"on": True}, outcome, "agent_enabled")
    _upsert(CompanyProfile, {"id": 1}, PLACEHOLDER_PROFILE, outcome, "profile")
    _load_prompts(outcome)
    return outcome


def is_seeded() -> bool:
    """Whether a load has ever run: commands seed an empty catalogue by themselves."""
    return Product.objects.exists()


def _synonyms() -> list[tuple[str, str, str]]:
    return [(f"synonym.{term}", term, means) for term, means in sources.shipped_synonyms().items()]


def _load_products(outcome: Outcome) -> None:
    rows = {row.code: row for row in Product.objects.prefetch_related("attributes")}
    for facts in catalogue.shipped_products():
        row = rows.get(facts.code)
        if not _due(row, facts, _canonical_product, outcome):
            continue
        row, _ = Product.objects.update_or_create(
            code=facts.code,
            defaults={
                "name": facts.name,
                "description": facts.description,
                "aliases": "\n".join(facts.aliases),
                "available": facts.available,
                "seed_checksum": checksum(_canonical_product(facts)),
            },
        )
        row.attributes.all().delete()
        ProductAttribute.objects.bulk_create(
            ProductAttribute(
                product=row,
                name=attribute.name,
                low=attribute.low,
                high=attribute.high,
                unit=attribute.unit,
                values=" ".join(str(value) for value in attribute.values),
                text=attribute.text,
            )
            for attribute in facts.attributes
        )


def _load_articles(outcome: Outcome) -> None:
    rows = {row.code: row for row in Article.objects.prefetch_related("products")}
    for facts in catalogue.shipped_articles():
        row = rows.get(facts.id)
        if not _due(row, facts, _canonical_article, outcome):
            continue
        row, _ = Article.objects.update_or_create(
            code=facts.id,
            defaults={
                "title": facts.title,
                "text": facts.text,
                "attributes": " ".join(facts.attributes),
                "use": Article.Use.SAYABLE if facts.sayable else Article.Use.INTERNAL,
                "owner": facts.owner,
                "source": facts.source,
                "reviewed_on": facts.reviewed_on,
                "seed_checksum": checksum(_canonical_article(facts)),
            },
        )
        row.products.set(Product.objects.filter(code__in=facts.products))


def _load_prompts(outcome: Outcome) -> None:
    for role in PromptVersion.Role.values:
        for version, text in prompts.shipped(role):
            _upsert(PromptVersion, {"role": role, "version": version}, {"text": text}, outcome, version)
        if not PromptVersion.objects.filter(role=role, status=PromptVersion.Status.PUBLISHED).exists():
            newest = PromptVersion.objects.filter(role=role).order_by("-created_at", "-version").first()
            if newest is not None:
                publish_prompt(newest, now=clock.now())


def _upsert(
    model: type[Seeded], lookup: Mapping[str, object], values: Mapping[str, object], outcome: Outcome, key: str
) -> None:
    """One plain row: its content is `values`, compared field by field through the checksum."""
    manager = model._default_manager
    row = manager.filter(**lookup).first()
    if row is None:
        manager.create(**lookup, **values, seed_checksum=checksum([key, values]))
        outcome.created += 1
        return
    current = checksum([key, {name: getattr(row, name) for name in values}])
    if _decide(current, row.seed_checksum, checksum([key, values]), outcome):
        for name, value in values.items():
            setattr(row, name, value)
        row.seed_checksum = checksum([key, values])
        row.save()


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
