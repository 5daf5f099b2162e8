"""Messages of the fake Chatwoot: who is their sender, how they are listed, marked, deleted; their files."""

import json
from typing import Any

import pytest

from tests.sandbox.chatwoot import BIANCA, SITE, Chatwoot, same_form

PDF = ("proposta.pdf", b"%PDF-1.4 proposta", "application/pdf")


def rows(chatwoot: Chatwoot, number: int, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chatwoot.ok("GET", f"conversations/{number}/messages{query}")["payload"]
    return found


def test_what_the_bot_writes(chatwoot: Chatwoot, payload: Any) -> None:
    sample = payload("chatwoot/api_message_create_200")
    given = {"content_attributes": {"seleto_msg": "out:4f0c"}, "source_id": "3EB0B0", "echo_id": "e1"}

    created = chatwoot.say(chatwoot.conversation(), "Olá!", token=chatwoot.bot, **given)

    assert same_form(created, sample) == []
    assert created["sender"] == sample["sender"]
    assert (created["message_type"], created["sender_type"]) == (1, "AgentBot")
    assert (created["content_attributes"], created["source_id"]) == ({"seleto_msg": "out:4f0c"}, "3EB0B0")
    assert created["echo_id"] == "e1"


def test_who_the_sender_is(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()

    lead = chatwoot.say(number, "oi", message_type="incoming")
    integration = chatwoot.say(number, "olá")
    spoken_for = chatwoot.say(number, "olá", sender_type="AgentBot", sender_id=3)
    sdr = chatwoot.say(number, "sou a Bianca", token=chatwoot.of_agent(BIANCA))
    rule = chatwoot.say(number, "recebemos", content_attributes={"automation_rule_id": 4})

    assert (lead["sender_type"], lead["sender"]["type"], lead["message_type"]) == ("Contact", "contact", 0)
    assert (integration["sender"]["type"], integration["sender_id"]) == ("user", 2)
    assert spoken_for["sender"]["type"] == "agent_bot"
    assert (sdr["sender"]["name"], sdr["sender_id"]) == ("Bianca SDR", BIANCA)
    assert "sender" not in rule


def test_only_api_inboxes_take_incoming_messages(chatwoot: Chatwoot, payload: Any) -> None:
    contact = chatwoot.contact(inbox_id=SITE, source_id="visitor")
    body = {"source_id": "visitor", "inbox_id": SITE, "contact_id": contact["id"]}
    number = chatwoot.ok("POST", "conversations", body)["id"]
    path = f"conversations/{number}/messages"

    answer = chatwoot.call("POST", path, {"content": "oi", "message_type": "incoming"})
    mine = chatwoot.say(number, "olá")
    patched = chatwoot.call("PATCH", f"{path}/{mine['id']}", {"status": "read"})

    assert (answer.status_code, answer.json()) == (422, payload("chatwoot/api_message_create_422"))
    assert (patched.status_code, patched.json()) == (403, payload("chatwoot/api_message_status_update_403"))


def test_a_marker_does_not_make_a_message_unique(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()

    for _ in range(2):
        chatwoot.say(number, "oi", message_type="incoming", source_id="3EB0A1")

    assert [row["source_id"] for row in rows(chatwoot, number)] == ["3EB0A1", "3EB0A1"]


def test_pages_of_a_thread(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    ids = [chatwoot.say(number, str(count), token=chatwoot.bot)["id"] for count in range(25)]

    listed = chatwoot.ok("GET", f"conversations/{number}/messages")

    assert same_form(listed, payload("chatwoot/api_message_list_200")) == []
    assert [row["id"] for row in listed["payload"]] == ids[5:]
    assert [row["id"] for row in rows(chatwoot, number, f"?before={ids[5]}")] == ids[:5]
    assert [row["id"] for row in rows(chatwoot, number, f"?after={ids[2]}")] == ids[3:]
    assert [row["id"] for row in rows(chatwoot, number, f"?after={ids[2]}&before={ids[4]}")] == ids[2:4]


def test_activity_lines_stand_in_the_thread(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("status", conversation=number, status="open")
    chatwoot.say(number, "só a equipe lê", private=True)

    assert [row["message_type"] for row in rows(chatwoot, number)] == [2, 2, 1], "opening assigns as well"
    assert rows(chatwoot, number, "?filter_internal_messages=true") == []


def test_a_quotation_is_found_by_our_id(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    first = chatwoot.say(number, "quanto faz?", message_type="incoming", source_id="3EB0A1")

    by_ours = chatwoot.say(number, "300", content_attributes={"in_reply_to_external_id": "3EB0A1"})
    by_theirs = chatwoot.say(number, "por hora", content_attributes={"in_reply_to": first["id"]})

    assert by_ours["content_attributes"]["in_reply_to"] == first["id"]
    assert by_theirs["content_attributes"]["in_reply_to_external_id"] == "3EB0A1"


def test_the_original_time_is_kept(chatwoot: Chatwoot) -> None:
    said = chatwoot.say(chatwoot.conversation(), "ontem", message_type="incoming", external_created_at=1795003200)

    assert said["content_attributes"]["external_created_at"] == 1795003200


def test_delivery_goes_forward_and_tells_why_it_failed(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    path = f"conversations/{number}/messages/{chatwoot.say(number, 'olá', token=chatwoot.bot)['id']}"

    read = chatwoot.ok("PATCH", path, {"status": "read"})
    back = chatwoot.ok("PATCH", path, {"status": "delivered"})
    failed = chatwoot.ok("PATCH", path, {"status": "failed", "external_error": "sem WhatsApp"})
    nothing = chatwoot.ok("PATCH", path, {"content": "outro texto"})

    assert same_form(read, payload("chatwoot/api_message_status_update_200")) == []
    assert (read["status"], back["status"]) == ("read", "read")
    assert (failed["status"], failed["content_attributes"]) == ("failed", {"external_error": "sem WhatsApp"})
    assert nothing["content"] == "olá", "no call changes a text"


def test_trying_again_forgets_the_marker(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    said = chatwoot.say(number, "olá", content_attributes={"seleto_msg": "out:1"}, source_id="out:1")
    path = f"conversations/{number}/messages/{said['id']}"
    chatwoot.ok("PATCH", path, {"status": "failed", "external_error": "sem WhatsApp"})

    again = chatwoot.ok("POST", f"{path}/retry")

    assert (again["status"], again["content_attributes"], again["source_id"]) == ("sent", {}, "out:1")


def test_deleting_leaves_a_mark(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    said = chatwoot.say(number, "ops", content_attributes={"seleto_msg": "out:1"})

    chatwoot.ok("DELETE", f"conversations/{number}/messages/{said['id']}")

    sample = payload("chatwoot/webhook_message_updated_deleted")
    left = rows(chatwoot, number)[0]
    assert (left["content"], left["content_attributes"]) == (sample["content"], sample["content_attributes"])


def test_what_cannot_be_a_message(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    path = f"conversations/{number}/messages"

    assert chatwoot.call("POST", path, {"content": "x" * 150_001}).json()["error"].startswith("Validation failed")
    assert chatwoot.call("POST", path, {"content": "x", "message_type": "whisper"}).status_code == 422
    assert rows(chatwoot, number) == []


def upload(chatwoot: Chatwoot, number: int, *files: Any, **form: Any) -> Any:
    headers = {"api_access_token": chatwoot.outside.config.chatwoot_user_token}
    address = f"/chatwoot/api/v1/accounts/1/conversations/{number}/messages"
    parts = [("attachments[]", file) for file in files]
    return chatwoot.outside.http.post(address, data=form, files=parts, headers=headers)


def test_files_are_sent_and_fetched_over_a_redirect(chatwoot: Chatwoot, payload: Any) -> None:
    picture = ("foto.png", b"\x89PNG foto", "image/png")
    sample = payload("chatwoot/webhook_message_created_outgoing_human_two_attachments")["attachments"]

    said = upload(chatwoot, chatwoot.conversation(), picture, PDF, source_id="3EB0B1", private="false").json()

    assert [same_form(given, wanted) for given, wanted in zip(said["attachments"], sample, strict=True)] == [[], []]
    assert [row["file_type"] for row in said["attachments"]] == ["image", "file"]
    assert (said["content"], said["source_id"], said["private"]) == (None, "3EB0B1", False)
    first = chatwoot.outside.http.get(said["attachments"][1]["data_url"])
    assert first.status_code == 302
    fetched = chatwoot.outside.http.get(first.headers["location"])
    assert (fetched.content, fetched.headers["content-type"]) == (PDF[1], PDF[2])


@pytest.mark.parametrize(("reads", "kept"), [(False, {}), (True, {"seleto_msg": "out:1"})])
def test_attributes_in_a_form_depend_on_the_version(reads: bool, kept: dict[str, str], chatwoot: Chatwoot) -> None:
    chatwoot.steer("settings", multipart_content_attributes=reads)
    text = json.dumps({"seleto_msg": "out:1"})

    said = upload(chatwoot, chatwoot.conversation(), PDF, content_attributes=text)

    assert said.json()["content_attributes"] == kept


def test_too_many_files(chatwoot: Chatwoot) -> None:
    answer = upload(chatwoot, chatwoot.conversation(), *[PDF] * 16)

    assert (answer.status_code, "Attachments" in answer.json()["error"]) == (422, True)
