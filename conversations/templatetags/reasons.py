"""Constant words in a template as people read them: ``{{ row.reason|in_words }}``, ``{{ hit.kinds|rules }}``."""

from django import template

from conversations.wording import intents, move, rules, words
from leads.display import fact_value

register = template.Library()
register.filter("in_words", words)
register.filter("rules", rules)
register.filter("move", move)
register.filter("intents", intents)


@register.filter
def fact(value: str, field: str) -> str:
    return fact_value(field, value)
