"""A data subject's request: opened once, proved before anything happens, reminded of, answered within fifteen days."""

from datetime import timedelta

import pytest
from django.core import mail

from conversations import identity_check
from conversations.models import Message, Outbox
from leads import subjects
from leads.models import Lead, SubjectRequest
from seleto.lib import clock, jobs
from seleto.lib.models import Alert, AuditEntry
from tests.factories import ChannelFactory, ConversationFactory, LeadFactory, MessageFactory, now

pytestmark = pytest.mark.django_db
Kind = SubjectRequest.Kind
Status = SubjectRequest.Status
Source = SubjectRequest.Source


def opened(lead: Lead | None = None, kind: Kind = Kind.ACCESS) -> SubjectRequest:
    lead = lead or LeadFactory.create()
    return subjects.open_request(lead.pk, kind, source=Source.ADMIN, actor="usuário:1", now=now())


@pytest.fixture
def talk():
    conversation = ConversationFactory.create(channel=ChannelFactory.create())
    MessageFactory.create(conversation=conversation, sent_at=now())
    return conversation


def sent_code(request: SubjectRequest) -> str:
    identity_check.send_code(request.pk, actor="usuário:1", now=now())
    text = Outbox.objects.latest("order").text
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit())


def test_one_open_request_of_a_kind_due_in_fifteen_days():
    first = opened()

    assert opened(first.lead) == first
    assert first.due_at - first.opened_at == timedelta(days=15)
    assert AuditEntry.objects.filter(action="subject.open").count() == 1


@pytest.mark.parametrize("status", [Status.DONE])
def test_nothing_is_answered_before_the_person_is_known(status):
    request = opened()

    with pytest.raises(subjects.Refused, match="identidade"):
        subjects.close(request.pk, status, outcome="enviado", actor="usuário:1", now=now())

    subjects.confirm_documents(request.pk, actor="usuário:1", now=now())
    closed = subjects.close(request.pk, status, outcome="enviado", actor="usuário:1", now=now())
    assert (closed.status, closed.verified_how, closed.verified_by) == ("done", "documents", "usuário:1")
    assert closed.closed_at is not None


def test_an_answer_says_what_was_done():
    request = opened()

    with pytest.raises(subjects.Refused, match="o que se fez"):
        subjects.close(request.pk, Status.REFUSED, outcome=" ", actor="usuário:1", now=now())


def test_the_code_goes_to_the_leads_own_conversation_and_proves_them(talk):
    request = opened(talk.lead)
    code = sent_code(request)

    assert code not in SubjectRequest.objects.get(pk=request.pk).code_digest
    assert not subjects.confirm_code(request.pk, "000000" if code != "000000" else "1", actor="usuário:1", now=now())
    assert subjects.confirm_code(request.pk, code, actor="usuário:1", now=now())
    request.refresh_from_db()
    assert (request.verified_how, request.code_digest) == ("code", "")


def test_the_lead_may_answer_with_the_code(talk):
    request = opened(talk.lead)
    code = sent_code(request)

    subjects.heard(LeadFactory.create().pk, code, now=now())
    assert SubjectRequest.objects.get(pk=request.pk).verified_at is None

    subjects.heard(talk.lead_id, f"é {code}", now=now())
    assert SubjectRequest.objects.get(pk=request.pk).verified_by == "titular"


def test_a_code_is_not_guessed_nor_kept_for_long(talk):
    request = opened(talk.lead)
    code = sent_code(request)

    for _ in range(subjects.CODE_TRIES):
        subjects.confirm_code(request.pk, "x", actor="usuário:1", now=now())
    with pytest.raises(subjects.Refused, match="tentativas"):
        subjects.confirm_code(request.pk, code, actor="usuário:1", now=now())

    code = sent_code(request)
    with pytest.raises(subjects.Refused, match="nenhum código"):
        subjects.confirm_code(request.pk, code, actor="usuário:1", now=now() + timedelta(hours=25))


def test_outside_the_window_no_code_is_sent(talk):
    Message.objects.update(sent_at=now() - timedelta(days=2))
    request = opened(talk.lead)

    with pytest.raises(subjects.Refused, match="documentos"):
        identity_check.send_code(request.pk, actor="usuário:1", now=now())

    assert SubjectRequest.objects.get(pk=request.pk).code_digest == ""


def test_opposition_needs_no_proof_and_ends_what_is_sent_unasked():
    request = opened(kind=Kind.OPPOSITION)

    subjects.close(request.pk, Status.DONE, outcome="não recebe mais", actor="usuário:1", now=now())

    assert Lead.objects.get(pk=request.lead_id).opted_out_at is not None


def test_people_are_reminded_and_the_answer_ends_it(settings, monkeypatch):
    settings.DPO_EMAILS = ["encarregado@exemplo.com.br"]
    request = opened()
    assert jobs.stage(subjects.STAGE).next_due() == request.due_at - timedelta(days=10)

    monkeypatch.setattr(clock, "now", lambda: request.due_at + timedelta(hours=1))
    assert list(jobs.stage(subjects.STAGE).claim(5)) == [request.pk]
    subjects.remind(request.pk)

    alert = Alert.objects.get(closed_at=None)
    assert (alert.level, alert.title) == ("critical", "Pedido de titular (acesso): venceu hoje")
    assert len(mail.outbox) == 1
    assert str(request.pk) in mail.outbox[0].body
    assert not jobs.stage(subjects.STAGE).claim(5)

    subjects.close(request.pk, Status.REFUSED, outcome="não é esta empresa", actor="usuário:1", now=now())
    assert not Alert.objects.filter(closed_at=None).exists()
