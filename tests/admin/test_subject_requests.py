"""The data officer's list: fifteen days to answer, dated when closed, never deleted (domain.md, LGPD)."""

from datetime import timedelta

from leads.models import SubjectRequest
from seleto.lib.models import AuditEntry
from tests.factories import LeadFactory


def test_a_new_request_is_due_in_fifteen_days(manager):
    lead = LeadFactory.create()

    manager.post("/admin/leads/subjectrequest/add/", {"lead": lead.pk, "kind": "access", "status": "open", "note": ""})

    request = SubjectRequest.objects.get()
    assert request.due_at - request.opened_at == timedelta(days=15)
    assert request.closed_at is None


def test_closing_and_reopening_a_request_dates_it(manager, told):
    request = told.subjectrequest
    url = f"/admin/leads/subjectrequest/{request.pk}/change/"

    manager.post(url, {"lead": told.lead.pk, "kind": "access", "status": "done", "note": "enviado"})
    request.refresh_from_db()
    assert request.closed_at is not None
    manager.post(url, {"lead": told.lead.pk, "kind": "access", "status": "open", "note": "enviado"})

    request.refresh_from_db()
    assert request.closed_at is None
    assert [entry.detail["fields"] for entry in AuditEntry.objects.order_by("at")] == [["note", "status"], ["status"]]


def test_requests_are_kept(manager, told):
    assert manager.post(f"/admin/leads/subjectrequest/{told.subjectrequest.pk}/delete/").status_code == 403
