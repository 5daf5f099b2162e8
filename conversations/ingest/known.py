"""Whether an event still leads to somebody: one that names nobody we know keeps nothing of them once it is settled.

Whoever was erased is known no more, and what providers tell late (receipts, echoes, edits, reactions, a CRM's or
Chatwoot's news) would bring their number back. The key of the event stays, by which it counts once.
"""

import re
from collections.abc import Iterable
from typing import Any

from conversations.channels import base
from conversations.ingest.common import identity_keys
from leads import phones
from leads.models import Identity

# Telephones and private ids of people, as JSON tells them: with a plus, alone, or before "@lid".
_NUMBER = re.compile(rb"(?<![0-9])[0-9]{10,20}(?![0-9])")
_MOST = 200
# These speak of the account, not of people.
_OF_NOBODY = (base.Connection, base.Trouble, base.TemplateChanged)


def names_somebody(parsed: Any, body: bytes) -> bool:
    """Whether an address in the event is one that we know. Call inside the transaction that settles it."""
    if isinstance(parsed, _OF_NOBODY):
        return True
    party = parsed.message if isinstance(parsed, base.Edited) else parsed
    if isinstance(party, base.Party):
        return _known(key.value for key in identity_keys(party))
    found = {number.decode() for number in _NUMBER.findall(body)[:_MOST]}
    return _known({*found, *(f"{number}@lid" for number in found), *filter(None, map(phones.canonical, found))})


def _known(values: Iterable[str]) -> bool:
    return Identity.objects.filter(value__in=list(values)).exists()
