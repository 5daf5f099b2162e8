"""A manager marks a reply as wrong, reads what was said, and makes a regression case of it with one click."""

import pytest
from django.contrib.auth.models import User

from conversations import wrong_replies
from conversations.evals import reported, schema
from conversations.models import EvalCase, Turn, WrongReply
from seleto.lib.models import AuditEntry
from tests.factories import now

LIST = "/admin/conversations/wrongreply/"


@pytest.fixture
def report(told):
    """The provider's clock is ahead of ours: what the turn answered seems to have come after the reply."""
    Turn.objects.update(read_revision=1)
    return wrong_replies.record(
        told.outbox.message, reason=WrongReply.Reason.INVENTED, words="não existe", by="sdr:11", now=now()
    )


@pytest.fixture
def case(report):
    return reported.make_case(report, by="usuário:1", now=now())


def form(case, **changed):
    """What the case's page posts when nothing was touched but ``changed``."""
    fields = {
        "title": case.title,
        "active": "on",
        "turns": "+0s lead: oi\n+8s lead: quanto faz a FB300?",
        "not_say": "Faz 900 ⏎ por dia.",
        "say_any": "",
        "no_violation": ["contradiction"],
        "other": "[]",
    }
    return {**fields, **changed}


def post(client, case, **changed):
    return client.post(f"/admin/conversations/evalcase/{case.pk}/change/", form(case, **changed))


def test_a_reply_is_marked_from_its_conversation_and_its_turn(manager, told):
    address = f"{LIST}marcar/{told.outbox.message_id}/"
    assert address in manager.get(f"/admin/conversations/conversation/{told.conversation.pk}/change/").content.decode()
    assert address in manager.get(f"/admin/conversations/turn/{told.turn.pk}/change/").content.decode()
    assert "Olá!" in manager.get(address).content.decode()

    answer = manager.post(address, {"reason": "tom", "words": "seco demais"}, follow=True)

    assert "Erro registrado" in answer.content.decode()
    row = WrongReply.objects.get()
    user = User.objects.get()
    assert (row.reason, row.words, row.turn, row.reported_by) == ("tom", "seco demais", told.turn, f"usuário:{user.pk}")
    assert AuditEntry.objects.get(action="report").detail["reason"] == "tom"
    assert AuditEntry.objects.get(action="report").detail["message_id"] == str(told.outbox.message_id)


def test_only_the_agents_messages_can_be_marked(manager, told):
    assert manager.get(f"{LIST}marcar/{told.message.pk}/").status_code == 404


def test_the_list_names_lead_reason_and_person(manager, report, django_user_model):
    user = django_user_model.objects.create_user("sergio", first_name="Sérgio", last_name="Prado")
    wrong_replies.record(report.message, reason=WrongReply.Reason.TONE, words="", by=f"usuário:{user.pk}", now=now())

    shown = manager.get(LIST).content.decode()

    for words in ("Marina", "inventou", "não existe", "SDR 11 no Chatwoot", "Sérgio Prado"):
        assert words in shown


def test_one_click_makes_the_case(manager, report):
    page = manager.get(f"{LIST}{report.pk}/change/").content.decode()
    assert "Tornar caso de regressão" in page
    assert "marcada como errada" in page

    answer = manager.post(f"{LIST}{report.pk}/caso/", follow=True)

    case = EvalCase.objects.get(report=report)
    assert case.active
    assert "Caso criado" in answer.content.decode()
    assert "Ver o caso" in manager.get(f"{LIST}{report.pk}/change/").content.decode()


def test_without_the_permission_nothing_is_marked_or_made(clerk, told, report):
    assert clerk.get(LIST).status_code == 200
    assert (
        "marcar erro"
        not in clerk.get(f"/admin/conversations/conversation/{told.conversation.pk}/change/").content.decode()
    )
    assert "Tornar caso" not in clerk.get(f"{LIST}{report.pk}/change/").content.decode()
    assert clerk.post(f"{LIST}marcar/{told.outbox.message_id}/", {"reason": "tom"}).status_code == 403
    assert clerk.post(f"{LIST}{report.pk}/caso/").status_code == 403
    assert not EvalCase.objects.exists()


def test_a_reply_without_anything_before_it_makes_no_case(manager, report):
    report.conversation.messages.filter(author="lead").delete()

    answer = manager.post(f"{LIST}{report.pk}/caso/", follow=True)

    assert "Não dá para fazer um caso" in answer.content.decode()


def test_what_is_expected_can_be_mended(manager, case):
    answer = post(manager, case, reply_after="2", not_ask=["cidade"], other='[{"handoff": false}]', active="")

    assert answer.status_code == 302
    case.refresh_from_db()
    assert not case.active
    played = reported.parsed(case)
    assert [turn.text for turn in played.turns] == ["oi", "quanto faz a FB300?"]
    assert dict(played.must) == {
        "must_not_mention": ["Faz 900\npor dia."],
        "must_not_ask_again": ["cidade"],
        "no_violation": ["contradiction"],
        "reply_after_turn": 2,
        "handoff": False,
    }
    assert AuditEntry.objects.filter(action="change", subject_id=case.pk).exists()


def test_a_case_is_shown_as_it_was_stored(manager, case):
    post(manager, case, reply_after="2", other='[{"handoff": false}]')
    case.refresh_from_db()
    before = case.data

    page = manager.get(f"/admin/conversations/evalcase/{case.pk}/change/")
    shown = page.context["adminform"].form.initial
    post(manager, case, **{name: shown[name] for name in ("turns", "not_say", "no_violation", "reply_after", "other")})

    case.refresh_from_db()
    assert case.data == before


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"turns": "oi"}, "Linha 1"),
        ({"turns": "+9s lead: oi\n+2s lead: alô"}, "não pode ser lido"),
        ({"other": "{}"}, "lista em JSON"),
        ({"reply_after": "7"}, "A conversa tem 2 linhas"),
        ({"not_say": "", "no_violation": []}, "Diga o que se espera"),
    ],
)
def test_a_case_that_could_not_be_played_is_not_saved(manager, case, changed, complaint):
    answer = post(manager, case, **changed)

    assert complaint in answer.content.decode()
    case.refresh_from_db()
    assert schema.read({**case.data, "id": "x"}).turns[0].text.startswith("Sou a")


def test_a_case_comes_of_a_report_only(manager, case):
    assert manager.get("/admin/conversations/evalcase/add/").status_code == 403
    assert case.title in manager.get("/admin/conversations/evalcase/").content.decode()
