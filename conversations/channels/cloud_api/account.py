"""What Meta says of the account instead of a message: templates decided on, restrictions, the number's quality.

Fields of ``changes[]`` other than ``messages`` (contracts/whatsapp-cloud.md, 6.4); their values are those of Meta's
webhook reference.
"""

from collections.abc import Callable

from conversations.channels.base import Ignored, IgnoreReason, Parsed, TemplateChanged, Trouble
from conversations.channels.fields import Payload, line, mapping

# Words for the same state that the list of templates does not use. A template that was flagged may still be sent; it
# is one step from being paused.
_STATUSES = {"reinstated": "approved", "flagged": "", "unarchived": "approved"}
_RESTRICTIONS = frozenset(
    {"ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION", "DISABLED_UPDATE", "ACCOUNT_DELETED", "PARTNER_REMOVED"}
)
_WORSE = frozenset({"FLAGGED", "DOWNGRADE"})


def read(field: str, value: Payload, *, account: str) -> Parsed:
    """A change that is no list of messages; unknown fields are not for us."""
    reader = _READERS.get(field)
    return reader(value, account) if reader else Ignored(IgnoreReason.UNKNOWN_TYPE, field)


def quality_of(value: object) -> str:
    """Empty as long as Meta has not judged."""
    word = line(value, limit=20).lower()
    return "" if word == "unknown" else word


def reason_of(value: object) -> str:
    word = line(value, limit=80).lower()
    return "" if word == "none" else word


def _template_status(value: Payload, account: str) -> Parsed:
    event = line(value.get("event"), limit=40).lower()
    told = mapping(value.get("other_info"))
    return _template(
        value,
        account,
        status=_STATUSES.get(event, event),
        quality="red" if event == "flagged" else "",
        reason=reason_of(value.get("reason")) or line(told.get("title"), limit=80).lower(),
    )


def _template_quality(value: Payload, account: str) -> Parsed:
    return _template(value, account, quality=quality_of(value.get("new_quality_score")))


def _template_category(value: Payload, account: str) -> Parsed:
    return _template(value, account, category=line(value.get("new_category"), limit=40).lower())


def _template(value: Payload, account: str, **news: str) -> Parsed:
    name = line(value.get("message_template_name"))
    if not name:
        return Ignored(IgnoreReason.UNKNOWN_TYPE, "template")
    language = line(value.get("message_template_language"), limit=20).replace("-", "_")
    return TemplateChanged(account=account, name=name, language=language, **news)


def _account(value: Payload, _account: str) -> Parsed:
    event = line(value.get("event"), limit=60).upper()
    return Trouble(event, "account") if event in _RESTRICTIONS else Ignored(IgnoreReason.UNKNOWN_TYPE, event)


def _number_quality(value: Payload, _account: str) -> Parsed:
    event = line(value.get("event"), limit=60).upper()
    return Trouble(event, "quality") if event in _WORSE else Ignored(IgnoreReason.UNKNOWN_TYPE, event)


_READERS: dict[str, Callable[[Payload, str], Parsed]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "account_update": _account,
    "phone_number_quality_update": _number_quality,
}
