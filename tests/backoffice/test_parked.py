"""One list of everything that waits for a person, from every part of the pipe, and the way back to work."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import (
    ChatwootLink,
    Event,
    Handoff,
    HandoffAlarm,
    HandoffLevel,
    Media,
    Outbox,
    Turn,
)
from crm.models import CrmSync
from seleto.backoffice import parked
from seleto.backoffice.models import BulkRun
from seleto.lib import jobs
from seleto.outbound.models import Delivery, Subscription
from tests.factories import (
    ChannelFactory,
    ConversationFactory,
    EventFactory,
    IdentityFactory,
    LeadFactory,
    MessageFactory,
    TurnFactory,
    now,
    queued,
)

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/backoffice/bulkrun/parados/"


def stuck(number: int = 1) -> None:
    """One row of every source, of one lead."""
    channel, at = ChannelFactory.create(), now()
    lead = LeadFactory.create()
    IdentityFactory.create(lead=lead, value=f"55119000{number:05d}", display_name=f"Rute {number}")
    conversation = ConversationFactory.create(lead=lead, channel=channel, revision=1)
    message = MessageFactory.create(conversation=conversation, revision=1)
    EventFactory.create(channel=channel, key=f"k{number}", status=Event.Status.PARKED, reason="erro:ValueError")
    TurnFactory.create(
        conversation=conversation, status=Turn.Status.PARKED, reason="modelo:quota", finished_at=at, read_revision=1
    )
    one, two = queued(conversation, "Olá!", "Tudo bem?")
    Outbox.objects.filter(pk=one.pk).update(status="parked", reason="recusada:http_400")
    Outbox.objects.filter(pk=two.pk).update(status="unknown", reason="sem_confirmacao")
    ChatwootLink.objects.create(lead=lead, channel=channel, status="parked", reason="recusada:http_404")
    CrmSync.objects.create(lead=lead, status="parked", reason="sem resposta: http_500", parked_at=at)
    Media.objects.create(
        message=message,
        direction="in",
        source=Media.Source.values[0],
        kind="image",
        url="https://midia.exemplo/a",
        state="failed",
        reason="indisponivel:http_404",
        due_at=at,
        created_at=at,
        keep_until=at,
    )
    level, _ = HandoffLevel.objects.get_or_create(
        queue="comercial", after_minutes=97, action="email", defaults={"target": "a@exemplo.com"}
    )
    handoff = Handoff.objects.create(
        conversation=conversation, reason=Handoff.Reason.HOT, queue=Handoff.Queue.SALES, opened_at=at
    )
    HandoffAlarm.objects.create(
        handoff=handoff, level=level, raised_at=at, due_at=at, status="parked", reason="recusada:http_400"
    )
    told, _ = Subscription.objects.get_or_create(
        name="ERP",
        defaults={"url": "https://erp.exemplo/", "kinds": ["crm.synced"], "secrets": {}, "created_at": at},
    )
    Delivery.objects.create(
        subscription=told, kind="crm.synced", subject_id=lead.pk, occurred_at=at, status="parked", reason="http_500"
    )


def test_rows_of_every_part_stand_on_one_page_with_reason_and_next_step(manager):
    stuck()

    page = manager.get(PAGE)

    assert [group.source.name for group in page.context["groups"]] == [source.name for source in parked.SOURCES]
    text = page.content.decode()
    assert "Rute 1" in text
    assert "recusada pelo provedor (erro 400)" in text
    assert "Confira no WhatsApp da empresa se chegou" in text


def test_nothing_parked_is_told_as_such(manager):
    assert "Nada parado" in manager.get(PAGE).content.decode()


def test_a_page_asks_no_more_of_the_database_with_more_rows(manager):
    stuck()
    manager.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        manager.get(PAGE)
    for number in range(2, 6):
        stuck(number)
    with CaptureQueriesContext(connection) as many:
        manager.get(PAGE)

    assert len(many) == len(few)


def test_a_heap_is_tried_first_and_then_worked(manager):
    stuck()
    stuck(2)

    asked = manager.post(f"{PAGE}confirmar/", {"source": "evento", "reason": "erro:ValueError", "all": "1"})
    begun = manager.post(f"{PAGE}comecar/", {"source": "evento", "reason": "erro:ValueError", "all": "1"})
    jobs.run_due("bulk_run")

    assert asked.context["tried"].done == 2
    assert begun.status_code == 302
    run = BulkRun.objects.get()
    assert (run.done, run.status, run.total) == (2, "done", 2)
    assert not Event.objects.filter(status=Event.Status.PARKED).exists()
    assert "2 de 2" in manager.get(begun["Location"]).content.decode()


@pytest.mark.parametrize("name", [source.name for source in parked.SOURCES])
def test_each_source_goes_back_to_work_and_only_once(manager, name):
    stuck()
    source = parked.source(name)
    keys = parked.keys(source, None)

    first = source.repair(keys, actor="usuário:1", now=now())
    again = source.repair(keys, actor="usuário:1", now=now())

    assert (first.done, again.done) == (1, 0)
    assert not source.rows().exists()


def test_marked_rows_alone_are_worked(manager):
    stuck()
    stuck(2)
    chosen = Event.objects.order_by("received_at").first()

    manager.post(f"{PAGE}comecar/", {"source": "evento", "key": [str(chosen.pk), "nada"]})
    jobs.run_due("bulk_run")

    assert Event.objects.filter(status=Event.Status.PARKED).count() == 1


def test_who_may_only_look_has_no_buttons(client):
    stuck()
    user = User.objects.create_user("auditora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_event"))
    client.force_login(user)

    page = client.get(PAGE)

    assert {group.source.name for group in page.context["groups"]} == {"evento"}
    assert page.context["may_repair"] == set()
    assert client.post(f"{PAGE}comecar/", {"source": "evento", "all": "1"}).status_code == 403


def test_a_dry_run_can_be_done_and_a_run_stopped_on_its_page(manager):
    stuck()
    manager.post(f"{PAGE}comecar/", {"source": "evento", "all": "1", "dry_run": "1"})
    tried = BulkRun.objects.get()
    page = f"/admin/backoffice/bulkrun/{tried.pk}"

    bar = manager.get(f"{page}/barra/")
    stopped = manager.post(f"{page}/parar/", follow=True)
    manager.post(f"{page}/executar/")

    assert "HX-Refresh" not in bar
    assert "Parada." in stopped.content.decode()
    assert manager.get(f"{page}/barra/")["HX-Refresh"] == "true"
    assert BulkRun.objects.filter(dry_run=False, total=1).count() == 1
