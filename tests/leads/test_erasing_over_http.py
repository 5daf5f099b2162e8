"""Erasure in the sandbox's CRM and Chatwoot, over real HTTP: a line of the receipt for each, nothing left to read."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from conversations.chatwoot import inboxes
from conversations.models import ChatwootLink
from crm.models import CrmLink, CrmSettings
from leads import erasing, erasure
from leads.models import ErasureStep
from seleto.lib import circuits
from tests.conversations import chatwoot
from tests.crm.memory import lead_with, sync
from tests.crm.piperun import PipeRunAccount, started
from tests.factories import ChannelFactory, now
from tests.sandbox.outside import Outside

pytestmark = pytest.mark.django_db
PHONE, NAME = "5511900000031", "Marina Exemplo"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


def attempt() -> None:
    ErasureStep.objects.filter(due_at__isnull=False).update(due_at=now() - timedelta(seconds=1))
    for item in erasing.claim(9):
        erasing.run(item)


def test_the_person_in_the_crm_is_nobody_and_what_has_no_call_is_told_by_id(
    sandbox: Outside, settings: Settings
) -> None:
    account = PipeRunAccount(sandbox, settings)
    settings.CRM_LOOK_AFTER_S = settings.CRM_RETRY_S = 0
    CrmSettings.objects.create(
        stage_qualified_id=account.next_stage_id,
        owner_id=account.owner_id,
        follow_up_type_id=account.activity_type_id,
    )
    lead = lead_with(phone=PHONE)
    sync(lead)
    person = CrmLink.objects.get(kind="pessoa", local_id=lead.pk).remote_id
    assert PHONE[4:] in json.dumps(_row(account, "persons", person))

    erasure.anonymise(lead.pk, actor="usuário:1", now=now())
    attempt()

    steps = {step.store: step for step in ErasureStep.objects.filter(store__startswith="crm_")}
    assert (steps["crm_pessoa"].status, steps["crm_pessoa"].reference) == ("done", "")
    assert {steps[key].status for key in steps if key in ("crm_nota", "crm_atividade")} <= {"by_hand"}
    held = json.dumps(_row(account, "persons", person), ensure_ascii=False)
    assert PHONE[4:] not in held
    assert "Titular removido (LGPD)" in held


def _row(account: PipeRunAccount, kind: str, id_: str) -> dict[str, Any]:
    return next(row for row in account.state()[kind] if str(row["id"]) == id_)


def test_the_contact_in_chatwoot_is_gone_with_its_conversations(sandbox: Outside) -> None:
    circuits.forget()
    tokens = {"user_token": sandbox.config.chatwoot_user_token, "bot_token": sandbox.config.chatwoot_bot_token}
    channel = ChannelFactory.create()
    chatwoot.inbox(channel, base_url=f"{sandbox.url}/chatwoot", inbox_id=7, credentials=tokens)
    inboxes.forget()
    contact = _ask(sandbox, "POST", "contacts", inbox_id=7, source_id=PHONE, name=NAME, phone_number=f"+{PHONE}")
    number = contact["payload"]["contact"]["id"]
    _ask(sandbox, "POST", "conversations", inbox_id=7, source_id=PHONE, contact_id=number)
    lead = lead_with(phone=PHONE)
    ChatwootLink.objects.create(lead=lead, channel=channel, contact_id=number)

    erasure.anonymise(lead.pk, actor="usuário:1", now=now())
    attempt()

    step = ErasureStep.objects.get(store="chatwoot")
    assert (step.status, step.reference) == ("done", "")
    left = json.dumps(sandbox.look("chatwoot/state"), ensure_ascii=False)
    assert PHONE not in left
    assert NAME not in left


def _ask(sandbox: Outside, verb: str, path: str, **body: Any) -> Any:
    headers = {"api_access_token": sandbox.config.chatwoot_user_token}
    answer: httpx.Response = sandbox.http.request(
        verb, f"/chatwoot/api/v1/accounts/1/{path}", json=body, headers=headers
    )
    assert answer.is_success, answer.text
    return answer.json()
