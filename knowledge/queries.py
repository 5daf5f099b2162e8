"""Reads of the knowledge tables, kept in process for `CACHE_S` seconds.

A write in this process is seen at once (signals empty the cache); in another one after at most `CACHE_S`.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, FilteredRelation, Q
from django.utils.timezone import localdate

from knowledge import prompts
from knowledge.catalogue import ArticleFacts, ProductFacts
from knowledge.costs import Price
from knowledge.followups import Step
from knowledge.models import (
    Article,
    BusinessHours,
    CompanyProfile,
    Flag,
    FollowUpRule,
    Holiday,
    ModelPrice,
    Phrase,
    PricePolicy,
    Product,
    ProductPrice,
    PromptVersion,
    SafetyRules,
    ScoreWeights,
    Synonym,
)
from knowledge.opening import DEFAULT_WEEK, Calendar, Shift
from knowledge.strictness import CODE, Strictness
from knowledge.trials import Conversation, Trial
from knowledge.weights import DEFAULT, Weights

CACHE_S = 30.0
# The kill switch must be felt quickly in every process.
FLAG_CACHE_S = 2.0

T = TypeVar("T")
_lock = threading.Lock()
_cache: dict[str, tuple[float, Any]] = {}
# Counts the times the cache was emptied: what was read before such a moment is not kept after it.
_emptied = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """A version of a role's prompt: ``text`` is what the model reads, ``label`` what a turn records."""

    id: str
    version: str
    checksum: str
    text: str

    @property
    def label(self) -> str:
        return label(self.version, self.id)


@dataclass(frozen=True, slots=True)
class _InUse:
    """The published prompt of a role and, while a trial runs, the one tried beside it."""

    published: Prompt
    trial: Trial | None = None
    tried: Prompt | None = None


def label(version: str, key: UUID | str) -> str:
    """How a turn names the version it was made with: readable and exact."""
    return f"{version} {key}"


class NoPrompt(LookupError):
    """No version of that role is published."""


def products() -> tuple[ProductFacts, ...]:
    """Every product, in order of code."""
    return _cached(
        "products",
        lambda: tuple(row.facts() for row in Product.objects.prefetch_related("attributes").order_by("code")),
    )


def articles() -> tuple[ArticleFacts, ...]:
    """Active articles, internal ones included, in order of code."""
    return _cached(
        "articles",
        lambda: tuple(
            row.facts() for row in Article.objects.filter(active=True).prefetch_related("products").order_by("code")
        ),
    )


def synonyms() -> Mapping[str, str]:
    """What customers say -> the word the articles use."""
    return _cached(
        "synonyms", lambda: MappingProxyType(dict(Synonym.objects.values_list("term", "means").order_by("term")))
    )


def phrases() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(situation, language) -> its active sentences, oldest first."""
    return _cached("phrases", _read_phrases)


def price_exception(*, today: date) -> Mapping[str, Decimal]:
    """Product code -> price valid on that local day; empty unless the manager switched the exception on.

    domain.md, hard rule 2: an expired price is no price. Never cached: a withdrawn price must not be told.
    """
    return valid_prices(today=today) if PricePolicy.objects.filter(cold_lead_exception=True).exists() else {}


def valid_prices(*, today: date) -> Mapping[str, Decimal]:
    """Product code -> configured price valid on that local day, whether or not it may be told."""
    valid = ProductPrice.objects.filter(
        Q(valid_until_date__isnull=True) | Q(valid_until_date__gte=today), valid_from_date__lte=today
    )
    return dict(valid.order_by("valid_from_date").values_list("product_id", "amount"))


def published_prompt(role: str, *, conversation: Conversation | None = None) -> Prompt:
    """The published version of a role, rendered; for a conversation that a trial tries the other version on, that one.

    Raises `NoPrompt`.
    """
    use = _cached(f"prompt:{role}", lambda: _read_prompts(role))
    if conversation and use.trial and use.tried and use.trial.tries(conversation):
        return use.tried
    return use.published


def strictness() -> Strictness:
    """The rules that managers made stricter; the code's own while there is no row."""
    return _cached("strictness", _read_strictness, FLAG_CACHE_S)


def company() -> CompanyProfile | None:
    """The company's row, None before the first seed. Read only: the instance is shared."""
    return _cached("company", lambda: CompanyProfile.objects.first())


def business_calendar() -> Calendar:
    """The company's hours, holidays, time zone and state; ask `knowledge.calendar`, which speaks for it."""
    return _cached("business_calendar", _read_calendar)


