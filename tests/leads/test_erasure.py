"""A person leaves: nothing anywhere leads to them any more, and what happened still adds up."""

import base64
import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from conversations.channels.cloud_api.parse import CloudApiParser
from conversations.models import ChatwootLink, ChatwootNote, Conversation, Handoff, Media, Outbox, Turn, WrongReply
from leads import erasure
from leads.models import Classification, ErasureStep, Fact, Interest, Lead, SubjectRequest
from seleto.lib.models import AuditEntry
from tests import cloud_api
from tests.admin.conftest import story
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, TurnFactory, now

pytestmark = pytest.mark.django_db
PHONE, OLD_FORM, LID, SECRET = "5511987650001", "551187650001", "99887766554433", "Zulmira"


@pytest.fixture
def told():
    """Somebody whose name or number stands wherever one can."""
    told = story()
    lead, talk = told.lead, told.conversation
    lead.identities.all().delete()
    IdentityFactory.create(lead=lead, value=PHONE, display_name=SECRET)
    IdentityFactory.create(lead=lead, kind="lid", value=LID)
    Lead.objects.filter(pk=lead.pk).update(referral={"texto": SECRET}, empresa=told.empresa)
    Fact.objects.filter(lead=lead).update(value=SECRET, quote=SECRET)
    Interest.objects.create(lead=lead, produto="LINHA_ESPETO", quote=SECRET, at=now())
    Classification.objects.update(parts={"fit": {"quote": SECRET}}, reasons=[SECRET], would_raise=[SECRET])
    told.empresa.nome = told.empresa.cidade = SECRET
    told.empresa.save()
    told.orcamento.resumo = told.orcamento.volume = SECRET
    told.orcamento.save()
    lead.consents.update(quote=SECRET)
    Conversation.objects.filter(pk=talk.pk).update(
        address=PHONE, summary=SECRET, memory={"nome": SECRET}, turn_due_at=now(), follow_up_at=now()
    )
    talk.messages.update(text=SECRET, previous_texts=[SECRET], media={"filename": f"{SECRET}.pdf"})
    told.event.body = f'{{"phone": "{PHONE}", "texto": "{SECRET}"}}'.encode()
    told.event.save()
    for form in (OLD_FORM, LID):
        type(told.event).objects.create(
            channel=told.channel,
            key=f"recibo-{len(form)}",
            kind="receipt",
            body=form.encode(),
            received_at=now(),
            due_at=now(),
        )
    Outbox.objects.update(to=PHONE, template={"values": [SECRET]})
    Turn.objects.update(undo={"memory": {"nome": SECRET}})
    told.guardrailhit.draft, told.guardrailhit.reasons = SECRET, [SECRET]
    told.guardrailhit.save()
    Handoff.objects.update(summary=SECRET)
    WrongReply.objects.create(
        conversation=talk, message=told.message, reason="tom", words=SECRET, reported_by="usuário:1", reported_at=now()
    )
    link = ChatwootLink.objects.create(lead=lead, channel=told.channel, written={"nome": SECRET})
    ChatwootNote.objects.create(link=link, key="nota", text=SECRET, created_at=now())
    TurnFactory.create(conversation=talk)
    return told


