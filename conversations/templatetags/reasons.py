"""``{{ row.reason|in_words }}`` and ``{{ hit.kinds|rules }}``."""

from django import template

from conversations.admin.reasons import rules, words

register = template.Library()
register.filter("in_words", words)
register.filter("rules", rules)
