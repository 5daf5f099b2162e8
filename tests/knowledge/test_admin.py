from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from knowledge import gaps
from knowledge.models import Article, Flag, Gap, Phrase
from seleto.lib.models import AuditEntry

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGES = "product article synonym phrase pricepolicy productprice promptversion flag companyprofile gap".split()


@pytest.fixture
def manager(seeded: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("gestora", password="uma-senha-qualquer"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens_and_searches(manager: Client, page: str) -> None:
    assert manager.get(reverse(f"admin:knowledge_{page}_changelist"), {"q": "fb300"}).status_code == 200


@pytest.mark.parametrize("page", ["product", "article", "phrase", "flag", "pricepolicy", "companyprofile"])
def test_every_form_opens(manager: Client, page: str) -> None:
    from django.apps import apps

    row = apps.get_model("knowledge", page)._default_manager.first()
    assert row is not None

    assert manager.get(reverse(f"admin:knowledge_{page}_change", args=[row.pk])).status_code == 200


def test_a_changed_phrase_is_audited_without_its_text(manager: Client) -> None:
    phrase = Phrase.objects.filter(situation="espera").order_by("pk")[0]

    manager.post(
        reverse("admin:knowledge_phrase_change", args=[phrase.pk]),
        {"situation": "espera", "language": "pt", "text": "Já volto com você.", "active": "on"},
    )

    phrase.refresh_from_db()
    assert phrase.text == "Já volto com você."
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_kind) == ("change", "phrase")
    assert entry.detail["fields"] == ["text"]


def test_the_kill_switch_is_one_form(manager: Client) -> None:
    flag = Flag.objects.get()

    manager.post(
        reverse("admin:knowledge_flag_change", args=[flag.pk]),
        {"name": "agent_enabled", "scope": "global", "note": "parada para teste"},
    )

    flag.refresh_from_db()
    assert flag.on is False


def test_an_answered_gap_becomes_an_article(manager: Client) -> None:
    gap = gaps.record("qual a voltagem da FB300?", now=NOW)

    manager.post(
        reverse("admin:knowledge_gap_change", args=[gap.pk]),
        {"product": "FB300", "answer": "A FB300 é pneumática."},
    )

    gap.refresh_from_db()
    assert gap.status == Gap.Status.ANSWERED
    assert Article.objects.get(gap=gap).text == "A FB300 é pneumática."


def test_dismissing_leaves_answered_ones_alone(manager: Client) -> None:
    answered = gaps.record("qual a voltagem da FB300?", now=NOW)
    gaps.answer(answered, text="Resposta.", owner="gestora", now=NOW)
    asked = gaps.record("quanto pesa a FB700?", now=NOW)

    manager.post(
        reverse("admin:knowledge_gap_changelist"),
        {"action": "dismiss", "_selected_action": [str(answered.pk), str(asked.pk)]},
    )

    assert list(Gap.objects.filter(status="dismissed")) == [asked]
    assert AuditEntry.objects.filter(action="dismiss").count() == 1


@pytest.mark.parametrize("page", ["pricepolicy", "companyprofile"])
def test_there_is_no_second_single_row(manager: Client, page: str) -> None:
    assert manager.get(reverse(f"admin:knowledge_{page}_add")).status_code == 403
