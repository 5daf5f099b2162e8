"""What the prompts' page proposes to do next."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from knowledge.models import PromptTrial, PromptVersion, PublishRun
from knowledge.prompt_steps import next_step

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def live(seeded) -> PromptVersion:
    return PromptVersion.objects.get(role="agente", status="published")


@pytest.fixture
def draft(live) -> PromptVersion:
    return PromptVersion.objects.create(
        role="agente", version="nova", text=live.text, created_at=live.created_at + timedelta(minutes=1)
    )


def run(draft, status) -> PublishRun:
    return PublishRun.objects.create(
        version=draft,
        checksum=draft.checksum,
        status=status,
        spend_max_usd=Decimal(1),
        requested_by="gestora",
        requested_at=NOW,
        due_at=NOW,
        finished_at=None if status in PublishRun.ACTIVE else NOW,
    )


def test_nothing_to_try_is_said_so(live):
    assert "não há rascunho" in next_step().words
    assert str(live.pk) in next_step().address


def test_a_draft_is_first_compared_then_evaluated_then_mended(draft):
    assert "ainda não foi avaliado" in next_step().words
    assert next_step().address.endswith(f"{draft.pk}/comparar/")
    tried = run(draft, "running")
    assert "sendo avaliado" in next_step().words
    PublishRun.objects.filter(pk=tried.pk).update(status="refused", finished_at=NOW)
    assert "não passou" in next_step().words

    draft.text += "\n"
    draft.save()

    assert "ainda não foi avaliado" in next_step().words


def test_a_running_trial_comes_first(live, draft):
    PromptTrial.objects.create(
        role="agente", version_a=live, version_b=draft, share=20, started_at=NOW, started_by="gestora"
    )

    assert "20%" in next_step().words


def test_the_page_shows_it(draft, client):
    client.force_login(User.objects.create_superuser("gestora"))

    page = client.get("/admin/knowledge/promptversion/").content.decode()

    assert "Próximo passo" in page
    assert "Comparar e publicar" in page
    assert "/admin/backoffice/playgroundsession/" in page
