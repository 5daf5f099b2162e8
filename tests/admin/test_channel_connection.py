"""A person may state that a channel is connected, or that it is not."""

import pytest

from conversations import channel_cache
from conversations.models import Channel
from seleto.lib import alerts, clock, jobs
from seleto.lib.models import Alert, AuditEntry
from tests.admin.conftest import press


@pytest.fixture
def restricted(channel):
    Channel.objects.update(connected=False, connection_reason="envio_restrito", connection_at=clock.now())
    alerts.open_("channel:principal", title="Canal parado", level=Alert.Level.CRITICAL, now=clock.now())
    return channel


@pytest.fixture
def woken(monkeypatch):
    stages = []
    monkeypatch.setattr(jobs, "wake", lambda stage, **_: stages.append(stage))
    return stages


def test_a_restricted_channel_finds_its_way_back(manager, restricted, woken, django_capture_on_commit_callbacks):
    assert channel_cache.by_slug("principal").connected is False

    with django_capture_on_commit_callbacks(execute=True):
        press(manager, "channel", "mark_connected", restricted.pk)

    assert channel_cache.by_slug("principal").connected is True
    assert not Alert.objects.filter(closed_at=None).exists()
    assert woken == ["deliver"]
    assert AuditEntry.objects.get().action == "mark_connected"


def test_it_asks_first(manager, restricted, woken):
    answer = press(manager, "channel", "mark_connected", restricted.pk, confirmed=False)

    assert "Marcar como conectado?" in answer.content.decode()
    restricted.refresh_from_db()
    assert restricted.connected is False
    assert not AuditEntry.objects.exists()


def test_a_channel_is_held_until_it_is_back(manager, channel, woken):
    press(manager, "channel", "mark_disconnected", channel.pk)

    channel.refresh_from_db()
    assert (channel.connected, channel.connection_reason) == (False, "marcado_por_pessoa")
    assert Alert.objects.get(closed_at=None).key == "channel:principal"
    assert woken == []
    assert "marcado por uma pessoa" in manager.get("/admin/conversations/channel/").content.decode()


def test_doing_it_twice_does_it_once(manager, restricted, woken):
    for _ in range(2):
        answer = press(manager, "channel", "mark_connected", restricted.pk)

    assert "Nada mudou" in answer.content.decode()
    assert AuditEntry.objects.count() == 1


def test_the_page_offers_the_button_that_changes_something(manager, restricted):
    shown = manager.get(f"/admin/conversations/channel/{restricted.pk}/change/").content.decode()

    assert 'value="mark_connected"' in shown
    assert 'value="mark_disconnected"' not in shown


def test_who_may_only_look_cannot(clerk, restricted, woken):
    press(clerk, "channel", "mark_connected", restricted.pk)

    restricted.refresh_from_db()
    assert restricted.connected is False
    assert (
        'value="mark_connected"'
        not in clerk.get(f"/admin/conversations/channel/{restricted.pk}/change/").content.decode()
    )
