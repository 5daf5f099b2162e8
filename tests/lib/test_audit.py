from datetime import UTC, datetime

import pytest

from seleto.lib import audit
from seleto.lib.ids import new_id
from seleto.lib.models import AuditEntry

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_which_row_and_when() -> None:
    lead = new_id()

    audit.record(
        actor="usuário:1", action="pause", subject_kind="conversation", subject_id=lead, detail={"reason": "x"}, now=NOW
    )

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_kind, entry.subject_id) == (
        "usuário:1",
        "pause",
        "conversation",
        lead,
    )
    assert (entry.detail, entry.at) == ({"reason": "x"}, NOW)


@pytest.mark.django_db
def test_i11_a_personal_value_in_the_detail_is_masked() -> None:
    audit.record(
        actor="sistema",
        action="merge",
        subject_kind="lead",
        subject_id=None,
        detail={"phone": "5511900000001", "why": "mesmo telefone 5511900000001", "from": new_id(), "rows": 2},
        now=NOW,
    )

    detail = AuditEntry.objects.get().detail
    assert "5511900000001" not in str(detail)
    assert detail["rows"] == 2
    assert "***" not in detail["from"]


@pytest.mark.django_db
def test_no_detail_is_an_empty_one() -> None:
    audit.record(actor="sistema", action="expire", subject_kind="lead", subject_id=None, now=NOW)

    assert AuditEntry.objects.get().detail == {}
