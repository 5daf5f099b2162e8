"""Faults strike where they are told to, as often as they are told to, and a dropped connection is really dropped."""

import httpx
import pytest

from tests.sandbox.outside import Outside, Product, eventually

SEND = {"phone": "5511900000001", "message": "olá"}


def test_dropped_before_the_effect(outside: Outside) -> None:
    outside.admin("faults", endpoint="*/send-text", drop="before", times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        outside.zapi("POST", "send-text", SEND)

    assert outside.messages() == []
    assert outside.zapi("POST", "send-text", SEND).status_code == 200


def test_dropped_after_the_effect(outside: Outside, product: Product) -> None:
    outside.admin("faults", endpoint="*/send-text", drop="after", times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        outside.zapi("POST", "send-text", SEND)

    assert [row["text"] for row in outside.messages()] == ["olá"]
    eventually(lambda: product.of("DeliveryCallback"))


def test_a_status_with_body_and_headers_so_many_times(outside: Outside) -> None:
    outside.admin(
        "faults", endpoint="*/send-text", status=429, body={"error": "slow"}, headers={"Retry-After": "2"}, times=2
    )

    answers = [outside.zapi("POST", "send-text", SEND) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].json(), answers[0].headers["retry-after"]) == ({"error": "slow"}, "2")


def test_latency_holds_the_answer_back(outside: Outside) -> None:
    outside.admin("faults", endpoint="*/status", latency_s=5)

    with pytest.raises(httpx.ReadTimeout):
        outside.http.get(f"{outside.zapi_path}/status", timeout=0.3)


def test_a_rate_strikes_some_and_repeats_by_seed(outside: Outside) -> None:
    def run() -> list[int]:
        outside.admin("reset", seed=11)
        outside.admin("faults", endpoint="*/status", status=500, rate=0.5)
        return [outside.zapi("GET", "status").status_code for _ in range(30)]

    first = run()

    assert set(first) == {200, 500}
    assert run() == first


def test_other_endpoints_are_spared_and_clearing_ends_it(outside: Outside) -> None:
    outside.admin("faults", endpoint="/v1/*", status=500)
    assert outside.chat({"role": "user", "content": "oi"}).status_code == 500
    assert outside.zapi("GET", "status").status_code == 200

    outside.http.delete("/_sandbox/faults")

    assert outside.chat({"role": "user", "content": "oi"}).status_code == 200


def test_a_fault_never_locks_the_tester_out(outside: Outside) -> None:
    outside.admin("faults", endpoint="*", drop="before")

    assert outside.look("faults")["faults"]
    assert outside.http.get("/").status_code == 200


def test_a_webhook_in_double(outside: Outside, product: Product) -> None:
    outside.admin("faults", endpoint="webhook:ReceivedCallback", duplicate=2, times=1)

    outside.says("oi")
    outside.says("de novo")

    eventually(lambda: len(product.bodies) == 4)
    assert [body["text"]["message"] for body in product.bodies] == ["oi", "oi", "oi", "de novo"]


def test_a_webhook_that_is_lost(outside: Outside, product: Product) -> None:
    outside.admin("faults", endpoint="webhook:*", drop="before", times=1)

    told = outside.says("oi")

    assert told["webhook"] == {"status": 0, "error": "dropped by a fault"}
    assert product.bodies == []


def test_a_webhook_that_is_overtaken(outside: Outside, product: Product) -> None:
    outside.admin("faults", endpoint="webhook:ReceivedCallback", reorder=True, times=1)

    outside.says("primeiro", wait=False)
    outside.says("segundo", wait=False)

    eventually(lambda: len(product.bodies) == 2)
    assert [body["text"]["message"] for body in product.bodies] == ["segundo", "primeiro"]


def test_a_late_webhook_keeps_its_place(outside: Outside, product: Product) -> None:
    outside.admin("faults", endpoint="webhook:ReceivedCallback", latency_s=0.3, times=1)

    outside.says("primeiro", wait=False)
    outside.says("segundo", wait=False)

    eventually(lambda: len(product.bodies) == 2)
    assert [body["text"]["message"] for body in product.bodies] == ["primeiro", "segundo"]


def test_webhooks_to_an_absent_product_are_written_down(outside: Outside) -> None:
    outside.zapi("PUT", "update-every-webhooks", {"value": "http://127.0.0.1:9/hook"})

    told = outside.says("oi")

    assert told["webhook"]["status"] == 0
    assert outside.messages()[0]["error"] == "ConnectError"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"endpoint": ""},
        {"endpoint": "*", "drop": "during"},
        {"endpoint": "*", "times": "x"},
        {"endpoint": "*", "y": 1},
    ],
)
def test_a_senseless_rule_is_refused(rule: dict[str, object], outside: Outside) -> None:
    assert outside.http.post("/_sandbox/faults", json=rule).status_code == 400
    assert outside.look("faults")["faults"] == []
