"""Part of the new conversations is answered with another version, and what comes of either stands side by side."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from conversations.models import GuardrailHit, Handoff, Turn
from knowledge import queries, services
from knowledge.models import PromptTrial, PromptVersion, PublishRun
from leads.models import Fact
from seleto.backoffice import trials
from seleto.lib import clock, jobs
from seleto.lib.models import AuditEntry
from tests.conversations.model import said
from tests.factories import ConversationFactory, LeadFactory, TurnFactory, now, waiting

pytestmark = pytest.mark.django_db
MARK = "Fale com entusiasmo."


@pytest.fixture(autouse=True)
def _world(model, channel, settings):
    settings.TYPING_MAX_S = 0


@pytest.fixture
def channel(transactional_db):
    from tests.factories import ChannelFactory

    return ChannelFactory.create()


def tried() -> PromptVersion:
    row = services.draft_from(PromptVersion.objects.get(role="agente", status="published"), by="gestora")
    row.text = row.text.replace("<regra>", f"<regra>{MARK} ", 1)
    row.save()
    return row


def begun(share: int = 100, *, ago: timedelta = timedelta(hours=1)) -> PromptTrial:
    return services.start_trial(tried(), share=share, now=clock.now() - ago, by="gestora")


def label(version: PromptVersion) -> str:
    return queries.label(version.version, version.pk)


def talk(version: PromptVersion, *, opened=timedelta(minutes=10), turns: int = 2, **lead):
    """A conversation that was answered with the version, and its last turn."""
    conversation = ConversationFactory.create(lead=LeadFactory.create(**lead), opened_at=now() - opened)
    for _ in range(turns):
        turn = TurnFactory.create(
            conversation=conversation,
            status=Turn.Status.REPLIED,
            finished_at=now(),
            started_at=now() - opened,
            prompt_version=label(version),
            cost_usd=Decimal("0.01"),
        )
    return conversation, turn


def test_a_new_conversation_is_answered_with_the_tried_version_and_says_so(model):
    trial = begun()
    waiting("Vocês vendem formadora de hambúrguer?")
    model.side_effect = [said("Vendemos sim!")]

    jobs.run_due("turn")

    system = json.loads(model.calls[0].request.content)["messages"][0]["content"]
    assert MARK in system
    assert Turn.objects.get().prompt_version == label(trial.version_b)


def test_a_conversation_that_had_begun_goes_on_with_the_published_version(model):
    trial = begun()
    waiting("Vocês vendem formadora?", opened_at=now() - timedelta(hours=2))
    model.side_effect = [said("Vendemos sim!")]

    jobs.run_due("turn")

    assert MARK not in json.loads(model.calls[0].request.content)["messages"][0]["content"]
    assert Turn.objects.get().prompt_version == label(trial.version_a)


def test_what_came_of_either_version_is_counted():
    trial = begun(50)
    quiet, _ = talk(trial.version_a)
    busy, last = talk(trial.version_b, turns=3, opted_out_at=now())
    for field in trials.QUALIFIED:
        Fact.objects.create(
            lead=busy.lead,
            field=field,
            value="x",
            evidence=Fact.Evidence.GIVEN,
            given_by="usuário:1",
            source_kind="usuário",
            created_at=now(),
        )
    Handoff.objects.create(conversation=busy, reason=Handoff.Reason.HOT, queue=Handoff.Queue.SALES, opened_at=now())
    Handoff.objects.create(
        conversation=quiet, reason=Handoff.Reason.SUPPORT, queue=Handoff.Queue.SUPPORT, opened_at=now()
    )
    GuardrailHit.objects.create(
        turn=last, draft="x", kinds=["price"], spans=[], reasons=[], action="replaced", at=now()
    )

    a, b = trials.compare(trial, now=clock.now())

    assert (a.conversations, a.replies, a.qualified, a.hot, a.opted_out, a.stopped) == (1, 2, 0, 0, 0, 0)
    assert (b.conversations, b.replies, b.qualified, b.hot, b.opted_out, b.stopped) == (1, 3, 1, 1, 1, 1)
    assert (a.cost_usd, b.cost_usd) == (Decimal("0.02"), Decimal("0.03"))


def test_conversations_from_before_and_after_do_not_count():
    trial = begun(50)
    talk(trial.version_a, opened=timedelta(hours=2))
    services.drop_trial(trial, now=clock.now() - timedelta(minutes=20), by="gestora")
    trial.refresh_from_db()
    talk(trial.version_a, opened=timedelta(minutes=5))
    talk(trial.version_b, opened=timedelta(minutes=30))

    a, b = trials.compare(trial, now=clock.now())

    assert (a.conversations, b.conversations) == (0, 1)


def test_small_numbers_come_with_a_caution_and_no_remark():
    few, many = trials.Arm("v1", conversations=99, qualified=90), trials.Arm("v2", conversations=400, qualified=10)

    assert "poucas conversas: 99" in trials.caution(few, many)
    assert {figure.remark for figure in trials.figures(few, many)} == {""}


@pytest.mark.parametrize(("qualified", "remark"), [(85, "pode ser acaso"), (140, "diferença maior que a do acaso")])
def test_a_difference_is_told_from_chance(qualified: int, remark: str):
    a = trials.Arm("v1", conversations=200, qualified=80)
    b = trials.Arm("v2", conversations=200, qualified=qualified)

    found = {figure.label: figure.remark for figure in trials.figures(a, b)}

    assert trials.caution(a, b) == ""
    assert found["Leads qualificados"] == remark


def test_a_trial_is_started_watched_and_dropped_from_its_pages(manager):
    row = tried()
    start = reverse("admin:knowledge_prompttrial_start", args=[row.pk])
    assert manager.get(start).status_code == 200
    assert "menor ou igual a 100" in manager.post(start, {"share": "101"}).content.decode()

    page = manager.post(start, {"share": "30"}, follow=True)

    trial = PromptTrial.objects.get()
    assert (trial.share, trial.started_by, trial.version_b) == (30, "gestora", row)
    assert "poucas conversas" in page.content.decode()
    change = reverse("admin:knowledge_promptversion_change", args=[row.pk])
    assert manager.post(change, {"text": row.text}).status_code == 403
    manager.post(reverse("admin:knowledge_prompttrial_drop", args=[trial.pk]))
    trial.refresh_from_db()
    assert trial.outcome == PromptTrial.Outcome.DROPPED
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"trial_start", "trial_drop"}


def test_publishing_the_tried_version_goes_through_the_evaluation(manager):
    trial = begun()

    manager.post(reverse("admin:knowledge_promptversion_publish", args=[trial.version_b_id]))

    trial.refresh_from_db()
    assert PublishRun.objects.get().version == trial.version_b
    assert trial.running


def test_the_lists_of_trials_and_evaluations_open(manager):
    begun()
    services.request_publication(tried(), now=clock.now(), by="gestora")

    for name in ("prompttrial", "publishrun"):
        assert manager.get(f"/admin/knowledge/{name}/").status_code == 200


def test_a_turn_links_to_the_version_that_made_it(manager):
    version = PromptVersion.objects.get(role="agente", status="published")
    _, turn = talk(version)

    page = manager.get(reverse("admin:conversations_turn_change", args=[turn.pk])).content.decode()

    assert reverse("admin:knowledge_promptversion_change", args=[version.pk]) in page