def score_weights() -> Weights:
    """The active weights of the score, the default ones while no row is active."""
    return _cached("score_weights", _read_weights)


def flags() -> Mapping[tuple[str, str], bool]:
    """(name, scope) -> on, for every stored switch."""
    return _cached("flags", lambda: {(row.name, row.scope): row.on for row in Flag.objects.all()}, FLAG_CACHE_S)


def follow_up_steps() -> tuple[Step, ...]:
    """Active steps of every class, in the order of their hours."""
    return _cached("follow_up_steps", _read_steps)


def model_price(model: str, *, at: datetime, otherwise: Price) -> Price:
    """What managers say that a model costs at that moment; ``otherwise`` when they say nothing of it."""
    told, today = _cached("model_prices", _read_model_prices).get(model, ()), localdate(at)
    return next((price for since, price in told if since <= today), otherwise)


def _read_model_prices() -> Mapping[str, tuple[tuple[date, Price], ...]]:
    """The latest begin first."""
    found: dict[str, list[tuple[date, Price]]] = {}
    for row in ModelPrice.objects.order_by("-valid_from_date"):
        found.setdefault(row.model, []).append((row.valid_from_date, row.price()))
    return MappingProxyType({model: tuple(told) for model, told in found.items()})


def _read_strictness() -> Strictness:
    row = SafetyRules.objects.first()
    return row.strictness() if row else CODE


def clear_cache(**_signal: object) -> None:
    """Forget everything read: after a write, after a fork, between tests."""
    global _emptied
    with _lock:
        _cache.clear()
        _emptied += 1


def _cached(key: str, read: Callable[[], T], seconds: float = CACHE_S) -> T:
    with _lock:
        hit, emptied = _cache.get(key), _emptied
    if hit is not None and hit[0] > time.monotonic():
        value: T = hit[1]
        return value
    value = read()
    with _lock:
        if emptied == _emptied:
            _cache[key] = (time.monotonic() + seconds, value)
    return value


def _read_phrases() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    rows = Phrase.objects.filter(active=True).order_by("pk").values_list("situation", "language", "text")
    for situation, language, text in rows:
        found.setdefault((situation, language), []).append(text)
    return MappingProxyType({key: tuple(texts) for key, texts in found.items()})


def _read_prompts(role: str) -> _InUse:
    """One statement, because a turn may be waiting for it."""
    running = Q(trials__role=role, trials__ended_at=None)
    rows = (
        PromptVersion.objects.filter(Q(status=PromptVersion.Status.PUBLISHED) | running, role=role)
        .annotate(trial=FilteredRelation("trials", condition=Q(trials__ended_at=None)))
        .annotate(trial_id=F("trial__pk"), trial_share=F("trial__share"), trial_began=F("trial__started_at"))
        .distinct()
    )
    published = next((row for row in rows if row.status == PromptVersion.Status.PUBLISHED), None)
    if published is None:
        raise NoPrompt(role)
    tried = next((row for row in rows if row.trial_id and row is not published), None)
    if tried is None:
        return _InUse(_rendered(published))
    trial = Trial(tried.trial_id, share=tried.trial_share, begins_at=tried.trial_began + timedelta(seconds=CACHE_S))
    return _InUse(_rendered(published), trial, _rendered(tried))


def _rendered(row: PromptVersion) -> Prompt:
    return Prompt(id=str(row.pk), version=row.version, checksum=row.checksum, text=prompts.render(row.text))


def _read_calendar() -> Calendar:
    week: list[list[Shift]] = [[] for _ in range(7)]
    for row in BusinessHours.objects.all():
        week[row.weekday].append(row.shift())
    profile = company()
    return Calendar(
        zone=ZoneInfo(profile.time_zone if profile else settings.TIME_ZONE),
        week=tuple(map(tuple, week)) if any(week) else DEFAULT_WEEK,
        special=tuple(row.special_day() for row in Holiday.objects.order_by("start_date", "pk")),
        subdivision=profile.holidays_of if profile else "",
    )


def _read_steps() -> tuple[Step, ...]:
    return tuple(
        Step(
            temperature=row.temperature,
            after_h=row.after_h,
            text=row.text,
            template=row.template_name,
            language=row.template_language,
            values=row.template_values,
        )
        for row in FollowUpRule.objects.filter(active=True).order_by("after_h")
    )


def _read_weights() -> Weights:
    row = ScoreWeights.objects.filter(active=True).first()
    return row.weights() if row else DEFAULT
