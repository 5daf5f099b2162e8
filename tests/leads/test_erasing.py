"""What other systems hold goes too, one call at a time, and a returning person starts clean."""

from datetime import timedelta

import pytest
import respx

from conversations.chatwoot import inboxes
from conversations.models import ChatwootLink
from crm.models import CrmLink
from leads import erasing, erasure, services
from leads.models import ErasureStep, Identity, Lead
from leads.services import IdentityKey
from seleto.lib import circuits, privacy
from seleto.lib.errors import Ambiguous, Rejected, Unavailable
from seleto.lib.models import Alert, AuditEntry
from seleto.lib.privacy import RemoteStore
from tests.conversations import chatwoot
from tests.factories import ChannelFactory, IdentityFactory, LeadFactory, now

pytestmark = pytest.mark.django_db
PHONE = "5511900000021"


@pytest.fixture
def lead():
    lead = LeadFactory.create()
    IdentityFactory.create(lead=lead, value=PHONE)
    return lead


@pytest.fixture
def other_system(monkeypatch):
    """One more store, which answers as it is told."""
    outcomes: list[Exception | None] = []

    def erase(reference: str) -> None:
        failure = outcomes.pop(0)
        if failure:
            raise failure

    store = RemoteStore("outro", "Outro sistema", lambda subject: ["77"], lambda reference: {}, erase)
    monkeypatch.setattr(privacy, "_remote", {"outro": store})
    return outcomes


def step() -> ErasureStep:
    return ErasureStep.objects.get(store="outro")


def attempt() -> ErasureStep:
    ErasureStep.objects.filter(due_at__isnull=False).update(due_at=now() - timedelta(seconds=1))
    for item in erasing.claim(5):
        erasing.run(item)
    return step()


def test_failures_are_tried_again_and_seen_until_it_is_done(lead, other_system):
    other_system += [Unavailable("http_503"), Ambiguous("timeout"), None]
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())
    assert (step().status, step().reference) == ("pending", "77")

    assert (attempt().status, step().reason) == ("unavailable", "http_503")
    assert step().due_at > now()
    assert attempt().status == "ambiguous"
    done = attempt()

    assert (done.status, done.reference, done.due_at) == ("done", "", None)
    assert AuditEntry.objects.filter(action="erasure.step", subject_id=lead.pk).exists()


def test_a_refusal_waits_for_a_person(lead, other_system):
    other_system += [Rejected("http_422"), None]
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())

    assert attempt().status == "rejected"
    assert Alert.objects.filter(key="erasure:stuck", closed_at=None).exists()
    assert not erasing.claim(5)

    erasing.done_by_hand(step().pk, actor="usuário:1", now=now())
    assert (step().status, step().finished_by) == ("done", "usuário:1")
    assert not Alert.objects.filter(closed_at=None).exists()
    with pytest.raises(erasing.Refused):
        erasing.retry(step().pk, actor="usuário:1", now=now())


def test_the_contact_in_chatwoot_is_deleted(lead, respx_mock: respx.MockRouter):
    circuits.forget()
    channel = ChannelFactory.create()
    inbox = chatwoot.inbox(channel)
    inboxes.forget()
    ChatwootLink.objects.create(lead=lead, channel=channel, contact_id=5)
    call = respx_mock.delete(f"{inbox.base_url}/api/v1/accounts/{inbox.account_id}/contacts/5").respond(200)
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())

    for item in erasing.claim(5):
        erasing.run(item)

    assert call.called
    assert ErasureStep.objects.get(store="chatwoot").status == "done"


def test_what_the_crm_cannot_delete_is_shown_by_its_id(lead):
    CrmLink.objects.create(kind="pessoa", local_id=lead.pk, remote_id="31", created_at=now())
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())

    assert ErasureStep.objects.get(store="crm_pessoa").reference == "31"
    assert ErasureStep.objects.get(store="backups").until is not None


def test_a_returning_person_starts_clean_and_is_still_left_alone(lead):
    Lead.objects.filter(pk=lead.pk).update(opted_out_at=now(), temperature="quente")
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())

    back = services.resolve_lead(
        [IdentityKey(Identity.Kind.PHONE, PHONE)], display_name="", origin="", referral={}, now=now()
    )

    assert back.pk != lead.pk
    assert (back.temperature, back.facts.count()) == ("nao_classificado", 0)
    assert back.opted_out_at is not None


def test_whoever_had_not_refused_is_remembered_in_no_way(lead):
    erasure.anonymise(lead.pk, actor="usuário:1", now=now())

    back = services.resolve_lead(
        [IdentityKey(Identity.Kind.PHONE, PHONE)], display_name="", origin="", referral={}, now=now()
    )
    assert back.opted_out_at is None
