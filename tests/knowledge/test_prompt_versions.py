"""Versions are made, published and taken back; what turns ran with is never changed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections
from django.db.models import ProtectedError

from knowledge import loader, prompts, queries, services
from knowledge.models import PromptTrial, PromptVersion, PublishRun
from knowledge.trials import Conversation
from seleto.lib import clock
from seleto.lib.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(seeded: None) -> PromptVersion:
    return PromptVersion.objects.get(role="agente", status="published")


def draft(of: PromptVersion) -> PromptVersion:
    return services.draft_from(of, by="gestora")


def in_use() -> str:
    return queries.published_prompt("agente").version


def test_a_new_installation_uses_the_newest_shipped_version(published: PromptVersion) -> None:
    assert published.version == prompts.shipped("agente")[-1][0]
    older = {("agente", version) for version, _ in prompts.shipped("agente")[:-1]}
    assert set(PromptVersion.objects.filter(status="draft").values_list("role", "version")) == older


def test_a_later_load_keeps_the_version_a_manager_chose(published: PromptVersion) -> None:
    older = PromptVersion.objects.get(role="agente", version="v1")
    services.publish_prompt(older, now=clock.now(), by="gestora")

    loader.load()

    assert in_use() == "v1"
    assert PromptVersion.objects.filter(role="agente").count() == len(prompts.shipped("agente"))


def test_a_version_new_in_the_files_arrives_as_a_draft(published: PromptVersion) -> None:
    PromptVersion.objects.filter(role="agente").exclude(pk=published.pk).delete()

    loader.load()

    assert PromptVersion.objects.get(role="agente", version="v1").status == "draft"
    assert in_use() == published.version


def test_a_text_that_was_published_is_not_changed_by_the_files(published: PromptVersion) -> None:
    was = prompts.renamed(prompts.shipped("agente")[0][1], published.version)
    PromptVersion.objects.filter(pk=published.pk).update(text=was)

    outcome = loader.load()

    published.refresh_from_db()
    assert (published.text, outcome.kept) == (was, 1)


def test_publishing_retires_the_former_version_and_says_who_and_when(published: PromptVersion) -> None:
    new, now = draft(published), clock.now()

    services.publish_prompt(new, now=now, by="gestora")

    new.refresh_from_db()
    published.refresh_from_db()
    assert in_use() == new.version
    assert (new.published_by, new.published_at, published.status) == ("gestora", now, "retired")


def test_a_broken_draft_is_not_published(published: PromptVersion) -> None:
    new = draft(published)
    PromptVersion.objects.filter(pk=new.pk).update(text="<prompt/>")

    with pytest.raises(prompts.PromptError):
        services.publish_prompt(new, now=clock.now())

    assert in_use() == published.version


def test_two_published_versions_of_a_role_cannot_be(published: PromptVersion) -> None:
    with pytest.raises(IntegrityError):
        PromptVersion.objects.create(version="v9", text="", status="published", published_at=clock.now())


def test_a_draft_is_a_copy_under_the_next_free_name(published: PromptVersion) -> None:
    first, second = draft(published), draft(published)

    third = draft(first)

    base = published.version
    assert [row.version for row in (first, second, third)] == [f"{base}.1", f"{base}.2", f"{base}.3"]
    assert prompts.render(third.text) == prompts.render(published.text)
    assert (third.status, third.created_by) == ("draft", "gestora")


def test_going_back_and_forth_between_two_versions(published: PromptVersion) -> None:
    services.publish_prompt(draft(published), now=clock.now())
    before = services.previous_prompt("agente")
    assert before == published

    services.roll_back(before, now=clock.now(), by="gestora")

    assert in_use() == published.version
    newer = services.previous_prompt("agente")
    assert newer is not None
    assert newer.version == f"{published.version}.1"


def test_only_what_was_in_use_can_be_gone_back_to(published: PromptVersion) -> None:
    with pytest.raises(services.PublishingError, match="publicada"):
        services.roll_back(draft(published), now=clock.now(), by="gestora")


def test_another_process_uses_a_new_version_once_its_cache_ends(published: PromptVersion, monkeypatch) -> None:
    new = draft(published)
    assert in_use() == published.version
    with connection.cursor() as cursor:  # as another process does it: no signal reaches this one
        cursor.execute("UPDATE knowledge_promptversion SET status = 'retired' WHERE id = %s", [published.pk])
        cursor.execute(
            "UPDATE knowledge_promptversion SET status = 'published', published_at = now() WHERE id = %s", [new.pk]
        )
    assert in_use() == published.version

    later = time.monotonic() + queries.CACHE_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert in_use() == new.version


@pytest.mark.django_db(transaction=True)
def test_two_publications_at_once_leave_one_published() -> None:
    loader.load()
    current = PromptVersion.objects.get(role="agente", status="published")
    rivals = [draft(current) for _ in range(4)]
    together = threading.Barrier(len(rivals))

    def publish(version: PromptVersion) -> None:
        try:
            together.wait()
            services.publish_prompt(version, now=clock.now(), by=version.version)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rivals)) as threads:
        list(threads.map(publish, rivals))

    states = list(PromptVersion.objects.filter(pk__in=[row.pk for row in rivals]).values_list("status", flat=True))
    assert sorted(states) == ["published", "retired", "retired", "retired"]


def test_a_role_without_cases_is_published_at_once(published: PromptVersion) -> None:
    judge = draft(PromptVersion.objects.get(role="juiz"))

    run = services.request_publication(judge, now=clock.now(), by="gestora")

    assert run is None
    assert queries.published_prompt("juiz").version == judge.version
    assert in_use() == published.version


def test_a_version_is_evaluated_once_at_a_time(published: PromptVersion) -> None:
    new = draft(published)
    services.request_publication(new, now=clock.now(), by="gestora")

    with pytest.raises(services.PublishingError, match="em avaliação"):
        services.request_publication(new, now=clock.now(), by="outra")

    assert PublishRun.objects.count() == 1
    assert in_use() == published.version


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (20, 130, 270), (100, 1000, 1000)])
def test_a_trial_takes_its_share_of_new_conversations(
    published: PromptVersion, share: int, least: int, most: int
) -> None:
    trial = services.start_trial(draft(published), share=share, now=clock.now(), by="gestora")
    queries.clear_cache()

    got = [queries.published_prompt("agente", conversation=new(trial)).version for _ in range(1000)]

    assert least <= got.count(trial.version_b.version) <= most
    assert set(got) <= {published.version, trial.version_b.version}


def test_a_conversation_keeps_its_version_while_the_trial_runs(published: PromptVersion) -> None:
    trial = services.start_trial(draft(published), share=50, now=clock.now(), by="gestora")
    talks = [new(trial) for _ in range(40)]
    first = [queries.published_prompt("agente", conversation=talk).id for talk in talks]

    queries.clear_cache()

    assert [queries.published_prompt("agente", conversation=talk).id for talk in talks] == first
    assert len(set(first)) == 2


def test_older_conversations_and_those_of_nobody_take_no_part(published: PromptVersion) -> None:
    trial = services.start_trial(draft(published), share=100, now=clock.now(), by="gestora")

    older = queries.published_prompt("agente", conversation=new(trial, after=timedelta(seconds=-1)))

    assert (older.version, in_use()) == (published.version, published.version)
    # One that opens before every process has heard of the trial does not change its version half-way.
    soon = queries.published_prompt("agente", conversation=new(trial, after=timedelta(seconds=queries.CACHE_S - 1)))
    assert soon.version == published.version


def test_what_is_being_tried_is_not_edited_deleted_or_tried_twice(published: PromptVersion) -> None:
    tried = draft(published)
    services.start_trial(tried, share=10, now=clock.now(), by="gestora")

    assert tried not in services.editable_prompts()
    with pytest.raises(ProtectedError):
        tried.delete()
    with pytest.raises(services.PublishingError, match="em andamento"):
        services.start_trial(draft(published), share=10, now=clock.now(), by="gestora")


def test_the_published_version_is_not_tried_against_itself(published: PromptVersion) -> None:
    with pytest.raises(services.PublishingError, match="outra"):
        services.start_trial(published, share=10, now=clock.now(), by="gestora")


@pytest.mark.parametrize(("which", "outcome"), [("tried", "published"), ("third", "superseded")])
def test_a_publication_ends_the_trial(published: PromptVersion, which: str, outcome: str) -> None:
    tried, third = draft(published), draft(published)
    trial = services.start_trial(tried, share=100, now=clock.now(), by="gestora")

    services.publish_prompt(tried if which == "tried" else third, now=clock.now(), by="gestora")

    trial.refresh_from_db()
    assert (trial.outcome, trial.running) == (outcome, False)
    assert queries.published_prompt("agente", conversation=new(trial)).version == in_use()


def test_a_dropped_trial_gives_its_conversations_back(published: PromptVersion) -> None:
    trial = services.start_trial(draft(published), share=100, now=clock.now(), by="gestora")
    talk = new(trial)
    assert queries.published_prompt("agente", conversation=talk).version == trial.version_b.version

    services.drop_trial(trial, now=clock.now(), by="gestora")

    assert queries.published_prompt("agente", conversation=talk).version == published.version
    with pytest.raises(services.PublishingError, match="terminou"):
        services.drop_trial(trial, now=clock.now(), by="gestora")


def new(trial: PromptTrial, *, after: timedelta = timedelta(minutes=5)) -> Conversation:
    """A conversation opened that long after the trial began."""
    return Conversation(new_id(), trial.started_at + after)
