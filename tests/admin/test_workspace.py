"""A conversation's workspace: what it shows, what it asks the database, and what its buttons do, for whom."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation, Handoff, Message, Outbox, Turn
from crm.models import CrmCall, CrmSettings, CrmSync
from knowledge import loader
from leads.models import Classification, Fact
from seleto.backoffice.inbox import workspace
from seleto.lib import audit
from seleto.lib.models import AuditEntry
from tests.admin.conftest import story
from tests.factories import MessageFactory, PromptFactory, TurnFactory, now

pytestmark = pytest.mark.django_db


def address(conversation, *more):
    return f"/admin/conversations/conversation/{conversation.pk}/" + "/".join([*more, ""])


def html(client, conversation, *more):
    answer = client.get(address(conversation, *(more or ["change"])))
    assert answer.status_code == 200
    return answer.content.decode()


def deed(client, conversation, name, **fields):
    return client.post(address(conversation, "fazer", name), {"confirmed": "yes", **fields}, follow=True)


def say(client, conversation, text, **fields):
    return client.post(address(conversation, "escrever"), {"text": text, "key": str(uuid4()), **fields})


# --- What it shows ----------------------------------------------------------------------------------------------------


def test_older_messages_come_on_demand_without_a_gap_or_a_repeat(manager, told):
    at = now() - timedelta(hours=3)
    for number in range(100):
        MessageFactory.create(conversation=told.conversation, text=f"linha {number:03d}", sent_at=at)

    rows, more = workspace.older(told.conversation)
    seen = [row.text for row in rows]
    while more:
        rows, more = workspace.older(told.conversation, rows[0].pk)
        seen = [row.text for row in rows] + seen

    assert len(seen) == len(set(seen)) == Message.objects.filter(conversation=told.conversation).count()
    first = workspace.older(told.conversation)[0][0]
    assert "Mensagens anteriores" in html(manager, told.conversation)
    assert "linha 050" in html(manager, told.conversation, "anteriores", str(first.pk))


def test_a_fact_shows_its_evidence_and_what_was_known_before(manager, told):
    Fact.objects.filter(pk=told.fact.pk).update(superseded_at=now())
    Fact.objects.create(
        lead=told.lead, field="nome", value="Marina Alves", evidence="given", given_by="crm", created_at=now()
    )

    page = html(manager, told.conversation)

    assert "Marina Alves" in page
    assert "informado por pessoa ou CRM: crm" in page
    assert "Antes" in page


def test_the_timeline_tells_turns_stopped_drafts_handoffs_pauses_and_crm_steps(manager, told):
    at = now()
    audit.record(
        actor="sistema",
        action="conversation.human",
        subject_kind="conversation",
        subject_id=told.conversation.pk,
        detail={"reason": "pausa_manual"},
        now=at,
    )
    call = {"at": at, "status": 201, "outcome": "ok", "duration_ms": 12}
    CrmCall.objects.create(lead_id=told.lead.pk, method="POST", endpoint="deals", **call)
    CrmCall.objects.create(lead_id=told.lead.pk, method="GET", endpoint="persons", **call)

    page = html(manager, told.conversation)

    for words in (
        "Turno respondido",
        "Rascunho barrado: preço",
        '<mark title="preço">10 mil</mark>',
        "Repasse para comercial",
        "Conversa passou a uma pessoa",
        "pausado por uma pessoa",
        "CRM: criar em oportunidades",
        "Morno, 50 de 100",
    ):
        assert words in page, words
    assert "CRM: buscar" not in page


def test_a_turn_s_trace_tells_what_the_model_was_told(manager, told):
    PromptFactory.create()
    loader.load()
    Turn.objects.filter(pk=told.turn.pk).update(
        read_revision=1,
        model="modelo-x",
        model_calls=1,
        prompt_tokens=1200,
        completion_tokens=80,
        timings={"modelo": 840, "nosso": 20},
        undo={
            "answered_revision": 0,
            "awaiting_answer": False,
            "unanswered_question_replies": 0,
            "memory": {"notice_given": True},
        },
        started_at=now() + timedelta(seconds=1),
        finished_at=now() + timedelta(seconds=2),
    )

    trace = html(manager, told.conversation, "turno", str(told.turn.pk))

    for words in ("1200 lidos, 80 escritos", "modelo 0,8 s", "&lt;turno&gt;", "Sou a Marina", "modelo-x"):
        assert words in trace, words


@pytest.mark.parametrize("kept", [{}, {"answered_revision": 0}])
def test_a_turn_that_kept_no_whole_state_says_so(manager, told, kept):
    Turn.objects.filter(pk=told.turn.pk).update(undo=kept)

    assert "não guardou de onde partiu" in html(manager, told.conversation, "turno", str(told.turn.pk))


def test_another_conversation_s_turn_is_not_found_here(manager, told):
    other = story(2)

    assert manager.get(address(told.conversation, "turno", str(other.turn.pk))).status_code == 404
    assert manager.get(address(told.conversation, "anteriores", str(other.message.pk))).status_code == 404


def test_the_questions_of_the_workspace_are_a_fixed_number(manager, told):
    def asked(*more):
        html(manager, told.conversation, *more)
        with CaptureQueriesContext(connection) as captured:
            html(manager, told.conversation, *more)
        return len(captured)

    few = asked()
    for number in range(15):
        MessageFactory.create(conversation=told.conversation, text=f"linha {number}")
        turn = TurnFactory.create(conversation=told.conversation, status="silent", finished_at=now())
        turn.guardrail_hits.create(draft="x", kinds=["price"], spans=[], reasons=[], action="replaced", at=now())
        Classification.objects.create(lead=told.lead, temperature="frio", score=number, at=now())
        Fact.objects.create(
            lead=told.lead,
            field="volume",
            value=str(number),
            evidence="given",
            given_by="crm",
            created_at=now(),
            superseded_at=now(),
        )
        CrmCall.objects.create(
            lead_id=told.lead.pk, at=now(), method="PUT", endpoint="deals", status=200, outcome="ok", duration_ms=1
        )

    assert asked() == few <= 36


# --- While it is open -------------------------------------------------------------------------------------------------


def stamp(client, conversation):
    return html(client, conversation).split('data-stamp="')[1].split('"')[0]


def live(client, conversation, known):
    return client.get(address(conversation, "agora"), {"v": known})


def test_an_open_page_is_told_nothing_while_nothing_changed(manager, told):
    known = stamp(manager, told.conversation)
    with CaptureQueriesContext(connection) as captured:
        assert live(manager, told.conversation, known).status_code == 204

    assert len(captured) <= 8


def wrote(told):
    MessageFactory.create(conversation=told.conversation, text="novidade")


def read(told):
    Message.objects.filter(pk=told.outbox.message_id).update(status="read")


def learned(told):
    Fact.objects.create(lead=told.lead, field="uf", value="SC", evidence="given", given_by="crm", created_at=now())


def paused(told):
    Conversation.objects.filter(pk=told.conversation.pk).update(owner="human")


def turned(told):
    Turn.objects.filter(pk=told.turn.pk).update(finished_at=now() + timedelta(seconds=9))


def synced(told):
    CrmSync.objects.create(lead=told.lead, synced_at=now())


@pytest.mark.parametrize("change", [wrote, read, learned, paused, turned, synced])
def test_an_open_page_is_told_what_changed(manager, told, change):
    known = stamp(manager, told.conversation)
    change(told)

    answer = live(manager, told.conversation, known)

    assert answer.status_code == 200
    assert 'id="live-flow"' in answer.content.decode()
    assert 'id="composer"' not in answer.content.decode(), "what somebody is writing is theirs"


def test_only_what_differs_has_another_digest(manager, told):
    def digests():
        found = html(manager, told.conversation).split('data-v="')
        return {piece.rsplit('id="', 1)[1].split('"')[0]: after[:16] for piece, after in pairwise(found)}

    before = digests()
    read(told)
    after = digests()

    assert {key for key in before if before[key] != after[key]} == {f"m-{told.outbox.message_id}"}


# --- The buttons ------------------------------------------------------------------------------------------------------


def test_pause_and_resume_ask_first(manager, told):
    assert "Pausar o agente nesta conversa?" in html(manager, told.conversation, "fazer", "pausar")
    assert Conversation.objects.get(pk=told.conversation.pk).owner == "agent"

    deed(manager, told.conversation, "pausar")
    assert Conversation.objects.get(pk=told.conversation.pk).owner == "human"
    deed(manager, told.conversation, "devolver")

    assert Conversation.objects.get(pk=told.conversation.pk).owner == "agent"
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "see",
        "conversation.human",
        "conversation.agent",
    }


def test_a_refusal_says_why(manager, told):
    deed(manager, told.conversation, "pausar")

    page = deed(manager, told.conversation, "pausar").content.decode()

    assert "uma pessoa já atende esta conversa" in page


def test_a_handover_asks_for_a_reason(manager, told):
    loader.load()
    Handoff.objects.all().delete()

    assert "Este campo é obrigatório" in deed(manager, told.conversation, "repassar").content.decode()
    deed(manager, told.conversation, "repassar", reason="suporte_tecnico")

    assert Handoff.objects.get().queue == "suporte"


def test_a_message_is_shown_before_it_leaves(manager, told):
    asked = say(manager, told.conversation, "Bom dia & até já").content.decode()

    assert "Bom dia &amp; até já" in asked
    assert "Enviar ao lead" in asked
    assert not Outbox.objects.filter(origin="person").exists()


def test_a_confirmed_message_is_queued_once(manager, told):
    key = str(uuid4())
    for _ in range(2):
        answer = say(manager, told.conversation, "Bom dia", confirmed="yes", key=key)

    assert "Na fila de saída" in answer.content.decode()
    assert Outbox.objects.get(origin="person").text == "Bom dia"
    assert AuditEntry.objects.filter(action="conversation.say").count() == 1


def test_a_message_that_may_not_leave_stays_in_the_form(manager, told):
    Message.objects.update(sent_at=now() - timedelta(hours=30))

    answer = say(manager, told.conversation, "Bom dia", confirmed="yes").content.decode()

    assert "24 horas" in answer
    assert not Outbox.objects.filter(origin="person").exists()


def test_what_is_stuck_is_tried_again(manager, told):
    Outbox.objects.update(status="parked", reason="recusada:http_400")
    Message.objects.filter(author="agent").update(status="failed")

    assert "Tentar de novo" in html(manager, told.conversation)
    page = deed(manager, told.conversation, "tentar").content.decode()

    assert "De volta à fila: 1" in page
    assert Outbox.objects.get().status == "queued"


def test_a_message_that_may_have_arrived_is_warned_about(manager, told):
    Outbox.objects.update(status="unknown", reason="sem_confirmacao")

    assert "duas vezes" in html(manager, told.conversation, "fazer", "tentar")


def test_a_lead_goes_to_the_crm_at_once(manager, told, settings):
    settings.PIPERUN_TOKEN = "token-do-crm"
    CrmSettings.objects.update_or_create(defaults={"active": True})
    CrmSync.objects.create(lead=told.lead, status="parked", reason="recusada pelo CRM", parked_at=now())

    deed(manager, told.conversation, "sincronizar")

    row = CrmSync.objects.get()
    assert (row.status, row.due_at is not None) == ("ready", True)
    assert AuditEntry.objects.get(action="crm.retry").subject_id == told.lead.pk


def test_without_a_crm_nothing_is_promised(manager, told):
    assert "nenhum CRM está configurado" in deed(manager, told.conversation, "sincronizar").content.decode()


DEEDS = ["pausar", "devolver", "repassar", "tentar", "sincronizar", "anonimizar"]


@pytest.mark.parametrize("name", DEEDS)
def test_who_may_only_look_does_nothing(clerk, told, name):
    page = html(clerk, told.conversation)

    assert deed(clerk, told.conversation, name, reason="lead_quente").status_code == 403
    assert say(clerk, told.conversation, "Oi", confirmed="yes").status_code == 403
    assert f"fazer/{name}/" not in page
    assert "escrever" not in page
    assert not AuditEntry.objects.exclude(action="see").exists()


def test_each_deed_needs_its_own_permission(told, client):
    user = User.objects.create_user("sdr", is_staff=True)
    allowed = ["view_conversation", "send_as_company"]
    user.user_permissions.set(Permission.objects.filter(codename__in=allowed))
    client.force_login(user)

    assert say(client, told.conversation, "Bom dia", confirmed="yes").status_code == 200
    assert [deed(client, told.conversation, name).status_code for name in DEEDS] == [403] * len(DEEDS)


def test_nothing_is_done_by_a_link(manager, told):
    assert manager.get(address(told.conversation, "fazer", "sincronizar")).status_code == 403
    assert manager.get(address(told.conversation, "escrever")).status_code == 405
    assert manager.get(address(told.conversation, "fazer", "apagar")).status_code == 404


def test_a_lead_is_anonymised_by_who_may_and_writes_the_word(manager, told):
    assert "Escreva ANONIMIZAR" in deed(manager, told.conversation, "anonimizar", word="sim").content.decode()
    assert told.lead.identities.exists()

    page = deed(manager, told.conversation, "anonimizar", word="anonimizar").content.decode()

    assert "Lead anonimizado" in page
    assert not told.lead.identities.exists()
    assert AuditEntry.objects.filter(action="lead.anonymise").exists()
