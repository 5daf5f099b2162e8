"""Rows a sales manager works on.

Those that came from the repository's source files carry `seed_checksum`, so that a later load updates what nobody
touched and leaves alone what a manager changed (`knowledge/loader.py`).
"""

from knowledge.models.calendar import BusinessHours, Holiday, Weekday
from knowledge.models.costs import ModelPrice
from knowledge.models.embeddings import ArticleEmbedding
from knowledge.models.followup import FollowUpRule
from knowledge.models.products import Article, Gap, Product, ProductAttribute, Synonym
from knowledge.models.publishing import PromptTrial, PublishRun
from knowledge.models.rollout import RolloutPhone, RolloutRule
from knowledge.models.rules import (
    PHRASE_MAX_CHARS,
    PRICE_ELIGIBLE,
    CompanyProfile,
    Flag,
    Phrase,
    PricePolicy,
    ProductPrice,
    PromptVersion,
    Situation,
)
from knowledge.models.score import ScoreWeights
from knowledge.models.strictness import SafetyRules

__all__ = [
    "PHRASE_MAX_CHARS",
    "PRICE_ELIGIBLE",
    "Article",
    "ArticleEmbedding",
    "BusinessHours",
    "CompanyProfile",
    "Flag",
    "FollowUpRule",
    "Gap",
    "Holiday",
    "ModelPrice",
    "Phrase",
    "PricePolicy",
    "Product",
    "ProductAttribute",
    "ProductPrice",
    "PromptTrial",
    "PromptVersion",
    "PublishRun",
    "RolloutPhone",
    "RolloutRule",
    "SafetyRules",
    "ScoreWeights",
    "Situation",
    "Synonym",
    "Weekday",
]
