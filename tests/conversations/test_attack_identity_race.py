"""Two first events of one person, lid and phone or phone only, worked at once: one lead (I2, I5)."""

import threading

import pytest
from django.db import connection

from conversations.ingest import stage
from conversations.models import Conversation
from leads.models import Identity
from tests import zapi
from tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db(transaction=True)


def run_at_once(claim, barrier):
    barrier.wait()
    try:
        stage.run(claim)
    finally:
        connection.close()


def test_one_person_stays_one_lead(transactional_db):
    ChannelFactory.create()
    split = 0
    for n in range(40):
        phone, lid = f"55119{90000000 + n}", f"{100000000000000 + n}@lid"
        zapi.post(zapi.received("Oi", phone=phone, chatLid=lid))
        zapi.post(zapi.received("Aqui é o Carlos", phone=phone, fromMe=True, fromApi=False))  # an echo without chatLid
        claims = stage.claim(10)
        barrier = threading.Barrier(len(claims))
        ts = [threading.Thread(target=run_at_once, args=(claim, barrier)) for claim in claims]
        [t.start() for t in ts]
        [t.join() for t in ts]
        set(Identity.objects.filter(value__in=[phone, lid]).values_list("lead_id", flat=True))
        split += Conversation.objects.filter(address__in=[phone, lid]).count() > 1
    assert split == 0
