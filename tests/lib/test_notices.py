"""People outside the admin are told of an alert once when it opens, whatever becomes of the mail server."""

import json
import smtplib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx
import pytest
import respx
from django.conf import LazySettings
from django.core import mail

from seleto import notices
from seleto.drills import runbook
from seleto.lib import alerts, clock, jobs
from seleto.lib.models import Alert

pytestmark = pytest.mark.django_db

HOOK = "https://chat.example.com/hook"
WARNING = Alert.Level.WARNING


@pytest.fixture(autouse=True)
def _mailed(settings: LazySettings) -> None:
    settings.ALERT_EMAILS, settings.EMAIL_HOST = ["plantao@example.com"], "mail.example.com"
    settings.PUBLIC_URL, settings.RUNBOOKS_URL = "https://seleto.example.com", ""


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass."""
    moved = [timedelta()]
    real = clock.now

    def now() -> datetime:
        return real() + moved[0]

    monkeypatch.setattr(clock, "now", now)

    def wait(seconds: float) -> None:
        moved[0] += timedelta(seconds=seconds)

    return wait


@pytest.fixture
def broken_mail() -> Iterator[Callable[[], None]]:
    """A mail server that accepts nothing; call to mend it."""

    def refuse(*_: object, **__: object) -> int:
        raise smtplib.SMTPServerDisconnected

    with pytest.MonkeyPatch.context() as fault:
        fault.setattr("django.core.mail.EmailMessage.send", refuse)
        yield fault.undo


def opened(key: str = "channel:principal", title: str = "Canal principal sem conexão") -> Alert:
    alerts.open_(key, title=title, level=WARNING, now=clock.now())
    return Alert.objects.get(key=key, closed_at=None)


def test_an_alert_is_mailed_once_with_its_runbook() -> None:
    alert = opened()

    jobs.run_due(notices.NAME)
    opened()  # the same one, seen again
    jobs.run_due(notices.NAME)

    (message,) = mail.outbox
    assert message.to == ["plantao@example.com"]
    assert message.subject == "[Seleto] atenção: Canal principal sem conexão"
    assert "docs/runbooks/provedor-desconectado.md" in message.body
    assert f"https://seleto.example.com/admin/lib/alert/{alert.pk}/change/" in message.body
    alert.refresh_from_db()
    assert alert.notified_at is not None


def test_each_opening_is_told_and_what_closed_unseen_is_not() -> None:
    for _ in range(2):
        opened()
        jobs.run_due(notices.NAME)
        alerts.close("channel:principal", now=clock.now())
    opened()
    alerts.close("channel:principal", now=clock.now())
    jobs.run_due(notices.NAME)

    assert len(mail.outbox) == 2


@respx.mock
def test_the_webhook_is_told_what_the_mail_says(settings: LazySettings) -> None:
    settings.ALERT_WEBHOOK_URL, settings.RUNBOOKS_URL = HOOK, "https://docs.example.com/runbooks/"
    route = respx.post(HOOK).mock(return_value=httpx.Response(204))
    alert = opened("circuit:piperun", "O CRM não responde")

    jobs.run_due(notices.NAME)

    (call,) = route.calls
    told = json.loads(call.request.content)
    assert (told["key"], told["level"]) == ("circuit:piperun", "warning")
    assert told["runbook"] == "https://docs.example.com/runbooks/crm-fora-do-ar.md"
    assert call.request.headers["Idempotency-Key"] == str(alert.pk)
    assert len(mail.outbox) == 1


@respx.mock
def test_a_way_that_fails_holds_up_no_other_and_is_tried_again_alone(
    settings: LazySettings, passes: Callable[[float], None], broken_mail: Callable[[], None]
) -> None:
    settings.ALERT_WEBHOOK_URL = HOOK
    route = respx.post(HOOK).mock(return_value=httpx.Response(200))
    opened()
    opened("disk", "Pouco espaço em disco")
    jobs.run_due(notices.NAME)
    assert (route.call_count, len(mail.outbox)) == (2, 0)
    assert Alert.objects.filter(key=notices.UNSENT, closed_at=None).exists()

    broken_mail()
    jobs.run_due(notices.NAME)
    assert len(mail.outbox) == 0  # not before its time
    passes(60)
    jobs.run_due(notices.NAME)

    assert (route.call_count, len(mail.outbox)) == (2, 2)
    assert not Alert.objects.filter(key=notices.UNSENT, closed_at=None).exists()


def test_what_never_leaves_is_given_up_and_stands_in_the_admin(
    settings: LazySettings, passes: Callable[[float], None], broken_mail: Callable[[], None]
) -> None:
    settings.ALERT_NOTICE_ATTEMPTS = 3
    opened()
    for _ in range(5):
        jobs.run_due(notices.NAME)
        passes(7200)
    broken_mail()
    jobs.run_due(notices.NAME)

    assert Alert.objects.get(key="channel:principal").notice_attempts == 3
    assert mail.outbox == []
    assert Alert.objects.filter(key=notices.UNSENT, closed_at=None).exists()


def test_nobody_to_tell_leaves_the_stage_idle(settings: LazySettings) -> None:
    settings.ALERT_EMAILS = []
    opened()

    assert notices.next_due() is None
    assert jobs.run_due(notices.NAME) == 0


def test_every_named_runbook_exists() -> None:
    assert {name for _, name in notices.RUNBOOKS} <= {path.stem for path in runbook.FOLDER.glob("*.md")}
    assert notices.runbook("something:new") == "docs/runbooks/README.md"
