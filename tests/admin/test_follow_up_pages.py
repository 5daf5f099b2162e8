"""Leads who went quiet, as a manager sees them: the rules, what will leave, what left, the approved templates."""

from datetime import timedelta

import pytest

from conversations.models import Channel, Conversation, FollowUp, MessageTemplate
from knowledge import queries
from knowledge.models import FollowUpRule
from leads.models import Lead
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, now

PLANNED = "/admin/conversations/plannedfollowup/"
TEXT = "Olá, ainda posso ajudar com a formadora?"


@pytest.fixture
def quiet(db):
    FollowUpRule.objects.all().delete()
    FollowUpRule.objects.create(temperature="morno", after_h=4, text=TEXT)
    queries.clear_cache()
    conversation = ConversationFactory.create(follow_up_at=now() + timedelta(hours=4))
    Lead.objects.filter(pk=conversation.lead_id).update(temperature="morno")
    IdentityFactory.create(lead=conversation.lead, display_name="Marina")
    MessageFactory.create(conversation=conversation, text="oi", sent_at=now())
    return conversation


def cancel(client, conversation, **more):
    data = {"action": "cancel", "_selected_action": [str(conversation.pk)], **more}
    return client.post(PLANNED, data, follow=True)


def test_what_will_leave_is_shown_before_it_does(manager, quiet):
    ConversationFactory.create(channel=Channel.objects.get())

    answer = manager.get(PLANNED)

    assert answer.context["cl"].result_count == 1
    assert TEXT in answer.content.decode()
    assert TEXT in manager.get(f"{PLANNED}{quiet.pk}/change/").content.decode()


def test_why_nothing_would_leave_is_shown_too(manager, quiet):
    FollowUpRule.objects.update(text="A FB300 custa R$ 18.900.")
    queries.clear_cache()

    assert "o texto viola uma regra" in manager.get(PLANNED).content.decode()


def test_cancelling_asks_first(manager, quiet):
    page = cancel(manager, quiet).content.decode()

    quiet.refresh_from_db()
    assert "Cancelar retomadas?" in page
    assert quiet.follow_up_at is not None


def test_a_cancelled_one_stays_in_the_history_with_who_did_it(manager, quiet):
    cancel(manager, quiet, confirmed="yes")

    quiet.refresh_from_db()
    assert quiet.follow_up_at is None
    row = FollowUp.objects.get()
    assert (row.outcome, row.reason) == (FollowUp.Outcome.SKIPPED, "cancelada_por_pessoa")
    assert AuditEntry.objects.get(action="follow_up.cancel").actor.startswith("usuário:")
    history = manager.get("/admin/conversations/followup/").content.decode()
    assert "cancelada por uma pessoa" in history
    assert manager.get(f"/admin/conversations/followup/{row.pk}/change/").status_code == 200


def test_who_may_only_look_cannot_cancel(clerk, quiet):
    assert clerk.get(PLANNED).status_code == 200

    cancel(clerk, quiet, confirmed="yes")

    assert Conversation.objects.get(pk=quiet.pk).follow_up_at is not None


def test_a_rule_is_edited_and_its_places_are_checked(manager, quiet):
    rule = FollowUpRule.objects.get()
    address = f"/admin/knowledge/followuprule/{rule.pk}/change/"
    fields = {"temperature": "morno", "after_h": 6, "template_language": "pt_BR", "active": "on"}

    refused = manager.post(address, {**fields, "text": "Olá, {apelido}!"})
    manager.post(address, {**fields, "text": "Olá, {nome}!"})

    rule.refresh_from_db()
    assert "Não existe {apelido}" in refused.content.decode()
    assert (rule.after_h, rule.text) == (6, "Olá, {nome}!")


def test_templates_are_listed_with_their_approval(manager, channel):
    MessageTemplate.objects.create(
        channel=channel, name="retomada", language="pt_BR", status="paused", category="utility", read_at=now()
    )

    page = manager.get("/admin/conversations/messagetemplate/").content.decode()

    assert "pausado" in page
    assert "utilidade" in page
