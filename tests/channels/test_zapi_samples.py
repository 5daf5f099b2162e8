"""Every webhook sample of the contract means what INDEX.json says it means."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from conversations.channels.base import (
    Connection,
    Deleted,
    Echo,
    Edited,
    Ignored,
    IgnoreReason,
    Incoming,
    MessageType,
    Parsed,
    Presence,
    PresenceState,
    Reaction,
    Receipt,
    ReceiptStatus,
    Waiting,
)
from conversations.channels.zapi.parse import ZapiParser
from tests.channels.wire import LEAD, LEAD_LID, sample, webhook_samples

pytestmark = pytest.mark.channels

MEDIA = "https://media.example.com/zapi/"
SENT_ID = "3EB0B0000000000000000001"


def incoming(kind: MessageType, text: str = "") -> Callable[[Parsed], bool]:
    return lambda parsed: (
        isinstance(parsed, Incoming)
        and (parsed.type, parsed.text, parsed.address, parsed.lid) == (kind, text, LEAD, LEAD_LID)
        and parsed.display_name == "Marina Exemplo"
    )


def exactly(expected: Parsed) -> Callable[[Parsed], bool]:
    return lambda parsed: parsed == expected


def receipt(status: ReceiptStatus) -> Callable[[Parsed], bool]:
    at = datetime.fromtimestamp(1795000200, UTC)
    return exactly(Receipt(provider_ids=(SENT_ID,), status=status, at=at))


def echo(*, from_api: bool) -> Callable[[Parsed], bool]:
    return lambda parsed: isinstance(parsed, Echo) and parsed.from_api is from_api and bool(parsed.text)


def of(kind: type) -> Callable[[Parsed], bool]:
    return lambda parsed: isinstance(parsed, kind)


EXPECTED: dict[str, Callable[[Parsed], bool]] = {
    "webhook_connected": exactly(Connection(connected=True, at=datetime.fromtimestamp(1795000400, UTC))),
    "webhook_delivery_callback": of(Receipt),
    "webhook_delivery_callback_error": of(Receipt),
    "webhook_delivery_callback_shadow_ban": of(Receipt),
    "webhook_disconnected": exactly(
        Connection(connected=False, reason="Device has been disconnected", at=datetime.fromtimestamp(1795000300, UTC))
    ),
    "webhook_presence_composing": exactly(Presence(address=LEAD, phone=LEAD, state=PresenceState.TYPING)),
    "webhook_received_audio": incoming(MessageType.AUDIO),
    "webhook_received_broadcast_list": exactly(Ignored(IgnoreReason.BROADCAST)),
    "webhook_received_button_reply": incoming(MessageType.INTERACTIVE, "Quero orçamento"),
    "webhook_received_contact": incoming(MessageType.CONTACT, "Otávio Teste · 5511900000002"),
    "webhook_received_document": incoming(MessageType.DOCUMENT),
    "webhook_received_fromme_api": echo(from_api=True),
    "webhook_received_fromme_phone": echo(from_api=False),
    "webhook_received_group_text": exactly(Ignored(IgnoreReason.GROUP)),
    "webhook_received_image_caption": incoming(MessageType.IMAGE, "Minha máquina atual é essa"),
    "webhook_received_image_download_error": incoming(MessageType.IMAGE),
    "webhook_received_lid_only": of(Incoming),
    "webhook_received_list_reply": incoming(MessageType.INTERACTIVE, "Formadoras"),
    "webhook_received_location": incoming(
        MessageType.LOCATION,
        "Frigorífico Vale Fictício, Rua Exemplo, 100, Campinas - SP, (-22.905600, -47.060800)",
    ),
    "webhook_received_newsletter": exactly(Ignored(IgnoreReason.NEWSLETTER)),
    "webhook_received_notification_call_missed": incoming(MessageType.CALL),
    "webhook_received_notification_revoke": of(Deleted),
    "webhook_received_reaction": of(Reaction),
    "webhook_received_reaction_removed": of(Reaction),
    "webhook_received_status_reply": incoming(MessageType.TEXT, "que máquina é essa?"),
    "webhook_received_sticker": incoming(MessageType.STICKER),
    "webhook_received_text": incoming(
        MessageType.TEXT, "Bom dia! Preciso de uma formadora de hambúrguer para 400 kg/h."
    ),
    "webhook_received_text_edited": of(Edited),
    "webhook_received_text_from_ad": incoming(MessageType.TEXT, "Vi o anúncio e quero saber o preço"),
    "webhook_received_text_reply": incoming(MessageType.TEXT, "Essa mesma, qual o prazo de entrega?"),
    "webhook_received_unknown_content": incoming(MessageType.UNKNOWN),
    "webhook_received_unsigned_min": of(Incoming),
    "webhook_received_video": incoming(MessageType.VIDEO, "linha de produção hoje"),
    "webhook_received_waiting_message": of(Waiting),
    "webhook_status_many_ids": of(Receipt),
    "webhook_status_played": receipt(ReceiptStatus.PLAYED),
    "webhook_status_read": receipt(ReceiptStatus.READ),
    "webhook_status_read_by_me": exactly(Ignored(IgnoreReason.READ_BY_ME)),
    "webhook_status_received": receipt(ReceiptStatus.DELIVERED),
    "webhook_status_sent": receipt(ReceiptStatus.SENT),
}


def parsed(name: str) -> Parsed:
    return ZapiParser().parse(sample(name))


def test_no_sample_of_the_index_is_left_out():
    assert sorted(EXPECTED) == webhook_samples()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_sample_means_what_the_index_says(name):
    assert EXPECTED[name](parsed(name)), parsed(name)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_sample_is_one_event_with_a_key_and_our_instance(name):
    (event,) = ZapiParser().split(sample(name))

    assert event.instance_id == "3C0000000000000000000000000000AA"
    assert event.key.isascii()
    assert 0 < len(event.key) <= 200
    assert event.body == sample(name)


def test_text_carries_id_time_and_both_identities():
    message = parsed("webhook_received_text")

    assert isinstance(message, Incoming)
    assert message.provider_id == "3EB0A0000000000000000002"
    assert message.sent_at == datetime(2026, 11, 18, 11, 6, 42, tzinfo=UTC)
    assert (message.phone, message.lid) == (LEAD, LEAD_LID)
    assert not message.status_reply
    assert not message.forwarded


def test_lead_without_a_number_is_answered_at_the_lid_and_gets_no_phone():
    message = parsed("webhook_received_lid_only")

    assert isinstance(message, Incoming)
    assert (message.address, message.phone, message.lid) == (
        "100000000000005@lid",
        None,
        "100000000000005@lid",
    )


def test_older_payload_without_flags_is_an_ordinary_message():
    message = parsed("webhook_received_unsigned_min")

    assert isinstance(message, Incoming)
    assert (message.text, message.lid, message.status_reply) == ("oi", None, False)


def test_audio_names_its_file():
    message = parsed("webhook_received_audio")

    assert isinstance(message, Incoming)
    assert message.media is not None
    assert (message.media.url, message.media.mime, message.media.seconds) == (
        f"{MEDIA}audio-0001.ogg",
        "audio/ogg; codecs=opus",
        12,
    )


def test_document_keeps_its_file_name():
    message = parsed("webhook_received_document")

    assert isinstance(message, Incoming)
    assert message.media is not None
    assert (message.media.url, message.media.filename) == (f"{MEDIA}doc-0001.pdf", "ficha-tecnica.pdf")


def test_image_that_could_not_be_fetched_has_no_address():
    message = parsed("webhook_received_image_download_error")

    assert isinstance(message, Incoming)
    assert message.media is not None
    assert message.media.url is None


def test_chosen_option_is_kept():
    button, row = parsed("webhook_received_button_reply"), parsed("webhook_received_list_reply")

    assert isinstance(button, Incoming)
    assert isinstance(row, Incoming)
    assert (button.option_id, row.option_id) == ("quero-orcamento", "linha-formadoras")


def test_quoted_message_is_kept():
    message = parsed("webhook_received_text_reply")

    assert isinstance(message, Incoming)
    assert message.reference_id == "3EB0A0000000000000000002"


def test_ad_is_kept_as_flat_strings():
    message = parsed("webhook_received_text_from_ad")

    assert isinstance(message, Incoming)
    assert message.ad is not None
    assert message.ad["ctwaClid"] == "ctwa-exemplo-0001"
    assert message.ad["sourceId"] == "20000000000000001"
    assert message.ad["mediaType"] == "1"


def test_reply_to_a_status_post_is_marked():
    message = parsed("webhook_received_status_reply")

    assert isinstance(message, Incoming)
    assert message.status_reply


def test_unknown_content_keeps_its_name():
    message = parsed("webhook_received_unknown_content")

    assert isinstance(message, Incoming)
    assert message.raw_kind == "someFutureType"


def test_edit_names_the_original_and_holds_the_new_text():
    edit = parsed("webhook_received_text_edited")

    assert isinstance(edit, Edited)
    assert edit.message.provider_id == "3EB0A0000000000000000002"
    assert "600 kg/h" in edit.message.text


def test_deletion_names_the_deleted_message_not_the_notice():
    deletion = parsed("webhook_received_notification_revoke")

    assert isinstance(deletion, Deleted)
    assert deletion.provider_id == "3EB0A0000000000000000002"
    assert not deletion.from_me


def test_reaction_names_its_target_and_an_empty_one_takes_it_back():
    given, taken = parsed("webhook_received_reaction"), parsed("webhook_received_reaction_removed")

    assert isinstance(given, Reaction)
    assert isinstance(taken, Reaction)
    assert (given.emoji, given.reference_id) == ("👍", SENT_ID)
    assert (taken.emoji, taken.reference_id) == ("", SENT_ID)


def test_delivery_says_sent_and_gives_both_ids():
    delivered = parsed("webhook_delivery_callback")

    assert isinstance(delivered, Receipt)
    assert delivered.status is ReceiptStatus.SENT
    assert (delivered.provider_ids, delivered.extra_id) == ((SENT_ID,), "019E0000000000000000000000000001")
    assert delivered.error is None


def test_delivery_with_an_error_failed():
    failed = parsed("webhook_delivery_callback_error")

    assert isinstance(failed, Receipt)
    assert (failed.status, failed.error) == (ReceiptStatus.FAILED, "Phone number does not exist")
    assert not failed.restricted


def test_shadow_ban_restricts_the_instance():
    banned = parsed("webhook_delivery_callback_shadow_ban")

    assert isinstance(banned, Receipt)
    assert (banned.status, banned.error_code, banned.restricted) == (ReceiptStatus.FAILED, "SHADOW_BAN", True)


def test_status_gives_every_id():
    read = parsed("webhook_status_many_ids")

    assert isinstance(read, Receipt)
    assert [provider_id[-2:] for provider_id in read.provider_ids] == ["01", "02", "99"]


def test_nothing_of_a_lead_shows_in_a_repr():
    shown = " ".join(repr(parsed(name)) for name in EXPECTED)

    assert LEAD not in shown
    assert LEAD_LID not in shown
    assert "hambúrguer" not in shown
    assert "Marina" not in shown
