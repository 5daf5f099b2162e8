"""The movable clock: provider stamps follow it, and in virtual time model calls wait for it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.sandbox.outside import Outside, Product, eventually

ASK = {"role": "user", "content": "oi"}


def test_provider_stamps_are_real_time_plus_the_offset(outside: Outside, product: Product) -> None:
    outside.admin("clock", offset_s=3 * 86_400)

    outside.says("três dias depois")

    stamp = datetime.fromtimestamp(product.bodies[0]["momment"] / 1000, UTC)
    assert timedelta(days=2, hours=23) < stamp - datetime.now(UTC) < timedelta(days=3, hours=1)


def test_a_stated_moment_is_kept(outside: Outside, product: Product) -> None:
    outside.says("antes", momment=1_795_000_000_000)

    assert product.bodies[0]["momment"] == 1_795_000_000_000
    assert outside.messages()[0]["at"].startswith("2026-11-18T11:06:40")


def test_a_model_call_waits_for_virtual_time(outside: Outside) -> None:
    outside.admin("clock", offset_s=0, virtual=True, model_s=600)
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(outside.chat(ASK)))
    asking.start()

    pending = eventually(lambda: outside.look("clock")["pending"])
    assert answers == []
    outside.admin("clock", offset_s=601)

    asking.join(10)
    now = datetime.fromisoformat(outside.look("clock")["now"])
    assert answers[0].status_code == 200
    assert datetime.fromisoformat(pending[0]) <= now
    assert outside.look("clock")["pending"] == []


def test_a_move_too_short_does_not_release_it(outside: Outside) -> None:
    outside.admin("clock", offset_s=0, virtual=True, model_s=600)
    asking = threading.Thread(target=lambda: outside.chat(ASK))
    asking.start()
    eventually(lambda: outside.look("clock")["pending"])

    outside.admin("clock", offset_s=300)
    assert len(outside.look("clock")["pending"]) == 1

    outside.admin("reset")
    outside.admin("clock", offset_s=10_000)
    asking.join(10)
    assert not asking.is_alive()


def test_a_caller_who_leaves_is_no_longer_pending(outside: Outside) -> None:
    outside.admin("clock", virtual=True, model_s=600)

    try:
        body = {"model": "any", "messages": [ASK]}
        outside.http.post("/v1/chat/completions", json=body, headers={"authorization": "Bearer k"}, timeout=0.2)
    except httpx.ReadTimeout:
        pass

    eventually(lambda: outside.look("clock")["pending"] == [])


def test_in_virtual_time_nothing_waits_for_typing_or_receipts(outside: Outside, product: Product) -> None:
    outside.admin("zapi/settings", receipt_delays_s=[60, 120, 180])
    outside.admin("clock", virtual=True)

    outside.send("olá", delayTyping=15)

    eventually(lambda: len(product.of("MessageStatusCallback")) == 3)
    assert outside.messages()[0]["delay_typing_s"] == 15
    spread = product.of("MessageStatusCallback")[2]["momment"] - product.of("DeliveryCallback")[0]["momment"]
    assert spread == 180_000


def test_reset_forgets_everything_and_a_seed_repeats_the_ids(outside: Outside) -> None:
    def play() -> list[Any]:
        return [outside.says("oi")["messageId"], outside.send("olá")["messageId"]]

    outside.admin("reset", seed=5)
    first = play()
    outside.admin("faults", endpoint="*/status", status=500)
    outside.admin("model", mode="empty", personality="careless")
    outside.admin("clock", offset_s=99, virtual=True)
    outside.admin("reset", seed=5)

    assert (outside.messages(), outside.look("faults")["faults"]) == ([], [])
    assert outside.look("model") == {"mode": "normal", "times": None, "latency_s": 0.0, "personality": "competent"}
    clock = outside.look("clock")
    assert (clock["offset_s"], clock["virtual"]) == (0.0, False)
    assert play() == first


def test_a_reset_without_a_seed_repeats_no_id(outside: Outside) -> None:
    before = outside.says("oi")["messageId"]

    outside.admin("reset")

    assert outside.says("oi")["messageId"] != before
