"""Whoever looks at a person's data is in the audit, once per half hour."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from leads.models import Lead
from seleto.lib import audit
from seleto.lib.ids import new_id
from seleto.lib.models import AuditEntry
from tests.admin.conftest import story
from tests.factories import now, waiting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["leads_lead", "conversations_conversation"])
def test_opening_a_page_about_a_lead_is_noted_once(admin_client: Client, admin_user: User, page: str) -> None:
    conversation = waiting("Oi")
    key = conversation.lead_id if page == "leads_lead" else conversation.pk
    address = reverse(f"admin:{page}_change", args=[key])

    assert {admin_client.get(address).status_code for _ in range(2)} == {200}

    entry = AuditEntry.objects.get(action="see")
    assert (entry.actor, entry.subject_kind, entry.subject_id, entry.detail) == (
        f"usuário:{admin_user.pk}",
        "lead",
        conversation.lead_id,
        {},
    )


def test_every_other_page_about_a_person_is_noted_under_its_own_id(admin_client: Client, admin_user: User) -> None:
    message = waiting("Oi").messages.get()
    page = reverse("admin:conversations_message_change", args=[message.pk])

    assert {admin_client.get(page).status_code for _ in range(2)} == {200}
    admin_client.get(reverse("admin:conversations_message_change", args=[new_id()]))

    entry = AuditEntry.objects.get(action="see")
    assert (entry.actor, entry.subject_kind, entry.subject_id) == (f"usuário:{admin_user.pk}", "message", message.pk)


def test_what_the_palette_finds_was_seen(admin_client: Client) -> None:
    story()
    lead = Lead.objects.get()

    admin_client.get(reverse("admin:search"), {"s": "nobody of this name", "extended": "1"})
    assert not AuditEntry.objects.filter(action="see").exists()
    shown = admin_client.get(reverse("admin:search"), {"s": "marina", "extended": "1"}).content.decode()

    assert str(lead.pk) in shown
    entry = AuditEntry.objects.get(action="see")
    assert (entry.subject_kind, entry.subject_id, entry.detail) == ("lead", None, {})


def test_looking_again_later_is_another_entry(settings: Settings) -> None:
    lead, when = new_id(), now()
    for minutes in (0, settings.AUDIT_SEEN_MIN - 1, settings.AUDIT_SEEN_MIN + 1):
        audit.seen(actor="usuário:1", subject_kind="lead", subject_id=lead, now=when + timedelta(minutes=minutes))
    audit.seen(actor="usuário:2", subject_kind="lead", subject_id=lead, now=when)

    assert AuditEntry.objects.filter(actor="usuário:1").count() == 2
    assert AuditEntry.objects.filter(actor="usuário:2").count() == 1
