"""`seed_busy_month`: the same month for the same seed, and only where one may invent."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from leads.models import Lead
from seleto import busy_month
from tests.backoffice.month import NOW

# What fills the month changes tables for a moment.
pytestmark = pytest.mark.usefixtures("owner")

_DIGEST = "SELECT md5(string_agg(id::text || text || status, '' ORDER BY id)) FROM conversations_message"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def digest() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST)
        return str(cursor.fetchone()[0])


def test_the_same_seed_makes_the_same_month_and_another_one_another(db):
    digests = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            busy_month.make(share=0.004, seed=seed, now=NOW)
            digests.append(digest())
            transaction.set_rollback(True)

    assert digests[0] == digests[1] != digests[2]


def test_the_command_refuses_where_data_may_be_real(db, settings):
    settings.SANDBOX = settings.DEBUG = False

    with pytest.raises(CommandError, match="SANDBOX"):
        call_command("seed_busy_month")

    assert not Lead.objects.exists()


def test_the_command_tells_what_it_made(db, settings):
    settings.SANDBOX = True
    said = StringIO()

    call_command("seed_busy_month", "--share", "0.002", stdout=said)

    assert "10 leads e 200 mensagens" in said.getvalue()


@pytest.mark.parametrize("share", ["0", "1.5"])
def test_a_share_out_of_range_is_refused(db, settings, share):
    settings.DEBUG = True

    with pytest.raises(CommandError, match="share"):
        call_command("seed_busy_month", "--share", share)
