"""What keeps webhooks standing: who calls too often waits, what nobody reads is not read, the proxy cuts slow ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conversations.models import Event
from seleto.lib.windows import Window, neighbourhood
from tests import zapi
from tests.factories import SECRET, ChannelFactory

pytestmark = [pytest.mark.security, pytest.mark.django_db]

CADDY = Path(__file__).resolve().parents[2] / "deploy/Caddyfile"
ADDRESS = f"/webhooks/zapi/principal/{SECRET}/"


@pytest.fixture(autouse=True)
def channel() -> None:
    ChannelFactory.create()


def post(address: str = ADDRESS, body: Any = None, caller: str = "203.0.113.9") -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body or zapi.received("Oi")).encode()
    return Client().post(address, sent, content_type="application/json", REMOTE_ADDR=caller)


def test_an_address_that_forges_waits_and_others_do_not(settings: Any) -> None:
    settings.WEBHOOK_FORGED_PER_MIN_ADDRESS = 3

    forged = [post("/webhooks/zapi/principal/errado/").status_code for _ in range(4)]
    waits = post()

    assert forged == [401, 401, 401, 429]
    assert (waits.status_code, waits.headers["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(waits.headers["Retry-After"]) <= 60
    assert post(caller="203.0.113.10").status_code == 200


def test_unknown_channels_and_wrong_handshakes_count_as_forged(settings: Any) -> None:
    settings.WEBHOOK_FORGED_PER_MIN_ADDRESS = 2

    post("/webhooks/zapi/nenhum/x/")
    post("/webhooks/whatsapp/nenhum/")

    assert post().status_code == 429


def test_one_address_may_not_call_without_end(settings: Any) -> None:
    settings.WEBHOOK_MAX_PER_S_ADDRESS = 0

    answer = post()

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert not Event.objects.exists()


def test_behind_our_proxy_the_caller_is_who_the_proxy_says(settings: Any) -> None:
    settings.BEHIND_PROXY, settings.WEBHOOK_FORGED_PER_MIN_ADDRESS = True, 1
    forged, honest = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}, {"X-Forwarded-For": "203.0.113.9, 203.0.113.10"}
    Client().post("/webhooks/zapi/principal/errado/", b"{}", content_type="application/json", headers=forged)

    told = [
        Client().post(ADDRESS, b"{", content_type="text/plain", headers=one).status_code for one in (forged, honest)
    ]

    assert told == [429, 400]


@pytest.mark.parametrize(("depth", "status"), [(60, 200), (70, 400), (900, 400), (200_000, 400)])
def test_what_is_nested_beyond_reading_is_kept_for_a_person(settings: Any, depth: int, status: int) -> None:
    settings.WEBHOOK_MAX_BYTES = 10_000_000
    body = json.dumps(zapi.received("Oi")).encode()[:-1] + b', "fundo": ' + b"[" * depth + b"]" * depth + b"}"

    assert post(body=body).status_code == status
    assert Event.objects.get().reason == ("" if status == 200 else "too_deep")


def test_each_of_the_accepted_secrets_opens_until_it_is_taken_out() -> None:
    from conversations import channel_cache
    from conversations.models import Channel

    Channel.objects.update(webhook_secrets={"atual": SECRET, "novo": "segredo-novo"})
    channel_cache.forget()
    assert [post().status_code, post("/webhooks/zapi/principal/segredo-novo/").status_code] == [200, 200]

    Channel.objects.update(webhook_secrets={"novo": "segredo-novo"})
    channel_cache.forget()
    assert [post().status_code, post("/webhooks/zapi/principal/segredo-novo/").status_code] == [401, 200]


def test_a_window_never_grows_beyond_its_keys() -> None:
    window = Window(3600, most=10)

    counts = [window.note(f"203.0.113.{number}") for number in range(30)]

    assert counts[:10] == [1] * 10
    assert counts[10:] == list(range(1, 21))


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_who_counts_as_one_caller(address: str, one: str) -> None:
    assert neighbourhood(address) == one


@pytest.mark.parametrize("line", ["read_header 10s", "read_body 20s", "max_header_size 16KB", "max_size 4MB"])
def test_the_proxy_cuts_slow_and_huge_callers(line: str) -> None:
    assert line in CADDY.read_text(encoding="utf-8")