def places(*words: str) -> set[str]:
    """Tables in which any of the words stands, bytes included."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            bodies = "".join(
                f" || encode(t.{column.column}, 'escape')"
                for column in model._meta.concrete_fields
                if column.get_internal_type() == "BinaryField" and not column.null
            )
            cursor.execute(f'SELECT t::text{bodies} FROM "{table}" t')
            if any(word in text for (text,) in cursor.fetchall() for word in words):
                found.add(table)
    return found


def test_nothing_anywhere_leads_to_the_person(told):
    assert len(places(SECRET, PHONE, OLD_FORM, LID)) >= 14, "the story is thin"

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    assert places(SECRET, PHONE, OLD_FORM, LID) == set()


def test_an_id_that_holds_the_number_is_kept_as_one_that_holds_nothing(told):
    held = base64.b64encode(
        b"\x1d\x0c" + OLD_FORM.encode() + b"\x15\x02\x00\x12\x18" + b"3EB0C431C26A1916E07E"
    ).decode()
    theirs, others = f"wamid.{held}", "wamid." + base64.b64encode(b"\x1d\x0c551187650002\x15\x02").decode()
    talk = told.conversation
    talk.messages.filter(pk=told.message.pk).update(provider_id=theirs, reference_id=theirs)
    Outbox.objects.update(provider_id=theirs, answers_id=theirs, echo_id=others)
    event = type(told.event).objects.create(
        channel=told.channel, key=f"messages:{theirs}", kind="message", body=b"{}", received_at=now(), due_at=now()
    )

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    assert places(held) == set()
    message = talk.messages.get(pk=told.message.pk)
    assert message.provider_id == message.reference_id == Outbox.objects.values_list("answers_id", flat=True)[0]
    assert set(Outbox.objects.values_list("echo_id", flat=True)) == {others}
    event.refresh_from_db()
    (again,) = CloudApiParser().split(
        json.dumps(cloud_api.received({"id": theirs, "from": OLD_FORM, "type": "text", "timestamp": "1"})).encode()
    )
    assert event.key == again.key, "the same message counts once, before and after"


def test_no_file_and_no_job_names_the_person_and_others_keep_theirs(
    told, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "ab.bin").write_bytes(SECRET.encode())
    times = {"due_at": now(), "created_at": now(), "keep_until": now()}
    row = Media.objects.create(
        message=told.message, direction="in", source="channel", kind="document", state="stored", path="ab.bin",
        filename=f"{SECRET}.txt", sha256="0" * 64, size=7, mime="text/plain", stored_at=now(), **times,
    )  # fmt: skip
    assert any(SECRET.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for number, value in enumerate((SECRET, OLD_FORM, "outra pessoa")):
        OrmQ.objects.create(key="background", payload=SignedPackage.dumps({"id": str(number), "args": (value,)}))
        Task.objects.create(
            id=f"t{number}", name="t", func="f", args=(), kwargs={"x": value}, started=now(), stopped=now()
        )

    with django_capture_on_commit_callbacks(execute=True):
        erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    assert not Media.objects.filter(pk=row.pk).exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()] == []
    assert [job.task["args"] for job in OrmQ.objects.all() if "func" not in job.task] == [("outra pessoa",)]
    assert [task.kwargs for task in Task.objects.all()] == [{"x": "outra pessoa"}]
    assert ErasureStep.objects.filter(label__startswith="Filas de trabalho", rows=4, status="done").exists()


def test_nobody_else_loses_anything(told):
    other = ConversationFactory.create(channel=told.channel, address="5511900000009")
    MessageFactory.create(conversation=other, text="Oi, sou o Beto")

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    other.refresh_from_db()
    assert (other.address, other.messages.get().text, other.closed_at) == ("5511900000009", "Oi, sou o Beto", None)


def test_what_is_counted_stays_and_nothing_is_said_any_more(told):
    messages = told.conversation.messages.count()

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    talk = Conversation.objects.get(pk=told.conversation.pk)
    assert (talk.owner, talk.turn_due_at, talk.follow_up_at, talk.closed_at is None) == ("nobody", None, None, False)
    assert talk.messages.count() == messages
    assert set(Outbox.objects.values_list("status", flat=True)) == {"cancelled"}
    assert not Turn.objects.filter(status="running").exists()
    assert Classification.objects.get().score == 50
    assert Lead.objects.get(pk=told.lead.pk).anonymised_at is not None


def test_the_deed_is_audited_and_settles_what_was_asked_for(told):
    SubjectRequest.objects.create(lead=told.lead, kind="erasure", opened_at=now(), due_at=now() + timedelta(days=15))

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    entry = AuditEntry.objects.get(action="lead.anonymise")
    assert (entry.actor, entry.subject_id, entry.detail["erased"] > 10) == ("usuário:7", told.lead.pk, True)
    assert SubjectRequest.objects.get(kind="erasure").status == "done"
    assert SubjectRequest.objects.get(kind="access").status == "open"


def test_once_is_enough(told):
    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    with pytest.raises(erasure.AlreadyAnonymous):
        erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())


def test_a_short_address_of_another_system_blanks_no_events(told):
    IdentityFactory.create(lead=told.lead, kind="chatwoot", value="12")
    bystander = type(told.event).objects.create(
        channel=told.channel, key="outro", kind="message", body=b'{"n": 12}', received_at=now(), due_at=now()
    )

    erasure.anonymise(told.lead.pk, actor="usuário:7", now=now())

    bystander.refresh_from_db()
    assert bytes(bystander.body) == b'{"n": 12}'
