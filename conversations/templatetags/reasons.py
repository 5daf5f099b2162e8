"""``{{ row.reason|in_words }}``."""

from django import template

from conversations.admin.reasons import words

register = template.Library()
register.filter("in_words", words)
