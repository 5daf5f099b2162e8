"""Inside ``read_only`` the server refuses every write; outside nothing is left of it."""

import pytest
from django.db import InternalError, connection, transaction

from leads.models import Lead
from seleto.lib import jobs
from seleto.lib.connections import release
from seleto.lib.readonly import read_only, refused
from tests.factories import LeadFactory, now

pytestmark = pytest.mark.django_db(transaction=True)


def by_orm():
    Lead.objects.create(created_at=now())


def by_sql():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_lead")


def in_a_transaction():
    with transaction.atomic():
        Lead.objects.update(origin="outra")


def after_giving_the_connection_back():
    assert Lead.objects.count() == 1
    release()
    by_orm()


def by_waking_a_stage():
    jobs.wake("turn")


def by_a_lock():
    with transaction.atomic():
        list(Lead.objects.select_for_update())


@pytest.mark.parametrize(
    "write", [by_orm, by_sql, in_a_transaction, after_giving_the_connection_back, by_waking_a_stage, by_a_lock]
)
def test_a_write_is_refused_and_leaves_nothing(write):
    LeadFactory.create(origin="feira")

    with pytest.raises(InternalError) as refusal, read_only():
        write()

    assert refused(refusal.value)
    assert [lead.origin for lead in Lead.objects.all()] == ["feira"]


def test_what_is_stored_can_be_read_row_by_row():
    LeadFactory.create_batch(3)

    with read_only():
        assert len(list(Lead.objects.iterator(chunk_size=1))) == 3


def test_no_transaction_stays_open_between_statements():
    with read_only():
        Lead.objects.count()

        assert connection.connection.info.transaction_status.name == "IDLE"


def test_afterwards_the_thread_writes_as_before():
    with read_only():
        Lead.objects.count()
    LeadFactory.create()

    assert Lead.objects.count() == 1


def test_it_does_not_begin_inside_a_transaction():
    with pytest.raises(RuntimeError, match="outside"), transaction.atomic(), read_only():
        pass
