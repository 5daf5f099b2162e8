"""Managers choose what to replay, watch it, stop it, and read both sides; nobody else does."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User

from knowledge.models import PromptVersion
from seleto.backoffice.models import ReplayRun
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from tests.backoffice.conftest import asked, talked
from tests.conversations.model import said
from tests.factories import now

pytestmark = pytest.mark.django_db(transaction=True)

RUNS = "/admin/backoffice/replayrun/"
SCRIPT = "<script>alert('lead')</script>"


@pytest.fixture(autouse=True)
def _pace(settings):
    settings.TYPING_MAX_S = 0
    settings.LLM_PROMPT_PRICE = 1.0


def read(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def began(client, draft, **fields) -> ReplayRun:
    client.post(f"{RUNS}novo/", {"version": str(draft.pk), "spend_max_usd": "5", **fields})
    return ReplayRun.objects.get()


def of(run: ReplayRun) -> str:
    return f"{RUNS}{run.pk}/change/"


def test_conversations_are_chosen_in_their_list(manager, draft, model):
    chosen = talked(model, ("oi, tudo bem?", said("Olá!")))
    form = manager.post(
        "/admin/conversations/conversation/", {"action": "replay", "_selected_action": [str(chosen.pk)]}
    )

    assert "Conversas escolhidas: 1." in form.content.decode()
    assert f'value="{chosen.pk}"' in form.content.decode()
    assert not ReplayRun.objects.exists()

    run = began(manager, draft, conversation=[str(chosen.pk)])
    assert [item.conversation_id for item in run.items.all()] == [chosen.pk]
    assert AuditEntry.objects.filter(action="replay_start", subject_id=run.pk).exists()


def test_all_of_the_last_days_are_replayed_without_a_choice(manager, draft, model):
    talked(model, ("oi", said("Olá!")), ("tudo bem?", said("Tudo!")))

    assert began(manager, draft).items.count() == 2


def test_progress_then_the_sums_then_both_sides(manager, draft, model):
    conversation = talked(model, (f"sou a Rute, quero a FB300 {SCRIPT}", said("Ótima escolha!")))
    run = began(manager, draft)
    running = read(manager, of(run))
    model.side_effect = [said("A FB300 custa R$ 18.900."), said("Boa escolha!")]

    jobs.run_due("replay")

    assert "0 de 1 respostas." in running
    assert 'http-equiv="refresh"' in running
    done = read(manager, of(run))
    assert 'http-equiv="refresh"' not in done
    assert "resposta: 1" in done
    assert re.search(r"Rascunhos barrados pelas regras</th><td>0</td><td>1</td>", done)
    assert re.search(r"Custo \(US\$\)</th><td>0,0008</td><td>0,0016</td>", done)
    talk = manager.get(f"{RUNS}{run.pk}/conversa/{conversation.pk}/").content.decode()
    assert "<del>Ótima</del> escolha!" in talk
    assert "<ins>Boa</ins> escolha!" in talk
    assert '<mark title="preço">' in talk
    assert SCRIPT not in talk


def test_a_replay_under_way_can_be_stopped(manager, draft, model):
    talked(model, ("oi", said("Olá!")))
    run = began(manager, draft)

    manager.post(f"{RUNS}{run.pk}/cancelar/")
    jobs.run_due("replay")

    assert model.call_count == 0
    assert "cancelada" in read(manager, of(run))


def test_a_text_that_is_no_prompt_is_refused_with_its_reason(manager, draft, model):
    talked(model, ("oi", said("Olá!")))
    PromptVersion.objects.filter(pk=draft.pk).update(text="<prompt/>")

    answer = manager.post(f"{RUNS}novo/", {"version": str(draft.pk), "spend_max_usd": "5"})

    assert "papel conhecido" in answer.content.decode()
    assert not ReplayRun.objects.exists()


def test_with_nothing_to_replay_nothing_begins(manager, draft):
    answer = manager.post(f"{RUNS}novo/", {"version": str(draft.pk), "spend_max_usd": "5"}, follow=True)

    assert "Nenhum turno respondido" in answer.content.decode()
    assert not ReplayRun.objects.exists()


def test_the_list_tells_how_far_each_is(manager, draft, model):
    talked(model, ("oi", said("Olá!")))
    began(manager, draft)

    assert "0 de 1" in read(manager, RUNS)


def test_who_may_only_look_reads_results_and_starts_nothing(clerk, draft, model):
    conversation = talked(model, ("oi", said("Olá!")))
    run = ReplayRun.objects.create(
        version=draft, prompt_version="v99", prompt="x", spend_max_usd=1, requested_by="gestora", requested_at=now()
    )

    assert clerk.get(RUNS).status_code == clerk.get(of(run)).status_code == 200
    assert clerk.get(f"{RUNS}{run.pk}/conversa/{conversation.pk}/").status_code == 200
    assert clerk.post(f"{RUNS}novo/", {"version": str(draft.pk), "spend_max_usd": "5"}).status_code == 403
    assert clerk.post(f"{RUNS}{run.pk}/cancelar/").status_code == 403
    clerk.post("/admin/conversations/conversation/", {"action": "replay", "_selected_action": [str(conversation.pk)]})
    run.refresh_from_db()
    assert (run.status, ReplayRun.objects.count()) == (ReplayRun.Status.RUNNING, 1)


def test_results_are_not_for_staff_who_may_not_read_conversations(client, draft, model):
    conversation = talked(model, ("oi", said("Olá!")))
    run = ReplayRun.objects.create(
        version=draft, prompt_version="v99", prompt="x", spend_max_usd=1, requested_by="gestora", requested_at=now()
    )
    user = User.objects.create_user("curioso", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_replayrun", "add_replayrun"]))
    client.force_login(user)

    assert client.get(f"{RUNS}{run.pk}/conversa/{conversation.pk}/").status_code == 403
    assert client.get(f"{RUNS}novo/").status_code == 403


@pytest.mark.parametrize("path", ["", "novo/"])
def test_strangers_are_sent_to_the_door(client, transactional_db, path):
    answer = client.get(f"{RUNS}{path}")

    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_the_version_asked_is_the_one_chosen(manager, draft, model):
    talked(model, ("oi", said("Olá!")))
    model.side_effect = [said("Oi!")]
    began(manager, draft)

    jobs.run_due("replay")

    assert "Seleto Equipamentos" in asked(model.calls[0])[0]["content"]
