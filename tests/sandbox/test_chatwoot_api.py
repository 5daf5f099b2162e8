"""The fake Chatwoot answers as contracts/chatwoot.md says, sample by sample."""

from typing import Any

import pytest

from tests.sandbox.chatwoot import BIANCA, CAIO, MARINA, SITE, SOURCE, WHATSAPP, Chatwoot, same_form

# --- credentials ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_known_token(token: str, chatwoot: Chatwoot, payload: Any) -> None:
    answer = chatwoot.call("GET", "contacts/search?q=a", token=token)

    assert (answer.status_code, answer.json()) == (401, payload("chatwoot/api_error_401"))


def test_a_bearer_token_is_taken_too(chatwoot: Chatwoot) -> None:
    bearer = {"authorization": f"Bearer {chatwoot.outside.config.chatwoot_user_token}"}

    assert chatwoot.outside.http.get("/chatwoot/api/v1/profile", headers=bearer).json()["id"] == 2


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "contacts/search?q=a"),
        ("POST", "contacts"),
        ("GET", "conversations"),
        ("GET", "conversations/{n}/messages"),
        ("PATCH", "conversations/{n}/messages/1"),
        ("POST", "conversations/{n}/update_last_seen"),
        ("GET", "agents"),
        ("GET", "webhooks"),
    ],
)
def test_what_a_bot_may_not_do(verb: str, path: str, chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()

    answer = chatwoot.call(verb, path.format(n=number), {}, token=chatwoot.bot)

    assert (answer.status_code, answer.json()) == (401, payload("chatwoot/api_error_401_bot_endpoint"))


def test_what_a_bot_may_do(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()

    for verb, path, body in (
        ("GET", "", None),
        ("POST", "/messages", {"content": "olá"}),
        ("POST", "/toggle_status", {"status": "open"}),
        ("POST", "/toggle_priority", {"priority": "high"}),
        ("POST", "/toggle_typing_status", {"typing_status": "on"}),
        ("POST", "/custom_attributes", {"custom_attributes": {}}),
        ("POST", "/assignments", {"assignee_id": BIANCA}),
        ("GET", "/labels", None),
        ("POST", "/labels", {"labels": ["quente"]}),
    ):
        chatwoot.ok(verb, f"conversations/{number}{path}", body, token=chatwoot.bot)


@pytest.mark.parametrize("path", ["contacts/1", "conversations/1", "conversations/1/messages"])
def test_what_is_not_there(path: str, chatwoot: Chatwoot, payload: Any) -> None:
    answer = chatwoot.call("GET", path)

    assert (answer.status_code, answer.json()) == (404, payload("chatwoot/api_error_404"))


def test_another_account_is_not_found(chatwoot: Chatwoot) -> None:
    assert chatwoot.call("GET", "/chatwoot/api/v1/accounts/2/agents").status_code == 404


def test_too_many_requests_in_a_minute(chatwoot: Chatwoot, payload: Any) -> None:
    chatwoot.steer("settings", rate_limit_per_min=2)

    answers = [chatwoot.call("GET", "agents") for _ in range(60)]

    assert {answer.status_code for answer in answers} == {200, 429}
    assert {answer.text for answer in answers if answer.status_code == 429} == {payload("chatwoot/api_error_429")}


def test_the_version_can_be_asked(chatwoot: Chatwoot) -> None:
    assert chatwoot.ok("GET", "/chatwoot/api")["version"] == "4.17.1"


# --- contacts -------------------------------------------------------------------------------------------------


def test_a_contact_is_created_and_found_by_a_part(chatwoot: Chatwoot, payload: Any) -> None:
    given = {"inbox_id": WHATSAPP, "source_id": SOURCE, **MARINA, "custom_attributes": {"wa_lid": "1@lid"}}
    created = chatwoot.ok("POST", "contacts", given)

    found = chatwoot.ok("GET", "contacts/search", params={"q": "+5511900000001"})

    assert same_form(created, payload("chatwoot/api_contact_create_200")) == []
    assert same_form(found, payload("chatwoot/api_contact_search_200")) == []
    assert found["payload"] == [created["payload"]["contact"]]
    assert chatwoot.ok("GET", "contacts/search?q=exemp")["meta"]["count"] == 1
    assert chatwoot.ok("GET", "contacts/search?q=nobody") == payload("chatwoot/api_contact_search_empty_200")


def test_an_unescaped_plus_finds_nobody(chatwoot: Chatwoot) -> None:
    chatwoot.contact()

    assert chatwoot.ok("GET", "contacts/search?q=+5511900000001&")["meta"]["count"] == 1, "trimmed blank"
    assert chatwoot.ok("GET", "contacts/search?q=a+5511900000001")["meta"]["count"] == 0


def test_the_exact_search(chatwoot: Chatwoot) -> None:
    chatwoot.contact()
    chatwoot.contact(source_id="2", phone_number="+55119000000012", identifier="other")
    condition = {"attribute_key": "phone_number", "filter_operator": "equal_to", "query_operator": None}

    found = chatwoot.ok("POST", "contacts/filter", {"payload": [{**condition, "values": ["+5511900000001"]}]})

    assert [row["phone_number"] for row in found["payload"]] == ["+5511900000001"]


@pytest.mark.parametrize(
    ("values", "message", "attribute"),
    [
        ({"identifier": "x"}, "Phone number has already been taken", "phone_number"),
        ({"phone_number": "+5511900000002"}, "Identifier has already been taken", "identifier"),
        ({"phone_number": "5511900000002", "identifier": "x"}, "Phone number should be in e164 format", "phone_number"),
        ({"phone_number": None, "identifier": "x", "email": "nothing"}, "Email Invalid email", "email"),
    ],
)
def test_what_a_contact_may_not_be(values: dict[str, Any], message: str, attribute: str, chatwoot: Chatwoot) -> None:
    chatwoot.contact()

    answer = chatwoot.call("POST", "contacts", {**MARINA, **values})

    assert (answer.status_code, answer.json()) == (422, {"message": message, "attributes": [attribute]})
    assert len(chatwoot.state()["contacts"]) == 1


def test_an_update_merges_custom_attributes(chatwoot: Chatwoot) -> None:
    contact = chatwoot.contact(custom_attributes={"wa_lid": "1@lid"})

    changed = chatwoot.ok("PUT", f"contacts/{contact['id']}", {"name": "Marina", "custom_attributes": {"uf": "SC"}})

    assert changed["payload"]["custom_attributes"] == {"wa_lid": "1@lid", "uf": "SC"}
    assert changed["payload"]["phone_number"] == MARINA["phone_number"], "what is not sent stays"


def test_a_source_id_belongs_to_one_contact(chatwoot: Chatwoot, payload: Any) -> None:
    contact = chatwoot.contact()
    link = {"inbox_id": WHATSAPP, "source_id": SOURCE}

    again = chatwoot.ok("POST", f"contacts/{contact['id']}/contact_inboxes", link)
    other = chatwoot.contact(source_id="2", phone_number=None, identifier="other")
    answer = chatwoot.call("POST", f"contacts/{other['id']}/contact_inboxes", link)

    assert same_form(again, payload("chatwoot/api_contact_inbox_create_200")) == []
    assert (answer.status_code, answer.json()) == (422, {"error": "source_id should be unique"})


def test_merging_moves_everything_and_the_other_is_gone(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.say(number, "oi", message_type="incoming")
    old = chatwoot.state()["contacts"][0]["id"]
    base = chatwoot.contact(source_id="lid", phone_number=None, identifier="lid", name="", custom_attributes={"a": 1})

    merged = chatwoot.ok("POST", "actions/contact_merge", {"base_contact_id": base["id"], "mergee_contact_id": old})

    assert (merged["identifier"], merged["phone_number"], merged["name"]) == ("lid", "+5511900000001", "Marina Exemplo")
    assert {link["source_id"] for link in merged["contact_inboxes"]} == {"lid", SOURCE}
    assert [row["id"] for row in chatwoot.ok("GET", f"contacts/{base['id']}/conversations")["payload"]] == [number]
    assert chatwoot.call("GET", f"contacts/{old}").status_code == 404


# --- conversations --------------------------------------------------------------------------------------------


def test_a_conversation_starts_with_the_bot(chatwoot: Chatwoot, payload: Any) -> None:
    contact = chatwoot.contact()
    body = {"source_id": SOURCE, "inbox_id": WHATSAPP, "contact_id": contact["id"], "status": "open"}

    created = chatwoot.ok("POST", "conversations", body)

    assert same_form(created, payload("chatwoot/api_conversation_create_200")) == []
    assert created["status"] == "pending"
    assert (
        same_form(
            chatwoot.ok("GET", f"contacts/{contact['id']}/conversations"),
            payload("chatwoot/api_contact_conversations_200"),
        )
        == []
    )


def test_without_a_bot_it_starts_open(chatwoot: Chatwoot) -> None:
    chatwoot.ok("POST", f"inboxes/{WHATSAPP}/set_agent_bot", {"agent_bot": None})

    assert chatwoot.ok("GET", f"conversations/{chatwoot.conversation()}")["status"] == "open"


def test_an_inbox_locked_to_one_conversation_gives_the_last(chatwoot: Chatwoot) -> None:
    first = chatwoot.conversation()
    again = {"source_id": SOURCE, "inbox_id": WHATSAPP}
    assert chatwoot.ok("POST", "conversations", again)["id"] != first
    last = chatwoot.state()["conversations"][-1]["id"]

    chatwoot.ok("PATCH", f"inboxes/{WHATSAPP}", {"lock_to_single_conversation": True})

    assert chatwoot.ok("POST", "conversations", again)["id"] == last


def test_a_status_is_set_and_toggled(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()

    answer = chatwoot.ok("POST", f"conversations/{number}/toggle_status", {"status": "open"})
    toggled = chatwoot.ok("POST", f"conversations/{number}/toggle_status", {})
    snoozed = {"status": "snoozed", "snoozed_until": 1795089600}
    chatwoot.ok("POST", f"conversations/{number}/toggle_status", snoozed)

    assert same_form(answer, payload("chatwoot/api_toggle_status_200")) == []
    assert toggled["payload"]["current_status"] == "resolved"
    assert chatwoot.ok("GET", f"conversations/{number}")["snoozed_until"] == 1795089600
    assert chatwoot.call("POST", f"conversations/{number}/toggle_status", {"status": "closed"}).status_code == 422


def test_who_opens_it_is_assigned_only_as_an_agent(chatwoot: Chatwoot) -> None:
    def assignee_after(token: str | None) -> Any:
        chatwoot.steer("assign", conversation=number, assignee=None)
        chatwoot.steer("status", conversation=number, status="pending")
        chatwoot.ok("POST", f"conversations/{number}/toggle_status", {"status": "open"}, token=token)
        found = chatwoot.ok("GET", f"conversations/{number}")["meta"]["assignee"]
        return found and found["id"]

    number = chatwoot.conversation()

    assert assignee_after(None) is None, "an administrator"
    assert assignee_after(chatwoot.bot) is None
    assert assignee_after(chatwoot.of_agent(CAIO)) == CAIO


@pytest.mark.parametrize(("bot_active", "status"), [(True, "pending"), (False, "open")])
def test_a_message_of_the_contact_reopens(bot_active: bool, status: str, chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("settings", bot_active=bot_active)
    chatwoot.steer("status", conversation=number, status="resolved")

    chatwoot.say(number, "ainda estou aqui", message_type="incoming")

    assert chatwoot.ok("GET", f"conversations/{number}")["status"] == status


def test_open_does_not_return_to_pending_by_itself(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("status", conversation=number, status="open")

    chatwoot.say(number, "oi", message_type="incoming")

    assert chatwoot.ok("GET", f"conversations/{number}")["status"] == "open"


def test_assigning_people_teams_and_nobody(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    path = f"conversations/{number}/assignments"

    given = chatwoot.ok("POST", path, {"assignee_id": BIANCA})
    team = chatwoot.ok("POST", path, {"team_id": 1})
    meta = chatwoot.ok("GET", f"conversations/{number}")["meta"]
    nobody = chatwoot.ok("POST", path, {"assignee_id": None})

    assert given == payload("chatwoot/api_assignment_200")
    assert (team["name"], meta["team"]["name"], meta["assignee"]["id"]) == ("comercial", "comercial", BIANCA)
    assert nobody is None


def test_a_team_shows_who_is_on_line(chatwoot: Chatwoot) -> None:
    chatwoot.steer("agent", agent=BIANCA, availability="busy")

    people = chatwoot.ok("GET", "teams/1/team_members")

    assert {row["id"]: row["availability_status"] for row in people} == {BIANCA: "busy", CAIO: "online"}
    assert {row["id"]: row["availability_status"] for row in chatwoot.ok("GET", "agents")}[BIANCA] == "busy"


def test_whoever_is_not_of_the_new_team_loses_the_conversation(chatwoot: Chatwoot) -> None:
    path = f"conversations/{chatwoot.conversation()}/assignments"
    chatwoot.ok("PATCH", "teams/2/team_members", {"user_ids": [CAIO]})
    chatwoot.ok("POST", path, {"assignee_id": BIANCA})

    chatwoot.ok("POST", path, {"team_id": 2})

    assert chatwoot.state()["conversations"][-1]["assignee"] is None
    assert chatwoot.state()["conversations"][-1]["team"] == "suporte"


def test_labels_replace_each_other(chatwoot: Chatwoot, payload: Any) -> None:
    number = chatwoot.conversation()
    chatwoot.ok("POST", f"conversations/{number}/labels", {"labels": ["morno"]})

    answer = chatwoot.ok("POST", f"conversations/{number}/labels", {"labels": ["quente", "formadoras"]})

    assert answer == chatwoot.ok("GET", f"conversations/{number}/labels") == payload("chatwoot/api_labels_200")


def test_custom_attributes_replace_unless_merged(chatwoot: Chatwoot, payload: Any) -> None:
    path = f"conversations/{chatwoot.conversation()}/custom_attributes"
    sample = payload("chatwoot/api_custom_attributes_200")

    chatwoot.ok("POST", path, {"custom_attributes": {"old": 1}})
    replaced = chatwoot.ok("POST", path, sample)
    merged = chatwoot.ok("POST", path, {"custom_attributes": {"new": 2}, "merge": True})

    assert replaced == sample
    assert merged["custom_attributes"] == {**sample["custom_attributes"], "new": 2}


def test_the_lists_filter(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.steer("status", conversation=number, status="open")
    chatwoot.steer("assign", conversation=number, assignee=BIANCA)
    chatwoot.steer("labels", conversation=number, labels=["quente"])

    def numbers(query: str, token: str | None = None) -> list[int]:
        found = chatwoot.ok("GET", f"conversations?{query}", token=token)["data"]
        return [row["id"] for row in found["payload"]]

    assert numbers("") == [number]
    assert numbers("status=pending") == []
    assert numbers("status=all&labels[]=quente") == [number]
    assert numbers("assignee_type=unassigned") == []
    assert numbers("assignee_type=me", chatwoot.of_agent(BIANCA)) == [number]
    assert numbers(f"inbox_id={SITE}") == []
    condition = {"attribute_key": "status", "filter_operator": "equal_to", "values": ["open"], "query_operator": None}
    found = chatwoot.ok("POST", "conversations/filter", {"payload": [condition]})
    assert ([row["id"] for row in found["payload"]], found["meta"]["assigned_count"]) == ([number], 1)


def test_unread_until_seen(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()
    chatwoot.say(number, "oi", message_type="incoming")
    chatwoot.say(number, "olá", token=chatwoot.bot)

    before = chatwoot.ok("GET", f"conversations/{number}")["unread_count"]
    seen = chatwoot.ok("POST", f"conversations/{number}/update_last_seen")
    back = chatwoot.ok("POST", f"conversations/{number}/unread")

    assert (before, seen["unread_count"], back["unread_count"]) == (1, 0, 1)


def test_only_an_administrator_deletes(chatwoot: Chatwoot) -> None:
    number = chatwoot.conversation()

    assert chatwoot.call("DELETE", f"conversations/{number}", token=chatwoot.of_agent(BIANCA)).status_code == 401
    chatwoot.ok("DELETE", f"conversations/{number}")
    assert chatwoot.call("GET", f"conversations/{number}").status_code == 404


# --- set-up ---------------------------------------------------------------------------------------------------


def test_who_there_is(chatwoot: Chatwoot) -> None:
    chatwoot.steer("agent", agent=CAIO, availability="offline")
    chatwoot.ok("POST", "inbox_members", {"inbox_id": WHATSAPP, "user_ids": [CAIO]})

    assert {row["name"]: row["availability_status"] for row in chatwoot.ok("GET", "agents")} == {
        "Integração Seleto": "online",
        "Bianca SDR": "online",
        "Caio SDR": "offline",
    }
    assert [row["name"] for row in chatwoot.ok("GET", "teams")] == ["comercial", "suporte", "privacidade", "outro"]
    assert [row["id"] for row in chatwoot.ok("GET", "teams/1/team_members")] == [BIANCA, CAIO]
    assert [row["id"] for row in chatwoot.ok("GET", f"inbox_members/{WHATSAPP}")["payload"]] == [CAIO]
    assert BIANCA not in [
        row["id"] for row in chatwoot.ok("GET", "assignable_agents", params={"inbox_ids[]": WHATSAPP})["payload"]
    ]


def test_an_agent_says_whether_there_is_time(chatwoot: Chatwoot) -> None:
    body = {"profile": {"availability": "busy", "account_id": 1}}

    answer = chatwoot.ok("POST", "/chatwoot/api/v1/profile/availability", body, token=chatwoot.of_agent(BIANCA))

    assert answer["availability_status"] == "busy"


def test_an_account_webhook_is_registered_once(chatwoot: Chatwoot) -> None:
    body = {"webhook": {"url": chatwoot.outside.config.webhook_url, "subscriptions": ["message_created"]}}

    created = chatwoot.ok("POST", "webhooks", body)["payload"]["webhook"]
    again = chatwoot.call("POST", "webhooks", body)

    assert created["secret"]
    assert (again.status_code, again.json()["attributes"]) == (422, ["url"])
    assert chatwoot.ok("GET", "webhooks")["payload"]["webhooks"] == [created]
    wrong = {"webhook": {"url": "https://product.example", "subscriptions": ["conversation_resolved"]}}
    assert chatwoot.call("POST", "webhooks", wrong).status_code == 422, "exists for agent bots only"


def test_only_an_administrator_sees_secrets(chatwoot: Chatwoot) -> None:
    assert chatwoot.ok("GET", f"inboxes/{WHATSAPP}")["secret"] == chatwoot.outside.config.chatwoot_secret
    assert "secret" not in chatwoot.ok("GET", f"inboxes/{WHATSAPP}", token=chatwoot.of_agent(BIANCA))


def test_a_seed_repeats_the_ids_and_a_reset_without_one_does_not(chatwoot: Chatwoot) -> None:
    first = chatwoot.conversation()
    chatwoot.outside.admin("reset")
    later = chatwoot.conversation()
    chatwoot.outside.admin("reset", seed=7)

    assert chatwoot.conversation() == first != later
