"""Every webhook sample of the Cloud API means what INDEX.json says it means."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from conversations.channels.base import (
    Deleted,
    Echo,
    Edited,
    Ignored,
    IgnoreReason,
    Incoming,
    MessageType,
    NumberChanged,
    Parsed,
    Reaction,
    Receipt,
    ReceiptStatus,
    Trouble,
    Unreadable,
)
from conversations.channels.cloud_api.parse import CloudApiParser
from tests.channels.wire import LEAD, sample, webhook_samples

pytestmark = pytest.mark.channels

NUMBER = "106000000000001"
BSUID = "BR.10000000000000000001"
PARSER = CloudApiParser()


def incoming(kind: MessageType, text: str = "") -> Callable[[Parsed], bool]:
    return lambda parsed: (
        isinstance(parsed, Incoming)
        and (parsed.type, parsed.text, parsed.address, parsed.bsuid) == (kind, text, LEAD, BSUID)
        and parsed.display_name == "Marina Exemplo"
    )


def exactly(expected: Parsed) -> Callable[[Parsed], bool]:
    return lambda parsed: parsed == expected


def failed(code: str) -> Callable[[Parsed], bool]:
    return lambda parsed: (
        isinstance(parsed, Receipt)
        and (parsed.status, parsed.error_code) == (ReceiptStatus.FAILED, code)
        and bool(parsed.error)
    )


def receipt(status: ReceiptStatus, correlation: str | None = None) -> Callable[[Parsed], bool]:
    at = datetime.fromtimestamp(1795000500, UTC)
    return exactly(Receipt(provider_ids=("wamid.SAIDA0001==",), status=status, at=at, correlation=correlation))


def of(kind: type) -> Callable[[Parsed], bool]:
    return lambda parsed: isinstance(parsed, kind)


EXPECTED: dict[str, Callable[[Parsed], bool]] = {
    "webhook_audio_voice": incoming(MessageType.AUDIO),
    "webhook_bsuid_only": of(Incoming),
    "webhook_button_reply": incoming(MessageType.INTERACTIVE, "Quero orçamento"),
    "webhook_coexistence_echo": of(Echo),
    "webhook_contacts": incoming(MessageType.CONTACT, "Otávio Teste · +55 11 90000-0002"),
    "webhook_document": incoming(MessageType.DOCUMENT, "ficha"),
    "webhook_image_caption": incoming(MessageType.IMAGE, "Minha máquina atual"),
    "webhook_image_with_url": incoming(MessageType.IMAGE),
    "webhook_list_reply": incoming(MessageType.INTERACTIVE, "Formadoras"),
    "webhook_location": incoming(
        MessageType.LOCATION, "Frigorífico Vale Fictício, Rua Exemplo, 100, (-22.905600, -47.060800)"
    ),
    "webhook_other_phone_number_id": incoming(MessageType.TEXT, "número não configurado"),
    "webhook_reaction": of(Reaction),
    "webhook_reaction_removed": of(Reaction),
    "webhook_revoked": of(Deleted),
    "webhook_status_delivered": receipt(ReceiptStatus.DELIVERED),
    "webhook_status_failed_131026": failed("131026"),
    "webhook_status_failed_131047": failed("131047"),
    "webhook_status_failed_131049": failed("131049"),
    "webhook_status_read": receipt(ReceiptStatus.READ),
    "webhook_status_sent": receipt(ReceiptStatus.SENT, correlation="outbox:4f0c"),
    "webhook_sticker": incoming(MessageType.STICKER),
    "webhook_system_number_change": exactly(NumberChanged(address="5511900000008", phone="5511900000008", former=LEAD)),
    "webhook_template_quick_reply": incoming(MessageType.INTERACTIVE, "Quero continuar"),
    "webhook_text": incoming(MessageType.TEXT, "Bom dia! Preciso de uma formadora de hambúrguer para 400 kg/h."),
    "webhook_text_edited": of(Edited),
    "webhook_text_from_ad": incoming(MessageType.TEXT, "Vi o anúncio"),
    "webhook_text_reply": incoming(MessageType.TEXT, "Qual o prazo?"),
    "webhook_unsupported": incoming(MessageType.UNKNOWN),
    "webhook_value_errors": exactly(Trouble(code="130429", reason="Rate limit hit")),
}
# The handshake is no body, and the batch holds several events.
ELSEWHERE = {"webhook_batch", "webhook_verification_get"}


def parsed(name: str) -> Parsed:
    (event,) = PARSER.split(sample(name, of="whatsapp-cloud"))
    return PARSER.parse(event.body)


def said(name: str) -> Incoming:
    message = parsed(name)
    assert isinstance(message, Incoming)
    return message


def test_no_sample_of_the_index_is_left_out():
    assert sorted({*EXPECTED, *ELSEWHERE}) == webhook_samples("whatsapp-cloud")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_sample_means_what_the_index_says(name):
    assert EXPECTED[name](parsed(name)), parsed(name)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_sample_is_one_event_with_a_key_and_its_number(name):
    (event,) = PARSER.split(sample(name, of="whatsapp-cloud"))

    assert event.instance_id == (NUMBER if name != "webhook_other_phone_number_id" else "106000000000777")
    assert event.key.isascii()
    assert 0 < len(event.key) <= 200


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"webhook_value_errors"}))
def test_redelivered_event_has_the_same_key(name):
    body = sample(name, of="whatsapp-cloud")

    assert [event.key for event in PARSER.split(body)] == [event.key for event in PARSER.split(body)]


def test_two_complaints_about_the_account_are_two_events():
    body = sample("webhook_value_errors", of="whatsapp-cloud")

    assert PARSER.split(body)[0].key != PARSER.split(body)[0].key


def test_batch_is_split_into_every_message_and_status():
    events = PARSER.split(sample("webhook_batch", of="whatsapp-cloud"))
    items = [PARSER.parse(event.body) for event in events]

    assert [item.text for item in items if isinstance(item, Incoming)][:2] == ["primeira", "segunda"]
    assert [item.status for item in items if isinstance(item, Receipt)] == [ReceiptStatus.DELIVERED, ReceiptStatus.READ]
    assert {item.display_name for item in items if isinstance(item, Incoming)} == {"Marina Exemplo", "Otávio Teste"}
    assert len({event.key for event in events}) == len(events)


def test_a_bad_item_loses_no_other():
    body = json.loads(sample("webhook_batch", of="whatsapp-cloud"))
    body["entry"][0]["changes"][0]["value"]["messages"][0] = {"type": "text"}

    good, bad = [], []
    for event in PARSER.split(json.dumps(body).encode()):
        try:
            good.append(PARSER.parse(event.body))
        except Unreadable as error:
            bad.append(error.reason)

    assert bad == ["no_message_id"]
    assert len(good) == len(PARSER.split(sample("webhook_batch", of="whatsapp-cloud"))) - 1


def test_user_without_a_number_is_answered_at_their_id():
    message = said("webhook_bsuid_only")

    assert (message.address, message.phone, message.bsuid) == (
        "BR.10000000000000000009",
        None,
        "BR.10000000000000000009",
    )


def test_time_is_in_seconds():
    assert said("webhook_text").sent_at == datetime.fromtimestamp(1795000001, UTC)


def test_ad_says_where_the_lead_came_from():
    message = said("webhook_text_from_ad")

    assert message.ad is not None
    assert (message.ad["source_id"], message.ad["headline"]) == ("20000000000000001", "Formadoras Seleto")


def test_file_is_named_by_its_id_and_never_by_an_address_that_expires():
    for name in ("webhook_audio_voice", "webhook_image_with_url", "webhook_document"):
        media = said(name).media

        assert media is not None
        assert (media.url, media.remote_id.isdigit()) == (None, True)


def test_chosen_option_and_quotation_are_kept():
    button = said("webhook_button_reply")

    assert (button.option_id, button.reference_id) == ("quero-orcamento", "wamid.SAIDA0002==")


def test_edit_names_the_original_and_holds_the_new_text():
    edited = parsed("webhook_text_edited")

    assert isinstance(edited, Edited)
    assert (edited.message.provider_id, edited.message.text) == (
        "wamid.EXEMPLO0001==",
        "Bom dia! Preciso para 600 kg/h.",
    )


def test_echo_of_the_business_app_is_a_person_writing_to_the_lead():
    echo = parsed("webhook_coexistence_echo")

    assert isinstance(echo, Echo)
    assert (echo.address, echo.from_api, echo.text) == (LEAD, False, "Oi Marina, aqui é o Paulo.")


def test_unknown_field_is_kept_and_ignored():
    body = {"entry": [{"id": "1", "changes": [{"field": "user_preferences", "value": {"event": "X"}}]}]}
    (event,) = PARSER.split(json.dumps(body).encode())

    assert PARSER.parse(event.body) == Ignored(IgnoreReason.UNKNOWN_TYPE, "user_preferences")
