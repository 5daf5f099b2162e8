"""Who keeps the wires makes a subscription, sees what became of each delivery, and sends one again."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from seleto.backoffice import roles
from seleto.lib import jobs
from seleto.lib.models import AuditEntry
from seleto.outbound import stage
from seleto.outbound.models import Delivery, Kind, Subscription
from tests.factories import LeadFactory
from tests.outbound.receiver import Receiver, listening, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.SANDBOX = True
    with listening() as receiver:
        yield receiver


@pytest.fixture
def operator(client: Client) -> Client:
    return as_role(client, roles.OPERATIONS)


def as_role(client: Client, role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def made(operator: Client, receiver: Receiver) -> tuple[Subscription, str]:
    """A subscription made on the page, and the secret that the page showed once."""
    answer = operator.post(
        reverse("admin:outbound_subscription_add"),
        {"name": "ERP", "url": receiver.address, "kinds": [Kind.LEAD_CREATED]},
        follow=True,
    )
    (said,) = [str(message) for message in answer.context["messages"] if "whsec_" in str(message)]
    return Subscription.objects.get(), "whsec_" + said.partition("whsec_")[2]


def test_the_secret_shown_once_is_the_one_that_signs(operator: Client, receiver: Receiver) -> None:
    row, secret = made(operator, receiver)
    LeadFactory.create()
    jobs.run_due(stage.STAGE)

    assert verified(secret, *receiver.requests[0])
    assert secret not in operator.get(reverse("admin:outbound_subscription_change", args=[row.pk])).content.decode()
    assert not AuditEntry.objects.filter(detail__icontains="whsec_").exists()


def test_an_address_that_cannot_be_used_is_refused_with_the_reason(operator: Client, settings) -> None:
    settings.SANDBOX = False
    answer = operator.post(
        reverse("admin:outbound_subscription_add"),
        {"name": "ERP", "url": "http://127.0.0.1/", "kinds": [Kind.LEAD_CREATED]},
    )

    assert "o endereço não é https" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_test_is_delivered_and_shown(operator: Client, receiver: Receiver) -> None:
    row, _ = made(operator, receiver)
    page = operator.post(reverse("admin:outbound_subscription_test", args=[row.pk])).headers["Location"]
    jobs.run_due(stage.STAGE)

    assert receiver.told == [("test.ping", {})]
    assert "entregue" in operator.get(page).content.decode()


def test_a_parked_delivery_stands_in_the_list_of_parked_work_and_is_sent_again(
    operator: Client, receiver: Receiver, settings
) -> None:
    settings.OUTBOUND_RETRIES_S = ()
    made(operator, receiver)
    receiver.answers = [500]
    LeadFactory.create()
    jobs.run_due(stage.STAGE)

    assert "o servidor respondeu 500" in operator.get(reverse("admin:backoffice_parked")).content.decode()
    parked = {"action": "send_again", "_selected_action": Delivery.objects.get().pk, "back_to": "page"}
    operator.post(reverse("admin:outbound_delivery_changelist"), parked)
    jobs.run_due(stage.STAGE)

    assert Delivery.objects.get().status == "sent"


@pytest.mark.parametrize("act", ["test", "secret", "switch"])
def test_who_may_only_look_changes_nothing(client: Client, operator: Client, receiver: Receiver, act: str) -> None:
    row, _ = made(operator, receiver)
    before = (Subscription.objects.get().secrets, row.active, Delivery.objects.count())
    auditor = as_role(Client(), roles.AUDITOR)

    assert auditor.get(reverse("admin:outbound_subscription_change", args=[row.pk])).status_code == 200
    assert auditor.post(reverse(f"admin:outbound_subscription_{act}", args=[row.pk])).status_code == 403
    assert operator.get(reverse(f"admin:outbound_subscription_{act}", args=[row.pk])).status_code == 405

    row.refresh_from_db()
    assert (row.secrets, row.active, Delivery.objects.count()) == before
