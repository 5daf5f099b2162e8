"""The queue's own tables in words, with nothing of what a task was called with."""

import pytest
from django.contrib import admin
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success, Task

from seleto.lib import jobs, queue_broker
from seleto.lib.admin_theme import ThemedAdmin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("model", [OrmQ, Schedule, Success, Failure])
def test_the_queues_tables_stand_in_our_theme_and_are_read_only(model, manager):
    pages = admin.site._registry[model]

    assert isinstance(pages, ThemedAdmin)
    assert manager.get(f"/admin/django_q/{model._meta.model_name}/add/").status_code == 403
    assert pages.actions == () or pages.actions == []


def test_a_failed_task_shows_what_it_was_and_nothing_it_held(manager):
    at = timezone.now()
    task = Task.objects.create(
        id="a" * 32,
        name="drain",
        func="seleto.lib.draining.drain",
        args=("segredo-do-lead",),
        kwargs={"x": "segredo-do-lead"},
        result="segredo-do-lead: Traceback",
        cluster="delivery",
        started=at,
        stopped=at,
        success=False,
    )

    shown = manager.get("/admin/django_q/failure/").content.decode()
    page = manager.get(f"/admin/django_q/failure/{task.pk}/change/").content.decode()

    assert "trabalhar o que está na vez" in shown
    assert "entrega (enviar mensagens)" in page
    assert "segredo" not in shown + page


def test_a_wake_says_whom_it_is_for_and_whether_somebody_has_it(manager):
    OrmQ.objects.all().delete()
    jobs.wake("deliver")
    OrmQ.objects.create(key=queue_broker.in_hand("background"), payload="assinado", lock=timezone.now())

    shown = manager.get("/admin/django_q/ormq/").content.decode()

    assert "entrega (enviar mensagens)" in shown
    assert "segundo plano" in shown
    assert "assinado" not in shown
