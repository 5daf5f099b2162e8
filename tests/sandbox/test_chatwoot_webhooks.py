"""What the fake Chatwoot posts: the form of the samples, signed, once, and struck by faults."""

from typing import Any

import httpx
import pytest

from sandbox.chatwoot.webhooks import sign
from tests.sandbox.chatwoot import BIANCA, CAIO, Chatwoot, same_form
from tests.sandbox.outside import eventually

SHAPES = {
    "incoming": "webhook_message_created_incoming_contact",
    "bot": "webhook_message_created_outgoing_agent_bot",
    "integration": "webhook_message_created_outgoing_api_user_token",
    "sdr": "webhook_message_created_outgoing_human_agent",
    "note": "webhook_message_created_private_note",
    "command": "webhook_message_created_outgoing_command",
    "automation": "webhook_message_created_automation_no_sender",
}


@pytest.fixture
def number(chatwoot: Chatwoot) -> int:
    """A conversation whose inbox posts to the product, with nothing posted yet."""
    made = chatwoot.conversation()
    chatwoot.listen()
    return made


def _stamp(headers: dict[str, str]) -> str:
    return headers["x-chatwoot-timestamp"]


def provoke(chatwoot: Chatwoot, number: int, kind: str) -> None:
    match kind:
        case "incoming":
            chatwoot.say(number, "bom dia", message_type="incoming", source_id="3EB0A2")
        case "bot":
            chatwoot.say(number, "olá", token=chatwoot.bot, content_attributes={"seleto_msg": "out:1"}, source_id="1")
        case "integration":
            chatwoot.say(number, "olá", content_attributes={"seleto_msg": "out:1"}, source_id="1")
        case "sdr":
            chatwoot.steer("message", conversation=number, text="oi, sou a Bianca")
        case "note":
            chatwoot.steer("message", conversation=number, text="alinhar com o gerente", private=True)
        case "command":
            chatwoot.steer("message", conversation=number, text="/retomar")
        case "automation":
            chatwoot.steer("automation", conversation=number, text="recebemos")


@pytest.mark.parametrize(("kind", "sample"), SHAPES.items())
def test_a_message_looks_like_the_sample(kind: str, sample: str, chatwoot: Chatwoot, number: int, payload: Any) -> None:
    wanted = payload(f"chatwoot/{sample}")

    provoke(chatwoot, number, kind)

    body = chatwoot.event("message_created")
    assert same_form(body, wanted) == []
    assert (body["message_type"], body["private"]) == (wanted["message_type"], wanted["private"])
    assert (body["sender"] or {}).get("type") == (wanted["sender"] or {}).get("type")
    assert (body["sender"] or {}).keys() == (wanted["sender"] or {}).keys()
    assert body["conversation"]["messages"][0]["id"] == body["id"]


@pytest.mark.parametrize("status", ["open", "pending", "resolved", "snoozed"])
def test_a_status_change_looks_like_the_sample(status: str, chatwoot: Chatwoot, number: int, payload: Any) -> None:
    chatwoot.steer("status", conversation=number, status="open" if status != "open" else "resolved", wait=False)
    chatwoot.quiet()

    chatwoot.steer("status", conversation=number, status=status, snoozed_until=1795089600)

    body = chatwoot.events("conversation_status_changed")[-1]
    assert same_form(body, payload(f"chatwoot/webhook_conversation_status_changed_{status}")) == []
    assert body["changed_attributes"][0]["status"]["current_value"] == body["status"] == status


def test_assignments_and_labels_look_like_the_samples(chatwoot: Chatwoot, number: int, payload: Any) -> None:
    chatwoot.steer("assign", conversation=number, assignee=BIANCA)
    chatwoot.steer("assign", conversation=number, assignee=None)
    chatwoot.steer("labels", conversation=number, labels=["quente"])

    given, taken, labelled = chatwoot.events("conversation_updated")
    for body, sample in ((given, "assignee_changed"), (taken, "unassigned"), (labelled, "labels")):
        wanted = payload(f"chatwoot/webhook_conversation_updated_{sample}")
        assert same_form(body, wanted) == []
        assert body["changed_attributes"][0] == wanted["changed_attributes"][0]
    assert given["meta"]["assignee_type"] == "User"


