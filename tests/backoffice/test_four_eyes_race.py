"""Two people at the same moment, each with a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from knowledge import loader
from knowledge.models import SafetyRules, Synonym
from seleto.backoffice.models import PendingChange
from seleto.lib.models import AuditEntry


def at_once(clients: list[Client], address: str, data: dict[str, str]) -> None:
    together = Barrier(len(clients))

    def post(client: Client) -> int:
        try:
            together.wait()
            return client.post(address, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        assert set(pool.map(post, clients)) == {302}


def entered(name: str) -> Client:
    client = Client()
    user, _ = User.objects.get_or_create(username=name, is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_a_change_asked_for_twice_waits_once_and_approved_twice_is_done_once():
    loader.load()
    SafetyRules.objects.update(four_eyes=True)
    term = {"term": "chapinha", "means": "hamburguer"}

    at_once([entered("rute"), entered("rute")], "/admin/knowledge/synonym/add/", term)
    row = PendingChange.objects.get()
    assert not Synonym.objects.filter(term="chapinha").exists()
    at_once([entered("davi"), entered("ana")], f"/admin/backoffice/pendingchange/{row.pk}/aprovar/", {})

    row.refresh_from_db()
    assert row.status == "approved"
    assert Synonym.objects.filter(term="chapinha").count() == 1
    assert AuditEntry.objects.filter(action="pending.approve").count() == 1
    assert not AuditEntry.objects.filter(action="pending.stale").exists()
