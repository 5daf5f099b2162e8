"""Who wrote, who is only echoed, and who is not a lead at all."""

import pytest

from conversations.channels.base import (
    Deleted,
    Echo,
    Ignored,
    IgnoreReason,
    Incoming,
    MessageType,
    Parsed,
    Presence,
    PresenceState,
    Reaction,
    Unreadable,
)
from conversations.channels.zapi.parse import ZapiParser
from tests.channels.wire import LEAD, LEAD_LID, varied


def parse(name: str, **changes) -> Parsed:
    return ZapiParser().parse(varied(name, **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isGroup": True}, IgnoreReason.GROUP),
        ({"phone": "120363000000000001-group"}, IgnoreReason.GROUP),
        ({"isNewsletter": True}, IgnoreReason.NEWSLETTER),
        ({"phone": "120363000000000002@newsletter"}, IgnoreReason.NEWSLETTER),
        ({"broadcast": True}, IgnoreReason.BROADCAST),
        ({"phone": "1795000000-broadcast"}, IgnoreReason.BROADCAST),
        ({"phone": "status@broadcast"}, IgnoreReason.BROADCAST),
    ],
)
def test_crowd_is_ignored_by_flag_or_by_address(changes, reason):
    assert parse("webhook_received_text", **changes) == Ignored(reason)


def test_person_in_a_crowd_is_no_takeover():
    assert parse("webhook_received_fromme_phone", isGroup=True) == Ignored(IgnoreReason.GROUP)


def test_typing_in_a_group_is_ignored():
    parsed = parse("webhook_presence_composing", phone="120363000000000001-group")

    assert parsed == Ignored(IgnoreReason.GROUP)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("COMPOSING", PresenceState.TYPING),
        ("RECORDING", PresenceState.RECORDING),
        ("PAUSED", PresenceState.PAUSED),
        ("AVAILABLE", PresenceState.PAUSED),
        ("UNAVAILABLE", PresenceState.PAUSED),
    ],
)
def test_presence_states(word, state):
    parsed = parse("webhook_presence_composing", status=word)

    assert isinstance(parsed, Presence)
    assert parsed.state is state


def test_echo_whose_origin_is_not_told_stays_undecided():
    parsed = parse("webhook_received_fromme_phone", without=("fromApi",))

    assert isinstance(parsed, Echo)
    assert parsed.from_api is None


def test_echo_of_the_company_takes_no_lid_from_the_sender():
    parsed = parse("webhook_received_fromme_phone", chatLid=None, senderLid="100000000000099@lid")

    assert isinstance(parsed, Echo)
    assert (parsed.address, parsed.lid) == (LEAD, None)


def test_system_notice_from_the_company_is_no_takeover():
    parsed = parse("webhook_received_notification_call_missed", fromMe=True, notification="E2E_ENCRYPTED")

    assert parsed == Ignored(IgnoreReason.NOTIFICATION, "E2E_ENCRYPTED")


def test_waiting_echo_says_that_its_content_follows():
    parsed = parse("webhook_received_waiting_message", fromMe=True)

    assert isinstance(parsed, Echo)
    assert parsed.waiting


def test_waiting_flag_beside_content_is_an_ordinary_message():
    parsed = parse("webhook_received_waiting_message", text={"message": "oi"})

    assert isinstance(parsed, Incoming)
    assert parsed.text == "oi"


def test_edit_and_reaction_of_the_company_are_echoes():
    edit = parse("webhook_received_text_edited", fromMe=True)
    reaction = parse("webhook_received_reaction", fromMe=True)

    assert isinstance(edit, Echo)
    assert isinstance(reaction, Echo)
    assert edit.edited
    assert reaction.type is MessageType.REACTION


def test_deletion_by_the_company_says_so_and_falls_back_on_the_notice_id():
    parsed = parse("webhook_received_notification_revoke", fromMe=True, referenceMessageId=None)

    assert isinstance(parsed, Deleted)
    assert parsed.from_me
    assert parsed.provider_id == "3EB0A0000000000000000026"


def test_lid_under_the_older_name_is_taken():
    parsed = parse("webhook_received_text", without=("chatLid",))

    assert isinstance(parsed, Incoming)
    assert parsed.lid == LEAD_LID


@pytest.mark.parametrize(
    ("chat_name", "display_name"), [(None, ""), (f"+{LEAD}", ""), ("Marina Exemplo", "Marina Exemplo")]
)
def test_number_given_as_a_name_is_no_name(chat_name, display_name):
    parsed = parse("webhook_received_text", senderName=LEAD, chatName=chat_name)

    assert isinstance(parsed, Incoming)
    assert parsed.display_name == display_name


@pytest.mark.parametrize("phone", [f"+{LEAD}", f"{LEAD}@c.us", int(LEAD)])
def test_phone_in_other_clothes_is_the_same_phone(phone):
    parsed = parse("webhook_received_text", phone=phone)

    assert isinstance(parsed, Incoming)
    assert (parsed.address, parsed.phone) == (LEAD, LEAD)


@pytest.mark.parametrize("phone", ["abc", "123", "", None, [LEAD], "5" * 40, "٥٥١١٩٠٠٠٠٠٠٠١"])
def test_phone_that_is_none_is_answered_at_the_lid(phone):
    parsed = parse("webhook_received_text", phone=phone)

    assert isinstance(parsed, Incoming)
    assert (parsed.address, parsed.phone) == (LEAD_LID, None)


@pytest.mark.parametrize("name", ["webhook_received_text", "webhook_received_notification_revoke"])
def test_nobody_to_answer_is_unreadable(name):
    with pytest.raises(Unreadable, match="no_address"):
        parse(name, phone="abc", chatLid=None, senderLid="x")


def test_reaction_without_a_target_is_kept():
    parsed = parse("webhook_received_reaction", reaction={"value": "👍"})

    assert isinstance(parsed, Reaction)
    assert parsed.reference_id is None
