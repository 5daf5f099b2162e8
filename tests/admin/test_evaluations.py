"""Managers see the figures of every day and go from a finding to the conversation."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from conversations.models import EvalFinding, EvalRun
from tests.factories import ConversationFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


@pytest.fixture
def row():
    return EvalRun.objects.create(
        day=date(2026, 11, 24), started_at=AT, finished_at=AT, conversations=12, replies=40,
        figures={"violacao": 1, "repergunta": 3, "lacunas": 7, "tendencia": 0.05},
    )  # fmt: skip


def test_the_list_gives_the_figures_and_the_trend(admin_client, row):
    page = admin_client.get(reverse("admin:conversations_evalrun_changelist")).content.decode()

    assert "Avaliações diárias" in page
    assert "piorou: 10,0 % (antes 5,0 %)" in page


def test_a_day_links_to_the_conversations_found(admin_client, row):
    conversation = ConversationFactory.create()
    EvalFinding.objects.create(run=row, conversation=conversation, kind="violacao", detail="price", at=AT)

    page = admin_client.get(reverse("admin:conversations_evalrun_change", args=[row.pk])).content.decode()

    assert reverse("admin:conversations_conversation_change", args=[conversation.pk]) in page
    assert "resposta que quebra uma regra" in page
