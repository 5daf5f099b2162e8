"""What used up its attempts in the stages that count for themselves is given up, and people are told."""

import pytest

from conversations.models import ShadowReply
from conversations.shadow import stage as shadow
from seleto.backoffice import exports
from seleto.backoffice.models import ExportRun
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests.factories import ConversationFactory, now

pytestmark = pytest.mark.django_db


def told(stage: str) -> bool:
    return Alert.objects.filter(key=f"{stage}:parked", closed_at=None).exists()


def test_a_spreadsheet(django_user_model) -> None:
    run = ExportRun.objects.create(
        user=django_user_model.objects.create_user("gestora"),
        kind="lead",
        form="csv",
        keys=[],
        total=0,
        requested_at=now(),
        remove_at=now().replace(year=2099),
        attempts=exports.MAX_ATTEMPTS,
    )

    jobs.run_due(exports.STAGE)

    run.refresh_from_db()
    assert run.status == ExportRun.Status.FAILED
    assert told("export")


def test_a_reply_in_the_shadow() -> None:
    row = ShadowReply.objects.create(
        conversation=ConversationFactory.create(), revision=1, asked_at=now(), started_at=now(), leased_until=now()
    )

    shadow.run(shadow.ShadowClaim(row.pk, row.lease_token, shadow.MAX_ATTEMPTS + 1))

    row.refresh_from_db()
    assert (row.status, row.reason) == ("failed", "tentativas_esgotadas")
    assert told("shadow")
