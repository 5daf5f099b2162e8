"""Thousands of spoiled calls to every webhook: none breaks it, none is lost, none is told of with a person's data."""

import hashlib
import hmac
import json
import logging
import os
import time
from collections import Counter
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from conversations.channels import registry
from conversations.models import Channel, Event
from conversations.webhooks import base
from conversations.webhooks.minimal import without_documents
from seleto.lib import jobs
from tests import cloud_api
from tests.conversations.chatwoot import SECRET as CHATWOOT_SECRET
from tests.conversations.chatwoot import SIGNING, inbox
from tests.factories import SECRET, ChannelFactory
from tests.security import mutations

pytestmark = [pytest.mark.security, pytest.mark.django_db]

SEED = int(os.environ.get("SEED", "1"))
CALLS = int(os.environ.get("CALLS", "1300"))  # to each of the three
PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"
# What the samples say of people.
PERSONAL = ("5511900000001", "Marina Exemplo", "Bom dia! Preciso")


def samples(provider: str) -> list[Any]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((PAYLOADS / provider).glob("webhook_*.json"))]


def zapi(rng: Random, raw: bytes, honest: bool) -> tuple[str, dict[str, str]]:
    return f"/webhooks/zapi/principal/{SECRET if honest else 'errado'}/", {}


def whatsapp(rng: Random, raw: bytes, honest: bool) -> tuple[str, dict[str, str]]:
    key = cloud_api.SECRET if honest else "errado"
    signature = hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()
    return "/webhooks/whatsapp/nuvem/", {"X-Hub-Signature-256": f"sha256={signature}"}


def chatwoot(rng: Random, raw: bytes, honest: bool) -> tuple[str, dict[str, str]]:
    stamp = str(int(time.time()) - (0 if honest else rng.choice([0, 10_000, -10_000])))
    key = SIGNING if honest else "errado"
    signature = hmac.new(key.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return (
        f"/webhooks/chatwoot/principal/{CHATWOOT_SECRET}/",
        {"X-Chatwoot-Signature": f"sha256={signature}", "X-Chatwoot-Timestamp": stamp},
    )


DOORS = {"zapi": (zapi, "zapi"), "whatsapp": (whatsapp, "whatsapp-cloud"), "chatwoot": (chatwoot, "chatwoot")}


@pytest.fixture
def channels(settings: Any) -> None:
    settings.WEBHOOK_FORGED_PER_MIN_ADDRESS = settings.WEBHOOK_MAX_PER_S_ADDRESS = settings.WEBHOOK_MAX_PER_S = 10**9
    settings.WEBHOOK_FORGED_PER_MIN = 10**9
    inbox(ChannelFactory.create())
    Channel.objects.create(
        slug="nuvem",
        name="Nuvem",
        provider=Channel.Provider.WHATSAPP,
        instance_id=cloud_api.NUMBER,
        credentials={"access_token": "t", "verify_token": "v"},
        webhook_secrets={"atual": cloud_api.SECRET},
        watched_at=ChannelFactory.create().watched_at,
        templates_at=ChannelFactory.create().templates_at,
        created_at=ChannelFactory.create().created_at,
    )


@pytest.fixture
def told() -> Any:
    """Everything that is logged, as it would be written."""
    root, written = logging.getLogger(), StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(next((one.formatter for one in root.handlers if one.formatter), None))
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.parametrize("name", DOORS)
def test_no_call_breaks_a_webhook_or_what_works_behind_it(channels: None, told: StringIO, name: str) -> None:
    door, directory = DOORS[name]
    rng, kept = Random(f"{SEED}{name}"), samples(directory)
    answers: Counter[int] = Counter()
    client, lost = Client(), []
    for number in range(CALLS):
        raw, honest = mutations.body(rng, rng.choice(kept)), rng.random() < 0.85
        address, headers = door(rng, raw, honest)
        if rng.random() < 0.03:
            method, query = (
                rng.choice(["get", "put", "delete", "options"]),
                {"hub.mode": rng.choice(["subscribe", "\0"])},
            )
            answers[getattr(client, method)(address, query_params=query).status_code] += 1
            continue
        answer = client.post(address, raw, content_type=rng.choice(mutations.TYPES), headers=headers)
        answers[answer.status_code] += 1
        assert answer.status_code in (200, 400, 401, 413), (number, answer.status_code)
        assert honest or answer.status_code == 401 or len(raw) > 250_000, number
        if answer.status_code in (200, 400) and not _is_kept(name, raw, answer.status_code):
            lost.append(number)
        if number % 100 == 99:
            jobs.run_due("ingest")
    jobs.run_due("ingest")

    assert not lost, f"Neither kept nor refused, with SEED={SEED}: {lost}"
    assert answers[200] > CALLS / 4
    waiting = Event.objects.filter(status=Event.Status.NEW)
    assert not waiting.filter(attempts__gt=1).exists()
    parked = Counter(Event.objects.filter(status=Event.Status.PARKED).values_list("reason", flat=True))
    assert not {reason for reason in parked if "erro" in reason.lower() or "tentativas" in reason}, parked
    assert [word for word in PERSONAL if word in told.getvalue()] == []
    assert "Traceback" not in told.getvalue()
    base.forget()
    print(
        f"{name}: {sum(answers.values())} calls, {dict(answers)}, {Event.objects.count()} events, parked {dict(parked)}"
    )


def _is_kept(name: str, raw: bytes, status: int) -> bool:
    if status == 400:
        return Event.objects.filter(key=f"unreadable:{hashlib.sha256(raw).hexdigest()}").exists()
    if name == "chatwoot":  # much of what it sends is no news
        return True
    # What bears no id of its own is named by chance, and known by its body.
    return all(
        Event.objects.filter(Q(key=event.key) | Q(body=without_documents(event.body))).exists()
        for event in registry.get(name).parser.split(raw)
    )
