"""The manager's pages about handoffs: the summary, the levels of waiting, what did not leave, and the silence."""

import pytest

from conversations.models import Conversation, Handoff, HandoffAlarm, HandoffLevel, ResumeRule
from seleto.lib.models import AuditEntry
from tests.admin.conftest import press
from tests.factories import ConversationFactory, now


@pytest.fixture
def given(channel):
    return Handoff.objects.create(
        conversation=ConversationFactory.create(channel=channel),
        reason=Handoff.Reason.HOT,
        queue=Handoff.Queue.SALES,
        opened_at=now(),
        assigned_to="Carlos Exemplo",
        summary="Nome: Patrícia\n<script>alert(1)</script>",
    )


@pytest.fixture
def alarm(given):
    level = HandoffLevel.objects.create(
        queue="comercial", after_minutes=7, action="webhook", target="https://x.example"
    )
    return HandoffAlarm.objects.create(
        handoff=given, level=level, raised_at=now(), due_at=now(), status="parked", reason="recusada:http_404"
    )


def test_the_summary_is_read_on_the_handoffs_page(manager, given):
    page = manager.get(f"/admin/conversations/handoff/{given.pk}/change/").content.decode()

    assert "Nome: Patrícia" in page
    assert "Carlos Exemplo" in page
    assert "<script>alert(1)" not in page
    assert "0 / 0" in page


def test_the_list_asks_who_waits(manager, given):
    assert str(given.pk) in manager.get("/admin/conversations/handoff/?aberto=espera").content.decode()
    Handoff.objects.update(picked_up_at=now())
    assert str(given.pk) not in manager.get("/admin/conversations/handoff/?aberto=espera").content.decode()


def test_a_lead_whose_handover_nobody_picked_up_waits_for_a_person(manager, given):
    def waiting() -> list[str]:
        page = manager.get("/admin/conversations/conversation/", {"espera": "pessoa"})
        return [str(row.pk) for row in page.context["cl"].result_list]

    Conversation.objects.update(owner="human")
    assert waiting() == [str(given.conversation_id)]

    Handoff.objects.update(picked_up_at=now())
    assert waiting() == []


def test_the_conversation_links_to_its_handoff(manager, given):
    page = manager.get(f"/admin/conversations/conversation/{given.conversation_id}/change/").content.decode()

    assert f"/admin/conversations/handoff/{given.pk}/change/" in page


def test_a_level_is_added_and_audited(manager, db):
    form = {"queue": "comercial", "after_minutes": 45, "action": "email", "target": "g@seleto.example", "active": "on"}

    manager.post("/admin/conversations/handofflevel/add/", form)

    assert HandoffLevel.objects.filter(after_minutes=45, target="g@seleto.example").exists()
    assert AuditEntry.objects.get().action == "create"


def test_an_email_without_a_destination_is_refused(manager, db):
    before = HandoffLevel.objects.count()

    page = manager.post(
        "/admin/conversations/handofflevel/add/", {"queue": "comercial", "after_minutes": 45, "action": "email"}
    )

    assert "E-mail e webhook precisam de um destino." in page.content.decode()
    assert HandoffLevel.objects.count() == before


def test_a_parked_alarm_is_tried_again_after_a_question(manager, alarm):
    asked = press(manager, "handoffalarm", "retry_alarms", alarm.pk, confirmed=False).content.decode()
    assert "pode recebê-lo mais uma vez" in asked
    alarm.refresh_from_db()
    assert alarm.status == "parked"

    press(manager, "handoffalarm", "retry_alarms", alarm.pk)

    alarm.refresh_from_db()
    assert (alarm.status, alarm.attempts) == ("queued", 0)
    assert AuditEntry.objects.get(action="handoff_alarm.retry").subject_id == alarm.pk


def test_the_silence_is_set_once(manager, db):
    manager.post("/admin/conversations/resumerule/add/", {"idle_min_off_hours": "", "idle_min_business": "60"})

    rule = ResumeRule.objects.get()
    assert (rule.idle_min_off_hours, rule.idle_min_business) == (None, 60)
    assert manager.get("/admin/conversations/resumerule/add/").status_code == 403
