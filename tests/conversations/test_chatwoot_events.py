"""What Chatwoot never sends, and somebody with its secret might: read as nothing, never an exception."""

import json
from typing import Any

import pytest

from conversations.chatwoot import events
from tests.conversations import chatwoot

ODD = [[1], {"id": 1}, "a\x00b", "7", 1.5, True, None]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_numbers_of_other_types_are_read_as_none(odd: Any) -> None:
    person = {"id": odd, "type": "user"}
    change = {**chatwoot.changed(), "inbox_id": odd, "meta": {"assignee": person, "team": {"id": odd}}}
    message = {**chatwoot.written("Oi"), "sender": person, "inbox": {"id": odd}}
    message["conversation"] = {"id": 40, "inbox_id": odd}

    changed, written = (events.parse(json.dumps(body).encode()) for body in (change, message))

    assert isinstance(changed, events.Changed)
    assert isinstance(written, events.Written)
    assert (changed.inbox_id, written.inbox_id) == (0, 0)
    assert (changed.assignee_id, changed.team_id, written.sender_id) == (None, None, None)


@pytest.mark.parametrize("odd", [7, 1.5, True, "abc", {"status": 1}], ids=repr)
def test_lists_of_other_types_are_read_as_empty(odd: Any) -> None:
    change = {**chatwoot.changed(), "changed_attributes": odd}
    message = {**chatwoot.written("Oi"), "attachments": odd}

    changed, written = (events.parse(json.dumps(body).encode()) for body in (change, message))

    assert isinstance(changed, events.Changed)
    assert not changed.assignee_changed
    assert isinstance(written, events.Written)
    assert written.attachments == ()
