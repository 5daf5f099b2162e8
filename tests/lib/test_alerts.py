"""Alerts are opened and closed by key; while one is open, repeats are counted, from however many processes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from seleto.lib import alerts
from seleto.lib.models import Alert

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WARNING, CRITICAL = Alert.Level.WARNING, Alert.Level.CRITICAL


@pytest.mark.django_db
def test_a_repeat_is_counted_on_the_open_row() -> None:
    assert alerts.open_("disk", title="Disco cheio", level=WARNING, now=NOW)
    assert not alerts.open_("disk", title="Disco quase cheio", level=CRITICAL, now=NOW + timedelta(minutes=5))

    alert = Alert.objects.get()
    assert (alert.times, alert.title, alert.level) == (2, "Disco quase cheio", CRITICAL)
    assert (alert.opened_at, alert.last_seen_at) == (NOW, NOW + timedelta(minutes=5))


@pytest.mark.django_db
def test_a_closed_alert_stays_and_the_next_one_is_a_new_row() -> None:
    alerts.open_("disk", title="Disco cheio", level=WARNING, now=NOW)

    assert alerts.close("disk", now=NOW)
    assert not alerts.close("disk", now=NOW)
    assert alerts.open_("disk", title="Disco cheio", level=WARNING, now=NOW + timedelta(hours=1))

    assert Alert.objects.count() == 2
    assert [alert.opened_at for alert in alerts.current()] == [NOW + timedelta(hours=1)]


@pytest.mark.django_db
def test_critical_ones_come_first_then_the_oldest() -> None:
    for minute, (key, level) in enumerate([("a", WARNING), ("b", CRITICAL), ("c", WARNING), ("d", CRITICAL)]):
        alerts.open_(key, title=key, level=level, now=NOW + timedelta(minutes=minute))

    assert [alert.key for alert in alerts.current()] == ["b", "d", "a", "c"]


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_open_one_alert() -> None:
    opened: list[bool] = []
    start = threading.Barrier(4)

    def raise_it() -> None:
        start.wait()
        opened.append(alerts.open_("disk", title="Disco cheio", level=WARNING, now=NOW))
        connection.close()

    threads = [threading.Thread(target=raise_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(opened) == [False, False, False, True]
    assert Alert.objects.get().times == 4


@pytest.mark.django_db
def test_the_bell_shows_the_number_of_open_alerts_to_those_who_may_see_them(client: Client) -> None:
    alerts.open_("disk", title="Disco cheio", level=CRITICAL, now=NOW)
    manager = User.objects.create_superuser("gestora")
    clerk = User.objects.create_user("atendente", is_staff=True)

    client.force_login(manager)
    assert "1 alerta aberto" in client.get("/admin/").content.decode()
    alerts.open_("memory", title="Memória cheia", level=WARNING, now=NOW)
    assert "2 alertas abertos" in client.get("/admin/").content.decode()

    client.force_login(clerk)
    assert 'id="alert-bell"' not in client.get("/admin/").content.decode()
    alerts.close("disk", now=NOW)
    alerts.close("memory", now=NOW)
    client.force_login(manager)
    assert 'id="alert-bell"' not in client.get("/admin/").content.decode()