def test_the_bot_as_assignee_is_no_human(chatwoot: Chatwoot, number: int, payload: Any) -> None:
    chatwoot.ok("POST", f"conversations/{number}/assignments", {"assignee_id": 3, "assignee_type": "AgentBot"})

    body, wanted = (
        chatwoot.event("conversation_updated"),
        payload("chatwoot/webhook_conversation_updated_agent_bot_assigned"),
    )
    assert body["meta"]["assignee"] == wanted["meta"]["assignee"]
    assert body["changed_attributes"][0] == wanted["changed_attributes"][0]
    assert body["meta"]["assignee_type"] == "AgentBot"


def test_creation_typing_deletion_and_delivery(chatwoot: Chatwoot, number: int, payload: Any) -> None:
    chatwoot.ok("POST", "conversations", {"source_id": "5511900000001", "inbox_id": 7})
    said = chatwoot.say(number, "olá", token=chatwoot.bot, source_id="1", content_attributes={"seleto_msg": "out:1"})
    path = f"conversations/{number}/messages/{said['id']}"
    chatwoot.ok("PATCH", path, {"status": "delivered"})
    chatwoot.ok("DELETE", path)
    chatwoot.steer("typing", conversation=number)

    eventually(lambda: len(chatwoot.events("message_updated")) == 2)
    delivered, deleted = chatwoot.events("message_updated")
    for body, sample in (
        (chatwoot.event("conversation_created"), "webhook_conversation_created"),
        (delivered, "webhook_message_updated_status"),
        (deleted, "webhook_message_updated_deleted"),
        (chatwoot.event("conversation_typing_on"), "webhook_conversation_typing_on"),
    ):
        assert [row for row in same_form(body, payload(f"chatwoot/{sample}")) if ".sender." not in row] == []
    assert deleted["content_attributes"] == {"deleted": True}


def test_an_attachment_without_words(chatwoot: Chatwoot, number: int, payload: Any) -> None:
    files = [{"name": "proposta.pdf", "content_type": "application/pdf", "text": "%PDF"}]

    chatwoot.steer("message", conversation=number, files=files)

    body = chatwoot.event("message_created")
    assert same_form(body, payload("chatwoot/webhook_message_created_outgoing_human_attachment")) == []
    assert body["content"] is None


# --- where they go --------------------------------------------------------------------------------------------


def test_the_vector_of_the_contract(payload: Any) -> None:
    vector = payload("chatwoot/signature_vector")
    headers = vector["headers"]

    made = sign(vector["secret"], headers["X-Chatwoot-Timestamp"], vector["raw_body"].encode())

    assert made == headers["X-Chatwoot-Signature"]


