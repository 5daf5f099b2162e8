"""The system's rows in the admin: shown to those who may look, altered by nobody, with two buttons that work."""

import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.contrib.staticfiles import finders
from django.test import Client

from seleto.lib import alerts, audit, circuits
from seleto.lib.models import Alert, ApiToken, AuditEntry, Circuit, Heartbeat, RateBucket

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGES = ["alert", "circuit", "auditentry", "heartbeat", "ratebucket", "apitoken"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("gestora"))
    return client


@pytest.fixture
def rows() -> None:
    alerts.open_("disk", title="Disco cheio", level=Alert.Level.CRITICAL, now=NOW)
    Circuit.objects.create(key="llm", state="open", failures=5, reason="timeout", opened_at=NOW, retry_at=NOW)
    audit.record(actor="sistema", action="expire", subject_kind="lead", subject_id=None, now=NOW)
    Heartbeat.objects.create(name="conversation", beat_at=NOW)
    RateBucket.objects.create(key="zapi:principal", next_at=NOW)
    ApiToken.objects.create(name="painel", digest="0" * 64, created_at=NOW)


@pytest.mark.parametrize("page", PAGES)
def test_each_list_opens_with_its_row(manager: Client, rows: None, page: str) -> None:
    answer = manager.get(f"/admin/lib/{page}/")

    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 1


@pytest.mark.parametrize("page", PAGES[:-1])
def test_what_the_program_writes_nobody_edits(manager: Client, rows: None, page: str) -> None:
    row = apps.get_model("lib", page)._default_manager.get()
    address = f"/admin/lib/{page}/{quote(row.pk)}"

    assert manager.get(f"{address}/change/").status_code == 200
    assert manager.post(f"{address}/change/", {}).status_code == 403
    assert manager.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert manager.get(f"/admin/lib/{page}/add/").status_code == 403


def test_open_alerts_are_listed_apart_from_closed_ones(manager: Client, rows: None) -> None:
    alerts.open_("memory", title="Memória cheia", level=Alert.Level.WARNING, now=NOW)
    alerts.close("memory", now=NOW)

    def listed(situation: str) -> list[str]:
        return [alert.key for alert in manager.get(f"/admin/lib/alert/?aberto={situation}").context["cl"].result_list]

    assert listed("sim") == ["disk"]
    assert listed("nao") == ["memory"]


def test_closing_an_alert_is_audited(manager: Client, rows: None) -> None:
    alert = Alert.objects.get()

    manager.post("/admin/lib/alert/", {"action": "close_alerts", "_selected_action": [alert.pk]})

    assert alerts.current() == []
    entry = AuditEntry.objects.get(action="close")
    assert (entry.subject_kind, entry.subject_id) == ("alert", alert.id)
    assert entry.actor == f"usuário:{User.objects.get().pk}"


def test_a_circuit_is_put_back_at_once_and_that_is_audited(manager: Client, rows: None) -> None:
    assert not circuits.allow("llm", NOW.replace(hour=11))

    manager.post("/admin/lib/circuit/", {"action": "reset_circuits", "_selected_action": ["llm"]})

    assert circuits.allow("llm", NOW)
    assert AuditEntry.objects.get(action="reset").detail == {"circuit": "llm"}


def test_a_pause_is_lifted_and_that_is_audited(manager: Client, rows: None) -> None:
    manager.post("/admin/lib/ratebucket/", {"action": "free_buckets", "_selected_action": ["zapi:principal"]})

    assert not RateBucket.objects.exists()
    assert AuditEntry.objects.get(action="free").detail == {"bucket": "zapi:principal"}


def test_who_may_only_look_has_no_buttons(client: Client, rows: None) -> None:
    clerk = User.objects.create_user("atendente", is_staff=True)
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_alert", "view_circuit", "view_ratebucket"])
    )
    client.force_login(clerk)

    client.post("/admin/lib/alert/", {"action": "close_alerts", "_selected_action": [Alert.objects.get().pk]})
    client.post("/admin/lib/circuit/", {"action": "reset_circuits", "_selected_action": ["llm"]})

    client.post("/admin/lib/ratebucket/", {"action": "free_buckets", "_selected_action": ["zapi:principal"]})

    assert RateBucket.objects.exists()
    assert [alert.key for alert in alerts.current()] == ["disk"]
    assert Circuit.objects.get().state == "open"


def test_the_start_page_leads_to_the_admin(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_the_api_describes_itself(client: Client) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/json"})

    assert schema.status_code == 200
    assert "Seleto API" in schema.content.decode()
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert not re.search(r"(?:src|href)=.(?:https?:)?//", page.content.decode())


def test_browsers_find_the_icon(client: Client) -> None:
    answer = client.get("/favicon.ico")

    assert answer.headers["Location"].endswith("seleto/favicon.svg")
    assert finders.find("seleto/favicon.svg")