def test_the_raw_body_is_signed_with_the_clock_of_the_sandbox(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("clock", offset_s=86_400)

    chatwoot.steer("message", conversation=number, text="até amanhã")

    headers, raw = chatwoot.product.headers[-1], chatwoot.product.raw[-1]
    stamp = headers["x-chatwoot-timestamp"]
    assert headers["x-chatwoot-signature"] == sign(chatwoot.outside.config.chatwoot_secret, stamp, raw)
    assert headers["x-chatwoot-delivery"]
    assert abs(int(stamp) - chatwoot.event("message_created")["conversation"]["last_activity_at"]) <= 60


def test_an_old_server_does_not_sign(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.steer("settings", signed=False)

    chatwoot.steer("message", conversation=number, text="oi")

    assert not any(name.startswith("x-chatwoot") for name in chatwoot.product.headers[-1])


def test_account_webhooks_get_what_they_subscribed_with_their_own_secret(chatwoot: Chatwoot, number: int) -> None:
    hook = {"webhook": {"url": f"{chatwoot.outside.config.webhook_url}?account", "subscriptions": ["message_created"]}}
    secret = chatwoot.ok("POST", "webhooks", hook)["payload"]["webhook"]["secret"]

    chatwoot.steer("labels", conversation=number, labels=["quente"])
    chatwoot.steer("message", conversation=number, text="oi")
    chatwoot.quiet()

    posts = chatwoot.posts("message_created")
    assert len({headers["x-chatwoot-delivery"] for headers, _ in posts}) == 2, "each way is a delivery of its own"
    for key in (secret, chatwoot.outside.config.chatwoot_secret):
        fitting = [head for head, raw in posts if head["x-chatwoot-signature"] == sign(key, _stamp(head), raw)]
        assert len(fitting) == 1
    assert len(chatwoot.events("conversation_updated")) == 1, "only the inbox gets every event"


def test_contacts_are_told_to_the_account_alone(chatwoot: Chatwoot, payload: Any) -> None:
    events = ["contact_created", "contact_updated"]
    hook = {"webhook": {"url": chatwoot.outside.config.webhook_url, "subscriptions": events}}
    chatwoot.ok("POST", "webhooks", hook)

    contact = chatwoot.contact(name="5511900000001")
    chatwoot.ok("PUT", f"contacts/{contact['id']}", {"name": "Marina Exemplo"})

    body, wanted = chatwoot.event("contact_updated"), payload("chatwoot/webhook_contact_updated")
    assert same_form(body, wanted) == []
    assert body["changed_attributes"] == wanted["changed_attributes"]
    assert len(chatwoot.events("contact_created")) == 1


def test_the_bot_hears_of_opening_and_resolving(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("settings", bot_url=chatwoot.outside.config.webhook_url)

    chatwoot.steer("status", conversation=number, status="open")
    chatwoot.steer("status", conversation=number, status="resolved")

    for name in ("opened", "resolved"):
        body = chatwoot.event(f"conversation_{name}")
        assert same_form(body, payload(f"chatwoot/agent_bot_conversation_{name}")) == []


# --- when they are refused ------------------------------------------------------------------------------------


def test_a_refused_webhook_is_not_repeated_and_marks_the_message(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.product.status = 500

    told = chatwoot.steer("message", conversation=number, text="oi")
    chatwoot.quiet()

    assert told["webhooks"] == [{"status": 500, "error": ""}]
    assert len(chatwoot.events("message_created")) == 1
    row = chatwoot.state()["messages"][-1]
    assert (row["status"], row["content_attributes"]["external_error"]) == ("failed", "HTTP 500")


def test_a_bot_that_fails_is_asked_three_times_and_loses_the_conversation(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("settings", bot_url=chatwoot.outside.config.webhook_url, bot_retry_s=0.01)
    chatwoot.product.status = 500

    chatwoot.say(number, "oi", message_type="incoming")

    eventually(lambda: chatwoot.state()["conversations"][0]["status"] == "open")
    deliveries = [headers["x-chatwoot-delivery"] for headers, _ in chatwoot.posts("message_created")]
    assert (len(deliveries), len(set(deliveries))) == (3, 1)


def test_a_snoozed_conversation_opens_when_its_time_has_come(chatwoot: Chatwoot, number: int) -> None:
    until = chatwoot.state()["conversations"][0]["created_at"] + 3600
    chatwoot.steer("status", conversation=number, status="snoozed", snoozed_until=until)

    chatwoot.outside.admin("clock", offset_s=3601)

    eventually(lambda: chatwoot.state()["conversations"][0]["status"] == "open")
    assert chatwoot.event("conversation_status_changed")["id"] == number


# --- faults ---------------------------------------------------------------------------------------------------


def test_a_lost_webhook_leaves_no_trace(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("faults", endpoint="webhook:chatwoot/inbox/message_created", drop="before", times=1)

    chatwoot.steer("message", conversation=number, text="perdida")

    assert chatwoot.events("message_created") == []
    assert chatwoot.state()["messages"][-1]["status"] == "sent"


def test_a_duplicate_is_another_delivery(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("faults", endpoint="webhook:chatwoot/*", duplicate=1, times=1)

    chatwoot.steer("message", conversation=number, text="oi")
    chatwoot.quiet()

    first, second = chatwoot.events("message_created")
    deliveries = {head["x-chatwoot-delivery"] for head in chatwoot.product.headers}
    assert (first, len(deliveries)) == (second, 2)


def test_a_late_webhook_waits_on_the_clock_and_is_overtaken(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("faults", endpoint="webhook:chatwoot/*", latency_s=3600, times=1)
    chatwoot.steer("message", conversation=number, text="primeiro", wait=False)
    chatwoot.steer("message", conversation=number, text="segundo")

    waiting = chatwoot.outside.look("clock")
    chatwoot.outside.admin("clock", offset_s=3601)

    eventually(lambda: len(chatwoot.events("message_created")) == 2)
    assert [body["content"] for body in chatwoot.events("message_created")] == ["segundo", "primeiro"]
    assert (len(waiting["pending"]), waiting["webhooks_pending"]) == (1, 0)


def test_a_webhook_is_overtaken_by_the_next(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("faults", endpoint="webhook:chatwoot/*", reorder=True, times=1)

    chatwoot.steer("message", conversation=number, text="primeiro", wait=False)
    chatwoot.steer("message", conversation=number, text="segundo")

    eventually(lambda: len(chatwoot.events("message_created")) == 2)
    assert [body["content"] for body in chatwoot.events("message_created")] == ["segundo", "primeiro"]


def test_an_echo_may_come_before_the_answer(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.outside.admin("faults", endpoint="*/messages", latency_s=2, after=True, times=1)

    with pytest.raises(httpx.ReadTimeout):
        chatwoot.call("POST", f"conversations/{number}/messages", {"content": "olá", "source_id": "1"}, timeout=0.4)

    assert chatwoot.event("message_created")["source_id"] == "1"


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        ({"drop": "before"}, 0),
        ({"drop": "after"}, 1),
        ({"latency_s": 2}, 0),
        ({"status": 500}, 0),
        ({"status": 500, "after": True}, 1),
    ],
)
def test_a_call_that_went_wrong_before_or_after_its_effect(
    fault: dict[str, Any], kept: int, chatwoot: Chatwoot, number: int
) -> None:
    chatwoot.outside.admin("faults", endpoint="/chatwoot/*/messages", times=1, **fault)

    try:
        answer = chatwoot.call("POST", f"conversations/{number}/messages", {"content": "olá"}, timeout=0.4)
        assert answer.status_code == 500
    except (httpx.ReadTimeout, httpx.RemoteProtocolError):
        pass

    assert len(chatwoot.state()["messages"]) == kept


# --- the tester's side ----------------------------------------------------------------------------------------


def test_two_people_at_the_desk(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.steer("message", conversation=number, text="eu atendo", agent=BIANCA)
    chatwoot.steer("message", conversation="5511900000001", text="não, eu", agent=CAIO)

    assert [body["sender"]["id"] for body in chatwoot.events("message_created")] == [BIANCA, CAIO]


def test_a_deleted_conversation_tells_nobody(chatwoot: Chatwoot, number: int) -> None:
    chatwoot.steer("delete-conversation", conversation=number)

    assert chatwoot.product.bodies == []
    assert chatwoot.call("POST", f"conversations/{number}/messages", {"content": "olá"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("message", {"conversation": 1, "text": "oi"}),
        ("status", {"status": "closed"}),
        ("assign", {"team": 99}),
        ("delete-message", {"message": 1}),
        ("merge", {"base": 1, "merged": 1}),
        ("priority", {"priority": "now"}),
        ("agent", {"availability": "asleep"}),
        ("settings", {"unknown": 1}),
        ("message", {"text": "oi", "agent": 99}),
        ("message", {"files": [{"name": "a", "data": "no base64!"}]}),
    ],
)
def test_a_senseless_order_is_refused(path: str, body: dict[str, Any], chatwoot: Chatwoot, number: int) -> None:
    assert chatwoot.outside.http.post(f"/_sandbox/chatwoot/{path}", json=body).status_code == 400
